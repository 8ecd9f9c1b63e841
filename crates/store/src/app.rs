use crate::{Change, Error, Store, engine::on};
use model::{AccountId, AppId, AppKey, CredentialSlot, Timestamp};

/// Something that can do things: here, made from an API description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Names it.
    pub id: AppId,
    /// Its key within the account.
    pub key: AppKey,
    /// The description's title.
    pub title: String,
    /// The file or URL that it was imported from.
    pub origin: String,
    /// Where it is called.
    pub base_url: String,
    /// Hosts beside the base URL's own to which its credentials may go.
    pub trusted_hosts: Vec<String>,
    /// What credentials its actions ask for.
    pub slots: Vec<CredentialSlot>,
}

/// One action as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRow {
    /// Its name, unique within the app.
    pub name: String,
    /// SHA-256 of the definition, in hexadecimal.
    pub hash: String,
    /// The [`model::Action`] as JSON.
    pub definition: String,
}

type Row = (String, String, String, String, String, String, String);

fn app((id, key, title, origin, base_url, trusted_hosts, slots): Row) -> Result<App, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(App {
        id: id.parse().map_err(|_| corrupt("app.id"))?,
        key: key.parse().map_err(|_| corrupt("app.key"))?,
        title,
        origin,
        base_url,
        trusted_hosts: serde_json::from_str(&trusted_hosts)
            .map_err(|_| corrupt("app.trusted_hosts"))?,
        slots: serde_json::from_str(&slots).map_err(|_| corrupt("app.slots"))?,
    })
}

impl Store {
    /// The account's app with that key.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn app_by_key(&self, account: AccountId, key: &AppKey) -> Result<Option<App>, Error> {
        const SQL: &str = "select id, key, title, origin, base_url, trusted_hosts, slots from app \
             where account_id = $1 and key = $2";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(key.as_str())
            .fetch_optional(db)
            .await?);
        row.map(app).transpose()
    }

    /// The account's app that was imported from there, the newest if there are several.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn app_by_origin(
        &self,
        account: AccountId,
        origin: &str,
    ) -> Result<Option<App>, Error> {
        const SQL: &str = "select id, key, title, origin, base_url, trusted_hosts, slots from app \
             where account_id = $1 and origin = $2 order by id desc limit 1";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(origin)
            .fetch_optional(db)
            .await?);
        row.map(app).transpose()
    }

    /// Names and hashes of the app's actions, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn action_hashes(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<Vec<(String, String)>, Error> {
        const SQL: &str =
            "select name, hash from action where account_id = $1 and app_id = $2 order by name";
        Ok(on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_all(db)
            .await?))
    }
}

impl Change {
    /// Adds the app, or gives the one of that id its new content.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when another app of the account has the key.
    pub async fn put_app(
        &mut self,
        account: AccountId,
        app: &App,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into app \
             (id, account_id, key, title, origin, base_url, trusted_hosts, slots, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) \
             on conflict (id) do update set title = excluded.title, origin = excluded.origin, \
             base_url = excluded.base_url, trusted_hosts = excluded.trusted_hosts, slots = excluded.slots, \
             updated_at = excluded.updated_at where app.account_id = excluded.account_id";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(app.id.to_string())
            .bind(account.to_string())
            .bind(app.key.as_str())
            .bind(&app.title)
            .bind(&app.origin)
            .bind(&app.base_url)
            .bind(json(&app.trusted_hosts))
            .bind(json(&app.slots))
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Adds actions to the app, or gives those of the same name their new definition.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn put_actions(
        &mut self,
        account: AccountId,
        app: AppId,
        actions: &[ActionRow],
    ) -> Result<(), Error> {
        const SQL: &str = "insert into action (app_id, account_id, name, hash, definition) \
             values ($1, $2, $3, $4, $5) \
             on conflict (app_id, name) do update set hash = excluded.hash, definition = excluded.definition \
             where action.account_id = excluded.account_id";
        for action in actions {
            on!(self.tx, |db| sqlx::query(SQL)
                .bind(app.to_string())
                .bind(account.to_string())
                .bind(&action.name)
                .bind(&action.hash)
                .bind(&action.definition)
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        Ok(())
    }

    /// Removes actions of the app by name.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_actions(
        &mut self,
        account: AccountId,
        app: AppId,
        names: &[String],
    ) -> Result<(), Error> {
        const SQL: &str = "delete from action where account_id = $1 and app_id = $2 and name = $3";
        for name in names {
            on!(self.tx, |db| sqlx::query(SQL)
                .bind(account.to_string())
                .bind(app.to_string())
                .bind(name)
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        Ok(())
    }
}

pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types have text keys only")
}
