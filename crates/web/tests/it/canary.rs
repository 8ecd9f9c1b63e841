//! Secrets that come in through the control API come out nowhere: not in answers, not in the database, not in the log.

use crate::{
    api::Api,
    connected_apps::{Client, Customers},
    world::{World, modern_body, modern_headers},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    fmt::{Debug, Write as _},
    sync::{Mutex, PoisonError},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

static LOGGED: Mutex<String> = Mutex::new(String::new());

/// Writes down every field of every event and span of the process.
struct Log;

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(logged, "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        attributes.record(&mut Fields);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Each secret of a test, with characters that differ in every encoding.
fn canary(number: usize) -> String {
    format!("canary/{number}+7f3b9c1d5e8a2046&{number}=x")
}

/// The key of an embeddings endpoint.
pub(crate) fn key() -> &'static str {
    "canary-of-an-endpoint/9c4e1b7d2f8a6053"
}

/// All that was logged.
pub(crate) fn logged() -> String {
    LOGGED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

pub(crate) fn forms(secret: &str) -> Vec<String> {
    let mut escaped = String::new();
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").unwrap();
        }
    }
    let base64 = STANDARD.encode(secret);
    let hex = secret.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    vec![secret.to_owned(), escaped, base64.trim_end_matches('=').to_owned(), hex]
}

fn credentials() -> Vec<Value> {
    let place = |place: &str, at| json!({"kind": "api_key", "place": place, "name": "X-Key", "value": canary(at)});
    vec![
        place("header", 0),
        place("query", 1),
        place("cookie", 2),
        json!({"kind": "basic", "username": canary(3), "password": canary(4)}),
        json!({"kind": "bearer", "token": canary(5)}),
        json!({"kind": "headers", "headers": [{"name": "A", "value": canary(6)}]}),
        json!({
            "kind": "oauth2_client_credentials", "token_url": format!("https://127.0.0.1:1/token?key={}", canary(7)),
            "client_id": "me", "client_secret": canary(8), "parameters": [{"name": "resource", "value": canary(9)}],
        }),
    ]
}

/// Every operation on a connection, those that fail too.
fn exercise(api: &Api<'_>, app: &Value) -> Vec<String> {
    let mut seen = Vec::new();
    for (at, credential) in credentials().into_iter().enumerate() {
        let body =
            json!({"app": app, "name": format!("c{at}"), "credential": credential}).to_string();
        let key = format!("once-{at}");
        let made = api.send("POST", "/connections", &[("idempotency-key", &key)], &body);
        assert_eq!(made.status, 201, "{made:?}");
        let path = format!("/connections/{}", made.json()["id"].as_str().unwrap());
        let replies = [
            api.send("POST", "/connections", &[("idempotency-key", &key)], &body),
            api.send("POST", "/connections", &[("idempotency-key", &key)], &format!("{body} ")),
            api.send("POST", "/connections", &[], &body),
            api.get(&path),
            api.get("/connections"),
            api.get(&format!("{path}/used-by")),
            api.patch(&path, &json!({"name": format!("d{at}")})),
            api.patch(&path, &json!({"credential": credential})),
            api.post(&format!("{path}/test"), &json!({"path": "/echo"})),
            api.post(&format!("{path}/test"), &json!({"path": "/fail"})),
            api.post(&format!("{path}/rotate"), &json!({"credential": credential})),
            api.post(&format!("{path}/rotate"), &json!({"credential": canary(0)})),
            api.post(&format!("{path}/rotate"), &json!({"credential": {"kind": canary(0)}})),
            api.post(
                &format!("{path}/rotate"),
                &json!({"credential": {"kind": "bearer", "token": [canary(0)]}}),
            ),
            api.post(
                &format!("{path}/rotate"),
                &json!({"credential": {"kind": "bearer", "token": format!("{}\n", canary(0))}}),
            ),
            api.delete(&path),
        ];
        seen.push(format!("{made:?}"));
        seen.extend(replies.iter().map(|reply| format!("{reply:?}")));
    }
    seen
}

