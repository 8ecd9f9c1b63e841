use crate::{
    MAX_DESCRIPTION_CHARS, MAX_TITLE_CHARS, ResourceName, SettingsError, tool_settings::text,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Bytes of one stored text or file.
pub const MAX_RESOURCE_BYTES: usize = 1 << 20;
/// Bytes of a resource's URI, and of a template of one.
pub const MAX_RESOURCE_URI_BYTES: usize = 2_000;
/// Characters of a media type.
pub const MAX_MIME_TYPE_CHARS: usize = 127;
/// Variables of one URI template.
pub const MAX_TEMPLATE_VARIABLES: usize = 16;

/// A stored text or file that clients can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Unique among the resources of its server.
    pub name: ResourceName,
    /// What clients read it by, such as `docs://handbook`; unique on the server.
    #[schema(min_length = 3, max_length = 2000)]
    pub uri: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 8000)]
    pub description: Option<String>,
    /// Its media type, such as `text/markdown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 3, max_length = 127, pattern = "^[!-.0-~]+/[ -~]+$")]
    pub mime_type: Option<String>,
    /// What it holds.
    pub content: ResourceContent,
}

/// What a stored resource holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceContent {
    /// Text, of at most 1 MiB.
    Text(String),
    /// At most 1 MiB of bytes, in standard base64 with its padding.
    Base64(String),
}

/// A family of resources that are read by a read-only action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceTemplate {
    /// Unique among the resource templates of its server.
    pub name: ResourceName,
    /// A URI with variables, such as `crm://contacts/{id}`. `{id}` is one segment; `{?limit,offset}` at the end is a query.
    #[schema(min_length = 3, max_length = 2000)]
    pub uri_template: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// What its resources are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 8000)]
    pub description: Option<String>,
    /// The media type of every one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 3, max_length = 127, pattern = "^[!-.0-~]+/[ -~]+$")]
    pub mime_type: Option<String>,
    /// The argument of the action that each variable gives, by the variable's name. A variable that is not here gives the
    /// argument of its own name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, String>,
}

impl Resource {
    /// Checks lengths and that the content is what it says. The URI's grammar is MCP's, and is checked there.
    ///
    /// # Errors
    ///
    /// The first member that breaks a rule.
    pub fn check(&self) -> Result<(), SettingsError> {
        texts(self.title.as_deref(), self.description.as_deref(), self.mime_type.as_deref())?;
        length("uri", &self.uri)?;
        let refuse = |field: &str, problem: String| {
            Err(SettingsError { field: format!("content.{field}"), problem })
        };
        let too_large = || format!("has more than {MAX_RESOURCE_BYTES} bytes");
        match &self.content {
            ResourceContent::Text(text) if text.len() > MAX_RESOURCE_BYTES => {
                refuse("text", too_large())
            }
            ResourceContent::Text(_) => Ok(()),
            ResourceContent::Base64(text) => match STANDARD.decode(text) {
                Ok(bytes) if bytes.len() > MAX_RESOURCE_BYTES => refuse("base64", too_large()),
                Ok(_) => Ok(()),
                Err(_) => refuse("base64", "is no standard base64 with its padding".into()),
            },
        }
    }
}

impl ResourceContent {
    /// How many bytes it is.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Base64(text) => {
                let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
                (text.len() / 4 * 3).saturating_sub(padding)
            }
        }
    }
}

impl ResourceTemplate {
    /// Checks lengths. The grammar of the URI template is MCP's, and is checked there, as the variables are.
    ///
    /// # Errors
    ///
    /// The first member that breaks a rule.
    pub fn check(&self) -> Result<(), SettingsError> {
        texts(self.title.as_deref(), self.description.as_deref(), self.mime_type.as_deref())?;
        length("uri_template", &self.uri_template)?;
        if self.arguments.len() > MAX_TEMPLATE_VARIABLES {
            let problem = format!("has more than {MAX_TEMPLATE_VARIABLES} members");
            return Err(SettingsError { field: "arguments".into(), problem });
        }
        Ok(())
    }

