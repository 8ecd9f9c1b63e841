use crate::{
    Change, Error, Store,
    app::json,
    engine::{Tx, on},
};
use model::{AccountId, AppId, ConnectionId, CustomerId, Timestamp};
use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};

/// Credentials of one customer for one app, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerConnection {
    /// Names it.
    pub id: ConnectionId,
    /// Whose they are.
    pub customer_id: CustomerId,
    /// The app that they are for.
    pub app_id: AppId,
    /// Its name among the customer's connections of the app.
    pub name: String,
    /// Whether calls of the app use it that name no other.
    pub is_default: bool,
    /// The way of the app's definition that it was made in; none when it says itself where it is sent.
    pub way: Option<String>,
    /// What [`crate::Sealer::seal`] made for [`CustomerConnection::place`].
    pub sealed: Vec<u8>,
    /// Grows by one with each new secret.
    pub generation: i64,
    /// Whether it works, in the words of `app`.
    pub status: String,
    /// Why it does not.
    pub reason: Option<String>,
    /// Whose account at the app it is, where that is known.
    pub label: Option<String>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// The end of its access token, where that is known.
    pub expires_at: Option<Timestamp>,
    /// Grows by one with each change that somebody makes. A token that is refreshed is none.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed, its token included.
    pub updated_at: Timestamp,
    /// When a call last used it, to the hour.
    pub last_used_at: Option<Timestamp>,
}

impl CustomerConnection {
    /// At most so many of one customer.
    pub const MAX: u32 = 200;

    /// The place that its credentials are sealed for.
    #[must_use]
    pub fn place(account: AccountId, customer: CustomerId, id: ConnectionId) -> String {
        format!("{account}|customer_connection|{customer}|{id}|sealed")
    }
}

// More columns than a tuple can have.
impl<'r, R: Row> FromRow<'r, R> for CustomerConnection
where
    &'static str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        let unreadable = |column: &str| {
            sqlx::Error::ColumnNotFound(format!("customer_connection.{column}: unreadable"))
        };
        let time = |column: &'static str| {
            let millis = row.try_get::<Option<i64>, _>(column)?;
            let time = millis.map(Timestamp::from_millisecond).transpose();
            time.map_err(|_| unreadable(column))
        };
        let text = |column: &'static str| row.try_get::<String, _>(column);
        Ok(Self {
            id: text("id")?.parse().map_err(|_| unreadable("id"))?,
            customer_id: text("customer_id")?.parse().map_err(|_| unreadable("customer_id"))?,
            app_id: text("app_id")?.parse().map_err(|_| unreadable("app_id"))?,
            name: text("name")?,
            is_default: row.try_get::<i64, _>("is_default")? != 0,
            way: row.try_get("way")?,
            sealed: row.try_get("sealed")?,
            generation: row.try_get("generation")?,
            status: text("status")?,
            reason: row.try_get("reason")?,
            label: row.try_get("label")?,
            scopes: serde_json::from_str(&text("scopes")?).map_err(|_| unreadable("scopes"))?,
            expires_at: time("expires_at")?,
            revision: row.try_get("revision")?,
            created_at: time("created_at")?.ok_or_else(|| unreadable("created_at"))?,
            updated_at: time("updated_at")?.ok_or_else(|| unreadable("updated_at"))?,
            last_used_at: time("last_used_at")?,
        })
    }
}

