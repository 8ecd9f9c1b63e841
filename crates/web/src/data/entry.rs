use super::{answer, apps, get, post, sessions, shown::Shown, sse};
use crate::{Shared, body::Body, rpc_error};
use app::{
    Caller, Context, Enabling, Error, Outbound, Published, Reached, ServerWatch, SessionHandle,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use std::{net::IpAddr, sync::Arc};

/// The longest `Authorization` of a managed server that is looked at.
const AUTHORIZATION_BYTES_MAX: usize = 1_024;
/// And of connected apps, whose tokens are signed.
const SIGNED_BYTES_MAX: usize = 8_192 + 7;

/// Who asks, and for what server.
pub(crate) struct Asked {
    pub(crate) caller: Caller,
    pub(crate) published: Arc<Published>,
    pub(crate) watch: ServerWatch,
    /// The path's names, when one of them is a former one.
    pub(crate) asked_as: Option<Arc<str>>,
    /// How much of its tools.
    pub(crate) shown: Shown,
    /// The chat that it belongs to.
    pub(crate) chat: Option<Box<str>>,
    /// Whether the token came in the URL.
    pub(crate) token_in_url: bool,
}

impl Asked {
    /// What the tools that the client enables are bound to.
    pub(crate) fn enabling<'a>(
        &'a self,
        session: Option<&'a SessionHandle>,
    ) -> Option<Enabling<'a>> {
        if !self.shown.is_few() {
            return None;
        }
        let of_session = session.and_then(|handle| handle.session.chat.as_deref());
        match self.chat.as_deref().or(of_session) {
            Some(chat) => Some(Enabling::Chat(chat)),
            None => session.map(Enabling::Session),
        }
    }
}

/// What an MCP request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint<'a> {
    /// The server of that alias and slug.
    Server(&'a str, &'a str),
    /// Connected apps.
    Apps,
}

/// What is at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'a> {
    Endpoint(Endpoint<'a>),
    /// The sessions of a customer's chats.
    Sessions,
    /// The stream of the older transport.
    Stream,
    /// Where its client sends messages.
    Messages,
}

/// Whether there can be an MCP endpoint, or a part of one.
pub(crate) fn is_mcp(path: &str) -> bool {
    path == "/mcp" || path.starts_with("/mcp/") || path == "/sse" || path.starts_with("/sse/")
}

fn place(path: &str) -> Option<Place<'_>> {
    match path {
        "/mcp" => Some(Place::Endpoint(Endpoint::Apps)),
        "/mcp/sessions" => Some(Place::Sessions),
        "/sse" => Some(Place::Stream),
        "/sse/messages" => Some(Place::Messages),
        _ => names(path).map(|(alias, server)| Place::Endpoint(Endpoint::Server(alias, server))),
    }
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

