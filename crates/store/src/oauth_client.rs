use crate::{Change, Error, Store, engine::on};
use model::{AccountId, AppId, Timestamp};

/// The OAuth client that an account has registered with the provider of one of an app's ways to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthClient {
    /// The account that registered it.
    pub account_id: AccountId,
    /// The app.
    pub app_id: AppId,
    /// The name of the way to connect.
    pub way: String,
    /// What the provider calls it; not secret.
    pub client_id: String,
    /// What [`crate::Sealer::seal`] made of its secret for [`OAuthClient::place`]; none for a public client.
    pub sealed: Option<Vec<u8>>,
    /// The scopes that it asks for; none: those that the way asks for by itself.
    pub scopes: Option<Vec<String>>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl OAuthClient {
    /// The place that a client's secret is sealed for.
    #[must_use]
    pub fn place(account: AccountId, app: AppId, way: &str) -> String {
        format!("{account}|oauth_client|{app}/{way}|sealed")
    }
}

type Row = (String, String, String, String, Option<Vec<u8>>, Option<String>, i64, i64, i64);

fn oauth_client(row: Row) -> Result<OAuthClient, Error> {
    let (account_id, app_id, way, client_id, sealed, scopes, revision, created_at, updated_at) =
        row;
    let corrupt = |column| Error::Corrupt { column };
    let time = |millis: i64| {
        Timestamp::from_millisecond(millis).map_err(|_| corrupt("oauth_client times"))
    };
    let scopes = scopes.as_deref().map(serde_json::from_str).transpose();
    Ok(OAuthClient {
        account_id: account_id.parse().map_err(|_| corrupt("oauth_client.account_id"))?,
        app_id: app_id.parse().map_err(|_| corrupt("oauth_client.app_id"))?,
        way,
        client_id,
        sealed,
        scopes: scopes.map_err(|_| corrupt("oauth_client.scopes"))?,
        revision,
        created_at: time(created_at)?,
        updated_at: time(updated_at)?,
    })
}

fn written(scopes: Option<&Vec<String>>) -> Option<String> {
    scopes.map(|scopes| serde_json::to_string(scopes).expect("texts are JSON"))
}

impl Store {
    /// The account's clients for that app, by the names of its ways.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn oauth_clients(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<Vec<OAuthClient>, Error> {
        const SQL: &str = "select account_id, app_id, way, client_id, sealed, scopes, revision, created_at, updated_at \
             from oauth_client where account_id = $1 and app_id = $2 order by way";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(oauth_client).collect()
    }

    /// The account's client for that way of the app.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn oauth_client(
        &self,
        account: AccountId,
        app: AppId,
        way: &str,
    ) -> Result<Option<OAuthClient>, Error> {
        const SQL: &str = "select account_id, app_id, way, client_id, sealed, scopes, revision, created_at, updated_at \
             from oauth_client where account_id = $1 and app_id = $2 and way = $3";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .bind(way)
            .fetch_optional(db)
            .await?);
        row.map(oauth_client).transpose()
    }
}

impl Change {
    /// Adds a client.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the way has one.
    pub async fn insert_oauth_client(&mut self, client: &OAuthClient) -> Result<(), Error> {
        const SQL: &str = "insert into oauth_client (account_id, app_id, way, client_id, sealed, scopes, revision, \
             created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(client.account_id.to_string())
            .bind(client.app_id.to_string())
            .bind(&client.way)
            .bind(&client.client_id)
            .bind(client.sealed.as_ref())
            .bind(written(client.scopes.as_ref()))
            .bind(client.revision)
            .bind(client.created_at.as_millisecond())
            .bind(client.updated_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives a way's client its new content, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_oauth_client(&mut self, client: &OAuthClient) -> Result<bool, Error> {
        const SQL: &str = "update oauth_client set client_id = $1, sealed = $2, scopes = $3, revision = $4, updated_at = $5 \
             where account_id = $6 and app_id = $7 and way = $8 and revision = $4 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&client.client_id)
            .bind(client.sealed.as_ref())
            .bind(written(client.scopes.as_ref()))
            .bind(client.revision)
            .bind(client.updated_at.as_millisecond())
            .bind(client.account_id.to_string())
            .bind(client.app_id.to_string())
            .bind(&client.way)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a way's client, if it has that revision. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_oauth_client(
        &mut self,
        account: AccountId,
        app: AppId,
        way: &str,
        revision: i64,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from oauth_client where account_id = $1 and app_id = $2 and way = $3 and revision = $4";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .bind(way)
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }
}
