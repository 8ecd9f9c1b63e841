mod mailbox;
mod seed;

use super::parts::{Answer, Filter, Refusal, Sent, at_most, limit, open, text};
use app::App;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, post},
};
use mailbox::{Draft, Email, Mailbox};
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// The longest body of an email, in characters.
const BODY_CHARS_MAX: usize = 100_000;
/// The longest of what is on one line.
const LINE_CHARS_MAX: usize = 1_000;
/// Recipients of one email.
const RECIPIENTS_MAX: usize = 50;

struct Demo {
    app: Arc<App>,
    mailbox: Mutex<Mailbox>,
}

type Shared = State<Arc<Demo>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEmail {
    #[serde(default)]
    to: String,
    #[serde(default)]
    cc: String,
    #[serde(default)]
    bcc: String,
    subject: String,
    body: String,
    thread_id: Option<String>,
}

#[derive(Deserialize)]
struct Search {
    query: Option<String>,
    label: Option<String>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    body: String,
    #[serde(default)]
    reply_all: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelChange {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLabel {
    name: String,
}

/// The mailbox of the demo's customer.
pub(super) fn router(app: &Arc<App>) -> Router {
    let mailbox = Mutex::new(seed::mailbox(app.now()));
    Router::new()
        .route("/emails", get(search).post(send))
        .route("/emails/{id}", get(read))
        .route("/emails/{id}/reply", post(reply))
        .route("/emails/{id}/labels", post(change_labels))
        .route("/emails/{id}/trash", post(trash))
        .route("/conversations/{id}", get(conversation))
        .route("/drafts", get(list_drafts).post(create_draft))
        .route("/drafts/{id}/send", post(send_draft))
        .route("/labels", get(list_labels).post(create_label))
        .route("/profile", get(profile))
        .with_state(Arc::new(Demo { app: Arc::clone(app), mailbox }))
}

impl NewEmail {
    /// The email as it is kept, once it can be sent, or be a draft.
    fn checked(self, to_whom: Recipients) -> Result<Draft, Refusal> {
        for (name, line) in [("to", &self.to), ("cc", &self.cc), ("bcc", &self.bcc)] {
            at_most(name, line, LINE_CHARS_MAX)?;
            addresses(name, line)?;
        }
        match to_whom {
            Recipients::Needed => text("to", &self.to, LINE_CHARS_MAX)?,
            Recipients::Open => {}
        }
        at_most("subject", &self.subject, LINE_CHARS_MAX)?;
        at_most("body", &self.body, BODY_CHARS_MAX)?;
        let NewEmail { to, cc, bcc, subject, body, thread_id } = self;
        Ok(Draft { id: String::new(), to, cc, bcc, subject, body, thread_id })
    }
}

/// Whether an email must say whom it is for.
enum Recipients {
    Needed,
    Open,
}

/// Addresses with commas between them, each with an `@` in it. What else an address may be is no matter here: none is sent to.
fn addresses(name: &str, line: &str) -> Result<(), Refusal> {
    let all: Vec<&str> = line.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    if all.len() > RECIPIENTS_MAX {
        return Err(Refusal::unusable(format!("{name} has at most {RECIPIENTS_MAX} addresses")));
    }
    let is_address = |one: &&&str| {
        one.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
    };
    match all.iter().find(|one| !is_address(one)) {
        None => Ok(()),
        Some(wrong) => {
            let wrong: String = wrong.chars().take(60).collect();
            Err(Refusal::unusable(format!(
                "{name}: {wrong:?} is no email address: write one such as ann@example.com"
            )))
        }
    }
}

fn no_email(id: &str) -> Refusal {
    Refusal::absent("email", id, "gmail-search-emails")
}

async fn search(State(demo): Shared, Filter(asked): Filter<Search>) -> Answer {
    let limit = limit(asked.max_results)?;
    let mailbox = open(&demo.mailbox);
    if let Some(label) = &asked.label {
        mailbox.known_label(label)?;
    }
    let query = asked.query.unwrap_or_default();
    let found = mailbox.search(&query, asked.label.as_deref());
    let emails: Vec<_> = found.iter().take(limit).map(|email| email.summary()).collect();
    Ok(Json(json!({ "emails": emails, "total": found.len() })).into_response())
}

async fn send(State(demo): Shared, Sent(new): Sent<NewEmail>) -> Answer {
    let draft = new.checked(Recipients::Needed)?;
    let now = demo.app.now();
    let mut mailbox = open(&demo.mailbox);
    if let Some(thread) = &draft.thread_id {
        mailbox.conversation(thread)?;
    }
    Ok((StatusCode::CREATED, Json(mailbox.send(draft, now))).into_response())
}

async fn read(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let mailbox = open(&demo.mailbox);
    Ok(Json(mailbox.email(&id).ok_or_else(|| no_email(&id))?).into_response())
}

async fn reply(State(demo): Shared, Path(id): Path<String>, Sent(reply): Sent<Reply>) -> Answer {
    text("body", &reply.body, BODY_CHARS_MAX)?;
    let now = demo.app.now();
    let mut mailbox = open(&demo.mailbox);
    let answered = mailbox.email(&id).ok_or_else(|| no_email(&id))?;
    let draft = answered.reply(reply.body, reply.reply_all);
    Ok((StatusCode::CREATED, Json(mailbox.send(draft, now))).into_response())
}

async fn change_labels(
    State(demo): Shared,
    Path(id): Path<String>,
    Sent(change): Sent<LabelChange>,
) -> Answer {
    let mut mailbox = open(&demo.mailbox);
    for label in change.add.iter().chain(&change.remove) {
        mailbox.known_label(label)?;
    }
    let email = mailbox.email_mut(&id).ok_or_else(|| no_email(&id))?;
    email.relabel(&change.add, &change.remove);
    Ok(Json(email.summary()).into_response())
}

async fn trash(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let mut mailbox = open(&demo.mailbox);
    let email: &mut Email = mailbox.email_mut(&id).ok_or_else(|| no_email(&id))?;
    email.relabel(&["TRASH".to_owned()], &["INBOX".to_owned()]);
    Ok(Json(email.summary()).into_response())
}

async fn conversation(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let mailbox = open(&demo.mailbox);
    let emails = mailbox.conversation(&id)?;
    Ok(Json(json!({ "thread_id": id, "emails": emails })).into_response())
}

async fn list_drafts(State(demo): Shared) -> Answer {
    Ok(Json(json!({ "drafts": open(&demo.mailbox).drafts() })).into_response())
}

async fn create_draft(State(demo): Shared, Sent(new): Sent<NewEmail>) -> Answer {
    let draft = new.checked(Recipients::Open)?;
    let mut mailbox = open(&demo.mailbox);
    if let Some(thread) = &draft.thread_id {
        mailbox.conversation(thread)?;
    }
    Ok((StatusCode::CREATED, Json(mailbox.keep_draft(draft)?)).into_response())
}

async fn send_draft(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let now = demo.app.now();
    Ok((StatusCode::CREATED, Json(open(&demo.mailbox).send_draft(&id, now)?)).into_response())
}

async fn list_labels(State(demo): Shared) -> Answer {
    Ok(Json(json!({ "labels": open(&demo.mailbox).labels() })).into_response())
}

async fn create_label(State(demo): Shared, Sent(new): Sent<NewLabel>) -> Answer {
    text("name", &new.name, 60)?;
    open(&demo.mailbox).create_label(new.name.trim())?;
    Ok((StatusCode::CREATED, Json(json!({ "name": new.name.trim() }))).into_response())
}

async fn profile(State(demo): Shared) -> Answer {
    let mailbox = open(&demo.mailbox);
    let unread = mailbox.search("is:unread", None).len();
    let emails = mailbox.search("", None).len();
    Ok(Json(json!({ "email_address": mailbox::OWN, "emails": emails, "unread": unread }))
        .into_response())
}
