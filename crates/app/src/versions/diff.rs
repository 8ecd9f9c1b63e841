use crate::{
    App, Caller, Error, Kind, Wire,
    document::{Publication, PublishedApp, PublishedTool},
    servers::tokens,
};
use model::{Action, Change, ConnectionChoice, Permission, ServerId, difference};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use upstream::adapt;
use utoipa::ToSchema;

/// What publishing the draft of a server would change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServerDiff {
    /// The revision of the server that this is the difference of: publish it with this one to publish nothing else.
    pub revision: i64,
    /// The version that is served now; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub version: Option<i64>,
    /// Whether there is nothing to publish.
    pub unchanged: bool,
    /// Whether a caller that gets along with the current version may fail with the next.
    pub breaking: bool,
    /// What keeps the draft from being published; its tools are left out of all that follows.
    pub problems: Vec<DraftProblem>,
    /// Names of tools that are new.
    pub added: Vec<String>,
    /// Tools that are different.
    pub changed: Vec<ToolChange>,
    /// Names of tools that are gone.
    pub removed: Vec<String>,
    /// Texts of the server, and where its apps are called.
    pub settings: Vec<SettingChange>,
    /// Prompts.
    pub prompts: NameChanges,
    /// Stored resources.
    pub resources: NameChanges,
    /// Resource templates.
    pub resource_templates: NameChanges,
    /// What the tool list costs a model.
    pub budget: ListBudget,
}

/// Something that keeps a draft from being published.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftProblem {
    /// Where, such as `tools.list_pets`.
    pub place: String,
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// The member of it that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
}

/// A tool that is different.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ToolChange {
    /// Its name.
    pub name: String,
    /// What callers see of it.
    pub changes: Vec<Change>,
    /// Members of its settings that are different, its action and its connection among them.
    pub settings: Vec<String>,
}

/// Something else than a tool that is different.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettingChange {
    /// What, such as `instructions` or `apps.app_….base_url`.
    pub field: String,
    /// As it is served now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub before: Option<String>,
    /// As it would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub after: Option<String>,
}

/// What differs between two sets of named things.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct NameChanges {
    /// New ones.
    pub added: Vec<String>,
    /// Different ones.
    pub changed: Vec<String>,
    /// Those that are gone.
    pub removed: Vec<String>,
}

/// What the tool list of a server costs a model.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListBudget {
    /// Bytes of the list now; absent when nothing is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bytes_before: Option<i64>,
    /// About how many tokens that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tokens_before: Option<i64>,
    /// Bytes of the list that would be.
    pub bytes: i64,
    /// About how many tokens that is.
    pub tokens: i64,
    /// Above that it cannot be published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token_budget: Option<i64>,
    /// Above that its publisher is warned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token_warning: Option<i64>,
}

impl App {
    /// What publishing the draft would change.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::ReadServers`]; [`Kind::NotFound`].
    pub async fn diff_server(
        &self,
        caller: &Caller,
        id: ServerId,
        wire: Wire<'_>,
    ) -> Result<ServerDiff, Error> {
        let account = caller.may(Permission::ReadServers)?;
        let row = self.known_server(account, id).await?;
        let draft = self.draft(account, row).await?;
        let problems = draft.problems(wire)?;
        let composed = draft.compose(&problems)?;
        let row = draft.row;
        let current = self.store.version(account, id, row.server.version).await?;
        let text = match &current {
            Some(current) => Some(self.version_text(account, id, current.version).await?),
            None => None,
        };
        let bytes_before = match (&current, &text) {
            (Some(current), Some(text)) => Some(match current.list_bytes {
                Some(bytes) => bytes,
                None => self.list_bytes(&row, text, wire)?,
            }),
            (Some(_) | None, _) => None,
        };
        let bytes = self.list_bytes(&row, &composed.document, wire)?;
        let before = text.as_deref().map(super::read::read).transpose()?.unwrap_or_default();
        let after = super::read::read(&composed.document)?;
        let tools = compare_tools(&before, &after)?;
        let made = ServerDiff {
            revision: row.revision,
            version: current.map(|current| current.version),
            unchanged: text.as_deref() == Some(&composed.document) && problems.is_empty(),
            breaking: tools.breaking,
            problems,
            added: tools.added,
            changed: tools.changed,
            removed: tools.removed,
            settings: compare_settings(&before, &after),
            prompts: compare_named(&before.prompts, &after.prompts, |one| one.name.to_string()),
            resources: compare_named(&before.resources, &after.resources, |one| {
                one.name.to_string()
            }),
            resource_templates: compare_named(
                &before.resource_templates,
                &after.resource_templates,
                |one| one.template.name.to_string(),
            ),
            budget: ListBudget {
                bytes_before,
                tokens_before: bytes_before.map(tokens),
                bytes,
                tokens: tokens(bytes),
                token_budget: row.settings.token_budget,
                token_warning: row.settings.token_warning,
            },
        };
        Ok(made)
    }
}

impl DraftProblem {
    pub(super) fn of(place: String, error: Error) -> Self {
        Self {
            place,
            code: error.code,
            message: error.message.into_owned(),
            field: error.field.map(std::borrow::Cow::into_owned),
        }
    }
}

impl From<DraftProblem> for Error {
    fn from(problem: DraftProblem) -> Self {
        let message = format!("{}: {}", problem.place, problem.message);
        let error = Self::conflict(message).code(problem.code);
        match problem.field {
            Some(field) => error.field(format!("{}.{field}", problem.place)),
            None => error.field(problem.place),
        }
    }
}

