//! Templates of resource URIs: the part of RFC 6570 that matches in one way only, and cannot be made to say more than
//! its author meant.
//!
//! `{name}` stands for text within one segment, and `{?q,limit}`, at the end alone, for a query whose members may be
//! absent and in any order. Every other expression is refused: `{+path}` and `{#part}` would let a caller write
//! delimiters, and lists, prefixes and neighbors without a delimiter match in several ways.
//!
//! A value is what stands there, percent-decoded once. A URI does not match at all when a value is empty (in a query it
//! may be), is `.` or `..`, or holds a slash, a backslash, a control character or what looks like a second encoding,
//! such as `%2e`; nor when its encoding is broken or is not UTF-8. So a value is never more than one segment of
//! whatever path it is put into. It is data all the same: who puts it into another URL encodes it there.
//!
//! Literal text is compared byte for byte, without any normalization.

use crate::{URI_BYTES_MAX, uri};

/// The most variables of one URI template.
pub const URI_TEMPLATE_VARIABLES_MAX: usize = 16;
/// The longest name of such a variable.
const NAME_BYTES_MAX: usize = 64;

/// A URI template that passed the checks, ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UriTemplate {
    text: Box<str>,
    /// What stands before the first variable.
    head: Box<str>,
    pieces: Vec<Piece>,
    query: Vec<Box<str>>,
}

/// A variable and the literal text behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    name: Box<str>,
    /// The text's beginning that could be of a value too, such as `.json`.
    suffix: Box<str>,
    /// From its first delimiter on.
    rest: Box<str>,
}

/// Why a URI template is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// Longer than [`URI_BYTES_MAX`].
    #[error("a URI template has at most {URI_BYTES_MAX} bytes")]
    TooLong,
    /// No `scheme:` in literal text at its start.
    #[error("a URI template begins with a scheme, such as docs://")]
    NoScheme,
    /// A character that a URI cannot hold, or `#`.
    #[error("percent-encode what stands at byte {at} of the URI template")]
    Character {
        /// Offset in bytes.
        at: usize,
    },
    /// A segment that is `.` or `..`.
    #[error("a URI template has no segments . and ..")]
    DotSegment,
    /// `{` without `}`, or the other way round.
    #[error("the braces of the URI template do not match at byte {at}")]
    Braces {
        /// Offset in bytes.
        at: usize,
    },
    /// An expression of RFC 6570 that is not offered, such as `{+path}`, `{a,b}` or `{a*}`; or no name.
    #[error(
        "write {{name}} for a segment, or {{?name,name}} for a query; a name has letters, digits and _ only (byte {at})"
    )]
    Expression {
        /// Offset in bytes.
        at: usize,
    },
    /// A query's expression that is not the end, or behind a literal `?`.
    #[error("{{?…}} is the end of a URI template, and its only query")]
    QueryPlace,
    /// Two variables of one name.
    #[error("two variables of the URI template have the same name")]
    SameName,
    /// Two variables with nothing between them that ends the first.
    #[error("put a delimiter such as / between two variables of a URI template")]
    NoDelimiter,
    /// None, or more than [`URI_TEMPLATE_VARIABLES_MAX`].
    #[error("a URI template has 1 to {URI_TEMPLATE_VARIABLES_MAX} variables")]
    VariableCount,
}

