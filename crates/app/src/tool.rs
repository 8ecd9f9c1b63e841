use crate::{
    Caller, Error, Kind, clock::entropy, connected::SELECTORS, document::PublishedTool,
    dynamic::Finder, embeddings,
};
use jiff::SignedDuration;
use model::{Annotations, HttpCall, Pagination, RawJson, ServerId};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use upstream::{
    Adapted, Arguments, BaseUrl, Injected, Limits, PlanError, Projection, READ_RESULT,
    READ_RESULT_DESCRIPTION, READ_RESULT_SCHEMA, Request, Validator, adapt,
};

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
    /// Arguments that clients repeat in a header, with that header's name (MCP 2026-07-28, `x-mcp-header`).
    pub headers: Vec<(String, String)>,
    pub(crate) work: Work,
    /// What the argument is called that chooses among the caller's own connections, where it calls with one of them.
    pub(crate) selector: Option<&'static str>,
    text_digest: OnceLock<[u8; 32]>,
    input: OnceLock<Result<Validator, String>>,
    output: OnceLock<Result<Validator, String>>,
}

/// What a tool does.
pub(crate) enum Work {
    /// Calls an API.
    Http(Arc<HttpWork>),
    /// Reads on in a result that was too large.
    ReadResult,
    /// Finds the other tools.
    Find(Finder),
    /// Tells a customer of apps that can be connected, and gives links that do.
    ConnectApp,
}

/// How a tool calls an API, worked out once for each published version.
pub(crate) struct HttpWork {
    pub(crate) call: HttpCall,
    pub(crate) server: Option<BaseUrl>,
    /// Which of the server's places: the index of its target, or the number of its app's tools.
    pub(crate) target: usize,
    /// Whether its request may be a multipart one, whose boundary is drawn at random.
    pub(crate) has_parts: bool,
    pub(crate) injected: Injected,
    pub(crate) projection: Option<Projection>,
    pub(crate) pagination: Option<Pagination>,
    pub(crate) budget_tokens: Option<usize>,
    /// How long an answer serves later calls.
    pub(crate) cached_for: Option<SignedDuration>,
    /// Those of the process, where the tool has a time-out of its own.
    pub(crate) limits: Option<Limits>,
    /// Arguments that narrow the answer, named when something was cut.
    pub(crate) paging_hints: Vec<String>,
}

impl HttpWork {
    /// The request that arguments make to the API at `base`, complete but for its credential.
    ///
    /// # Errors
    ///
    /// [`PlanError`], as [`upstream::plan`].
    pub(crate) fn plan(
        &self,
        base: &BaseUrl,
        arguments: &Arguments<'_>,
    ) -> Result<Request, PlanError> {
        let base = self.server.as_ref().unwrap_or(base);
        let boundary = if self.has_parts { entropy() } else { [0; 16] };
        upstream::plan(&self.call, base, arguments, boundary)
    }
}

impl Tool {
    /// The tool that a server makes of an action. `target` is the index of where it is sent.
    ///
    /// # Errors
    ///
    /// [`Kind::Internal`] when what was published cannot be offered: it was checked when it was.
    pub(crate) fn of_action(
        tool: PublishedTool,
        target: usize,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let name = tool.name.map_or_else(|| tool.action.name.clone(), |name| name.to_string());
        let broken = |cause: String| {
            let message = format!("the tool {name} cannot be offered: publish its server again");
            Error::new(Kind::Internal, message).with_source(cause)
        };
        let adapted =
            adapt(tool.action, &tool.settings).map_err(|error| broken(error.to_string()))?;
        let server = adapted.action.call.server.as_deref().map(BaseUrl::parse).transpose();
        let server = server.map_err(|error| broken(error.to_string()))?;
        Ok(Self::of_adapted(name, adapted, server, target, limits))
    }

    fn of_adapted(
        name: String,
        adapted: Adapted,
        server: Option<BaseUrl>,
        target: usize,
        limits: &Limits,
    ) -> Self {
        let action = adapted.action;
        let mut hints = paging_hints(&action.call);
        hints.retain(|argument| !adapted.injected.hides(argument));
        let work = HttpWork {
            server,
            target,
            has_parts: has_parts(&action.call),
            injected: adapted.injected,
            projection: adapted.projection,
            pagination: adapted.pagination,
            budget_tokens: adapted.result_budget_tokens.map(|tokens| tokens as usize),
            cached_for: adapted.cache_seconds.map(|time| SignedDuration::from_secs(time.into())),
            limits: adapted
                .timeout_ms
                .map(|time| limits.with_timeout(Duration::from_millis(time.into()))),
            paging_hints: hints,
            call: action.call,
        };
        Self {
            headers: headers(&action.input_schema),
            name: name.into(),
            title: action.title.map(Into::into),
            description: action.description.into(),
            input_schema: action.input_schema,
            output_schema: action.output_schema,
            annotations: action.annotations,
            work: Work::Http(Arc::new(work)),
            selector: None,
            text_digest: OnceLock::new(),
            input: OnceLock::new(),
            output: OnceLock::new(),
        }
    }

