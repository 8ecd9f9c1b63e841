use super::{
    ServerTool,
    tool::{next_position, read_action},
    touch,
};
use crate::{App, Caller, Error};
use model::{AccountId, Action, AppId, Permission, ServerId, Timestamp, ToolName, ToolSettings};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use store::DraftTool;
use upstream::READ_RESULT;
use utoipa::ToSchema;

/// Actions that a selection names.
const ACTIONS_MAX: usize = 2_000;
/// Tags that a selection names.
const TAGS_MAX: usize = 100;

/// Actions of an app that shall become tools: those that fit every member.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolSelection {
    /// The app.
    pub app: AppId,
    /// Only these, by name; all when absent.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 2000)]
    pub actions: Option<Vec<String>>,
    /// Only those with one of these tags.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100)]
    pub tags: Option<Vec<String>>,
    /// Only those whose method is safe.
    #[serde(default)]
    pub read_only: bool,
    /// Deprecated ones too; those that are named are taken either way.
    #[serde(default)]
    pub deprecated: bool,
}

/// Tools that were added to a draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AddedTools {
    /// In their order.
    pub items: Vec<ServerTool>,
}

/// Names that tools of a draft have.
#[derive(Debug, Default)]
pub(crate) struct Names(HashSet<String>);

impl Names {
    /// Takes that name, or with the first number behind it that makes it free.
    pub(crate) fn take(&mut self, wish: &str) -> Result<ToolName, Error> {
        let mut name = wish.to_owned();
        for number in 2.. {
            if name != READ_RESULT && !self.0.contains(&name) {
                break;
            }
            let end = format!("_{number}");
            let most = ToolName::MAX - end.len();
            name = format!("{}{end}", &wish[..wish.len().min(most)]);
        }
        let taken = name.parse().map_err(|_| {
            Error::invalid(format!("{wish:?} is no name of a tool: add this action by itself"))
        })?;
        self.0.insert(name);
        Ok(taken)
    }

    pub(crate) fn of(tools: &[DraftTool]) -> Self {
        Self(tools.iter().map(|tool| tool.name.to_string()).collect())
    }
}

impl ToolSelection {
    fn check(&self) -> Result<(), Error> {
        for (field, count, most) in [
            ("actions", self.actions.as_ref().map(Vec::len), ACTIONS_MAX),
            ("tags", self.tags.as_ref().map(Vec::len), TAGS_MAX),
        ] {
            if count.is_some_and(|count| !(1..=most).contains(&count)) {
                return Err(Error::invalid(format!("name 1 to {most}")).field(field));
            }
        }
        Ok(())
    }

    fn takes(&self, action: &Action) -> bool {
        let named = self.actions.as_ref().map(|names| names.contains(&action.name));
        let tagged =
            self.tags.as_ref().is_none_or(|tags| action.tags.iter().any(|tag| tags.contains(tag)));
        named.unwrap_or(self.deprecated || !action.deprecated)
            && tagged
            && (action.call.is_safe() || !self.read_only)
    }
}

impl App {
    /// Makes tools of many actions of an app at once, each as it is; names that are taken get a number.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`] for a
    /// selection that is empty, or names an action that is not there.
    pub async fn add_server_tools(
        &self,
        caller: &Caller,
        server: ServerId,
        selection: &ToolSelection,
    ) -> Result<AddedTools, Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        let now = self.clock.now();
        let known = self.store.draft_tools(account, server).await?;
        let first = usize::try_from(next_position(&known)).unwrap_or_default();
        let mut names = Names::of(&known);
        let rows = self.selected(account, selection, &mut names, first, now).await?;
        let added = AddedTools { items: rows.iter().cloned().map(ServerTool::from).collect() };
        let detail: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        let detail = serde_json::json!({ "app": selection.app, "tools": detail });
        let mut change = self
            .begin(caller, now, "server_tool.create", &server, None::<&()>, Some(&detail))
            .await?;
        touch(&mut change, account, server, now).await?;
        change.insert_tools(account, server, &rows).await.map_err(super::tool::name_taken)?;
        self.commit_created(change, caller, &added, now).await?;
        Ok(added)
    }

    /// The tools of a selection, from that position on.
    pub(crate) async fn selected(
        &self,
        account: AccountId,
        selection: &ToolSelection,
        names: &mut Names,
        first: usize,
        now: Timestamp,
    ) -> Result<Vec<DraftTool>, Error> {
        selection.check()?;
        let found = self.store.action_definitions(account, selection.app).await?;
        if let Some(wanted) = &selection.actions {
            let known: HashSet<&str> = found.iter().map(|action| action.name.as_str()).collect();
            if let Some(at) = wanted.iter().position(|name| !known.contains(name.as_str())) {
                return Err(Error::invalid("the app has no action of this name: list its actions")
                    .code("no_such_action")
                    .field(format!("actions[{at}]")));
            }
        }
        let mut rows = Vec::new();
        for action in found {
            if !selection.takes(&read_action(&action.definition)?) {
                continue;
            }
            rows.push(DraftTool {
                name: names.take(&action.name)?,
                position: i64::try_from(first + rows.len()).unwrap_or(i64::MAX),
                app_id: selection.app,
                action: action.name,
                settings: ToolSettings::default(),
                enabled: true,
                connection_id: None,
                revision: 1,
                updated_at: now,
            });
        }
        if rows.is_empty() {
            return Err(Error::invalid("the app has no action that fits: list its actions")
                .code("nothing_selected")
                .field("app"));
        }
        Ok(rows)
    }
}
