use super::touch;
use crate::{App, Caller, Error, Expected, Page, PageQuery, Patch, tool::Tool};
use model::{
    AccountId, Action, Annotations, AppId, ConnectionId, Permission, RawJson, ServerId, Timestamp,
    ToolName, ToolSettings,
};
use serde::{Deserialize, Serialize};
use store::DraftTool;
use upstream::{Adapted, READ_RESULT, adapt};
use utoipa::ToSchema;

/// A tool of a server's draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServerTool {
    /// The app of its action.
    pub app: AppId,
    /// The action that it calls, by its name in the app.
    pub action: String,
    /// What of it can be changed.
    #[serde(flatten)]
    pub settings: ServerToolSettings,
    /// What clients would be told of it; in lists absent, and where its action is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub offered: Option<OfferedTool>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of a tool can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerToolSettings {
    /// Unique among the tools of the server.
    pub name: ToolName,
    /// Whether the next version has it.
    pub enabled: bool,
    /// Its own connection, where it is not the server's for the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// What the server makes of the action.
    #[serde(default, deserialize_with = "model::object")]
    #[schema(required)]
    pub settings: ToolSettings,
}

/// A tool to be added to a draft.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewServerTool {
    /// The app of its action.
    pub app: AppId,
    /// The action that it calls, by its name in the app.
    #[schema(min_length = 1, max_length = 64)]
    pub action: String,
    /// The action's, when absent.
    #[serde(default)]
    pub name: Option<ToolName>,
    /// Whether the next version has it.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
    /// Its own connection, where it is not the server's for the app.
    #[serde(default)]
    pub connection: Option<ConnectionId>,
    /// What the server makes of the action.
    #[serde(default, deserialize_with = "model::object")]
    pub settings: ToolSettings,
}

const fn yes() -> bool {
    true
}

/// What clients are told of a tool.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferedTool {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// For models.
    pub description: String,
    /// JSON Schema of the arguments.
    #[schema(value_type = Object)]
    pub input_schema: RawJson,
    /// JSON Schema of the structured result.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, nullable = false)]
    pub output_schema: Option<RawJson>,
    /// Hints for clients.
    #[schema(value_type = Object)]
    pub annotations: Annotations,
    /// Whether its method is safe: a read-only server or token has no others.
    pub safe: bool,
}

impl OfferedTool {
    /// What clients are told of a tool.
    pub(crate) fn of(tool: &Tool) -> Self {
        Self {
            title: tool.title.as_deref().map(str::to_owned),
            description: tool.description.to_string(),
            input_schema: tool.input_schema.clone(),
            output_schema: tool.output_schema.clone(),
            annotations: tool.annotations,
            safe: tool.is_safe(),
        }
    }
}

