use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    CreatedToken, Customer, CustomerName, CustomerQuery, CustomerSettings, NewCustomer,
    NewCustomerToken, Outbound, Page,
};
use axum::{Extension, extract::State};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type CustomerPatch = Patched<CustomerSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_customers, create_customer))
        .routes(routes!(get_customer, update_customer, delete_customer))
        .routes(routes!(create_customer_token))
}

/// List customers
///
/// The end users of the account's own product, in the order of their making.
#[utoipa::path(
    get,
    path = "/customers",
    tag = "Customers",
    params(CustomerQuery),
    responses((status = 200, body = Page<Customer>))
)]
async fn list_customers(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<CustomerQuery>,
) -> Result<Plain<Page<Customer>>, Problem> {
    Ok(Plain(shared.app.list_customers(&caller, query).await?))
}

/// Create a customer
#[utoipa::path(
    post,
    path = "/customers",
    tag = "Customers",
    request_body = NewCustomer,
    responses((status = 201, body = Customer))
)]
async fn create_customer(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewCustomer>,
) -> Result<Created<Customer>, Problem> {
    let made = shared.app.create_customer(&caller, new).await?;
    let location = format!("/api/v1/customers/{}", made.id);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Get a customer
///
/// By its id, or by its key.
#[utoipa::path(
    get,
    path = "/customers/{customer}",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key")),
    responses((status = 200, body = Customer))
)]
async fn get_customer(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(name): Path<CustomerName>,
) -> Result<Tagged<Customer>, Problem> {
    Ok(tagged(shared.app.get_customer(&caller, &name).await?))
}

/// Change a customer
///
/// Its name, its metadata, and whether it is shut out.
#[utoipa::path(
    patch,
    path = "/customers/{customer}",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key")),
    request_body(content = CustomerPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Customer))
)]
async fn update_customer(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<CustomerName>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<Customer>, Problem> {
    Ok(tagged(shared.app.update_customer(&caller, &name, expected, &patch).await?))
}

/// Remove a customer
///
/// For good, with its tokens and its connections, whose tokens are given back to the apps afterwards. What it did stays in the logs.
#[utoipa::path(
    delete,
    path = "/customers/{customer}",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key")),
    responses((status = 204))
)]
async fn delete_customer(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(name): Path<CustomerName>,
    IfMatch(expected): IfMatch,
    Extension(outbound): Extension<Outbound>,
) -> Result<Done, Problem> {
    shared.app.delete_customer(&caller, &name, expected, &outbound).await?;
    Ok(Done)
}

/// Create a token of a customer
///
/// It stands for the customer at `/mcp`; no managed server takes it, and it may do nothing through the control API. The answer alone
/// shows the token.
#[utoipa::path(
    post,
    path = "/customers/{customer}/tokens",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key")),
    request_body = NewCustomerToken,
    responses((status = 201, body = CreatedToken))
)]
async fn create_customer_token(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<CustomerName>,
    Create(caller, new): Create<NewCustomerToken>,
) -> Result<Created<CreatedToken>, Problem> {
    let made = shared.app.create_customer_token(&caller, &name, new).await?;
    let location = format!("/api/v1/tokens/{}", made.details.id);
    Ok(Created { location, revision: Some(made.details.revision), body: made })
}

fn tagged(customer: Customer) -> Tagged<Customer> {
    let revision = customer.revision;
    Tagged(customer, revision)
}
