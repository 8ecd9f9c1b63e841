//! What an account sees of a customer's agent: its tools and its chats.

use super::{CONNECTED_APPS, CONNECTED_NAME, ConnectedApp};
use crate::{
    App, Caller, CustomerName, Error, OfferedTool, Page, PageQuery, session::chat_state, tool::Tool,
};
use model::{AccountId, AppKey, CustomerId, Permission, Timestamp};
use serde::Serialize;
use store::Chat;
use utoipa::ToSchema;

/// A tool that a customer's agent has at `/mcp`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CustomerTool {
    /// Its name.
    pub name: String,
    /// The app whose action it is; absent for the tools that every customer has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    pub app: Option<AppKey>,
    /// The connection that it uses unless the agent chooses another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub connection: Option<ToolConnection>,
    /// About what a model pays for reading it, in tokens of four bytes.
    pub tokens: usize,
    /// What the agent is told.
    #[serde(flatten)]
    pub offered: OfferedTool,
}

/// A connection, as a tool finds it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ToolConnection {
    /// What it is called among the customer's.
    pub name: String,
    /// Whether a call would use it.
    pub works: bool,
    /// Why not, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// A chat of a customer: what an `x-chat-id` names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerChat {
    /// The client's own name for it.
    pub chat: String,
    /// Whether its session can be gone on with; else the next request begins another.
    pub is_open: bool,
    /// What the client calls itself, while the session is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub client_name: Option<String>,
    /// The protocol revision that it speaks, while the session is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub revision: Option<String>,
    /// How many tools are enabled in it, beside those that are always there in dynamic mode.
    pub enabled_tools: usize,
    /// When it began; absent for chats of early releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub created_at: Option<Timestamp>,
    /// When a client last began to go on with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub used_at: Option<Timestamp>,
    /// When it is forgotten, unless it is gone on with.
    pub expires_at: Timestamp,
}

impl App {
    /// The tools that a customer's agent has, in their order: as it is told of them in static mode, with all its apps.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`] for a page
    /// that cannot be.
    pub async fn list_customer_tools(
        &self,
        caller: &Caller,
        name: &CustomerName,
        page: &PageQuery,
    ) -> Result<Page<CustomerTool>, Error> {
        let account = caller.may(Permission::ReadCustomers)?;
        let customer = self.known_customer(account, name).await?.id;
        let (size, after) = (page.size()?, page.after::<usize>()?);
        // What another process has changed since this one looked is seen too.
        self.refresh().await?;
        let published = self.apps_of_customer(account, customer).await?;
        let mut apps: Vec<&ConnectedApp> =
            published.connected_apps().iter().map(|app| &**app).collect();
        apps.sort_by(|a, b| a.set.app.key.cmp(&b.set.app.key));
        let of_apps = apps.iter().flat_map(|app| app.tools().iter().map(|tool| (Some(*app), tool)));
        let built_in = super::built_in().iter().map(|tool| (None, tool));
        let first = after.map_or(0, |after| after.saturating_add(1));
        let tools = of_apps.chain(built_in).enumerate().skip(first);
        let rows: Vec<_> = tools.take(size as usize + 1).collect();
        Ok(Page::new(rows, size, |(at, _)| *at, |(_, (app, tool))| CustomerTool::new(app, tool)))
    }

    /// The chats of a customer that can still be gone on with, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`].
    pub async fn list_customer_chats(
        &self,
        caller: &Caller,
        name: &CustomerName,
        page: &PageQuery,
    ) -> Result<Page<CustomerChat>, Error> {
        let account = caller.may(Permission::ReadCustomers)?;
        let customer = self.known_customer(account, name).await?.id;
        let (size, after) = (page.size()?, page.after::<String>()?.unwrap_or_default());
        if after.contains('\0') {
            // No text of a database holds one.
            return Err(Error::invalid("unknown cursor: start again without one").field("cursor"));
        }
        let now = self.clock.now();
        let rows = self.store.chats(account, customer, now, &after, size + 1).await?;
        let page = Page::new(rows, size, |chat: &Chat| chat.name.clone(), |chat| chat);
        let mut items = Vec::with_capacity(page.items.len());
        for chat in page.items {
            items.push(self.seen_chat(account, customer, chat, now).await?);
        }
        Ok(Page { items, next: page.next })
    }

    /// Forgets a chat of a customer, with what was enabled in it, and ends its session: whoever goes on with it begins anew.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::NotFound`].
    pub async fn delete_customer_chat(
        &self,
        caller: &Caller,
        name: &CustomerName,
        chat: &str,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteCustomers)?;
        let customer = self.known_customer(account, name).await?.id;
        let now = self.clock.now();
        let absent = || Error::not_found("the customer has no such chat");
        if chat.contains('\0') {
            return Err(absent());
        }
        let known = self.store.chat(account, customer, chat, now).await?.ok_or_else(absent)?;
        let id = known.session_id.clone();
        let tools = chat_state(&customer.to_string(), CONNECTED_APPS, chat);
        let before = self.seen_chat(account, customer, known, now).await?;
        let object = format!("{customer}/{chat}");
        let mut change = self
            .begin_uncounted(caller, now, "chat.delete", &object, Some(&before), None::<&()>)
            .await?;
        if !change.delete_chat(account, customer, chat).await? {
            return Err(absent());
        }
        change.delete_session_state(account, &tools).await?;
        change.commit().await?;
        match self.opened_session(account, CONNECTED_NAME, &id) {
            Some(session) => self.end_opened(account, &id, &session).await,
            None => Ok(()),
        }
    }

    async fn seen_chat(
        &self,
        account: AccountId,
        customer: CustomerId,
        chat: Chat,
        now: Timestamp,
    ) -> Result<CustomerChat, Error> {
        let key = chat_state(&customer.to_string(), CONNECTED_APPS, &chat.name);
        let enabled = self.store.enabled_tools(account, &key, now).await?;
        let session = self.opened_session(account, CONNECTED_NAME, &chat.session_id);
        let (client_name, revision) =
            session.map_or((None, None), |one| (one.client_name, Some(one.revision)));
        Ok(CustomerChat {
            chat: chat.name,
            is_open: revision.is_some(),
            client_name,
            revision,
            enabled_tools: enabled.len(),
            created_at: chat.created_at,
            used_at: chat.used_at,
            expires_at: chat.expires_at,
        })
    }
}

impl CustomerTool {
    fn new(app: Option<&ConnectedApp>, tool: &Tool) -> Self {
        let connection = app.and_then(|app| app.connections().first());
        let offered = OfferedTool::of(tool);
        let words = [&offered.description, offered.input_schema.get()].map(str::len);
        let more = offered.output_schema.as_ref().map_or(0, |schema| schema.get().len());
        let bytes = tool.name.len() + words.iter().sum::<usize>() + more;
        Self {
            name: tool.name.to_string(),
            app: app.map(|app| app.set.app.key.clone()),
            connection: connection.map(|one| ToolConnection {
                name: one.name.clone(),
                works: one.target.is_ok(),
                reason: one.target.as_ref().err().map(|unusable| unusable.reason.clone()),
            }),
            tokens: model::tokens_estimate(bytes),
            offered,
        }
    }
}
