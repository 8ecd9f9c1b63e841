use super::{Composed, Draft};
use crate::{
    App, Caller, Error, Publish,
    drafts::{Names, next_position},
    servers::new_row,
};
use model::{AccountId, Slug, Timestamp, ToolSettings};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::{ActionRow, AppPlace, DraftTool, ServerRow};

/// The longest name of a server that is made of a description's title.
const NAME_CHARS_MAX: usize = 300;

/// What `up` shall make a server of.
pub(crate) struct Upping<'a> {
    /// The server's part of the URL.
    pub(crate) slug: &'a Slug,
    /// The description's title.
    pub(crate) title: &'a str,
    /// The app.
    pub(crate) app: &'a store::App,
    /// Each of its actions.
    pub(crate) actions: &'a [ActionRow],
    /// How the server is run.
    pub(crate) order: &'a Publish,
}

/// What `up` makes of a server.
pub(crate) struct Upped {
    /// The server as it shall be.
    pub(crate) row: ServerRow,
    /// Whether it is there already.
    pub(crate) known: bool,
    /// Its draft, where that is different.
    pub(crate) tools: Option<Vec<DraftTool>>,
    /// Its next version, where that is different, and the bytes of its list where they are to be counted.
    pub(crate) version: Option<(Composed, Option<i64>)>,
}

impl App {
    /// The server of that name with every action of the app as a tool, if it differs from what is there. Tools that were changed
    /// by hand, turned off, or are of other apps stay as they are.
    pub(crate) async fn upped_server(
        &self,
        caller: &Caller,
        upping: Upping<'_>,
        now: Timestamp,
    ) -> Result<Option<Upped>, Error> {
        let account = caller.account_id();
        let Upping { slug, title, app, actions, order } = upping;
        let known = self.server_of_slug(account, slug).await?;
        let wanted = |row: ServerRow| ServerRow {
            server: store::Server {
                read_only: order.read_only,
                strict_log: order.strict_log,
                log_payloads: order.log_payloads,
                ..row.server
            },
            ..row
        };
        let mut draft = match known.clone() {
            Some(row) => self.draft_with_disabled(account, wanted(row)).await?,
            None => {
                let mut row = wanted(new_row(server_name(title, slug), slug.clone(), now));
                row.server.enabled = true;
                Draft::empty(row)
            }
        };
        let before = draft.tools.clone();
        take_actions(&mut draft, app, actions, now)?;
        let tools = (known.is_none() || draft.tools != before).then(|| draft.tools.clone());
        draft.tools.retain(|tool| tool.enabled);
        let composed = draft.compose(&[])?;
        let row = draft.row;
        let current = self.store.publication(account, row.server.id, row.server.version).await?;
        let same = current.as_deref() == Some(&composed.document);
        if same && tools.is_none() && known.as_ref() == Some(&row) {
            return Ok(None);
        }
        let version = if same {
            None
        } else {
            let bytes = match order.list_bytes {
                Some(count) => {
                    let document = super::read::read(&composed.document)?;
                    let preview = self.preview(&row.server, document)?;
                    Some(i64::try_from(count(&preview)).unwrap_or(i64::MAX))
                }
                None => None,
            };
            Some((composed, bytes))
        };
        Ok(Some(Upped { row, known: known.is_some(), tools, version }))
    }

    async fn server_of_slug(
        &self,
        account: AccountId,
        slug: &Slug,
    ) -> Result<Option<ServerRow>, Error> {
        match self.store.server_by_slug(account, slug).await? {
            Some(server) => Ok(Some(self.known_server(account, server.id).await?)),
            None => Ok(None),
        }
    }

    /// The draft with the tools that are off too.
    async fn draft_with_disabled(
        &self,
        account: AccountId,
        row: ServerRow,
    ) -> Result<Draft, Error> {
        let id = row.server.id;
        let tools = self.store.draft_tools(account, id).await?;
        Ok(Draft { tools, ..self.draft(account, row).await? })
    }

