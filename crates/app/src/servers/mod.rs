//! Servers as those see them who build and run them: settings, state, and what their draft and their version come to.

mod address;
mod bulk;
mod create;
mod facts;
mod list;
mod remove;
mod settings;
mod update;

pub use address::ServerAddress;
pub use bulk::{BulkServers, ServerEnabled};
pub use create::{CloneServer, NewServer};
pub use list::{ServerQuery, ServerSort};
pub use settings::ServerSettings;

pub(crate) use create::{NewDraft, new_row};

use crate::{App, Caller, Error};
use model::{AccountId, Permission, ServerId, Slug, Timestamp};
use serde::Serialize;
use store::ServerRow;
use utoipa::ToSchema;

/// An MCP server of the account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Server {
    /// Names it.
    pub id: ServerId,
    /// What of it can be changed.
    #[serde(flatten)]
    pub settings: ServerSettings,
    /// Names in its URL that were given up and still answer.
    pub former_slugs: Vec<FormerSlug>,
    /// Tools of its draft.
    pub tool_count: i64,
    /// Tools of its draft that are on.
    pub enabled_tool_count: i64,
    /// What it serves; absent until it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub published: Option<VersionFacts>,
    /// How much it was used of late: in lists, for callers that may read usage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub recent_usage: Option<RecentUsage>,
    /// When it was deleted. It can be restored for 30 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub deleted_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or its draft last changed.
    pub updated_at: Timestamp,
    /// Its ETag; changes of the draft count too.
    pub revision: i64,
}

/// Calls of a server of yesterday and today, UTC.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct RecentUsage {
    /// Calls that were let in.
    pub calls: i64,
    /// Of these, those that ended in an error.
    pub failures: i64,
}

/// A name in the URL that was given up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormerSlug {
    /// The name.
    pub slug: Slug,
    /// Until when it answers.
    pub until: Timestamp,
}

/// A published version in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VersionFacts {
    /// Counts from 1.
    pub version: i64,
    /// When it was published.
    pub published_at: Timestamp,
    /// By whom: a principal's id.
    pub published_by: String,
    /// What its publisher wrote down.
    pub note: String,
    /// How many tools it has.
    pub tool_count: i64,
    /// Bytes of its tool list; absent when they were not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub list_bytes: Option<i64>,
    /// What that costs a model, about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub list_tokens: Option<i64>,
    /// The version that it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rolled_back_to: Option<i64>,
}

impl App {
    /// One server, deleted ones too.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn get_server(&self, caller: &Caller, id: ServerId) -> Result<Server, Error> {
        let account = caller.may(Permission::ReadServers)?;
        let row = self.any_server(account, id).await?;
        self.server_view(account, row).await
    }

    pub(crate) async fn server_view(
        &self,
        account: AccountId,
        row: ServerRow,
    ) -> Result<Server, Error> {
        Ok(self.server_facts(account, self.clock.now()).await?.view(row))
    }

    /// The account's server of that id, deleted or not.
    pub(crate) async fn any_server(
        &self,
        account: AccountId,
        id: ServerId,
    ) -> Result<ServerRow, Error> {
        let found = self.store.server_row(account, id).await?;
        found.ok_or_else(|| Error::not_found("there is no such MCP server"))
    }

    /// The account's server of that id, for what cannot be done with a deleted one.
    pub(crate) async fn known_server(
        &self,
        account: AccountId,
        id: ServerId,
    ) -> Result<ServerRow, Error> {
        let row = self.any_server(account, id).await?;
        if row.deleted_at.is_some() {
            return Err(Error::conflict("this MCP server is deleted: restore it first")
                .code("server_deleted"));
        }
        Ok(row)
    }
}

impl From<store::Version> for VersionFacts {
    fn from(row: store::Version) -> Self {
        Self {
            version: row.version,
            published_at: row.created_at,
            published_by: row.created_by,
            note: row.note,
            tool_count: row.tool_count,
            list_bytes: row.list_bytes,
            list_tokens: row.list_bytes.map(tokens),
            rolled_back_to: row.rolled_back_to,
        }
    }
}

/// Tokens that so many bytes cost a model.
pub(crate) fn tokens(bytes: i64) -> i64 {
    let bytes = usize::try_from(bytes).unwrap_or_default();
    i64::try_from(model::tokens_estimate(bytes)).unwrap_or(i64::MAX)
}
