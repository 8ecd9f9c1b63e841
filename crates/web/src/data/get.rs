use super::{
    answer,
    entry::{At, asked, failed},
    stream::{Script, changes},
    streams::OpenStream,
};
use crate::{Shared, body::Body};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use mcp::{Code, List, RpcError};
use std::sync::Arc;

/// The stream of a legacy session, on which changes of the tool list are told.
pub(crate) async fn get(shared: &Arc<Shared>, headers: &HeaderMap, at: At<'_>) -> Response<Body> {
    match mcp::accepts(headers) {
        Ok(accept) if accept.event_stream => {}
        Ok(_) => {
            let mut response = answer::refused(
                RpcError::new(Code::InvalidRequest, "GET is for Accept: text/event-stream")
                    .refuse(None, false),
            );
            *response.status_mut() = StatusCode::NOT_ACCEPTABLE;
            return response;
        }
        Err(refusal) => return answer::refused(refusal),
    }
    let asked = match asked(shared, headers, at).await {
        Ok(asked) => Arc::new(asked),
        Err(response) => return response,
    };
    if let Err(response) = session(shared, &asked, headers) {
        return response;
    }
    let Some(open) = OpenStream::new(shared, &asked.caller) else { return too_many_streams() };
    let mut changed = Vec::new();
    let declared = super::post::capabilities(&asked.published);
    let lists = [
        (true, List::Tools),
        (declared.prompts.is_some(), List::Prompts),
        (declared.resources.is_some(), List::Resources),
    ];
    for (_, list) in lists.into_iter().filter(|(declared, _)| *declared) {
        mcp::sse_event(&mut changed, mcp::list_changed(list));
    }
    let script = Script {
        first: Some(Bytes::from_static(mcp::SSE_KEEP_ALIVE)),
        changed: Some(changed.into()),
        last: None,
    };
    answer::events(Body::stream(changes(shared, &asked, script, open)))
}

/// Ends a legacy session.
pub(crate) async fn delete(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    at: At<'_>,
) -> Response<Body> {
    let asked = match asked(shared, headers, at).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let handle = match session(shared, &asked, headers) {
        Ok(handle) => handle,
        Err(response) => return response,
    };
    if let Err(error) = shared.app.end_session(&asked.caller, &handle).await {
        return failed(&error, false);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The caller's session that the request names.
pub(crate) fn session(
    shared: &Shared,
    asked: &super::entry::Asked,
    headers: &HeaderMap,
) -> Result<app::SessionHandle, Response<Body>> {
    let id = mcp::session_id(headers)
        .map_err(answer::refused)?
        .ok_or_else(|| answer::refused(no_session()))?;
    shared
        .app
        .session(&asked.caller, &asked.published.name, id)
        .map_err(|error| failed(&error, false))
}

/// The refusal of a legacy request that names no session.
pub(crate) fn no_session() -> mcp::Refusal {
    let message =
        "send initialize first and its Mcp-Session-Id with every request, or speak MCP 2026-07-28";
    RpcError::new(Code::InvalidRequest, message).refuse(None, false)
}

/// The refusal of one stream more than a token may have.
pub(crate) fn too_many_streams() -> Response<Body> {
    let error =
        RpcError::new(Code::TooManyRequests, "this token has too many open streams: close some");
    answer::refused(error.refuse(None, true))
}
