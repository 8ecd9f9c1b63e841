use crate::arguments::object_members;
use serde_json::value::RawValue;

/// Lists that are shortened at most. What is then still too large is cut as text.
const MAX_LISTS: usize = 8;

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
    let mut cut = Cut { text: text.to_owned(), shown: Vec::new() };
    while cut.text.len() > budget {
        if cut.shown.len() == MAX_LISTS {
            return None;
        }
        let (start, end, path) = largest_list(&cut.text)?;
        let list = &cut.text[start..end];
        let items: Vec<&RawValue> = serde_json::from_str(list).ok()?;
        let room = budget.saturating_sub(cut.text.len() - list.len());
        let mut length = 1;
        let kept = items.iter().take_while(|item| {
            length += item.get().len() + 1;
            length <= room
        });
        let kept: Vec<&str> = kept.map(|item| item.get()).collect();
        // Where nothing of the only list fits, a piece of text says more than `[]`.
        if kept.is_empty() && (path.is_empty() || items.is_empty()) {
            return None;
        }
        let of = if path.is_empty() { String::new() } else { format!(" of {path}") };
        cut.shown.push(format!("The first {} of {} items{of} are shown", kept.len(), items.len()));
        let shortened = format!("{}[{}]{}", &cut.text[..start], kept.join(","), &cut.text[end..]);
        cut.text = shortened;
    }
    Some(cut)
}

/// The place and the path of the list to shorten: the root, or the largest member of the largest member, and so on.
/// A list of one item is passed through, for what is large is inside it.
fn largest_list(text: &str) -> Option<(usize, usize, String)> {
    let mut part = text.trim_ascii();
    let mut path = String::new();
    for _ in 0..128 {
        match part.as_bytes().first()? {
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(part).ok()?;
                match items.as_slice() {
                    [only] if only.get().starts_with(['[', '{']) => {
                        part = only.get();
                        path.push_str("[0]");
                    }
                    _ => {
                        let start = part.as_ptr() as usize - text.as_ptr() as usize;
                        return Some((start, start + part.len(), path));
                    }
                }
            }
            b'{' => {
                let members = object_members(part)?;
                let compound = members.into_iter().filter(|(_, raw)| raw.starts_with(['[', '{']));
                let (name, raw) = compound.max_by_key(|(_, raw)| raw.len())?;
                if !path.is_empty() {
                    path.push('.');
                }
                path.extend(name.chars().filter(|c| !c.is_control()).take(80));
                part = raw;
            }
            _ => return None,
        }
    }
    None
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
        check("[1, 2, 3, 4, 5, 6]", 9, Some(("[1,2,3,4]", &["The first 4 of 6 items are shown"])));
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
