//! What is said of an answer that is too large to be shown.

use super::visible;
use crate::arguments::{each_item, each_member};
use model::tokens_estimate;
use std::borrow::Cow;

/// Members that are named.
const MAX_MEMBERS: usize = 40;
/// Members of a list's first item that are named.
const MAX_INNER: usize = 15;
/// Characters of one name.
const MAX_NAME: usize = 60;
/// Bytes of the whole, of which members at the end are left out.
const MAX_BYTES: usize = 2_000;

/// The kind and the sizes of a JSON value, and of its members with their types.
pub(super) fn of_json(text: &str, budget_tokens: usize) -> String {
    let text = text.trim_ascii();
    let mut out = format!(
        "This answer is too large to be shown whole. It is {}, {}",
        kind(text, true),
        sizes(text.len(), budget_tokens)
    );
    let room = MAX_BYTES.min(budget_tokens);
    let mut parts: Vec<String> = Vec::new();
    let (mut length, mut count) = (out.len(), 0);
    let _ = each_member(text, |name, raw| {
        count += 1;
        if parts.len() < MAX_MEMBERS && length < room.max(out.len() + 1) {
            let part = format!("{} ({})", shown(&name), kind(raw, true));
            length += part.len();
            parts.push(part);
        }
    });
    if !parts.is_empty() {
        out.push_str(" Its members are ");
        out.push_str(&parts.join(", "));
        out.push_str(if count > parts.len() { " and others." } else { "." });
    }
    out
}

/// The sizes of a text.
pub(super) fn of_text(text: &str, budget_tokens: usize) -> String {
    format!(
        "This answer is too large to be shown whole. It is a text of {} characters in {} lines, {}",
        text.chars().count(),
        text.lines().count(),
        sizes(text.len(), budget_tokens)
    )
}

fn sizes(bytes: usize, budget_tokens: usize) -> String {
    let tokens = tokens_estimate(bytes);
    format!("{bytes} bytes, about {tokens} tokens; {budget_tokens} tokens are allowed.")
}

/// What a value is, in words; with `inside`, what the first item of a list is too.
fn kind(raw: &str, inside: bool) -> String {
    match raw.as_bytes().first() {
        Some(b'{') => {
            let mut names = Vec::new();
            let mut count = 0;
            let _ = each_member(raw, |name, _| {
                count += 1;
                if names.len() < MAX_INNER {
                    names.push(name);
                }
            });
            let more = if count > names.len() { ", …" } else { "" };
            let names: Vec<_> = names.iter().map(|name| shown(name)).collect();
            match names.len() {
                0 => "an empty object".to_owned(),
                _ if inside => format!("an object of {count} members"),
                _ => format!("an object with {}{more}", names.join(", ")),
            }
        }
        Some(b'[') => {
            let (mut count, mut first) = (0_usize, None);
            let _ = each_item(raw, |item| {
                count += 1;
                first.get_or_insert(item);
            });
            match first {
                Some(first) if inside => {
                    format!("a list of {count} items, the first {}", kind(first, false))
                }
                Some(_) => format!("a list of {count} items"),
                None => "an empty list".to_owned(),
            }
        }
        Some(b'"') => format!("a text of {} bytes", raw.len() - 2),
        Some(b't' | b'f') => "true or false".to_owned(),
        Some(b'n') => "null".to_owned(),
        Some(_) | None => "a number".to_owned(),
    }
}

/// A name: it is the API's, and may hold anything.
fn shown(name: &str) -> Cow<'_, str> {
    let plain = name.len() <= MAX_NAME && name.bytes().all(|b| b.is_ascii_graphic());
    if plain {
        return Cow::Borrowed(name);
    }
    let visible = visible::strip(name.to_owned());
    Cow::Owned(visible.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect())
}

#[cfg(test)]
mod tests {
    use super::{of_json, of_text};

    #[test]
    fn values_in_words() {
        let text = r#"{"n":1,"t":"abc","o":{"a":1,"b":2},"e":{},"l":[{"id":1,"x":[]},2],"z":[],"y":null,"w":true,"ll":[[1,2]]}"#;
        assert_eq!(
            of_json(text, 25),
            "This answer is too large to be shown whole. It is an object of 9 members, 104 bytes, about 26 tokens; 25 tokens are allowed. \
             Its members are n (a number) and others."
        );
        assert_eq!(
            of_json(text, 1_000).split_once("Its members are ").unwrap().1,
            "n (a number), t (a text of 3 bytes), o (an object of 2 members), e (an empty object), \
             l (a list of 2 items, the first an object with id, x), z (an empty list), y (null), w (true or false), \
             ll (a list of 1 items, the first a list of 2 items)."
        );
        assert!(
            of_json("[1,2,3]", 1).contains("It is a list of 3 items, the first a number, 7 bytes")
        );
        assert!(of_json("{\"a\\u202eb\\n\":1}", 999).contains("are ab (a number)."));
        assert!(of_text("é\nb", 1).contains("a text of 3 characters in 2 lines, 4 bytes"));
    }

    #[test]
    fn many_members_are_not_all_named() {
        let members: Vec<_> = (0..10_000).map(|i| format!("\"member_{i}\":[{{}}]")).collect();
        let text = of_json(&format!("{{{}}}", members.join(",")), 25_000);
        assert!(text.ends_with(" and others.") && text.len() < 2_500, "{}", text.len());
    }
}
