use super::BASE;
use axum::{body::Body, response::Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

/// Says that an answer is that of an earlier request.
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The answer to a creation at `path`, once more: its body as it was kept, and the headers that follow from it.
pub(super) fn replay(path: &str, answer: &[u8]) -> Response {
    let made: Value = serde_json::from_slice(answer).unwrap_or_default();
    let mut response = Response::new(Body::from(answer.to_vec()));
    *response.status_mut() = StatusCode::CREATED;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    let tag = made["revision"].as_i64().map(|revision| format!("\"{revision}\""));
    for (name, text) in [(header::LOCATION, location(path, &made)), (header::ETAG, tag)] {
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

/// Where what a creation has made is: below the collection that the request was sent to, or where the path's verb puts it.
fn location(path: &str, made: &Value) -> Option<String> {
    let (above, last) = path.rsplit_once('/')?;
    let beside = || above.rsplit_once('/').map(|(collection, _)| collection);
    let named = |name: &str| match made.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let identified = || named("id").or_else(|| named("name"));
    Some(match last {
        "accounts" => format!("{above}/account"),
        // A token of a customer is among all others.
        "tokens" => format!("{BASE}/tokens/{}", identified()?),
        "select" => above.to_owned(),
        "import" => format!("{above}/{}", identified()?),
        "clone" | "rotate" => format!("{}/{}", beside()?, identified()?),
        "publish" => format!("{above}/versions/{}", named("version")?),
        "rollback" => format!("{}/{}", beside()?, named("version")?),
        _ => format!("{path}/{}", identified()?),
    })
}