/// Answers a request to an address of [`is_mcp`], or one to a host name that stands for a server: then `own` names it.
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
    let own = own.map(|(alias, server)| Place::Endpoint(Endpoint::Server(alias, server)));
    let (headers, query) = (&parts.headers, parts.uri.query());
    let mut response = if parts.method == Method::OPTIONS && origin.is_some() {
        preflight()
    } else {
        match own.or_else(|| place(parts.uri.path())) {
            None => answer::refused(
                mcp::RpcError::new(mcp::Code::NotFound, "there is no MCP server at this address")
                    .refuse(None, true),
            ),
            Some(Place::Endpoint(endpoint)) => {
                let at = At { endpoint, query, source };
                match parts.method {
                    Method::POST => post::post(shared, outbound, headers, body, at).await,
                    Method::GET => get::get(shared, headers, at).await,
                    Method::DELETE => get::delete(shared, headers, at).await,
                    _ => method_not_allowed("POST, GET, DELETE"),
                }
            }
            Some(Place::Sessions) => match parts.method {
                Method::GET => sessions::list(shared, headers, query, source).await,
                _ => method_not_allowed("GET"),
            },
            Some(Place::Stream) => match parts.method {
                Method::GET => sse::open(shared, outbound, headers, query, source).await,
                _ => method_not_allowed("GET"),
            },
            Some(Place::Messages) => match parts.method {
                Method::POST => sse::message(shared, headers, body, query, source).await,
                _ => method_not_allowed("POST"),
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

/// What a request names beside its headers and body.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) endpoint: Endpoint<'a>,
    pub(crate) query: Option<&'a str>,
    pub(crate) source: IpAddr,
}

/// Authenticates, and finds the server, or the customer's apps. The only ways on are a caller and what it may name.
pub(crate) async fn asked(
    shared: &Shared,
    headers: &HeaderMap,
    at: At<'_>,
) -> Result<Asked, Response<Body>> {
    let (alias, server) = match at.endpoint {
        Endpoint::Server(alias, server) => (alias, server),
        Endpoint::Apps => return apps::asked(shared, headers, at).await,
    };
    let bearer = bearer(headers, AUTHORIZATION_BYTES_MAX, UNSIGNED)?
        .ok_or_else(|| unauthenticated(NO_CREDENTIAL, UNSIGNED))?;
    let context = Context { source: Some(at.source), ..Context::default() };
    let caller = shared.app.authenticate(bearer, context).await;
    let caller = caller.map_err(|error| not_let_in(shared, &error, UNSIGNED))?;
    let reached =
        shared.app.server(&caller, alias, server).await.map_err(|error| failed(&error, true))?;
    let Reached { published, watch, asked_as } = reached;
    Ok(Asked {
        caller,
        published,
        watch,
        asked_as,
        shown: Shown::All,
        chat: None,
        token_in_url: false,
    })
}

/// The refusal of a token.
pub(crate) fn not_let_in(shared: &Shared, error: &Error, advice: &'static str) -> Response<Body> {
    shared.metrics.refused_authentication();
    if error.kind == app::Kind::SignIn {
        unauthenticated(INVALID_TOKEN, advice)
    } else {
        failed(error, true)
    }
}

/// A customer's token in `Authorization`, if there is one.
pub(crate) fn signed_bearer(headers: &HeaderMap) -> Result<Option<&str>, Response<Body>> {
    bearer(headers, SIGNED_BYTES_MAX, SIGNED)
}

/// What is wrong with a request for connected apps that has no token.
pub(crate) fn without_token() -> Response<Body> {
    unauthenticated(NO_CREDENTIAL, SIGNED)
}

fn bearer<'h>(
    headers: &'h HeaderMap,
    bytes_max: usize,
    advice: &'static str,
) -> Result<Option<&'h str>, Response<Body>> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        let error =
            mcp::RpcError::new(mcp::Code::InvalidRequest, "send exactly one Authorization header");
        return Err(answer::refused(error.refuse(None, true)));
    }
    let text = value.to_str().ok().filter(|text| text.len() <= bytes_max);
    text.and_then(|text| text.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .map(|(_, token)| Some(token))
        .ok_or_else(|| unauthenticated(INVALID_TOKEN, advice))
}

/// What to send instead of what was refused: to managed servers, and for connected apps.
const UNSIGNED: &str = "send a valid API token: Authorization: Bearer gwt_…";
pub(crate) const SIGNED: &str = "send a valid token of a customer: Authorization: Bearer …";

/// RFC 6750 §3: without credentials there is no error code.
const NO_CREDENTIAL: &str = "Bearer realm=\"gatewright\"";
const INVALID_TOKEN: &str = "Bearer realm=\"gatewright\", error=\"invalid_token\"";

/// A server that takes API tokens only has no authorization server, so it names none: clients would begin OAuth.
fn unauthenticated(challenge: &'static str, message: &'static str) -> Response<Body> {
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

fn method_not_allowed(allowed: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
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
    use super::{Endpoint, Place, names, place};

    #[test]
    fn connected_apps_are_at_addresses_that_no_server_has() {
        assert_eq!(place("/mcp"), Some(Place::Endpoint(Endpoint::Apps)));
        assert_eq!(place("/mcp/sessions"), Some(Place::Sessions));
        assert_eq!(place("/sse"), Some(Place::Stream));
        assert_eq!(place("/sse/messages"), Some(Place::Messages));
        let server = Some(Place::Endpoint(Endpoint::Server("sse", "messages")));
        assert_eq!(place("/mcp/sse/messages"), server);
        for path in ["/sse/", "/sse/messages/", "/sse/x", "/mcp/", "/mcp/sessions/", "/SSE"] {
            assert_eq!(place(path), None, "{path}");
        }
    }

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
