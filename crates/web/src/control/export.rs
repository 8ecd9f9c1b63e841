use crate::{problem::Problem, rpc_error};
use app::{Error, Export, ExportFormat};
use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};

/// The answer that is an export, as long as it takes. One that breaks off does not look whole: its connection is closed without the last
/// chunk (RFC 9112 §8).
pub(super) async fn answer(mut export: Export, name: &'static str) -> Result<Response, Problem> {
    let (media_type, ending) = match export.format() {
        ExportFormat::Jsonl => ("application/jsonl", "jsonl"),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    // What fails at once is a problem document.
    let first = export.next().await?.unwrap_or_default();
    let rest = stream::try_unfold(export, next);
    let first = stream::iter((!first.is_empty()).then_some(Ok(first)));
    let pieces = futures_util::StreamExt::chain(first, rest);
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    if let Ok(value) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

async fn next(mut export: Export) -> Result<Option<(Bytes, Export)>, Error> {
    let piece = export.next().await.inspect_err(rpc_error::log)?;
    Ok(piece.map(|piece| (piece, export)))
}
