use model::{CustomerId, Permission, Scope, Secret, Timestamp, TokenId, UserId};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

/// The longest life that can be asked for in seconds: ten years.
pub(crate) const LIFE_SECONDS_MAX: u32 = 315_360_000;
/// The longest that a rotated token goes on working: a week.
pub(crate) const OVERLAP_SECONDS_MAX: u32 = 604_800;

/// An API token. What opens things is shown once, when it is made, and kept as a hash.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Token {
    /// Names it.
    pub id: TokenId,
    /// Its first characters.
    pub hint: String,
    /// What of it can be changed.
    #[serde(flatten)]
    pub settings: TokenSettings,
    /// The user that owns it and whose rights bound it; absent for a token of the account itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user_id: Option<UserId>,
    /// The customer that it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub customer_id: Option<CustomerId>,
    /// Whether it opens anything.
    pub state: TokenState,
    /// The principal that made it: `operator`, a user or a token.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to within seconds; absent when it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub revoked_at: Option<Timestamp>,
    /// The token that a rotation put in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub replaced_by: Option<TokenId>,
    /// Its ETag.
    pub revision: i64,
}

/// What of a token can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenSettings {
    /// For people.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub name: String,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 1_000)]
    pub description: String,
    /// What it may call. Servers are given by id or name, and shown by id.
    pub scope: Scope,
    /// What it may do through the control API; at most what its maker may.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub permissions: Vec<Permission>,
    /// Networks that it may come from, such as `10.0.0.0/8` or a single address; any when empty.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub networks: Vec<String>,
    /// Whether it may be sent in the URL, as `/mcp?token=`, by clients that cannot send a header. Not with permissions.
    #[serde(default)]
    pub allow_in_url: bool,
    /// Whether it is removed within a minute of its end.
    #[serde(default)]
    pub purge: bool,
    /// When it ends by itself; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Whether a token opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// It does, unless its owner is shut out.
    Live,
    /// It has ended by itself.
    Expired,
    /// It was ended.
    Revoked,
}

/// A token to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// For people.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub name: String,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 1_000)]
    pub description: String,
    /// What it may call. Servers are given by id or name.
    pub scope: Scope,
    /// What it may do through the control API; at most what its maker may.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub permissions: Vec<Permission>,
    /// The user that owns it and whose rights bound it. Absent, it is the account's own; but who may make tokens for itself alone
    /// is its owner.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// Networks that it may come from, such as `10.0.0.0/8` or a single address; any when empty.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub networks: Vec<String>,
    /// Whether it may be sent in the URL, as `/mcp?token=`, by clients that cannot send a header. Not with permissions.
    #[serde(default)]
    pub allow_in_url: bool,
    /// Whether it is removed within a minute of its end.
    #[serde(default)]
    pub purge: bool,
    /// When it ends by itself; never when neither this nor `expires_in_seconds` is there.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// In how many seconds it ends by itself, in place of `expires_at`.
    #[serde(default, deserialize_with = "crate::number::optional")]
    #[schema(minimum = 1, maximum = 315_360_000)]
    pub expires_in_seconds: Option<u32>,
}

impl NewToken {
    /// A token of the account itself for MCP alone, until it is revoked.
    #[must_use]
    pub fn new(name: impl Into<String>, scope: Scope) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            scope,
            permissions: Vec::new(),
            user_id: None,
            networks: Vec::new(),
            allow_in_url: false,
            purge: false,
            expires_at: None,
            expires_in_seconds: None,
        }
    }
}

/// A token that stands for one customer: it opens `/mcp` for it, and nothing of the control API.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomerToken {
    /// For people.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub name: String,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 1_000)]
    pub description: String,
    /// Whether it calls tools alone that change nothing.
    #[serde(default)]
    pub read_only: bool,
    /// Networks that it may come from, such as `10.0.0.0/8` or a single address; any when empty.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub networks: Vec<String>,
    /// Whether it may be sent in the URL, as `/mcp?token=`, by clients that cannot send a header.
    #[serde(default)]
    pub allow_in_url: bool,
    /// Whether it is removed within a minute of its end.
    #[serde(default)]
    pub purge: bool,
    /// When it ends by itself; never when neither this nor `expires_in_seconds` is there.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// In how many seconds it ends by itself, in place of `expires_at`.
    #[serde(default, deserialize_with = "crate::number::optional")]
    #[schema(minimum = 1, maximum = 315_360_000)]
    pub expires_in_seconds: Option<u32>,
}

/// A token that was just made: the only time that it is seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedToken {
    /// The token itself, to be sent as `Authorization: Bearer gwt_…`. It cannot be shown again.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String, pattern = "^gwt_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}$")]
    pub token: Secret,
    /// All else about it.
    #[serde(flatten)]
    pub details: Token,
}

/// The one place where a secret leaves the process: to whoever had the token made.
fn shown_once<S: Serializer>(token: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(token.expose()))
}

/// How a token is rotated.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRotation {
    /// For how many seconds the old token goes on working; at once revoked when absent or 0.
    #[serde(default, deserialize_with = "crate::number::optional")]
    #[schema(minimum = 0, maximum = 604_800)]
    pub overlap_seconds: Option<u32>,
}

/// A token that was found where it should not be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeakedToken {
    /// The whole token.
    #[schema(pattern = "^gwt_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}$")]
    pub token: String,
}

/// Which tokens, and which page of their list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TokenQuery {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
    /// Only those of one user or customer, or the account's own with `account`.
    #[param(pattern = "^(account|(usr|cus)_[0-9a-f]{32})$", nullable = false)]
    pub owner: Option<String>,
    /// Only those in that state.
    #[param(nullable = false, inline)]
    pub state: Option<TokenState>,
    /// Only those that were neither used nor made after that.
    #[param(nullable = false)]
    pub unused_since: Option<Timestamp>,
    /// Only those that end by themselves at that moment or before it.
    #[param(nullable = false)]
    pub expires_before: Option<Timestamp>,
    /// Only those that were never used.
    #[serde(default)]
    pub never_used: bool,
    /// Only those whose owner is shut out, which open nothing.
    #[serde(default)]
    pub owner_disabled: bool,
}

impl Token {
    /// The token as it is at `now`.
    pub(crate) fn of(row: store::Token, now: Timestamp) -> Self {
        let state = match (row.revoked_at, row.expires_at) {
            (Some(_), _) => TokenState::Revoked,
            (None, Some(end)) if end <= now => TokenState::Expired,
            (None, Some(_) | None) => TokenState::Live,
        };
        Self {
            id: row.id,
            hint: row.hint,
            settings: TokenSettings {
                name: row.name,
                description: row.description,
                scope: row.scope,
                permissions: row.permissions,
                networks: row.networks,
                allow_in_url: row.allow_in_url,
                purge: row.purge,
                expires_at: row.expires_at,
            },
            user_id: row.user_id,
            customer_id: row.customer_id,
            state,
            created_by: row.created_by,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
            replaced_by: row.replaced_by,
            revision: row.revision,
        }
    }
}
