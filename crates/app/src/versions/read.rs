use crate::{
    App, Caller, Error, Kind, Page, PageQuery, VersionFacts,
    document::{Publication, PublishedTool},
};
use model::{
    AccountId, AppId, ConnectionChoice, Permission, PromptName, ResourceName, ServerId,
    ToolSettings,
};
use serde::Serialize;
use std::collections::BTreeSet;
use store::{PublishedUse, Version};
use upstream::adapt;
use utoipa::ToSchema;

/// A version of a server, with what it serves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VersionDetail {
    /// The version.
    #[serde(flatten)]
    pub version: VersionFacts,
    /// The server's name as clients are told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// What the server is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// What models are told before they use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instructions: Option<String>,
    /// Whether results over budget are kept to be read on.
    pub keeps_results: bool,
    /// Its tools, in their order.
    pub tools: Vec<VersionTool>,
    /// Its prompts, by name.
    pub prompts: Vec<PromptName>,
    /// Its stored resources, by name.
    pub resources: Vec<ResourceName>,
    /// Its resource templates, by name.
    pub resource_templates: Vec<ResourceName>,
}

/// A tool as it was published.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VersionTool {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// For models.
    pub description: String,
    /// The app of its action.
    pub app: AppId,
    /// The action that it calls.
    pub action: String,
    /// Whether its method is safe.
    pub safe: bool,
    /// What the server makes of the action.
    pub settings: ToolSettings,
    /// Its own connection, or the server's for the app; absent where it is the app's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub connection: Option<ConnectionChoice>,
}

impl App {
    /// The server's versions, the newest first.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::ReadServers`]; [`Kind::NotFound`].
    pub async fn list_versions(
        &self,
        caller: &Caller,
        server: ServerId,
        page: &PageQuery,
    ) -> Result<Page<VersionFacts>, Error> {
        let account = caller.may(Permission::ReadServers)?;
        self.any_server(account, server).await?;
        let (size, before) = (page.size()?, page.after::<i64>()?);
        let rows = self.store.versions(account, server, before, size + 1).await?;
        Ok(Page::new(rows, size, |row| row.version, VersionFacts::from))
    }

    /// One version of the server, with what it serves.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::ReadServers`]; [`Kind::NotFound`].
    pub async fn get_version(
        &self,
        caller: &Caller,
        server: ServerId,
        number: i64,
    ) -> Result<VersionDetail, Error> {
        let account = caller.may(Permission::ReadServers)?;
        let version = self.known_version(account, server, number).await?;
        let publication = read(&self.version_text(account, server, number).await?)?;
        let Publication { title, description, instructions, keeps_results, .. } = publication;
        let apps = publication.apps;
        let mut tools = Vec::with_capacity(publication.tools.len());
        for tool in publication.tools {
            let app = apps.get(tool.app).ok_or_else(corrupt)?;
            tools.push(VersionTool::new(tool, app.id, app.connection));
        }
        Ok(VersionDetail {
            version: version.into(),
            title,
            description,
            instructions,
            keeps_results,
            tools,
            prompts: publication.prompts.into_iter().map(|prompt| prompt.name).collect(),
            resources: publication.resources.into_iter().map(|one| one.name).collect(),
            resource_templates: publication
                .resource_templates
                .into_iter()
                .map(|one| one.template.name)
                .collect(),
        })
    }

    pub(super) async fn known_version(
        &self,
        account: AccountId,
        server: ServerId,
        number: i64,
    ) -> Result<Version, Error> {
        self.any_server(account, server).await?;
        let found = self.store.version(account, server, number).await?;
        found.ok_or_else(|| Error::not_found("the server has no such version"))
    }

    pub(super) async fn version_text(
        &self,
        account: AccountId,
        server: ServerId,
        number: i64,
    ) -> Result<String, Error> {
        self.store.publication(account, server, number).await?.ok_or_else(corrupt)
    }
}

impl VersionTool {
    fn new(tool: PublishedTool, app: AppId, connection: Option<ConnectionChoice>) -> Self {
        let action = tool.action.name.clone();
        let name = tool.name.map_or_else(|| action.clone(), |name| name.to_string());
        // What was published could be offered then.
        let offered = adapt(tool.action.clone(), &tool.settings)
            .map_or(tool.action, |adapted| adapted.action);
        Self {
            name,
            title: offered.title,
            description: offered.description,
            app,
            action,
            safe: offered.call.is_safe(),
            settings: tool.settings,
            connection: tool.connection.map(ConnectionChoice::Account).or(connection),
        }
    }
}

/// Reads the document of a version.
pub(crate) fn read(text: &str) -> Result<Publication, Error> {
    serde_json::from_str(text).map_err(|error| corrupt().with_source(error))
}

fn corrupt() -> Error {
    Error::new(Kind::Internal, "a version of this server cannot be read")
}

/// What a version calls, and with what.
pub(crate) fn uses(publication: &Publication) -> Vec<PublishedUse> {
    let mut uses = BTreeSet::new();
    let tools = publication.tools.iter().map(|tool| (tool.app, tool.connection));
    let templates = publication.resource_templates.iter().map(|template| (template.app, None));
    for (index, connection) in tools.chain(templates) {
        if let Some(app) = publication.apps.get(index) {
            let connection = connection.map(ConnectionChoice::Account).or(app.connection);
            uses.insert(PublishedUse { app_id: app.id, connection });
        }
    }
    uses.into_iter().collect()
}
