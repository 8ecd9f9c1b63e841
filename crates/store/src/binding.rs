use crate::{Change, Error, Store, engine::on};
use model::{AccountId, AppId, ConnectionChoice, ConnectionId, ServerId};
use std::collections::BTreeMap;

/// With which connection a server's draft calls an app, where it is not the app's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The server.
    pub server_id: ServerId,
    /// The app.
    pub app_id: AppId,
    /// The connection.
    pub connection: ConnectionChoice,
}

type Row = (String, String, Option<String>);

fn binding((server, app, connection): Row) -> Result<Binding, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(Binding {
        server_id: server.parse().map_err(|_| corrupt("server_connection.server_id"))?,
        app_id: app.parse().map_err(|_| corrupt("server_connection.app_id"))?,
        connection: match connection {
            Some(id) => ConnectionChoice::Account(
                id.parse().map_err(|_| corrupt("server_connection.connection_id"))?,
            ),
            None => ConnectionChoice::Caller,
        },
    })
}

impl Store {
    /// The connections of the drafts of the account's servers.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn bindings(&self, account: AccountId) -> Result<Vec<Binding>, Error> {
        const SQL: &str = "select server_id, app_id, connection_id from server_connection \
             where account_id = $1 order by server_id, app_id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(binding).collect()
    }

    /// The app that a connection of the account is for, and nothing of its secret.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn app_of_connection(
        &self,
        account: AccountId,
        connection: ConnectionId,
    ) -> Result<Option<AppId>, Error> {
        const SQL: &str = "select app_id from connection where account_id = $1 and id = $2";
        let row: Option<(String,)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(connection.to_string())
            .fetch_optional(db)
            .await?);
        let corrupt = |_| Error::Corrupt { column: "connection.app_id" };
        row.map(|(app,)| app.parse().map_err(corrupt)).transpose()
    }
}

impl Change {
    /// Gives the server's draft exactly those connections.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`], also when an app or a connection is gone.
    pub async fn put_bindings(
        &mut self,
        account: AccountId,
        server: ServerId,
        bindings: &BTreeMap<AppId, ConnectionChoice>,
    ) -> Result<(), Error> {
        const NONE: &str = "delete from server_connection where account_id = $1 and server_id = $2";
        const SQL: &str = "insert into server_connection (server_id, account_id, app_id, connection_id) \
             values ($1, $2, $3, $4)";
        on!(self.tx, |db| sqlx::query(NONE)
            .bind(account.to_string())
            .bind(server.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        for (app, connection) in bindings {
            on!(self.tx, |db| sqlx::query(SQL)
                .bind(server.to_string())
                .bind(account.to_string())
                .bind(app.to_string())
                .bind(connection.id().map(|id| id.to_string()))
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        Ok(())
    }
}