    /// The argument that a variable gives.
    #[must_use]
    pub fn argument<'a>(&'a self, variable: &'a str) -> &'a str {
        self.arguments.get(variable).map_or(variable, String::as_str)
    }
}

fn texts(
    title: Option<&str>,
    description: Option<&str>,
    mime_type: Option<&str>,
) -> Result<(), SettingsError> {
    text("title", title, MAX_TITLE_CHARS)?;
    text("description", description, MAX_DESCRIPTION_CHARS)?;
    let Some(mime_type) = mime_type else { return Ok(()) };
    let plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    let fits = mime_type.len() <= MAX_MIME_TYPE_CHARS
        && mime_type.split_once('/').is_some_and(|(kind, rest)| {
            let named = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_graphic());
            named && !rest.is_empty() && rest.bytes().all(plain)
        });
    if fits {
        return Ok(());
    }
    let problem = "is no media type: write one such as text/markdown".into();
    Err(SettingsError { field: "mime_type".into(), problem })
}

fn length(field: &str, uri: &str) -> Result<(), SettingsError> {
    if uri.len() <= MAX_RESOURCE_URI_BYTES {
        return Ok(());
    }
    let problem = format!("has more than {MAX_RESOURCE_URI_BYTES} bytes");
    Err(SettingsError { field: field.to_owned(), problem })
}

#[cfg(test)]
mod tests {
    use super::{MAX_RESOURCE_BYTES, Resource, ResourceContent, ResourceTemplate};

    fn check(member: &str, field: Option<&str>) {
        let text = format!(r#"{{"name":"a","uri":"docs://a",{member}}}"#);
        let resource: Resource = serde_json::from_str(&text).expect(&text);
        assert_eq!(resource.check().err().map(|error| error.field).as_deref(), field, "{text}");
    }

    #[test]
    fn rules() {
        check(r#""content":{"text":""}"#, None);
        check(r#""content":{"base64":"aGk="}"#, None);
        check(r#""content":{"base64":"aGk"}"#, Some("content.base64"));
        check(r#""content":{"base64":"a-_="}"#, Some("content.base64"));
        check(r#""mime_type":"text/plain; charset=utf-8","content":{"text":"x"}"#, None);
        for bad in ["text", "/plain", "text/", "te xt/plain", "text/é"] {
            check(&format!(r#""mime_type":"{bad}","content":{{"text":"x"}}"#), Some("mime_type"));
        }
        let large = "x".repeat(MAX_RESOURCE_BYTES + 1);
        check(&format!(r#""content":{{"text":"{large}"}}"#), Some("content.text"));
    }

    #[test]
    fn content_is_one_of_two() {
        for text in [
            r#"{"name":"a","uri":"docs://a"}"#,
            r#"{"name":"a","uri":"docs://a","content":{"text":"x","base64":""}}"#,
            r#"{"name":"a","uri":"docs://a","content":{"file":"x"}}"#,
        ] {
            assert!(serde_json::from_str::<Resource>(text).is_err(), "{text}");
        }
        for (base64, bytes) in [("", 0), ("aA==", 1), ("aGk=", 2), ("aGkh", 3)] {
            assert_eq!(ResourceContent::Base64(base64.into()).bytes(), bytes, "{base64}");
        }
    }

    #[test]
    fn a_variable_gives_the_argument_of_its_name_unless_told() {
        let text = r#"{"name":"a","uri_template":"crm://{id}","arguments":{"id":"contact_id"}}"#;
        let template: ResourceTemplate = serde_json::from_str(text).expect(text);
        assert_eq!(template.check(), Ok(()));
        assert_eq!(template.argument("id"), "contact_id");
        assert_eq!(template.argument("limit"), "limit");
    }
}
