use crate::{Error, Store, engine::on};
use model::{AccountId, ServerId, Slug};

/// An MCP server of an account. What it serves is its publication of the same version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Names it.
    pub id: ServerId,
    /// Its part of the URL.
    pub slug: Slug,
    /// Whether it answers at all.
    pub enabled: bool,
    /// Whether it sends safe methods only.
    pub read_only: bool,
    /// Whether a request-log row is on disk before its answer leaves.
    pub strict_log: bool,
    /// Whether the request log keeps arguments and results, redacted.
    pub log_payloads: bool,
    /// The published version; grows by one with each.
    pub version: i64,
}

/// A server and the account that it belongs to, as the registry of all servers needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerEntry {
    /// The owner.
    pub account_id: AccountId,
    /// The server.
    pub server: Server,
    /// How often the account's credentials were changed.
    pub credentials: i64,
}

pub(crate) type Row = (String, String, i64, i64, i64, i64, i64);
/// Account, credentials and then a [`Row`].
type EntryRow = (String, i64, String, String, i64, i64, i64, i64, i64);

pub(crate) fn server(
    (id, slug, enabled, read_only, strict_log, log_payloads, version): Row,
) -> Result<Server, Error> {
    Ok(Server {
        id: id.parse().map_err(|_| Error::Corrupt { column: "server.id" })?,
        slug: slug.parse().map_err(|_| Error::Corrupt { column: "server.slug" })?,
        enabled: enabled != 0,
        read_only: read_only != 0,
        strict_log: strict_log != 0,
        log_payloads: log_payloads != 0,
        version,
    })
}

impl Store {
    /// The account's server with that slug.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn server_by_slug(
        &self,
        account: AccountId,
        slug: &Slug,
    ) -> Result<Option<Server>, Error> {
        const SQL: &str = "select id, slug, enabled, read_only, strict_log, log_payloads, version from server \
             where account_id = $1 and slug = $2";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(slug.as_str())
            .fetch_optional(db)
            .await?);
        row.map(server).transpose()
    }

    /// The servers of an account, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn servers(&self, account: AccountId) -> Result<Vec<Server>, Error> {
        const SQL: &str = "select id, slug, enabled, read_only, strict_log, log_payloads, version from server \
             where account_id = $1 order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(server).collect()
    }

    /// Every server of every account: for the registry that serves all of them, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn server_entries(&self) -> Result<Vec<ServerEntry>, Error> {
        const SQL: &str = "select server.account_id, \
             (select credentials from account where account.id = server.account_id), \
             id, slug, enabled, read_only, strict_log, log_payloads, version \
             from server where deleted_at is null order by server.id";
        let rows: Vec<EntryRow> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter()
            .map(
                |(
                    account,
                    credentials,
                    id,
                    slug,
                    enabled,
                    read_only,
                    strict_log,
                    log_payloads,
                    version,
                )| {
                    Ok(ServerEntry {
                        account_id: account
                            .parse()
                            .map_err(|_| Error::Corrupt { column: "server.account_id" })?,
                        server: server((
                            id,
                            slug,
                            enabled,
                            read_only,
                            strict_log,
                            log_payloads,
                            version,
                        ))?,
                        credentials,
                    })
                },
            )
            .collect()
    }

    /// Every host name that stands for one server, in lower case: for the registry that serves all of them.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn server_hosts(&self) -> Result<Vec<(String, ServerId)>, Error> {
        const SQL: &str = "select host, server_id from server_host order by host";
        let rows: Vec<(String, String)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        let read = |(host, id): (String, String)| {
            let id = id.parse().map_err(|_| Error::Corrupt { column: "server_host.server_id" })?;
            Ok((host, id))
        };
        rows.into_iter().map(read).collect()
    }

    /// What the server serves at that version.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn publication(
        &self,
        account: AccountId,
        server: ServerId,
        version: i64,
    ) -> Result<Option<String>, Error> {
        const SQL: &str = "select document from publication \
             where account_id = $1 and server_id = $2 and version = $3";
        let row: Option<(String,)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(version)
            .fetch_optional(db)
            .await?);
        Ok(row.map(|(document,)| document))
    }
}