impl Store {
    /// The customer's connections of every app, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`], also when a row cannot be read.
    pub async fn customer_connections(
        &self,
        account: AccountId,
        customer: CustomerId,
    ) -> Result<Vec<CustomerConnection>, Error> {
        const SQL: &str = "select id, customer_id, app_id, name, is_default, way, sealed, generation, status, reason, label, \
             scopes, expires_at, revision, created_at, updated_at, last_used_at from customer_connection \
             where account_id = $1 and customer_id = $2 order by id limit $3";
        Ok(on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(i64::from(CustomerConnection::MAX))
            .fetch_all(db)
            .await?))
    }

    /// The customer's connection of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`], also when the row cannot be read.
    pub async fn customer_connection(
        &self,
        account: AccountId,
        customer: CustomerId,
        id: ConnectionId,
    ) -> Result<Option<CustomerConnection>, Error> {
        const SQL: &str = "select id, customer_id, app_id, name, is_default, way, sealed, generation, status, reason, label, \
             scopes, expires_at, revision, created_at, updated_at, last_used_at from customer_connection \
             where account_id = $1 and customer_id = $2 and id = $3";
        Ok(on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?))
    }

    /// How many customers of the account have connected the app; users who have for themselves are none.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn customers_of_app(&self, account: AccountId, app: AppId) -> Result<i64, Error> {
        const SQL: &str = "select count(distinct customer_id) from customer_connection \
             where account_id = $1 and app_id = $2 and customer_id in \
             (select id from customer where account_id = $1 and user_id is null)";
        let (count,): (i64,) = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_one(db)
            .await?);
        Ok(count)
    }

    /// The customers whose connections have changed since [`crate::Epochs::connections`] was `since`, of every account: for the
    /// registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn customers_changed(
        &self,
        since: i64,
    ) -> Result<Vec<(AccountId, CustomerId)>, Error> {
        const SQL: &str =
            "select account_id, id from customer where connections > $1 order by connections";
        let rows: Vec<(String, String)> =
            on!(self.reader, |db| sqlx::query_as(SQL).bind(since).fetch_all(db).await?);
        let read = |(account, id): (String, String)| {
            Ok((
                account.parse().map_err(|_| Error::Corrupt { column: "customer.account_id" })?,
                id.parse().map_err(|_| Error::Corrupt { column: "customer.id" })?,
            ))
        };
        rows.into_iter().map(read).collect()
    }

    /// Writes down that a call used the connection. No change of anybody's, so it has no audit row.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn customer_connection_used(
        &self,
        account: AccountId,
        id: ConnectionId,
        at: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "update customer_connection set last_used_at = $1 \
             where account_id = $2 and id = $3 and (last_used_at is null or last_used_at < $1)";
        on!(self.writer, |db| sqlx::query(SQL)
            .bind(at.as_millisecond())
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(db)
            .await?
            .rows_affected());
        Ok(())
    }
}

