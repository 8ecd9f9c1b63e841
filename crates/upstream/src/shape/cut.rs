use super::visible;
use crate::arguments::{each_item, each_member};
use model::{FieldPath, FieldStep};
use std::{borrow::Cow, ops::Range};

/// Lists that are shortened at most. What is then still too large is cut as text.
const MAX_LISTS: usize = 8;
/// Levels that are gone down to find a list; each costs a look at all that is below it.
const MAX_LEVELS: usize = 16;

/// JSON that was shortened and is JSON still.
#[derive(Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) text: String,
    /// One phrase for each list that lost items.
    pub(super) shown: Vec<String>,
}

/// Shortens the largest lists, at their ends and by whole items, until `text` fits into `budget` bytes. `None` when
/// that does not do it: one item, or all that is not in a list, is too large.
pub(super) fn json(text: &str, budget: usize) -> Option<Cut> {
    let mut text = Cow::Borrowed(text);
    let mut shown = Vec::new();
    while text.len() > budget {
        if shown.len() == MAX_LISTS {
            return None;
        }
        let (list, path) = largest_list(&text)?;
        let room = budget.saturating_sub(text.len() - list.len());
        let items = Items::within(&text[list.clone()], room)?;
        // Where nothing of the only list fits, a piece of text says more than `[]`.
        if items.total == 0 || (items.kept == 0 && path.is_root()) {
            return None;
        }
        let of = if path.is_root() { String::new() } else { format!(" of {}", shown_path(&path)) };
        shown.push(format!("The first {} of {} items{of} are shown", items.kept, items.total));
        let end = list.start + items.end;
        text = Cow::Owned(format!("{}]{}", &text[..end], &text[list.end..]));
    }
    Some(Cut { text: text.into_owned(), shown })
}

/// The leading items of a list that fit.
struct Items {
    kept: usize,
    total: usize,
    /// Where the last that is kept ends.
    end: usize,
}

impl Items {
    fn within(list: &str, room: usize) -> Option<Self> {
        let mut items = Self { kept: 0, total: 0, end: 1 };
        each_item(list, |item| {
            let end = offset(list, item) + item.len();
            if items.kept == items.total && end < room {
                items.kept += 1;
                items.end = end;
            }
            items.total += 1;
        })?;
        Some(items)
    }
}

/// The place and the path of the list to shorten: the root, or the largest member of the largest member, and so on.
/// A list of one item is passed through, for what is large is inside it.
pub(crate) fn largest_list(text: &str) -> Option<(Range<usize>, FieldPath)> {
    let mut part = text.trim_ascii();
    let mut path = Vec::new();
    for _ in 0..MAX_LEVELS {
        if part.starts_with('[') {
            let (mut count, mut first) = (0_usize, "");
            each_item(part, |item| {
                count += 1;
                first = if count == 1 { item } else { first };
            })?;
            if count != 1 || !first.starts_with(['[', '{']) {
                let start = offset(text, part);
                return Some((start..start + part.len(), path.into_iter().collect()));
            }
            part = first;
            path.push(FieldStep::Item(0));
        } else {
            let mut largest: Option<(Cow<'_, str>, &str)> = None;
            each_member(part, |name, raw| {
                if raw.starts_with(['[', '{'])
                    && largest.as_ref().is_none_or(|(_, most)| raw.len() > most.len())
                {
                    largest = Some((name, raw));
                }
            })?;
            let (name, raw) = largest?;
            path.push(FieldStep::Member(name.into_owned()));
            part = raw;
        }
    }
    None
}

/// A path for a note: names are the API's, and may hold anything.
fn shown_path(path: &FieldPath) -> String {
    visible::strip(path.to_string()).chars().take(200).collect()
}

/// Where `part`, a piece of `text`, begins in it.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

#[cfg(test)]
mod tests {
    use super::json;

    fn check(text: &str, budget: usize, expected: Option<(&str, &[&str])>) {
        let found = json(text, budget);
        let found = found.as_ref().map(|cut| {
            assert!(
                cut.text.len() <= budget
                    && serde_json::from_str::<serde_json::Value>(&cut.text).is_ok()
            );
            (cut.text.as_str(), cut.shown.clone())
        });
        assert_eq!(
            found,
            expected.map(|(text, shown)| (text, shown.iter().map(ToString::to_string).collect())),
            "{text}"
        );
    }

    #[test]
    fn whole_items_stay() {
        check("[1,2,3,4,5,6]", 9, Some(("[1,2,3,4]", &["The first 4 of 6 items are shown"])));
        check("[1, 2, 3, 4, 5, 6]", 9, Some(("[1, 2, 3]", &["The first 3 of 6 items are shown"])));
        check("[ 1, 2 ]", 7, Some(("[ 1, 2]", &["The first 2 of 2 items are shown"])));
        check(
            r#"{"next":"x","data":[{"a":1},{"a":2},{"a":3}]}"#,
            36,
            Some((
                r#"{"next":"x","data":[{"a":1}]}"#,
                &["The first 1 of 3 items of data are shown"],
            )),
        );
        check(
            r#"{"r":{"n":3,"l":["aaaa","bbbb","cccc"]}}"#,
            30,
            Some((r#"{"r":{"n":3,"l":["aaaa"]}}"#, &["The first 1 of 3 items of r.l are shown"])),
        );
        check(
            r#"[{"l":["aaaa","bbbb","cccc"]}]"#,
            24,
            Some((r#"[{"l":["aaaa","bbbb"]}]"#, &["The first 2 of 3 items of [0].l are shown"])),
        );
        check(
            r#"{"a":["aaaa","aaaa","aaaa"],"b":["bbbb","bbbb"]}"#,
            26,
            Some((
                r#"{"a":[],"b":["bbbb"]}"#,
                &["The first 0 of 3 items of a are shown", "The first 1 of 2 items of b are shown"],
            )),
        );
    }

    #[test]
    fn what_is_no_list_is_not_cut_here() {
        check(r#"{"a":"long text that is no list"}"#, 10, None);
        check(r#""long text""#, 5, None);
        check(r#"["the only item is too long"]"#, 10, None);
        check(r#"[["a","b"],"the second item is too long"]"#, 3, None);
        check(r#"{"a":"long text that is no list","b":[1,2]}"#, 20, None);
    }
}
