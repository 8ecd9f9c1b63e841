//! Reading on in a result that was too large for its budget. Pure: the caller keeps the results.

mod request;

pub use request::{
    READ_RESULT, READ_RESULT_DESCRIPTION, READ_RESULT_SCHEMA, ReadError, ReadRequest, Reading, Span,
};

use crate::{
    arguments::{each_item, each_member},
    json::quoted,
    shape::{cut::largest_list, visible},
};
use memchr::memmem;
use model::{BYTES_PER_TOKEN, FieldPath, FieldStep, Overflow};
use std::borrow::Cow;

/// Bytes of a result that its note takes.
const NOTE_BYTES: usize = 240;
/// Bytes before and after a place that are shown.
const CONTEXT_BYTES: usize = 120;
/// How to read on in a result that is kept under `handle`, for the end of its summary.
#[must_use]
pub fn reading_hint(handle: &str, overflow: &Overflow) -> String {
    let mut hint = format!(
        "The whole is kept for a while. Read on with the tool {READ_RESULT}: {{\"handle\":\"{handle}\",\"offset\":0}} gives characters, {{\"handle\":\"{handle}\",\"query\":\"…\"}} searches"
    );
    let list = overflow.is_json.then(|| largest_list(&overflow.text)).flatten();
    // A path that would not survive the way through a model is not offered.
    let path = list.map(|(_, path)| path.to_string()).filter(|path| {
        path.len() <= FieldPath::MAX_BYTES && path.bytes().all(|b| (b' '..=b'~').contains(&b))
    });
    if let Some(path) = path {
        let path = quoted(&path);
        hint.push_str(&format!(
            ", {{\"handle\":\"{handle}\",\"path\":{path},\"offset\":0,\"limit\":20}} gives items of its largest list"
        ));
    }
    hint.push('.');
    hint
}

/// The part of a result that is asked for, as much of it as fits into the budget, and a note on what follows.
///
/// # Errors
///
/// [`ReadError::NoSuchPart`] and [`ReadError::NotJson`] when a path leads nowhere.
pub fn read_on(
    full: &Overflow,
    reading: &Reading,
    budget_tokens: usize,
) -> Result<String, ReadError> {
    let room = budget_tokens.saturating_mul(BYTES_PER_TOKEN).saturating_sub(NOTE_BYTES);
    match reading {
        Reading::Characters(span) => Ok(characters(&full.text, *span, room)),
        Reading::Part(..) if !full.is_json => Err(ReadError::NotJson),
        Reading::Part(path, span) => {
            let part = part(&full.text, path)?;
            if part.starts_with('[') {
                return Ok(items(part, path, *span, room));
            }
            // The text of a string is read better than its JSON.
            let text = serde_json::from_str::<String>(part).map_or(Cow::Borrowed(part), Cow::Owned);
            Ok(characters(&visible::strip(text.into_owned()), *span, room))
        }
        Reading::Search(query, span) => Ok(places(&full.text, query, *span, room)),
    }
}

fn characters(text: &str, span: Span, room: usize) -> String {
    let total = text.chars().count();
    let at = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    let start = at(span.offset);
    let end = span.limit.map_or(text.len(), |limit| at(span.offset.saturating_add(limit)));
    let end = text.floor_char_boundary(end.min(start.saturating_add(room)));
    let shown = &text[start..end.max(start)];
    let next = span.offset.min(total) + shown.chars().count();
    let note = if next < total {
        format!("Characters {} to {next} of {total}. Go on with offset {next}.", span.offset)
    } else {
        format!("That is the end, at character {total}.")
    };
    format!("{shown}\n\n{note}")
}

fn items(list: &str, path: &FieldPath, span: Span, room: usize) -> String {
    let mut out = String::from("[");
    let (mut total, mut given) = (0_usize, 0_usize);
    let mut too_large = None;
    let wanted = span.limit.unwrap_or(usize::MAX);
    let _ = each_item(list, |item| {
        if total == span.offset + given && given < wanted && too_large.is_none() {
            if out.len() + item.len() + 2 <= room {
                out.push_str(if given > 0 { "," } else { "" });
                out.push_str(item);
                given += 1;
            } else {
                too_large = Some(item.len());
            }
        }
        total += 1;
    });
    out.push(']');
    let next = span.offset.saturating_add(given);
    let note = match too_large {
        Some(bytes) if given == 0 => {
            let steps = path.steps().iter().cloned().chain([FieldStep::Item(next)]);
            let path = visible::strip(steps.collect::<FieldPath>().to_string());
            format!("Item {next} of {total} alone has {bytes} bytes. Read it with path {path}.")
        }
        _ if next < total => {
            format!("Items {} to {next} of {total}. Go on with offset {next}.", span.offset)
        }
        _ => format!("That is the end of {total} items."),
    };
    format!("{out}\n\n{note}")
}

