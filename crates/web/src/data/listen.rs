use super::{
    answer,
    entry::Asked,
    get::too_many_streams,
    record::{Ending, Pending},
    stream::{Script, changes},
    streams::OpenStream,
};
use crate::{Shared, body::Body};
use bytes::Bytes;
use http::Response;
use mcp::{Id, List, Listen};
use std::sync::Arc;

/// `subscriptions/listen`: acknowledges, tells of changes, and ends with a result.
pub(crate) async fn listen(
    shared: &Arc<Shared>,
    asked: &Arc<Asked>,
    id: Id<'_>,
    honored: &Listen<'_>,
    pending: Pending,
) -> Response<Body> {
    let Some(open) = OpenStream::new(shared, &asked.caller) else {
        let _ = pending.finish(Ending::refused("too many open streams".into(), 0)).await;
        return too_many_streams();
    };
    if let Err(error) = pending.finish(Ending::ok(0)).await {
        return super::entry::failed(&error, true);
    }
    let script = Script {
        first: Some(event(&mcp::listen_acknowledged(id, honored))),
        changed: changed(id, honored),
        last: Some(event(&mcp::listen_result(id, &shared.info))),
    };
    answer::events(Body::stream(changes(shared, asked, script, open)))
}

/// What is said when another version was published: any of its lists may be another.
fn changed(id: Id<'_>, honored: &Listen<'_>) -> Option<Bytes> {
    let lists = [
        (honored.tools_list_changed, List::Tools),
        (honored.prompts_list_changed, List::Prompts),
        (honored.resources_list_changed, List::Resources),
    ];
    let mut events = Vec::new();
    for (_, list) in lists.into_iter().filter(|(wanted, _)| *wanted) {
        mcp::sse_event(&mut events, &mcp::listen_list_changed(id, list));
    }
    (!events.is_empty()).then(|| events.into())
}

/// One message as an event.
pub(crate) fn event(json: &[u8]) -> Bytes {
    let mut event = Vec::new();
    mcp::sse_event(&mut event, json);
    event.into()
}
