/// The target of a `Link` header's first link with `rel="next"`, as it is written (RFC 8288).
pub(crate) fn next(header: &str) -> Option<&str> {
    let mut rest = header;
    loop {
        let (target, after) = rest.split_once('<')?.1.split_once('>')?;
        let (parameters, after) = link(after);
        if parameters.into_iter().any(is_next) {
            return Some(target.trim_ascii());
        }
        rest = after;
    }
}

/// The parameters of a link, and what follows its comma. Commas and semicolons within quotes are text.
fn link(text: &str) -> (Vec<&str>, &str) {
    let mut parameters = Vec::new();
    let (mut quoted, mut escaped, mut start) = (false, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' | b',' if !quoted => {
                parameters.push(&text[start..at]);
                start = at + 1;
                if byte == b',' {
                    return (parameters, &text[start..]);
                }
            }
            _ => {}
        }
    }
    parameters.push(&text[start..]);
    (parameters, "")
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let value = value.trim_ascii();
    let value = value.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(value);
    name.trim_ascii().eq_ignore_ascii_case("rel")
        && value.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn next_among_links() {
        for (header, expected) in [
            (
                r#"<https://a/x?page=2>; rel="next", <https://a/x?page=9>; rel="last""#,
                Some("https://a/x?page=2"),
            ),
            (
                r#"<https://a/x?page=1>; rel="prev", <https://a/x?a=1,2&page=3>; title="a, b; c"; rel="next""#,
                Some("https://a/x?a=1,2&page=3"),
            ),
            ("<?page=2>;rel=next", Some("?page=2")),
            (r#"<u>; REL="last NEXT""#, Some("u")),
            (r#"<u>; rel="nextish""#, None),
            (r#"<u>; title="rel=next""#, None),
            (r#"<u>; title="\"; rel=next"; rel="up""#, None),
            ("<u", None),
            ("", None),
        ] {
            assert_eq!(next(header), expected, "{header}");
        }
    }
}
