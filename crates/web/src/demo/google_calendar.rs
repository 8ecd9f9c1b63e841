mod calendar;

use super::parts::{Answer, Filter, Refusal, Sent, at_most, limit, open, text};
use app::App;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, post},
};
use calendar::{Attendee, Calendar, Event};
use model::Timestamp;
use serde::Deserialize;
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const TITLE_CHARS_MAX: usize = 300;
const TEXT_CHARS_MAX: usize = 10_000;
const ATTENDEES_MAX: usize = 50;
/// The longest event, and the longest time that is searched for free slots.
const SPAN_MAX: Duration = Duration::from_secs(31 * 86_400);
/// How far ahead a list looks that is not told.
const AHEAD: Duration = Duration::from_secs(30 * 86_400);

struct Demo {
    app: Arc<App>,
    calendar: Mutex<Calendar>,
}

type Shared = State<Arc<Demo>>;

#[derive(Deserialize)]
struct Search {
    time_min: Option<Timestamp>,
    time_max: Option<Timestamp>,
    query: Option<String>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
struct FreeSearch {
    time_min: Option<Timestamp>,
    time_max: Option<Timestamp>,
    duration_minutes: u64,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEvent {
    title: String,
    start: Timestamp,
    end: Timestamp,
    #[serde(default)]
    description: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    attendees: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventPatch {
    title: Option<String>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    description: Option<String>,
    location: Option<String>,
    attendees: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    response: calendar::Response,
}

/// The calendar of the demo's customer.
pub(super) fn router(app: &Arc<App>) -> Router {
    let calendar = Mutex::new(Calendar::seeded(app.now()));
    Router::new()
        .route("/events", get(list).post(create))
        .route("/events/{id}", get(read).patch(update).delete(remove))
        .route("/events/{id}/response", post(respond))
        .route("/free-slots", get(free_slots))
        .with_state(Arc::new(Demo { app: Arc::clone(app), calendar }))
}

fn no_event(id: &str) -> Refusal {
    Refusal::absent("event", id, "google-calendar-list-events")
}

/// An event that can be kept.
fn checked(event: Event) -> Result<Event, Refusal> {
    text("title", &event.title, TITLE_CHARS_MAX)?;
    at_most("description", &event.description, TEXT_CHARS_MAX)?;
    at_most("location", &event.location, TITLE_CHARS_MAX)?;
    span("start", event.start, "end", event.end)?;
    if event.attendees.len() > ATTENDEES_MAX {
        let why = format!("an event has at most {ATTENDEES_MAX} attendees");
        return Err(Refusal::unusable(why));
    }
    for attendee in &event.attendees {
        at_most("attendees", &attendee.email, TITLE_CHARS_MAX)?;
        if !attendee.email.contains('@') {
            return Err(Refusal::unusable("attendees: each is an email address"));
        }
    }
    Ok(event)
}

/// Two times of which the first comes first, and not too far apart.
fn span(from: &str, start: Timestamp, to: &str, end: Timestamp) -> Result<(), Refusal> {
    if start >= end {
        return Err(Refusal::unusable(format!("{to} comes after {from}")));
    }
    if end.duration_since(start).unsigned_abs() > SPAN_MAX {
        return Err(Refusal::unusable(format!("{from} and {to} are at most 31 days apart")));
    }
    Ok(())
}

fn invited(emails: Vec<String>, before: &[Attendee]) -> Vec<Attendee> {
    let invite = |email: String| {
        let known = before.iter().find(|attendee| attendee.email == email);
        known.cloned().unwrap_or(Attendee { email, response: calendar::Response::NeedsAction })
    };
    emails.into_iter().map(invite).collect()
}

async fn list(State(demo): Shared, Filter(asked): Filter<Search>) -> Answer {
    let limit = limit(asked.max_results)?;
    let from = asked.time_min.unwrap_or_else(|| demo.app.now());
    let to = asked.time_max.map_or_else(|| from.checked_add(AHEAD), Ok);
    let to = to.map_err(|_| Refusal::unusable("time_min is too far ahead"))?;
    if from >= to {
        return Err(Refusal::unusable("time_max comes after time_min"));
    }
    let calendar = open(&demo.calendar);
    let found = calendar.between(from, to, asked.query.as_deref().unwrap_or_default());
    let events: Vec<_> = found.iter().take(limit).collect();
    Ok(Json(json!({ "events": events, "total": found.len() })).into_response())
}

async fn read(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let calendar = open(&demo.calendar);
    Ok(Json(calendar.event(&id).ok_or_else(|| no_event(&id))?).into_response())
}

async fn create(State(demo): Shared, Sent(new): Sent<NewEvent>) -> Answer {
    let NewEvent { title, start, end, description, location, attendees } = new;
    let attendees = invited(attendees, &[]);
    let id = String::new();
    let event = checked(Event { id, title, start, end, description, location, attendees })?;
    let mut calendar = open(&demo.calendar);
    Ok((StatusCode::CREATED, Json(calendar.add(event)?)).into_response())
}

async fn update(
    State(demo): Shared,
    Path(id): Path<String>,
    Sent(patch): Sent<EventPatch>,
) -> Answer {
    let mut calendar = open(&demo.calendar);
    let before = calendar.event(&id).ok_or_else(|| no_event(&id))?.clone();
    let start = patch.start.unwrap_or(before.start);
    // Who moves an event means its length to stay.
    let moved = start.checked_add(before.end.duration_since(before.start));
    let moved = moved.map_err(|_| Refusal::unusable("start is too far ahead"))?;
    let event = checked(Event {
        id: before.id,
        title: patch.title.unwrap_or(before.title),
        start,
        end: patch.end.unwrap_or(moved),
        description: patch.description.unwrap_or(before.description),
        location: patch.location.unwrap_or(before.location),
        attendees: match patch.attendees {
            Some(emails) => invited(emails, &before.attendees),
            None => before.attendees,
        },
    })?;
    calendar.replace(event.clone());
    Ok(Json(event).into_response())
}

async fn remove(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let removed = open(&demo.calendar).remove(&id).ok_or_else(|| no_event(&id))?;
    Ok(Json(json!({ "deleted": removed.id, "title": removed.title })).into_response())
}

async fn respond(State(demo): Shared, Path(id): Path<String>, Sent(reply): Sent<Reply>) -> Answer {
    let mut calendar = open(&demo.calendar);
    let mut event = calendar.event(&id).ok_or_else(|| no_event(&id))?.clone();
    let own = event.attendees.iter_mut().find(|attendee| attendee.email == calendar::OWN);
    let own = own.ok_or_else(|| Refusal::conflict("you are not invited to this event"))?;
    own.response = reply.response;
    calendar.replace(event.clone());
    Ok(Json(event).into_response())
}

async fn free_slots(State(demo): Shared, Filter(asked): Filter<FreeSearch>) -> Answer {
    const WEEK: Duration = Duration::from_secs(7 * 86_400);
    let limit = limit(asked.max_results)?;
    if !(5..=480).contains(&asked.duration_minutes) {
        return Err(Refusal::unusable("duration_minutes is between 5 and 480"));
    }
    let from = asked.time_min.unwrap_or_else(|| demo.app.now());
    let to = asked.time_max.map_or_else(|| from.checked_add(WEEK), Ok);
    let to = to.map_err(|_| Refusal::unusable("time_min is too far ahead"))?;
    span("time_min", from, "time_max", to)?;
    let length = Duration::from_secs(asked.duration_minutes * 60);
    let mut slots = open(&demo.calendar).free(from, to, length);
    slots.truncate(limit);
    Ok(Json(json!({ "slots": slots })).into_response())
}
