//! What ties a page to the browser that has it: a cookie, and a token made of the cookie and the link.

use crate::control::cookie;
use http::{HeaderMap, HeaderValue, header};
use model::Secret;
use sha2::{Digest as _, Sha256};

const HOST_NAME: &str = "__Host-gatewright-connect";
/// Over plain http, on a developer's machine.
const PLAIN_NAME: &str = "gatewright-connect";
/// Characters of the cookie: 256 random bits.
const CHARS: usize = 43;

fn name(https: bool) -> &'static str {
    if https { HOST_NAME } else { PLAIN_NAME }
}

/// The browser's cookie, if it is one of ours.
pub(super) fn read(headers: &HeaderMap, https: bool) -> Option<&str> {
    let text = cookie::find(headers, name(https))?;
    let fits = text.len() == CHARS
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    fits.then_some(text)
}

/// `Set-Cookie` of a browser that has none. Lax, since customers come back from a provider's page; it ends with the browser.
pub(super) fn set(secret: &Secret, https: bool) -> HeaderValue {
    let value = std::str::from_utf8(secret.expose()).unwrap_or_default();
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", name(https));
    let mut header = HeaderValue::from_str(&text).expect("names and base64 are visible ASCII");
    header.set_sensitive(true);
    header
}

/// What a form of that link brings along: no page but ours, in that very browser, knows it.
pub(super) fn form_token(browser: &str, link: &str) -> String {
    let digest = Sha256::digest(format!("gatewright connect form 1\n{browser}\n{link}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a form was sent by a page of ours in that browser.
pub(super) fn is_own_form(headers: &HeaderMap, browser: &str, link: &str, token: &str) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    // Digests are compared, so that the time says nothing of where the texts differ.
    let digest = |text: &str| <[u8; 32]>::from(Sha256::digest(text));
    site.is_none_or(|site| site == b"same-origin")
        && digest(&form_token(browser, link)) == digest(token)
        && headers.get(header::ORIGIN).is_none_or(|origin| origin != "null")
}

#[cfg(test)]
mod tests {
    use super::{form_token, is_own_form, read, set};
    use http::{HeaderMap, HeaderValue, header};
    use model::Secret;

    const COOKIE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn the_cookie() {
        let secret = Secret::from(COOKIE.to_owned());
        let expected = format!("gatewright-connect={COOKIE}; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(set(&secret, false), expected);
        assert_eq!(set(&secret, true), format!("__Host-{expected}; Secure"));
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_str(&format!("gatewright-connect={COOKIE}")).unwrap(),
        );
        assert_eq!((read(&headers, false), read(&headers, true)), (Some(COOKIE), None));
        headers.insert(header::COOKIE, HeaderValue::from_static("gatewright-connect=short"));
        assert_eq!(read(&headers, false), None);
    }

    #[test]
    fn a_form_is_of_this_browser_and_this_link() {
        let check = |site: Option<&'static str>,
                     origin: Option<&'static str>,
                     token: &str,
                     expected: bool| {
            let mut headers = HeaderMap::new();
            headers.extend(site.map(|site| {
                (http::HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static(site))
            }));
            headers.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))));
            assert_eq!(
                is_own_form(&headers, COOKIE, "link", token),
                expected,
                "{site:?} {origin:?} {token}"
            );
        };
        let token = form_token(COOKIE, "link");
        check(None, None, &token, true);
        check(Some("same-origin"), None, &token, true);
        check(Some("same-site"), None, &token, false);
        check(Some("cross-site"), None, &token, false);
        check(None, Some("null"), &token, false);
        check(None, None, "", false);
        check(None, None, &form_token(COOKIE, "other"), false);
        check(None, None, &form_token("other", "link"), false);
    }
}