impl UriTemplate {
    /// Checks `text` and takes it apart.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn parse(text: &str) -> Result<Self, TemplateFault> {
        if text.len() > URI_BYTES_MAX {
            return Err(TemplateFault::TooLong);
        }
        let (head, mut rest) = literal(text, 0)?;
        if !uri::has_scheme(if rest.is_empty() { head } else { &text[..=head.len()] }) {
            return Err(TemplateFault::NoScheme);
        }
        let mut template =
            Self { text: text.into(), head: head.into(), pieces: Vec::new(), query: Vec::new() };
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            let Some((inside, behind)) = rest[1..].split_once('}') else {
                return Err(TemplateFault::Braces { at });
            };
            if let Some(names) = inside.strip_prefix('?') {
                if !behind.is_empty() || text[..at].contains('?') {
                    return Err(TemplateFault::QueryPlace);
                }
                template.query =
                    names.split(',').map(|one| name(one, at)).collect::<Result<_, _>>()?;
                break;
            }
            let variable = name(inside, at)?;
            let (literal, behind) = literal(behind, text.len() - behind.len())?;
            let delimiter = literal.find(|c: char| !c.is_ascii() || !is_value(c as u8));
            let (suffix, delimited) = literal.split_at(delimiter.unwrap_or(literal.len()));
            template.pieces.push(Piece {
                name: variable,
                suffix: suffix.into(),
                rest: delimited.into(),
            });
            let is_variable = behind.starts_with('{') && !behind.starts_with("{?");
            if is_variable && delimited.is_empty() {
                return Err(TemplateFault::NoDelimiter);
            }
            rest = behind;
        }
        template.check_names()?;
        let before_query = text.split_once("{?").map_or(text, |(before, _)| before);
        if before_query.split(['/', '?']).any(is_dot_segment) {
            return Err(TemplateFault::DotSegment);
        }
        Ok(template)
    }

    fn check_names(&self) -> Result<(), TemplateFault> {
        let names: Vec<&str> = self.variables().collect();
        if !(1..=URI_TEMPLATE_VARIABLES_MAX).contains(&names.len()) {
            return Err(TemplateFault::VariableCount);
        }
        if names.iter().enumerate().any(|(at, name)| names[..at].contains(name)) {
            return Err(TemplateFault::SameName);
        }
        Ok(())
    }

    /// The template as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of its variables, those of the query last.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(|piece| &*piece.name).chain(self.query.iter().map(|name| &**name))
    }

    /// The variables' values if `uri` is of this form: those of the path in their order, then those of the query that
    /// are there. Takes one pass, whatever comes.
    #[must_use]
    pub fn matches(&self, uri: &str) -> Option<Vec<(&str, String)>> {
        if uri.len() > URI_BYTES_MAX {
            return None;
        }
        let mut values: Vec<(&str, String)> = Vec::new();
        let mut rest = uri.strip_prefix(&*self.head)?;
        for piece in &self.pieces {
            let end = rest.bytes().position(|b| !is_value(b)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            let value = run.strip_suffix(&*piece.suffix).and_then(decoded)?;
            if value.is_empty() {
                return None;
            }
            values.push((&piece.name, value));
            rest = behind.strip_prefix(&*piece.rest)?;
        }
        if rest.is_empty() {
            return Some(values);
        }
        for member in rest.strip_prefix('?')?.split('&') {
            let (name, value) = member.split_once('=')?;
            let name = self.query.iter().find(|known| &***known == name)?;
            if values.iter().any(|(seen, _)| *seen == &**name) || !value.bytes().all(is_value) {
                return None;
            }
            values.push((name, decoded(value)?));
        }
        Some(values)
    }
}

/// Literal text up to the next expression or the end, and what comes there. `offset` is where it stands.
fn literal(text: &str, offset: usize) -> Result<(&str, &str), TemplateFault> {
    let (literal, rest) = text.split_at(text.find('{').unwrap_or(text.len()));
    if let Some(at) = literal.find('}') {
        return Err(TemplateFault::Braces { at: offset + at });
    }
    match literal.find('#').or_else(|| uri::fault(literal)) {
        Some(at) => Err(TemplateFault::Character { at: offset + at }),
        None => Ok((literal, rest)),
    }
}

fn name(text: &str, at: usize) -> Result<Box<str>, TemplateFault> {
    let fits = (1..=NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits { Ok(text.into()) } else { Err(TemplateFault::Expression { at }) }
}

/// What RFC 6570 §3.2.2 expands a variable to: everything else is percent-encoded there.
const fn is_value(byte: u8) -> bool {
    uri::is_plain(byte) || byte == b'%'
}

fn is_dot_segment(segment: &str) -> bool {
    matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | "..")
}

