use crate::{ServerId, TokenId, ToolName, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a limit counts the calls of. Where nothing is named, each has a count of its own: each server, each token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LimitTarget {
    /// The account as a whole.
    Account {},
    /// A server, or each.
    Server {
        /// Which one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<ServerId>,
    },
    /// A tool, or each tool of a server, or each of every server.
    Tool {
        /// Of which server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<ServerId>,
        /// Which one, by its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tool: Option<ToolName>,
    },
    /// A token, or each.
    Token {
        /// Which one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<TokenId>,
    },
    /// A user with all of its tokens, or each.
    User {
        /// Which one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
    },
}

/// The time that a limit's calls are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// A rate: so many at once, then spread evenly.
    Second,
    /// A rate.
    Minute,
    /// A rate.
    Hour,
    /// A quota that begins anew at midnight, UTC.
    Day,
    /// A quota that begins anew on the first of the month, UTC.
    Month,
}

/// What a limit does once it is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitMode {
    /// Refuses calls.
    Hard,
    /// Lets them through, and counts them apart.
    Soft,
}

impl LimitUnit {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The unit of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Month]
            .into_iter()
            .find(|unit| unit.as_str() == text)
    }

    /// The length of a rate's unit in seconds; none for what goes by the calendar.
    #[must_use]
    pub const fn rate_seconds(self) -> Option<u64> {
        match self {
            Self::Second => Some(1),
            Self::Minute => Some(60),
            Self::Hour => Some(3_600),
            Self::Day | Self::Month => None,
        }
    }
}

impl LimitMode {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }

    /// The mode of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Hard, Self::Soft].into_iter().find(|mode| mode.as_str() == text)
    }
}
