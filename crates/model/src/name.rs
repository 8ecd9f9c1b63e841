use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, ops::Deref};

/// A name that breaks its kind's grammar.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{text:?} is no {kind}: use 1 to {max} of {alphabet}")]
pub struct NameError {
    kind: &'static str,
    text: String,
    max: usize,
    alphabet: &'static str,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident $kind:literal $max:literal $alphabet:literal $pattern:literal $allowed:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// The longest that one may be, in bytes.
            pub const MAX: usize = $max;

            /// Checks the grammar.
            ///
            /// # Errors
            ///
            /// [`NameError`] when `text` is empty, too long, or has a character that is not allowed.
            pub fn new(text: &str) -> Result<Self, NameError> {
                let allowed: fn(u8) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !text.bytes().all(allowed) {
                    let shown = text.chars().take(80).collect();
                    return Err(NameError { kind: $kind, text: shown, max: $max, alphabet: $alphabet });
                }
                Ok(Self(text.into()))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .min_length(Some(1))
                    .max_length(Some($max))
                    .pattern(Some($pattern))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

names! {
    /// The account's part of every URL of its managed servers.
    Alias "account alias" 64 "a–z, 0–9 and -" "^[a-z0-9-]+$" |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    /// The server's part of its URL: one segment.
    Slug "server name" 128 "A–Z, a–z, 0–9, _ and -" "^[A-Za-z0-9_-]+$" |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    /// An app's key within its account.
    AppKey "app key" 64 "a–z, 0–9, _ and -" "^[a-z0-9_-]+$" |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    /// What an account calls one of its customers: the id of its own product, or an e-mail address.
    CustomerKey "customer key" 255 "letters, digits and punctuation of ASCII" "^[!-~]+$" |b| b.is_ascii_graphic();
    /// A tool's name. MCP allows 128 characters; clients break above 64.
    ToolName "tool name" 64 "A–Z, a–z, 0–9, _, - and ." "^[A-Za-z0-9_.-]+$" |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    /// A prompt's name, unique among the prompts of its server.
    PromptName "prompt name" 64 "A–Z, a–z, 0–9, _, - and ." "^[A-Za-z0-9_.-]+$" |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    /// The name of a resource or of a resource template, unique among those of its kind on its server.
    ResourceName "resource name" 64 "A–Z, a–z, 0–9, _, - and ." "^[A-Za-z0-9_.-]+$" |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
}

#[cfg(test)]
mod tests {
    use super::{Alias, Slug, ToolName};

    #[test]
    fn grammar() {
        assert!(Alias::new("acme-2").is_ok());
        assert!(ToolName::new("repos.get_a-b").is_ok());
        for bad in ["", "Acme", "a/b", "a b", "é", &"a".repeat(65)] {
            assert!(Alias::new(bad).is_err(), "{bad}");
        }
        for bad in ["", "a.b", "a/b", "..", "a%2f"] {
            assert!(Slug::new(bad).is_err(), "{bad}");
        }
        assert!(ToolName::new(&"a".repeat(65)).is_err());
    }
}
