use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    ConnectionQuery, ConnectionRotation, ConnectionSettings, ConnectionTest, ConnectionTestOrder,
    ConnectionView, NewConnection, Outbound, Page, UsedBy,
};
use axum::{Extension, extract::State};
use model::ConnectionId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type ConnectionPatch = Patched<ConnectionSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_connections, create_connection))
        .routes(routes!(get_connection, update_connection, delete_connection))
        .routes(routes!(rotate_connection))
        .routes(routes!(test_connection))
        .routes(routes!(list_connection_uses))
}

/// List connections
///
/// Credentials for apps, in the order of their making; of one app alone if it is named. Never a secret.
#[utoipa::path(
    get,
    path = "/connections",
    tag = "Connections",
    params(ConnectionQuery),
    responses((status = 200, body = Page<ConnectionView>))
)]
async fn list_connections(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<ConnectionQuery>,
) -> Result<Plain<Page<ConnectionView>>, Problem> {
    Ok(Plain(shared.app.list_connections(&caller, query).await?))
}

/// Create a connection
///
/// Keeps credentials for an app: an API key, user name and password, a bearer token, headers, or OAuth 2 client credentials. They
/// are sealed and never shown again.
#[utoipa::path(
    post,
    path = "/connections",
    tag = "Connections",
    request_body = NewConnection,
    responses((status = 201, body = ConnectionView))
)]
async fn create_connection(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewConnection>,
) -> Result<Created<ConnectionView>, Problem> {
    let made = shared.app.create_connection(&caller, new).await?;
    let location = format!("/api/v1/connections/{}", made.id);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Get a connection
#[utoipa::path(
    get,
    path = "/connections/{connection}",
    tag = "Connections",
    params(("connection" = ConnectionId, Path)),
    responses((status = 200, body = ConnectionView))
)]
async fn get_connection(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ConnectionId>,
) -> Result<Tagged<ConnectionView>, Problem> {
    let found = shared.app.get_connection(&caller, id).await?;
    let revision = found.revision;
    Ok(Tagged(found, revision))
}

/// Change a connection
///
/// Its name, and whether it is the app's default. A new secret comes by rotation alone.
#[utoipa::path(
    patch,
    path = "/connections/{connection}",
    tag = "Connections",
    params(("connection" = ConnectionId, Path)),
    request_body(content = ConnectionPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ConnectionView))
)]
async fn update_connection(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<ConnectionId>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<ConnectionView>, Problem> {
    let changed = shared.app.update_connection(&caller, id, expected, &patch).await?;
    let revision = changed.revision;
    Ok(Tagged(changed, revision))
}

/// Rotate a connection
///
/// Gives it a new secret. Calls under way end with the one before; those that come a second later have the new one.
#[utoipa::path(
    post,
    path = "/connections/{connection}/rotate",
    tag = "Connections",
    params(("connection" = ConnectionId, Path)),
    request_body = ConnectionRotation,
    responses((status = 200, body = ConnectionView))
)]
async fn rotate_connection(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<ConnectionId>,
    Create(caller, rotation): Create<ConnectionRotation>,
) -> Result<Tagged<ConnectionView>, Problem> {
    let changed = shared.app.rotate_connection(&caller, id, rotation).await?;
    let revision = changed.revision;
    Ok(Tagged(changed, revision))
}

/// Test a connection
///
/// Sends one request with a safe method: an action, a path, or the app's base URL. Says whether the API took the credential, and
/// nothing of what it answered.
#[utoipa::path(
    post,
    path = "/connections/{connection}/test",
    tag = "Connections",
    params(("connection" = ConnectionId, Path)),
    request_body = ConnectionTestOrder,
    responses((status = 200, body = ConnectionTest))
)]
async fn test_connection(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Path(id): Path<ConnectionId>,
    Create(caller, order): Create<ConnectionTestOrder>,
) -> Result<Plain<ConnectionTest>, Problem> {
    Ok(Plain(shared.app.test_connection(&caller, id, order, &outbound).await?))
}

/// Remove a connection
///
/// With its secret, for good. Not while a server uses it.
#[utoipa::path(
    delete,
    path = "/connections/{connection}",
    tag = "Connections",
    params(("connection" = ConnectionId, Path)),
    responses((status = 204))
)]
async fn delete_connection(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ConnectionId>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_connection(&caller, id, expected).await?;
    Ok(Done)
}

/// List what uses a connection
///
/// Servers that name it, and those that use it as the default of its app.
#[utoipa::path(
    get,
    path = "/connections/{connection}/used-by",
    tag = "Connections",
    params(("connection" = ConnectionId, Path)),
    responses((status = 200, body = UsedBy))
)]
async fn list_connection_uses(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ConnectionId>,
) -> Result<Plain<UsedBy>, Problem> {
    Ok(Plain(shared.app.list_connection_uses(&caller, id).await?))
}
