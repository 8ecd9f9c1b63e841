use bytes::Bytes;
use http::{
    HeaderMap, HeaderName,
    header::{DATE, LOCATION, RETRY_AFTER},
};
use std::time::Duration;
use url::Url;

/// An API's answer, read to its end and decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status, 200 to 999; never 1xx and no redirect but 304.
    pub status: u16,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// `Retry-After`: its seconds, or the time from `Date` to it. As sent: not clamped.
    pub retry_after: Option<Duration>,
    /// `Location`, as a 201 or 202 has it.
    pub location: Option<String>,
    /// `Link`, as paged answers have it.
    pub link: Option<String>,
    /// The decoded body.
    pub body: Bytes,
    /// From the start of the call to the last byte.
    pub duration: Duration,
    /// Bytes of the request's body.
    pub bytes_out: u64,
    /// Whether the credential was attached: it never is to an origin that it does not name.
    pub credential_sent: bool,
}

/// The text of a header, bytes outside ASCII replaced.
pub(crate) fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// `Retry-After` in seconds, or as a date against the answer's own `Date`: no clock of ours is compared with theirs.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim_ascii();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let (at, now) = (date(value)?, date(headers.get(DATE)?.to_str().ok()?)?);
    Some(Duration::from_secs(u64::try_from(at.as_second() - now.as_second()).unwrap_or(0)))
}

/// Where a redirect leads, less its query, for the message alone.
pub(crate) fn redirect_target(headers: &HeaderMap) -> Option<String> {
    let url = Url::parse(headers.get(LOCATION)?.to_str().ok()?).ok()?;
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"))?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{host}{port}{}", url.scheme(), url.path()).chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::{redirect_target, retry_after};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use std::time::Duration;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn retry_after_in_both_forms() {
        let date = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
        for (value, expected) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("-5", None),
            ("", None),
            ("soon", None),
            ("Wed, 21 Oct 2026 07:28:30 GMT", Some(30)),
            ("Wed, 21 Oct 2026 07:27:00 GMT", Some(0)),
        ] {
            let found = retry_after(&headers(&[("retry-after", value), date]));
            assert_eq!(found, expected.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(
            retry_after(&headers(&[("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT")])),
            None
        );
    }

    #[test]
    fn redirect_targets_show_no_query() {
        for (location, expected) in [
            ("https://b.example/x?token=secret#f", Some("https://b.example/x")),
            ("http://user:secret@b.example:8080/", Some("http://b.example:8080/")),
            ("file:///etc/passwd", None),
            ("/relative", None),
            ("", None),
        ] {
            assert_eq!(
                redirect_target(&headers(&[("location", location)])).as_deref(),
                expected,
                "{location}"
            );
        }
    }
}