/// What differs between two sets of tools.
struct Tools {
    added: Vec<String>,
    changed: Vec<ToolChange>,
    removed: Vec<String>,
    breaking: bool,
}

/// A tool as callers see it, and what made it so.
struct Offered<'a> {
    name: &'a str,
    action: Action,
    app: &'a PublishedApp,
    tool: &'a PublishedTool,
}

fn offered(publication: &Publication) -> Result<Vec<Offered<'_>>, Error> {
    let one = |tool| {
        let tool: &PublishedTool = tool;
        let app = publication
            .apps
            .get(tool.app)
            .ok_or_else(|| Error::new(Kind::Internal, "a version of this server cannot be read"))?;
        let adapted = adapt(tool.action.clone(), &tool.settings);
        let action = adapted.map_or_else(|_| tool.action.clone(), |adapted| adapted.action);
        let name = tool.name.as_ref().map_or(tool.action.name.as_str(), |name| name.as_str());
        Ok(Offered { name, action, app, tool })
    };
    publication.tools.iter().map(one).collect()
}

fn compare_tools(before: &Publication, after: &Publication) -> Result<Tools, Error> {
    let (old, new) = (offered(before)?, offered(after)?);
    let pairs = |tools| -> Vec<(&str, &Action)> {
        let tools: &[Offered<'_>] = tools;
        // A tool's action keeps its own name, which is no change of the tool.
        tools.iter().map(|tool| (tool.name, &tool.action)).collect()
    };
    let found = difference(pairs(&old), pairs(&new));
    let breaking = found.is_breaking();
    let mut seen: HashMap<String, Vec<Change>> =
        found.changed.into_iter().map(|changed| (changed.name, changed.changes)).collect();
    let earlier: HashMap<&str, &Offered<'_>> = old.iter().map(|tool| (tool.name, tool)).collect();
    let mut changed = Vec::new();
    for tool in &new {
        let Some(known) = earlier.get(tool.name) else { continue };
        let changes = seen.remove(tool.name).unwrap_or_default();
        let settings = compare_tool_settings(known, tool);
        if !changes.is_empty() || !settings.is_empty() {
            changed.push(ToolChange { name: tool.name.to_owned(), changes, settings });
        }
    }
    Ok(Tools { added: found.added, changed, removed: found.removed, breaking })
}

fn compare_tool_settings(before: &Offered<'_>, after: &Offered<'_>) -> Vec<String> {
    let mut members = Vec::new();
    if (before.app.id, &before.tool.action.name) != (after.app.id, &after.tool.action.name) {
        members.push("action".to_owned());
    }
    let connection = |one: &Offered<'_>| {
        one.tool.connection.map(ConnectionChoice::Account).or(one.app.connection)
    };
    if connection(before) != connection(after) {
        members.push("connection".to_owned());
    }
    let json = |one: &Offered<'_>| serde_json::to_value(&one.tool.settings).unwrap_or_default();
    let (old, new) = (json(before), json(after));
    let of = |value: &serde_json::Value| -> BTreeSet<String> {
        value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let names = of(&old).into_iter().chain(of(&new)).collect::<BTreeSet<_>>();
    members.extend(names.into_iter().filter(|name| old.get(name) != new.get(name)));
    members
}

fn compare_settings(before: &Publication, after: &Publication) -> Vec<SettingChange> {
    let mut made = Vec::new();
    let mut compare = |field: String, before: Option<String>, after: Option<String>| {
        if before != after {
            made.push(SettingChange { field, before, after });
        }
    };
    compare("name".to_owned(), before.title.clone(), after.title.clone());
    compare("description".to_owned(), before.description.clone(), after.description.clone());
    compare("instructions".to_owned(), before.instructions.clone(), after.instructions.clone());
    let kept = |keeps: bool| keeps.then(|| "true".to_owned());
    compare("keeps_results".to_owned(), kept(before.keeps_results), kept(after.keeps_results));
    let number = |tokens: Option<i64>| tokens.map(|tokens| tokens.to_string());
    let field = "token_warning".to_owned();
    compare(field, number(before.token_warning), number(after.token_warning));
    for app in &after.apps {
        let Some(known) = before.apps.iter().find(|known| known.id == app.id) else { continue };
        let field = |member: &str| format!("apps.{}.{member}", app.id);
        let text = |text: &str| Some(text.to_owned());
        compare(field("base_url"), text(&known.base_url), text(&app.base_url));
        let hosts = |app: &PublishedApp| text(&app.trusted_hosts.join(" "));
        compare(field("trusted_hosts"), hosts(known), hosts(app));
        let connection = |app: &PublishedApp| app.connection.map(|id| id.to_string());
        compare(field("connection"), connection(known), connection(app));
    }
    made
}

fn compare_named<T: Serialize>(
    before: &[T],
    after: &[T],
    name: impl Fn(&T) -> String,
) -> NameChanges {
    let by_name = |list: &[T]| -> BTreeMap<String, serde_json::Value> {
        let json = |one: &T| serde_json::to_value(one).unwrap_or_default();
        list.iter().map(|one| (name(one), json(one))).collect()
    };
    let (old, new) = (by_name(before), by_name(after));
    let mut made = NameChanges::default();
    for (name, value) in &new {
        match old.get(name) {
            None => made.added.push(name.clone()),
            Some(known) if known != value => made.changed.push(name.clone()),
            Some(_) => {}
        }
    }
    made.removed = old.into_keys().filter(|name| !new.contains_key(name)).collect();
    made
}
