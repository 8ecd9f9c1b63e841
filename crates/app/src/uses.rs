use crate::{App, Error, Kind};
use model::{AccountId, AppId, ConnectionChoice, ConnectionId, ServerId, Slug};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt::Write as _,
};
use store::Connection;
use utoipa::ToSchema;

/// Servers that an error names at most.
const NAMED_MAX: usize = 5;

/// An MCP server that uses something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Use {
    /// The server.
    pub server: ServerId,
    /// Its part of the URL.
    pub slug: Slug,
    /// Whether its published version does.
    pub published: bool,
    /// Whether its draft does, tools that are off too.
    pub draft: bool,
    /// Whether it was deleted: it can be restored, so what it uses stays until it is purged.
    pub deleted: bool,
    /// The tools and resource templates that do, by name. None where it is the server's connection for an app of which it has
    /// no tool.
    pub tools: Vec<String>,
}

/// Everything that uses something. What is used cannot be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsedBy {
    /// The servers, in the order of their making.
    pub items: Vec<Use>,
    /// How many customers have connected the app. What is in use by customers alone can be removed, unless it is an app.
    pub customers: i64,
}

/// What a publication's document says of what it uses; the rest of it is passed over.
#[derive(Deserialize)]
struct Document {
    apps: Vec<UsedApp>,
    tools: Vec<UsedTool>,
    #[serde(default)]
    resource_templates: Vec<UsedTemplate>,
}

#[derive(Deserialize)]
struct UsedApp {
    id: AppId,
    connection: Option<ConnectionChoice>,
}

#[derive(Deserialize)]
struct UsedTool {
    app: usize,
    name: Option<String>,
    action: UsedAction,
    connection: Option<ConnectionId>,
}

#[derive(Deserialize)]
struct UsedTemplate {
    app: usize,
    action: UsedAction,
    template: UsedAction,
}

/// What has a name.
#[derive(Deserialize)]
struct UsedAction {
    name: String,
}

/// One tool of a published version or a draft, as far as its parts go; or a draft's connection for an app.
struct Tool<'a> {
    app: AppId,
    /// None where there is no tool yet.
    action: Option<&'a str>,
    /// None: the app's default.
    connection: Option<ConnectionChoice>,
}

impl UsedBy {
    /// Refuses what cannot be done to something in use.
    ///
    /// # Errors
    ///
    /// [`Kind::Conflict`] when it is, with the names of some servers.
    pub(crate) fn refuse(&self, what: &str) -> Result<(), Error> {
        if self.items.is_empty() && self.customers > 0 {
            let (count, s) = (self.customers, if self.customers == 1 { "" } else { "s" });
            let message = format!(
                "{what} is in use by {count} customer{s} who connected it: remove their connections first"
            );
            return Err(Error::conflict(message).code("in_use"));
        }
        if self.items.is_empty() {
            return Ok(());
        }
        let mut message = format!("{what} is in use by ");
        for (at, one) in self.items.iter().take(NAMED_MAX).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let deleted = if one.deleted { " (deleted)" } else { "" };
            write!(message, "{comma}{}{deleted}", one.slug).expect("a string takes all text");
        }
        if let Some(more) = self.items.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
            write!(message, " and {more} more").expect("a string takes all text");
        }
        let deleted = self.items.iter().any(|one| one.deleted);
        message.push_str(": take it out there first");
        message.push_str(if deleted { ", or purge what is deleted" } else { "" });
        Err(Error::conflict(message).code("in_use"))
    }
}

