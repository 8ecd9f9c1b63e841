use crate::{AppKey, AuthWay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an app keeps of the definition that it was made from, beside its actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppDefinition {
    /// The key of the built-in definition; absent for one of the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub catalog: Option<AppKey>,
    /// What the app is, for people and models.
    pub description: String,
    /// Where people find it.
    pub homepage: String,
    /// Where its picture is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub icon: Option<String>,
    /// Words to find it by.
    pub categories: Vec<String>,
    /// Where the API is, with `{field}` where connections say more.
    pub base_url: String,
    /// The ways to connect, best first.
    pub auth: Vec<AuthWay>,
}