/// What an expanded value stands for, if it may stand for that.
fn decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = behind;
        } else if uri::is_encoded(rest) {
            bytes.push(u8::from_str_radix(&value[value.len() - behind.len()..][..2], 16).ok()?);
            rest = &behind[2..];
        } else {
            return None;
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let is_refused = matches!(&*text, "." | "..")
        || text.contains(|c: char| matches!(c, '/' | '\\') || c.is_control())
        || text.match_indices('%').any(|(at, _)| uri::is_encoded(&text.as_bytes()[at..]));
    (!is_refused).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{TemplateFault as Fault, UriTemplate};
    use crate::URI_BYTES_MAX;
    use proptest::prelude::*;

    fn check(template: &str, uri: &str, expected: &[(&str, &str)]) {
        let template = UriTemplate::parse(template).unwrap();
        let expected: Vec<_> =
            expected.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        assert_eq!(template.matches(uri), Some(expected), "{uri}");
    }

    #[track_caller]
    fn no_match(template: &str, uris: &[&str]) {
        let template = UriTemplate::parse(template).unwrap();
        for uri in uris {
            assert_eq!(template.matches(uri), None, "{} {uri:?}", template.as_str());
        }
    }

    #[test]
    fn segments() {
        check("test://template/{id}/data", "test://template/123/data", &[("id", "123")]);
        check("docs://{name}", "docs://a-b_c.d~e", &[("name", "a-b_c.d~e")]);
        check("docs://{name}.md", "docs://a.md.md", &[("name", "a.md")]);
        check("x:/u-{a}/v{b}:{c}", "x:/u-1/v2:3", &[("a", "1"), ("b", "2"), ("c", "3")]);
        check("x:/{a}?b={b}&c={c}", "x:/1?b=2&c=3", &[("a", "1"), ("b", "2"), ("c", "3")]);
        check("x:/{a}", "x:/caf%C3%a9%20100%25", &[("a", "café 100%")]);
        check("x:/{a}", "x:/..a%3Fb%23c%40", &[("a", "..a?b#c@")]);
        no_match(
            "test://template/{id}/data",
            &[
                "",
                "test://template//data",
                "test://template/1/2/data",
                "test://template/1/data/",
                "test://template/1/data2",
                "test://template/1",
                "TEST://template/1/data",
                "test://template/1/data?x=1",
                "test://template/1/data#x",
                "atest://template/1/data",
                "test://template/1%2Fdata",
                "test://template/{id}/data",
                "test://template/{+x}/data",
            ],
        );
        no_match(
            "docs://{name}.md",
            &["docs://.md", "docs://a.markdown", "docs://a%2Emd", "docs://%2.md"],
        );
        no_match("docs://a-{name}", &["docs://b-c", "docs://a-"]);
    }

    #[test]
    fn values_that_would_be_more_than_a_segment() {
        for value in [
            ".",
            "..",
            "%2e",
            "%2E%2e",
            ".%2e",
            "%2F",
            "a%2fb",
            "..%2f..%2fetc%2fpasswd",
            "a%5Cb",
            "%00",
            "a%0Ab",
            "%7f",
            "%C2%85",
            "%",
            "%4",
            "%zz",
            "%c0%af",
            "%ff",
            "%ed%a0%80",
            "%252e%252e",
            "a%252Fb",
            "%25%32%65",
            "a/b",
            "a\\b",
            "a b",
            "a+b",
            "é",
            "a:b",
            "a@b",
            "a?b",
            "a#b",
            "a;b",
            "",
        ] {
            no_match("x:/{a}", &[&format!("x:/{value}")]);
            no_match("x:/{a}/b", &[&format!("x:/{value}/b")]);
            if !value.is_empty() {
                no_match("x:/{a}{?q}", &[&format!("x:/1?q={value}")]);
            }
        }
    }

    #[test]
    fn queries() {
        let template = "x:/{a}{?q,limit}";
        check(template, "x:/1", &[("a", "1")]);
        check(template, "x:/1?q=", &[("a", "1"), ("q", "")]);
        check(template, "x:/1?limit=5&q=a%26b", &[("a", "1"), ("limit", "5"), ("q", "a&b")]);
        check("x:y{?q}", "x:y?q=1", &[("q", "1")]);
        no_match(
            template,
            &[
                "x:/1?",
                "x:/1?q",
                "x:/1?q=1&",
                "x:/1?q=1&q=2",
                "x:/1?q=1?limit=2",
                "x:/1?a=2",
                "x:/1?other=2",
                "x:/1?Q=1",
                "x:/1?q=1=2",
                "x:/1?q=1#",
                "x:/1?%71=1",
                "x:/1&q=1",
                "x:/?q=1",
            ],
        );
    }

    #[test]
    fn templates_that_are_refused() {
        let check = |template: &str, fault| {
            assert_eq!(UriTemplate::parse(template), Err(fault), "{template}");
        };
        for template in
            ["x:/{+a}", "x:/{#a}", "x:/{.a}", "x:/{/a}", "x:/{;a}", "x:/{&a}", "x:/{=a}", "x:/{|a}"]
        {
            check(template, Fault::Expression { at: 3 });
        }
        for template in [
            "x:/{}",
            "x:/{a,b}",
            "x:/{a*}",
            "x:/{a:3}",
            "x:/{a b}",
            "x:/{é}",
            "x:/{a{b}}",
            "x:/{?}",
            "x:/{?a,}",
        ] {
            check(template, Fault::Expression { at: 3 });
        }
        check(&format!("x:/{{{}}}", "a".repeat(65)), Fault::Expression { at: 3 });
        check("x:/{a", Fault::Braces { at: 3 });
        check("x:/a}", Fault::Braces { at: 4 });
        check("x:/{a}}", Fault::Braces { at: 6 });
        for template in ["", "{a}", "{a}:b", "/{a}", "x{a}:y", "1x:{a}"] {
            check(template, Fault::NoScheme);
        }
        check("x:/a b/{a}", Fault::Character { at: 4 });
        check("x:/{a}#b", Fault::Character { at: 6 });
        check("x:/{a}%4", Fault::Character { at: 6 });
        for template in ["x:/../{a}", "x:/./{a}", "x:/{a}/..", "x:/{a}/%2e%2E/b", "x:/{a}/.{?q}"] {
            check(template, Fault::DotSegment);
        }
        check("x:/{?q}/a", Fault::QueryPlace);
        check("x:/{?q}{?r}", Fault::QueryPlace);
        check("x:/a?b=1{?q}", Fault::QueryPlace);
        check("x:/{a}/{a}", Fault::SameName);
        check("x:/{a}{?a}", Fault::SameName);
        check("x:/{a}{b}", Fault::NoDelimiter);
        check("x:/{a}-{b}", Fault::NoDelimiter);
        check("x:/a", Fault::VariableCount);
        let many = |count: usize| (0..count).map(|at| format!("/{{a{at}}}")).collect::<String>();
        assert!(UriTemplate::parse(&format!("x:{}", many(16))).is_ok());
        check(&format!("x:{}", many(17)), Fault::VariableCount);
        check(&format!("x:/{{a}}/{}", "b".repeat(URI_BYTES_MAX)), Fault::TooLong);
    }

    #[test]
    fn a_long_uri_takes_one_pass() {
        let template = UriTemplate::parse("x:/{a}/{b}.json{?q,r}").unwrap();
        let uri = |length: usize| format!("x:/{}/b.json", "a".repeat(length - 10));
        assert!(template.matches(&uri(URI_BYTES_MAX)).is_some());
        assert!(template.matches(&uri(URI_BYTES_MAX + 1)).is_none());
        let query = format!("x:/a/b.json?{}", "q=1&".repeat(2000));
        assert!(template.matches(&query).is_none());
    }

    proptest! {
        #[test]
        fn what_is_expanded_matches_again(a in "\\PC{1,12}", q in proptest::option::of("\\PC{0,12}")) {
            let encode = |text: &str| -> String {
                text.bytes()
                    .map(|b| if crate::uri::is_plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
                    .collect()
            };
            let refused = |text: &str| {
                matches!(text, "." | "..")
                    || text.contains(['/', '\\'])
                    || text.match_indices('%').any(|(at, _)| crate::uri::is_encoded(&text.as_bytes()[at..]))
            };
            let template = UriTemplate::parse("x:/{a}.txt{?q}").unwrap();
            let query = q.as_ref().map(|q| format!("?q={}", encode(q))).unwrap_or_default();
            let found = template.matches(&format!("x:/{}.txt{query}", encode(&a)));
            if refused(&a) || q.as_ref().is_some_and(|q| refused(q)) {
                prop_assert_eq!(found, None);
            } else {
                let expected: Vec<_> =
                    std::iter::once(("a", a)).chain(q.map(|q| ("q", q))).collect();
                prop_assert_eq!(found, Some(expected));
            }
        }

        #[test]
        fn nothing_panics_and_values_are_segments(template in "x:[/a{}?.,é%2fe-]{0,24}", uri in "x:[/a?.&=é%2fe-]{0,24}") {
            if let Ok(template) = UriTemplate::parse(&template) {
                for (_, value) in template.matches(&uri).unwrap_or_default() {
                    prop_assert!(!value.contains('/') && value != ".." && value != ".");
                }
            }
        }
    }
}
