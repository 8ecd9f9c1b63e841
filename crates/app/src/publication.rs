use crate::{
    App, Caller, Error, Kind,
    document::{Publication, PublishedTool},
    registry::ServerSlot,
    resource::Template,
    target::{NotConnected, Target, Targets},
    tool::{Tool, Work},
};
use bytes::Bytes;
use model::{AccountId, Prompt, Resource, ServerId, Slug};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError, atomic::Ordering},
};

/// Selections of tools whose lists are kept ready, beside the list of all tools. A server has few kinds of token.
const VIEWS_MAX: usize = 64;
/// The forms that a list can be rendered in.
const FORMS: usize = 3;
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
    pub(crate) targets: Vec<Result<Target, NotConnected>>,
    pub(crate) instructions: Option<String>,
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) templates: Vec<Template>,
    tools: Vec<Tool>,
    by_name: HashMap<Box<str>, usize>,
    all: OnceLock<Arc<ToolView>>,
    views: Mutex<HashMap<Vec<u32>, Arc<ToolView>>>,
    /// What finds the tools of dynamic mode, by their places among all.
    pub(crate) index: OnceLock<Arc<search::Index>>,
}

/// The tools of a server that one kind of caller may see, in the order of the list, and that list in bytes.
pub struct ToolView {
    indexes: Vec<u32>,
    forms: [OnceLock<Bytes>; FORMS],
}

impl ToolView {
    /// The list in one of the three forms, rendered at the first asking.
    pub fn rendered(&self, form: usize, render: impl FnOnce() -> Bytes) -> Bytes {
        self.forms[form].get_or_init(render).clone()
    }

    /// How many tools there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.indexes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.indexes.is_empty()
    }
}

impl Published {
    /// The tools that the caller may see and call, and no others.
    #[must_use]
    pub fn view(&self, caller: &Caller) -> Arc<ToolView> {
        if caller.principal.rights.access.covers_all_tools() {
            return self.everything();
        }
        let indexes: Vec<u32> = (0..)
            .zip(&self.tools)
            .filter(|(_, tool)| tool.is_visible_to(caller, self.id))
            .map(|(index, _)| index)
            .collect();
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = views.get(&indexes) {
            return Arc::clone(view);
        }
        if views.len() >= VIEWS_MAX {
            views.clear();
        }
        let view = self.make_view(indexes.clone());
        views.insert(indexes, Arc::clone(&view));
        view
    }

    /// Every tool, for the operator.
    #[must_use]
    pub fn everything(&self) -> Arc<ToolView> {
        Arc::clone(self.all.get_or_init(|| self.make_view((0..).take(self.tools.len()).collect())))
    }

    fn make_view(&self, indexes: Vec<u32>) -> Arc<ToolView> {
        Arc::new(ToolView { indexes, forms: [OnceLock::new(), OnceLock::new(), OnceLock::new()] })
    }

    /// The tools of a view, in its order.
    pub fn tools<'a>(&'a self, view: &'a ToolView) -> impl Iterator<Item = &'a Tool> {
        view.indexes.iter().map(|index| &self.tools[*index as usize])
    }

    /// Every tool, whoever may see it.
    pub(crate) fn all_tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The tool of that name, whoever asks: for the log alone.
    pub(crate) fn find(&self, name: &str) -> Option<&Tool> {
        self.by_name.get(name).map(|index| &self.tools[*index])
    }

    /// What must not be shown of the tool's answers: the values of its credential.
    pub(crate) fn secrets(&self, tool: &Tool) -> Arc<[model::Secret]> {
        match &tool.work {
            Work::Http(work) => match &self.targets[work.target] {
                Ok(target) => target.route.credential().secrets(),
                Err(NotConnected(_)) => Arc::default(),
            },
            Work::ReadResult | Work::Find(_) => Arc::default(),
        }
    }

    /// The tool of that name, if the caller may see it.
    #[must_use]
    pub fn tool(&self, caller: &Caller, name: &str) -> Option<&Tool> {
        let tool = &self.tools[*self.by_name.get(name)?];
        tool.is_visible_to(caller, self.id).then_some(tool)
    }
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
        let none = vec![Err(NotConnected("it is not published"))];
        self.assemble(server, document, &indexes, none)
    }

    /// `indexes` are those of the targets of each tool and then of each resource template.
    fn assemble(
        &self,
        server: &store::Server,
        document: Publication,
        indexes: &[usize],
        targets: Vec<Result<Target, NotConnected>>,
    ) -> Result<Published, Error> {
        let limits = &self.config.upstream;
        let mut indexes = indexes.iter().copied();
        let mut tools = Vec::with_capacity(document.tools.len() + 1);
        for (tool, target) in document.tools.into_iter().zip(&mut indexes) {
            tools.push(Tool::of_action(tool, target, limits)?);
        }
        if document.keeps_results {
            tools.push(Tool::read_result()?);
        }
        let mut templates = Vec::with_capacity(document.resource_templates.len());
        for (read, target) in document.resource_templates.into_iter().zip(indexes) {
            let tool = Tool::of_action(PublishedTool::of(read.action), target, limits)?;
            templates.push(Template::new(read.template, tool).ok_or_else(corrupt)?);
        }
        let by_name =
            tools.iter().enumerate().map(|(index, tool)| (tool.name.clone(), index)).collect();
        Ok(Published {
            id: server.id,
            name: server.slug.as_str().into(),
            slug: server.slug.clone(),
            version: server.version,
            generation: self.generations.fetch_add(1, Ordering::Relaxed),
            strict_log: server.strict_log,
            log_payloads: server.log_payloads,
            keeps_results: document.keeps_results,
            targets,
            instructions: document.instructions,
            prompts: document.prompts,
            resources: document.resources,
            templates,
            tools,
            by_name,
            all: OnceLock::new(),
            views: Mutex::default(),
            index: OnceLock::new(),
        })
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
