use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A place for one credential of an app, read from a security scheme of its description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CredentialSlot {
    /// The scheme's name in the description; what [`crate::HttpCall::security`] refers to.
    pub name: String,
    /// What kind of credential, and where it is sent.
    pub kind: SlotKind,
    /// The description's words on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The kinds of security scheme in OpenAPI 2.0–3.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// A key in a header, the query or a cookie.
    ApiKey {
        /// [`crate::Place::Header`], [`crate::Place::Query`] or [`crate::Place::Cookie`].
        place: crate::Place,
        /// Header, query or cookie name.
        name: String,
    },
    /// RFC 7617.
    Basic,
    /// RFC 6750.
    Bearer,
    /// Another HTTP authentication scheme.
    Http {
        /// Its name, as the description spells it.
        scheme: String,
    },
    /// OAuth 2; URLs as the description gives them, never fetched at import.
    OAuth2 {
        /// Flow names: `authorizationCode`, `clientCredentials`, `implicit`, `password`, `deviceAuthorization`.
        flows: Vec<String>,
        /// Authorization endpoint, if a flow has one.
        authorization_url: Option<String>,
        /// Token endpoint, if a flow has one.
        token_url: Option<String>,
        /// Every scope that a flow names.
        scopes: Vec<String>,
    },
    /// OpenID Connect discovery.
    OpenIdConnect {
        /// Discovery URL.
        url: String,
    },
    /// A client certificate.
    MutualTls,
}
