use crate::Error;
use model::{Style, ToolName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// The longest that the schemas of one action may be together, in bytes.
pub(super) const SCHEMA_BYTES_MAX: usize = 256 << 10;

/// An action to be made by hand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    /// Its name, which stays: letters, digits, `_`, `-` and `.`.
    pub name: ToolName,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub title: String,
    /// For models: what it does and when to use it.
    #[schema(min_length = 1, max_length = 1024)]
    pub description: String,
    /// The HTTP method, in any case.
    #[schema(min_length = 1, max_length = 40)]
    pub method: String,
    /// The path below the app's base URL, with parameters in braces: `/users/{id}`.
    #[schema(min_length = 1, max_length = 2000, pattern = "^/")]
    pub path: String,
    /// Its parameters. Those of the path that are not listed are required texts.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub parameters: Vec<ParameterSettings>,
    /// The request's body; none without it.
    pub body: Option<BodySettings>,
    /// JSON Schema of the result; none without it.
    #[schema(value_type = Option<Object>)]
    pub output_schema: Option<Map<String, Value>>,
    /// Tags to find it by.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub tags: Vec<String>,
    /// Whether it should no longer be used.
    #[serde(default)]
    pub deprecated: bool,
}

/// What an action that was made by hand does, and how it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionSettings {
    /// For people.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub title: String,
    /// For models: what it does and when to use it.
    #[schema(min_length = 1, max_length = 1024)]
    pub description: String,
    /// The HTTP method, in any case.
    #[schema(min_length = 1, max_length = 40)]
    pub method: String,
    /// The path below the app's base URL, with parameters in braces: `/users/{id}`.
    #[schema(min_length = 1, max_length = 2000, pattern = "^/")]
    pub path: String,
    /// Its parameters. Those of the path that are not listed are required texts.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub parameters: Vec<ParameterSettings>,
    /// The request's body; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodySettings>,
    /// JSON Schema of the result; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub output_schema: Option<Map<String, Value>>,
    /// Tags to find it by.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub tags: Vec<String>,
    /// Whether it should no longer be used.
    #[serde(default)]
    pub deprecated: bool,
}

/// A parameter of an action that was made by hand. Its argument has the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterSettings {
    /// Its name on the wire.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Where it is sent.
    #[serde(rename = "in")]
    pub place: ParameterPlace,
    /// Whether a call without it is refused. One of the path always is.
    #[serde(default)]
    pub required: bool,
    /// For models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub description: Option<String>,
    /// JSON Schema of its value; a text without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub schema: Option<Map<String, Value>>,
    /// How lists and objects become text, by OpenAPI's styles; the place's own without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// Whether members and items become pairs of their own; the style's own without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explode: Option<bool>,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
    /// As a cookie.
    Cookie,
}

/// The body of an action that was made by hand. The members of an object are arguments of their own; any other body is one
/// argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BodySettings {
    /// The media type, such as `application/json`, `application/x-www-form-urlencoded` or `multipart/form-data`.
    #[serde(default = "json_media_type")]
    #[schema(min_length = 3, max_length = 200)]
    pub media_type: String,
    /// Whether a call without a body is refused.
    #[serde(default)]
    pub required: bool,
    /// JSON Schema of it.
    #[schema(value_type = Object)]
    pub schema: Map<String, Value>,
}

fn json_media_type() -> String {
    "application/json".to_owned()
}

impl NewAction {
    /// Its name, and what can be changed of it.
    pub(crate) fn into_parts(self) -> (ToolName, ActionSettings) {
        let Self { name, title, description, method, path, parameters, body, .. } = self;
        let (output_schema, tags, deprecated) = (self.output_schema, self.tags, self.deprecated);
        let settings = ActionSettings {
            title,
            description,
            method,
            path,
            parameters,
            body,
            output_schema,
            tags,
            deprecated,
        };
        (name, settings)
    }
}

/// Refuses texts that are too long or hold what nobody sees, and names that cannot stand in a URL.
///
/// # Errors
///
/// [`crate::Kind::Invalid`].
pub(crate) fn check(name: &ToolName, settings: &ActionSettings) -> Result<(), Error> {
    let invalid = |field: &'static str, message: String| Err(Error::invalid(message).field(field));
    let visible = |text: &str| !text.contains(|c: char| c.is_control() && c != '\n');
    if matches!(name.as_str(), "." | "..") {
        return invalid("name", "a name that is made of dots cannot stand in a URL".to_owned());
    }
    for (field, text, least, most) in [
        ("title", &settings.title, 0, 120),
        ("description", &settings.description, 1, 1_024),
        ("method", &settings.method, 1, 40),
        ("path", &settings.path, 1, 2_000),
    ] {
        if !(least..=most).contains(&text.chars().count()) || !visible(text) {
            let message = format!("it has {least} to {most} characters, all of them visible");
            return invalid(field, message);
        }
    }
    if !settings.method.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return invalid("method", "a method is made of letters".to_owned());
    }
    if settings.method.eq_ignore_ascii_case("CONNECT") {
        return invalid("method", "CONNECT is no method of an API".to_owned());
    }
    let tags = &settings.tags;
    if tags.len() > 20 || tags.iter().any(|tag| tag.is_empty() || tag.len() > 100 || !visible(tag))
    {
        return invalid("tags", "there are at most 20 tags, of 1 to 100 characters".to_owned());
    }
    let schemas = settings
        .parameters
        .iter()
        .filter_map(|one| one.schema.as_ref())
        .chain(settings.body.as_ref().map(|body| &body.schema))
        .chain(settings.output_schema.as_ref());
    let bytes: usize = schemas.map(|schema| json!(schema).to_string().len()).sum();
    if bytes > SCHEMA_BYTES_MAX {
        let message =
            format!("its schemas have {bytes} bytes together: {SCHEMA_BYTES_MAX} at most");
        return Err(Error::invalid(message).code("schema_too_large"));
    }
    Ok(())
}
