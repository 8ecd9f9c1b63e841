use crate::Injected;
use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// Arguments that are no object, or name a member twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentsError {
    /// Something else than an object.
    #[error("the arguments must be a JSON object whose members are the tool's parameters")]
    NotAnObject,
    /// A member that is there twice.
    #[error("the argument {0:?} is given twice")]
    Duplicate(String),
}

/// The arguments of a call, borrowed from the request's bytes: members in order, values as raw JSON text.
#[derive(Clone, Debug, Default)]
pub struct Arguments<'a> {
    members: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Arguments<'a> {
    /// Reads the members of a JSON object. Empty text and `null` are no arguments.
    ///
    /// # Errors
    ///
    /// [`ArgumentsError`] when `text` is no JSON object, or has a member twice.
    pub fn parse(text: &'a str) -> Result<Self, ArgumentsError> {
        let text = text.trim_ascii();
        if text.is_empty() || text == "null" {
            return Ok(Self::default());
        }
        let members = object_members(text).ok_or(ArgumentsError::NotAnObject)?;
        if let Some(name) = duplicate(&members) {
            return Err(ArgumentsError::Duplicate(name.chars().take(80).collect()));
        }
        Ok(Self { members })
    }

    /// The raw JSON text of the argument of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.members.iter().find(|(member, _)| member == name).map(|(_, raw)| *raw)
    }

    /// The arguments with what a tool's settings do to them. Where they do nothing, nothing is copied.
    #[must_use]
    pub fn with(mut self, injected: &'a Injected) -> Self {
        if injected.is_empty() {
            return self;
        }
        self.members.retain(|(name, _)| !injected.withheld.iter().any(|one| one == name));
        for value in &injected.values {
            let raw = value.value.get();
            match self.members.iter_mut().find(|(name, _)| *name == value.argument) {
                Some((_, given)) if value.fixed => *given = raw,
                Some(_) => {}
                None => self.members.push((Cow::Borrowed(&value.argument), raw)),
            }
        }
        self
    }

    /// The arguments with one value more, or another one in its place.
    #[must_use]
    pub fn replaced<'b>(&'b self, name: &'b str, raw: &'b str) -> Arguments<'b> {
        let others = self.iter().filter(|(member, _)| *member != name);
        let mut members: Vec<_> =
            others.map(|(member, raw)| (Cow::Borrowed(member), raw)).collect();
        members.push((Cow::Borrowed(name), raw));
        Arguments { members }
    }

    /// The arguments less that of that name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.members.retain(|(member, _)| member != name);
        self
    }

    /// Every argument, in the order in which the caller wrote them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.members.iter().map(|(name, raw)| (name.as_ref(), *raw))
    }
}

fn duplicate<'m>(members: &'m [(Cow<'_, str>, &str)]) -> Option<&'m str> {
    if members.len() <= 16 {
        let mut rest = members;
        while let Some(((name, _), after)) = rest.split_first() {
            if after.iter().any(|(other, _)| other == name) {
                return Some(name);
            }
            rest = after;
        }
        return None;
    }
    let mut seen = std::collections::HashSet::with_capacity(members.len());
    members.iter().map(|(name, _)| name.as_ref()).find(|name| !seen.insert(*name))
}

/// The members of a JSON object in order, values as raw text; `None` when `text` is no JSON object.
pub(crate) fn object_members(text: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let mut members = Vec::with_capacity(8);
    each_member(text, |name, raw| members.push((name, raw)))?;
    Some(members)
}

/// Gives each member of a JSON object, without a list of all; `None` when `text` is no JSON object.
pub(crate) fn each_member<'a>(
    text: &'a str,
    each: impl FnMut(Cow<'a, str>, &'a str),
) -> Option<()> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_map(Members(each)).ok()?;
    deserializer.end().ok()
}

/// Gives each item of a JSON array, without a list of all; `None` when `text` is no JSON array.
pub(crate) fn each_item<'a>(text: &'a str, each: impl FnMut(&'a str)) -> Option<()> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_seq(Items(each)).ok()?;
    deserializer.end().ok()
}

struct Members<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de str)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(name)) = map.next_key()? {
            self.0(name, map.next_value::<&'de RawValue>()?.get());
        }
        Ok(())
    }
}

struct Items<F>(F);

impl<'de, F: FnMut(&'de str)> Visitor<'de> for Items<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<&'de RawValue>()? {
            self.0(item.get());
        }
        Ok(())
    }
}

/// A member's name, borrowed unless it has escapes. (`Cow` alone always copies.)
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::{Arguments, ArgumentsError};

    #[test]
    fn keeps_order_and_raw_text() {
        let arguments =
            Arguments::parse(r#" {"b": 12345678901234567890123, "a\u0062": [1.10, null]} "#)
                .unwrap();
        assert_eq!(
            arguments.iter().collect::<Vec<_>>(),
            [("b", "12345678901234567890123"), ("ab", "[1.10, null]")]
        );
        assert_eq!(arguments.get("ab"), Some("[1.10, null]"));
        assert_eq!(arguments.get("AB"), None);
    }

    #[test]
    fn absent_is_empty() {
        for text in ["", "  ", "null", "{}"] {
            assert_eq!(Arguments::parse(text).unwrap().iter().count(), 0, "{text:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_object() {
        for text in
            ["[]", "1", "\"{}\"", "{", "{}{}", "{\"a\":}", "{\"a\":1,}", "nul", "{\"\\ud800\":1}"]
        {
            assert_eq!(Arguments::parse(text).unwrap_err(), ArgumentsError::NotAnObject, "{text}");
        }
        let twice = |name: &str| ArgumentsError::Duplicate(name.to_owned());
        assert_eq!(Arguments::parse(r#"{"a":1,"\u0061":2}"#).unwrap_err(), twice("a"));
        let many = (0..40).map(|i| format!("\"k{}\":1", i % 39)).collect::<Vec<_>>().join(",");
        assert_eq!(Arguments::parse(&format!("{{{many}}}")).unwrap_err(), twice("k0"));
    }
}