    /// Writes what [`Self::upped_server`] has made.
    pub(crate) async fn write_upped(
        &self,
        change: &mut store::Change,
        caller: &Caller,
        upped: Upped,
        now: Timestamp,
    ) -> Result<(), Error> {
        let account = caller.account_id();
        let Upped { row, known, tools, version } = upped;
        let id = row.server.id;
        let (row, version) = match version {
            Some((composed, bytes)) => {
                let (row, version) =
                    super::publish::next_version(caller, row, &composed, "", bytes, None, now);
                (row, Some((version, composed)))
            }
            None => (ServerRow { revision: row.revision + 1, ..row }, None),
        };
        if known {
            if !change.update_server(account, &row, now).await? {
                return Err(Error::changed());
            }
        } else {
            change.insert_server(account, &row, now).await?;
        }
        if let Some(tools) = &tools {
            change.replace_tools(account, id, tools).await?;
        }
        if let Some((version, composed)) = &version {
            change.insert_version(account, version, &composed.document, &composed.uses).await?;
        }
        Ok(())
    }
}

impl Draft {
    fn empty(row: ServerRow) -> Self {
        Self {
            row,
            tools: Vec::new(),
            prompts: Vec::new(),
            resources: Vec::new(),
            templates: Vec::new(),
            connections: BTreeMap::new(),
            places: HashMap::new(),
            actions: HashMap::new(),
        }
    }
}

/// Gives the draft a tool for each action of the app that has none yet, and takes those out whose action is gone.
fn take_actions(
    draft: &mut Draft,
    app: &store::App,
    actions: &[ActionRow],
    now: Timestamp,
) -> Result<(), Error> {
    let place = AppPlace {
        id: app.id,
        key: app.key.clone(),
        base_url: app.base_url.clone(),
        trusted_hosts: app.trusted_hosts.clone(),
    };
    draft.places.insert(app.id, place);
    let there: HashSet<&str> = actions.iter().map(|action| action.index.name.as_str()).collect();
    draft.tools.retain(|tool| tool.app_id != app.id || there.contains(tool.action.as_str()));
    let offered: HashSet<String> = draft
        .tools
        .iter()
        .filter(|tool| tool.app_id == app.id)
        .map(|tool| tool.action.clone())
        .collect();
    let mut names = Names::of(&draft.tools);
    let first = next_position(&draft.tools);
    for (position, action) in
        (first..).zip(actions.iter().filter(|action| !offered.contains(&action.index.name)))
    {
        draft.tools.push(DraftTool {
            name: names.take(&action.index.name)?,
            position,
            app_id: app.id,
            action: action.index.name.clone(),
            settings: ToolSettings::default(),
            enabled: true,
            connection_id: None,
            revision: 1,
            updated_at: now,
        });
    }
    in_order(&mut draft.tools, app, actions);
    for action in actions {
        let key = (app.id, action.index.name.clone());
        draft.actions.insert(key, action.definition.clone());
    }
    Ok(())
}

/// Puts the tools of the app into the order of its actions, in the places that they have among the others.
fn in_order(tools: &mut [DraftTool], app: &store::App, actions: &[ActionRow]) {
    let order: HashMap<&str, usize> =
        actions.iter().enumerate().map(|(at, action)| (action.index.name.as_str(), at)).collect();
    let mut own: Vec<&mut DraftTool> =
        tools.iter_mut().filter(|tool| tool.app_id == app.id).collect();
    let mut places: Vec<i64> = own.iter().map(|tool| tool.position).collect();
    places.sort_unstable();
    own.sort_by_key(|tool| (order.get(tool.action.as_str()).copied(), tool.position));
    for (tool, place) in own.into_iter().zip(places) {
        tool.position = place;
    }
    tools.sort_by_key(|tool| tool.position);
}

/// A name for people, of a description's title.
fn server_name(title: &str, slug: &Slug) -> String {
    let visible = title.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX);
    let name = visible.collect::<String>().trim().to_owned();
    if name.is_empty() { slug.to_string() } else { name }
}
