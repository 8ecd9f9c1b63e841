use crate::{Error, Store, engine::on};
use model::{AccountId, AppId, AppKey, ConnectionId, ServerId};

/// Where an app's actions are sent, as a draft needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPlace {
    /// Names it.
    pub id: AppId,
    /// Its key within the account.
    pub key: AppKey,
    /// Where it is called.
    pub base_url: String,
    /// Hosts beside the base URL's own to which its credentials may go.
    pub trusted_hosts: Vec<String>,
}

/// An action that a draft calls, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftAction {
    /// Its app.
    pub app_id: AppId,
    /// Its name within the app.
    pub name: String,
    /// The [`model::Action`] as JSON.
    pub definition: String,
}

/// A tool or resource template of a draft, as far as what it uses goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftUse {
    /// The server.
    pub server_id: ServerId,
    /// The tool's or template's name.
    pub name: String,
    /// The app that it calls.
    pub app_id: AppId,
    /// The action that it calls.
    pub action: String,
    /// Its own connection.
    pub connection_id: Option<ConnectionId>,
}

type UseRow = (String, String, String, String, Option<String>);
type PlaceRow = (String, String, String, String);
type ActionRow = (String, String, String);

fn app_place((id, key, base_url, trusted_hosts): PlaceRow) -> Result<AppPlace, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(AppPlace {
        id: id.parse().map_err(|_| corrupt("app.id"))?,
        key: key.parse().map_err(|_| corrupt("app.key"))?,
        base_url,
        trusted_hosts: serde_json::from_str(&trusted_hosts)
            .map_err(|_| corrupt("app.trusted_hosts"))?,
    })
}

fn draft_action((app, name, definition): ActionRow) -> Result<DraftAction, Error> {
    let app_id = app.parse().map_err(|_| Error::Corrupt { column: "action.app_id" })?;
    Ok(DraftAction { app_id, name, definition })
}

fn draft_use((server, name, app, action, connection): UseRow) -> Result<DraftUse, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(DraftUse {
        server_id: server.parse().map_err(|_| corrupt("server_tool.server_id"))?,
        name,
        app_id: app.parse().map_err(|_| corrupt("server_tool.app_id"))?,
        action,
        connection_id: connection
            .map(|id| id.parse().map_err(|_| corrupt("server_tool.connection_id")))
            .transpose()?,
    })
}

impl Store {
    /// What the drafts of the account's servers call, tools that are off too.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn draft_uses(&self, account: AccountId) -> Result<Vec<DraftUse>, Error> {
        const SQL: &str = "select server_id, name, app_id, action, connection_id from server_tool \
             where account_id = $1 \
             union all select server_id, name, app_id, action, cast(null as text) from server_part \
             where account_id = $1 and app_id is not null";
        let rows: Vec<UseRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(draft_use).collect()
    }

    /// Where each app of the account is called.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn app_places(&self, account: AccountId) -> Result<Vec<AppPlace>, Error> {
        const SQL: &str =
            "select id, key, base_url, trusted_hosts from app where account_id = $1 order by id";
        let rows: Vec<PlaceRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(app_place).collect()
    }

    /// The definition of the app's action of that name; none for one that a re-import no longer found.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn action_definition(
        &self,
        account: AccountId,
        app: AppId,
        name: &str,
    ) -> Result<Option<String>, Error> {
        const SQL: &str = "select definition from action \
             where account_id = $1 and app_id = $2 and name = $3 and gone_at is null";
        let row: Option<(String,)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .bind(name)
            .fetch_optional(db)
            .await?);
        Ok(row.map(|(definition,)| definition))
    }

    /// Every action of the app that a re-import still found, with its definition, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn action_definitions(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<Vec<DraftAction>, Error> {
        const SQL: &str = "select app_id, name, definition from action \
             where account_id = $1 and app_id = $2 and gone_at is null order by name";
        let rows: Vec<ActionRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(draft_action).collect()
    }

    /// The actions that the draft's tools and resource templates call, of those that are there.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn draft_actions(
        &self,
        account: AccountId,
        server: ServerId,
    ) -> Result<Vec<DraftAction>, Error> {
        const SQL: &str = "select app_id, name, definition from action where account_id = $1 \
             and gone_at is null and (exists (select 1 from server_tool as tool where tool.server_id = $2 \
             and tool.app_id = action.app_id and tool.action = action.name) \
             or exists (select 1 from server_part as part where part.server_id = $2 \
             and part.app_id = action.app_id and part.action = action.name))";
        let rows: Vec<ActionRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(draft_action).collect()
    }
}
