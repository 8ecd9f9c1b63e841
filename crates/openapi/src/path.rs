//! Path templates.

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is sent.
    Literal(String),
    /// The name between braces.
    Parameter(String),
}

/// A template taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) pieces: Vec<Piece>,
    /// Whether something stood behind a `#`: never sent, so it only told operations apart.
    pub(crate) fragment: bool,
    /// Query pairs with fixed values, as in `/responses?beta=true`.
    pub(crate) query: Vec<(String, String)>,
}

/// Reads a path template; the error says what is wrong with it.
pub(crate) fn template(path: &str) -> Result<Template, String> {
    if !path.starts_with('/') {
        return Err("a path must start with /".to_owned());
    }
    if path.starts_with("//") {
        return Err("a path that starts with // would name another host".to_owned());
    }
    if path.chars().any(|c| c.is_control() || c == '\\') {
        return Err("a path must not hold control characters or backslashes".to_owned());
    }
    let (path, fragment) = match path.split_once('#') {
        Some((path, _)) => (path, true),
        None => (path, false),
    };
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, fixed_query(query)?),
        None => (path, Vec::new()),
    };
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = path;
    while let Some(c) = rest.chars().next() {
        match c {
            '{' => {
                let end = rest.find('}').ok_or("a { in the path is never closed")?;
                let name = &rest[1..end];
                if name.is_empty() || name.contains(['{', '/']) {
                    return Err("a path holds braces without a name in them".to_owned());
                }
                if name.starts_with(['?', '&', '#', ';', '.']) {
                    return Err(format!(
                        "the path holds {{{name}}}; describe it as a query parameter"
                    ));
                }
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Parameter(name.to_owned()));
                rest = &rest[end + 1..];
            }
            '}' => return Err("a } in the path is never opened".to_owned()),
            _ => {
                push_encoded(&mut literal, c, rest);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    if path
        .split('/')
        .any(|segment| matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | ".."))
    {
        return Err("a path must not hold . or .. as a segment".to_owned());
    }
    Ok(Template { pieces, fragment, query })
}

/// The pairs of a query that holds no parameter.
fn fixed_query(query: &str) -> Result<Vec<(String, String)>, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:,@/".contains(c);
    let pair = |one: &str| {
        let (name, value) = one.split_once('=')?;
        (!name.is_empty() && name.chars().chain(value.chars()).all(plain))
            .then(|| (name.to_owned(), value.to_owned()))
    };
    let pairs: Option<Vec<_>> = query.split('&').filter(|one| !one.is_empty()).map(pair).collect();
    pairs.ok_or_else(|| {
        "a path must not hold a query with parameters; describe query parameters instead".to_owned()
    })
}

/// What RFC 3986 lets stand in a path stays; the rest is percent-encoded.
fn push_encoded(out: &mut String, c: char, rest: &str) {
    let kept = c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(c);
    let escape = c == '%'
        && rest.as_bytes().get(1..3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    if kept || escape {
        out.push(c);
        return;
    }
    let mut buffer = [0; 4];
    for byte in c.encode_utf8(&mut buffer).bytes() {
        out.push_str(&format!("%{byte:02X}"));
    }
}

/// `name` without the operators of RFC 6570 that some documents write: `{+path}`, `{id*}`.
pub(crate) fn without_operators(name: &str) -> &str {
    name.trim_start_matches('+').trim_end_matches(['*', '+'])
}

#[cfg(test)]
mod tests {
    use super::{Piece, template};

    fn check(path: &str, expected: Option<&[&str]>) {
        let made = template(path).ok().map(|made| {
            let show = |piece: &Piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Parameter(name) => format!("{{{name}}}"),
            };
            made.pieces.iter().map(show).collect::<Vec<_>>()
        });
        assert_eq!(
            made.as_deref(),
            expected.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>()).as_deref()
        );
    }

    #[test]
    fn templates() {
        check("/", Some(&["/"]));
        check("/users/{id}/x", Some(&["/users/", "{id}", "/x"]));
        check("/{a}{b}.{c}", Some(&["/", "{a}", "{b}", ".", "{c}"]));
        check("/a b/ü/100%/%41:go", Some(&["/a%20b/%C3%BC/100%25/%41:go"]));
        check("/a#b", Some(&["/a"]));
        check("/a?beta=true&v=1.0#x", Some(&["/a"]));
        assert_eq!(
            template("/a?beta=true").unwrap().query,
            [("beta".to_owned(), "true".to_owned())]
        );
        for bad in [
            "a",
            "//evil.example/x",
            "/users/{id}/../admin",
            "/%2E%2e/x",
            "/x?y={z}",
            "/x?flag",
            "/{",
            "/}",
            "/{}",
            "/{?q}",
            "/\\x",
            "/a\r\nb",
        ] {
            check(bad, None);
        }
    }
}
