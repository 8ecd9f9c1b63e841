use crate::{Change, Error, Store, engine::on};
use model::{AccountId, AppId, ConnectLinkId, ConnectionId, CustomerId, Timestamp};

/// Links that were made for tools and are removed in one change.
const OLD_AT_ONCE: i64 = 100;

/// A page on which a customer connects an app, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectLink {
    /// Names it; not its secret.
    pub id: ConnectLinkId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// Who connects.
    pub customer_id: CustomerId,
    /// The app that is connected; every one that can be when absent.
    pub app_id: Option<AppId>,
    /// The connection whose credential is replaced; a new connection is made when absent.
    pub connection_id: Option<ConnectionId>,
    /// All else that whoever made it chose, as a JSON object.
    pub settings: String,
    /// Whether it was made for a tool that had no connection.
    pub is_automatic: bool,
    /// When its page was first opened.
    pub opened_at: Option<Timestamp>,
    /// Why the last try failed.
    pub failure: Option<String>,
    /// When it was used up, and what was made.
    pub used: Option<ConnectLinkUse>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// What came of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectLinkUse {
    /// When.
    pub at: Timestamp,
    /// The connection that was made, or whose credential was replaced.
    pub connection_id: ConnectionId,
    /// Its app.
    pub app_id: AppId,
}

type Text = Option<String>;
type Row = (
    String,
    String,
    String,
    Text,
    Text,
    String,
    i64,
    Option<i64>,
    Text,
    Option<i64>,
    Text,
    Text,
    i64,
    i64,
);

