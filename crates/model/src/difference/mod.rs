//! What differs between two sets of actions, in words: for a re-import, and for the tools of two versions of a server.

mod arguments;
mod output;
mod request;

use crate::{Action, Annotations};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// Characters of a value that a sentence shows.
const MAX_SHOWN: usize = 80;

/// What differs between two sets of actions. Names that differ are different actions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Names that are new, in their new order.
    pub added: Vec<String>,
    /// Names whose action is another one now, in their new order.
    pub changed: Vec<ChangedAction>,
    /// Names that are gone, in their old order.
    pub removed: Vec<String>,
    /// How many are the same.
    pub unchanged: usize,
}

impl Difference {
    /// Whether both sets are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// Whether a caller that got along with the old set may fail with the new one.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        !self.removed.is_empty() || self.changed.iter().any(ChangedAction::is_breaking)
    }
}

/// An action that is another one now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangedAction {
    /// Its name.
    pub name: String,
    /// What changed; never empty.
    pub changes: Vec<Change>,
}

impl ChangedAction {
    /// Whether a caller that got along with the old one may fail with the new one.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(|change| change.breaking)
    }
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ActionChange)]
pub struct Change {
    /// What part of the action it is.
    pub part: ChangedPart,
    /// The argument, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub argument: Option<String>,
    /// For people, such as `the argument owner is required now`.
    pub text: String,
    /// Whether a caller that got along before may fail now.
    pub breaking: bool,
}

/// A part of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangedPart {
    /// Method, path, server, media types, and how arguments are sent.
    Request,
    /// The credentials that it asks for.
    Security,
    /// One argument.
    Argument,
    /// The structured result.
    Output,
    /// Hints for clients.
    Annotations,
    /// Texts and tags.
    Text,
}

/// What differs between `old` and `new`, each a name and the action that has it.
#[must_use]
pub fn difference<'a>(
    old: impl IntoIterator<Item = (&'a str, &'a Action)>,
    new: impl IntoIterator<Item = (&'a str, &'a Action)>,
) -> Difference {
    let old: Vec<(&str, &Action)> = old.into_iter().collect();
    let mut before: HashMap<&str, &Action> = old.iter().copied().collect();
    let mut made = Difference::default();
    for (name, action) in new {
        match before.remove(name) {
            None => made.added.push(name.to_owned()),
            Some(same) if same == action => made.unchanged += 1,
            Some(other) => made
                .changed
                .push(ChangedAction { name: name.to_owned(), changes: changes(other, action) }),
        }
    }
    let gone = old.iter().filter(|(name, _)| before.contains_key(name));
    made.removed.extend(gone.map(|(name, _)| (*name).to_owned()));
    made
}

/// Everything that differs between two actions; nothing when they are the same.
#[must_use]
pub fn changes(old: &Action, new: &Action) -> Vec<Change> {
    let mut made = Changes(Vec::new());
    request::compare(&old.call, &new.call, &mut made);
    if old.scopes != new.scopes {
        made.add(ChangedPart::Security, "the scopes that it needs change".to_owned(), false);
    }
    arguments::compare(old, new, &mut made);
    output::compare(old.output_schema.as_ref(), new.output_schema.as_ref(), &mut made);
    compare_annotations(old.annotations, new.annotations, &mut made);
    compare_texts(old, new, &mut made);
    if made.0.is_empty() && old != new {
        made.add(ChangedPart::Text, "its place in the description changes".to_owned(), false);
    }
    made.0
}

/// The changes as they are found.
struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, part: ChangedPart, text: String, breaking: bool) {
        self.0.push(Change { part, argument: None, text, breaking });
    }

    fn add_argument(&mut self, argument: &str, what: &str, breaking: bool) {
        self.0.push(Change {
            part: ChangedPart::Argument,
            argument: Some(argument.to_owned()),
            text: format!("the argument {argument} {what}"),
            breaking,
        });
    }
}

fn compare_annotations(old: Annotations, new: Annotations, made: &mut Changes) {
    for (name, before, after) in [
        ("read-only", old.read_only, new.read_only),
        ("destructive", old.destructive, new.destructive),
        ("idempotent", old.idempotent, new.idempotent),
        ("open-world", old.open_world, new.open_world),
    ] {
        if before != after {
            let not = if after { "" } else { "not " };
            made.add(ChangedPart::Annotations, format!("it is said to be {not}{name} now"), false);
        }
    }
}

