use model::{AnnotationRules, AppKey, AuthWay, FailureMark, FieldPath, ToolName};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What an app is, how it is connected, and what it does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its key: the beginning of its tools' names.
    pub key: AppKey,
    /// What people call it.
    pub name: String,
    /// What it is, for people and models.
    pub description: String,
    /// Where people find it.
    pub homepage: String,
    /// Where its picture is.
    #[serde(default)]
    pub icon: Option<String>,
    /// Words to find it by.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Where the API is; may hold `{field}` of the ways to connect.
    pub base_url: String,
    /// Hosts beside the base URL's own to which its credentials may go, as base URLs.
    #[serde(default)]
    pub trusted_hosts: Vec<String>,
    /// Headers that every request has. `Accept` stands for what actions do not say themselves.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What tells a failure that comes with a status of success, in the answers of all actions.
    #[serde(default)]
    pub failures: Vec<FailureMark>,
    /// The ways to connect, best first.
    #[serde(default)]
    pub auth: Vec<AuthWay>,
    /// An API description (OpenAPI 2.0 to 3.2) whose operations `from` names.
    #[serde(default)]
    pub api: Option<Map<String, Value>>,
    /// What it does.
    pub actions: Vec<ActionDefinition>,
}

/// The first paragraph of a definition: what lists show.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// As [`Definition::key`].
    pub key: AppKey,
    /// As [`Definition::name`].
    pub name: String,
    /// As [`Definition::description`].
    pub description: String,
    /// As [`Definition::homepage`].
    pub homepage: String,
    /// As [`Definition::icon`].
    #[serde(default)]
    pub icon: Option<String>,
    /// As [`Definition::categories`].
    #[serde(default)]
    pub categories: Vec<String>,
}

/// One thing that an app does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionDefinition {
    /// Its name within the app; behind the app's key and a `-`, the name of its tool.
    pub key: ToolName,
    /// For people.
    pub title: String,
    /// For models: what it does and when to use it.
    pub description: String,
    /// Method and path below the base URL, such as `GET /users/{id}?format=full`.
    #[serde(default)]
    pub request: Option<String>,
    /// The operation of `api` that it is instead.
    #[serde(default)]
    pub from: Option<String>,
    /// Where it is called instead of the base URL.
    #[serde(default)]
    pub server: Option<String>,
    /// The OAuth scopes that it needs, all of them.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What callers give: JSON Schemas by name, with `in` and `name` for where each is sent and what it is called there.
    #[serde(default)]
    pub arguments: Map<String, Value>,
    /// The arguments that a call must give.
    #[serde(default)]
    pub required: Vec<String>,
    /// The body, with `$argument` where arguments stand; an object of the arguments in the body when absent.
    #[serde(default)]
    pub body: Option<Value>,
    /// How the body is written.
    #[serde(default)]
    pub body_type: BodyType,
    /// The media types that it asks for.
    #[serde(default)]
    pub accept: Option<String>,
    /// JSON Schema of the result, which is cut down to the members that it names.
    #[serde(default)]
    pub result: Option<Value>,
    /// Members of the answer that are trees of MIME parts.
    #[serde(default)]
    pub mails: Vec<FieldPath>,
    /// What tells a failure that comes with a status of success, beside the app's own marks.
    #[serde(default)]
    pub failures: Vec<FailureMark>,
    /// Hints that differ from what the method says.
    #[serde(default, deserialize_with = "model::object")]
    pub annotations: AnnotationRules,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyType {
    /// JSON.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`; lists and objects by their brackets (`a[b]=1`).
    Form,
    /// Plain text.
    Text,
}
