use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    BulkServers, CloneServer, NewServer, Page, Server, ServerEnabled, ServerQuery, ServerSettings,
};
use axum::extract::State;
use model::ServerId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type ServerPatch = Patched<ServerSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_servers, create_server))
        .routes(routes!(enable_servers))
        .routes(routes!(get_server, update_server, delete_server))
        .routes(routes!(clone_server))
        .routes(routes!(restore_server))
        .routes(routes!(purge_server))
}

/// List servers
///
/// With the number of their tools, and what their published list costs a model.
#[utoipa::path(get, path = "/servers", tag = "Servers", params(ServerQuery), responses((status = 200, body = Page<Server>)))]
async fn list_servers(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<ServerQuery>,
) -> Result<Plain<Page<Server>>, Problem> {
    Ok(Plain(shared.app.list_servers(&caller, query).await?))
}

/// Create a server
///
/// Disabled, with nothing published. `tools` makes tools of an app's actions at once.
#[utoipa::path(post, path = "/servers", tag = "Servers", request_body = NewServer, responses((status = 201, body = Server)))]
async fn create_server(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewServer>,
) -> Result<Created<Server>, Problem> {
    Ok(created(shared.app.create_server(&caller, new).await?))
}

/// Turn servers on or off
///
/// Each for itself: what cannot be turned on says why, and leaves the others alone.
#[utoipa::path(
    post,
    path = "/servers/enable",
    tag = "Servers",
    request_body = BulkServers,
    responses((status = 200, body = Vec<ServerEnabled>))
)]
async fn enable_servers(
    State(shared): State<Arc<Shared>>,
    Create(caller, order): Create<BulkServers>,
) -> Result<Plain<Vec<ServerEnabled>>, Problem> {
    Ok(Plain(shared.app.enable_servers(&caller, &order).await?))
}

/// Get a server
#[utoipa::path(
    get,
    path = "/servers/{server}",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    responses((status = 200, body = Server))
)]
async fn get_server(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ServerId>,
) -> Result<Tagged<Server>, Problem> {
    Ok(tagged(shared.app.get_server(&caller, id).await?))
}

/// Change a server
///
/// State, slug, host names and logging hold at once; texts, kept results and connections with the next version.
#[utoipa::path(
    patch,
    path = "/servers/{server}",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    request_body(content = ServerPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Server))
)]
async fn update_server(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<ServerId>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<Server>, Problem> {
    let wire = shared.wire();
    Ok(tagged(shared.app.update_server(&caller, id, expected, &patch, wire).await?))
}

/// Delete a server
///
/// It answers no more. It can be restored for 30 days, then it is purged.
#[utoipa::path(
    delete,
    path = "/servers/{server}",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    responses((status = 204))
)]
async fn delete_server(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ServerId>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_server(&caller, id, expected).await?;
    Ok(Done)
}

/// Clone a server
///
/// Its settings and its draft under another slug: disabled, with nothing published.
#[utoipa::path(
    post,
    path = "/servers/{server}/clone",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    request_body = CloneServer,
    responses((status = 201, body = Server))
)]
async fn clone_server(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<ServerId>,
    Create(caller, order): Create<CloneServer>,
) -> Result<Created<Server>, Problem> {
    Ok(created(shared.app.clone_server(&caller, id, order).await?))
}

/// Restore a deleted server
///
/// It comes back disabled.
#[utoipa::path(
    post,
    path = "/servers/{server}/restore",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    responses((status = 200, body = Server))
)]
async fn restore_server(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ServerId>,
) -> Result<Tagged<Server>, Problem> {
    Ok(tagged(shared.app.restore_server(&caller, id).await?))
}

/// Purge a deleted server
///
/// For good, with its draft, its versions and what was granted on it. What it did stays in the logs.
#[utoipa::path(
    post,
    path = "/servers/{server}/purge",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    responses((status = 204))
)]
async fn purge_server(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ServerId>,
) -> Result<Done, Problem> {
    shared.app.purge_server(&caller, id).await?;
    Ok(Done)
}

pub(super) fn tagged(server: Server) -> Tagged<Server> {
    let revision = server.revision;
    Tagged(server, revision)
}

pub(super) fn created(server: Server) -> Created<Server> {
    let location = format!("/api/v1/servers/{}", server.id);
    Created { location, revision: Some(server.revision), body: server }
}
