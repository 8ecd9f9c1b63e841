use crate::{HttpCall, RawJson};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One operation of an app: what a model is told of it, and how it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// A valid [`crate::ToolName`], unique within the app and stable over re-imports.
    pub name: String,
    /// For people: the summary or the original operation id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// For models. Never empty.
    pub description: String,
    /// JSON Schema 2020-12 of the arguments; the root is `type: object` with no `oneOf`, `anyOf` or `allOf`
    /// beside it, since model providers refuse those at the root.
    pub input_schema: RawJson,
    /// JSON Schema 2020-12 of the structured result, where one is worth its size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<RawJson>,
    /// Hints for clients.
    pub annotations: Annotations,
    /// How to call it.
    pub call: HttpCall,
    /// The tags of the description.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whether the description calls it deprecated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// OAuth scopes that it needs, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Where it came from.
    pub source: Source,
}

/// MCP's tool annotations. Hints to clients; what Gatewright enforces follows from the method, not from these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Annotations {
    /// Changes nothing.
    pub read_only: bool,
    /// May destroy something. Meaningless when `read_only`.
    pub destructive: bool,
    /// Twice is the same as once.
    pub idempotent: bool,
    /// Reaches things outside Gatewright's own.
    pub open_world: bool,
}

/// The place of an operation in its description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The path template as the description spells it.
    pub path: String,
    /// The operation id as the description spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    /// JSON pointer to the operation, with the file before `#` when it is not the root document.
    pub pointer: String,
}
