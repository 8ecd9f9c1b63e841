//! The console: files that were built before the process started, and one page for each place in it. It does nothing that the control
//! API would not do for anybody else.

mod coding;

use crate::{Shared, harden::harden};
use axum::{
    Router,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use coding::Coding;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, fmt, sync::Arc};

/// The page that every place of the console begins with.
const INDEX: &str = "index.html";
/// What stands in the page where each answer has a value of its own.
const NONCE: &str = "__CSP_NONCE__";
/// Names below hold a hash of what they name: what a browser has of them stays right for ever.
const HASHED: &str = "assets/";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NOTICE: &str = include_str!("notice.html");
/// Paths of programs, at which and below which no page is: what is wrong there is said as they read it.
const PROGRAMS: [&str; 7] =
    ["/api", "/mcp", "/sse", "/connect", "/demo", "/assets", "/.well-known"];
/// What a page might ask a browser for, and the console never does.
const FEATURES: &str =
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

/// A built console.
#[derive(Clone)]
pub struct Console(Arc<Files>);

struct Files {
    /// The page, in the pieces between which the nonce stands.
    page: Vec<&'static str>,
    files: HashMap<&'static str, File>,
}

/// A file, in every form that was made of it.
struct File {
    content_type: &'static str,
    digest: String,
    forms: Vec<(Coding, &'static [u8])>,
}

impl Console {
    /// A console of files by their paths, with `NAME.br` and `NAME.gz` as other forms of `NAME`. None when the page is not among them.
    #[must_use]
    pub fn new(files: &[(&'static str, &'static [u8])]) -> Option<Self> {
        let of = |path: &str| files.iter().find(|(one, _)| *one == path).map(|(_, bytes)| *bytes);
        let page = std::str::from_utf8(of(INDEX)?).ok()?;
        let is_form = |path: &str| {
            Coding::ALL
                .iter()
                .filter_map(|coding| path.strip_suffix(coding.suffix()?))
                .any(|plain| of(plain).is_some())
        };
        let plain = files.iter().filter(|(path, _)| *path != INDEX && !is_form(path));
        let files = plain.map(|(path, bytes)| {
            let other =
                |coding: &Coding| Some((*coding, of(&format!("{path}{}", coding.suffix()?))?));
            let mut forms: Vec<_> = Coding::ALL.iter().filter_map(other).collect();
            forms.push((Coding::Identity, bytes));
            let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..16]);
            (*path, File { content_type: content_type(path), digest, forms })
        });
        Some(Self(Arc::new(Files { page: page.split(NONCE).collect(), files: files.collect() })))
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Console").field(&self.0.files.len()).finish()
    }
}

/// Answers whatever no endpoint does.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(answer).with_state(shared)
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    // A status alone: whoever serves says that there is nothing here.
    let nothing = || StatusCode::NOT_FOUND.into_response();
    if method != Method::GET && method != Method::HEAD {
        return nothing();
    }
    let (path, console) = (uri.path(), shared.config.console.as_ref());
    let name = path.strip_prefix('/').unwrap_or_default();
    if let Some(file) = console.and_then(|console| console.0.files.get(name)) {
        return file.answer(name, &headers);
    }
    if path != "/" && (is_for_programs(path) || !asks_for_page(&headers)) {
        return nothing();
    }
    match console {
        Some(console) => page(&console.0.page, shared.config.https),
        None => notice(path),
    }
}

impl File {
    fn answer(&self, name: &str, headers: &HeaderMap) -> Response {
        let (coding, bytes) = coding::choose(&self.forms, headers);
        let caching = if name.starts_with(HASHED) { FOR_EVER } else { "no-cache" };
        let etag = format!("\"{}{}\"", self.digest, coding.suffix().unwrap_or_default());
        let known = headers.get_all(header::IF_NONE_MATCH).iter();
        let is_known = known
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|one| one.trim().trim_start_matches("W/") == etag);
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Response::new(Body::from(Bytes::from_static(bytes)))
        };
        put(&mut response, header::CACHE_CONTROL, caching);
        put(&mut response, header::ETAG, &etag);
        put(&mut response, header::VARY, "accept-encoding");
        if !is_known {
            put(&mut response, header::CONTENT_TYPE, self.content_type);
            if let Some(name) = coding.name() {
                put(&mut response, header::CONTENT_ENCODING, name);
            }
        }
        own(&mut response);
        response
    }
}

/// The page, with a nonce that no other answer has: styles that its scripts make carry it. Scripts come from files alone.
fn page(pieces: &[&str], https: bool) -> Response {
    let secret = app::random_secret();
    let nonce = String::from_utf8_lossy(secret.expose());
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; connect-src 'self'; \
         font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types default"
    );
    let mut response = Response::new(Body::from(pieces.join(&nonce)));
    put(&mut response, header::CONTENT_TYPE, "text/html; charset=utf-8");
    put(&mut response, header::CONTENT_SECURITY_POLICY, &policy);
    put(&mut response, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(&mut response, HeaderName::from_static("permissions-policy"), FEATURES);
    if https {
        let two_years = "max-age=63072000; includeSubDomains";
        put(&mut response, header::STRICT_TRANSPORT_SECURITY, two_years);
    }
    own(&mut response);
    response
}

/// How to get a console. Only the first page is said to be there.
fn notice(path: &str) -> Response {
    let status = if path == "/" { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let mut response = (status, NOTICE).into_response();
    put(&mut response, header::CONTENT_TYPE, "text/html; charset=utf-8");
    own(&mut response);
    response
}

/// No other origin's page takes a part of it in.
fn own(response: &mut Response) {
    put(response, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    harden(response.headers_mut());
}

fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn is_for_programs(path: &str) -> bool {
    PROGRAMS.iter().any(|one| {
        path.strip_prefix(one).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whether a browser goes there. What takes anything is a program, which a page would not help.
fn asks_for_page(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = accept.flat_map(|value| value.split(','));
    types.any(|one| one.split(';').next().is_some_and(|one| one.trim() == "text/html"))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
