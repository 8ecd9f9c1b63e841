use super::{answer, apps, entry::failed};
use crate::{Shared, body::Body};
use http::{HeaderMap, Response};
use std::net::IpAddr;

/// `GET /mcp/sessions`: the sessions of the customer's chats, by the chats' names.
pub(crate) async fn list(
    shared: &Shared,
    headers: &HeaderMap,
    query: Option<&str>,
    source: IpAddr,
) -> Response<Body> {
    let (caller, in_url) = match apps::customer(shared, headers, query, source).await {
        Ok(customer) => customer,
        Err(response) => return response,
    };
    let mut response = match shared.app.chat_sessions(&caller).await {
        Ok(sessions) => {
            let body = serde_json::to_vec(&sessions).expect("texts by texts are JSON");
            answer::json([body.into()])
        }
        Err(error) => failed(&error, false),
    };
    if in_url {
        apps::deprecate(&mut response);
    }
    response
}
