use crate::ConnectionId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// How the caller's own connections are written.
const CALLER: &str = "caller";

/// With which connection a server calls an app.
///
/// In text, the connection's id, or `caller`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConnectionChoice {
    /// One of the account's, whoever calls.
    Account(ConnectionId),
    /// The one that whoever calls has connected.
    Caller,
}

/// Text that is neither an id of a connection nor `caller`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected the id of a connection, or `caller` for that of whoever calls")]
pub struct ConnectionChoiceError;

impl ConnectionChoice {
    /// The account's connection, if it is one.
    #[must_use]
    pub const fn id(self) -> Option<ConnectionId> {
        match self {
            Self::Account(id) => Some(id),
            Self::Caller => None,
        }
    }
}

impl From<ConnectionId> for ConnectionChoice {
    fn from(id: ConnectionId) -> Self {
        Self::Account(id)
    }
}

impl fmt::Display for ConnectionChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::Caller => f.write_str(CALLER),
        }
    }
}

impl FromStr for ConnectionChoice {
    type Err = ConnectionChoiceError;

    fn from_str(text: &str) -> Result<Self, ConnectionChoiceError> {
        if text == CALLER {
            return Ok(Self::Caller);
        }
        text.parse().map(Self::Account).map_err(|_| ConnectionChoiceError)
    }
}

impl Serialize for ConnectionChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ConnectionChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for ConnectionChoice {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "With which connection a server calls an app: the id of one of the account's, or `caller` for that of whoever calls.",
            ))
            .pattern(Some("^(caller|con_[0-9a-f]{32})$"))
            .into()
    }
}

impl utoipa::ToSchema for ConnectionChoice {}

#[cfg(test)]
mod tests {
    use super::{ConnectionChoice, ConnectionChoiceError};
    use crate::{ConnectionId, Timestamp};

    #[test]
    fn is_written_as_it_is_read() {
        let id = ConnectionId::new(Timestamp::UNIX_EPOCH, [7; 10]);
        for choice in [ConnectionChoice::Account(id), ConnectionChoice::Caller] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        for bad in ["", "Caller", "con_1", "app_00000000000070008000000000000000"] {
            assert_eq!(bad.parse::<ConnectionChoice>(), Err(ConnectionChoiceError), "{bad:?}");
        }
    }
}
