use super::parts::{Answer, Filter, Refusal, Sent, at_most, has_words, limit, open, room, text};
use app::App;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, post},
};
use jiff::{Span, civil::Date, tz::TimeZone};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{Arc, Mutex};

/// Tasks that are kept.
const TASKS_MAX: usize = 500;
const TITLE_CHARS_MAX: usize = 300;
const NOTES_CHARS_MAX: usize = 10_000;

struct Demo {
    app: Arc<App>,
    list: Mutex<List>,
}

struct List {
    tasks: Vec<Task>,
    last: u32,
}

#[derive(Clone, Serialize)]
struct Task {
    id: String,
    title: String,
    notes: String,
    /// A day.
    due: Option<Date>,
    status: Status,
    completed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Open,
    Completed,
}

type Shared = State<Arc<Demo>>;

#[derive(Deserialize)]
struct Search {
    query: Option<String>,
    status: Option<Status>,
    due_before: Option<Date>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTask {
    title: String,
    #[serde(default)]
    notes: String,
    due: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskPatch {
    title: Option<String>,
    notes: Option<String>,
    due: Option<Date>,
}

/// The tasks of the demo's customer.
pub(super) fn router(app: &Arc<App>) -> Router {
    let list = Mutex::new(List { tasks: seed(app.now()), last: 200 });
    Router::new()
        .route("/tasks", get(list_tasks).post(create))
        .route("/tasks/{id}", get(read).patch(update).delete(remove))
        .route("/tasks/{id}/complete", post(complete))
        .route("/tasks/{id}/reopen", post(reopen))
        .with_state(Arc::new(Demo { app: Arc::clone(app), list }))
}

/// What is there at first. Ids are always the same; days count from today.
fn seed(now: Timestamp) -> Vec<Task> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let task = |number: u32, title: &str, due: Option<i64>, notes: &str| Task {
        id: format!("task-{number}"),
        title: title.to_owned(),
        notes: notes.to_owned(),
        due: due.map(|days| today.saturating_add(Span::new().days(days))),
        status: Status::Open,
        completed_at: None,
    };
    vec![
        task(101, "Review the launch plan", Some(1), "The document is doc-101."),
        task(102, "Pay invoice 4711", Some(2), "EUR 1,280.00 to Acme."),
        task(103, "Answer Priya", Some(0), "She asks for the date of the launch."),
        task(104, "Book a hotel for the conference", None, ""),
        Task {
            status: Status::Completed,
            completed_at: Some(now - std::time::Duration::from_secs(86_400)),
            ..task(105, "Write the meeting notes", Some(-1), "")
        },
    ]
}

impl List {
    fn task(&mut self, id: &str) -> Result<&mut Task, Refusal> {
        let found = self.tasks.iter_mut().find(|task| task.id == id);
        found.ok_or_else(|| absent(id))
    }
}

fn absent(id: &str) -> Refusal {
    Refusal::absent("task", id, "tasks-list-tasks")
}

fn checked(task: &Task) -> Result<(), Refusal> {
    text("title", &task.title, TITLE_CHARS_MAX)?;
    at_most("notes", &task.notes, NOTES_CHARS_MAX)
}

async fn list_tasks(State(demo): Shared, Filter(asked): Filter<Search>) -> Answer {
    let limit = limit(asked.max_results)?;
    let words = asked.query.unwrap_or_default();
    let list = open(&demo.list);
    let fits = |task: &&Task| {
        has_words(&format!("{} {}", task.title, task.notes), &words)
            && asked.status.is_none_or(|status| task.status == status)
            && asked.due_before.is_none_or(|day| task.due.is_some_and(|due| due < day))
    };
    let mut found: Vec<&Task> = list.tasks.iter().filter(fits).collect();
    found.sort_by_key(|task| (task.due.is_none(), task.due));
    let tasks: Vec<_> = found.iter().take(limit).collect();
    Ok(Json(json!({ "tasks": tasks, "total": found.len() })).into_response())
}

async fn create(State(demo): Shared, Sent(new): Sent<NewTask>) -> Answer {
    let NewTask { title, notes, due } = new;
    let (id, status) = (String::new(), Status::Open);
    let task = Task { id, title, notes, due, status, completed_at: None };
    checked(&task)?;
    let mut list = open(&demo.list);
    room("tasks", list.tasks.len(), TASKS_MAX)?;
    list.last += 1;
    let task = Task { id: format!("task-{}", list.last), ..task };
    list.tasks.push(task.clone());
    Ok((StatusCode::CREATED, Json(task)).into_response())
}

async fn read(State(demo): Shared, Path(id): Path<String>) -> Answer {
    Ok(Json(&*open(&demo.list).task(&id)?).into_response())
}

async fn update(
    State(demo): Shared,
    Path(id): Path<String>,
    Sent(patch): Sent<TaskPatch>,
) -> Answer {
    let mut list = open(&demo.list);
    let task = list.task(&id)?;
    let before = task.clone();
    let after = Task {
        title: patch.title.unwrap_or(before.title),
        notes: patch.notes.unwrap_or(before.notes),
        due: patch.due.or(before.due),
        ..before
    };
    checked(&after)?;
    *task = after;
    Ok(Json(&*task).into_response())
}

async fn complete(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let now = demo.app.now();
    let mut list = open(&demo.list);
    let task = list.task(&id)?;
    task.status = Status::Completed;
    task.completed_at.get_or_insert(now);
    Ok(Json(&*task).into_response())
}

async fn reopen(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let mut list = open(&demo.list);
    let task = list.task(&id)?;
    (task.status, task.completed_at) = (Status::Open, None);
    Ok(Json(&*task).into_response())
}

async fn remove(State(demo): Shared, Path(id): Path<String>) -> Answer {
    let mut list = open(&demo.list);
    let at = list.tasks.iter().position(|task| task.id == id);
    let removed = list.tasks.remove(at.ok_or_else(|| absent(&id))?);
    Ok(Json(json!({ "deleted": removed.id, "title": removed.title })).into_response())
}
