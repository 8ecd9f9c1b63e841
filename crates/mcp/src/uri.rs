//! URIs as resources have them (RFC 3986; beyond ASCII, RFC 3987).

/// The longest URI of a resource, and the longest URI template.
pub const URI_BYTES_MAX: usize = 8 * 1024;

/// Whether `text` is a URI that a resource may have: a scheme, then characters that RFC 3986 or 3987 allow, with whole
/// percent-encodings, within [`URI_BYTES_MAX`].
///
/// So it holds no white space, no control characters, no quotes, no backslash and no braces. Nothing is normalized:
/// two resources are the same when their URIs are the same bytes.
#[must_use]
pub fn is_uri(text: &str) -> bool {
    text.len() <= URI_BYTES_MAX && has_scheme(text) && fault(text).is_none()
}

/// Whether it begins with `scheme:` and something after it.
pub(crate) fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    !rest.is_empty()
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Where the first character stands that a URI may not hold.
pub(crate) fn fault(text: &str) -> Option<usize> {
    text.char_indices()
        .find(|&(at, c)| match c {
            '%' => !is_encoded(&text.as_bytes()[at..]),
            _ if c.is_ascii() => {
                !is_plain(c as u8)
                    && !matches!(c, ':' | '/' | '?' | '#' | '[' | ']' | '@')
                    && !matches!(
                        c,
                        '!' | '$' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | ';' | '='
                    )
            }
            _ => c.is_control(),
        })
        .map(|(at, _)| at)
}

/// Whether `bytes` begin with `%` and two hexadecimal digits.
pub(crate) fn is_encoded(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// `unreserved` of RFC 3986 §2.3: what never needs an encoding.
pub(crate) const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::{URI_BYTES_MAX, is_uri};

    #[test]
    fn what_a_uri_is() {
        let check = |text: &str, expected| assert_eq!(is_uri(text), expected, "{text:?}");
        for good in [
            "test://static-text",
            "file:///etc/passwd",
            "http://169.254.169.254/latest?x=[1]#y",
            "urn:isbn:0451450523",
            "a+b-c.1:x",
            "docs://caf%C3%A9/café",
            "ui://widget/a(b)'c;d,e!f$g&h*i+j=k@l~m_n",
        ] {
            check(good, true);
        }
        for bad in [
            "",
            "readme",
            "/etc/passwd",
            ":x",
            "x:",
            "1a:b",
            "é:b",
            "a b:c",
            "x:a b",
            "x:\t",
            "x:\u{0}",
            "x:\u{85}",
            "x:{+y}",
            "x:\"",
            "x:<",
            "x:\\",
            "x:^",
            "x:`",
            "x:|",
            "x:%",
            "x:%4",
            "x:%g0",
        ] {
            check(bad, false);
        }
        check(&format!("x:{}", "a".repeat(URI_BYTES_MAX - 2)), true);
        check(&format!("x:{}", "a".repeat(URI_BYTES_MAX - 1)), false);
    }
}
