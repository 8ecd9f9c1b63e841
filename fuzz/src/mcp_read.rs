use http::{HeaderMap, HeaderName, HeaderValue};
use mcp::{
    Call, Capabilities, CompletionReference, Id, Limits, Message, PromptsCapability, Refusal,
    Request, ResourcesCapability, ToolsCapability, UriTemplate,
};
use serde_json::Value;

const CAPABILITIES: Capabilities = Capabilities {
    tools: Some(ToolsCapability { list_changed: true }),
    prompts: Some(PromptsCapability { list_changed: true }),
    resources: Some(ResourcesCapability { subscribe: true, list_changed: true }),
    completions: true,
    logging: true,
};
/// What a URI that is read is held against.
const TEMPLATES: [&str; 3] =
    ["test://template/{id}/data", "docs://{name}.md{?q,limit}", "x:/{a}:{b}"];

/// Any bytes as the headers and the body of a POST, with an empty line between them: what is accepted is JSON to serde
/// too and means the same there; what is refused is answered with an error that is JSON-RPC.
pub fn mcp_read(data: &[u8]) {
    let (head, body) = split(data);
    let headers = headers(head);
    let limits = Limits { depth: 32, nodes: 2_000, batch: 5 };
    same_as_serde(body, &limits);
    match mcp::read(&headers, body, &limits, &CAPABILITIES) {
        Ok(incoming) => {
            let value: Value = serde_json::from_slice(body).expect("serde reads it too");
            check_message(&incoming.message, &value);
            if incoming.lane.is_modern() {
                check_name(&headers, &incoming.message);
            }
        }
        Err(refusal) => check_refusal(&refusal, serde_json::from_slice(body).ok().as_ref()),
    }
    // Checked before `read` by the host; any header may come.
    let _ = (mcp::accepts(&headers), mcp::content_type(&headers), mcp::session_id(&headers));
}

fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.windows(2).position(|pair| pair == b"\n\n");
    end.map_or((&[], data), |end| (&data[..end], &data[end + 2..]))
}

