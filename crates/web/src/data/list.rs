use super::entry::Asked;
use crate::{Shared, rpc_error};
use app::{Published, SessionHandle, Tool, ToolView};
use bytes::Bytes;
use mcp::{CacheScope, Caching, Id, ListShape, RpcError, ServerInfo, ToolDefinition};

/// Bytes of the whole tool list of a server in its newest form: what a model is told before it has called anything.
#[must_use]
pub fn list_bytes(published: &Published) -> usize {
    let info = ServerInfo::new("gatewright", None, env!("CARGO_PKG_VERSION"));
    let caching = Caching { ttl_ms: 0, scope: CacheScope::Private };
    let view = published.everything();
    let tools: Vec<&Tool> = published.tools(&view).collect();
    render(&tools, None, ListShape::Modern, &info, caching).len()
}

/// The answer to `tools/list`, in pieces. The list of one page is made once for each kind of caller and form.
pub(crate) async fn tools_list(
    shared: &Shared,
    asked: &Asked,
    id: Id<'_>,
    cursor: Option<&str>,
    shape: ListShape,
    session: Option<&SessionHandle>,
) -> Result<[Bytes; 3], RpcError> {
    let caching = caching(shared);
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
        return Ok(mcp::response_chunks(
            id,
            render(&tools, None, shape, &shared.info, caching).into(),
        ));
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
    let tools: Vec<&Tool> = published.tools(&view).skip(start).take(page).collect();
    let end = start + tools.len();
    let next = (end < view.len()).then(|| shared.app.list_cursor(&asked.caller, published, end));
    Ok(mcp::response_chunks(
        id,
        render(&tools, next.as_deref(), shape, &shared.info, caching).into(),
    ))
}

/// All tools of a view on one page, made once. Those of a customer's apps are put together each time: what many customers share is kept
/// once, and no customer has a list of its own in memory.
fn whole(shared: &Shared, published: &Published, view: &ToolView, shape: ListShape) -> Bytes {
    if published.is_connected_apps() {
        let tools: Vec<&Tool> = published.tools(view).collect();
        let pieces = tools.iter().map(|tool| {
            let rendered = || definition(tool, shape).into();
            &**tool.definition(form(shape), rendered)
        });
        let caching = caching(shared);
        return mcp::tools_list_result(pieces, None, shape, &shared.info, caching).into();
    }
    view.rendered(form(shape), || {
        let tools: Vec<&Tool> = published.tools(view).collect();
        render(&tools, None, shape, &shared.info, caching(shared)).into()
    })
}

/// Bytes of all tools that the caller may see.
pub(crate) fn view_bytes(shared: &Shared, asked: &Asked) -> usize {
    let view = asked.published.view(&asked.caller);
    view.bytes(|| whole(shared, &asked.published, &view, ListShape::Modern).len())
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

fn render(
    tools: &[&Tool],
    next: Option<&str>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<u8> {
    let definitions: Vec<Vec<u8>> = tools.iter().map(|tool| definition(tool, shape)).collect();
    mcp::tools_list_result(definitions.iter().map(Vec::as_slice), next, shape, info, caching)
}

fn definition(tool: &Tool, shape: ListShape) -> Vec<u8> {
    let mut out = Vec::new();
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
    mcp::tool_definition(&mut out, &definition, shape);
    out
}
