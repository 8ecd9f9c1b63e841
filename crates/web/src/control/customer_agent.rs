use super::{
    asked::Asked,
    input::{Path, Query},
    output::{Done, Plain},
};
use crate::{Shared, problem::Problem};
use app::{CustomerChat, CustomerName, CustomerTool, Page, PageQuery};
use axum::extract::State;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_customer_tools))
        .routes(routes!(list_customer_chats))
        .routes(routes!(delete_customer_chat))
}

/// List a customer's tools
///
/// What the customer's agent has at `/mcp` with all its apps, in static mode, and the connection that each tool uses.
#[utoipa::path(
    get,
    path = "/customers/{customer}/tools",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key"), PageQuery),
    responses((status = 200, body = Page<CustomerTool>))
)]
async fn list_customer_tools(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(customer): Path<CustomerName>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<CustomerTool>>, Problem> {
    Ok(Plain(shared.app.list_customer_tools(&caller, &customer, &page).await?))
}

/// List a customer's chats
///
/// Those that its agent can go on with, each with the session and the tools that it has. In the order of their names.
#[utoipa::path(
    get,
    path = "/customers/{customer}/chats",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key"), PageQuery),
    responses((status = 200, body = Page<CustomerChat>))
)]
async fn list_customer_chats(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(customer): Path<CustomerName>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<CustomerChat>>, Problem> {
    Ok(Plain(shared.app.list_customer_chats(&caller, &customer, &page).await?))
}

/// Delete a chat of a customer
///
/// Ends its session, and forgets which tools were enabled in it: whoever goes on with the chat begins anew.
#[utoipa::path(
    delete,
    path = "/customers/{customer}/chats/{chat}",
    tag = "Customers",
    params(
        ("customer" = String, Path, description = "Id or key"),
        ("chat" = String, Path, description = "The client's name for it")
    ),
    responses((status = 204))
)]
async fn delete_customer_chat(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((customer, chat)): Path<(CustomerName, String)>,
) -> Result<Done, Problem> {
    shared.app.delete_customer_chat(&caller, &customer, &chat).await?;
    Ok(Done)
}
