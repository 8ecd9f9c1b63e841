//! The headers of answers: what the document says of them, and what a creation that is sent twice has of the first one.

use crate::{
    api::problem,
    browser::PASSWORD,
    world::{Reply, World},
};
use serde_json::{Value, json};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(web::document()).unwrap());

/// What the document says of an operation's answer.
fn declared(operation: &str, status: u16) -> &'static Value {
    let paths = DOCUMENT["paths"].as_object().unwrap().values();
    let mut operations = paths.flat_map(|item| item.as_object().unwrap().values());
    let found = operations.find(|one| one["operationId"] == operation);
    &found.unwrap_or_else(|| panic!("{operation}"))["responses"][status.to_string()]
}

/// Whether a creation with the same `Idempotency-Key` is answered what the first one was.
pub(crate) fn is_replayed(operation: &str) -> bool {
    declared(operation, 201)["headers"]["Idempotent-Replayed"].is_object()
}

/// An answer has the headers that the document says, and no more of their kind.
pub(crate) fn check_headers(operation: &str, reply: &Reply) {
    let declared = declared(operation, reply.status);
    assert!(declared.is_object(), "{operation}: {reply:?}");
    for name in ["ETag", "Location", "Retry-After", "WWW-Authenticate", "Set-Cookie"] {
        let said = declared["headers"][name].is_object();
        let sent = reply.header(&name.to_ascii_lowercase()).is_some();
        assert_eq!(said, sent, "{operation}: {name}, {reply:?}");
    }
    let id = reply.header("x-request-id").unwrap_or_default();
    assert!(id.parse::<model::ApiRequestId>().is_ok(), "{operation}: {reply:?}");
}

/// An answer that is given once more: the same, and it says so.
pub(crate) fn check_replay(operation: &str, first: &Reply, again: &Reply) {
    assert_eq!((again.status, &again.body), (first.status, &first.body), "{operation}");
    for name in ["location", "etag", "content-type"] {
        assert_eq!(again.header(name), first.header(name), "{operation}: {name}, {again:?}");
    }
    assert_eq!(first.header("idempotent-replayed"), None, "{operation}");
    assert_eq!(again.header("idempotent-replayed"), Some("true"), "{operation}");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"), "{operation}");
}

#[test]
fn who_signs_in_and_out_has_the_headers_that_the_document_says() {
    let world = World::new();
    let api = world.full_api("local");
    let (_, link) = world.invite("local", "ada@example.com", "member");
    let accepted = world.anonymous("/links/accept", &json!({"link": link, "password": PASSWORD}));
    check_headers("accept_link", &accepted);
    let signed_in = world.try_sign_in("local", "ada@example.com", PASSWORD);
    check_headers("create_session", &signed_in);
    check_headers("create_session", &world.try_sign_in("local", "ada@example.com", "wrong"));
    let browser = world.browser(&signed_in);
    check_headers("get_session", &browser.get("/session"));
    let changed = browser.patch("/me", &json!({"name": "Ada"}));
    check_headers("update_me", &changed);
    let request_id = changed.header("x-request-id").unwrap();
    let rows = api.get("/audit?limit=1").json();
    assert_eq!(rows["items"][0]["request_id"], request_id);
    check_headers("delete_session", &browser.send("DELETE", "/session", ""));
    let stranger = world.send("GET", "/api/v1/users", &[], b"");
    assert_eq!(problem(&stranger).0, 401);
    check_headers("list_users", &stranger);
}

#[test]
fn a_request_takes_no_other_members_than_the_document_names() {
    let mut waiting: Vec<(String, &Value)> = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let contents = operation["requestBody"]["content"].as_object();
            let schemas = contents.into_iter().flat_map(|all| all.values());
            waiting.extend(schemas.map(|content| (path.clone(), &content["schema"])));
        }
    }
    assert!(!waiting.is_empty());
    let mut met = std::collections::BTreeSet::new();
    while let Some((place, schema)) = waiting.pop() {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            if met.insert(name) {
                waiting.push((name.to_owned(), &DOCUMENT["components"]["schemas"][name]));
            }
            continue;
        }
        let members = schema["properties"].as_object();
        if members.is_some_and(|members| !members.is_empty()) {
            assert_eq!(schema["additionalProperties"], false, "{place}: {schema}");
        }
        for (name, member) in members.into_iter().flatten() {
            waiting.push((format!("{place}.{name}"), member));
        }
        for (at, form) in ["oneOf", "anyOf", "allOf"].iter().enumerate() {
            let forms = schema[form].as_array().into_iter().flatten();
            waiting.extend(forms.map(|form| (format!("{place}|{at}"), form)));
        }
        for inner in ["items", "additionalProperties"] {
            if schema[inner].is_object() {
                waiting.push((format!("{place}[]"), &schema[inner]));
            }
        }
    }
    assert!(met.contains("NewCredential") && met.contains("LimitTarget"), "{met:?}");
}

#[test]
fn a_body_is_an_object_and_no_list_of_its_values() {
    let world = World::new();
    let api = world.full_api("local");
    for body in [json!(["new@example.com", "member"]), json!([]), json!(null), json!("x")] {
        let reply = api.post("/users", &body);
        assert_eq!(problem(&reply), (400, "invalid".into(), None), "{body}");
    }
}
