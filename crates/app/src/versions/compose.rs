use super::DraftProblem;
use crate::{
    App, Error, Kind, ResourceTemplateSettings, Wire,
    document::{PublishedApp, PublishedTemplate},
    drafts::{offer, read_action},
};
use model::{
    AccountId, AppId, ConnectionChoice, ConnectionId, Prompt, Resource, ToolName, ToolSettings,
};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{AppPlace, DraftTool, PublishedUse, ServerRow};

/// The draft of a server, read whole.
pub(crate) struct Draft {
    pub(crate) row: ServerRow,
    /// In their order.
    pub(crate) tools: Vec<DraftTool>,
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) templates: Vec<ResourceTemplateSettings>,
    pub(crate) connections: BTreeMap<AppId, ConnectionChoice>,
    pub(crate) places: HashMap<AppId, AppPlace>,
    /// Definitions of the actions that are there.
    pub(crate) actions: HashMap<(AppId, String), String>,
}

/// A draft as a document.
pub(crate) struct Composed {
    pub(crate) document: String,
    pub(crate) tool_count: i64,
    pub(crate) uses: Vec<PublishedUse>,
}

/// A publication whose actions are JSON already. Its members are those of [`crate::document::Publication`], in their order.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    instructions: &'a str,
    apps: Vec<PublishedApp>,
    tools: Vec<WrittenTool<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    keeps_results: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_warning: Option<i64>,
    #[serde(skip_serializing_if = "<[Prompt]>::is_empty")]
    prompts: &'a [Prompt],
    #[serde(skip_serializing_if = "<[Resource]>::is_empty")]
    resources: &'a [Resource],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_templates: Vec<PublishedTemplate>,
}

#[derive(Serialize)]
struct WrittenTool<'a> {
    app: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a ToolName>,
    action: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a ToolSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<ConnectionId>,
}

/// The apps of a document in the order of their first use.
#[derive(Default)]
struct Apps {
    list: Vec<PublishedApp>,
    indexes: HashMap<AppId, usize>,
}

impl App {
    /// The draft of a server, less the tools that are off: what its next version would be made of.
    pub(crate) async fn draft(&self, account: AccountId, row: ServerRow) -> Result<Draft, Error> {
        let mut draft = self.whole_draft(account, row).await?;
        draft.tools.retain(|tool| tool.enabled);
        Ok(draft)
    }

    /// The draft of a server with all of its tools.
    pub(crate) async fn whole_draft(
        &self,
        account: AccountId,
        row: ServerRow,
    ) -> Result<Draft, Error> {
        let id = row.server.id;
        let tools = self.store.draft_tools(account, id).await?;
        let bindings = self.store.bindings(account).await?.into_iter();
        let own = bindings.filter(|binding| binding.server_id == id);
        let places = self.store.app_places(account).await?;
        let actions = self.store.draft_actions(account, id).await?;
        Ok(Draft {
            row,
            tools,
            prompts: self.parts(account, id).await?.into_iter().map(|one| one.part).collect(),
            resources: self.parts(account, id).await?.into_iter().map(|one| one.part).collect(),
            templates: self.parts(account, id).await?.into_iter().map(|one| one.part).collect(),
            connections: own.map(|one| (one.app_id, one.connection)).collect(),
            places: places.into_iter().map(|place| (place.id, place)).collect(),
            actions: actions
                .into_iter()
                .map(|action| ((action.app_id, action.name), action.definition))
                .collect(),
        })
    }
}

