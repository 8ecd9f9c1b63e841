use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    AddedTools, NewServerTool, Page, PageQuery, ServerTool, ServerToolSettings, ToolSelection,
};
use axum::extract::State;
use model::{ServerId, ToolName};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type ServerToolPatch = Patched<ServerToolSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_server_tools, add_server_tool))
        .routes(routes!(add_server_tools))
        .routes(routes!(get_server_tool, update_server_tool, remove_server_tool))
}

/// List the tools of a draft
#[utoipa::path(
    get,
    path = "/servers/{server}/tools",
    tag = "Server tools",
    params(("server" = ServerId, Path), PageQuery),
    responses((status = 200, body = Page<ServerTool>))
)]
async fn list_server_tools(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<ServerTool>>, Problem> {
    Ok(Plain(shared.app.list_server_tools(&caller, server, &page).await?))
}

/// Add a tool to a draft
///
/// An action of an app, and what the server makes of it. The same action may become several tools.
#[utoipa::path(
    post,
    path = "/servers/{server}/tools",
    tag = "Server tools",
    params(("server" = ServerId, Path)),
    request_body = NewServerTool,
    responses((status = 201, body = ServerTool))
)]
async fn add_server_tool(
    State(shared): State<Arc<Shared>>,
    Path(server): Path<ServerId>,
    Create(caller, new): Create<NewServerTool>,
) -> Result<Created<ServerTool>, Problem> {
    let tool = shared.app.add_server_tool(&caller, server, new).await?;
    let location = format!("/api/v1/servers/{server}/tools/{}", tool.settings.name);
    Ok(Created { location, revision: Some(tool.revision), body: tool })
}

/// Add tools to a draft
///
/// Every action of an app, or those that are named, tagged or read-only. A name that is taken gets a number.
#[utoipa::path(
    post,
    path = "/servers/{server}/tools/select",
    tag = "Server tools",
    params(("server" = ServerId, Path)),
    request_body = ToolSelection,
    responses((status = 201, body = AddedTools))
)]
async fn add_server_tools(
    State(shared): State<Arc<Shared>>,
    Path(server): Path<ServerId>,
    Create(caller, selection): Create<ToolSelection>,
) -> Result<Created<AddedTools>, Problem> {
    let added = shared.app.add_server_tools(&caller, server, &selection).await?;
    let location = format!("/api/v1/servers/{server}/tools");
    Ok(Created { location, revision: None, body: added })
}

/// Get a tool of a draft
///
/// With what clients would be told of it.
#[utoipa::path(
    get,
    path = "/servers/{server}/tools/{tool}",
    tag = "Server tools",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path)),
    responses((status = 200, body = ServerTool))
)]
async fn get_server_tool(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, name)): Path<(ServerId, ToolName)>,
) -> Result<Tagged<ServerTool>, Problem> {
    Ok(tagged(shared.app.get_server_tool(&caller, server, &name).await?))
}

/// Change a tool of a draft
///
/// Its name, whether it is on, its connection, and what the server makes of the action. A value of `null` cannot be set by a
/// merge patch: remove the tool and add it with that value.
#[utoipa::path(
    patch,
    path = "/servers/{server}/tools/{tool}",
    tag = "Server tools",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path)),
    request_body(content = ServerToolPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ServerTool))
)]
async fn update_server_tool(
    State(shared): State<Arc<Shared>>,
    Path((server, name)): Path<(ServerId, ToolName)>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<ServerTool>, Problem> {
    Ok(tagged(shared.app.update_server_tool(&caller, server, &name, expected, &patch).await?))
}

/// Remove a tool from a draft
///
/// With its test cases. What is published stays as it is.
#[utoipa::path(
    delete,
    path = "/servers/{server}/tools/{tool}",
    tag = "Server tools",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path)),
    responses((status = 204))
)]
async fn remove_server_tool(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, name)): Path<(ServerId, ToolName)>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.remove_server_tool(&caller, server, &name, expected).await?;
    Ok(Done)
}

fn tagged(tool: ServerTool) -> Tagged<ServerTool> {
    let revision = tool.revision;
    Tagged(tool, revision)
}
