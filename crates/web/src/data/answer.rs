use crate::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use mcp::Refusal;
use std::time::Duration;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");

/// One JSON-RPC answer.
pub(crate) fn json(pieces: impl IntoIterator<Item = Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::pieces(pieces));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// An answer with an error.
pub(crate) fn refused(refusal: Refusal) -> Response<Body> {
    let mut response = json([Bytes::from(refusal.body)]);
    *response.status_mut() =
        StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// A message that needs no answer.
pub(crate) fn accepted() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

/// Events.
pub(crate) fn events(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, EVENT_STREAM);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Proxies such as nginx gather an answer unless they are told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Says when to come back, in whole seconds and never sooner than in one.
pub(crate) fn retry_after(response: &mut Response<Body>, wait: Option<Duration>) {
    let Some(wait) = wait else { return };
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
}
