use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

/// JSON of an object that has revisions, with its ETag.
pub(crate) struct Tagged<T>(pub(crate) T, pub(crate) i64);

/// An object that was just made, where it is, and its ETag.
pub(crate) struct Created<T> {
    pub(crate) location: String,
    pub(crate) revision: Option<i64>,
    pub(crate) body: T,
}

/// JSON of anything else.
pub(crate) struct Plain<T>(pub(crate) T);

/// A document in YAML (RFC 9512).
pub(crate) struct Yaml(pub(crate) String);

/// Done, and nothing to say.
pub(crate) struct Done;

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let text = serde_json::to_vec(body).expect("our own types have text keys only");
    let mut response = Response::new(axum::body::Body::from(text));
    *response.status_mut() = status;
    put(&mut response, header::CONTENT_TYPE, "application/json");
    response
}

fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::OK, &self.0);
        put(&mut response, header::ETAG, &format!("\"{}\"", self.1));
        response
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::CREATED, &self.body);
        put(&mut response, header::LOCATION, &self.location);
        if let Some(revision) = self.revision {
            put(&mut response, header::ETAG, &format!("\"{revision}\""));
        }
        response
    }
}

impl<T: Serialize> IntoResponse for Plain<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

impl IntoResponse for Yaml {
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::from(self.0));
        put(&mut response, header::CONTENT_TYPE, "application/yaml");
        response
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
