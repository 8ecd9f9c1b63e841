use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    ConnectionSettings, CustomerConnectionQuery, CustomerConnectionRotation,
    CustomerConnectionView, CustomerName, NewCustomerConnection, Outbound, Page, RevokedToken,
};
use axum::{Extension, extract::State};
use model::ConnectionId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type ConnectionPatch = Patched<ConnectionSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_customer_connections, create_customer_connection))
        .routes(routes!(
            get_customer_connection,
            update_customer_connection,
            delete_customer_connection
        ))
        .routes(routes!(rotate_customer_connection))
}

/// List a customer's connections
///
/// What the customer has connected, in the order of their making; of one app alone if it is named. Never a secret.
#[utoipa::path(
    get,
    path = "/customers/{customer}/connections",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key"), CustomerConnectionQuery),
    responses((status = 200, body = Page<CustomerConnectionView>))
)]
async fn list_customer_connections(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(customer): Path<CustomerName>,
    Query(query): Query<CustomerConnectionQuery>,
) -> Result<Plain<Page<CustomerConnectionView>>, Problem> {
    Ok(Plain(shared.app.list_customer_connections(&caller, &customer, query).await?))
}

/// Create a connection of a customer
///
/// Keeps credentials of the customer for an app: in one of the app's ways to connect, or as they are. They are sealed and never shown
/// again. Where somebody has to sign in, a connect link does it; tokens that the account's OAuth client was granted elsewhere can be
/// brought along.
#[utoipa::path(
    post,
    path = "/customers/{customer}/connections",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key")),
    request_body = NewCustomerConnection,
    responses((status = 201, body = CustomerConnectionView))
)]
async fn create_customer_connection(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Path(customer): Path<CustomerName>,
    Create(caller, new): Create<NewCustomerConnection>,
) -> Result<Created<CustomerConnectionView>, Problem> {
    let made = shared.app.create_customer_connection(&caller, &customer, new, &outbound).await?;
    let location = format!("/api/v1/customers/{}/connections/{}", made.customer, made.id);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Get a connection of a customer
#[utoipa::path(
    get,
    path = "/customers/{customer}/connections/{customer_connection}",
    tag = "Customers",
    params(
        ("customer" = String, Path, description = "Id or key"),
        ("customer_connection" = ConnectionId, Path)
    ),
    responses((status = 200, body = CustomerConnectionView))
)]
async fn get_customer_connection(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((customer, id)): Path<(CustomerName, ConnectionId)>,
) -> Result<Tagged<CustomerConnectionView>, Problem> {
    Ok(tagged(shared.app.get_customer_connection(&caller, &customer, id).await?))
}

/// Change a connection of a customer
///
/// Its name, and whether it is the default among the customer's connections of the app.
#[utoipa::path(
    patch,
    path = "/customers/{customer}/connections/{customer_connection}",
    tag = "Customers",
    params(
        ("customer" = String, Path, description = "Id or key"),
        ("customer_connection" = ConnectionId, Path)
    ),
    request_body(content = ConnectionPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = CustomerConnectionView))
)]
async fn update_customer_connection(
    State(shared): State<Arc<Shared>>,
    Path((customer, id)): Path<(CustomerName, ConnectionId)>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<CustomerConnectionView>, Problem> {
    let changed =
        shared.app.update_customer_connection(&caller, &customer, id, expected, &patch).await?;
    Ok(tagged(changed))
}

/// Rotate a connection of a customer
///
/// Gives it a new secret. It works again, whatever was wrong with the one before.
#[utoipa::path(
    post,
    path = "/customers/{customer}/connections/{customer_connection}/rotate",
    tag = "Customers",
    params(
        ("customer" = String, Path, description = "Id or key"),
        ("customer_connection" = ConnectionId, Path)
    ),
    request_body = CustomerConnectionRotation,
    responses((status = 200, body = CustomerConnectionView))
)]
async fn rotate_customer_connection(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Path((customer, id)): Path<(CustomerName, ConnectionId)>,
    Create(caller, rotation): Create<CustomerConnectionRotation>,
) -> Result<Tagged<CustomerConnectionView>, Problem> {
    let changed =
        shared.app.rotate_customer_connection(&caller, &customer, id, rotation, &outbound).await?;
    Ok(tagged(changed))
}

/// Remove a connection of a customer
///
/// With its secret, for good. Its tokens are given back to the app where the app takes them; the answer says whether it did. Was it the
/// default, the customer's oldest other connection of the app becomes it.
#[utoipa::path(
    delete,
    path = "/customers/{customer}/connections/{customer_connection}",
    tag = "Customers",
    params(
        ("customer" = String, Path, description = "Id or key"),
        ("customer_connection" = ConnectionId, Path)
    ),
    responses((status = 200, body = RevokedToken))
)]
async fn delete_customer_connection(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Asked(caller): Asked,
    Path((customer, id)): Path<(CustomerName, ConnectionId)>,
    IfMatch(expected): IfMatch,
) -> Result<Plain<RevokedToken>, Problem> {
    let app = &shared.app;
    Ok(Plain(app.delete_customer_connection(&caller, &customer, id, expected, &outbound).await?))
}

fn tagged(connection: CustomerConnectionView) -> Tagged<CustomerConnectionView> {
    let revision = connection.revision;
    Tagged(connection, revision)
}