impl App {
    /// What uses the app.
    pub(crate) async fn uses_of_app(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<UsedBy, Error> {
        let servers = self.uses(account, |tool| tool.app == app).await?;
        Ok(UsedBy { customers: self.store.customers_of_app(account, app).await?, ..servers })
    }

    /// What uses that action of the app.
    pub(crate) async fn uses_of_action(
        &self,
        account: AccountId,
        app: AppId,
        action: &str,
    ) -> Result<UsedBy, Error> {
        self.uses(account, |tool| tool.app == app && tool.action == Some(action)).await
    }

    /// What uses the connection, by its id or as the default of its app.
    pub(crate) async fn uses_of_connection(
        &self,
        account: AccountId,
        connection: &Connection,
    ) -> Result<UsedBy, Error> {
        self.uses(account, |tool| match tool.connection {
            Some(choice) => choice.id() == Some(connection.id),
            None => connection.is_default && tool.app == connection.app_id,
        })
        .await
    }

    /// What uses the connection as the default of its app alone.
    pub(crate) async fn uses_of_default(
        &self,
        account: AccountId,
        connection: &Connection,
    ) -> Result<UsedBy, Error> {
        self.uses(account, |tool| tool.connection.is_none() && tool.app == connection.app_id).await
    }

    /// Names of the app's actions that are in use.
    pub(crate) async fn used_actions(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<HashSet<String>, Error> {
        let mut used = HashSet::new();
        self.uses(account, |tool| {
            if tool.app == app {
                used.extend(tool.action.map(str::to_owned));
            }
            false
        })
        .await?;
        Ok(used)
    }

    async fn uses(
        &self,
        account: AccountId,
        mut is_use: impl FnMut(&Tool<'_>) -> bool,
    ) -> Result<UsedBy, Error> {
        let mut drafts = self.drafts_that(account, &mut is_use).await?;
        let mut items = Vec::new();
        for row in self.store.server_rows(account).await? {
            let (server, deleted) = (row.server, row.deleted_at.is_some());
            let text = self.store.publication(account, server.id, server.version).await?;
            let published = match text {
                Some(text) => tools_that(&text, &mut is_use)?,
                None => BTreeSet::new(),
            };
            let draft = drafts.remove(&server.id);
            if published.is_empty() && draft.is_none() {
                continue;
            }
            items.push(Use {
                server: server.id,
                slug: server.slug,
                published: !published.is_empty(),
                draft: draft.is_some(),
                deleted,
                tools: published.union(&draft.unwrap_or_default()).cloned().collect(),
            });
        }
        Ok(UsedBy { items, customers: 0 })
    }

    /// The drafts that do, with the names of the tools that do.
    async fn drafts_that(
        &self,
        account: AccountId,
        mut is_use: impl FnMut(&Tool<'_>) -> bool,
    ) -> Result<HashMap<ServerId, BTreeSet<String>>, Error> {
        let mut found: HashMap<ServerId, BTreeSet<String>> = HashMap::new();
        let mut bound: HashMap<(ServerId, AppId), ConnectionChoice> = HashMap::new();
        for binding in self.store.bindings(account).await? {
            let connection = Some(binding.connection);
            if is_use(&Tool { app: binding.app_id, action: None, connection }) {
                found.entry(binding.server_id).or_default();
            }
            bound.insert((binding.server_id, binding.app_id), binding.connection);
        }
        for used in self.store.draft_uses(account).await? {
            let bound = bound.get(&(used.server_id, used.app_id)).copied();
            let seen = Tool {
                app: used.app_id,
                action: Some(&used.action),
                connection: used.connection_id.map(ConnectionChoice::Account).or(bound),
            };
            if is_use(&seen) {
                found.entry(used.server_id).or_default().insert(used.name);
            }
        }
        Ok(found)
    }
}

fn tools_that(
    text: &str,
    mut is_use: impl FnMut(&Tool<'_>) -> bool,
) -> Result<BTreeSet<String>, Error> {
    let document: Document = serde_json::from_str(text).map_err(|error| {
        Error::new(Kind::Internal, "the published version of a server cannot be read")
            .with_source(error)
    })?;
    let mut names = BTreeSet::new();
    let mut see = |number: usize, action: &str, own: Option<ConnectionId>, name: &str| {
        let Some(app) = document.apps.get(number) else { return };
        let connection = own.map(ConnectionChoice::Account).or(app.connection);
        let seen = Tool { app: app.id, action: Some(action), connection };
        if is_use(&seen) {
            names.insert(name.to_owned());
        }
    };
    for tool in &document.tools {
        let name = tool.name.as_ref().unwrap_or(&tool.action.name);
        see(tool.app, &tool.action.name, tool.connection, name);
    }
    for template in &document.resource_templates {
        see(template.app, &template.action.name, None, &template.template.name);
    }
    Ok(names)
}