impl App {
    /// The tools of the server's draft, in their order.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn list_server_tools(
        &self,
        caller: &Caller,
        server: ServerId,
        page: &PageQuery,
    ) -> Result<Page<ServerTool>, Error> {
        let account = caller.may(Permission::ReadServers)?;
        self.any_server(account, server).await?;
        let (size, after) = (page.size()?, page.after::<String>()?);
        let place = |row: &DraftTool| format!("{:012} {}", row.position, row.name);
        let mut rows = self.store.draft_tools(account, server).await?;
        rows.retain(|row| after.as_ref().is_none_or(|after| place(row) > *after));
        rows.truncate(size as usize + 1);
        Ok(Page::new(rows, size, place, ServerTool::from))
    }

    /// One tool of the server's draft, and what clients would be told of it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn get_server_tool(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ToolName,
    ) -> Result<ServerTool, Error> {
        let account = caller.may(Permission::ReadServers)?;
        let row = self.known_tool(account, server, name).await?;
        let definition = self.store.action_definition(account, row.app_id, &row.action).await?;
        // One whose action changed under its settings is shown without what would be offered: publishing says what is wrong.
        let adapted = match definition {
            Some(text) => adapt(read_action(&text)?, &row.settings).ok(),
            None => None,
        };
        Ok(ServerTool { offered: adapted.map(OfferedTool::from), ..row.into() })
    }

    /// Adds a tool to the server's draft. The same action may become several.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`] for
    /// settings that the action cannot be offered with; [`crate::Kind::Conflict`] for a name that is taken.
    pub async fn add_server_tool(
        &self,
        caller: &Caller,
        server: ServerId,
        new: NewServerTool,
    ) -> Result<ServerTool, Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        let action = self.action_to_offer(account, new.app, &new.action).await?;
        let own = || Error::invalid("give this tool a name of its own").field("name");
        let settings = ServerToolSettings {
            name: match new.name {
                Some(name) => name,
                None => action.name.parse().map_err(|_| own())?,
            },
            enabled: new.enabled,
            connection: new.connection,
            settings: new.settings,
        };
        let offered = self.checked(account, new.app, action, &settings).await?;
        let now = self.clock.now();
        let tools = self.store.draft_tools(account, server).await?;
        let row = DraftTool {
            name: settings.name,
            position: next_position(&tools),
            app_id: new.app,
            action: new.action,
            settings: settings.settings,
            enabled: settings.enabled,
            connection_id: settings.connection,
            revision: 1,
            updated_at: now,
        };
        let tool = ServerTool { offered: Some(offered), ..row.clone().into() };
        let object = format!("{server}/{}", row.name);
        let mut change = self
            .begin(caller, now, "server_tool.create", &object, None::<&()>, Some(&tool))
            .await?;
        touch(&mut change, account, server, now).await?;
        let rows = std::slice::from_ref(&row);
        change.insert_tools(account, server, rows).await.map_err(name_taken)?;
        self.commit_created(change, caller, &tool, now).await?;
        Ok(tool)
    }

    /// Changes a tool of the server's draft.
    ///
    /// # Errors
    ///
    /// As for [`Self::add_server_tool`]; [`crate::Kind::Changed`].
    pub async fn update_server_tool(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ToolName,
        expected: Expected,
        patch: &Patch,
    ) -> Result<ServerTool, Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        let known = self.known_tool(account, server, name).await?;
        let before = ServerTool::from(known.clone());
        let settings = patch.apply(&before.settings)?;
        expected.check(known.revision)?;
        let off = ServerToolSettings { enabled: false, ..before.settings.clone() };
        let offered = if settings == off {
            // What cannot be offered any more can still be turned off.
            None
        } else {
            let action = self.action_to_offer(account, known.app_id, &known.action).await?;
            Some(self.checked(account, known.app_id, action, &settings).await?)
        };
        let now = self.clock.now();
        let row = DraftTool {
            name: settings.name,
            settings: settings.settings,
            enabled: settings.enabled,
            connection_id: settings.connection,
            revision: known.revision + 1,
            updated_at: now,
            ..known
        };
        let after = ServerTool::from(row.clone());
        let object = format!("{server}/{name}");
        let mut change = self
            .begin(caller, now, "server_tool.update", &object, Some(&before), Some(&after))
            .await?;
        touch(&mut change, account, server, now).await?;
        if !change.update_tool(account, server, name, &row).await.map_err(name_taken)? {
            return Err(Error::changed());
        }
        change.commit().await?;
        Ok(ServerTool { offered, ..after })
    }

    /// Takes a tool out of the server's draft, with its test cases.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn remove_server_tool(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ToolName,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        let known = self.known_tool(account, server, name).await?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let (before, object) = (ServerTool::from(known.clone()), format!("{server}/{name}"));
        let mut change = self
            .begin(caller, now, "server_tool.delete", &object, Some(&before), None::<&()>)
            .await?;
        touch(&mut change, account, server, now).await?;
        if !change.delete_tool(account, server, name, known.revision).await? {
            return Err(Error::changed());
        }
        Ok(change.commit().await?)
    }

    pub(crate) async fn known_tool(
        &self,
        account: AccountId,
        server: ServerId,
        name: &ToolName,
    ) -> Result<DraftTool, Error> {
        let found = self.store.draft_tool(account, server, name).await?;
        found.ok_or_else(|| Error::not_found("there is no such tool in the draft"))
    }

    /// The action as it is now.
    pub(crate) async fn action_to_offer(
        &self,
        account: AccountId,
        app: AppId,
        action: &str,
    ) -> Result<Action, Error> {
        let found = self.store.action_definition(account, app, action).await?;
        let gone = || {
            Error::invalid("the app has no action of this name: list its actions")
                .code("no_such_action")
                .field("action")
        };
        read_action(&found.ok_or_else(gone)?)
    }

    /// What would be offered, once everything about it has been checked.
    async fn checked(
        &self,
        account: AccountId,
        app: AppId,
        action: Action,
        settings: &ServerToolSettings,
    ) -> Result<OfferedTool, Error> {
        if settings.name.as_str() == READ_RESULT {
            let message = "this is the name of a built-in tool: choose another";
            return Err(Error::conflict(message).code("name_taken").field("name"));
        }
        if let Some(connection) = settings.connection
            && self.store.app_of_connection(account, connection).await? != Some(app)
        {
            return Err(Error::invalid("the app has no such connection: list its connections")
                .code("no_such_connection")
                .field("connection"));
        }
        let adapted = offer(action, &settings.settings);
        Ok(adapted.map_err(|error| error.within("settings"))?.into())
    }
}

/// The tool that a server makes of an action.
///
/// # Errors
///
/// [`crate::Kind::Invalid`] with the member of the settings that the action cannot be offered with.
pub(crate) fn offer(action: Action, settings: &ToolSettings) -> Result<Adapted, Error> {
    adapt(action, settings).map_err(|error| {
        let invalid = Error::invalid(error.to_string()).code("invalid_settings");
        invalid.field(error.field())
    })
}

pub(crate) fn read_action(definition: &str) -> Result<Action, Error> {
    serde_json::from_str(definition).map_err(|error| {
        let message = "an action cannot be read: import its description again";
        Error::new(crate::Kind::Internal, message).with_source(error)
    })
}

/// The place behind all tools of a draft.
pub(crate) fn next_position(tools: &[DraftTool]) -> i64 {
    tools.iter().map(|tool| tool.position + 1).max().unwrap_or(0)
}

pub(crate) fn name_taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate => {
            Error::conflict("the draft has a tool of this name: choose another")
                .code("name_taken")
                .field("name")
        }
        other => other.into(),
    }
}

impl From<DraftTool> for ServerTool {
    fn from(row: DraftTool) -> Self {
        Self {
            app: row.app_id,
            action: row.action,
            settings: ServerToolSettings {
                name: row.name,
                enabled: row.enabled,
                connection: row.connection_id,
                settings: row.settings,
            },
            offered: None,
            updated_at: row.updated_at,
            revision: row.revision,
        }
    }
}

impl From<Adapted> for OfferedTool {
    fn from(adapted: Adapted) -> Self {
        let action = adapted.action;
        Self {
            safe: action.call.is_safe(),
            title: action.title,
            description: action.description,
            input_schema: action.input_schema,
            output_schema: action.output_schema,
            annotations: action.annotations,
        }
    }
}
