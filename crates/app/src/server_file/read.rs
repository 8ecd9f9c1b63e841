use super::{FileTool, ServerFile};
use crate::{
    App, Error, Wire,
    drafts::{Part, check_all_bytes, check_count, check_uri, invalid, new_row, offer, read_action},
    servers::NewDraft,
};
use model::{AccountId, Action, AppId, AppKey, ConnectionChoice, ConnectionId, Timestamp};
use openapi::{Limits, OwnDocument};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::{DraftPart, DraftTool, PartKind};
use upstream::READ_RESULT;

/// Bytes of a file: every resource that a server may have, in base64, and the rest of it.
const FILE_BYTES_MAX: usize = 24 << 20;
/// Values in a file, its YAML aliases written out.
const FILE_VALUES_MAX: usize = 500_000;
/// How deep values may stand.
const FILE_DEPTH_MAX: usize = 64;

/// What the names in a file are in the account.
struct Known {
    apps: HashMap<AppKey, AppId>,
    connections: HashMap<(AppId, String), ConnectionId>,
    /// The actions of the apps that the file names.
    actions: HashMap<(AppId, String), Action>,
}

/// A file as it was sent, to say where something stands in it.
pub(super) struct Source(OwnDocument);

impl Source {
    /// Reads the file strictly.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] with the member that is wrong and its line.
    pub(super) fn read(text: &str) -> Result<(Self, ServerFile), Error> {
        let limits = Limits {
            document_bytes: FILE_BYTES_MAX,
            nodes: FILE_VALUES_MAX,
            alias_nodes: FILE_VALUES_MAX,
            merged_members: FILE_VALUES_MAX,
            depth: FILE_DEPTH_MAX,
            ..Limits::default()
        };
        let document = OwnDocument::read("document", text.as_bytes(), &limits)
            .map_err(|error| Error::invalid(error.to_string()).field("document"))?;
        let source = Self(document);
        let json = source.0.json();
        let mut deserializer = serde_json::Deserializer::from_str(&json);
        let file = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { path };
            source.placed(Error::invalid(in_words(&error.into_inner())).field(path))
        })?;
        Ok((source, file))
    }

    /// The error with the line of what it is about, if it is about something in the file.
    pub(super) fn placed(&self, error: Error) -> Error {
        let Some(field) = &error.field else { return error };
        let message = format!("line {}: {}", self.0.line(field), error.message).into();
        Error { message, ..error }.within("document")
    }
}

/// The error without its place in the JSON, which nobody has seen.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(words, _)| words).to_owned()
}

impl App {
    /// What the file comes to, once all of it has been checked.
    pub(super) async fn file_draft(
        &self,
        account: AccountId,
        file: &mut ServerFile,
        now: Timestamp,
        wire: Wire<'_>,
    ) -> Result<NewDraft, Error> {
        for (field, count) in [
            ("prompts", file.prompts.len()),
            ("resources", file.resources.len()),
            ("resource_templates", file.resource_templates.len()),
        ] {
            check_count(count).map_err(|error| error.field(field))?;
        }
        let known = self.known(account, file).await?;
        let mut connections = BTreeMap::new();
        for (key, name) in &file.connections {
            let field = format!("connections.{key}");
            let place = |error: Error| error.within(&field);
            let app = known.app(key).map_err(place)?;
            let id = known.connection(app, name).map_err(place)?;
            connections.insert(app, ConnectionChoice::Account(id));
        }
        for (at, key) in file.caller_connections.iter().enumerate() {
            let place = |error: Error| error.within(&format!("caller_connections[{at}]"));
            let app = known.app(key).map_err(place)?;
            if connections.insert(app, ConnectionChoice::Caller).is_some() {
                let message = "the app is named twice: it has one connection on a server";
                return Err(place(Error::invalid(message)));
            }
        }
        let mut names = HashSet::new();
        let mut tools = Vec::with_capacity(file.tools.len());
        for (at, tool) in std::mem::take(&mut file.tools).into_iter().enumerate() {
            let place = |error: Error| error.within(&format!("tools[{at}]"));
            if !names.insert(tool.name.clone()) || tool.name.as_str() == READ_RESULT {
                return Err(place(taken()));
            }
            tools.push(known.tool(tool, at, now).map_err(place)?);
        }
        let mut parts = Vec::new();
        add_prompts(file, now, &mut parts)?;
        add_resources(file, now, wire, &mut parts)?;
        known.add_templates(file, now, wire, &mut parts)?;
        Ok(NewDraft { tools, parts, connections })
    }

