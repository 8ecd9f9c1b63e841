//! The APIs in memory of `serve --demo`: what they do, what they refuse, and that nobody without their token gets in.

use crate::world::{Reply, Setting, World};
use model::Secret;
use serde_json::{Value, json};

const TOKEN: &str = "demo-token-of-this-test";

struct Demo(World);

impl Demo {
    fn new() -> Self {
        let mut setting = Setting::default();
        setting.web.demo = web::Demo::Apps(Secret::from(TOKEN.to_owned()));
        Self(World::with(setting))
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {TOKEN}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.0.send(method, &format!("/demo/apps{path}"), &headers, body.as_bytes())
    }

    fn get(&self, path: &str) -> Value {
        let reply = self.send("GET", path, &Value::Null);
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.json()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let reply = self.send("POST", path, body);
        assert!(matches!(reply.status, 200 | 201), "{path}: {reply:?}");
        reply.json()
    }

    /// A request that is refused, with words that its answer must hold.
    fn refused(&self, request: (&str, &str, Value), status: u16, words: &str) {
        let (method, path, body) = request;
        let reply = self.send(method, path, &body);
        assert_eq!(reply.status, status, "{method} {path}: {reply:?}");
        let told = reply.json();
        assert_eq!(told["status"], status, "{told}");
        let detail = told["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{method} {path}: {detail}");
    }
}

/// The ids of a list.
fn ids<'v>(list: &'v Value, name: &str) -> Vec<&'v str> {
    list[name].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[test]
fn the_token_is_needed_and_nothing_is_served_without_the_demo() {
    let demo = Demo::new();
    for path in ["gmail/labels", "google-calendar/events", "google-docs/documents", "tasks/tasks"] {
        for (sent, status) in [
            (None, 401),
            (Some("Bearer wrong"), 401),
            (Some(TOKEN), 401),
            (Some(format!("Bearer {TOKEN}").as_str()), 200),
        ] {
            let headers: Vec<_> = sent.iter().map(|value| ("authorization", *value)).collect();
            let reply = demo.0.send("GET", &format!("/demo/apps/{path}"), &headers, b"");
            assert_eq!(reply.status, status, "{path} {sent:?}: {reply:?}");
        }
    }
    let without = World::new();
    let bearer = format!("Bearer {TOKEN}");
    let reply = without.send("GET", "/demo/apps/gmail/labels", &[("authorization", &bearer)], b"");
    assert_eq!(reply.status, 404, "{reply:?}");
}

#[test]
fn mail_is_found_read_answered_labeled_and_thrown_away() {
    let demo = Demo::new();
    let found = demo.get("/gmail/emails?query=from:priya%20is:unread");
    assert_eq!(ids(&found, "emails"), ["email-104"]);
    assert_eq!(found["total"], 1);
    let read = demo.get("/gmail/emails/email-104");
    assert!(read["body"].as_str().unwrap().contains("date of the launch final"), "{read}");
    let answer = demo.post("/gmail/emails/email-104/reply", &json!({"body": "Yes, it is."}));
    assert_eq!(answer["to"], read["from"]);
    assert_eq!((&answer["thread_id"], &answer["labels"]), (&read["thread_id"], &json!(["SENT"])));
    let conversation = demo.get("/gmail/conversations/thread-104");
    assert_eq!(ids(&conversation, "emails"), ["email-104", answer["id"].as_str().unwrap()]);

    let sent = json!({"to": "Ada <ada@demo.example>", "subject": "Note", "body": "to myself"});
    let sent = demo.post("/gmail/emails", &sent);
    assert_eq!(sent["labels"], json!(["SENT", "INBOX", "UNREAD"]));
    assert_eq!(sent["date"], demo.0.now().to_string());
    demo.post("/gmail/labels", &json!({"name": "Notes"}));
    let at = format!("/gmail/emails/{}", sent["id"].as_str().unwrap());
    let change = json!({"add": ["Notes", "Notes"], "remove": ["UNREAD"]});
    let labeled = demo.post(&format!("{at}/labels"), &change);
    assert_eq!(labeled["labels"], json!(["SENT", "INBOX", "Notes"]));
    assert_eq!(demo.get("/gmail/emails?label=Notes&max_results=1")["total"], 1);
    demo.send("POST", &format!("{at}/trash"), &Value::Null);
    assert_eq!(demo.get("/gmail/emails?label=Notes")["total"], 0);
    assert_eq!(demo.get("/gmail/emails?query=in:trash")["total"], 1);

    let draft = demo.post("/gmail/drafts", &json!({"subject": "Later", "body": "…"}));
    let drafts = demo.get("/gmail/drafts");
    assert_eq!(ids(&drafts, "drafts"), ["draft-106", draft["id"].as_str().unwrap()]);
    let sent = demo.send("POST", "/gmail/drafts/draft-106/send", &Value::Null).json();
    assert_eq!(sent["to"], "tom@example.com");
    assert_eq!(demo.get("/gmail/drafts")["drafts"].as_array().unwrap().len(), 1);
    assert_eq!(demo.get("/gmail/profile")["email_address"], "ada@demo.example");

    let mail = |to: &str| json!({"to": to, "subject": "s", "body": "b"});
    let unsendable = format!("/gmail/drafts/{}/send", draft["id"].as_str().unwrap());
    for (request, status, words) in [
        (("GET", "/gmail/emails/email-1", Value::Null), 404, "gmail-search-emails"),
        (("GET", "/gmail/conversations/thread-1", Value::Null), 404, "thread_id"),
        (("GET", "/gmail/emails?label=Nope", Value::Null), 404, "gmail-list-labels"),
        (("GET", "/gmail/emails?max_results=51", Value::Null), 422, "between 1 and 50"),
        (("GET", "/gmail/emails?max_results=x", Value::Null), 400, "max_results"),
        (("POST", "/gmail/emails", mail("")), 422, "to has 1 to 1000 characters"),
        (("POST", "/gmail/emails", mail("ann")), 422, "ann@example.com"),
        (("POST", "/gmail/emails", mail(&"a@b.example,".repeat(51))), 422, "50 addresses"),
        (("POST", "/gmail/emails", json!({"to": "a@b"})), 422, "subject"),
        (("POST", "/gmail/drafts/draft-1/send", Value::Null), 404, "gmail-list-drafts"),
        (("POST", &unsendable, Value::Null), 409, "names nobody"),
        (("POST", "/gmail/labels", json!({"name": "notes"})), 409, "of that name"),
    ] {
        demo.refused(request, status, words);
    }
}

