use crate::{Change, Error, Store, engine::on};
use model::{AccountId, AppId, ConnectionChoice, ServerId, Timestamp};

/// A published version of a server, without its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The server.
    pub server_id: ServerId,
    /// Counts from 1.
    pub version: i64,
    /// Who published it, as the audit log says it; empty for those of the first release.
    pub created_by: String,
    /// What its publisher wrote down; may be empty.
    pub note: String,
    /// How many tools it has.
    pub tool_count: i64,
    /// Bytes of its tool list, where they were counted.
    pub list_bytes: Option<i64>,
    /// The version that it repeats.
    pub rolled_back_to: Option<i64>,
    /// When it was published.
    pub created_at: Timestamp,
}

/// What a version calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublishedUse {
    /// The app.
    pub app_id: AppId,
    /// With which connection; none is the app's default.
    pub connection: Option<ConnectionChoice>,
}

type Row = (String, i64, String, String, i64, Option<i64>, Option<i64>, i64);

fn version(row: Row) -> Result<Version, Error> {
    let (server_id, version, created_by, note, tool_count, list_bytes, rolled_back_to, at) = row;
    Ok(Version {
        server_id: server_id
            .parse()
            .map_err(|_| Error::Corrupt { column: "publication.server_id" })?,
        version,
        created_by,
        note,
        tool_count,
        list_bytes,
        rolled_back_to,
        created_at: Timestamp::from_millisecond(at)
            .map_err(|_| Error::Corrupt { column: "publication.created_at" })?,
    })
}

impl Store {
    /// Which apps the published versions of the account's servers call with the connection of whoever calls, by server.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn apps_of_callers(
        &self,
        account: AccountId,
    ) -> Result<Vec<(ServerId, AppId)>, Error> {
        const SQL: &str = "select distinct server_id, app_id from published_use \
             where account_id = $1 and by_caller = 1 order by server_id, app_id";
        let rows: Vec<(String, String)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        let read = |(server, app): (String, String)| {
            Ok((
                server.parse().map_err(|_| Error::Corrupt { column: "published_use.server_id" })?,
                app.parse().map_err(|_| Error::Corrupt { column: "published_use.app_id" })?,
            ))
        };
        rows.into_iter().map(read).collect()
    }

    /// The server's versions before that one, the newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn versions(
        &self,
        account: AccountId,
        server: ServerId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Version>, Error> {
        const SQL: &str = "select server_id, version, created_by, note, tool_count, list_bytes, rolled_back_to, created_at \
             from publication where account_id = $1 and server_id = $2 and version < $3 order by version desc limit $4";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(version).collect()
    }

    /// One version of the server.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn version(
        &self,
        account: AccountId,
        server: ServerId,
        number: i64,
    ) -> Result<Option<Version>, Error> {
        const SQL: &str = "select server_id, version, created_by, note, tool_count, list_bytes, rolled_back_to, created_at \
             from publication where account_id = $1 and server_id = $2 and version = $3";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(number)
            .fetch_optional(db)
            .await?);
        row.map(version).transpose()
    }

    /// The current version of each server of the account that has one.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn current_versions(&self, account: AccountId) -> Result<Vec<Version>, Error> {
        const SQL: &str = "select server_id, publication.version, created_by, note, tool_count, list_bytes, \
             rolled_back_to, publication.created_at from publication join server on server.id = server_id \
             and server.version = publication.version where publication.account_id = $1";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(version).collect()
    }
}

impl Change {
    /// Adds a version with its document, and notes what it uses in the place of what the version before used.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the server has that version already; [`Error::Sql`] also when an app or a connection is gone.
    pub async fn insert_version(
        &mut self,
        account: AccountId,
        version: &Version,
        document: &str,
        uses: &[PublishedUse],
    ) -> Result<(), Error> {
        const SQL: &str = "insert into publication (server_id, account_id, version, document, created_by, note, \
             tool_count, list_bytes, rolled_back_to, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(version.server_id.to_string())
            .bind(account.to_string())
            .bind(version.version)
            .bind(document)
            .bind(&version.created_by)
            .bind(&version.note)
            .bind(version.tool_count)
            .bind(version.list_bytes)
            .bind(version.rolled_back_to)
            .bind(version.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.put_uses(account, version.server_id, uses).await
    }

    /// Notes how many tools a version has, and what it uses: for one that was published before that was noted.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn complete_version(
        &mut self,
        account: AccountId,
        server: ServerId,
        version: i64,
        tool_count: i64,
        uses: &[PublishedUse],
    ) -> Result<(), Error> {
        const SQL: &str = "update publication set tool_count = $1 \
             where account_id = $2 and server_id = $3 and version = $4";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(tool_count)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(version)
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.put_uses(account, server, uses).await
    }

    async fn put_uses(
        &mut self,
        account: AccountId,
        server: ServerId,
        uses: &[PublishedUse],
    ) -> Result<(), Error> {
        const NONE: &str = "delete from published_use where account_id = $1 and server_id = $2";
        const SQL: &str = "insert into published_use (server_id, account_id, app_id, connection_id, by_caller) \
             values ($1, $2, $3, $4, $5)";
        on!(self.tx, |db| sqlx::query(NONE)
            .bind(account.to_string())
            .bind(server.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        for used in uses {
            on!(self.tx, |db| sqlx::query(SQL)
                .bind(server.to_string())
                .bind(account.to_string())
                .bind(used.app_id.to_string())
                .bind(used.connection.and_then(ConnectionChoice::id).map(|id| id.to_string()))
                .bind(i64::from(used.connection == Some(ConnectionChoice::Caller)))
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        Ok(())
    }
}
