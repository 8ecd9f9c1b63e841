use crate::arguments::{each_item, each_member};
use std::ops::Range;

/// The list of one page.
pub(super) struct Page {
    /// Where the list is in the body, brackets included.
    list: Range<usize>,
    /// Where each item ends, counted from the start of the body.
    ends: Vec<usize>,
}

impl Page {
    /// The list at `path` of a JSON body; nothing when there is none.
    pub(super) fn read(body: &str, path: &[&str]) -> Option<Self> {
        let list = locate(body, path)?;
        let text = &body[list.clone()];
        if !text.starts_with('[') {
            return None;
        }
        let mut ends = Vec::new();
        each_item(text, |item| ends.push(offset(body, item) + item.len()))?;
        Some(Self { list, ends })
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Its first `count` items as they are written, less the white space around them.
    pub(super) fn items<'b>(&self, body: &'b str, count: usize) -> &'b str {
        let end = count.checked_sub(1).map_or(self.list.start + 1, |last| self.ends[last]);
        body[self.list.start + 1..end].trim_ascii_start()
    }
}

/// The body of the first page, whose list takes the items of the others.
pub(super) struct Merged {
    text: String,
    /// What follows the items.
    tail: String,
    is_empty: bool,
}

impl Merged {
    /// Begins with `count` items of the first page.
    pub(super) fn new(body: &str, page: &Page, count: usize) -> Self {
        let mut text = body[..page.list.start + 1].to_owned();
        text.push_str(page.items(body, count));
        Self { text, tail: body[page.list.end - 1..].to_owned(), is_empty: count == 0 }
    }

    /// Appends items of a later page.
    pub(super) fn push(&mut self, items: &str) {
        if items.is_empty() {
            return;
        }
        self.text.push_str(if self.is_empty { "" } else { "," });
        self.text.push_str(items);
        self.is_empty = false;
    }

    pub(super) fn len(&self) -> usize {
        self.text.len() + self.tail.len()
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str(&self.tail);
        self.text
    }
}

/// The raw text of the member at `path`, which for no names is the whole.
pub(super) fn value<'b>(body: &'b str, path: &[&str]) -> Option<&'b str> {
    locate(body, path).map(|range| &body[range])
}

/// The body with another raw value at `path`, if there is one.
pub(super) fn replaced(body: String, path: &[&str], raw: &str) -> String {
    match locate(&body, path) {
        Some(range) => format!("{}{raw}{}", &body[..range.start], &body[range.end..]),
        None => body,
    }
}

fn locate(body: &str, path: &[&str]) -> Option<Range<usize>> {
    let mut part = body.trim_ascii();
    for wanted in path {
        let mut found = None;
        each_member(part, |name, raw| {
            if name == *wanted {
                found = Some(raw);
            }
        })?;
        part = found?;
    }
    let start = offset(body, part);
    Some(start..start + part.len())
}

/// Where `part`, a piece of `text`, begins in it.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

#[cfg(test)]
mod tests {
    use super::{Merged, Page, replaced, value};

    fn merged(path: &[&str], pages: &[(&str, usize)]) -> String {
        let (first, count) = pages[0];
        let page = Page::read(first, path).expect(first);
        let mut merged = Merged::new(first, &page, count);
        for (body, count) in &pages[1..] {
            merged.push(Page::read(body, path).expect(body).items(body, *count));
        }
        let length = merged.len();
        let text = merged.finish();
        assert_eq!(length, text.len());
        text
    }

    #[test]
    fn items_are_appended_byte_for_byte() {
        assert_eq!(
            merged(&[], &[("[ 12345678901234567890123 , 2 ]", 2), ("[3.10]", 1), (" [] ", 0)]),
            "[12345678901234567890123 , 2,3.10]"
        );
        assert_eq!(merged(&[], &[("[]", 0), ("[ ]", 0), ("[1,2,3]", 2)]), "[1,2]");
        assert_eq!(merged(&[], &[("[1,2,3]", 1)]), "[1]");
        assert_eq!(
            merged(
                &["a", "list"],
                &[
                    (r#"{"n": 1, "a": {"list": [{"id":1}], "x": []}, "z": "]"}"#, 1),
                    (r#"{"a":{"list":[{"id":2},{"id":3}]}}"#, 2)
                ]
            ),
            r#"{"n": 1, "a": {"list": [{"id":1},{"id":2},{"id":3}], "x": []}, "z": "]"}"#
        );
    }

    #[test]
    fn places() {
        assert!(Page::read(r#"{"a":{}}"#, &["a"]).is_none());
        assert!(Page::read(r#"{"a":[1,]}"#, &["a"]).is_none());
        assert!(Page::read("[1", &[]).is_none());
        assert_eq!(value(r#"{"m":{"next": "x"}}"#, &["m", "next"]), Some("\"x\""));
        assert_eq!(value(r#"{"m":null}"#, &["m", "next"]), None);
        let text = r#"{"m":{"next":"x"},"d":[]}"#.to_owned();
        assert_eq!(replaced(text.clone(), &["m", "next"], "null"), r#"{"m":{"next":null},"d":[]}"#);
        assert_eq!(replaced(text.clone(), &["x"], "null"), text);
    }
}