#[test]
fn events_are_made_moved_answered_and_canceled_and_free_time_is_found() {
    let demo = Demo::new();
    let listed = demo.get("/google-calendar/events");
    let expected = ["event-102", "event-103", "event-104", "event-105", "event-106"];
    assert_eq!(ids(&listed, "events"), expected);
    let found = demo.get("/google-calendar/events?query=launch%20plan");
    assert_eq!(ids(&found, "events"), ["event-103"]);
    // The still clock says Thursday, 13 November 2025.
    let day = |time: &str| format!("2025-11-14T{time}:00Z");
    let slots = || {
        let (from, to) = (day("08:00"), day("16:00"));
        let path = format!("time_min={from}&time_max={to}&duration_minutes=120");
        let slots = demo.get(&format!("/google-calendar/free-slots?{path}"));
        let all = slots["slots"].as_array().unwrap().clone();
        let one = |slot: &Value| slot["start"].as_str().unwrap()[11..16].to_owned();
        all.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(slots(), ["09:15"]);
    let new = json!({
        "title": "Prices", "start": "2025-11-14T11:00:00+01:00", "end": day("11:00"),
        "attendees": ["priya@example.com"],
    });
    let made = demo.post("/google-calendar/events", &new);
    assert_eq!(
        (&made["start"], &made["attendees"][0]["response"]),
        (&json!(day("10:00")), &json!("needs_action"))
    );
    assert_eq!(slots(), ["11:00"]);
    let at = format!("/google-calendar/events/{}", made["id"].as_str().unwrap());
    let moved = demo.send("PATCH", &at, &json!({"start": day("15:00")})).json();
    assert_eq!((&moved["end"], &moved["title"]), (&json!(day("16:00")), &json!("Prices")));
    let gone = demo.send("DELETE", &at, &Value::Null).json();
    assert_eq!(gone, json!({"deleted": made["id"], "title": "Prices"}));
    let response = "/google-calendar/events/event-103/response";
    let answered = demo.post(response, &json!({"response": "declined"}));
    assert_eq!(answered["attendees"][0]["response"], "declined");

    let event = |start: &str, end: &str| json!({"title": "x", "start": start, "end": end});
    let (early, late) = (day("10:00"), day("11:00"));
    let decline = json!({"response": "declined"});
    for (request, status, words) in [
        (("GET", at.as_str(), Value::Null), 404, "google-calendar-list-events"),
        (("POST", "/google-calendar/events", event(&late, &early)), 422, "end comes after start"),
        (
            ("POST", "/google-calendar/events", event(&early, "2025-12-31T00:00:00Z")),
            422,
            "31 days",
        ),
        (("POST", "/google-calendar/events", event("tomorrow", &late)), 422, "start"),
        (
            ("PATCH", "/google-calendar/events/event-103", json!({"attendees": ["bob"]})),
            422,
            "email address",
        ),
        (
            ("PATCH", "/google-calendar/events/event-103", json!({"title": ""})),
            422,
            "title has 1 to",
        ),
        (("POST", "/google-calendar/events/event-105/response", decline), 409, "not invited"),
        (
            ("GET", "/google-calendar/free-slots?duration_minutes=1", Value::Null),
            422,
            "between 5 and 480",
        ),
        (("GET", "/google-calendar/free-slots", Value::Null), 400, "duration_minutes"),
    ] {
        demo.refused(request, status, words);
    }
}

#[test]
fn documents_are_found_written_and_deleted() {
    let demo = Demo::new();
    let all = demo.get("/google-docs/documents");
    assert_eq!(ids(&all, "documents"), ["doc-102", "doc-101", "doc-103"]);
    let found = demo.get("/google-docs/documents?query=hundred%20GOAL");
    assert_eq!(ids(&found, "documents"), ["doc-101"]);
    let new = json!({"title": "Ideas", "text": "One"});
    let made = demo.post("/google-docs/documents", &new);
    let at = format!("/google-docs/documents/{}", made["id"].as_str().unwrap());
    demo.post(&format!("{at}/append"), &json!({"text": "\nTwo"}));
    assert_eq!(demo.get(&at)["text"], "One\nTwo");
    let filled = json!({"find": "{{name}}", "replace_with": "Bob"});
    let replaced = demo.post("/google-docs/documents/doc-103/replace", &filled);
    assert_eq!(replaced, json!({"id": "doc-103", "replaced": 1}));
    assert!(
        demo.get("/google-docs/documents/doc-103")["text"]
            .as_str()
            .unwrap()
            .starts_with("Dear Bob")
    );
    let renamed = demo.send("PATCH", &format!("{at}/title"), &json!({"title": "Plans"})).json();
    assert_eq!(renamed["title"], "Plans");

    let long = "x".repeat(100_000);
    for (request, status, words) in [
        (("GET", "/google-docs/documents/doc-1", Value::Null), 404, "google-docs-search-documents"),
        (("POST", "/google-docs/documents", json!({"title": " "})), 422, "title has 1 to 300"),
        (("POST", &format!("{at}/append"), json!({"text": long})), 409, "at most 100000"),
        (
            ("POST", &format!("{at}/replace"), json!({"find": "o", "replace_with": long})),
            409,
            "at most 100000",
        ),
        (
            ("POST", &format!("{at}/replace"), json!({"find": "", "replace_with": "x"})),
            422,
            "find has 1 to",
        ),
    ] {
        demo.refused(request, status, words);
    }
    assert_eq!(demo.get(&at)["text"], "One\nTwo", "what is refused changes nothing");
    assert_eq!(demo.send("DELETE", &at, &Value::Null).json()["deleted"], made["id"]);
    demo.refused(("DELETE", &at, Value::Null), 404, "no document");
}

#[test]
fn tasks_are_made_done_and_undone() {
    let demo = Demo::new();
    let open = demo.get("/tasks/tasks?status=open");
    assert_eq!(ids(&open, "tasks"), ["task-103", "task-101", "task-102", "task-104"]);
    let due = demo.get("/tasks/tasks?status=open&due_before=2025-11-15");
    assert_eq!(ids(&due, "tasks"), ["task-103", "task-101"]);
    let made = demo.post("/tasks/tasks", &json!({"title": "Call Bob", "due": "2025-11-20"}));
    let at = format!("/tasks/tasks/{}", made["id"].as_str().unwrap());
    let changed = demo.send("PATCH", &at, &json!({"notes": "about prices"})).json();
    assert_eq!((&changed["title"], &changed["due"]), (&json!("Call Bob"), &json!("2025-11-20")));
    let done = demo.send("POST", &format!("{at}/complete"), &Value::Null).json();
    assert_eq!(
        (&done["status"], &done["completed_at"]),
        (&json!("completed"), &json!(demo.0.now().to_string()))
    );
    let undone = demo.send("POST", &format!("{at}/reopen"), &Value::Null).json();
    assert_eq!((&undone["status"], &undone["completed_at"]), (&json!("open"), &Value::Null));
    assert_eq!(demo.send("DELETE", &at, &Value::Null).json()["title"], "Call Bob");
    for (request, status, words) in [
        (("GET", at.as_str(), Value::Null), 404, "tasks-list-tasks"),
        (("POST", "/tasks/tasks", json!({"title": "x", "due": "soon"})), 422, "due"),
        (("POST", "/tasks/tasks", json!({"title": "x".repeat(301)})), 422, "title has 1 to 300"),
        (("GET", "/tasks/tasks?status=done", Value::Null), 400, "status"),
    ] {
        demo.refused(request, status, words);
    }
}

#[test]
fn what_is_kept_has_bounds() {
    let demo = Demo::new();
    for (path, body, most) in [
        ("/tasks/tasks", json!({"title": "x"}), 500 - 5),
        ("/google-docs/documents", json!({"title": "x"}), 200 - 3),
        ("/gmail/drafts", json!({"subject": "x", "body": "x"}), 100 - 1),
        (
            "/google-calendar/events",
            json!({"title": "x", "start": "2025-11-20T10:00:00Z", "end": "2025-11-20T11:00:00Z"}),
            500 - 6,
        ),
    ] {
        for _ in 0..most {
            demo.post(path, &body);
        }
        demo.refused(("POST", path, body), 409, "the demo keeps");
    }
}
