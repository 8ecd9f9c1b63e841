use http::{HeaderMap, HeaderValue, header};
use model::Secret;

/// The cookie's name over https. Browsers give a name that begins so to nobody but the host that set it, and only over https
/// (RFC 6265bis §4.1.3.2): neither a neighbour domain nor a plain-http page can put one beside it.
const HOST_NAME: &str = "__Host-gatewright";
/// Over plain http, on a developer's machine.
const PLAIN_NAME: &str = "gatewright";

fn name(https: bool) -> &'static str {
    if https { HOST_NAME } else { PLAIN_NAME }
}

/// The cookie of a sign-in.
pub(super) fn read(headers: &HeaderMap, https: bool) -> Option<&str> {
    find(headers, name(https))
}

/// The cookie of that name. Two of the name are none: which one is ours cannot be told.
pub(crate) fn find<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(one, _)| *one == name);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}

/// `Set-Cookie` of a sign-in. Without a life of its own: it ends with the browser, if the sign-in does not before.
pub(super) fn set(cookie: &Secret, https: bool) -> HeaderValue {
    written(std::str::from_utf8(cookie.expose()).unwrap_or_default(), https, "")
}

/// `Set-Cookie` that takes it away.
pub(super) fn clear(https: bool) -> HeaderValue {
    written("", https, "; Max-Age=0")
}

fn written(value: &str, https: bool, life: &str) -> HeaderValue {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{life}", name(https));
    HeaderValue::from_str(&text).expect("names, base64 and attributes are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::{clear, read, set};
    use http::{HeaderMap, HeaderValue, header};
    use model::Secret;

    #[test]
    fn one_cookie_of_the_right_name() {
        let check = |cookies: &[&'static str], https: bool, expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for text in cookies {
                headers.append(header::COOKIE, HeaderValue::from_static(text));
            }
            assert_eq!(read(&headers, https), expected, "{cookies:?} {https}");
        };
        check(&[], false, None);
        check(&["gatewright=a"], false, Some("a"));
        check(&["gatewright=a"], true, None);
        check(&["__Host-gatewright=a"], true, Some("a"));
        check(&["__Host-gatewright=a"], false, None);
        check(&["theme=dark; gatewright=a;x=y"], false, Some("a"));
        check(&["theme=dark", "gatewright=a"], false, Some("a"));
        check(&["gatewright=a; gatewright=b"], false, None);
        check(&["gatewright=a", "gatewright=a"], false, None);
        check(&["Gatewright=a", "xgatewright=b"], false, None);
    }

    #[test]
    fn scripts_and_other_sites_do_not_get_it() {
        let cookie = Secret::from("abc".to_owned());
        assert_eq!(set(&cookie, false), "gatewright=abc; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(
            set(&cookie, true),
            "__Host-gatewright=abc; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
        assert_eq!(
            clear(true),
            "__Host-gatewright=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0"
        );
    }
}
