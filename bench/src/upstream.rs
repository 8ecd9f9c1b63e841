//! The REST API behind gateway and proxy.

use crate::answer::{self, NONCE_LENGTH};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, header};
use std::time::Duration;

/// Answers any path with the item that its last segment names.
///
/// A last segment that is no nonce gets an item with a nonce of zeros: the GitHub description's operations
/// are called too.
pub(crate) async fn answer(request: Request<Incoming>, delay: Duration) -> Response<Full<Bytes>> {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let segment = request.uri().path().rsplit('/').next().unwrap_or_default();
    let nonce = <[u8; NONCE_LENGTH]>::try_from(segment.as_bytes()).unwrap_or([b'0'; NONCE_LENGTH]);
    let mut response = Response::new(Full::new(Bytes::from(answer::answer(&nonce))));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
