//! From a tool's call and its arguments to one request. Pure.

mod body;
mod error;
mod file;
mod form;
mod head;
mod mail;
mod multipart;
mod path;
mod query;
mod template;
mod text;
mod value;

pub use error::PlanError;
pub use head::is_reserved_header;

use crate::{Arguments, BaseUrl, MAX_URL_BYTES, Origin};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Uri,
    header::{ACCEPT, ACCEPT_ENCODING, USER_AGENT},
    uri::PathAndQuery,
};
use model::{HttpCall, Parameter};
use std::borrow::Cow;

/// What requests call themselves.
pub(crate) const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("gatewright/", env!("CARGO_PKG_VERSION")));
/// The content codings that are decoded.
pub(crate) const CODINGS: HeaderValue = HeaderValue::from_static("gzip, br, zstd");

/// A request that is complete but for its credential.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Absolute.
    pub uri: Uri,
    /// Without `Host` and `Content-Length`, which follow from the rest.
    pub headers: HeaderMap,
    /// Empty when there is none.
    pub body: Bytes,
}

impl Request {
    /// Where it goes.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::of(&self.uri).expect("plan makes absolute URIs")
    }
}

/// Builds the request that `call` asks for, below `base` or the call's own server.
///
/// An argument fills its slot and nothing else: the method, the host, the number of path segments, every literal part
/// and the names of headers do not depend on it. `boundary` is random; it separates the parts of a multipart body.
///
/// # Errors
///
/// [`PlanError`], which names the argument and says what would be accepted. It never quotes a value.
pub fn plan(
    call: &HttpCall,
    base: &BaseUrl,
    arguments: &Arguments<'_>,
    boundary: [u8; 16],
) -> Result<Request, PlanError> {
    let base = match &call.server {
        // A caller may have parsed it already.
        Some(server) if !base.is_spelled(server) => Cow::Owned(
            BaseUrl::parse(server)
                .map_err(|_| PlanError::Definition("its server is no base URL"))?,
        ),
        Some(_) | None => Cow::Borrowed(base),
    };
    let method = match call.method.as_str() {
        "CONNECT" => return Err(PlanError::Definition("CONNECT is no method of an API")),
        method => Method::from_bytes(method.as_bytes())
            .map_err(|_| PlanError::Definition("its method is no HTTP method"))?,
    };

    let mut target = String::with_capacity(160);
    target.push_str(&base.path);
    path::push(&mut target, call, arguments)?;
    let mut query = query::Query::after(&mut target);
    let mut headers = HeaderMap::with_capacity(8);
    let accept = HeaderValue::from_str(&call.accept).ok().filter(|accept| !accept.is_empty());
    headers.insert(ACCEPT, accept.unwrap_or(HeaderValue::from_static("*/*")));
    headers.insert(USER_AGENT, AGENT);
    headers.insert(ACCEPT_ENCODING, CODINGS);
    head::push_fixed(&mut headers, &call.headers)?;
    let mut cookies = String::new();
    for parameter in &call.parameters {
        match parameter.place {
            model::Place::Path => {}
            model::Place::Query => query.push_parameter(parameter, arguments)?,
            model::Place::QueryString => query.push_whole(parameter, arguments)?,
            model::Place::Header => head::push_header(&mut headers, parameter, arguments)?,
            model::Place::Cookie => head::push_cookie(&mut cookies, parameter, arguments)?,
        }
    }
    head::finish_cookies(&mut headers, cookies)?;
    let body = match &call.body {
        Some(body) => body::build(body, arguments, boundary, &mut headers)?,
        None => Bytes::new(),
    };
    let uri = absolute(&base, target)?;
    Ok(Request { method, uri, headers, body })
}

fn absolute(base: &BaseUrl, target: String) -> Result<Uri, PlanError> {
    let length = "https://".len() + base.authority.as_str().len() + target.len();
    if length > MAX_URL_BYTES {
        return Err(PlanError::UrlTooLong(length));
    }
    let target = PathAndQuery::from_maybe_shared(Bytes::from(target))
        .map_err(|_| PlanError::Definition("its path has characters that no URL has"))?;
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(base.scheme.clone());
    parts.authority = Some(base.authority.clone());
    parts.path_and_query = Some(target);
    Uri::from_parts(parts)
        .map_err(|_| PlanError::Definition("its path does not begin with a slash"))
}

/// The raw text of a parameter's argument: `None` when it is absent or `null` and may be.
fn given<'a>(
    parameter: &Parameter,
    arguments: &Arguments<'a>,
) -> Result<Option<&'a str>, PlanError> {
    match arguments.get(&parameter.argument) {
        Some(raw) if raw != "null" => Ok(Some(raw)),
        _ if parameter.required => Err(PlanError::Missing(parameter.argument.clone())),
        _ => Ok(None),
    }
}
