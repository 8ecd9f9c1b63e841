use crate::problem::Problem;
use app::Caller;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use sha2::{Digest as _, Sha256};

/// Where a browser says from what page a request comes (Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Where our own pages prove that they sent a request.
const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// From what page a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// One of ours.
    Own,
    /// Another site's, or one that hides which.
    Foreign,
    /// None, or a browser that says nothing.
    Unknown,
}

/// Refuses what a foreign page has a browser send with a cookie that the page cannot read: everything that changes anything must
/// come from a page of ours, and bring the token that only our pages are given.
///
/// # Errors
///
/// The refusal.
pub(super) fn check(
    method: &Method,
    headers: &HeaderMap,
    caller: &Caller,
    https: bool,
) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let refused = |detail: &'static str| Problem::new(StatusCode::FORBIDDEN, "csrf", detail);
    if page(headers, https) != Page::Own {
        return Err(refused("a signed-in browser changes things from pages of this host alone"));
    }
    // Digests are compared, so that the time says nothing of where the texts differ.
    let digest = |bytes: &[u8]| <[u8; 32]>::from(Sha256::digest(bytes));
    let expected = caller.context().csrf_token.as_ref().map(|token| digest(token.expose()));
    let sent = headers.get(CSRF_TOKEN).map(|value| digest(value.as_bytes()));
    if expected.is_some() && sent == expected {
        return Ok(());
    }
    Err(refused("send the csrf_token of GET /api/v1/session as X-CSRF-Token"))
}

/// Refuses what a foreign page sends without a cookie: it would sign a browser in as somebody else. Programs say nothing of pages.
///
/// # Errors
///
/// The refusal.
pub(super) fn check_anonymous(headers: &HeaderMap, https: bool) -> Result<(), Problem> {
    match page(headers, https) {
        Page::Own | Page::Unknown => Ok(()),
        Page::Foreign => {
            let detail = "this is for pages of this host, and for programs";
            Err(Problem::new(StatusCode::FORBIDDEN, "csrf", detail))
        }
    }
}

fn page(headers: &HeaderMap, https: bool) -> Page {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).unwrap_or_default();
    // Whoever ends TLS in front of us says nothing of it: over http, both schemes may be ours.
    let own = |origin: &str| match origin.split_once("://") {
        Some(("https", authority)) => authority.eq_ignore_ascii_case(host),
        Some(("http", authority)) => !https && authority.eq_ignore_ascii_case(host),
        Some(_) | None => false,
    };
    match (text(header::ORIGIN), text(SEC_FETCH_SITE)) {
        (None, None) => Page::Unknown,
        (origin, site) => {
            let fits = origin.is_none_or(own) && site.is_none_or(|site| site == "same-origin");
            if fits { Page::Own } else { Page::Foreign }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, page};
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn pages() {
        let check = |origin: &'static str, site: &'static str, https: bool, expected: Page| {
            let mut headers = HeaderMap::new();
            for (name, value) in
                [("host", "gate.example.com:8443"), ("origin", origin), ("sec-fetch-site", site)]
            {
                if !value.is_empty() {
                    headers.insert(name, HeaderValue::from_static(value));
                }
            }
            assert_eq!(page(&headers, https), expected, "{origin} {site} {https}");
        };
        check("", "", true, Page::Unknown);
        for https in [true, false] {
            check("https://gate.example.com:8443", "", https, Page::Own);
            check("https://GATE.example.com:8443", "same-origin", https, Page::Own);
            check("", "same-origin", https, Page::Own);
            for (origin, site) in [
                ("null", ""),
                ("null", "same-origin"),
                ("https://gate.example.com", ""),
                ("https://gate.example.com:8443.evil.example", ""),
                ("https://evil.example", "same-origin"),
                ("https://gate.example.com:8443", "cross-site"),
                ("https://gate.example.com:8443", "same-site"),
                ("https://gate.example.com:8443", "none"),
                ("", "cross-site"),
                ("", "same-site"),
                ("", "none"),
                ("", "SAME-ORIGIN"),
                ("gate.example.com:8443", ""),
                ("ftp://gate.example.com:8443", ""),
            ] {
                check(origin, site, https, Page::Foreign);
            }
        }
        check("http://gate.example.com:8443", "", false, Page::Own);
        check("http://gate.example.com:8443", "", true, Page::Foreign);
    }
}
