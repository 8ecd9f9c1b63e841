use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters is encoded.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Reserved characters that mean nothing inside one path segment stay.
const SEGMENT: &AsciiSet = &COMPONENT
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');
/// Reserved characters that mean nothing inside one query value stay. `[` and `]` are in no RFC 3986 query, `#` ends
/// it, `&` ends the pair, and `+` is a space to most.
const VALUE: &AsciiSet = &COMPONENT
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');
/// What browsers encode in the names and file names of form parts, and every other control character.
const QUOTED: &AsciiSet = &CONTROLS.add(b'"');

/// How a text is put into a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encode {
    /// Everything but unreserved characters is encoded.
    Component,
    /// `allowReserved` in a path: `%` is encoded, so that no triple becomes a dot or a slash.
    Segment,
    /// `allowReserved` in a query or form: triples stay (RFC 6570 §3.2.3).
    Value,
    /// As it is: headers and plain cookies, which are checked afterwards.
    Verbatim,
}

impl Encode {
    pub(super) fn push(self, out: &mut String, text: &str) {
        match self {
            Self::Component => out.extend(utf8_percent_encode(text, COMPONENT)),
            Self::Segment => out.extend(utf8_percent_encode(text, SEGMENT)),
            Self::Value => push_with_triples(out, text),
            Self::Verbatim => out.push_str(text),
        }
    }
}

fn push_with_triples(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at(at);
        out.extend(utf8_percent_encode(before, VALUE));
        let digits =
            after.as_bytes().get(1..3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        let kept = if digits { 3 } else { 1 };
        out.push_str(if digits { &after[..3] } else { "%25" });
        rest = &after[kept..];
    }
    out.extend(utf8_percent_encode(rest, VALUE));
}

/// A name or file name of a form part, without its quotes.
pub(super) fn push_quoted(out: &mut Vec<u8>, text: &str) {
    utf8_percent_encode_controls(text).for_each(|piece| out.extend_from_slice(piece.as_bytes()));
}

fn utf8_percent_encode_controls(text: &str) -> impl Iterator<Item = String> + '_ {
    // `utf8_percent_encode` would also encode everything outside ASCII, which browsers send as it is.
    text.chars().map(|c| {
        if c.is_ascii() {
            utf8_percent_encode(c.encode_utf8(&mut [0; 4]), QUOTED).to_string()
        } else {
            c.to_string()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Encode, push_quoted};

    fn check(how: Encode, text: &str, expected: &str) {
        let mut out = String::new();
        how.push(&mut out, text);
        assert_eq!(out, expected, "{how:?} {text:?}");
    }

    #[test]
    fn encodings() {
        let reserved = ":/?#[]@!$&'()*+,;=";
        check(
            Encode::Component,
            reserved,
            "%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D",
        );
        check(Encode::Component, "aZ9-._~ %41é", "aZ9-._~%20%2541%C3%A9");
        check(Encode::Segment, reserved, ":%2F%3F%23%5B%5D@!$&'()*+,;=");
        check(Encode::Segment, "%2e%2E", "%252e%252E");
        check(Encode::Value, reserved, ":/?%23%5B%5D@!$%26'()*%2B,;=");
        check(Encode::Value, "%26%zz%4", "%26%25zz%254");
        check(Encode::Value, "%é%", "%25%C3%A9%25");
        check(Encode::Verbatim, "a b", "a b");
    }

    #[test]
    fn quoted() {
        let mut out = Vec::new();
        push_quoted(&mut out, "é\"\r\n\0;%");
        assert_eq!(String::from_utf8(out).unwrap(), "é%22%0D%0A%00;%");
    }
}
