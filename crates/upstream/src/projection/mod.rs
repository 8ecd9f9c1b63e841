//! The chosen fields of a JSON answer, and of the schema that describes it. Pure.

mod known;
mod schema;

pub(crate) use known::{Knowledge, knows};
pub(crate) use schema::{keep_reachable, shrink};

use crate::{
    arguments::{each_item, each_member},
    json::push_quoted,
};
use model::{FieldPath, FieldStep};
use serde::{Deserialize, Serialize};

/// The fields of a JSON value that are passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<FieldPath>", into = "Vec<FieldPath>")]
pub struct Projection {
    paths: Vec<FieldPath>,
    root: Choice,
}

/// What is chosen below one place of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Everything.
    whole: bool,
    /// Of an object: by name, sorted.
    members: Vec<(Box<str>, Choice)>,
    /// Of a list: in each of its items.
    items: Option<Box<Choice>>,
}

impl Projection {
    /// The fields at `paths`. A path to one item of a list chooses in every item.
    #[must_use]
    pub fn new(paths: &[FieldPath]) -> Self {
        let mut root = Choice::default();
        paths.iter().for_each(|path| root.add(path.steps()));
        Self { paths: paths.to_vec(), root }
    }

    /// Where the fields are.
    #[must_use]
    pub fn paths(&self) -> &[FieldPath] {
        &self.paths
    }

    pub(crate) fn root(&self) -> &Choice {
        &self.root
    }

    /// The chosen fields of a JSON text, each byte for byte as it stands there, in its order. A field that is not there
    /// is absent; `null` in the place of an object or a list stays `null`; other values in such a place are absent.
    ///
    /// Nothing when `text` is no JSON, or neither the list nor the object that the paths begin in.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        let text = text.trim_ascii();
        // A list that begins well may end badly.
        serde_json::from_str::<&serde_json::value::RawValue>(text).ok()?;
        let mut out = String::with_capacity(text.len() / 4);
        self.root.push(text, &mut out)?.then_some(out)
    }
}

impl From<Vec<FieldPath>> for Projection {
    fn from(paths: Vec<FieldPath>) -> Self {
        Self::new(&paths)
    }
}

impl From<Projection> for Vec<FieldPath> {
    fn from(projection: Projection) -> Self {
        projection.paths
    }
}

impl Choice {
    /// No deeper than a path has steps.
    fn add(&mut self, steps: &[FieldStep]) {
        let Some((step, rest)) = steps.split_first() else {
            self.whole = true;
            return;
        };
        let child = match step {
            FieldStep::Items | FieldStep::Item(_) => self.items.get_or_insert_default(),
            FieldStep::Member(name) => {
                let found = self.members.binary_search_by(|(member, _)| (**member).cmp(name));
                let at = found.unwrap_or_else(|at| {
                    self.members.insert(at, (name.as_str().into(), Self::default()));
                    at
                });
                &mut self.members[at].1
            }
        };
        child.add(rest);
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let at = self.members.binary_search_by(|(member, _)| (**member).cmp(name)).ok()?;
        Some(&self.members[at].1)
    }

    pub(crate) fn items(&self) -> Option<&Self> {
        self.items.as_deref()
    }

    /// Appends what is chosen of `text`, a valid JSON value: whether there is anything; nothing when a name has a lone
    /// surrogate, which no path can name.
    fn push(&self, text: &str, out: &mut String) -> Option<bool> {
        if self.whole || text == "null" {
            out.push_str(text);
            return Some(true);
        }
        let mut readable = true;
        let mut first = true;
        // Appends one part, and takes it back when nothing of it is chosen.
        let mut part = |choice: &Self, name: Option<&str>, raw: &str, out: &mut String| {
            let before = out.len();
            out.push_str(if first { "" } else { "," });
            if let Some(name) = name {
                push_quoted(name, out);
                out.push(':');
            }
            match choice.push(raw, out) {
                Some(true) => first = false,
                Some(false) => out.truncate(before),
                None => readable = false,
            }
        };
        match (text.as_bytes().first(), &self.items) {
            (Some(b'{'), _) if !self.members.is_empty() => {
                out.push('{');
                each_member(text, |name, raw| {
                    if let Some(choice) = self.member(&name) {
                        part(choice, Some(&name), raw, out);
                    }
                })?;
                out.push('}');
            }
            (Some(b'['), Some(items)) => {
                out.push('[');
                each_item(text, |raw| part(items, None, raw, out))?;
                out.push(']');
            }
            _ => return Some(false),
        }
        readable.then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::Projection;

    fn check(paths: &[&str], text: &str, expected: Option<&str>) {
        let paths: Vec<_> = paths.iter().map(|path| path.parse().unwrap()).collect();
        assert_eq!(Projection::new(&paths).apply(text).as_deref(), expected, "{paths:?} {text}");
    }

    #[test]
    fn fields_stay_byte_for_byte() {
        let text = r#" { "id": 12345678901234567890123, "n": 1.10, "owner": {"login": "\u00e9", "x": [1, 2]}, "z": 0 } "#;
        check(&["id"], text, Some(r#"{"id":12345678901234567890123}"#));
        check(&["owner.login", "n"], text, Some(r#"{"n":1.10,"owner":{"login":"\u00e9"}}"#));
        check(&["owner"], text, Some(r#"{"owner":{"login": "\u00e9", "x": [1, 2]}}"#));
        check(
            &["owner", "owner.login"],
            text,
            Some(r#"{"owner":{"login": "\u00e9", "x": [1, 2]}}"#),
        );
        check(&["owner.x[]"], text, Some(r#"{"owner":{"x":[1,2]}}"#));
    }

    #[test]
    fn lists_are_mapped() {
        check(
            &["[].id"],
            r#"[{"id":1,"a":2},{"a":3},{"id":null}]"#,
            Some(r#"[{"id":1},{},{"id":null}]"#),
        );
        check(
            &["items[].owner.id", "total"],
            r#"{"total":9,"items":[{"owner":{"id":1,"n":2}},{"owner":null},null,7]}"#,
            Some(r#"{"total":9,"items":[{"owner":{"id":1}},{"owner":null},null]}"#),
        );
        check(&["[][].a"], r#"[[{"a":1,"b":2}],[]]"#, Some(r#"[[{"a":1}],[]]"#));
    }

    #[test]
    fn what_is_not_there_is_absent() {
        check(&["a", "b.c"], r#"{"b":"text","d":1}"#, Some("{}"));
        check(&["a[].b"], r#"{"a":{"b":1}}"#, Some("{}"));
        check(&["a.b"], r#"{"a":[{"b":1}]}"#, Some("{}"));
        check(&["a"], "null", Some("null"));
        check(&[r"a\.b"], r#"{"a.b":1,"a":{"b":2}}"#, Some(r#"{"a.b":1}"#));
        check(&["a\"\n"], "{\"a\\\"\\u000a\":1}", Some("{\"a\\\"\\n\":1}"));
    }

    #[test]
    fn another_kind_of_answer_is_not_passed_on() {
        for text in ["[]", "7", "\"secret\"", "", "{\"id\":1", "{\"id\":1}{}", "<html>"] {
            check(&["id"], text, None);
        }
        check(&["[].id"], r#"{"id":1}"#, None);
        check(&["a.b"], r#"{"a":{"\ud800":1,"b":2}}"#, None);
    }

    #[test]
    fn depth_of_the_answer_does_not_matter() {
        let deep = format!(r#"{{"a":{}{},"id":1}}"#, "[".repeat(100_000), "]".repeat(100_000));
        check(&["id"], &deep, Some(r#"{"id":1}"#));
    }
}
