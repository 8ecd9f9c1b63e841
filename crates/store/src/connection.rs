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
    /// What [`crate::Sealer::seal`] made for [`Connection::place`].
    pub sealed: Vec<u8>,
}

impl Connection {
    /// The place that a connection's credentials are sealed for.
    #[must_use]
    pub fn place(account: AccountId, id: ConnectionId) -> String {
        format!("{account}|connection|{id}|sealed")
    }
}

impl Store {
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
        const SQL: &str =
            "select app_id, name, sealed from connection where account_id = $1 and id = $2";
        let row: Option<(String, String, Vec<u8>)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(|(app_id, name, sealed)| {
            let app_id =
                app_id.parse().map_err(|_| Error::Corrupt { column: "connection.app_id" })?;
            Ok(Connection { id, app_id, name, sealed })
        })
        .transpose()
    }

    /// The app's connection of that name.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn connection_by_name(
        &self,
        account: AccountId,
        app: AppId,
        name: &str,
    ) -> Result<Option<Connection>, Error> {
        const SQL: &str =
            "select id, sealed from connection where account_id = $1 and app_id = $2 and name = $3";
        let row: Option<(String, Vec<u8>)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .bind(name)
            .fetch_optional(db)
            .await?);
        row.map(|(id, sealed)| {
            let id = id.parse().map_err(|_| Error::Corrupt { column: "connection.id" })?;
            Ok(Connection { id, app_id: app, name: name.to_owned(), sealed })
        })
        .transpose()
    }
}

impl Change {
    /// Adds the connection, or gives the one of that id its new credentials.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the app has another of that name.
    pub async fn put_connection(
        &mut self,
        account: AccountId,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into connection (id, account_id, app_id, name, sealed, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $6) \
             on conflict (id) do update set sealed = excluded.sealed, updated_at = excluded.updated_at \
             where connection.account_id = excluded.account_id";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(connection.id.to_string())
            .bind(account.to_string())
            .bind(connection.app_id.to_string())
            .bind(&connection.name)
            .bind(&connection.sealed)
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
