use super::{answer, get, post, shown::Shown};
use crate::{Shared, body::Body, rpc_error};
use app::{Caller, Context, Error, Outbound, Published, Reached, ServerWatch};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use std::{net::IpAddr, sync::Arc};

/// The longest `Authorization` that is looked at.
const AUTHORIZATION_BYTES_MAX: usize = 1_024;

/// Who asks, and for what server.
pub(crate) struct Asked {
    pub(crate) caller: Caller,
    pub(crate) published: Arc<Published>,
    pub(crate) watch: ServerWatch,
    /// The path's names, when one of them is a former one.
    pub(crate) asked_as: Option<Arc<str>>,
    /// How much of its tools.
    pub(crate) shown: Shown,
}

/// The alias and server of an endpoint's path, if it is one. No part is decoded: names have no characters that need it.
fn names(path: &str) -> Option<(&str, &str)> {
    let (alias, server) = path.strip_prefix("/mcp/")?.split_once('/')?;
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    (plain(alias) && plain(server)).then_some((alias, server))
}

/// Answers a request whose path is below `/mcp/`, or one to a host name that stands for a server: then `own` names it.
/// `origin` was checked.
pub(crate) async fn endpoint(
    shared: &Arc<Shared>,
    outbound: &Outbound,
    request: Request<Incoming>,
    own: Option<(&str, &str)>,
    origin: Option<HeaderValue>,
    source: IpAddr,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let mut response = if parts.method == Method::OPTIONS && origin.is_some() {
        preflight()
    } else {
        match own.or_else(|| names(parts.uri.path())) {
            None => answer::refused(
                mcp::RpcError::new(mcp::Code::NotFound, "there is no MCP server at this address")
                    .refuse(None, true),
            ),
            Some(names) => match parts.method {
                Method::POST => {
                    let at = (names, parts.uri.query());
                    post::post(shared, outbound, &parts.headers, body, at, source).await
                }
                Method::GET => get::get(shared, &parts.headers, names, source).await,
                Method::DELETE => get::delete(shared, &parts.headers, names, source).await,
                _ => method_not_allowed(),
            },
        }
    };
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("Mcp-Session-Id, WWW-Authenticate, Retry-After"),
        );
    }
    response
}

/// Authenticates, and finds the server. The only ways on are a caller and a server that it may name.
pub(crate) async fn asked(
    shared: &Shared,
    headers: &HeaderMap,
    (alias, server): (&str, &str),
    source: IpAddr,
) -> Result<Asked, Response<Body>> {
    let bearer = bearer(headers)?;
    let context = Context { source: Some(source), ..Context::default() };
    let caller = shared.app.authenticate(bearer, context).await.map_err(|error| {
        shared.metrics.refused_authentication();
        if error.kind == app::Kind::SignIn {
            unauthenticated(INVALID_TOKEN)
        } else {
            failed(&error, true)
        }
    })?;
    let reached =
        shared.app.server(&caller, alias, server).await.map_err(|error| failed(&error, true))?;
    let Reached { published, watch, asked_as } = reached;
    Ok(Asked { caller, published, watch, asked_as, shown: Shown::All })
}

fn bearer(headers: &HeaderMap) -> Result<&str, Response<Body>> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(|| unauthenticated(NO_CREDENTIAL))?;
    if values.next().is_some() {
        let error =
            mcp::RpcError::new(mcp::Code::InvalidRequest, "send exactly one Authorization header");
        return Err(answer::refused(error.refuse(None, true)));
    }
    let text = value.to_str().ok().filter(|text| text.len() <= AUTHORIZATION_BYTES_MAX);
    text.and_then(|text| text.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .map(|(_, token)| token)
        .ok_or_else(|| unauthenticated(INVALID_TOKEN))
}

/// RFC 6750 §3: without credentials there is no error code.
const NO_CREDENTIAL: &str = "Bearer realm=\"gatewright\"";
const INVALID_TOKEN: &str = "Bearer realm=\"gatewright\", error=\"invalid_token\"";

/// A server that takes API tokens only has no authorization server, so it names none: clients would begin OAuth.
fn unauthenticated(challenge: &'static str) -> Response<Body> {
    let message = "send a valid API token: Authorization: Bearer gwt_…";
    let error = mcp::RpcError::new(mcp::Code::Unauthenticated, message);
    let mut response = answer::refused(error.refuse(None, true));
    let challenge = HeaderValue::from_static(challenge);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// The answer to an error that concerns the request as a whole.
pub(crate) fn failed(error: &Error, modern: bool) -> Response<Body> {
    rpc_error::log(error);
    let mut response = answer::refused(rpc_error::rpc_error(error).refuse(None, modern));
    answer::retry_after(&mut response, rpc_error::retry_after(error));
    response
}

fn method_not_allowed() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, GET, DELETE"));
    response
}

fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("POST, GET, DELETE"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID, X-Chat-Id",
        ),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn an_endpoint_is_exactly_two_plain_segments() {
        assert_eq!(names("/mcp/local/crm"), Some(("local", "crm")));
        for path in [
            "/mcp/local",
            "/mcp/local/",
            "/mcp/local/crm/",
            "//mcp/local/crm",
            "/mcp//crm",
            "/mcp/local/%63rm",
            "/MCP/local/crm",
            "/mcp/local/crm;a=b",
            "/mcp/local/crm%00",
            "/mcp/local/../x",
            "/mcp/x%2f..%2fy",
            "/mcp/local/crm/x",
            "/mcp/",
        ] {
            assert_eq!(names(path), None, "{path}");
        }
    }
}
