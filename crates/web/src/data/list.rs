use super::entry::Asked;
use crate::{Shared, rpc_error};
use app::{Published, SessionHandle, Tool, ToolView};
use bytes::Bytes;
use mcp::{CacheScope, Caching, Id, ListShape, RpcError, ServerInfo, ToolDefinition};
use std::ops::Range;

/// Bytes of the whole tool list of a server in its newest form: what a model is told before it has called anything.
#[must_use]
pub fn list_bytes(published: &Published) -> usize {
    let info = ServerInfo::new("gatewright", None, env!("CARGO_PKG_VERSION"));
    let caching = Caching { ttl_ms: 0, scope: CacheScope::Private };
    length(&everything(published, ListShape::Modern, &info, caching))
}

/// The answer to `tools/list`, in pieces.
pub(crate) async fn tools_list(
    shared: &Shared,
    asked: &Asked,
    id: Id<'_>,
    cursor: Option<&str>,
    shape: ListShape,
    session: Option<&SessionHandle>,
) -> Result<Vec<Bytes>, RpcError> {
    let (info, caching) = (&shared.info, caching(shared));
    let published = &asked.published;
    if asked.shown.is_few() {
        // One page: there are few, and what is enabled has a limit.
        if cursor.is_some() {
            return Err(RpcError::invalid_cursor());
        }
        let enabling = asked.enabling(session);
        let enabled = shared.app.enabled_tools(&asked.caller, published, enabling).await;
        let enabled = enabled.map_err(|error| {
            rpc_error::log(&error);
            rpc_error::rpc_error(&error)
        })?;
        let tools = shared.app.dynamic_tools(&asked.caller, published, &enabled);
        let definitions: Vec<Vec<u8>> = tools
            .iter()
            .map(|tool| {
                let mut out = Vec::new();
                define(tool, &mut out, shape);
                out
            })
            .collect();
        let definitions = definitions.iter().map(Vec::as_slice);
        let list = mcp::tools_list_result(definitions, None, shape, info, caching);
        return Ok(mcp::response_chunks(id, [list.into()]));
    }
    let view = published.view(&asked.caller);
    let page = shared.config.tools_per_page.max(1);
    if cursor.is_none() && view.len() <= page {
        return Ok(mcp::response_chunks(id, whole(shared, published, &view, shape)));
    }
    let start = match cursor {
        None => 0,
        Some(cursor) => shared
            .app
            .list_offset(&asked.caller, published, cursor)
            .map_err(|_| RpcError::invalid_cursor())?,
    };
    let end = view.len().min(start.saturating_add(page));
    let next = (end < view.len()).then(|| shared.app.list_cursor(&asked.caller, published, end));
    let list = part(published, &view, start..end, next.as_deref(), shape, info, caching);
    Ok(mcp::response_chunks(id, [list]))
}

/// All tools of a view on one page. The list of all tools is sent as it is kept, with those of every server and customer that have them;
/// a managed server keeps that of each other kind of caller, and connected apps put it together each time: no customer has a list of its
/// own in memory.
fn whole(shared: &Shared, published: &Published, view: &ToolView, shape: ListShape) -> Vec<Bytes> {
    let (info, caching) = (&shared.info, caching(shared));
    if view.is_everything() {
        return everything(published, shape, info, caching);
    }
    let make = || part(published, view, 0..view.len(), None, shape, info, caching);
    let list =
        if published.is_connected_apps() { make() } else { view.rendered(form(shape), make) };
    vec![list]
}

/// The list of all tools, in pieces.
fn everything(
    published: &Published,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<Bytes> {
    let define = |tool: &Tool, out: &mut Vec<u8>| define(tool, out, shape);
    let definitions = published.all_definitions(form(shape), &define);
    mcp::tools_list_chunks(definitions, shape, info, caching)
}

/// Some of the tools of a view, as one page.
fn part(
    published: &Published,
    view: &ToolView,
    range: Range<usize>,
    next: Option<&str>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Bytes {
    let define = |tool: &Tool, out: &mut Vec<u8>| define(tool, out, shape);
    let definitions = published.definitions(view, range, form(shape), &define);
    mcp::tools_list_result(definitions, next, shape, info, caching).into()
}

/// Bytes of all tools that the caller may see.
pub(crate) fn view_bytes(shared: &Shared, asked: &Asked) -> usize {
    let view = asked.published.view(&asked.caller);
    view.bytes(|| length(&whole(shared, &asked.published, &view, ListShape::Modern)))
}

/// Bytes of all pieces.
pub(crate) fn length(pieces: &[Bytes]) -> usize {
    pieces.iter().map(Bytes::len).sum()
}

/// Lists differ by token, so no shared cache may keep one.
pub(crate) fn caching(shared: &Shared) -> Caching {
    let ttl_ms = u64::try_from(shared.config.list_ttl.as_millis()).unwrap_or(u64::MAX);
    Caching { ttl_ms, scope: CacheScope::Private }
}

const fn form(shape: ListShape) -> usize {
    match shape {
        ListShape::Plain => 0,
        ListShape::Structured => 1,
        ListShape::Modern => 2,
    }
}

fn define(tool: &Tool, out: &mut Vec<u8>, shape: ListShape) {
    let definition = ToolDefinition {
        name: &tool.name,
        title: tool.title.as_deref(),
        description: &tool.description,
        input_schema: tool.input_schema.get(),
        output_schema: tool.output_schema.as_ref().map(model::RawJson::get),
        annotations: mcp::Annotations {
            read_only: tool.annotations.read_only,
            destructive: tool.annotations.destructive,
            idempotent: tool.annotations.idempotent,
            open_world: tool.annotations.open_world,
        },
    };
    mcp::tool_definition(out, &definition, shape);
}