fn connect_link(row: Row) -> Result<ConnectLink, Error> {
    let (id, account_id, customer_id, app_id, connection_id, settings, is_automatic, ..) = &row;
    let (.., opened_at, failure, used_at, made_connection, made_app, created_at, expires_at) = &row;
    let corrupt = |column| Error::Corrupt { column };
    let time = |millis: i64| {
        Timestamp::from_millisecond(millis).map_err(|_| corrupt("connect_link times"))
    };
    let app = |id: &String| id.parse().map_err(|_| corrupt("connect_link.app_id"));
    let connection = |id: &String| id.parse().map_err(|_| corrupt("connect_link.connection_id"));
    let used = match (used_at, made_connection, made_app) {
        (Some(at), Some(made), Some(of)) => Some(ConnectLinkUse {
            at: time(*at)?,
            connection_id: connection(made)?,
            app_id: app(of)?,
        }),
        (None, None, None) => None,
        (Some(_) | None, Some(_) | None, Some(_) | None) => {
            return Err(corrupt("connect_link.used_at"));
        }
    };
    Ok(ConnectLink {
        id: id.parse().map_err(|_| corrupt("connect_link.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("connect_link.account_id"))?,
        customer_id: customer_id.parse().map_err(|_| corrupt("connect_link.customer_id"))?,
        app_id: app_id.as_ref().map(app).transpose()?,
        connection_id: connection_id.as_ref().map(connection).transpose()?,
        settings: settings.clone(),
        is_automatic: *is_automatic != 0,
        opened_at: opened_at.map(time).transpose()?,
        failure: failure.clone(),
        used,
        created_at: time(*created_at)?,
        expires_at: time(*expires_at)?,
    })
}

impl Store {
    /// The customer's links, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn connect_links(
        &self,
        account: AccountId,
        customer: CustomerId,
        after: Option<ConnectLinkId>,
        limit: u32,
    ) -> Result<Vec<ConnectLink>, Error> {
        const SQL: &str = "select id, account_id, customer_id, app_id, connection_id, settings, is_automatic, opened_at, failure, \
             used_at, made_connection_id, made_app_id, created_at, expires_at from connect_link \
             where account_id = $1 and customer_id = $2 and id > $3 order by id limit $4";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(connect_link).collect()
    }

    /// The customer's link of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn connect_link(
        &self,
        account: AccountId,
        customer: CustomerId,
        id: ConnectLinkId,
    ) -> Result<Option<ConnectLink>, Error> {
        const SQL: &str = "select id, account_id, customer_id, app_id, connection_id, settings, is_automatic, opened_at, failure, \
             used_at, made_connection_id, made_app_id, created_at, expires_at from connect_link \
             where account_id = $1 and customer_id = $2 and id = $3";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(connect_link).transpose()
    }

    /// The link that an attempt was begun on.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn connect_link_of_attempt(
        &self,
        account: AccountId,
        id: ConnectLinkId,
    ) -> Result<Option<ConnectLink>, Error> {
        const SQL: &str = "select id, account_id, customer_id, app_id, connection_id, settings, is_automatic, opened_at, failure, \
             used_at, made_connection_id, made_app_id, created_at, expires_at from connect_link where account_id = $1 and id = $2";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(connect_link).transpose()
    }

    /// The link whose secret has that hash, used up or not. The secret is the credential here: it names the account.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn connect_link_by_hash(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<ConnectLink>, Error> {
        const SQL: &str = "select id, account_id, customer_id, app_id, connection_id, settings, is_automatic, opened_at, failure, \
             used_at, made_connection_id, made_app_id, created_at, expires_at from connect_link where hash = $1";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(hash.as_slice())
            .fetch_optional(db)
            .await?);
        row.map(connect_link).transpose()
    }

    /// How many links of a customer can still be used at `now`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn count_live_connect_links(
        &self,
        account: AccountId,
        customer: CustomerId,
        now: Timestamp,
    ) -> Result<i64, Error> {
        const SQL: &str = "select count(*) from connect_link \
             where account_id = $1 and customer_id = $2 and used_at is null and expires_at > $3";
        let (count,): (i64,) = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(now.as_millisecond())
            .fetch_one(db)
            .await?);
        Ok(count)
    }

    /// Writes down that a link's page was opened. No change of anybody's, so it has no audit row.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn connect_link_opened(
        &self,
        account: AccountId,
        id: ConnectLinkId,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "update connect_link set opened_at = $1 where account_id = $2 and id = $3 and opened_at is null";
        on!(self.writer, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Writes down why a try failed. No change of anybody's, so it has no audit row.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn connect_link_failed(
        &self,
        account: AccountId,
        id: ConnectLinkId,
        failure: &str,
    ) -> Result<(), Error> {
        const SQL: &str = "update connect_link set failure = $1 where account_id = $2 and id = $3 and used_at is null";
        on!(self.writer, |db| sqlx::query(SQL)
            .bind(failure)
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Removes links that ended before that time.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_ended_connect_links(&self, before: Timestamp) -> Result<u64, Error> {
        const ATTEMPTS: &str = "delete from connect_attempt where link_id in \
             (select id from connect_link where expires_at <= $1)";
        const SQL: &str = "delete from connect_link where expires_at <= $1";
        on!(self.writer, |db| sqlx::query(ATTEMPTS)
            .bind(before.as_millisecond())
            .execute(db)
            .await?
            .rows_affected());
        Ok(on!(self.writer, |db| sqlx::query(SQL)
            .bind(before.as_millisecond())
            .execute(db)
            .await?
            .rows_affected()))
    }
}

impl Change {
    /// Adds a link; `hash` is that of its secret.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the hash is there already.
    pub async fn insert_connect_link(
        &mut self,
        link: &ConnectLink,
        hash: &[u8; 32],
    ) -> Result<(), Error> {
        const SQL: &str = "insert into connect_link (id, account_id, customer_id, hash, app_id, connection_id, settings, \
             is_automatic, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(link.id.to_string())
            .bind(link.account_id.to_string())
            .bind(link.customer_id.to_string())
            .bind(hash.as_slice())
            .bind(link.app_id.map(|id| id.to_string()))
            .bind(link.connection_id.map(|id| id.to_string()))
            .bind(&link.settings)
            .bind(i64::from(link.is_automatic))
            .bind(link.created_at.as_millisecond())
            .bind(link.expires_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Uses a link up. Says whether it could be used at that time: of several that try at once, one is told so.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn use_connect_link(
        &mut self,
        account: AccountId,
        id: ConnectLinkId,
        used: &ConnectLinkUse,
    ) -> Result<bool, Error> {
        const SQL: &str = "update connect_link set used_at = $1, made_connection_id = $2, made_app_id = $3, failure = null \
             where account_id = $4 and id = $5 and used_at is null and expires_at > $1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(used.at.as_millisecond())
            .bind(used.connection_id.to_string())
            .bind(used.app_id.to_string())
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a link. Says whether it was there.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_connect_link(
        &mut self,
        account: AccountId,
        customer: CustomerId,
        id: ConnectLinkId,
    ) -> Result<bool, Error> {
        const ATTEMPTS: &str = "delete from connect_attempt where account_id = $1 and link_id in \
             (select id from connect_link where account_id = $1 and customer_id = $2 and id = $3)";
        const SQL: &str =
            "delete from connect_link where account_id = $1 and customer_id = $2 and id = $3";
        let mut done = 0;
        for sql in [ATTEMPTS, SQL] {
            done = on!(self.tx, |db| sqlx::query(sql)
                .bind(account.to_string())
                .bind(customer.to_string())
                .bind(id.to_string())
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        Ok(done == 1)
    }

    /// Removes the links for that app that were made for the customer's tools and not used, but for the newest.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_automatic_connect_links(
        &mut self,
        account: AccountId,
        customer: CustomerId,
        app: AppId,
        kept: i64,
    ) -> Result<(), Error> {
        const OLD: &str = "select id from connect_link where account_id = $1 and customer_id = $2 and app_id = $3 \
             and is_automatic = 1 and used_at is null order by id desc limit $4";
        const ATTEMPTS: &str = "delete from connect_attempt where account_id = $1 and link_id = $2";
        const SQL: &str =
            "delete from connect_link where account_id = $1 and id = $2 and used_at is null";
        let ids: Vec<(String,)> = on!(self.tx, |db| sqlx::query_as(OLD)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(app.to_string())
            .bind(kept + OLD_AT_ONCE)
            .fetch_all(&mut **db)
            .await?);
        for (id,) in ids.iter().skip(usize::try_from(kept).unwrap_or(0)) {
            for sql in [ATTEMPTS, SQL] {
                on!(self.tx, |db| sqlx::query(sql)
                    .bind(account.to_string())
                    .bind(id)
                    .execute(&mut **db)
                    .await?
                    .rows_affected());
            }
        }
        Ok(())
    }
}
