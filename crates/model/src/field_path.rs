use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Text that is no path of fields.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldPathError {
    /// More text or more steps than a path has.
    #[error("a path has at most {} bytes and {} steps", FieldPath::MAX_BYTES, FieldPath::MAX_STEPS)]
    TooLong,
    /// A member without a name.
    #[error(
        "{0:?} is no path of fields: a name is missing; write such as owner.login or items[].id"
    )]
    NoName(String),
    /// Brackets that hold something else than nothing or a number, or do not close.
    #[error(
        "{0:?} is no path of fields: write [] for every item of a list, [3] for one, and \\[ for a bracket in a name"
    )]
    Bracket(String),
}

/// A place in a JSON value, such as `owner.login`, `items[].id` or `[0].name`.
///
/// ```text
/// path   = "" | first { "." member | item }     the empty path is the whole value
/// first  = member | item
/// member = one or more characters; \ before . [ ] and \ takes them as they are
/// item   = "[]" | "[" digits "]"                every item of a list, or one, counted from 0
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath {
    steps: Vec<FieldStep>,
}

/// One step of a [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldStep {
    /// A member of an object.
    Member(String),
    /// Every item of a list.
    Items,
    /// One item of a list, from 0.
    Item(usize),
}

impl FieldPath {
    /// The longest text of a path.
    pub const MAX_BYTES: usize = 512;
    /// The most steps of a path.
    pub const MAX_STEPS: usize = 32;

    /// The steps from the root; none when the path is the whole value.
    #[must_use]
    pub fn steps(&self) -> &[FieldStep] {
        &self.steps
    }

    /// Whether the path is the whole value.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// What is there in a value; `None` where nothing is, and for a path of more than one place.
    #[must_use]
    pub fn find<'v>(&self, value: &'v serde_json::Value) -> Option<&'v serde_json::Value> {
        self.steps.iter().try_fold(value, |value, step| match step {
            FieldStep::Member(name) => value.as_object()?.get(name),
            FieldStep::Item(item) => value.as_array()?.get(*item),
            FieldStep::Items => None,
        })
    }

    /// The names of the steps, when every step is a member.
    #[must_use]
    pub fn members(&self) -> Option<Vec<&str>> {
        self.steps
            .iter()
            .map(|step| match step {
                FieldStep::Member(name) => Some(name.as_str()),
                FieldStep::Items | FieldStep::Item(_) => None,
            })
            .collect()
    }
}

impl FromIterator<FieldStep> for FieldPath {
    fn from_iter<I: IntoIterator<Item = FieldStep>>(steps: I) -> Self {
        Self { steps: steps.into_iter().collect() }
    }
}

impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, FieldPathError> {
        if text.len() > Self::MAX_BYTES {
            return Err(FieldPathError::TooLong);
        }
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let bracket = || FieldPathError::Bracket(text.to_owned());
                let (index, after) = inner.split_once(']').ok_or_else(bracket)?;
                steps.push(if index.is_empty() {
                    FieldStep::Items
                } else if index.bytes().all(|b| b.is_ascii_digit()) {
                    FieldStep::Item(index.parse().map_err(|_| bracket())?)
                } else {
                    return Err(bracket());
                });
                rest = after;
            } else {
                let (name, after) =
                    member(rest).ok_or_else(|| FieldPathError::Bracket(text.to_owned()))?;
                if name.is_empty() {
                    return Err(FieldPathError::NoName(text.to_owned()));
                }
                steps.push(FieldStep::Member(name));
                rest = after;
            }
            if let Some(after) = rest.strip_prefix('.') {
                if after.is_empty() || after.starts_with('[') {
                    return Err(FieldPathError::NoName(text.to_owned()));
                }
                rest = after;
            } else if !rest.is_empty() && !rest.starts_with('[') {
                return Err(FieldPathError::Bracket(text.to_owned()));
            }
        }
        if steps.len() > Self::MAX_STEPS {
            return Err(FieldPathError::TooLong);
        }
        Ok(Self { steps })
    }
}

/// The name at the start of `text`, and what follows it; `None` at a bracket that opens nothing.
fn member(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text.chars();
    loop {
        let before = rest.as_str();
        match rest.next() {
            None | Some('.' | '[') => return Some((name, before)),
            Some(']') => return None,
            Some('\\') => name.push(rest.next()?),
            Some(c) => name.push(c),
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                FieldStep::Items => f.write_str("[]")?,
                FieldStep::Item(item) => write!(f, "[{item}]")?,
                FieldStep::Member(name) => {
                    f.write_str(if index > 0 { "." } else { "" })?;
                    for c in name.chars() {
                        f.write_str(if matches!(c, '.' | '[' | ']' | '\\') { "\\" } else { "" })?;
                        write!(f, "{c}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl utoipa::PartialSchema for FieldPath {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .max_length(Some(Self::MAX_BYTES))
            .into()
    }
}

impl utoipa::ToSchema for FieldPath {}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        FieldPath,
        FieldStep::{self, Item, Items},
    };

    fn member(name: &str) -> FieldStep {
        FieldStep::Member(name.to_owned())
    }

    #[test]
    fn grammar() {
        for (text, expected) in [
            ("", vec![]),
            ("id", vec![member("id")]),
            ("owner.login", vec![member("owner"), member("login")]),
            ("items[].id", vec![member("items"), Items, member("id")]),
            ("[].id", vec![Items, member("id")]),
            ("[][]", vec![Items, Items]),
            ("a[12].b", vec![member("a"), Item(12), member("b")]),
            (r"@odata\.count", vec![member("@odata.count")]),
            (r"a\[\]\\.b c", vec![member("a[]\\"), member("b c")]),
            ("é.😀", vec![member("é"), member("😀")]),
        ] {
            let path: FieldPath = text.parse().expect(text);
            assert_eq!(path.steps(), expected, "{text}");
            assert_eq!(path.to_string(), text);
        }
        let value = serde_json::json!({"a": [{"b.c": 1}], "": 2});
        for (text, expected) in
            [(r"a[0].b\.c", Some("1")), ("a[1]", None), ("a[]", None), ("a.b", None), ("b", None)]
        {
            let found = text.parse::<FieldPath>().unwrap().find(&value).map(ToString::to_string);
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        for bad in [
            ".",
            "a.",
            ".a",
            "a..b",
            "a.[]",
            "[",
            "a[",
            "a]",
            "a[x]",
            "a[-1]",
            "a[1",
            "a[]b",
            "a\\",
            "a[99999999999999999999999]",
        ] {
            assert!(bad.parse::<FieldPath>().is_err(), "{bad}");
        }
        assert!("a.".repeat(40).trim_end_matches('.').parse::<FieldPath>().is_err());
        assert!("a".repeat(513).parse::<FieldPath>().is_err());
    }
}
