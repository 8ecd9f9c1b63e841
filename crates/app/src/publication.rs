use crate::{
    App, Caller, Error, Kind,
    connected::{
        AccountIndex, CONNECTED_APPS, CONNECTED_NAME, ConnectedApp, built_in, connected_name,
    },
    document::{Publication, PublishedTool},
    registry::ServerSlot,
    resource::Template,
    target::{Destination, NotConnected, Target, Targets},
    tool::{HttpWork, Tool},
    tool_list::{Define, Shown, ToolList, ToolSet, ToolView},
};
use bytes::Bytes;
use model::{AccountId, Prompt, Resource, ServerId, Slug};
use std::{
    collections::HashMap,
    fmt,
    ops::Range,
    sync::{Arc, Mutex, OnceLock, PoisonError, atomic::Ordering},
};

/// Selections of tools whose lists are kept ready, beside the list of all tools. A server has few kinds of token.
const VIEWS_MAX: usize = 64;
/// The forms that a list can be rendered in.
pub(crate) const FORMS: usize = 3;
/// The name of an app's one connection.
pub(crate) const CONNECTION: &str = "default";

/// A published version of a server, ready to be called.
pub struct Published {
    /// The server.
    pub id: ServerId,
    /// The server's part of the URL.
    pub slug: Slug,
    /// The server's name in the request log.
    pub name: Arc<str>,
    /// The published version.
    pub version: i64,
    /// Tells this loading of the version from others, with other credentials.
    pub(crate) generation: u64,
    /// Whether a request-log row is on disk before its answer leaves.
    pub strict_log: bool,
    /// Whether the request log keeps arguments and results.
    pub log_payloads: bool,
    /// Whether results over budget are kept to be read on.
    pub(crate) keeps_results: bool,
    /// Tokens of the list above which it starts in dynamic mode, where that is not the installation's number.
    pub dynamic_above_tokens: Option<usize>,
    pub(crate) places: Places,
    pub(crate) instructions: Option<String>,
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) templates: Vec<Template>,
    tools: ToolList,
    all: OnceLock<Arc<ToolView>>,
    views: Mutex<HashMap<Box<[u32]>, Arc<ToolView>>>,
    /// What finds the tools of dynamic mode.
    pub(crate) finding: Finding,
}

/// Where the tools of a server send their requests, and with what.
pub(crate) enum Places {
    /// The destinations of a managed server, by the number that each tool has.
    Account(Vec<Destination>),
    /// The apps of a customer.
    Customer(Vec<Arc<ConnectedApp>>),
}

/// Where the words of a server's tools are kept.
pub(crate) enum Finding {
    /// For this version alone, by the tools' places among all; made at the first search.
    Own(OnceLock<Box<search::Index>>),
    /// With those of all apps of the account.
    Shared(Arc<AccountIndex>),
}

impl Published {
    /// The tools that the caller may see and call, and no others.
    #[must_use]
    pub fn view(&self, caller: &Caller) -> Arc<ToolView> {
        if caller.principal.rights.access.covers_all_tools() {
            return self.everything();
        }
        let places: Box<[u32]> = (0..)
            .zip(self.tools.iter())
            .filter(|(_, tool)| tool.is_visible_to(caller, self.id))
            .map(|(place, _)| place)
            .collect();
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = views.get(&places) {
            return Arc::clone(view);
        }
        if views.len() >= VIEWS_MAX {
            views.clear();
        }
        let view = Arc::new(ToolView::new(Shown::Some(places.clone())));
        views.insert(places, Arc::clone(&view));
        view
    }

    /// Every tool, for the operator.
    #[must_use]
    pub fn everything(&self) -> Arc<ToolView> {
        let all = || Arc::new(ToolView::new(Shown::All(self.tools.len())));
        Arc::clone(self.all.get_or_init(all))
    }

    /// The tools of a view, in its order.
    pub fn tools<'a>(&'a self, view: &'a ToolView) -> impl Iterator<Item = &'a Tool> {
        view.places().filter_map(|place| self.tools.get(place).map(|tool| &**tool))
    }

