use crate::arguments::{each_item, each_member};
use std::borrow::Cow;

/// Levels that a tree may have: serde_json's own limit, which many readers share.
const MAX_DEPTH: usize = 127;

/// A JSON value whose numbers, strings and words are kept as they are written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    /// The text of anything but an array or an object.
    Scalar(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    /// Members in order.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a text; `None` when it is no JSON, has lone surrogates in names, or nests too deeply.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        Self::parse_within(text.trim_ascii(), MAX_DEPTH)
    }

    fn parse_within(text: &'a str, levels: usize) -> Option<Self> {
        if !text.starts_with(['{', '[']) {
            serde_json::from_str::<&serde_json::value::RawValue>(text).ok()?;
            return Some(Self::Scalar(Cow::Borrowed(text)));
        }
        let levels = levels.checked_sub(1)?;
        let mut whole = true;
        let made = if text.starts_with('{') {
            let mut members = Vec::new();
            each_member(text, |name, raw| match Self::parse_within(raw, levels) {
                Some(value) if whole => members.push((name, value)),
                Some(_) | None => whole = false,
            })?;
            Self::Object(members)
        } else {
            let mut items = Vec::new();
            each_item(text, |raw| match Self::parse_within(raw, levels) {
                Some(value) if whole => items.push(value),
                Some(_) | None => whole = false,
            })?;
            Self::Array(items)
        };
        whole.then_some(made)
    }

    /// A string.
    pub(crate) fn string(text: &str) -> Self {
        Self::Scalar(Cow::Owned(quoted(text)))
    }

    /// The schema that takes anything.
    pub(crate) fn any() -> Self {
        Self::Object(Vec::new())
    }

    /// The members of an object; none of anything else.
    pub(crate) fn members(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    /// The items of an array; none of anything else.
    pub(crate) fn items(&self) -> &[Json<'a>] {
        if let Self::Array(items) = self { items } else { &[] }
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.members().iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The member of that name, to be changed.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Json<'a>> {
        let Self::Object(members) = self else { return None };
        members.iter_mut().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// Sets a member of an object where it stands, or at the end. Nothing happens to anything else.
    pub(crate) fn set(&mut self, name: &'static str, value: Json<'a>) {
        if let Some(old) = self.get_mut(name) {
            *old = value;
        } else if let Self::Object(members) = self {
            members.push((Cow::Borrowed(name), value));
        }
    }

    /// Takes a member out.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Json<'a>> {
        let Self::Object(members) = self else { return None };
        let at = members.iter().position(|(member, _)| member == name)?;
        Some(members.remove(at).1)
    }

    /// The text of a scalar, as it is written.
    pub(crate) fn scalar(&self) -> Option<&str> {
        if let Self::Scalar(text) = self { Some(text) } else { None }
    }

    /// The value of a string.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        let raw = self.scalar().filter(|raw| raw.starts_with('"'))?;
        match raw[1..raw.len() - 1].contains('\\') {
            false => Some(Cow::Borrowed(&raw[1..raw.len() - 1])),
            true => serde_json::from_str(raw).ok().map(Cow::Owned),
        }
    }

    /// The types that a schema names itself: none when it leaves them open.
    pub(crate) fn types(&self) -> Vec<Cow<'_, str>> {
        match self.get("type") {
            Some(Json::Array(many)) => many.iter().filter_map(Json::text).collect(),
            Some(one) => one.text().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Its text, without white space between tokens.
    pub(crate) fn write(&self) -> String {
        let mut out = String::new();
        self.push(&mut out);
        out
    }

    fn push(&self, out: &mut String) {
        match self {
            Self::Scalar(text) => out.push_str(text),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    item.push(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    push_quoted(name, out);
                    out.push(':');
                    value.push(out);
                }
                out.push('}');
            }
        }
    }
}

/// A string as JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text is always JSON")
}

/// Appends a string as JSON; most names need no escape.
pub(crate) fn push_quoted(text: &str, out: &mut String) {
    if text.bytes().all(|b| b >= b' ' && !matches!(b, b'"' | b'\\')) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&quoted(text));
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn scalars_stay_as_they_are_written() {
        for text in [
            "12345678901234567890123",
            r#"{"a":1.10,"b":["\u00e9",null,true],"c\"\n":{}}"#,
            "[]",
            r#"{"a":1,"a":2}"#,
        ] {
            assert_eq!(Json::parse(text).expect(text).write(), text);
        }
        assert_eq!(Json::parse(" { \"a\" : [ 1 ] } ").unwrap().write(), r#"{"a":[1]}"#);
        for bad in ["", "{", "[1,]", "{\"a\":nul}", "1 2", "{\"\\ud800\":1}"] {
            assert_eq!(Json::parse(bad), None, "{bad}");
        }
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Json::parse(&deep(127)).is_some());
        assert_eq!(Json::parse(&deep(128)), None);
    }
}
