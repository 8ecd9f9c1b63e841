use super::super::parts::{Refusal, has_words, room};
use jiff::{civil::Weekday, tz::TimeZone};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whose calendar it is.
pub(super) const OWN: &str = "ada@demo.example";
/// Events that are kept.
const EVENTS_MAX: usize = 500;
/// The hours of a working day, in UTC.
const WORKING: (i8, i8) = (8, 18);
const HOUR: u64 = 3_600;

pub(super) struct Calendar {
    events: Vec<Event>,
    last: u32,
}

#[derive(Clone, Serialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) description: String,
    pub(super) location: String,
    pub(super) attendees: Vec<Attendee>,
}

#[derive(Clone, Serialize)]
pub(super) struct Attendee {
    pub(super) email: String,
    pub(super) response: Response,
}

/// What somebody says to an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Response {
    NeedsAction,
    Accepted,
    Tentative,
    Declined,
}

/// A time at which nothing is planned.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Slot {
    start: Timestamp,
    end: Timestamp,
}

impl Calendar {
    /// Some events around now, always with the same ids, at full hours of the same distance in days.
    pub(super) fn seeded(now: Timestamp) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        let at = |days: i64, hour: i8, minute: i8| {
            let date = today.saturating_add(jiff::Span::new().days(days));
            date.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).map_or(now, |at| at.timestamp())
        };
        let event = |number: u32, title: &str, start: Timestamp, minutes: u64| Event {
            id: format!("event-{number}"),
            title: title.to_owned(),
            start,
            end: start + Duration::from_secs(minutes * 60),
            description: String::new(),
            location: String::new(),
            attendees: Vec::new(),
        };
        let with = |email: &str, response| Attendee { email: email.to_owned(), response };
        let events = vec![
            event(101, "Retrospective", at(-1, 15, 0), 60),
            event(102, "Stand-up", at(1, 9, 0), 15),
            Event {
                description: "We go through the document \"Launch plan\".".to_owned(),
                location: "Room 2".to_owned(),
                attendees: vec![
                    with(OWN, Response::NeedsAction),
                    with("priya@example.com", Response::Accepted),
                ],
                ..event(103, "Design review", at(1, 14, 0), 60)
            },
            Event {
                location: "Trattoria da Enzo".to_owned(),
                attendees: vec![
                    with(OWN, Response::Accepted),
                    with("priya@example.com", Response::Accepted),
                ],
                ..event(104, "Lunch with Priya", at(2, 12, 0), 60)
            },
            event(105, "Launch", at(5, 10, 0), 120),
            event(106, "Dentist", at(7, 16, 0), 45),
        ];
        Self { events, last: 200 }
    }

    pub(super) fn event(&self, id: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.id == id)
    }

    /// What takes place between two times, in the order of its start.
    pub(super) fn between(&self, from: Timestamp, to: Timestamp, words: &str) -> Vec<&Event> {
        let fits = |event: &&Event| {
            let text = format!("{} {} {}", event.title, event.description, event.location);
            event.end > from && event.start < to && has_words(&text, words)
        };
        let mut found: Vec<&Event> = self.events.iter().filter(fits).collect();
        found.sort_by_key(|event| event.start);
        found
    }

    pub(super) fn add(&mut self, event: Event) -> Result<Event, Refusal> {
        room("events", self.events.len(), EVENTS_MAX)?;
        self.last += 1;
        let event = Event { id: format!("event-{}", self.last), ..event };
        self.events.push(event.clone());
        Ok(event)
    }

    /// Puts an event in the place of the one with its id.
    pub(super) fn replace(&mut self, event: Event) {
        if let Some(before) = self.events.iter_mut().find(|before| before.id == event.id) {
            *before = event;
        }
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Event> {
        let at = self.events.iter().position(|event| event.id == id)?;
        Some(self.events.remove(at))
    }

    /// The working hours between two times that are free for as long, in their order.
    pub(super) fn free(&self, from: Timestamp, to: Timestamp, length: Duration) -> Vec<Slot> {
        let declined = |event: &Event| {
            event.attendees.iter().any(|one| one.email == OWN && one.response == Response::Declined)
        };
        let mut busy = self.between(from, to, "");
        busy.retain(|event| !declined(event));
        let mut slots = Vec::new();
        let mut keep = |start: Timestamp, end: Timestamp| {
            if end > start && end.duration_since(start).unsigned_abs() >= length {
                slots.push(Slot { start, end });
            }
        };
        for (opens, closes) in working_days(from, to) {
            let mut free_from = opens.max(from);
            let closes = closes.min(to);
            for event in &busy {
                keep(free_from, event.start.min(closes));
                free_from = free_from.max(event.end);
            }
            keep(free_from, closes);
        }
        slots
    }
}

/// When each working day between two times opens and closes.
fn working_days(from: Timestamp, to: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let midnight = from.as_second() - from.as_second().rem_euclid(86_400);
    let days = (midnight..to.as_second()).step_by(24 * HOUR as usize);
    days.filter_map(|second| {
        let midnight = Timestamp::from_second(second).ok()?;
        let weekday = midnight.to_zoned(TimeZone::UTC).date().weekday();
        let at = |hour: i8| midnight + Duration::from_secs(hour.unsigned_abs() as u64 * HOUR);
        let is_free = matches!(weekday, Weekday::Saturday | Weekday::Sunday);
        (!is_free).then(|| (at(WORKING.0), at(WORKING.1)))
    })
}

#[cfg(test)]
mod tests {
    use super::Calendar;
    use model::Timestamp;
    use std::time::Duration;

    #[test]
    fn free_time_is_what_events_and_nights_leave() {
        // A Wednesday.
        let now: Timestamp = "2026-11-25T16:30:00Z".parse().unwrap();
        let calendar = Calendar::seeded(now);
        let free = |days: u64, minutes: u64| {
            let to = now + Duration::from_secs(days * 86_400);
            let slots = calendar.free(now, to, Duration::from_secs(minutes * 60));
            slots.iter().map(|slot| format!("{}/{}", slot.start, slot.end)).collect::<Vec<_>>()
        };
        let expected = [
            "2026-11-25T16:30:00Z/2026-11-25T18:00:00Z",
            "2026-11-26T08:00:00Z/2026-11-26T09:00:00Z",
            "2026-11-26T09:15:00Z/2026-11-26T14:00:00Z",
            "2026-11-26T15:00:00Z/2026-11-26T16:30:00Z",
        ];
        assert_eq!(free(1, 30), expected);
        assert_eq!(free(1, 120), expected[2..3]);
        // Saturday and Sunday are free of slots.
        let all = free(5, 30);
        assert!(!all.iter().any(|slot| slot.contains("-28T") || slot.contains("-29T")), "{all:?}");
    }

    #[test]
    fn what_was_declined_takes_no_time() {
        let now: Timestamp = "2026-11-25T06:00:00Z".parse().unwrap();
        let mut calendar = Calendar::seeded(now);
        let mut event = calendar.event("event-103").unwrap().clone();
        event.attendees[0].response = super::Response::Declined;
        calendar.replace(event.clone());
        let slots = calendar.free(event.start, event.end, Duration::from_secs(3_600));
        assert_eq!(slots, [super::Slot { start: event.start, end: event.end }]);
    }
}
