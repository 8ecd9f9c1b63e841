//! Connections of customers: credentials of one customer for one app. They come in, are sealed, and are refreshed ahead of their end;
//! they never come out again but on the way to their API.

mod change;
mod fields;
mod flight;
mod keep;
mod refresh;
mod revoke;
mod route;
mod signing;
mod target;
#[cfg(test)]
mod tests;
mod view;

pub use change::{CustomerConnectionRotation, NewCustomerConnection, NewWayCredential};
pub use revoke::{Revocation, RevokedToken};
pub use view::{CustomerConnectionQuery, CustomerConnectionView};

pub(crate) use flight::Flights;
pub(crate) use keep::{KeptConnection, NewCustomerCredential};
pub(crate) use signing::way_base;
pub(crate) use target::CustomerTarget;

use crate::Error;
use serde::Serialize;
use store::CustomerConnection;
use utoipa::ToSchema;

/// Why no call can be signed with a connection. None is sent, least of all with another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    /// For people and models, as `it has to be connected again: …`.
    pub(crate) reason: String,
    pub(crate) kind: UnusableKind,
}

/// What can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnusableKind {
    /// The customer connects again.
    NeedsAttention,
    /// The same: it ended as it was meant to.
    Expired,
    /// The same: its secret does not open.
    Unreadable,
    /// It passes: a token endpoint, or the database, does not answer.
    TokenEndpoint,
}

/// Whether a customer's connection works, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerConnectionStatus {
    /// It was good when it was last used.
    Connected,
    /// The app refuses it: the customer has to connect again.
    NeedsAttention,
    /// It has ended, and nothing refreshes it: the customer has to connect again.
    Expired,
}

impl CustomerConnectionStatus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NeedsAttention => "needs_attention",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Connected, Self::NeedsAttention, Self::Expired]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

impl Unusable {
    fn needs_attention(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), kind: UnusableKind::NeedsAttention }
    }

    fn unreadable(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), kind: UnusableKind::Unreadable }
    }

    fn for_now(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), kind: UnusableKind::TokenEndpoint }
    }

    /// What a row says of itself.
    fn of(row: &CustomerConnection) -> Option<Self> {
        let reason =
            || row.reason.clone().unwrap_or_else(|| "it has to be connected again".to_owned());
        match CustomerConnectionStatus::parse(&row.status) {
            Some(CustomerConnectionStatus::Connected) => None,
            Some(CustomerConnectionStatus::NeedsAttention) => Some(Self::needs_attention(reason())),
            Some(CustomerConnectionStatus::Expired) => {
                Some(Self { reason: reason(), kind: UnusableKind::Expired })
            }
            None => Some(Self::unreadable("what is stored of it cannot be read")),
        }
    }
}

impl From<store::Error> for Unusable {
    fn from(error: store::Error) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a customer's connection was not read or written"
        );
        Self::for_now("the database does not answer")
    }
}

fn absent() -> Error {
    Error::not_found("the customer has no such connection")
}

fn name_taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate => {
            Error::conflict("the customer has a connection of that name: choose another one")
                .code("name_taken")
                .field("name")
        }
        other => other.into(),
    }
}
