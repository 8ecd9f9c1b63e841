use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the actions of an app come to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AppKind {
    /// From an API description (OpenAPI 2.0 to 3.2). Further ones may be made by hand.
    #[default]
    OpenApi,
    /// By hand alone.
    Manual,
    /// From an app definition: a built-in one, or one of the account's own. Further ones may be made by hand.
    Definition,
}

impl AppKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::OpenApi, Self::Manual, Self::Definition];

    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi",
            Self::Manual => "manual",
            Self::Definition => "definition",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
