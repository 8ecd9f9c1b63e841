//! `/api/v1`: the control API, which the console, the command line and programs use alike.
//!
//! Each file has the operations of one noun: what they take, what they answer, and nothing else. Routes and the OpenAPI document
//! come from the same attributes, so neither can be without the other.

mod accounts;
mod actions;
mod apps;
mod asked;
mod audit;
mod catalog;
mod connect;
mod connect_links;
mod connections;
pub(crate) mod cookie;
mod curl;
mod customer_agent;
mod customer_connections;
mod customers;
mod document;
mod events;
mod export;
mod forgery;
mod grants;
mod headers;
mod input;
mod limits;
mod local;
mod oauth_clients;
mod output;
mod own;
mod prompts;
mod replay;
mod request_id;
mod requests;
mod resource_templates;
mod resources;
mod schema;
mod server_files;
mod server_tools;
mod servers;
mod sessions;
mod signers;
mod test_calls;
mod test_cases;
mod tokens;
mod usage;
mod users;
mod versions;

pub(crate) use asked::Peer;
pub use document::{document, document_text};
pub use local::{LocalApi, LocalReply};

use crate::{Shared, harden::harden, problem::Problem};
use axum::{Router, routing::get};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Where the control API is.
const BASE: &str = "/api/v1";

/// Every operation.
fn operations() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .merge(accounts::router())
        .merge(actions::router())
        .merge(apps::router())
        .merge(catalog::router())
        .merge(connections::router())
        .merge(customers::router())
        .merge(connect_links::router())
        .merge(customer_connections::router())
        .merge(customer_agent::router())
        .merge(signers::router())
        .merge(grants::router())
        .merge(limits::router())
        .merge(oauth_clients::router())
        .merge(own::router())
        .merge(sessions::router())
        .merge(tokens::router())
        .merge(usage::router())
        .merge(events::router())
        .merge(users::router())
        .merge(requests::router())
        .merge(audit::router())
        .merge(servers::router())
        .merge(server_files::router())
        .merge(server_tools::router())
        .merge(prompts::router())
        .merge(resources::router())
        .merge(resource_templates::router())
        .merge(test_cases::router())
        .merge(test_calls::router())
        .merge(connect::router())
        .merge(versions::router())
}

/// The control API and its document.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let document: &'static str = document_text();
    let describe = move || async move {
        ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], document)
    };
    let (router, _) = OpenApiRouter::new().nest(BASE, operations()).split_for_parts();
    router
        .route(&format!("{BASE}/openapi.json"), get(describe))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::map_response(hardened))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&shared), request_id::name))
        .with_state(shared)
}

async fn method_not_allowed() -> Problem {
    let detail = "this address takes other methods: see /api/v1/openapi.json";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

async fn hardened(mut response: axum::response::Response) -> axum::response::Response {
    harden(response.headers_mut());
    response
}
