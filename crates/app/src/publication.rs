use crate::{App, Caller, Error, Kind, registry::ServerSlot};
use bytes::Bytes;
use model::{AccountId, Action, Annotations, HttpCall, RawJson, ServerId, Slug};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use store::Connection;
use upstream::{BaseUrl, Credential, Validator};

/// Selections of tools whose lists are kept ready, beside the list of all tools. A server has few kinds of token.
const VIEWS_MAX: usize = 64;
/// The forms that a list can be rendered in.
const FORMS: usize = 3;
/// The name of an app's one connection.
pub(crate) const CONNECTION: &str = "default";

/// What a server serves, frozen: the document of a publication.
#[derive(Debug, Deserialize)]
pub(crate) struct Publication {
    pub(crate) apps: Vec<PublishedApp>,
    pub(crate) tools: Vec<PublishedTool>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PublishedApp {
    pub(crate) id: model::AppId,
    pub(crate) base_url: String,
    pub(crate) trusted_hosts: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PublishedTool {
    /// Index into [`Publication::apps`].
    pub(crate) app: usize,
    pub(crate) action: Action,
}

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
    /// Whether a request-log row is on disk before its answer leaves.
    pub strict_log: bool,
    /// Whether the request log keeps arguments and results.
    pub log_payloads: bool,
    pub(crate) apps: Vec<Target>,
    tools: Vec<Tool>,
    by_name: HashMap<Box<str>, usize>,
    all: OnceLock<Arc<ToolView>>,
    views: Mutex<HashMap<Vec<u32>, Arc<ToolView>>>,
}

/// Where an app's actions are sent, and with what.
pub(crate) struct Target {
    pub(crate) base: BaseUrl,
    pub(crate) credential: Credential,
    pub(crate) secrets: Vec<model::Secret>,
}

/// A tool of a published server.
pub struct Tool {
    /// Its name.
    pub name: Box<str>,
    /// For people.
    pub title: Option<Box<str>>,
    /// For models.
    pub description: Box<str>,
    /// JSON Schema of the arguments.
    pub input_schema: RawJson,
    /// JSON Schema of the structured result.
    pub output_schema: Option<RawJson>,
    /// Hints for clients.
    pub annotations: Annotations,
    pub(crate) call: HttpCall,
    pub(crate) server: Option<BaseUrl>,
    pub(crate) app: usize,
    /// Whether its request may be a multipart one, whose boundary is drawn at random.
    pub(crate) has_parts: bool,
    /// Arguments that clients repeat in a header, with that header's name (MCP 2026-07-28, `x-mcp-header`).
    pub headers: Vec<(String, String)>,
    /// Arguments that narrow the answer, named when something was cut.
    pub(crate) paging_hints: Vec<String>,
    input: OnceLock<Result<Validator, String>>,
    output: OnceLock<Result<Validator, String>>,
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

impl Tool {
    pub(crate) fn input(&self) -> Result<&Validator, Error> {
        compiled(&self.input, &self.input_schema)
    }

    pub(crate) fn output(&self) -> Option<&Validator> {
        self.output_schema.as_ref().and_then(|schema| compiled(&self.output, schema).ok())
    }

    fn visible_to(&self, caller: &Caller, server: ServerId) -> bool {
        caller.covers_tool(server, &self.name, self.call.is_safe())
    }
}

fn compiled<'a>(
    slot: &'a OnceLock<Result<Validator, String>>,
    schema: &RawJson,
) -> Result<&'a Validator, Error> {
    slot.get_or_init(|| Validator::compile(schema).map_err(|error| error.to_string()))
        .as_ref()
        .map_err(|cause| {
            let message = "the schema of this tool cannot be checked: re-import its description";
            Error::new(Kind::Internal, message).with_source(cause.clone())
        })
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
            .filter(|(_, tool)| tool.visible_to(caller, self.id))
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

    /// The tool of that name, whoever asks: for the log alone.
    pub(crate) fn find(&self, name: &str) -> Option<&Tool> {
        self.by_name.get(name).map(|index| &self.tools[*index])
    }

