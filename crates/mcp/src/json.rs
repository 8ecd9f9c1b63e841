use crate::{scan::Scanner, text};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The text of one JSON value, borrowed from a body that passed the strict scanner: no white space around it,
/// no duplicate keys, no lone surrogates, bounded depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Json<'a>(&'a str);

/// The six kinds of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`.
    Object,
    /// `[…]`.
    Array,
    /// `"…"`.
    String,
    /// Any number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
}

impl<'a> Json<'a> {
    // Only the scanner makes one: that is what the type stands for.
    pub(crate) const fn scanned(text: &'a str) -> Self {
        Self(text)
    }

    /// The text, byte for byte as it was sent.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The string it stands for, if it is one. Borrowed unless it has escapes.
    #[must_use]
    pub fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        Some(text::unescape(inner))
    }

    /// The truth value it is, if it is one.
    #[must_use]
    pub fn bool(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Whether it is a number written without fraction or exponent.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.kind() == Kind::Number && !self.0.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'))
    }

    /// The member of that name, if it is an object that has one. Reads the text once more.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Json<'a>> {
        let mut found = None;
        if self.kind() == Kind::Object {
            Scanner::checked(self.0)
                .object(|scanner, key| {
                    let value = scanner.value()?;
                    if key == name {
                        found = Some(value);
                    }
                    Ok(())
                })
                .ok()?;
        }
        found
    }

    /// Its members in their order, if it is an object. Reads the text once more.
    pub(crate) fn entries(self) -> Vec<(String, Json<'a>)> {
        let mut entries = Vec::new();
        if self.kind() == Kind::Object {
            // What was scanned once does not fail.
            let _ = Scanner::checked(self.0).object(|scanner, key| {
                entries.push((key.to_owned(), scanner.value()?));
                Ok(())
            });
        }
        entries
    }

    /// Its items, if it is an array. Reads the text once more.
    pub(crate) fn items(self) -> Vec<Json<'a>> {
        let mut items = Vec::new();
        if self.kind() == Kind::Array {
            // What was scanned once does not fail.
            let _ = Scanner::checked(self.0).array(|scanner| {
                items.push(scanner.value()?);
                Ok(())
            });
        }
        items
    }

    /// The text as serde's borrowed form. Reads the text once more.
    ///
    /// # Errors
    ///
    /// Only when the scanner was given a depth beyond serde's own limit of 127.
    pub fn raw(self) -> Result<&'a RawValue, serde_json::Error> {
        serde_json::from_str(self.0)
    }
}
