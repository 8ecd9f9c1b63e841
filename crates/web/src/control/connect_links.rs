use super::{
    asked::Asked,
    input::{Create, Path, Query},
    output::{Created, Done, Plain},
};
use crate::{Shared, problem::Problem};
use app::{ConnectLink, CreatedConnectLink, CustomerName, NewConnectLink, Page, PageQuery};
use axum::extract::State;
use model::ConnectLinkId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_connect_links, create_connect_link))
        .routes(routes!(get_connect_link, delete_connect_link))
}

/// List a customer's connect links
///
/// In the order of their making, until a month after their end. Never their URLs.
#[utoipa::path(
    get,
    path = "/customers/{customer}/connect-links",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key"), PageQuery),
    responses((status = 200, body = Page<ConnectLink>))
)]
async fn list_connect_links(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(customer): Path<CustomerName>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<ConnectLink>>, Problem> {
    Ok(Plain(shared.app.list_connect_links(&caller, &customer, &page).await?))
}

/// Create a connect link
///
/// A page on which the customer connects an app, once. The answer alone shows its URL: give it to the customer and to nobody else, by
/// a page of your own where the customer has signed in, or the snippet `/connect/embed.js`.
#[utoipa::path(
    post,
    path = "/customers/{customer}/connect-links",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key")),
    request_body = NewConnectLink,
    responses((status = 201, body = CreatedConnectLink))
)]
async fn create_connect_link(
    State(shared): State<Arc<Shared>>,
    Path(customer): Path<CustomerName>,
    Create(caller, new): Create<NewConnectLink>,
) -> Result<Created<CreatedConnectLink>, Problem> {
    let made = shared.app.create_connect_link(&caller, &customer, new).await?;
    let (owner, id) = (made.details.customer, made.details.id);
    let location = format!("/api/v1/customers/{owner}/connect-links/{id}");
    Ok(Created { location, revision: None, body: made })
}

/// Get a connect link
///
/// How far it is, and what was connected. Never its URL.
#[utoipa::path(
    get,
    path = "/customers/{customer}/connect-links/{connect_link}",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key"), ("connect_link" = ConnectLinkId, Path)),
    responses((status = 200, body = ConnectLink))
)]
async fn get_connect_link(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((customer, id)): Path<(CustomerName, ConnectLinkId)>,
) -> Result<Plain<ConnectLink>, Problem> {
    Ok(Plain(shared.app.get_connect_link(&caller, &customer, id).await?))
}

/// Remove a connect link
///
/// Its page is gone at once. What was connected stays.
#[utoipa::path(
    delete,
    path = "/customers/{customer}/connect-links/{connect_link}",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key"), ("connect_link" = ConnectLinkId, Path)),
    responses((status = 204))
)]
async fn delete_connect_link(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((customer, id)): Path<(CustomerName, ConnectLinkId)>,
) -> Result<Done, Problem> {
    shared.app.delete_connect_link(&caller, &customer, id).await?;
    Ok(Done)
}
