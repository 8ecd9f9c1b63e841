use crate::{Change, Error, Server, Store, app::json, engine::on, server};
use model::{AccountId, ServerId, Timestamp};
use serde::{Deserialize, Serialize};

/// Everything that is known of a server beside its draft and its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerRow {
    /// What the data path needs of it.
    pub server: Server,
    /// For people.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// What nothing is looked up by.
    pub settings: ServerSettings,
    /// Days that its rows of the request log are kept, where it is not the installation's.
    pub log_retention_days: Option<i64>,
    /// Grows by one with each change of it or of its draft; 0 when it has no draft yet.
    pub revision: i64,
    /// When it was deleted; it can be restored until it is purged.
    pub deleted_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or its draft last changed.
    pub updated_at: Timestamp,
}

/// Settings of a server that nothing is looked up by. Rows of every earlier release can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerSettings {
    /// What models are told before they use it; may be empty.
    pub instructions: String,
    /// Whether results over budget are kept to be read on.
    pub keeps_results: bool,
    /// Tokens of its list above which it is not published.
    pub token_budget: Option<i64>,
    /// Tokens of its list above which a publisher is warned.
    pub token_warning: Option<i64>,
    /// Days that a slug goes on answering once it was replaced.
    pub former_slug_days: i64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            instructions: String::new(),
            keeps_results: false,
            token_budget: None,
            token_warning: None,
            former_slug_days: 90,
        }
    }
}

type Row = (
    String,
    String,
    i64,
    i64,
    i64,
    i64,
    i64,
    String,
    String,
    String,
    Option<i64>,
    i64,
    Option<i64>,
    i64,
    i64,
);

fn server_row(row: Row) -> Result<ServerRow, Error> {
    let (id, slug, enabled, read_only, strict, payloads, version, name, description, ..) = row;
    let (.., settings, days, revision, deleted, created, updated) = row;
    let corrupt = |column| Error::Corrupt { column };
    let time =
        |millis: i64| Timestamp::from_millisecond(millis).map_err(|_| corrupt("server times"));
    Ok(ServerRow {
        server: server::server((id, slug, enabled, read_only, strict, payloads, version))?,
        name,
        description,
        settings: serde_json::from_str(&settings).map_err(|_| corrupt("server.settings"))?,
        log_retention_days: days,
        revision,
        deleted_at: deleted.map(time).transpose()?,
        created_at: time(created)?,
        updated_at: time(updated)?,
    })
}

impl Store {
    /// The account's server of that id, deleted or not.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn server_row(
        &self,
        account: AccountId,
        id: ServerId,
    ) -> Result<Option<ServerRow>, Error> {
        const SQL: &str = "select id, slug, enabled, read_only, strict_log, log_payloads, version, name, description, \
             settings, log_retention_days, revision, deleted_at, created_at, updated_at from server \
             where account_id = $1 and id = $2";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(server_row).transpose()
    }

    /// Every server of the account, deleted ones too, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn server_rows(&self, account: AccountId) -> Result<Vec<ServerRow>, Error> {
        const SQL: &str = "select id, slug, enabled, read_only, strict_log, log_payloads, version, name, description, \
             settings, log_retention_days, revision, deleted_at, created_at, updated_at from server \
             where account_id = $1 order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(server_row).collect()
    }

    /// Servers of all accounts that were deleted before that: for the task that purges them.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn servers_deleted_before(
        &self,
        before: Timestamp,
    ) -> Result<Vec<(AccountId, ServerId)>, Error> {
        const SQL: &str = "select account_id, id from server where deleted_at < $1 order by id";
        let rows: Vec<(String, String)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(before.as_millisecond())
            .fetch_all(db)
            .await?);
        rows.iter().map(ids).collect()
    }

    /// Servers of all accounts that were made before there were drafts, and have none yet.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn servers_without_draft(&self) -> Result<Vec<(AccountId, ServerId)>, Error> {
        const SQL: &str = "select account_id, id from server where revision = 0 order by id";
        let rows: Vec<(String, String)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.iter().map(ids).collect()
    }
}

