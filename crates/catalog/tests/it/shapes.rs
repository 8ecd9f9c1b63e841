//! Each built-in action against the shape of its API, `shapes/<app>.yaml`: arguments, the request as the vendor's documents have
//! it, and the answer that they show.

use crate::api::{Answer, Api, Asked};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use catalog::{Definition, built_ins};
use model::{AccountId, Action, Outcome, Timestamp, ToolSettings};
use openapi::{Limits, OwnDocument};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use upstream::{
    Adapted, Arguments, BaseUrl, Client, Credential, Egress, Roots, Shape, Validator, adapt, plan,
    shape,
};

/// Stands for the text of a GraphQL query, which would say the same twice.
const AS_WRITTEN: &str = "(as written)";
/// Stands in front of a mail where the request has its base64url text.
const MAIL: &str = "(mail)\n";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    #[serde(default)]
    arguments: Map<String, Value>,
    request: RequestShape,
    /// The body of the answer; none when it is absent.
    answer: Option<Value>,
    /// What the result is; what the answer is when absent.
    result: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestShape {
    /// Method and path with its query, decoded where it holds what people read.
    line: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
}

fn recorded(key: &str) -> BTreeMap<String, Recorded> {
    let path = format!("{}/shapes/{key}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let document = OwnDocument::read(&path, text.as_bytes(), &Limits::default()).unwrap();
    serde_json::from_str(&document.json()).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[tokio::test]
async fn every_action_makes_the_request_that_its_api_documents() {
    let egress = Egress { allow_private: true, ..Egress::default() };
    let client =
        Client::new(egress, upstream::Limits::default(), &Roots::Only(Vec::new())).unwrap();
    let api = Api::start();
    for app in built_ins() {
        let read = app.read().unwrap_or_else(|error| panic!("{}: {error}", app.key));
        let mut shapes = recorded(app.key);
        for action in read.actions {
            let name = format!("{}-{}", app.key, action.name);
            let shape =
                shapes.remove(&action.name).unwrap_or_else(|| panic!("{name} has no shape"));
            check(&client, &api, &read.definition, action, &name, &shape).await;
        }
        let left: Vec<_> = shapes.keys().collect();
        assert!(left.is_empty(), "{} has no action {left:?}", app.key);
    }
}

async fn check(
    client: &Client,
    api: &Api,
    app: &Definition,
    action: Action,
    name: &str,
    recorded: &Recorded,
) {
    let (body, content_type) = match &recorded.answer {
        None => (String::new(), ""),
        Some(Value::String(text)) => (text.clone(), "text/plain; charset=utf-8"),
        Some(value) => (value.to_string(), "application/json; charset=utf-8"),
    };
    let status = if body.is_empty() { 204 } else { 200 };
    api.answer(Answer { status, content_type, body });
    let fixed = action.call.headers.clone();
    let tool = adapt(action, &ToolSettings::default()).unwrap();
    let outcome = call(client, api, app, &tool, name, recorded).await;
    let asked = api.asked();
    compare(name, &asked, &recorded.request);
    for header in &fixed {
        let sent = asked.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(&header.name));
        assert_eq!(sent.map(|(_, value)| value), Some(&header.value), "{name}");
    }
    let shown = format!("{name}: {:?}", outcome.content);
    assert!(!outcome.is_error && !outcome.truncated, "{shown}");
    let structured =
        outcome.structured.map(|value| serde_json::from_str::<Value>(value.get()).unwrap());
    match (&recorded.result, &recorded.answer) {
        (Some(result), _) => assert_eq!(structured.as_ref(), Some(result), "{name}"),
        (None, Some(Value::String(text))) => {
            assert!(shown.contains(text.lines().next().unwrap()), "{shown}")
        }
        (None, answer) => assert_eq!(structured.as_ref(), answer.as_ref(), "{name}"),
    }
}

async fn call(
    client: &Client,
    api: &Api,
    app: &Definition,
    tool: &Adapted,
    name: &str,
    recorded: &Recorded,
) -> Outcome {
    let base = base(app, tool, api);
    let text = Value::Object(recorded.arguments.clone()).to_string();
    let input = Validator::compile(&tool.action.input_schema).unwrap();
    if let Err(violations) = input.check(&text) {
        panic!("{name}: {violations:?}");
    }
    let arguments = Arguments::parse(&text).unwrap();
    let mut action_call = tool.action.call.clone();
    action_call.server = None;
    let request = plan(&action_call, &base, &arguments, [0; 16]);
    let request = request.unwrap_or_else(|error| panic!("{name}: {error}"));
    let account = AccountId::new(Timestamp::UNIX_EPOCH, [1; 10]);
    let route = client.route(request.origin(), account, Credential::none());
    let response = client.send(request, &route, &upstream::Limits::default()).await.unwrap();
    let schema =
        tool.action.output_schema.as_ref().map(|schema| Validator::compile(schema).unwrap());
    let options = Shape {
        output_schema: schema.as_ref(),
        projection: tool.projection.as_ref(),
        answer: Some(&action_call.answer),
        ..Shape::default()
    };
    shape("", response, &options)
}

/// The base URL with fields filled in, and the API on loopback for its host.
fn base(app: &Definition, tool: &Adapted, api: &Api) -> BaseUrl {
    let way = &app.auth[0];
    let url = way.base_url.as_ref().unwrap_or(&app.base_url);
    let values = way.fields.iter().filter_map(|one| Some((one.name.clone(), one.example.clone()?)));
    let filled = way.fill(url, &values.collect()).unwrap();
    let url = tool.action.call.server.clone().unwrap_or(filled);
    let path = url.strip_prefix("https://").unwrap().split_once('/').map_or("", |(_, path)| path);
    BaseUrl::parse(&format!("http://{}/{path}", api.address)).unwrap()
}

fn compare(name: &str, asked: &Asked, expected: &RequestShape) {
    assert_eq!(decoded(&asked.line), expected.line, "{name}");
    for (header, value) in &expected.headers {
        let sent = asked.headers.iter().find(|(one, _)| one == &header.to_ascii_lowercase());
        assert_eq!(sent.map(|(_, value)| value), Some(value), "{name}: {header}");
    }
    match &expected.body {
        None => assert_eq!(asked.body, "", "{name}"),
        Some(Value::String(text)) => assert_eq!(&decoded(&asked.body), text, "{name}"),
        Some(expected) => {
            let mut sent: Value =
                serde_json::from_str(&asked.body).unwrap_or_else(|error| panic!("{name}: {error}"));
            read_mails(&mut sent, expected);
            if expected["query"] == AS_WRITTEN {
                assert!(sent["query"].as_str().is_some_and(|query| query.contains('{')), "{name}");
                sent["query"] = AS_WRITTEN.into();
            }
            assert_eq!(&sent, expected, "{name}");
        }
    }
}

/// Decodes each mail of a body where a mail is expected.
fn read_mails(sent: &mut Value, expected: &Value) {
    match (sent, expected) {
        (Value::String(text), Value::String(expected)) if expected.starts_with(MAIL) => {
            let mail = String::from_utf8(URL_SAFE.decode(&*text).unwrap()).unwrap();
            *text = format!("{MAIL}{}", mail.replace("\r\n", "\n"));
        }
        (Value::Object(sent), Value::Object(expected)) => {
            for (name, expected) in expected {
                if let Some(sent) = sent.get_mut(name) {
                    read_mails(sent, expected);
                }
            }
        }
        _ => {}
    }
}

/// Without percent-encoding, so that shapes can be read; `+` stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = rest
            .get(1..3)
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match hex {
            Some(hex) if byte == b'%' => {
                bytes.push(hex);
                rest = &rest[3..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_failure_that_comes_as_a_success_is_an_error() {
    let egress = Egress { allow_private: true, ..Egress::default() };
    let client =
        Client::new(egress, upstream::Limits::default(), &Roots::Only(Vec::new())).unwrap();
    let api = Api::start();
    for (key, body) in [
        ("linear", r#"{"errors":[{"message":"Entity not found"}],"data":null}"#),
        ("slack", r#"{"ok":false,"error":"channel_not_found"}"#),
    ] {
        let read = catalog::built_in(key).unwrap().read().unwrap();
        let shapes = recorded(key);
        for action in read.actions {
            let shape = &shapes[&action.name];
            api.answer(Answer {
                status: 200,
                content_type: "application/json",
                body: body.to_owned(),
            });
            let tool = adapt(action, &ToolSettings::default()).unwrap();
            let outcome = call(&client, &api, &read.definition, &tool, key, shape).await;
            assert!(outcome.is_error, "{key}-{}", tool.action.name);
            assert!(format!("{:?}", outcome.content).contains("says that the call failed"));
        }
    }
}
