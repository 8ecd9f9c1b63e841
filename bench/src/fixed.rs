//! The baseline of `tools/list`: a server of files, read once and kept in memory.

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode, header};
use std::{fs, path::PathBuf, sync::Arc};

/// Serves `files[n]` at `/n`.
pub(crate) fn run(files: &[PathBuf]) -> Result<()> {
    let files: Vec<Bytes> = files
        .iter()
        .map(|path| fs::read(path).map(Bytes::from).with_context(|| path.display().to_string()))
        .collect::<Result<_>>()?;
    let files = Arc::new(files);
    crate::serve::run(move |request| {
        let index: Option<usize> = request.uri().path().get(1..).and_then(|text| text.parse().ok());
        let file = index.and_then(|index| files.get(index)).cloned();
        async move {
            let mut response = Response::new(Full::new(file.clone().unwrap_or_default()));
            if file.is_none() {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            let json = header::HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            response
        }
    })
}