    /// The tool of that name, if the caller may see it.
    #[must_use]
    pub fn tool(&self, caller: &Caller, name: &str) -> Option<&Tool> {
        let tool = &self.tools[*self.by_name.get(name)?];
        tool.visible_to(caller, self.id).then_some(tool)
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
        let corrupt =
            || Error::new(Kind::Internal, "the published version of this server cannot be read");
        let document: Publication = serde_json::from_str(&document.ok_or_else(corrupt)?)
            .map_err(|error| corrupt().with_source(error))?;
        let mut apps = Vec::with_capacity(document.apps.len());
        for app in &document.apps {
            apps.push(self.target(account, app).await?);
        }
        let mut tools = Vec::with_capacity(document.tools.len());
        for tool in document.tools {
            let safe = tool.action.call.is_safe();
            if tool.app >= apps.len() {
                return Err(corrupt());
            }
            if safe || !server.read_only {
                tools.push(prepare(tool)?);
            }
        }
        let by_name =
            tools.iter().enumerate().map(|(index, tool)| (tool.name.clone(), index)).collect();
        Ok(Arc::new(Published {
            id: server.id,
            name: server.slug.as_str().into(),
            slug: server.slug.clone(),
            version: server.version,
            strict_log: server.strict_log,
            log_payloads: server.log_payloads,
            apps,
            tools,
            by_name,
            all: OnceLock::new(),
            views: Mutex::default(),
        }))
    }

    async fn target(&self, account: AccountId, app: &PublishedApp) -> Result<Target, Error> {
        let unusable =
            |error: upstream::BaseUrlError| Error::new(Kind::Internal, error.to_string());
        let base = BaseUrl::parse(&app.base_url).map_err(unusable)?;
        let Some(connection) = self.store.connection_by_name(account, app.id, CONNECTION).await?
        else {
            return Ok(Target { base, credential: Credential::none(), secrets: Vec::new() });
        };
        let plain =
            self.sealer.open(&Connection::place(account, connection.id), &connection.sealed)?;
        let headers: Vec<(String, String)> =
            serde_json::from_slice(plain.expose()).map_err(|_| {
                Error::new(Kind::Internal, "the credentials of this app cannot be read")
            })?;
        let mut origins = vec![base.origin()];
        for host in &app.trusted_hosts {
            origins.push(BaseUrl::parse(host).map_err(unusable)?.origin());
        }
        let mut credential = Credential::new(origins);
        let mut secrets = Vec::new();
        for (name, value) in headers {
            // An `Authorization` header holds the secret behind its scheme; an echo may have it without.
            secrets.extend(
                value.split_once(' ').map(|(_, rest)| model::Secret::from(rest.to_owned())),
            );
            let value = model::Secret::from(value);
            credential = credential
                .with_header(&name, &value)
                .map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
            secrets.push(value);
        }
        Ok(Target { base, credential, secrets })
    }
}

fn prepare(tool: PublishedTool) -> Result<Tool, Error> {
    let action = tool.action;
    let server =
        action.call.server.as_deref().map(BaseUrl::parse).transpose().map_err(|error| {
            Error::new(
                Kind::Internal,
                format!("the tool {} has an unusable server: {error}", action.name),
            )
        })?;
    Ok(Tool {
        paging_hints: paging_hints(&action.call),
        has_parts: has_parts(&action.call),
        headers: headers(&action.input_schema),
        name: action.name.into(),
        title: action.title.map(Into::into),
        description: action.description.into(),
        input_schema: action.input_schema,
        output_schema: action.output_schema,
        annotations: action.annotations,
        call: action.call,
        server,
        app: tool.app,
        input: OnceLock::new(),
        output: OnceLock::new(),
    })
}

fn headers(schema: &RawJson) -> Vec<(String, String)> {
    // Few schemas have one, and most are large.
    if !schema.get().contains("\"x-mcp-header\"") {
        return Vec::new();
    }
    let schema: serde_json::Value = serde_json::from_str(schema.get()).unwrap_or_default();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let annotated = |(name, property): (&String, &serde_json::Value)| {
        Some((name.clone(), property.get("x-mcp-header")?.as_str()?.to_owned()))
    };
    properties.filter_map(annotated).collect()
}

fn has_parts(call: &HttpCall) -> bool {
    let multipart = |variant: &model::BodyVariant| {
        matches!(variant.encoding, model::BodyEncoding::Multipart(_))
    };
    call.body.as_ref().is_some_and(|body| body.variants.iter().any(multipart))
}

/// Names that APIs give to what narrows or pages an answer.
const PAGING: [&str; 14] = [
    "limit",
    "per_page",
    "page_size",
    "pagesize",
    "count",
    "first",
    "top",
    "page",
    "offset",
    "cursor",
    "after",
    "fields",
    "filter",
    "query",
];

fn paging_hints(call: &HttpCall) -> Vec<String> {
    let narrows = |name: &str| {
        let name = name.trim_start_matches('$').to_ascii_lowercase();
        PAGING.contains(&name.as_str())
    };
    call.parameters
        .iter()
        .filter(|parameter| narrows(&parameter.name))
        .map(|one| one.argument.clone())
        .collect()
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("slug", &self.slug)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
