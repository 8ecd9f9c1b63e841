use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    ConnectLink, ConnectionSettings, CreatedConnectLink, CustomerConnectionQuery,
    CustomerConnectionRotation, CustomerConnectionView, CustomerName, NewConnectLink,
    NewCustomerConnection, Outbound, OwnApps, Page, PageQuery, RevokedToken,
};
use axum::{Extension, extract::State};
use model::{ConnectLinkId, ConnectionId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type ConnectionPatch = Patched<ConnectionSettings>;

/// Whose connections they all are.
const OWN: CustomerName = CustomerName::OWN;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_own_apps))
        .routes(routes!(list_own_connections, create_own_connection))
        .routes(routes!(get_own_connection, update_own_connection, delete_own_connection))
        .routes(routes!(rotate_own_connection))
        .routes(routes!(list_own_connect_links, create_own_connect_link))
        .routes(routes!(get_own_connect_link, delete_own_connect_link))
}

/// List the apps that call with one's own connection
///
/// Those that servers call with the connection of whoever calls, of the servers that the caller may call. For users, and tokens that
/// belong to one.
#[utoipa::path(
    get,
    path = "/me/apps",
    tag = "Own connections",
    responses((status = 200, body = OwnApps))
)]
async fn list_own_apps(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
) -> Result<Plain<OwnApps>, Problem> {
    Ok(Plain(shared.app.list_own_apps(&caller).await?))
}

/// List one's own connections
///
/// What the caller has connected for itself, in the order of its making; of one app alone if it is named. Never a secret.
#[utoipa::path(
    get,
    path = "/me/connections",
    tag = "Own connections",
    params(CustomerConnectionQuery),
    responses((status = 200, body = Page<CustomerConnectionView>))
)]
async fn list_own_connections(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<CustomerConnectionQuery>,
) -> Result<Plain<Page<CustomerConnectionView>>, Problem> {
    Ok(Plain(shared.app.list_customer_connections(&caller, &OWN, query).await?))
}

/// Create a connection of one's own
///
/// Keeps the caller's credentials for an app that a server of its own calls with them: in one of the app's ways to connect, or as they
/// are. They are sealed and never shown again, and nobody else's call uses them. Where somebody has to sign in, a connect link does it.
#[utoipa::path(
    post,
    path = "/me/connections",
    tag = "Own connections",
    request_body = NewCustomerConnection,
    responses((status = 201, body = CustomerConnectionView))
)]
async fn create_own_connection(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Create(caller, new): Create<NewCustomerConnection>,
) -> Result<Created<CustomerConnectionView>, Problem> {
    let made = shared.app.create_customer_connection(&caller, &OWN, new, &outbound).await?;
    let location = format!("/api/v1/me/connections/{}", made.id);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Get a connection of one's own
#[utoipa::path(
    get,
    path = "/me/connections/{own_connection}",
    tag = "Own connections",
    params(("own_connection" = ConnectionId, Path)),
    responses((status = 200, body = CustomerConnectionView))
)]
async fn get_own_connection(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ConnectionId>,
) -> Result<Tagged<CustomerConnectionView>, Problem> {
    Ok(tagged(shared.app.get_customer_connection(&caller, &OWN, id).await?))
}

/// Change a connection of one's own
///
/// Its name, and whether it is the default among the caller's connections of the app.
#[utoipa::path(
    patch,
    path = "/me/connections/{own_connection}",
    tag = "Own connections",
    params(("own_connection" = ConnectionId, Path)),
    request_body(content = ConnectionPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = CustomerConnectionView))
)]
async fn update_own_connection(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<ConnectionId>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<CustomerConnectionView>, Problem> {
    let changed =
        shared.app.update_customer_connection(&caller, &OWN, id, expected, &patch).await?;
    Ok(tagged(changed))
}

/// Rotate a connection of one's own
///
/// Gives it a new secret. It works again, whatever was wrong with the one before.
#[utoipa::path(
    post,
    path = "/me/connections/{own_connection}/rotate",
    tag = "Own connections",
    params(("own_connection" = ConnectionId, Path)),
    request_body = CustomerConnectionRotation,
    responses((status = 200, body = CustomerConnectionView))
)]
async fn rotate_own_connection(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Path(id): Path<ConnectionId>,
    Create(caller, rotation): Create<CustomerConnectionRotation>,
) -> Result<Tagged<CustomerConnectionView>, Problem> {
    let changed =
        shared.app.rotate_customer_connection(&caller, &OWN, id, rotation, &outbound).await?;
    Ok(tagged(changed))
}

/// Remove a connection of one's own
///
/// With its secret, for good. Its tokens are given back to the app where the app takes them; the answer says whether it did. Was it the
/// default, the caller's oldest other connection of the app becomes it.
#[utoipa::path(
    delete,
    path = "/me/connections/{own_connection}",
    tag = "Own connections",
    params(("own_connection" = ConnectionId, Path)),
    responses((status = 200, body = RevokedToken))
)]
async fn delete_own_connection(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Asked(caller): Asked,
    Path(id): Path<ConnectionId>,
    IfMatch(expected): IfMatch,
) -> Result<Plain<RevokedToken>, Problem> {
    let app = &shared.app;
    Ok(Plain(app.delete_customer_connection(&caller, &OWN, id, expected, &outbound).await?))
}

/// List one's own connect links
///
/// In the order of their making, until a month after their end. Never their URLs.
#[utoipa::path(
    get,
    path = "/me/connect-links",
    tag = "Own connections",
    params(PageQuery),
    responses((status = 200, body = Page<ConnectLink>))
)]
async fn list_own_connect_links(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<ConnectLink>>, Problem> {
    Ok(Plain(shared.app.list_connect_links(&caller, &OWN, &page).await?))
}

/// Create a connect link of one's own
///
/// A page on which the caller connects an app for itself, once. It names the app. The answer alone shows its URL: whoever has it connects
/// in the caller's place.
#[utoipa::path(
    post,
    path = "/me/connect-links",
    tag = "Own connections",
    request_body = NewConnectLink,
    responses((status = 201, body = CreatedConnectLink))
)]
async fn create_own_connect_link(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewConnectLink>,
) -> Result<Created<CreatedConnectLink>, Problem> {
    let made = shared.app.create_connect_link(&caller, &OWN, new).await?;
    let location = format!("/api/v1/me/connect-links/{}", made.details.id);
    Ok(Created { location, revision: None, body: made })
}

/// Get a connect link of one's own
///
/// How far it is, and what was connected. Never its URL.
#[utoipa::path(
    get,
    path = "/me/connect-links/{own_connect_link}",
    tag = "Own connections",
    params(("own_connect_link" = ConnectLinkId, Path)),
    responses((status = 200, body = ConnectLink))
)]
async fn get_own_connect_link(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ConnectLinkId>,
) -> Result<Plain<ConnectLink>, Problem> {
    Ok(Plain(shared.app.get_connect_link(&caller, &OWN, id).await?))
}

/// Remove a connect link of one's own
///
/// Its page is gone at once. What was connected stays.
#[utoipa::path(
    delete,
    path = "/me/connect-links/{own_connect_link}",
    tag = "Own connections",
    params(("own_connect_link" = ConnectLinkId, Path)),
    responses((status = 204))
)]
async fn delete_own_connect_link(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<ConnectLinkId>,
) -> Result<Done, Problem> {
    shared.app.delete_connect_link(&caller, &OWN, id).await?;
    Ok(Done)
}

fn tagged(connection: CustomerConnectionView) -> Tagged<CustomerConnectionView> {
    let revision = connection.revision;
    Tagged(connection, revision)
}
