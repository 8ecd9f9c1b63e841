use super::{refuse, taken};
use crate::{ClientAuthStyle, FieldPath, SettingsError, tool_settings::text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;

/// Scopes that one way knows.
pub const MAX_AUTH_SCOPES: usize = 200;

/// How an app's OAuth 2 server is asked. URLs may hold `{field}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// Where the customer is sent.
    #[schema(min_length = 1, max_length = 2000)]
    pub authorization_url: String,
    /// Where codes become tokens, and tokens are refreshed.
    #[schema(min_length = 1, max_length = 2000)]
    pub token_url: String,
    /// What the server calls itself (RFC 8414): an answer that says another `iss` (RFC 9207) is refused. When absent, such an answer
    /// must have the scheme, host and port of the authorization URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000)]
    pub issuer: Option<String>,
    /// Where tokens are given back (RFC 7009).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000)]
    pub revocation_url: Option<String>,
    /// The scopes that the app's actions may need.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub scopes: Vec<AuthScope>,
    /// What stands between scopes: a space unless the server wants something else.
    #[serde(default = "space")]
    #[schema(min_length = 1, max_length = 1)]
    pub scope_separator: String,
    /// The authorization parameter that takes the scopes.
    #[serde(default = "scope_parameter")]
    #[schema(min_length = 1, max_length = 64)]
    pub scope_parameter: String,
    /// Whether the code is bound to whoever asked for it (RFC 7636, S256). Without, servers that know it not ignore or refuse it.
    #[serde(default = "yes")]
    pub pkce: bool,
    /// Where client id and secret are sent.
    #[serde(default)]
    pub client_auth: ClientAuthStyle,
    /// What the token endpoint reads.
    #[serde(default)]
    pub token_request: TokenRequestFormat,
    /// More parameters of the authorization request, such as `access_type: offline`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorization_parameters: BTreeMap<String, String>,
    /// More parameters of every token request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_parameters: BTreeMap<String, String>,
    /// Where the token endpoint's answer has its members, when not at the top: `authed_user` of Slack.
    #[serde(default, skip_serializing_if = "FieldPath::is_root")]
    pub token_answer: FieldPath,
    /// What becomes of tokens in time.
    #[serde(default)]
    pub refresh: Refresh,
    /// Seconds that an access token lives when the answer does not say; it is taken to live until it is refused when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 60)]
    pub expires_in: Option<u32>,
}

impl OAuth2 {
    /// The scopes of a text that the server has written, however it parts them.
    #[must_use]
    pub fn scopes_of(&self, text: &str) -> Vec<String> {
        let parts = |c: char| c.is_whitespace() || self.scope_separator.contains(c);
        text.split(parts).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
    }
}

/// How an app's token endpoint is asked by the app itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth2Client {
    /// The token endpoint. May hold `{field}`.
    #[schema(min_length = 1, max_length = 2000)]
    pub token_url: String,
    /// The scopes that the app's actions may need.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub scopes: Vec<AuthScope>,
    /// Where client id and secret are sent.
    #[serde(default)]
    pub client_auth: ClientAuthStyle,
    /// More parameters of every token request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_parameters: BTreeMap<String, String>,
    /// Seconds that an access token lives when the answer does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 60)]
    pub expires_in: Option<u32>,
}

/// A scope that connections may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthScope {
    /// As the server spells it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What it allows.
    #[schema(min_length = 1, max_length = 500)]
    pub description: String,
    /// Whether it is asked for unless somebody chooses otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
}

/// What a token endpoint reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenRequestFormat {
    /// A form, as RFC 6749 has it.
    #[default]
    Form,
    /// A JSON object of the same members.
    Json,
}

/// What becomes of tokens in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refresh {
    /// Access tokens expire and are refreshed; the refresh token stays unless the answer has another.
    #[default]
    Keeps,
    /// As `keeps`, and each refresh token serves once: an answer that is lost costs the connection.
    Rotates,
    /// Access tokens live until they are revoked, and there is no refresh token.
    Never,
}

pub(super) fn check_scopes(member: &str, scopes: &[AuthScope]) -> Result<(), SettingsError> {
    if scopes.len() > MAX_AUTH_SCOPES {
        return refuse(member, format!("has more than {MAX_AUTH_SCOPES} items"));
    }
    let mut names = HashSet::new();
    for (at, scope) in scopes.iter().enumerate() {
        let place = |error: SettingsError| error.within(&format!("{member}[{at}]"));
        let visible = scope.name.bytes().all(|b| matches!(b, b'!'..=b'~'));
        if !visible || !(1..=200).contains(&scope.name.len()) {
            let problem = "must be 1 to 200 printable ASCII characters without spaces";
            return refuse("name", problem.to_owned()).map_err(place);
        }
        text("description", Some(&scope.description), 500).map_err(place)?;
        if !names.insert(scope.name.as_str()) {
            return Err(place(taken(&scope.name)));
        }
    }
    Ok(())
}

fn space() -> String {
    " ".to_owned()
}

fn scope_parameter() -> String {
    "scope".to_owned()
}

const fn yes() -> bool {
    true
}