impl Change {
    /// Adds the connection. As the default, it takes the place of the one before.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the customer has another of that name for the app.
    pub async fn insert_customer_connection(
        &mut self,
        account: AccountId,
        connection: &CustomerConnection,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into customer_connection (id, account_id, customer_id, app_id, name, is_default, way, sealed, \
             generation, status, reason, label, scopes, expires_at, revision, created_at, updated_at, last_used_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
        connections_changed(&mut self.tx, account, connection.customer_id).await?;
        self.make_room_for_default(account, connection).await?;
        let time = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(connection.id.to_string())
            .bind(account.to_string())
            .bind(connection.customer_id.to_string())
            .bind(connection.app_id.to_string())
            .bind(&connection.name)
            .bind(i64::from(connection.is_default))
            .bind(&connection.way)
            .bind(&connection.sealed)
            .bind(connection.generation)
            .bind(&connection.status)
            .bind(&connection.reason)
            .bind(&connection.label)
            .bind(json(&connection.scopes))
            .bind(time(connection.expires_at))
            .bind(connection.revision)
            .bind(connection.created_at.as_millisecond())
            .bind(connection.updated_at.as_millisecond())
            .bind(time(connection.last_used_at))
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives the connection of that id its new name, and makes it the default or not, if it still has the revision before that of
    /// `connection`. Its secret stays, also when it is refreshed meanwhile. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the customer has another of that name for the app.
    pub async fn update_customer_connection(
        &mut self,
        account: AccountId,
        connection: &CustomerConnection,
    ) -> Result<bool, Error> {
        const SQL: &str = "update customer_connection set name = $1, is_default = $2, revision = $3, updated_at = $4 \
             where account_id = $5 and customer_id = $6 and id = $7 and revision = $3 - 1";
        connections_changed(&mut self.tx, account, connection.customer_id).await?;
        self.make_room_for_default(account, connection).await?;
        let changed = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&connection.name)
            .bind(i64::from(connection.is_default))
            .bind(connection.revision)
            .bind(connection.updated_at.as_millisecond())
            .bind(account.to_string())
            .bind(connection.customer_id.to_string())
            .bind(connection.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Gives the connection of that id a new secret, with all that is known of it, if it still has the revision before that of
    /// `connection`. Whatever a refresh under way comes to belongs to the old one and is dropped. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn rotate_customer_connection(
        &mut self,
        account: AccountId,
        connection: &CustomerConnection,
    ) -> Result<bool, Error> {
        const SQL: &str = "update customer_connection set way = $1, sealed = $2, generation = generation + 1, status = $3, \
             reason = $4, label = $5, scopes = $6, expires_at = $7, lease = null, lease_until = null, revision = $8, \
             updated_at = $9 where account_id = $10 and customer_id = $11 and id = $12 and revision = $8 - 1";
        connections_changed(&mut self.tx, account, connection.customer_id).await?;
        let changed = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&connection.way)
            .bind(&connection.sealed)
            .bind(&connection.status)
            .bind(&connection.reason)
            .bind(&connection.label)
            .bind(json(&connection.scopes))
            .bind(connection.expires_at.map(Timestamp::as_millisecond))
            .bind(connection.revision)
            .bind(connection.updated_at.as_millisecond())
            .bind(account.to_string())
            .bind(connection.customer_id.to_string())
            .bind(connection.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Removes the connection, if it still has that revision. Was it the default, the oldest of the others becomes it. Says whether
    /// it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_customer_connection(
        &mut self,
        account: AccountId,
        connection: &CustomerConnection,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from customer_connection \
             where account_id = $1 and customer_id = $2 and id = $3 and revision = $4";
        const NEXT: &str = "update customer_connection set is_default = 1 where account_id = $1 and id = \
             (select min(id) from customer_connection where account_id = $1 and customer_id = $2 and app_id = $3) \
             and not exists (select 1 from customer_connection \
             where account_id = $1 and customer_id = $2 and app_id = $3 and is_default = 1)";
        connections_changed(&mut self.tx, account, connection.customer_id).await?;
        let removed = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(connection.customer_id.to_string())
            .bind(connection.id.to_string())
            .bind(connection.revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        on!(self.tx, |db| sqlx::query(NEXT)
            .bind(account.to_string())
            .bind(connection.customer_id.to_string())
            .bind(connection.app_id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(removed == 1)
    }

    /// Removes all connections of the customer.
    pub(crate) async fn delete_customer_connections(
        &mut self,
        account: AccountId,
        customer: CustomerId,
    ) -> Result<(), Error> {
        const SQL: &str =
            "delete from customer_connection where account_id = $1 and customer_id = $2";
        connections_changed(&mut self.tx, account, customer).await?;
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    async fn make_room_for_default(
        &mut self,
        account: AccountId,
        connection: &CustomerConnection,
    ) -> Result<(), Error> {
        const SQL: &str = "update customer_connection set is_default = 0 \
             where account_id = $1 and customer_id = $2 and app_id = $3";
        if !connection.is_default {
            return Ok(());
        }
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(connection.customer_id.to_string())
            .bind(connection.app_id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}

/// Counts a change of the customer's connections. Before anything else is written: the lock of the number's row makes such changes wait
/// for one another, so that whoever has read a number has seen all changes before it.
pub(crate) async fn connections_changed(
    tx: &mut Tx,
    account: AccountId,
    customer: CustomerId,
) -> Result<(), Error> {
    const COUNT: &str =
        "update change_epoch set value = value + 1 where name = 'connections' returning value";
    const STAMP: &str = "update customer set connections = $1 where account_id = $2 and id = $3";
    let (value,): (i64,) = on!(tx, |db| sqlx::query_as(COUNT).fetch_one(&mut **db).await?);
    on!(tx, |db| sqlx::query(STAMP)
        .bind(value)
        .bind(account.to_string())
        .bind(customer.to_string())
        .execute(&mut **db)
        .await?
        .rows_affected());
    Ok(())
}
