use super::{CredentialSender, is_name, refuse};
use crate::{FieldPath, SettingsError, tool_settings::text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that a connection says beside its credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionField {
    /// Its name: 1 to 64 of a–z, 0–9 and `_`. URLs hold it in braces.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_]+$")]
    pub name: String,
    /// What a connect page calls it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What it is, and where to find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub description: Option<String>,
    /// A value as it could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub example: Option<String>,
    /// The value when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub default: Option<String>,
    /// Whether it is kept like a credential, and never shown again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// What its value must look like.
    #[serde(default)]
    pub format: FieldFormat,
    /// The domains that hosts and URLs are in or below; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub under: Vec<String>,
    /// Where the value comes from.
    #[serde(default)]
    pub source: FieldSource,
    /// Where it is sent with every call; nowhere but in URLs that name it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<CredentialSender>,
}

/// What the value of a field looks like. What stands in a URL cannot end its host, whatever somebody enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldFormat {
    /// One label of a host name, or one segment of a path: 1 to 63 of A–Z, a–z, 0–9, `_` and `-`.
    #[default]
    Label,
    /// A host name.
    Host,
    /// `https://` and a host name, and nothing behind it.
    Origin,
    /// Any text that can be seen. It stands in no URL.
    Text,
}

/// Where the value of a field comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldSource {
    /// Whoever connects enters it.
    #[default]
    Asked,
    /// A member of the token endpoint's answer, such as `instance_url`.
    TokenAnswer(FieldPath),
    /// A request that is made with the new credential.
    Lookup(FieldLookup),
}

/// A request whose answer has the value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldLookup {
    /// What is asked with GET.
    #[schema(min_length = 1, max_length = 2000)]
    pub url: String,
    /// Where the answer has it, such as `[0].id`.
    pub value: FieldPath,
}

/// A URL with fields that could not be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// Braces that do not close.
    #[error("the URL has a {{ without its }}")]
    Braces,
    /// No value for a field.
    #[error("{0}: a value is needed: it is a part of the URL")]
    Missing(String),
    /// A value of another format.
    #[error("{field}: {expected}")]
    Value {
        /// The field.
        field: String,
        /// What is accepted.
        expected: String,
    },
}

impl ConnectionField {
    /// Checks a value that somebody entered or a server answered.
    ///
    /// # Errors
    ///
    /// [`FieldError::Value`], which does not quote it.
    pub fn check_value(&self, value: &str) -> Result<(), FieldError> {
        let (fits, expected) = match self.format {
            FieldFormat::Label => {
                (is_label(value), "expected 1 to 63 letters, digits, _ and -".to_owned())
            }
            FieldFormat::Host => (
                is_host(value) && self.is_under(value),
                format!("expected a host name{}", self.domains()),
            ),
            FieldFormat::Origin => (
                value
                    .strip_prefix("https://")
                    .is_some_and(|host| is_host(host) && self.is_under(host)),
                format!("expected https:// and a host name{}", self.domains()),
            ),
            FieldFormat::Text => (
                (1..=2_000).contains(&value.len()) && !value.contains(char::is_control),
                "expected 1 to 2000 characters that can be seen".to_owned(),
            ),
        };
        if fits { Ok(()) } else { Err(FieldError::Value { field: self.name.clone(), expected }) }
    }

    fn is_under(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let below = |domain: &String| {
            host.strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.under.is_empty() || self.under.iter().any(below)
    }

    fn domains(&self) -> String {
        if self.under.is_empty() { String::new() } else { format!(" of {}", self.under.join(", ")) }
    }

    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if !is_name(&self.name) || self.name.contains('-') {
            return refuse(
                "name",
                format!("{:?} is no name: use 1 to 64 of a–z, 0–9 and _", self.name),
            );
        }
        text("title", Some(&self.title), 200)?;
        text("description", self.description.as_deref(), 500)?;
        for (member, value) in [("default", &self.default), ("example", &self.example)] {
            if let Some(Err(error)) = value.as_ref().map(|value| self.check_value(value)) {
                return refuse(member, format!("does not fit the field's format: {error}"));
            }
        }
        if let Some(domain) =
            self.under.iter().find(|domain| !is_host(domain) || domain.contains(char::is_uppercase))
        {
            return refuse("under", format!("has {domain:?}, which is no domain"));
        }
        if self.secret && self.format != FieldFormat::Text {
            return refuse(
                "secret",
                "is for fields of the format text alone: URLs are written down".to_owned(),
            );
        }
        self.send
            .as_ref()
            .map_or(Ok(()), |sender| sender.check().map_err(|error| error.within("send")))
    }
}

/// A value of the field's format, to check URLs with.
pub(super) fn example_value(field: &ConnectionField) -> String {
    let domain = field.under.first().map_or("example.com", String::as_str);
    match field.format {
        FieldFormat::Label | FieldFormat::Text => "x".to_owned(),
        FieldFormat::Host => format!("x.{domain}"),
        FieldFormat::Origin => format!("https://x.{domain}"),
    }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// A name rather than an address, since nothing that a definition means has an address alone.
pub(super) fn is_host(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text
            .split('.')
            .all(|label| is_label(label) && !label.starts_with('-') && !label.ends_with('-'))
        && last.bytes().any(|b| b.is_ascii_alphabetic())
}