fn places(text: &str, query: &str, span: Span, room: usize) -> String {
    // The same bytes at the same places.
    let (lower, wanted) = (text.to_ascii_lowercase(), query.to_ascii_lowercase());
    let mut out = String::new();
    let (mut total, mut given) = (0_usize, 0_usize);
    let mut full = false;
    let (mut counted, mut character) = (0, 0);
    for at in memmem::find_iter(lower.as_bytes(), wanted.as_bytes()) {
        total += 1;
        if total <= span.offset || full {
            continue;
        }
        character += text[counted..at].chars().count();
        counted = at;
        let start = text.floor_char_boundary(at.saturating_sub(CONTEXT_BYTES));
        let end = text.ceil_char_boundary((at + wanted.len() + CONTEXT_BYTES).min(text.len()));
        let line = format!("{character}: {}\n", text[start..end].replace(['\n', '\r'], " "));
        full = out.len() + line.len() > room || span.limit.is_some_and(|limit| given >= limit);
        if !full {
            out.push_str(&line);
            given += 1;
        }
    }
    let next = span.offset.saturating_add(given);
    let note = if total == 0 {
        "The text does not occur.".to_owned()
    } else if next < total {
        format!(
            "Places {} to {next} of {total}, each by the offset of its character. Go on with offset {next}.",
            span.offset
        )
    } else {
        format!("That is the last of {total} places, each by the offset of its character.")
    };
    format!("{out}\n{note}")
}