    /// The definitions of those of its tools in one of the forms: each is written once, at the first asking.
    pub fn definitions<'a>(
        &'a self,
        view: &'a ToolView,
        range: Range<usize>,
        form: usize,
        define: Define<'a>,
    ) -> impl Iterator<Item = &'a [u8]> {
        let places = view.places().skip(range.start).take(range.len());
        places.map(move |place| self.tools.definition(place, form, define))
    }

    /// The definitions of all tools, in pieces of many, with a comma before each.
    pub fn all_definitions(&self, form: usize, define: Define<'_>) -> impl Iterator<Item = Bytes> {
        self.tools.listed(form, define)
    }

    /// Every tool, whoever may see it.
    pub(crate) fn all_tools(&self) -> impl Iterator<Item = &Arc<Tool>> {
        self.tools.iter()
    }

    /// The tool of that name, whoever asks: for the log alone.
    pub(crate) fn find(&self, name: &str) -> Option<&Tool> {
        self.tools.find(name).map(|tool| &**tool)
    }

    /// The tool of a key of what finds its tools.
    pub(crate) fn tool_by_key(&self, key: u32) -> Option<&Tool> {
        match &self.places {
            Places::Account(_) => self.tools.get(key as usize).map(|tool| &**tool),
            Places::Customer(apps) => {
                // Keys rise with places.
                let after = apps.partition_point(|app| app.set.keys <= key);
                apps.get(after.checked_sub(1)?)?.by_key(key).map(|tool| &**tool)
            }
        }
    }

    /// Where a tool of this server sends its requests.
    pub(crate) fn place(&self, work: &HttpWork) -> Place<'_> {
        match &self.places {
            Places::Account(targets) => match &targets[work.target] {
                Destination::Account(target) => Place::Account(target),
                Destination::Caller(app) => Place::Caller(app),
                Destination::None(NotConnected(reason)) => Place::None(reason),
            },
            Places::Customer(apps) => {
                let at = apps.binary_search_by(|app| app.set.place.cmp(&work.target));
                Place::Customer(&apps[at.expect("a tool is there with its app")])
            }
        }
    }

    /// The apps of a customer, in the order in which their tools were made.
    pub(crate) fn connected_apps(&self) -> &[Arc<ConnectedApp>] {
        match &self.places {
            Places::Account(_) => &[],
            Places::Customer(apps) => apps,
        }
    }

    /// Whether its tools are those of what a customer has connected.
    #[must_use]
    pub fn is_connected_apps(&self) -> bool {
        match self.places {
            Places::Account(_) => false,
            Places::Customer(_) => true,
        }
    }

    /// The tool of that name, if the caller may see it.
    #[must_use]
    pub fn tool(&self, caller: &Caller, name: &str) -> Option<&Tool> {
        self.find(name).filter(|tool| tool.is_visible_to(caller, self.id))
    }
}