/// Every operation on a customer's connection.
fn exercise_customer(api: &Api<'_>, app: &Value) -> Vec<String> {
    let list = "/customers/ada/connections";
    let mut seen = vec![format!("{:?}", api.post("/customers", &json!({"key": "ada"})))];
    for (at, credential) in credentials().into_iter().enumerate() {
        let body = json!({"app": app, "name": format!("c{at}"), "credential": credential});
        let made = api.post(list, &body);
        assert_eq!(made.status, 201, "{made:?}");
        let path = format!("{list}/{}", made.json()["id"].as_str().unwrap());
        let rotate = format!("{path}/rotate");
        let replies = [
            made,
            api.post(list, &body),
            api.get(&path),
            api.get(list),
            api.patch(&path, &json!({"name": format!("d{at}")})),
            api.patch(&path, &json!({"credential": credential})),
            api.post(&rotate, &json!({"credential": credential})),
            api.post(&rotate, &json!({"credential": canary(0)})),
            api.post(&rotate, &json!({"way": canary(0)})),
            api.post(&rotate, &json!({"way": {"name": "x", "key": [canary(0)]}})),
            api.post(&rotate, &json!({"way": {"name": "x", "expires_in": canary(0)}})),
            api.post(&rotate, &json!({"way": {"name": {"x": canary(0)}}})),
            api.post(&rotate, &json!({"way": {"name": canary(0), "fields": {"x": canary(1)}}})),
            api.delete(&path),
        ];
        seen.extend(replies.iter().map(|reply| format!("{reply:?}")));
    }
    seen
}

/// From now on, everything that is logged is written down. For the whole process: other tests log here too, and have their own
/// canaries.
pub(crate) fn write_log_down() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Log).unwrap());
}

#[test]
fn a_customers_token_is_in_no_log_when_its_api_is_down() {
    write_log_down();
    let world = World::new();
    let customers = Customers::with(&world, &json!({"allow_in_url": true}));
    customers.api.post("/customers", &json!({"key": "ada"}));
    let description = json!({"openapi": "3.1.0", "info": {"title": "Down", "version": "1"},
        "paths": {"/x": {"get": {"operationId": "x", "responses": {}}}}});
    let app = json!({"description": description.to_string(), "base_url": "http://127.0.0.1:1"});
    let app = customers.api.post("/apps", &app).json()["id"].clone();
    let credential = json!({"kind": "bearer", "token": "canary-of-a-customer-1"});
    let connection = json!({"app": app, "credential": credential});
    assert_eq!(customers.api.post("/customers/ada/connections", &connection).status, 201);
    let token = customers.token("ada");
    let by_header = Client::new(&world, &token).call("down-x", &json!({}));
    assert_eq!(by_header.json()["result"]["isError"], true, "{by_header:?}");
    let (_, body) = modern_body("tools/call", r#""name":"down-x","arguments":{}"#);
    let mut headers = modern_headers("", "tools/call").split_off(1);
    headers.push(("mcp-name", "down-x"));
    let url = format!("/mcp?token={token}");
    let by_url = world.send("POST", &url, &headers, body.as_bytes());
    assert_eq!(by_url.json()["result"]["isError"], true, "{by_url:?}");
    assert_eq!(world.send("GET", &format!("/mcp/sessions?token={token}x"), &[], b"").status, 401);
    let logged = logged();
    assert!(!logged.is_empty());
    let rows = format!("{:?}", world.rows());
    for part in token.split('.').chain(["canary-of-a-customer-1"]) {
        assert!(!logged.contains(part) && !rows.contains(part), "{part}");
    }
}

#[test]
fn no_secret_comes_out_anywhere() {
    write_log_down();
    let world = World::new();
    let api = world.full_api("other");
    let base = format!("http://{}", world.api.address);
    let app =
        api.post("/apps", &json!({"kind": "manual", "title": "Mine", "base_url": base})).json();
    let mut seen = exercise(&api, &app["id"]);
    seen.extend(exercise_customer(&api, &app["id"]));
    assert!(world.api.last().contains("canary"), "the API itself gets it");
    for entry in std::fs::read_dir(world.dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        seen.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    let logged = logged();
    assert!(logged.contains("upstream answered"), "the log is written down: {logged}");
    seen.push(logged);
    for secret in (0..10).map(canary) {
        for form in forms(&secret) {
            let hit = seen.iter().find(|text| text.contains(&form));
            assert!(hit.is_none(), "{form} is in {}", hit.unwrap());
        }
    }
}