    /// The same tool with other arguments.
    pub(crate) fn with_schema(&self, input_schema: RawJson) -> Self {
        Self {
            name: self.name.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            input_schema,
            output_schema: self.output_schema.clone(),
            annotations: self.annotations,
            headers: self.headers.clone(),
            work: match &self.work {
                Work::Http(work) => Work::Http(Arc::clone(work)),
                Work::ReadResult => Work::ReadResult,
                Work::Find(finder) => Work::Find(*finder),
                Work::ConnectApp => Work::ConnectApp,
            },
            selector: self.selector,
            text_digest: OnceLock::new(),
            input: OnceLock::new(),
            output: OnceLock::new(),
        }
    }

    /// The same tool, for a server that calls with the caller's own connection: with one more argument, which chooses among several. It
    /// has no list of them: all callers are shown the same tools.
    ///
    /// # Errors
    ///
    /// [`Kind::Internal`] when its schema cannot be written.
    pub(crate) fn with_choice(self) -> Result<Self, Error> {
        let mut schema: serde_json::Value =
            serde_json::from_str(self.input_schema.get()).unwrap_or_default();
        let is_hidden = |name: &str| match &self.work {
            Work::Http(work) => work.injected.hides(name),
            Work::ReadResult | Work::Find(_) | Work::ConnectApp => false,
        };
        let is_free = |name: &&str| schema["properties"].get(name).is_none() && !is_hidden(name);
        let Some(selector) = SELECTORS.iter().copied().find(is_free) else { return Ok(self) };
        schema["properties"][selector] = serde_json::json!({
            "type": "string",
            "maxLength": 100,
            "description": "The name of the user's connection of this app that is used, where there are several; absent, the default one",
        });
        let input_schema = RawJson::parse(schema.to_string())
            .map_err(|_| Error::corrupt("action", "its schema cannot be read"))?;
        Ok(Self { selector: Some(selector), input_schema, ..self })
    }

    /// The built-in tool that reads on in results.
    pub(crate) fn read_result() -> Result<Self, Error> {
        let schema = RawJson::parse(READ_RESULT_SCHEMA.to_owned()).map_err(|error| {
            Error::new(Kind::Internal, "the built-in tool has no schema").with_source(error)
        })?;
        let annotations = Annotations {
            read_only: true,
            destructive: false,
            idempotent: true,
            open_world: false,
        };
        let (name, description) = (READ_RESULT, READ_RESULT_DESCRIPTION);
        Ok(Self::built_in(name, description, schema, annotations, Work::ReadResult))
    }

    /// A tool of ours.
    pub(crate) fn built_in(
        name: &str,
        description: &str,
        input_schema: RawJson,
        annotations: Annotations,
        work: Work,
    ) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: description.into(),
            input_schema,
            output_schema: None,
            annotations,
            headers: Vec::new(),
            work,
            selector: None,
            text_digest: OnceLock::new(),
            input: OnceLock::new(),
            output: OnceLock::new(),
        }
    }

    /// What it says of itself, as a model of embeddings is told it.
    pub(crate) fn text(&self) -> String {
        search::text_of(&self.name, self.title.as_deref().unwrap_or_default(), &self.description)
    }

    /// What names that text, made at the first asking.
    pub(crate) fn text_digest(&self) -> &[u8; 32] {
        self.text_digest.get_or_init(|| embeddings::digest(&self.text()))
    }

    pub(crate) fn input(&self) -> Result<&Validator, Error> {
        compiled(&self.input, &self.input_schema)
    }

    pub(crate) fn output(&self) -> Option<&Validator> {
        self.output_schema.as_ref().and_then(|schema| compiled(&self.output, schema).ok())
    }

    /// Whether it sends nothing that writes.
    pub(crate) fn is_safe(&self) -> bool {
        match &self.work {
            Work::Http(work) => work.call.is_safe(),
            Work::ReadResult | Work::Find(_) | Work::ConnectApp => true,
        }
    }

    /// Whether it is of ours.
    pub(crate) fn is_built_in(&self) -> bool {
        match &self.work {
            Work::Http(_) => false,
            Work::ReadResult | Work::Find(_) | Work::ConnectApp => true,
        }
    }

    /// Whether the caller may see and call it. What is built in is open to whoever may use the server: it shows a caller
    /// nothing but its own.
    pub(crate) fn is_visible_to(&self, caller: &Caller, server: ServerId) -> bool {
        match &self.work {
            Work::Http(work) => caller.covers_tool(server, &self.name, work.call.is_safe()),
            Work::ReadResult | Work::Find(_) | Work::ConnectApp => true,
        }
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