/// Where one tool sends its requests.
pub(crate) enum Place<'a> {
    /// To the target that the server has for its app.
    Account(&'a Target),
    /// To an app, with one of the customer's connections.
    Customer(&'a ConnectedApp),
    /// To an app, with one of the connections of whoever calls.
    Caller(&'a Arc<store::App>),
    /// Nowhere, and why.
    None(&'static str),
}

impl App {
    /// Reads what the server publishes, with the credentials of its apps.
    pub(crate) async fn load_publication(
        &self,
        slot: &ServerSlot,
    ) -> Result<Arc<Published>, Error> {
        let (account, server) = (slot.account_id, &slot.server);
        let document = self.store.publication(account, server.id, server.version).await?;
        let document: Publication = serde_json::from_str(&document.ok_or_else(corrupt)?)
            .map_err(|error| corrupt().with_source(error))?;
        Ok(Arc::new(self.loaded(account, server, document).await?))
    }

    /// The server with that document, ready to be called.
    pub(crate) async fn loaded(
        &self,
        account: AccountId,
        server: &store::Server,
        mut document: Publication,
    ) -> Result<Published, Error> {
        keep_callable(server, &mut document);
        let (mut targets, mut indexes) = (Targets::of(account), Vec::new());
        let tools = document.tools.iter().map(|tool| (tool.app, tool.connection));
        let templates = document.resource_templates.iter().map(|template| (template.app, None));
        for (number, connection) in tools.chain(templates) {
            let app = document.apps.get(number).ok_or_else(corrupt)?;
            indexes.push(targets.index(self, number, app, connection).await?);
        }
        self.assemble(server, document, &indexes, targets.into_vec())
    }

    /// The server with that document, to be looked at and not to be called: nothing is looked up for it.
    pub(crate) fn preview(
        &self,
        server: &store::Server,
        mut document: Publication,
    ) -> Result<Published, Error> {
        keep_callable(server, &mut document);
        let indexes = vec![0; document.tools.len() + document.resource_templates.len()];
        let none = vec![Destination::None(NotConnected("it is not published"))];
        self.assemble(server, document, &indexes, none)
    }

    /// `indexes` are those of the targets of each tool and then of each resource template.
    fn assemble(
        &self,
        server: &store::Server,
        document: Publication,
        indexes: &[usize],
        targets: Vec<Destination>,
    ) -> Result<Published, Error> {
        let limits = &self.config.upstream;
        let mut indexes = indexes.iter().copied();
        let mut tools = Vec::with_capacity(document.tools.len() + 1);
        for (tool, target) in document.tools.into_iter().zip(&mut indexes) {
            let app = document.apps.get(tool.app).ok_or_else(corrupt)?;
            let by_caller = tool.connection.is_none() && app.is_by_caller();
            let tool = Tool::of_action(tool, target, limits)?;
            tools.push(Arc::new(if by_caller { tool.with_choice()? } else { tool }));
        }
        if document.keeps_results {
            tools.push(Arc::new(Tool::read_result()?));
        }
        let mut templates = Vec::with_capacity(document.resource_templates.len());
        for (read, target) in document.resource_templates.into_iter().zip(indexes) {
            let tool = Tool::of_action(PublishedTool::of(read.action), target, limits)?;
            templates.push(Template::new(read.template, tool).ok_or_else(corrupt)?);
        }
        Ok(Published {
            id: server.id,
            name: server.slug.as_str().into(),
            slug: server.slug.clone(),
            version: server.version,
            generation: self.generations.fetch_add(1, Ordering::Relaxed),
            strict_log: server.strict_log,
            log_payloads: server.log_payloads,
            keeps_results: document.keeps_results,
            dynamic_above_tokens: document
                .token_warning
                .map(|tokens| usize::try_from(tokens).unwrap_or(usize::MAX)),
            places: Places::Account(targets),
            instructions: document.instructions,
            prompts: document.prompts,
            resources: document.resources,
            templates,
            tools: ToolList::new([Arc::new(ToolSet::new(tools))]),
            all: OnceLock::new(),
            views: Mutex::default(),
            finding: Finding::Own(OnceLock::new()),
        })
    }

    /// What a customer may call, as a server.
    pub(crate) fn assemble_connected(
        &self,
        version: i64,
        apps: Vec<Arc<ConnectedApp>>,
        index: Arc<AccountIndex>,
    ) -> Published {
        let mut listed: Vec<&Arc<ConnectedApp>> = apps.iter().collect();
        listed.sort_by(|a, b| a.set.app.key.cmp(&b.set.app.key));
        let sets = listed.into_iter().map(|app| app.tools()).chain([built_in()]);
        let tools = ToolList::new(sets.map(Arc::clone));
        Published {
            id: CONNECTED_APPS,
            name: connected_name(),
            slug: Slug::new(CONNECTED_NAME).expect("it is a slug"),
            version,
            generation: self.generations.fetch_add(1, Ordering::Relaxed),
            strict_log: false,
            log_payloads: false,
            keeps_results: true,
            dynamic_above_tokens: None,
            places: Places::Customer(apps),
            instructions: None,
            prompts: Vec::new(),
            resources: Vec::new(),
            templates: Vec::new(),
            tools,
            all: OnceLock::new(),
            views: Mutex::default(),
            finding: Finding::Shared(index),
        }
    }
}

/// Takes out what a read-only server does not offer.
fn keep_callable(server: &store::Server, document: &mut Publication) {
    if server.read_only {
        document.tools.retain(|tool| tool.action.call.is_safe());
    }
}

fn corrupt() -> Error {
    Error::new(Kind::Internal, "the published version of this server cannot be read")
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("slug", &self.slug)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
