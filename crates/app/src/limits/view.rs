use model::{LimitId, LimitMode, LimitTarget, LimitUnit, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Calls of one limit at most.
pub(crate) const CALLS_MAX: u32 = 1_000_000_000;

/// A rate limit or quota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Limit {
    /// Names it.
    pub id: LimitId,
    /// What it counts the calls of.
    pub target: LimitTarget,
    /// What of it can be changed.
    #[serde(flatten)]
    pub settings: LimitSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of a limit can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// For people.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// So many calls …
    #[serde(deserialize_with = "crate::number::whole")]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub calls: u32,
    /// … in this time: a rate by the second, minute or hour; a quota by the day or month (UTC).
    pub per: LimitUnit,
    /// Of a rate, so many at once after a pause: at most `calls`, which is the default.
    #[serde(
        default,
        deserialize_with = "crate::number::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub burst: Option<u32>,
    /// What it does once it is used up.
    #[serde(default = "hard")]
    pub mode: LimitMode,
    /// Whether it counts at all.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A limit to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLimit {
    /// What it counts the calls of.
    pub target: LimitTarget,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// So many calls …
    #[serde(deserialize_with = "crate::number::whole")]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub calls: u32,
    /// … in this time: a rate by the second, minute or hour; a quota by the day or month (UTC).
    pub per: LimitUnit,
    /// Of a rate, so many at once after a pause: at most `calls`, which is the default.
    #[serde(default, deserialize_with = "crate::number::optional")]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub burst: Option<u32>,
    /// What it does once it is used up.
    #[serde(default = "hard")]
    pub mode: LimitMode,
    /// Whether it counts at all.
    #[serde(default = "yes")]
    pub enabled: bool,
}

const fn hard() -> LimitMode {
    LimitMode::Hard
}

const fn yes() -> bool {
    true
}

impl From<store::Limit> for Limit {
    fn from(row: store::Limit) -> Self {
        Self {
            id: row.id,
            target: row.target,
            settings: LimitSettings {
                name: row.name,
                calls: row.calls,
                per: row.unit,
                burst: row.burst,
                mode: row.mode,
                enabled: row.enabled,
            },
            created_at: row.created_at,
            revision: row.revision,
        }
    }
}
