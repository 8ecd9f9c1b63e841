use crate::Shared;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue};
use std::sync::Arc;
use tracing::Instrument as _;

/// Where the answer says what its request is called.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives a request a name of our own making, which its answer, its audit row and its lines in the log have in common.
pub(super) async fn name(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = shared.app.new_request_id();
    request.extensions_mut().insert(id);
    let text = id.to_string();
    let span = tracing::info_span!("request", id = text.as_str());
    let mut response = next.run(request).instrument(span).await;
    let value = HeaderValue::try_from(text).expect("an id is visible ASCII");
    response.headers_mut().insert(X_REQUEST_ID, value);
    response
}
