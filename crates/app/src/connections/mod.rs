//! Connections: credentials for apps. They come in, are sealed, and never come out again but on the way to their API.

mod change;
pub(crate) mod credential;
mod test;

pub use change::{ConnectionRotation, NewConnection};
pub use credential::{NamedSecret, NewCredential, WriteOnly};
pub use test::{ConnectionTest, ConnectionTestOrder, TestOutcome};

use crate::{App, Caller, Error, Page, PageQuery, UsedBy};
use model::{
    AccountId, AppId, ConnectionId, ConnectionSecret, ConnectionSummary, Permission, Timestamp,
};
use serde::{Deserialize, Serialize};
use store::Connection;
use utoipa::{IntoParams, ToSchema};

/// The longest name of a connection, in characters.
const NAME_CHARS_MAX: usize = 100;

/// Which connections a list gives, and which page of it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConnectionQuery {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
    /// Those of that app alone.
    #[param(nullable = false)]
    pub app: Option<AppId>,
}

/// Credentials for one app. Never the secret itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Connection)]
pub struct ConnectionView {
    /// Names it.
    pub id: ConnectionId,
    /// The app that it is for.
    pub app: AppId,
    /// Its name, and whether it is the app's default.
    #[serde(flatten)]
    pub settings: ConnectionSettings,
    /// What may be seen of the secret; absent when it cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub credential: Option<ConnectionSummary>,
    /// Whether it works, as far as is known.
    pub status: ConnectionStatus,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// When it was last tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tested_at: Option<Timestamp>,
    /// When its secret was last replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rotated_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of a connection can be changed. A new secret comes by rotation alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionSettings {
    /// For people; unique within the app.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Whether the app's tools use it that name no other. An app has one default at most.
    pub default: bool,
}

/// Whether a connection works, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// Not tested with its secret.
    Untested,
    /// The API took it at its last test.
    Ok,
    /// The API refused it, at its last test or in a call since.
    Failing,
    /// Its secret cannot be opened: rotate it.
    Unreadable,
}

impl ConnectionStatus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Ok => "ok",
            Self::Failing => "failing",
            Self::Unreadable => "unreadable",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Untested, Self::Ok, Self::Failing].into_iter().find(|one| one.as_str() == text)
    }
}

impl App {
    /// The account's connections, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadConnections`].
    pub async fn list_connections(
        &self,
        caller: &Caller,
        query: ConnectionQuery,
    ) -> Result<Page<ConnectionView>, Error> {
        let account = caller.may(Permission::ReadConnections)?;
        let page = PageQuery { limit: query.limit, cursor: query.cursor };
        let (size, after) = (page.size()?, page.after::<ConnectionId>()?);
        let rows = self.store.connections(account, query.app, after, size + 1).await?;
        Page::new(rows, size, |row| row.id, |row| self.connection_view(account, &row)).transpose()
    }

    /// One connection.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadConnections`]; [`crate::Kind::NotFound`].
    pub async fn get_connection(
        &self,
        caller: &Caller,
        id: ConnectionId,
    ) -> Result<ConnectionView, Error> {
        let account = caller.may(Permission::ReadConnections)?;
        self.connection_view(account, &self.known_connection(account, id).await?)
    }

    /// What uses the connection, by its name or as the default of its app.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadConnections`]; [`crate::Kind::NotFound`].
    pub async fn list_connection_uses(
        &self,
        caller: &Caller,
        id: ConnectionId,
    ) -> Result<UsedBy, Error> {
        let account = caller.may(Permission::ReadConnections)?;
        let known = self.known_connection(account, id).await?;
        self.uses_of_connection(account, &known).await
    }

    async fn known_connection(
        &self,
        account: AccountId,
        id: ConnectionId,
    ) -> Result<Connection, Error> {
        let found = self.store.connection(account, id).await?;
        found.ok_or_else(|| Error::not_found("there is no such connection"))
    }

    /// The secret of a connection, opened.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Internal`] when it does not open: it was sealed with another key, for another connection, or altered.
    pub(crate) fn open_secret(
        &self,
        account: AccountId,
        connection: &Connection,
    ) -> Result<ConnectionSecret, Error> {
        let place = Connection::place(account, connection.id);
        let plain = self.sealer.open(&place, &connection.sealed)?;
        let secret = ConnectionSecret::from_opened(&plain);
        secret.map_err(|error| Error::new(crate::Kind::Internal, error.to_string()))
    }

    fn connection_view(
        &self,
        account: AccountId,
        row: &Connection,
    ) -> Result<ConnectionView, Error> {
        let known = ConnectionStatus::parse(&row.health.status)
            .ok_or_else(|| Error::corrupt("connection", "its status is unknown"))?;
        let credential = self.open_secret(account, row).ok().map(|secret| secret.summary());
        let (status, reason) = if credential.is_some() {
            (known, row.health.reason.clone())
        } else {
            let reason = "its secret does not open with this key: rotate it";
            (ConnectionStatus::Unreadable, Some(reason.to_owned()))
        };
        Ok(ConnectionView {
            id: row.id,
            app: row.app_id,
            settings: ConnectionSettings { name: row.name.clone(), default: row.is_default },
            credential,
            status,
            reason,
            tested_at: row.health.tested_at,
            rotated_at: row.rotated_at,
            created_at: row.created_at,
            revision: row.revision,
        })
    }
}

/// A name as it is stored.
pub(crate) fn name(text: String) -> Result<String, Error> {
    let length = text.chars().count();
    if (1..=NAME_CHARS_MAX).contains(&length) && !text.contains(char::is_control) {
        return Ok(text);
    }
    let message = format!("a name has 1 to {NAME_CHARS_MAX} characters, all of them visible");
    Err(Error::invalid(message).field("name"))
}