    /// Looks up what the file names.
    async fn known(&self, account: AccountId, file: &ServerFile) -> Result<Known, Error> {
        let places = self.store.app_places(account).await?;
        let apps: HashMap<AppKey, AppId> =
            places.into_iter().map(|place| (place.key, place.id)).collect();
        let of_tools = file.tools.iter().map(|tool| &tool.app);
        let of_templates = file.resource_templates.iter().map(|template| &template.app);
        let named: HashSet<AppId> = of_tools
            .chain(of_templates)
            .chain(file.connections.keys())
            .chain(&file.caller_connections)
            .filter_map(|key| apps.get(key).copied())
            .collect();
        let (mut actions, mut connections) = (HashMap::new(), HashMap::new());
        for app in named {
            for action in self.store.action_definitions(account, app).await? {
                actions.insert((app, action.name), read_action(&action.definition)?);
            }
            for connection in self.store.connections(account, Some(app), None, u32::MAX).await? {
                connections.insert((app, connection.name), connection.id);
            }
        }
        Ok(Known { apps, connections, actions })
    }
}

impl Known {
    fn app(&self, key: &AppKey) -> Result<AppId, Error> {
        self.apps.get(key).copied().ok_or_else(|| {
            Error::invalid(format!("the account has no app {key}: import it first"))
                .code("no_such_app")
                .field("app")
        })
    }

    fn connection(&self, app: AppId, name: &str) -> Result<ConnectionId, Error> {
        self.connections.get(&(app, name.to_owned())).copied().ok_or_else(|| {
            Error::invalid(format!("the app has no connection {name}: create it first"))
                .code("no_such_connection")
                .field("connection")
        })
    }

    fn action(&self, app: AppId, name: &str) -> Result<&Action, Error> {
        self.actions.get(&(app, name.to_owned())).ok_or_else(|| {
            Error::invalid(format!("the app has no action {name}: list its actions"))
                .code("no_such_action")
                .field("action")
        })
    }

    fn tool(&self, tool: FileTool, at: usize, now: Timestamp) -> Result<DraftTool, Error> {
        let app_id = self.app(&tool.app)?;
        let action = self.action(app_id, &tool.action)?.clone();
        let own = tool.connection.as_deref().map(|name| self.connection(app_id, name));
        offer(action, &tool.settings).map_err(|error| error.within("settings"))?;
        Ok(DraftTool {
            name: tool.name,
            position: i64::try_from(at).unwrap_or(i64::MAX),
            app_id,
            action: tool.action,
            settings: tool.settings,
            enabled: tool.enabled,
            connection_id: own.transpose()?,
            revision: 1,
            updated_at: now,
        })
    }

    fn add_templates(
        &self,
        file: &mut ServerFile,
        now: Timestamp,
        wire: Wire<'_>,
        parts: &mut Vec<(PartKind, DraftPart)>,
    ) -> Result<(), Error> {
        let mut names = HashSet::new();
        for (at, template) in std::mem::take(&mut file.resource_templates).into_iter().enumerate() {
            let place = |error: Error| error.within(&format!("resource_templates[{at}]"));
            let app = self.app(&template.app).map_err(place)?;
            let settings = template.settings(app);
            settings.check().map_err(|error| place(invalid(error)))?;
            if !names.insert(settings.name.clone()) {
                return Err(place(taken()));
            }
            let action = self.action(app, &settings.action).map_err(place)?;
            settings.check_against(action, wire).map_err(place)?;
            parts.push((PartKind::ResourceTemplate, new_row(settings, now)?));
        }
        Ok(())
    }
}

fn add_prompts(
    file: &mut ServerFile,
    now: Timestamp,
    parts: &mut Vec<(PartKind, DraftPart)>,
) -> Result<(), Error> {
    let mut names = HashSet::new();
    for (at, prompt) in std::mem::take(&mut file.prompts).into_iter().enumerate() {
        let place = |error: Error| error.within(&format!("prompts[{at}]"));
        prompt.check().map_err(|error| place(invalid(error)))?;
        if !names.insert(prompt.name.clone()) {
            return Err(place(taken()));
        }
        parts.push((PartKind::Prompt, new_row(prompt, now)?));
    }
    Ok(())
}

fn add_resources(
    file: &mut ServerFile,
    now: Timestamp,
    wire: Wire<'_>,
    parts: &mut Vec<(PartKind, DraftPart)>,
) -> Result<(), Error> {
    let (mut names, mut uris) = (HashSet::new(), HashSet::new());
    let bytes: usize = file.resources.iter().map(|resource| resource.content.bytes()).sum();
    check_all_bytes(bytes).map_err(|error| error.within("resources"))?;
    for (at, resource) in std::mem::take(&mut file.resources).into_iter().enumerate() {
        let place = |error: Error| error.within(&format!("resources[{at}]"));
        resource.check().map_err(|error| place(invalid(error)))?;
        check_uri(&resource, wire).map_err(place)?;
        if !names.insert(resource.name.clone()) {
            return Err(place(taken()));
        }
        if !uris.insert(resource.uri.clone()) {
            let message = "another resource of the file has this URI: choose another";
            return Err(place(Error::invalid(message).code("uri_taken").field("uri")));
        }
        parts.push((PartKind::Resource, new_row(resource, now)?));
    }
    Ok(())
}

fn taken() -> Error {
    let message = "this name is taken by another of the file, or is built in: choose another";
    Error::invalid(message).code("name_taken").field("name")
}
