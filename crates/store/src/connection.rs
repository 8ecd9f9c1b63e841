use crate::{Change, Error, Store, engine::on};
use model::{AccountId, AppId, ConnectionId, Timestamp};

/// Credentials for one app, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Names it.
    pub id: ConnectionId,
    /// The app that they are for.
    pub app_id: AppId,
    /// Its name within the app.
    pub name: String,
    /// Whether the app's tools use it that name no other.
    pub is_default: bool,
    /// What [`crate::Sealer::seal`] made for [`Connection::place`].
    pub sealed: Vec<u8>,
    /// What is known of whether it works.
    pub health: ConnectionHealth,
    /// When the secret was last replaced.
    pub rotated_at: Option<Timestamp>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What is known of whether a connection works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionHealth {
    /// In the words of `app`.
    pub status: String,
    /// Why it does not.
    pub reason: Option<String>,
    /// When it was last tested.
    pub tested_at: Option<Timestamp>,
}

impl Connection {
    /// The place that a connection's credentials are sealed for.
    #[must_use]
    pub fn place(account: AccountId, id: ConnectionId) -> String {
        format!("{account}|connection|{id}|sealed")
    }
}

type Row = (
    String,
    String,
    String,
    i64,
    Vec<u8>,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    i64,
    i64,
);

fn connection(row: Row) -> Result<Connection, Error> {
    let (id, app, name, default, sealed, status, reason, tested, rotated, revision, created) = row;
    let corrupt = |column| Error::Corrupt { column };
    let time =
        |millis: i64| Timestamp::from_millisecond(millis).map_err(|_| corrupt("connection times"));
    Ok(Connection {
        id: id.parse().map_err(|_| corrupt("connection.id"))?,
        app_id: app.parse().map_err(|_| corrupt("connection.app_id"))?,
        name,
        is_default: default != 0,
        sealed,
        health: ConnectionHealth { status, reason, tested_at: tested.map(time).transpose()? },
        rotated_at: rotated.map(time).transpose()?,
        revision,
        created_at: time(created)?,
    })
}

impl Store {
    /// The account's connections after that one, in the order of their making, at most `limit`; of one app alone if it
    /// is named.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn connections(
        &self,
        account: AccountId,
        app: Option<AppId>,
        after: Option<ConnectionId>,
        limit: u32,
    ) -> Result<Vec<Connection>, Error> {
        const SQL: &str = "select id, app_id, name, is_default, sealed, status, reason, tested_at, rotated_at, revision, \
             created_at from connection \
             where account_id = $1 and ($2 = '' or app_id = $2) and id > $3 order by id limit $4";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.map(|id| id.to_string()).unwrap_or_default())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(connection).collect()
    }

    /// The account's connection of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn connection(
        &self,
        account: AccountId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, Error> {
        const SQL: &str = "select id, app_id, name, is_default, sealed, status, reason, tested_at, rotated_at, revision, \
             created_at from connection where account_id = $1 and id = $2";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(connection).transpose()
    }

    /// The connection that the app's tools use that name no other.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn default_connection(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<Option<Connection>, Error> {
        const SQL: &str = "select id, app_id, name, is_default, sealed, status, reason, tested_at, rotated_at, revision, \
             created_at from connection where account_id = $1 and app_id = $2 and is_default = 1";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_optional(db)
            .await?);
        row.map(connection).transpose()
    }

    /// Writes down that the API refused a connection's credentials, if they are still those of that revision. No change of
    /// anybody's, so it has no audit row.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn connection_refused(
        &self,
        account: AccountId,
        id: ConnectionId,
        revision: i64,
        reason: &str,
    ) -> Result<(), Error> {
        const SQL: &str = "update connection set status = 'failing', reason = $1 \
             where account_id = $2 and id = $3 and revision = $4";
        on!(self.writer, |db| sqlx::query(SQL)
            .bind(reason)
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(revision)
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
    /// [`Error::Duplicate`] when the app has another of that name.
    pub async fn insert_connection(
        &mut self,
        account: AccountId,
        connection: &Connection,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into connection (id, account_id, app_id, name, is_default, sealed, status, reason, \
             tested_at, rotated_at, revision, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)";
        if connection.is_default {
            self.clear_default(account, connection.app_id).await?;
        }
        let (health, time) =
            (&connection.health, |at: Option<Timestamp>| at.map(|at| at.as_millisecond()));
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(connection.id.to_string())
            .bind(account.to_string())
            .bind(connection.app_id.to_string())
            .bind(&connection.name)
            .bind(i64::from(connection.is_default))
            .bind(&connection.sealed)
            .bind(&health.status)
            .bind(&health.reason)
            .bind(time(health.tested_at))
            .bind(time(connection.rotated_at))
            .bind(connection.revision)
            .bind(connection.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.credentials_changed(account).await
    }

    /// Gives the connection of that id its new content, if it still has the revision before that of `connection`.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the app has another of that name.
    pub async fn update_connection(
        &mut self,
        account: AccountId,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "update connection set name = $1, is_default = $2, sealed = $3, status = $4, reason = $5, \
             tested_at = $6, rotated_at = $7, revision = $8, updated_at = $9 \
             where account_id = $10 and id = $11 and revision = $12";
        if connection.is_default {
            self.clear_default(account, connection.app_id).await?;
        }
        let (health, time) =
            (&connection.health, |at: Option<Timestamp>| at.map(|at| at.as_millisecond()));
        let changed = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&connection.name)
            .bind(i64::from(connection.is_default))
            .bind(&connection.sealed)
            .bind(&health.status)
            .bind(&health.reason)
            .bind(time(health.tested_at))
            .bind(time(connection.rotated_at))
            .bind(connection.revision)
            .bind(now.as_millisecond())
            .bind(account.to_string())
            .bind(connection.id.to_string())
            .bind(connection.revision - 1)
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.credentials_changed(account).await?;
        Ok(changed == 1)
    }

    /// Writes down how a test ended, if the connection still has that revision: what it found is not true of another
    /// secret.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn set_connection_health(
        &mut self,
        account: AccountId,
        id: ConnectionId,
        revision: i64,
        health: &ConnectionHealth,
    ) -> Result<bool, Error> {
        const SQL: &str = "update connection set status = $1, reason = $2, tested_at = $3 \
             where account_id = $4 and id = $5 and revision = $6";
        let changed = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&health.status)
            .bind(&health.reason)
            .bind(health.tested_at.map(|at| at.as_millisecond()))
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Removes the connection, if it still has that revision.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_connection(
        &mut self,
        account: AccountId,
        id: ConnectionId,
        revision: i64,
    ) -> Result<bool, Error> {
        const SQL: &str =
            "delete from connection where account_id = $1 and id = $2 and revision = $3";
        let removed = self.remove(&[], SQL, account, &id, revision).await?;
        self.credentials_changed(account).await?;
        Ok(removed)
    }

    async fn clear_default(&mut self, account: AccountId, app: AppId) -> Result<(), Error> {
        const SQL: &str =
            "update connection set is_default = 0 where account_id = $1 and app_id = $2";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Has every process read the account's credentials anew.
    pub(crate) async fn credentials_changed(&mut self, account: AccountId) -> Result<(), Error> {
        const SQL: &str = "update account set credentials = credentials + 1 where id = $1";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
