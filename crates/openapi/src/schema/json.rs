use crate::tree::{Node, Value};
use std::borrow::Cow;

/// A JSON value that borrows its texts from the documents, with references to components in place of copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json<'t> {
    Null,
    Bool(bool),
    Number(Cow<'t, str>),
    String(Cow<'t, str>),
    Array(Vec<Json<'t>>),
    Object(Members<'t>),
    /// The value of a `$ref`: a component, by its number.
    Component(usize),
}

/// The members of an object, in order, each key once.
pub(crate) type Members<'t> = Vec<(Cow<'t, str>, Json<'t>)>;

impl<'t> Json<'t> {
    pub(crate) fn string(text: impl Into<Cow<'t, str>>) -> Self {
        Self::String(text.into())
    }

    pub(crate) fn object<const N: usize>(members: [(&'static str, Json<'t>); N]) -> Self {
        Self::Object(members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect())
    }

    /// The schema that takes anything.
    pub(crate) fn any() -> Self {
        Self::Object(Vec::new())
    }

    /// A value of the document as it stands there: data, in which nothing is a reference.
    pub(crate) fn data(node: Node<'t>) -> Self {
        match node.value() {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(text) => Self::Number(Cow::Borrowed(text)),
            Value::String(text) => Self::String(Cow::Borrowed(text)),
            Value::Array => Self::Array(node.items().map(Self::data).collect()),
            Value::Object => Self::Object(
                node.members()
                    .map(|(key, value)| (Cow::Borrowed(key), Self::data(value)))
                    .collect(),
            ),
        }
    }

    pub(crate) fn members(&self) -> &[(Cow<'t, str>, Json<'t>)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Json<'t>> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(crate) fn items(&self) -> &[Json<'t>] {
        if let Self::Array(items) = self { items } else { &[] }
    }

    pub(crate) fn str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// Sets a member of an object; nothing happens to anything else.
    pub(crate) fn set(&mut self, key: &'static str, value: Json<'t>) {
        if let Self::Object(members) = self {
            match members.iter_mut().find(|(name, _)| name == key) {
                Some((_, old)) => *old = value,
                None => members.push((Cow::Borrowed(key), value)),
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Json<'t>> {
        let Self::Object(members) = self else { return None };
        let at = members.iter().position(|(name, _)| name == key)?;
        Some(members.remove(at).1)
    }

    /// Whether a schema says nothing that narrows.
    pub(crate) fn is_any(&self) -> bool {
        match self {
            Self::Bool(value) => *value,
            Self::Object(members) => members.iter().all(|(key, _)| is_annotation(key)),
            _ => false,
        }
    }

    /// The types that a schema names itself: none when it leaves them open.
    pub(crate) fn types(&self) -> Vec<&str> {
        match self.get("type") {
            Some(Json::String(one)) => vec![one],
            Some(Json::Array(many)) => many.iter().filter_map(Json::str).collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether a keyword tells a reader something and leaves validity alone.
pub(crate) fn is_annotation(keyword: &str) -> bool {
    matches!(keyword, "description" | "title" | "default" | "deprecated" | "examples" | "$comment")
}

/// Writes a string as JSON does.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        if escape.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"));
        } else {
            out.push_str(escape);
        }
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// Bytes of a string as JSON, nearly: what decides about sharing need not be exact.
pub(crate) fn string_bytes(text: &str) -> usize {
    text.len()
        + 2
        + text.bytes().filter(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')).count()
}