fn ids((account, server): &(String, String)) -> Result<(AccountId, ServerId), Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok((
        account.parse().map_err(|_| corrupt("server.account_id"))?,
        server.parse().map_err(|_| corrupt("server.id"))?,
    ))
}

impl Change {
    /// Adds a server, with its name in the URL.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the account uses the slug, or it still answers for another of its servers.
    pub async fn insert_server(
        &mut self,
        account: AccountId,
        row: &ServerRow,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into server \
             (id, account_id, slug, enabled, read_only, strict_log, log_payloads, version, name, description, settings, \
             log_retention_days, revision, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)";
        let server = &row.server;
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(server.id.to_string())
            .bind(account.to_string())
            .bind(server.slug.as_str())
            .bind(i64::from(server.enabled))
            .bind(i64::from(server.read_only))
            .bind(i64::from(server.strict_log))
            .bind(i64::from(server.log_payloads))
            .bind(server.version)
            .bind(&row.name)
            .bind(&row.description)
            .bind(json(&row.settings))
            .bind(row.log_retention_days)
            .bind(row.revision)
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.insert_slug(account, server.id, &server.slug, now).await
    }

    /// Gives a server its new settings, state and version, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_server(
        &mut self,
        account: AccountId,
        row: &ServerRow,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "update server set slug = $1, enabled = $2, read_only = $3, strict_log = $4, \
             log_payloads = $5, version = $6, name = $7, description = $8, settings = $9, log_retention_days = $10, \
             revision = $11, deleted_at = $12, updated_at = $13 \
             where account_id = $14 and id = $15 and revision = $11 - 1";
        let server = &row.server;
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(server.slug.as_str())
            .bind(i64::from(server.enabled))
            .bind(i64::from(server.read_only))
            .bind(i64::from(server.strict_log))
            .bind(i64::from(server.log_payloads))
            .bind(server.version)
            .bind(&row.name)
            .bind(&row.description)
            .bind(json(&row.settings))
            .bind(row.log_retention_days)
            .bind(row.revision)
            .bind(row.deleted_at.map(Timestamp::as_millisecond))
            .bind(now.as_millisecond())
            .bind(account.to_string())
            .bind(server.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Notes that the draft of a server has changed. Says whether the account has such a server, not deleted.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn touch_server(
        &mut self,
        account: AccountId,
        id: ServerId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "update server set revision = revision + 1, updated_at = $1 \
             where account_id = $2 and id = $3 and deleted_at is null";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a server for good, with all that is its own. What it did stays in the logs. Says whether the account had it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a token that may name it cannot be read.
    pub async fn purge_server(&mut self, account: AccountId, id: ServerId) -> Result<bool, Error> {
        const OWNED: [&str; 9] = [
            "delete from test_case where account_id = $1 and server_id = $2",
            "delete from published_use where account_id = $1 and server_id = $2",
            "delete from publication where account_id = $1 and server_id = $2",
            "delete from server_connection where account_id = $1 and server_id = $2",
            "delete from server_part where account_id = $1 and server_id = $2",
            "delete from server_tool where account_id = $1 and server_id = $2",
            "delete from server_host where account_id = $1 and server_id = $2",
            "delete from server_slug where account_id = $1 and server_id = $2",
            "delete from user_grant where account_id = $1 and server_id = $2",
        ];
        const SQL: &str =
            "delete from server where account_id = $1 and id = $2 and deleted_at is not null";
        for sql in OWNED {
            on!(self.tx, |db| sqlx::query(sql)
                .bind(account.to_string())
                .bind(id.to_string())
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        if done == 1 {
            self.drop_server_from_tokens(account, id).await?;
        }
        Ok(done == 1)
    }
}
