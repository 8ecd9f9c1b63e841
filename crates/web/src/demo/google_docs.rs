use super::parts::{
    Answer, Filter, Refusal, Sent, at_most, has_words, limit, open, room, snippet, text,
};
use app::App;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, patch, post},
};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// Documents that are kept.
const DOCUMENTS_MAX: usize = 200;
const TITLE_CHARS_MAX: usize = 300;
/// The longest document, in characters.
const TEXT_CHARS_MAX: usize = 100_000;

struct Demo {
    app: Arc<App>,
    shelf: Mutex<Shelf>,
}

struct Shelf {
    documents: Vec<Document>,
    last: u32,
}

#[derive(Clone, Serialize)]
struct Document {
    id: String,
    title: String,
    text: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

type Shared = State<Arc<Demo>>;

#[derive(Deserialize)]
struct Search {
    query: Option<String>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDocument {
    title: String,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Appended {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replaced {
    find: String,
    replace_with: String,
}

/// The documents of the demo's customer.
pub(super) fn router(app: &Arc<App>) -> Router {
    let shelf = Mutex::new(Shelf { documents: seed(app.now()), last: 200 });
    Router::new()
        .route("/documents", get(list).post(create))
        .route("/documents/{id}", get(read).delete(remove))
        .route("/documents/{id}/title", patch(rename))
        .route("/documents/{id}/append", post(append))
        .route("/documents/{id}/replace", post(replace))
        .with_state(Arc::new(Demo { app: Arc::clone(app), shelf }))
}

/// What is there at first. Ids are always the same.
fn seed(now: Timestamp) -> Vec<Document> {
    let document = |number: u32, title: &str, hours: u64, text: &str| {
        let at = now - Duration::from_secs(hours * 3_600);
        let (title, text) = (title.to_owned(), text.to_owned());
        Document { id: format!("doc-{number}"), title, text, created_at: at, updated_at: at }
    };
    vec![
        document(
            101,
            "Launch plan",
            60,
            "Launch plan\n\nGoal: the first hundred customers.\nOwner: Ada\n\nTo do\n- Newsletter (Tom)\n- Prices (Priya)\n",
        ),
        document(
            102,
            "Meeting notes",
            30,
            "Meeting notes\n\nPrices stay as they are until spring. The newsletter goes out a day before the launch.\n",
        ),
        document(
            103,
            "Letter to customers",
            200,
            "Dear {{name}},\n\nthank you for being a customer since {{year}}.\n\nAda\n",
        ),
    ]
}

impl Document {
    fn summary(&self) -> serde_json::Value {
        let characters = self.text.chars().count();
        json!({
            "id": self.id, "title": self.title, "updated_at": self.updated_at, "characters": characters,
            "snippet": snippet(&self.text),
        })
    }
}

impl Shelf {
    fn document(&mut self, id: &str) -> Result<&mut Document, Refusal> {
        let found = self.documents.iter_mut().find(|document| document.id == id);
        found.ok_or_else(|| absent(id))
    }
}

fn absent(id: &str) -> Refusal {
    Refusal::absent("document", id, "google-docs-search-documents")
}

async fn list(State(demo): Shared, Filter(asked): Filter<Search>) -> Answer {
    let limit = limit(asked.max_results)?;
    let words = asked.query.unwrap_or_default();
    let shelf = open(&demo.shelf);
    let fits =
        |document: &&Document| has_words(&format!("{}\n{}", document.title, document.text), &words);
    let mut found: Vec<&Document> = shelf.documents.iter().filter(fits).collect();
    found.sort_by_key(|document| std::cmp::Reverse(document.updated_at));
    let documents: Vec<_> = found.iter().take(limit).map(|one| one.summary()).collect();
    Ok(Json(json!({ "documents": documents, "total": found.len() })).into_response())
}

async fn create(State(demo): Shared, Sent(new): Sent<NewDocument>) -> Answer {
    text("title", &new.title, TITLE_CHARS_MAX)?;
    at_most("text", &new.text, TEXT_CHARS_MAX)?;
    let now = demo.app.now();
    let mut shelf = open(&demo.shelf);
    room("documents", shelf.documents.len(), DOCUMENTS_MAX)?;
    shelf.last += 1;
    let id = format!("doc-{}", shelf.last);
    let document =
        Document { id, title: new.title, text: new.text, created_at: now, updated_at: now };
    shelf.documents.push(document.clone());
    Ok((StatusCode::CREATED, Json(document)).into_response())
}

async fn read(State(demo): Shared, Path(id): Path<String>) -> Answer {
    Ok(Json(&*open(&demo.shelf).document(&id)?).into_response())
}

async fn remove(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let mut shelf = open(&demo.shelf);
    let at = shelf.documents.iter().position(|document| document.id == id);
    let removed = shelf.documents.remove(at.ok_or_else(|| absent(&id))?);
    Ok(Json(json!({ "deleted": removed.id, "title": removed.title })).into_response())
}

async fn rename(State(demo): Shared, Path(id): Path<String>, Sent(new): Sent<Title>) -> Answer {
    text("title", &new.title, TITLE_CHARS_MAX)?;
    let now = demo.app.now();
    let mut shelf = open(&demo.shelf);
    let document = shelf.document(&id)?;
    (document.title, document.updated_at) = (new.title, now);
    Ok(Json(document.summary()).into_response())
}

async fn append(State(demo): Shared, Path(id): Path<String>, Sent(new): Sent<Appended>) -> Answer {
    text("text", &new.text, TEXT_CHARS_MAX)?;
    let now = demo.app.now();
    let mut shelf = open(&demo.shelf);
    let document = shelf.document(&id)?;
    write(document, format!("{}{}", document.text, new.text), now)?;
    Ok(Json(document.summary()).into_response())
}

async fn replace(
    State(demo): Shared,
    Path(id): Path<String>,
    Sent(asked): Sent<Replaced>,
) -> Answer {
    text("find", &asked.find, TEXT_CHARS_MAX)?;
    let now = demo.app.now();
    let mut shelf = open(&demo.shelf);
    let document = shelf.document(&id)?;
    let replaced = document.text.matches(&asked.find).count();
    // Counted before it is made: many places times a long text is more than anybody should have made.
    let grown = asked.replace_with.len().saturating_mul(replaced);
    if grown > TEXT_CHARS_MAX * 4 {
        return Err(too_long());
    }
    write(document, document.text.replace(&asked.find, &asked.replace_with), now)?;
    Ok(Json(json!({ "id": id, "replaced": replaced })).into_response())
}

fn too_long() -> Refusal {
    Refusal::conflict(format!("a document has at most {TEXT_CHARS_MAX} characters"))
}

fn write(document: &mut Document, text: String, now: Timestamp) -> Result<(), Refusal> {
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(too_long());
    }
    (document.text, document.updated_at) = (text, now);
    Ok(())
}