impl Draft {
    /// Whatever keeps the draft from being published as it is: actions that are gone, and settings that an action can no longer
    /// be offered with.
    pub(crate) fn problems(&self, wire: Wire<'_>) -> Result<Vec<DraftProblem>, Error> {
        let mut found = Vec::new();
        for tool in &self.tools {
            let of = |error: Error| DraftProblem::of(format!("tools.{}", tool.name), error);
            match self.definition(tool.app_id, &tool.action) {
                Err(error) => found.push(of(error)),
                // An action that is offered as it is was checked when it was imported.
                Ok(_) if tool.settings == ToolSettings::default() => {}
                Ok(text) => {
                    let refused = offer(read_action(text)?, &tool.settings).err();
                    found.extend(refused.map(|error| of(error.within("settings"))));
                }
            }
        }
        for template in &self.templates {
            let of =
                |error| DraftProblem::of(format!("resource_templates.{}", template.name), error);
            match self.definition(template.app, &template.action) {
                Err(error) => found.push(of(error)),
                Ok(text) => {
                    let refused = template.check_against(&read_action(text)?, wire).err();
                    found.extend(refused.map(of));
                }
            }
        }
        Ok(found)
    }

    fn definition(&self, app: AppId, action: &str) -> Result<&str, Error> {
        let found = self.actions.get(&(app, action.to_owned()));
        found.map(String::as_str).ok_or_else(|| {
            Error::conflict(format!("the action {action} is gone from its app: take this out"))
                .code("action_gone")
                .field("action")
        })
    }

    /// The document of a version, without what has a problem.
    pub(crate) fn compose(&self, problems: &[DraftProblem]) -> Result<Composed, Error> {
        let whole = |place: String| !problems.iter().any(|problem| problem.place == place);
        let mut apps = Apps::default();
        let mut uses = BTreeSet::new();
        let mut tools = Vec::with_capacity(self.tools.len());
        for tool in self.tools.iter().filter(|tool| whole(format!("tools.{}", tool.name))) {
            let app = apps.index(self, tool.app_id)?;
            let own = tool.connection_id.map(ConnectionChoice::Account);
            let connection = own.or(apps.list[app].connection);
            uses.insert(PublishedUse { app_id: tool.app_id, connection });
            let definition = self.definition(tool.app_id, &tool.action)?;
            tools.push(WrittenTool {
                app,
                name: Some(&tool.name).filter(|name| name.as_str() != tool.action),
                action: serde_json::from_str(definition).map_err(unwritable)?,
                settings: Some(&tool.settings).filter(|one| **one != ToolSettings::default()),
                connection: tool.connection_id,
            });
        }
        let mut resource_templates = Vec::new();
        let whole = |template: &&ResourceTemplateSettings| {
            whole(format!("resource_templates.{}", template.name))
        };
        for template in self.templates.iter().filter(whole) {
            let app = apps.index(self, template.app)?;
            let connection = apps.list[app].connection;
            uses.insert(PublishedUse { app_id: template.app, connection });
            let action = read_action(self.definition(template.app, &template.action)?)?;
            resource_templates.push(PublishedTemplate {
                app,
                action,
                template: template.template(),
            });
        }
        let written = Written {
            title: Some(self.row.name.as_str())
                .filter(|name| *name != self.row.server.slug.as_str()),
            description: &self.row.description,
            instructions: &self.row.settings.instructions,
            apps: apps.list,
            keeps_results: self.row.settings.keeps_results,
            token_warning: self.row.settings.token_warning,
            prompts: &self.prompts,
            resources: &self.resources,
            resource_templates,
            tools,
        };
        Ok(Composed {
            tool_count: i64::try_from(written.tools.len()).unwrap_or(i64::MAX),
            document: serde_json::to_string(&written).map_err(unwritable)?,
            uses: uses.into_iter().collect(),
        })
    }
}

impl Apps {
    fn index(&mut self, draft: &Draft, id: AppId) -> Result<usize, Error> {
        if let Some(known) = self.indexes.get(&id) {
            return Ok(*known);
        }
        // The draft's rows keep it from being removed.
        let place = draft.places.get(&id).ok_or_else(|| {
            Error::new(Kind::Internal, "an app of the draft cannot be found: try again")
        })?;
        self.list.push(PublishedApp {
            id,
            base_url: place.base_url.clone(),
            trusted_hosts: place.trusted_hosts.clone(),
            connection: draft.connections.get(&id).copied(),
        });
        self.indexes.insert(id, self.list.len() - 1);
        Ok(self.list.len() - 1)
    }
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::new(Kind::Internal, "the draft cannot be written as a version").with_source(error)
}
