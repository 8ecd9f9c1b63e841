//! Text on its way to a model: without what a reader would not see, and of bounded length.

use std::borrow::Cow;

/// `text` without control characters (less line breaks and tabs), terminal escapes, and characters that are
/// invisible or turn the direction of text: what could carry words past a human reader.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && c != '\t' && hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            if chars.next_if(|&next| next == '[').is_some() {
                while chars.next_if(|&next| !('@'..='~').contains(&next)).is_some() {}
                chars.next();
            }
        } else if c == '\n' || c == '\t' || !hidden(c) {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// At most `limit` characters of `text`, cut between words where that loses little, with `…` at the end of a cut.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(limit) else { return Cow::Borrowed(text) };
    let keep = text.char_indices().nth(limit.saturating_sub(1)).map_or(0, |(at, _)| at);
    let kept = &text[..keep.min(end)];
    let kept = match kept.rfind(char::is_whitespace) {
        Some(space) if space * 4 > kept.len() * 3 => &kept[..space],
        _ => kept,
    };
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// At most `limit` visible characters of `text`, trimmed. What lies far behind is not even looked at.
pub(crate) fn brief(text: &str, limit: usize) -> Cow<'_, str> {
    let reach = limit.saturating_mul(4).saturating_add(1_000);
    let near = text.char_indices().nth(reach).map_or(text, |(at, _)| &text[..at]);
    match clean(near) {
        Cow::Borrowed(text) => cut(text.trim(), limit),
        Cow::Owned(text) => Cow::Owned(cut(text.trim(), limit).into_owned()),
    }
}

/// The first sentence of `text`, cut to `limit` characters.
pub(crate) fn first_sentence(text: &str, limit: usize) -> Cow<'_, str> {
    let text = text.trim();
    let line = text.find("\n\n").map_or(text, |at| &text[..at]);
    let end = line.match_indices(['.', '!', '?']).find(|(at, _)| {
        let rest = &line[at + 1..];
        rest.starts_with(char::is_whitespace)
            && !line[..*at].ends_with("e.g")
            && !line[..*at].ends_with("i.e")
    });
    cut(end.map_or(line, |(at, _)| &line[..=at]), limit)
}

/// `text` with every character outside `A-Za-z0-9`, `_` and those that `keep` names turned to `_`; runs of `_`
/// become one, and none stands at either end.
pub(crate) fn identifier(text: &str, keep: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c.is_ascii_alphanumeric() || keep.contains(&c) { c } else { '_' };
        if c != '_' || !out.ends_with('_') {
            out.push(c);
        }
    }
    out.trim_matches('_').to_owned()
}

/// A short name for `text` that does not change between versions of this program: FNV-1a, base 32.
pub(crate) fn short_hash(text: &str, length: usize) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // MurmurHash3's finalizer: without it, texts that end alike give hashes that end alike.
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^= hash >> 33;
    let digit =
        |i: usize| char::from(b"abcdefghijkmnpqrstuvwxyz23456789"[(hash >> (5 * i)) as usize & 31]);
    (0..length.min(12)).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::{clean, cut, first_sentence, identifier, short_hash};

    #[test]
    fn hidden_characters_go() {
        let check = |text: &str, expected: &str| assert_eq!(clean(text), expected, "{text:?}");
        check("plain\n\ttext – ok 😀", "plain\n\ttext – ok 😀");
        check("a\u{1b}[31mred\u{1b}[0m b\u{1b}", "ared b");
        check("a\u{200b}b\u{202e}c\u{feff}d\u{0}e\r\n", "abcde\n");
        check("x\u{e0041}\u{e0042}y\u{e01ef}", "xy");
    }

    #[test]
    fn cutting() {
        let check =
            |text: &str, limit, expected: &str| assert_eq!(cut(text, limit), expected, "{text:?}");
        check("short", 5, "short");
        check("shorter", 5, "shor…");
        check("äöü ßßßßßßßßß", 5, "äöü…");
        check("many words in one line", 21, "many words in one…");
        check("abc", 0, "…");
    }

    #[test]
    fn sentences() {
        let check =
            |text: &str, expected: &str| assert_eq!(first_sentence(text, 40), expected, "{text:?}");
        check("One. Two.", "One.");
        check("See e.g. this one. Two", "See e.g. this one.");
        check("v1.2 of it\n\nMore", "v1.2 of it");
    }

    #[test]
    fn identifiers() {
        let check =
            |text: &str, expected: &str| assert_eq!(identifier(text, &['-']), expected, "{text:?}");
        check("repos/get-all.branches: x", "repos_get-all_branches_x");
        check("/users/{id}", "users_id");
        check("😀", "");
        check("__proto__", "proto");
        assert_eq!(short_hash("GET /a", 6).len(), 6);
        assert_ne!(short_hash("GET /a", 6), short_hash("GET /b", 6));
        assert_eq!(short_hash("", 6), "gjkuj7", "names must not change between versions");
    }
}
