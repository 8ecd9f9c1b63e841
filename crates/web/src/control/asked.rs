use super::{cookie, forgery};
use crate::{Shared, problem::Problem};
use app::{Caller, Context};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use http::{Extensions, StatusCode};
use model::ApiRequestId;
use std::{net::IpAddr, sync::Arc};

/// The address that a connection came from.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The longest `Authorization` that is looked at.
const AUTHORIZATION_BYTES_MAX: usize = 1_024;

/// Who asks. A handler that takes none can do nothing, since every use case wants a caller.
pub(crate) struct Asked(pub(crate) Caller);

impl FromRequestParts<Arc<Shared>> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        // Put there by `LocalApi`, or by this very function for the extractor before: a request from the network brings no
        // extensions of its own.
        let context = context(&parts.extensions);
        if let Some(caller) = parts.extensions.get::<Caller>() {
            let context = Context { request_id: context.request_id, ..caller.context().clone() };
            return Ok(Self(caller.clone().with_context(context)));
        }
        let https = shared.config.https;
        // A token is sent on purpose, a cookie by itself: where both come, the token says who asks.
        let caller = if parts.headers.contains_key(header::AUTHORIZATION) {
            shared.app.authenticate(bearer(&parts.headers)?, context).await?
        } else {
            let cookie = cookie::read(&parts.headers, https).ok_or_else(sign_in)?;
            let caller = shared.app.authenticate_cookie(cookie, context).await?;
            forgery::check(&parts.method, &parts.headers, &caller, https)?;
            caller
        };
        parts.extensions.insert(caller.clone());
        Ok(Self(caller))
    }
}

/// What is known of a request from the network before its sender is.
pub(super) fn context(extensions: &Extensions) -> Context {
    let source = extensions.get::<Peer>().map(|peer| peer.0);
    let request_id = extensions.get::<ApiRequestId>().copied();
    Context { source, request_id, ..Context::default() }
}

fn sign_in() -> Problem {
    let detail = "sign in, or send a valid API token: Authorization: Bearer gwt_…";
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in", detail)
}

fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(sign_in)?;
    if values.next().is_some() {
        return Err(Problem::invalid("two_credentials", "send exactly one Authorization header"));
    }
    let text = value.to_str().ok().filter(|text| text.len() <= AUTHORIZATION_BYTES_MAX);
    text.and_then(|text| text.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .map(|(_, token)| token)
        .ok_or_else(sign_in)
}
