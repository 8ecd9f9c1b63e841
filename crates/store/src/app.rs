use crate::{Change, Error, Store, engine::on};
use model::{AccountId, AppDefinition, AppId, AppKey, AppKind, CredentialSlot, Timestamp};

/// Something that can do things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Names it.
    pub id: AppId,
    /// Its key within the account.
    pub key: AppKey,
    /// How its actions come to be.
    pub kind: AppKind,
    /// For people: at first the description's title.
    pub title: String,
    /// The file or URL that it was imported from; empty when there is none to import again from.
    pub origin: String,
    /// Where it is called.
    pub base_url: String,
    /// Hosts beside the base URL's own to which its credentials may go.
    pub trusted_hosts: Vec<String>,
    /// What credentials its actions ask for.
    pub slots: Vec<CredentialSlot>,
    /// Which operations its description gives, as JSON.
    pub rules: String,
    /// What it keeps of the definition that it was made from.
    pub definition: Option<AppDefinition>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An app in a list: with what is counted and remembered of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppEntry {
    /// The app.
    pub app: App,
    /// How many actions it has.
    pub actions: i64,
    /// The summary of its last import, as JSON.
    pub imported: Option<String>,
}

type Text = Option<String>;
type Row =
    (String, String, String, String, String, String, String, String, String, Text, i64, i64, i64);
type EntryRow = (
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    Text,
    i64,
    i64,
    i64,
    i64,
    Text,
);

fn app(row: Row) -> Result<App, Error> {
    let (id, key, kind, title, origin, base_url, hosts, slots, rules, definition, n, made, at) =
        row;
    let corrupt = |column| Error::Corrupt { column };
    let time = |millis| Timestamp::from_millisecond(millis).map_err(|_| corrupt("app times"));
    let definition = definition.as_deref().map(serde_json::from_str).transpose();
    Ok(App {
        id: id.parse().map_err(|_| corrupt("app.id"))?,
        key: key.parse().map_err(|_| corrupt("app.key"))?,
        kind: AppKind::parse(&kind).ok_or_else(|| corrupt("app.kind"))?,
        title,
        origin,
        base_url,
        trusted_hosts: serde_json::from_str(&hosts).map_err(|_| corrupt("app.trusted_hosts"))?,
        slots: serde_json::from_str(&slots).map_err(|_| corrupt("app.slots"))?,
        rules,
        definition: definition.map_err(|_| corrupt("app.definition"))?,
        revision: n,
        created_at: time(made)?,
        updated_at: time(at)?,
    })
}

fn entry(row: EntryRow) -> Result<AppEntry, Error> {
    let (
        id,
        key,
        kind,
        title,
        origin,
        url,
        hosts,
        slots,
        rules,
        definition,
        n,
        made,
        at,
        count,
        last,
    ) = row;
    let row = (id, key, kind, title, origin, url, hosts, slots, rules, definition, n, made, at);
    Ok(AppEntry { app: app(row)?, actions: count, imported: last })
}

impl Store {
    /// The account's apps after that one, in the order of their making, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn apps(
        &self,
        account: AccountId,
        after: Option<AppId>,
        limit: u32,
    ) -> Result<Vec<AppEntry>, Error> {
        const SQL: &str = "select id, key, kind, title, origin, base_url, trusted_hosts, slots, rules, definition, \
             revision, created_at, updated_at, (select count(*) from action where action.app_id = app.id), summary \
             from app left join import_report on import_report.app_id = app.id \
             where app.account_id = $1 and id > $2 order by id limit $3";
        let rows: Vec<EntryRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(entry).collect()
    }

    /// The account's app of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn app(&self, account: AccountId, id: AppId) -> Result<Option<AppEntry>, Error> {
        const SQL: &str = "select id, key, kind, title, origin, base_url, trusted_hosts, slots, rules, definition, \
             revision, created_at, updated_at, (select count(*) from action where action.app_id = app.id), summary \
             from app left join import_report on import_report.app_id = app.id \
             where app.account_id = $1 and id = $2";
        let row: Option<EntryRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(entry).transpose()
    }

    /// The account's app with that key.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn app_by_key(&self, account: AccountId, key: &AppKey) -> Result<Option<App>, Error> {
        const SQL: &str = "select id, key, kind, title, origin, base_url, trusted_hosts, slots, rules, definition, \
             revision, created_at, updated_at from app where account_id = $1 and key = $2";
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
        const SQL: &str = "select id, key, kind, title, origin, base_url, trusted_hosts, slots, rules, definition, \
             revision, created_at, updated_at from app where account_id = $1 and origin = $2 order by id desc limit 1";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(origin)
            .fetch_optional(db)
            .await?);
        row.map(app).transpose()
    }

    /// What became of every operation at the app's last import, as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn import_report(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<Option<String>, Error> {
        const SQL: &str =
            "select document from import_report where account_id = $1 and app_id = $2";
        let row: Option<(String,)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_optional(db)
            .await?);
        Ok(row.map(|(document,)| document))
    }
}