fn headers(head: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in head.split(|byte| *byte == b'\n').take(64) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(line[..colon].trim_ascii());
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

/// The strict scanner takes no text that serde refuses, and refuses none that serde takes but for what it says.
fn same_as_serde(body: &[u8], limits: &Limits) {
    let serde = serde_json::from_slice::<Value>(body);
    match mcp::check_json(body, limits) {
        Ok(json) => {
            let value = serde.unwrap_or_else(|error| panic!("serde refuses it: {error}"));
            let again: Value =
                serde_json::from_str(json.as_str()).expect("what was scanned is JSON");
            assert_eq!(again, value);
        }
        Err(fault) => {
            assert!(fault.at <= body.len(), "{fault}");
            assert!(serde.is_err() || fault.trouble.is_json(), "serde takes it: {fault}");
        }
    }
}

fn check_message(message: &Message<'_>, value: &Value) {
    match message {
        Message::Request(request) => check_request(request, value),
        Message::Notification(_) => assert!(value.get("id").is_none(), "{value}"),
        Message::Response => assert!(value.get("method").is_none(), "{value}"),
        Message::Batch(entries) => {
            let values = value.as_array().expect("a batch is an array");
            assert_eq!(entries.len(), values.len());
            for (entry, value) in entries.iter().zip(values) {
                match entry {
                    Ok(Message::Batch(_)) => panic!("a batch in a batch"),
                    Ok(message) => check_message(message, value),
                    Err(refusal) => check_refusal(refusal, Some(value)),
                }
            }
        }
    }
}

fn check_request(request: &Request<'_>, value: &Value) {
    assert_eq!(value["jsonrpc"], "2.0");
    assert_eq!(id_value(request.id), value["id"], "the id is echoed");
    assert_eq!(value["method"], request.call.method());
    check_call(&request.call, &value["params"]);
    let answer = mcp::response(request.id, b"{}");
    let answer: Value = serde_json::from_slice(&answer).expect("an answer is JSON");
    assert_eq!(answer["id"], value["id"]);
}

fn check_call(call: &Call<'_>, params: &Value) {
    match call {
        Call::ToolsCall(call) => {
            assert_eq!(params["name"], call.name.as_ref());
            let arguments = call
                .arguments
                .map(|json| serde_json::from_str::<Value>(json.as_str()).expect("JSON"));
            assert!(arguments.as_ref().is_none_or(Value::is_object), "{arguments:?}");
            let sent = params.get("arguments").filter(|value| !value.is_null());
            assert_eq!(arguments.as_ref(), sent);
        }
        Call::PromptsGet(get) => {
            assert_eq!(params["name"], get.name.as_ref());
            check_strings(&get.arguments, &params["arguments"]);
        }
        Call::CompletionComplete(complete) => {
            let named = match &complete.reference {
                CompletionReference::Prompt(name) => (&params["ref"]["name"], name),
                CompletionReference::ResourceTemplate(uri) => {
                    check_template(uri, uri);
                    (&params["ref"]["uri"], uri)
                }
            };
            assert_eq!(*named.0, **named.1);
            assert_eq!(params["argument"]["name"], *complete.argument);
            assert_eq!(params["argument"]["value"], *complete.value);
            check_strings(&complete.context, &params["context"]["arguments"]);
        }
        Call::ResourcesRead { uri }
        | Call::ResourcesSubscribe { uri }
        | Call::ResourcesUnsubscribe { uri } => {
            assert_eq!(params["uri"], uri.as_ref());
            assert!(mcp::is_uri(uri), "{uri:?}");
            for template in TEMPLATES {
                check_template(template, uri);
            }
        }
        Call::SubscriptionsListen(listen) => {
            for uri in &listen.resource_subscriptions {
                let sent = params["notifications"]["resourceSubscriptions"].as_array();
                assert!(sent.is_some_and(|sent| sent.iter().any(|one| *one == **uri)), "{uri:?}");
                assert!(mcp::is_uri(uri), "{uri:?}");
            }
        }
        Call::Initialize(_)
        | Call::Ping
        | Call::LoggingSetLevel { .. }
        | Call::Discover
        | Call::ToolsList { .. }
        | Call::PromptsList { .. }
        | Call::ResourcesList { .. }
        | Call::ResourceTemplatesList { .. } => {}
    }
}

/// What was read as names and texts is what was sent, but for the nulls.
fn check_strings(read: &[(String, std::borrow::Cow<'_, str>)], sent: &Value) {
    let sent = sent.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let sent: Vec<(&str, Option<&str>)> =
        sent.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let read: Vec<(&str, Option<&str>)> =
        read.iter().map(|(name, value)| (name.as_str(), Some(value.as_ref()))).collect();
    assert_eq!(read, sent);
}

/// What a template finds in a URI stands there, and is no more than a segment.
fn check_template(template: &str, uri: &str) {
    let Ok(template) = UriTemplate::parse(template) else { return };
    for (name, value) in template.matches(uri).unwrap_or_default() {
        assert!(template.variables().any(|known| known == name), "{name}");
        assert!(!value.contains(['/', '\\', '\0']), "{value:?}");
        assert!(!matches!(&*value, "." | ".."), "{value:?}");
        let decoded: String = percent_encoding::percent_decode_str(uri).decode_utf8_lossy().into();
        assert!(decoded.contains(&value), "{value:?} is not of {uri:?}");
    }
}

fn id_value(id: Id<'_>) -> Value {
    let value: Value = serde_json::from_str(id.as_json()).expect("an id is JSON");
    // To serde, minus zero is a float.
    let integer = value.is_i64() || value.is_u64() || id.as_json() == "-0";
    assert!(value.is_string() || integer, "{value}");
    value
}

/// The name or the URI that a policy sees in the header is the one that is meant.
fn check_name(headers: &HeaderMap, message: &Message<'_>) {
    let Message::Request(Request { call, .. }) = message else { return };
    let meant = match call {
        Call::ToolsCall(call) => &call.name,
        Call::PromptsGet(get) => &get.name,
        Call::ResourcesRead { uri } => uri,
        _ => return,
    };
    let names: Vec<_> = headers.get_all("mcp-name").iter().collect();
    let [name] = names[..] else { panic!("{} names", names.len()) };
    let encoded = name.as_bytes().starts_with(b"=?") && name.as_bytes().ends_with(b"?=");
    assert!(encoded || name.as_bytes() == meant.as_bytes(), "{name:?} is not {meant}");
}

fn check_refusal(refusal: &Refusal, value: Option<&Value>) {
    assert!((200..600).contains(&refusal.status), "{}", refusal.status);
    assert!(!refusal.message.is_empty());
    let body: Value = serde_json::from_slice(&refusal.body).expect("an error is JSON");
    assert_eq!(body["jsonrpc"], "2.0");
    assert!(body["error"]["code"].is_i64() && body["error"]["message"].is_string(), "{body}");
    // An id that could be read before the rest was given up is echoed too; then there is nothing to compare it with.
    if let (Some(id), Some(value)) = (body.get("id").filter(|id| !id.is_null()), value) {
        assert_eq!(Some(id), value.get("id"), "{body}");
    }
}