fn compare_texts(old: &Action, new: &Action, made: &mut Changes) {
    let mut text = |text: String| made.add(ChangedPart::Text, text, false);
    if old.title != new.title {
        text("its title changes".to_owned());
    }
    if old.description != new.description {
        text("its description changes".to_owned());
    }
    if old.tags != new.tags {
        text("its tags change".to_owned());
    }
    if old.deprecated != new.deprecated {
        let no_longer = if new.deprecated { "" } else { "no longer " };
        text(format!("it is {no_longer}deprecated"));
    }
}

/// A value for a sentence.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(MAX_SHOWN).collect();
    if text.chars().count() > MAX_SHOWN {
        short.push('…');
    }
    short
}

/// Names for a sentence.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    shown(&names.into_iter().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Change, changes, difference};
    use crate::{
        Action, Annotations, HttpCall, Parameter, ParameterEncoding, PathPart, Place, RawJson,
        Source, Style,
    };

    fn action() -> Action {
        let parameter = |name: &str, place| Parameter {
            argument: name.to_owned(),
            name: name.to_owned(),
            place,
            encoding: ParameterEncoding::Style {
                style: Style::Form,
                explode: true,
                allow_reserved: false,
            },
            required: false,
        };
        Action {
            name: "a".to_owned(),
            title: None,
            description: "Does.".to_owned(),
            input_schema: raw(
                r##"{"type":"object","properties":{"id":{"type":"integer","description":"Which."},"mode":{"enum":["x","y"],"default":"x"},"filter":{"$ref":"#/$defs/f"}},"required":["id"],"$defs":{"f":{"type":"string"}}}"##,
            ),
            output_schema: Some(raw(r#"{"type":"object","properties":{"id":{},"name":{}}}"#)),
            annotations: Annotations {
                read_only: true,
                destructive: false,
                idempotent: true,
                open_world: true,
            },
            call: HttpCall {
                method: "GET".to_owned(),
                server: None,
                path: vec![PathPart::Literal("/a/".to_owned()), PathPart::Parameter(0)],
                parameters: vec![parameter("id", Place::Path), parameter("mode", Place::Query)],
                body: None,
                accept: "application/json".to_owned(),
                headers: Vec::new(),
                answer: crate::AnswerRules::default(),
                security: vec![vec!["key".to_owned()]],
            },
            tags: Vec::new(),
            deprecated: false,
            scopes: Vec::new(),
            source: Source {
                path: "/a/{id}".to_owned(),
                operation_id: None,
                pointer: "#".to_owned(),
            },
        }
    }

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text.to_owned()).expect(text)
    }

    fn check(change: impl FnOnce(&mut Action), expected: &[(&str, bool)]) {
        let mut new = action();
        change(&mut new);
        let found = changes(&action(), &new);
        let found: Vec<_> =
            found.iter().map(|Change { text, breaking, .. }| (text.as_str(), *breaking)).collect();
        assert_eq!(found, expected);
    }

    /// The input schema with one piece of its text replaced.
    fn input(from: &str, to: &str) -> impl FnOnce(&mut Action) {
        let (from, to) = (from.to_owned(), to.to_owned());
        move |action| {
            let text = action.input_schema.get();
            assert!(text.contains(&from), "{from}");
            action.input_schema = raw(&text.replace(&from, &to));
        }
    }

    #[test]
    fn requests() {
        check(|_| {}, &[]);
        check(
            |new| new.call.method = "POST".to_owned(),
            &[("the method changes from GET to POST, which may change things", true)],
        );
        check(
            |new| new.call.path[0] = PathPart::Literal("/b/".to_owned()),
            &[("the path changes from /a/{id} to /b/{id}", false)],
        );
        check(
            |new| new.call.server = Some("https://b.example".to_owned()),
            &[("it is sent to https://b.example instead of the app's base URL", false)],
        );
        check(
            |new| new.call.parameters[1].place = Place::Header,
            &[("the argument mode is sent in another way", false)],
        );
        check(
            |new| new.call.security.clear(),
            &[("the credentials that it asks for change", false)],
        );
        check(
            |new| {
                let (name, value) = ("X-Version".to_owned(), "2".to_owned());
                new.call.headers.push(crate::FixedHeader { name, value });
            },
            &[("the headers that every request has change", false)],
        );
        check(
            |new| new.call.answer.fields.push("id".parse().unwrap()),
            &[("its answers are read in another way", false)],
        );
        check(
            |new| new.scopes.push("read".to_owned()),
            &[("the scopes that it needs change", false)],
        );
        check(
            |new| new.call.accept = "*/*".to_owned(),
            &[("the media types that it asks for change", false)],
        );
        check(
            |new| new.source.pointer = "#/x".to_owned(),
            &[("its place in the description changes", false)],
        );
    }

    #[test]
    fn arguments() {
        check(input(r#""mode":"#, r#""more":{},"mode":"#), &[("the argument more is new", false)]);
        check(
            input(r#""id":{"type":"integer","description":"Which."},"#, ""),
            &[("the argument id is gone", true)],
        );
        check(
            input(r#"["id"]"#, r#"["id","mode"]"#),
            &[("the argument mode is required now", true)],
        );
        check(
            input(r#""required":["id"],"#, ""),
            &[("the argument id is no longer required", false)],
        );
        check(
            |new| {
                input(r#""mode":"#, r#""more":{},"mode":"#)(new);
                input(r#"["id"]"#, r#"["id","more"]"#)(new);
            },
            &[("the argument more is new and required", true)],
        );
        check(
            input(r#""type":"integer""#, r#""type":["integer","null"]"#),
            &[("the argument id takes an integer or null instead of an integer", false)],
        );
        check(
            input(r#""type":"integer""#, r#""type":"string""#),
            &[("the argument id takes a string instead of an integer", true)],
        );
        check(
            input(r#"["x","y"]"#, r#"["x","z"]"#),
            &[
                ("the argument mode no longer takes \"y\"", true),
                ("the argument mode takes \"z\" too", false),
            ],
        );
        check(
            input(r#""type":"integer""#, r#""type":"integer","minimum":12345678901234567890123"#),
            &[("the argument id takes other values", true)],
        );
        check(
            input(r#""default":"x""#, r#""default":"y""#),
            &[("the argument mode has another default", false)],
        );
        check(input("Which.", "Which one."), &[("the argument id has another description", false)]);
        check(
            input(r#"{"f":{"type":"string"}}"#, r#"{"f":{"type":"string","maxLength":3}}"#),
            &[("the argument filter takes other values", true)],
        );
        check(
            input(r#"{"f":{"type":"string"}}"#, r#"{"f":{"type":"number"}}"#),
            &[("the argument filter takes a number instead of a string", true)],
        );
    }

    #[test]
    fn results_and_texts() {
        let output =
            |text: &'static str| move |new: &mut Action| new.output_schema = Some(raw(text));
        check(|new| new.output_schema = None, &[("the result has no schema any more", true)]);
        check(
            output(r#"{"type":"object","properties":{"id":{},"extra":{}}}"#),
            &[("the result no longer has name", true), ("the result has extra too", false)],
        );
        check(
            output(r#"{"type":"object","properties":{"id":{"type":"string"},"name":{}}}"#),
            &[("the result has another schema for id", true)],
        );
        check(
            output(r#"{"type":"object","properties":{"id":{},"name":{}},"required":["id"]}"#),
            &[("the result's schema changes", false)],
        );
        check(
            |new| {
                new.title = Some("T".to_owned());
                new.description.push('!');
                new.deprecated = true;
                new.annotations.destructive = true;
            },
            &[
                ("it is said to be destructive now", false),
                ("its title changes", false),
                ("its description changes", false),
                ("it is deprecated", false),
            ],
        );
    }

    #[test]
    fn sets() {
        let (same, mut other) = (action(), action());
        other.deprecated = true;
        let old = [("a", &same), ("b", &same), ("c", &same)];
        let made = difference(old, [("d", &same), ("c", &other), ("a", &same)]);
        assert_eq!(
            (made.added, made.removed, made.unchanged),
            (vec!["d".into()], vec!["b".into()], 1)
        );
        assert_eq!((made.changed.len(), made.changed[0].name.as_str()), (1, "c"));
        assert!(difference(old, old).is_empty());
        assert!(!difference([], old).is_breaking() && difference(old, []).is_breaking());
    }
}