/// Which tools an app makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppStamp {
    /// Whose it is.
    pub account_id: AccountId,
    /// The app.
    pub id: AppId,
    /// Its key within the account.
    pub key: AppKey,
    /// Grows with each change of it or of its actions.
    pub tools: i64,
}

impl Store {
    /// All apps of all accounts: for the process that serves them, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn app_stamps(&self) -> Result<Vec<AppStamp>, Error> {
        const SQL: &str = "select account_id, id, key, tools from app";
        let rows: Vec<(String, String, String, i64)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        let corrupt = |column| Error::Corrupt { column };
        rows.into_iter()
            .map(|(account, id, key, tools)| {
                Ok(AppStamp {
                    account_id: account.parse().map_err(|_| corrupt("app.account_id"))?,
                    id: id.parse().map_err(|_| corrupt("app.id"))?,
                    key: key.parse().map_err(|_| corrupt("app.key"))?,
                    tools,
                })
            })
            .collect()
    }
}

impl Change {
    /// Adds the app, or gives the one of that id its new content and its next revision.
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
        const SQL: &str = "insert into app (id, account_id, key, kind, title, origin, base_url, trusted_hosts, slots, \
             rules, definition, revision, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, 1, $11, $11) \
             on conflict (id) do update set title = excluded.title, origin = excluded.origin, \
             base_url = excluded.base_url, trusted_hosts = excluded.trusted_hosts, slots = excluded.slots, \
             rules = excluded.rules, revision = app.revision + 1, tools = app.tools + 1, updated_at = excluded.updated_at \
             where app.account_id = excluded.account_id";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(app.id.to_string())
            .bind(account.to_string())
            .bind(app.key.as_str())
            .bind(app.kind.as_str())
            .bind(&app.title)
            .bind(&app.origin)
            .bind(&app.base_url)
            .bind(json(&app.trusted_hosts))
            .bind(json(&app.slots))
            .bind(&app.rules)
            .bind(now.as_millisecond())
            .bind(app.definition.as_ref().map(json))
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives the app of that id its new content and its next revision, if it still has the revision of `app`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_app(
        &mut self,
        account: AccountId,
        app: &App,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "update app set title = $1, origin = $2, base_url = $3, trusted_hosts = $4, slots = $5, \
             rules = $6, revision = revision + 1, tools = tools + 1, updated_at = $7, definition = $11 \
             where account_id = $8 and id = $9 and revision = $10";
        let changed = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&app.title)
            .bind(&app.origin)
            .bind(&app.base_url)
            .bind(json(&app.trusted_hosts))
            .bind(json(&app.slots))
            .bind(&app.rules)
            .bind(now.as_millisecond())
            .bind(account.to_string())
            .bind(app.id.to_string())
            .bind(app.revision)
            .bind(app.definition.as_ref().map(json))
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Removes the app with its actions, its connections and its report, if it still has that revision.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_app(
        &mut self,
        account: AccountId,
        app: AppId,
        revision: i64,
    ) -> Result<bool, Error> {
        const PARTS: [&str; 8] = [
            "delete from customer_connection where account_id = $1 and app_id = $2 and customer_id in \
             (select id from customer where account_id = $1 and user_id is not null)",
            "delete from connect_attempt where account_id = $1 and app_id = $2",
            "delete from connect_attempt where account_id = $1 and link_id in \
             (select id from connect_link where account_id = $1 and app_id = $2)",
            "delete from connect_link where account_id = $1 and app_id = $2",
            "delete from oauth_client where account_id = $1 and app_id = $2",
            "delete from action where account_id = $1 and app_id = $2",
            "delete from connection where account_id = $1 and app_id = $2",
            "delete from import_report where account_id = $1 and app_id = $2",
        ];
        const SQL: &str = "delete from app where account_id = $1 and id = $2 and revision = $3";
        let removed = self.remove(&PARTS, SQL, account, &app, revision).await?;
        self.credentials_changed(account).await?;
        Ok(removed)
    }

    /// Keeps what an import of the app came to, in place of the one before.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn put_import_report(
        &mut self,
        account: AccountId,
        app: AppId,
        summary: &str,
        document: &str,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into import_report (app_id, account_id, summary, document) \
             values ($1, $2, $3, $4) \
             on conflict (app_id) do update set summary = excluded.summary, document = excluded.document \
             where import_report.account_id = excluded.account_id";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(app.to_string())
            .bind(account.to_string())
            .bind(summary)
            .bind(document)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Has every process make the app's tools anew.
    pub(crate) async fn tools_changed(
        &mut self,
        account: AccountId,
        app: AppId,
    ) -> Result<(), Error> {
        const SQL: &str = "update app set tools = tools + 1 where account_id = $1 and id = $2";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}

pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types have text keys only")
}
