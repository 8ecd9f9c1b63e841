use super::{FileFormat, FileTemplate, FileTool, ServerFile};
use crate::{App, Caller, Error, Kind, ResourceTemplateSettings};
use model::{AccountId, AppId, AppKey, ConnectionChoice, ConnectionId, Permission, ServerId};
use std::collections::{BTreeMap, HashMap};
use store::DraftTool;

/// What the ids of a draft are called.
struct KnownNames {
    apps: HashMap<AppId, AppKey>,
    connections: HashMap<ConnectionId, String>,
}

impl App {
    /// The server's settings and draft as YAML, without a secret.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::ReadServers`]; [`Kind::NotFound`].
    pub async fn export_server(&self, caller: &Caller, id: ServerId) -> Result<String, Error> {
        let account = caller.may(Permission::ReadServers)?;
        let row = self.known_server(account, id).await?;
        let bindings = self.store.bindings(account).await?.into_iter();
        let bound: BTreeMap<AppId, ConnectionChoice> = bindings
            .filter(|binding| binding.server_id == id)
            .map(|binding| (binding.app_id, binding.connection))
            .collect();
        let tools = self.store.draft_tools(account, id).await?;
        let ids = bound.values().filter_map(|choice| choice.id());
        let ids = tools.iter().filter_map(|tool| tool.connection_id).chain(ids);
        let names = self.known_names(account, ids).await?;
        let (mut connections, mut caller_connections) = (BTreeMap::new(), Vec::new());
        for (app, choice) in bound {
            match choice {
                ConnectionChoice::Account(id) => {
                    connections.insert(names.app(app)?, names.connection(id)?);
                }
                ConnectionChoice::Caller => caller_connections.push(names.app(app)?),
            }
        }
        caller_connections.sort();
        let templates = self.parts::<ResourceTemplateSettings>(account, id).await?;
        let templates = templates.into_iter().map(|found| {
            let (app, template) = (names.app(found.part.app)?, found.part.template());
            Ok(FileTemplate { app, action: found.part.action, template })
        });
        let file = ServerFile {
            gatewright: FileFormat::Server1,
            slug: row.server.slug,
            name: row.name,
            description: row.description,
            instructions: row.settings.instructions,
            read_only: row.server.read_only,
            keeps_results: row.settings.keeps_results,
            strict_log: row.server.strict_log,
            log_payloads: row.server.log_payloads,
            token_budget: row.settings.token_budget,
            token_warning: row.settings.token_warning,
            log_retention_days: row.log_retention_days,
            former_slug_days: Some(row.settings.former_slug_days),
            connections,
            caller_connections,
            tools: tools.into_iter().map(|tool| names.tool(tool)).collect::<Result<_, Error>>()?,
            prompts: self.parts(account, id).await?.into_iter().map(|one| one.part).collect(),
            resources: self.parts(account, id).await?.into_iter().map(|one| one.part).collect(),
            resource_templates: templates.collect::<Result<_, Error>>()?,
        };
        let json = serde_json::to_string(&file).map_err(unwritable)?;
        openapi::yaml_of_json(&json).map_err(unwritable)
    }

    async fn known_names(
        &self,
        account: AccountId,
        connections: impl Iterator<Item = ConnectionId>,
    ) -> Result<KnownNames, Error> {
        let places = self.store.app_places(account).await?;
        let mut names = KnownNames {
            apps: places.into_iter().map(|place| (place.id, place.key)).collect(),
            connections: HashMap::new(),
        };
        for id in connections {
            if let Some(connection) = self.store.connection(account, id).await? {
                names.connections.insert(id, connection.name);
            }
        }
        Ok(names)
    }
}

impl KnownNames {
    fn app(&self, id: AppId) -> Result<AppKey, Error> {
        self.apps.get(&id).cloned().ok_or_else(gone)
    }

    fn connection(&self, id: ConnectionId) -> Result<String, Error> {
        self.connections.get(&id).cloned().ok_or_else(gone)
    }

    fn tool(&self, tool: DraftTool) -> Result<FileTool, Error> {
        Ok(FileTool {
            name: tool.name,
            app: self.app(tool.app_id)?,
            action: tool.action,
            enabled: tool.enabled,
            connection: tool.connection_id.map(|id| self.connection(id)).transpose()?,
            settings: tool.settings,
        })
    }
}

/// What the draft's own rows keep from being removed was removed while this was read.
fn gone() -> Error {
    Error::new(Kind::Unavailable, "the draft was changed while it was read: try again")
}

fn unwritable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(Kind::Internal, "the server cannot be written as a file").with_source(error)
}
