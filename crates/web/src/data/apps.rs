use super::{
    answer,
    entry::{self, Asked, At, SIGNED, failed},
    query,
    shown::{self, Shown},
};
use crate::{Shared, body::Body};
use app::{Caller, Context, Kind, Reached, TokenPlace};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use mcp::{Code, RpcError};
use std::net::IpAddr;

/// Since when a token in the URL is against the protocol (MCP 2025-03-26, Authorization), as RFC 9745 writes it.
const TOKEN_IN_URL: (HeaderName, HeaderValue) =
    (HeaderName::from_static("deprecation"), HeaderValue::from_static("@1742947200"));

/// Authenticates a customer, and finds what it may call of what the URL names.
pub(crate) async fn asked(
    shared: &Shared,
    headers: &HeaderMap,
    at: At<'_>,
) -> Result<Asked, Response<Body>> {
    let (caller, token_in_url) = customer(shared, headers, at.query, at.source).await?;
    Ok(Asked { token_in_url, ..of_caller(shared, headers, caller, at.query).await? })
}

/// What a customer may call of what the URL names.
pub(crate) async fn of_caller(
    shared: &Shared,
    headers: &HeaderMap,
    caller: Caller,
    query: Option<&str>,
) -> Result<Asked, Response<Body>> {
    let chat = shown::chat(headers)?;
    let lists = query::values(query, "apps");
    let apps: Vec<&str> =
        lists.iter().flat_map(|list| list.split(',')).filter(|name| !name.is_empty()).collect();
    let reached = shared.app.connected_apps(&caller, &apps).await;
    let Reached { published, watch, asked_as } = reached.map_err(|error| match error.kind {
        // The URL is what is wrong, not the parameters of a method.
        Kind::Invalid => {
            let error = RpcError::new(Code::InvalidRequest, error.message);
            answer::refused(error.refuse(None, true))
        }
        _ => failed(&error, true),
    })?;
    Ok(Asked { caller, published, watch, asked_as, shown: Shown::All, chat, token_in_url: false })
}

/// The customer that a request comes from, and whether its token was in the URL. One in `Authorization` comes first.
pub(crate) async fn customer(
    shared: &Shared,
    headers: &HeaderMap,
    query: Option<&str>,
    source: IpAddr,
) -> Result<(Caller, bool), Response<Body>> {
    let context = Context { source: Some(source), ..Context::default() };
    let in_url = query::values(query, "token");
    let (token, place) = match (entry::signed_bearer(headers)?, &in_url[..]) {
        (Some(token), _) => (token, TokenPlace::Header),
        (None, [token]) => (&**token, TokenPlace::Url),
        (None, _) => return Err(entry::without_token()),
    };
    let caller = shared.app.authenticate_customer(token, place, context).await;
    let caller = caller.map_err(|error| entry::not_let_in(shared, &error, SIGNED))?;
    Ok((caller, place == TokenPlace::Url))
}

/// Says that the token should not have come in the URL.
pub(crate) fn deprecate(response: &mut Response<Body>) {
    let (name, value) = TOKEN_IN_URL;
    response.headers_mut().insert(name, value);
}