/// The raw value at a path.
fn part<'t>(text: &'t str, path: &FieldPath) -> Result<&'t str, ReadError> {
    let mut part = text.trim_ascii();
    for (depth, step) in path.steps().iter().enumerate() {
        let missing = |instead: String| ReadError::NoSuchPart {
            path: path.steps()[..=depth].iter().cloned().collect(),
            instead,
        };
        let mut found = None;
        match step {
            FieldStep::Member(wanted) => {
                let is_object = each_member(part, |name, raw| {
                    if name == *wanted {
                        found = Some(raw);
                    }
                });
                is_object.ok_or_else(|| missing("there is no object".to_owned()))?;
                part = found.ok_or_else(|| missing("the object has no such member".to_owned()))?;
            }
            FieldStep::Item(wanted) => {
                let mut count = 0;
                let is_list = each_item(part, |raw| {
                    if count == *wanted {
                        found = Some(raw);
                    }
                    count += 1;
                });
                is_list.ok_or_else(|| missing("there is no list".to_owned()))?;
                part = found.ok_or_else(|| missing(format!("the list has {count} items")))?;
            }
            FieldStep::Items => {
                return Err(missing(
                    "leave [] out to read a list, or write [0] for one item".to_owned(),
                ));
            }
        }
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::{READ_RESULT_SCHEMA, ReadError, ReadRequest, read_on, reading_hint};
    use crate::Validator;
    use model::{Overflow, RawJson};

    fn read(text: &str, is_json: bool, arguments: &str, tokens: usize) -> Result<String, String> {
        let full = Overflow { is_json, text: text.to_owned() };
        let comma = if arguments.is_empty() { "" } else { "," };
        let members = format!("{{\"handle\":\"h\"{comma}{arguments}}}");
        let schema = RawJson::parse(READ_RESULT_SCHEMA.to_owned()).unwrap();
        Validator::compile(&schema).unwrap().check(&members).expect(&members);
        let request = ReadRequest::parse(&members).expect(&members);
        let read = read_on(&full, &request.reading, tokens);
        if let Ok(text) = &read {
            assert!(text.len() <= tokens * 4 + 1, "{} bytes: {text}", text.len());
        }
        read.map_err(|error| error.to_string())
    }

    fn check(text: &str, arguments: &str, expected: &str) {
        assert_eq!(read(text, true, arguments, 1_000).as_deref(), Ok(expected), "{arguments}");
    }

    #[test]
    fn characters_at_their_boundaries() {
        let text = "aé😀b";
        check(text, "", "aé😀b\n\nThat is the end, at character 4.");
        check(
            text,
            r#""offset":1,"limit":2"#,
            "é😀\n\nCharacters 1 to 3 of 4. Go on with offset 3.",
        );
        check(text, r#""offset":9"#, "\n\nThat is the end, at character 4.");
        check(
            text,
            r#""offset":18446744073709551615,"limit":9"#,
            "\n\nThat is the end, at character 4.",
        );
        let long = "é".repeat(1_000);
        let page = read(&long, false, "", 100).unwrap();
        assert!(
            page.starts_with(&"é".repeat(80))
                && page.ends_with("Characters 0 to 80 of 1000. Go on with offset 80.")
        );
    }

    #[test]
    fn parts_by_path() {
        let text = r#"{"items":[{"id":12345678901234567890123},{"id":2,"body":"a\nb"},{"id":3}],"n":1.10}"#;
        check(
            text,
            r#""path":"items","limit":2"#,
            "[{\"id\":12345678901234567890123},{\"id\":2,\"body\":\"a\\nb\"}]\n\nItems 0 to 2 of 3. Go on with offset 2.",
        );
        check(text, r#""path":"items","offset":2"#, "[{\"id\":3}]\n\nThat is the end of 3 items.");
        check(text, r#""path":"items","offset":7"#, "[]\n\nThat is the end of 3 items.");
        check(text, r#""path":"items[1].body""#, "a\nb\n\nThat is the end, at character 3.");
        check(text, r#""path":"n""#, "1.10\n\nThat is the end, at character 4.");
        check("[1,2]", r#""path":"""#, "[1,2]\n\nThat is the end of 2 items.");
        for (path, words) in [
            ("item", "nothing at item: the object has no such member"),
            ("items[3].id", "nothing at items[3]: the list has 3 items"),
            ("items.id", "nothing at items.id: there is no object"),
            ("n[0]", "nothing at n[0]: there is no list"),
            ("items[].id", "nothing at items[]: leave [] out"),
        ] {
            let error = read(text, true, &format!(r#""path":"{path}""#), 1_000).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        assert_eq!(
            read("text", false, r#""path":"a""#, 1_000),
            Err(ReadError::NotJson.to_string())
        );
        // As many items as fit; one that does not is named.
        let long = format!("[{0},{0},\"{1}\",1]", "1".repeat(60), "x".repeat(500));
        let page = read(&long, true, r#""path":"""#, 100).unwrap();
        assert!(page.ends_with("1]\n\nItems 0 to 2 of 4. Go on with offset 2."), "{page}");
        let page = read(&long, true, r#""path":"","offset":2"#, 100).unwrap();
        assert_eq!(page, "[]\n\nItem 2 of 4 alone has 502 bytes. Read it with path [2].");
    }

    #[test]
    fn places_by_query() {
        let text = "Alpha é beta\nalpha";
        check(
            text,
            r#""query":"ALPHA""#,
            "0: Alpha é beta alpha\n13: Alpha é beta alpha\n\nThat is the last of 2 places, each by the offset of its character.",
        );
        check(
            text,
            r#""query":"alpha","limit":1"#,
            "0: Alpha é beta alpha\n\nPlaces 0 to 1 of 2, each by the offset of its character. Go on with offset 1.",
        );
        check(text, r#""query":"gamma""#, "\nThe text does not occur.");
        let many = "needle in é ".repeat(500);
        let page = read(&many, false, r#""query":"needle","offset":3"#, 300).unwrap();
        assert!(page.contains("Places 3 to ") && page.contains(" of 500,"), "{page}");
    }

    #[test]
    fn hints_name_the_largest_list() {
        let hint = |text: &str, is_json| {
            reading_hint("res_1", &Overflow { is_json, text: text.to_owned() })
        };
        assert!(hint(r#"{"a.b":[1,2,3],"c":[1]}"#, true).contains(r#""path":"a\\.b""#));
        assert!(hint("[1,2]", true).contains(r#""path":"""#));
        assert!(!hint("{\"\u{202e}\":[1,2]}", true).contains("path"));
        assert!(!hint("[1,2]", false).contains("path"));
    }
}
