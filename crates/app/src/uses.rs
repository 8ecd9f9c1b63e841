use crate::{App, Error, Kind};
use model::{AccountId, AppId, ConnectionId, ServerId, Slug};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, fmt::Write as _};
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
    /// Whether its draft does.
    pub draft: bool,
    /// The tools that do, by name.
    pub tools: Vec<String>,
}

/// Everything that uses something. What is used cannot be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsedBy {
    /// The servers, in the order of their making.
    pub items: Vec<Use>,
}

/// What a publication's document says of what it uses; the rest of it is passed over.
#[derive(Deserialize)]
struct Document {
    apps: Vec<UsedApp>,
    tools: Vec<UsedTool>,
}

#[derive(Deserialize)]
struct UsedApp {
    id: AppId,
    connection: Option<ConnectionId>,
}

#[derive(Deserialize)]
struct UsedTool {
    app: usize,
    name: Option<String>,
    action: UsedAction,
    connection: Option<ConnectionId>,
}

#[derive(Deserialize)]
struct UsedAction {
    name: String,
}

/// One tool of a published version, as far as its parts go.
struct Tool<'a> {
    app: AppId,
    action: &'a str,
    /// None: the app's default.
    connection: Option<ConnectionId>,
}

impl UsedBy {
    /// Refuses what cannot be done to something in use.
    ///
    /// # Errors
    ///
    /// [`Kind::Conflict`] when it is, with the names of some servers.
    pub(crate) fn refuse(&self, what: &str) -> Result<(), Error> {
        if self.items.is_empty() {
            return Ok(());
        }
        let mut message = format!("{what} is in use by ");
        for (at, one) in self.items.iter().take(NAMED_MAX).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(message, "{comma}{}", one.slug).expect("a string takes all text");
        }
        if let Some(more) = self.items.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
            write!(message, " and {more} more").expect("a string takes all text");
        }
        message.push_str(": take it out there first");
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
        self.uses(account, |tool| tool.app == app).await
    }

    /// What uses that action of the app.
    pub(crate) async fn uses_of_action(
        &self,
        account: AccountId,
        app: AppId,
        action: &str,
    ) -> Result<UsedBy, Error> {
        self.uses(account, |tool| tool.app == app && tool.action == action).await
    }

    /// What uses the connection, by its id or as the default of its app.
    pub(crate) async fn uses_of_connection(
        &self,
        account: AccountId,
        connection: &Connection,
    ) -> Result<UsedBy, Error> {
        self.uses(account, |tool| match tool.connection {
            Some(id) => id == connection.id,
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
                used.insert(tool.action.to_owned());
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
        let mut items = Vec::new();
        for server in self.store.servers(account).await? {
            let Some(text) = self.store.publication(account, server.id, server.version).await?
            else {
                continue;
            };
            let tools = tools_that(&text, &mut is_use)?;
            if !tools.is_empty() {
                let (server, slug) = (server.id, server.slug);
                items.push(Use { server, slug, published: true, draft: false, tools });
            }
        }
        Ok(UsedBy { items })
    }
}

fn tools_that(text: &str, mut is_use: impl FnMut(&Tool<'_>) -> bool) -> Result<Vec<String>, Error> {
    let document: Document = serde_json::from_str(text).map_err(|error| {
        Error::new(Kind::Internal, "the published version of a server cannot be read")
            .with_source(error)
    })?;
    let mut names = Vec::new();
    for tool in &document.tools {
        let Some(app) = document.apps.get(tool.app) else { continue };
        let seen = Tool {
            app: app.id,
            action: &tool.action.name,
            connection: tool.connection.or(app.connection),
        };
        if is_use(&seen) {
            names.push(tool.name.as_ref().unwrap_or(&tool.action.name).clone());
        }
    }
    Ok(names)
}
