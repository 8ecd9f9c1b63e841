use crate::{Change, Error, Store, engine::on};
use model::{AccountId, ServerId, Slug, Timestamp};

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

type Row = (String, String, i64, i64, i64, i64, i64);
/// Account, credentials and then a [`Row`].
type EntryRow = (String, i64, String, String, i64, i64, i64, i64, i64);

fn server(
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
             from server order by server.id";
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

impl Change {
    /// Adds the server, or gives the one of that id its new settings and version.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the account already uses the slug.
    pub async fn put_server(
        &mut self,
        account: AccountId,
        server: &Server,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into server \
             (id, account_id, slug, name, enabled, read_only, strict_log, log_payloads, version, created_at, updated_at) \
             values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $9) \
             on conflict (id) do update set enabled = excluded.enabled, read_only = excluded.read_only, \
             strict_log = excluded.strict_log, log_payloads = excluded.log_payloads, version = excluded.version, \
             updated_at = excluded.updated_at where server.account_id = excluded.account_id";
        const NAME: &str = "insert into server_slug (account_id, slug, server_id) \
             select account_id, slug, id from server where account_id = $1 and id = $2 on conflict do nothing";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(server.id.to_string())
            .bind(account.to_string())
            .bind(server.slug.as_str())
            .bind(i64::from(server.enabled))
            .bind(i64::from(server.read_only))
            .bind(i64::from(server.strict_log))
            .bind(i64::from(server.log_payloads))
            .bind(server.version)
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        on!(self.tx, |db| sqlx::query(NAME)
            .bind(account.to_string())
            .bind(server.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Adds a publication.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the server has that version already.
    pub async fn insert_publication(
        &mut self,
        account: AccountId,
        server: ServerId,
        version: i64,
        document: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into publication (server_id, account_id, version, document, created_at) \
             values ($1, $2, $3, $4, $5)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(server.to_string())
            .bind(account.to_string())
            .bind(version)
            .bind(document)
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
