use crate::{Code, Id, Json, LogLevel, Meta, Refusal, Revision, RpcError};
use std::borrow::Cow;

/// One POST body, read and checked.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// How it came.
    pub lane: Lane,
    /// What it is.
    pub message: Message<'a>,
}

/// Which protocol family a POST belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Stateless, of that revision, with `_meta` and headers checked.
    Modern(Revision),
    /// With `initialize` and, maybe, a session. The revision is the one of the `MCP-Protocol-Version` header, if any.
    Legacy(Option<Revision>),
}

impl Lane {
    /// Whether errors and results take the modern form.
    #[must_use]
    pub const fn is_modern(self) -> bool {
        matches!(self, Self::Modern(_))
    }

    /// The revision to answer in, where `session` is what was negotiated for the session, if there is one. The
    /// session outranks the header, and 2025-03-26 is assumed when neither says.
    #[must_use]
    pub fn settle(self, session: Option<Revision>) -> Revision {
        match self {
            Self::Modern(revision) => revision,
            Self::Legacy(header) => session.or(header).unwrap_or(Revision::ASSUMED),
        }
    }
}

impl Incoming<'_> {
    /// The revision to answer in; see [`Lane::settle`].
    ///
    /// # Errors
    ///
    /// A batch in a session of any revision but 2025-03-26.
    pub fn settle(&self, session: Option<Revision>) -> Result<Revision, Refusal> {
        let revision = self.lane.settle(session);
        if matches!(self.message, Message::Batch(_)) && revision != Revision::V2025_03_26 {
            return Err(RpcError::new(
                Code::InvalidRequest,
                format!("MCP {revision} has no batches: send one message per POST"),
            )
            .refuse(None, false));
        }
        Ok(revision)
    }
}

/// What a POST body holds.
#[derive(Debug)]
pub enum Message<'a> {
    /// To be answered.
    Request(Request<'a>),
    /// To be accepted with 202 and no body.
    Notification(Notification<'a>),
    /// A legacy client's answer to a request of ours: 202. Gatewright asks nothing, so there is nothing to match.
    Response,
    /// 2025-03-26 only: requests and notifications, each answered for itself; never nested, never empty. The body of
    /// a refused entry goes into the array of answers.
    Batch(Vec<Result<Message<'a>, Refusal>>),
}

/// A request whose method is served and whose parameters have the right types.
#[derive(Debug)]
pub struct Request<'a> {
    /// To be echoed.
    pub id: Id<'a>,
    /// What `_meta` says.
    pub meta: Meta<'a>,
    /// What is asked for.
    pub call: Call<'a>,
}

/// The methods that are served.
#[derive(Debug)]
pub enum Call<'a> {
    /// Legacy `initialize`.
    Initialize(Initialize<'a>),
    /// Legacy `ping`.
    Ping,
    /// Legacy `logging/setLevel`.
    LoggingSetLevel {
        /// The least severe level to be sent.
        level: LogLevel,
    },
    /// Modern `server/discover`.
    Discover,
    /// Modern `subscriptions/listen`.
    SubscriptionsListen(Listen<'a>),
    /// `tools/list`.
    ToolsList {
        /// Where to go on. Opaque here.
        cursor: Option<Cow<'a, str>>,
    },
    /// `tools/call`.
    ToolsCall(ToolsCall<'a>),
    /// `prompts/list`.
    PromptsList {
        /// Where to go on.
        cursor: Option<Cow<'a, str>>,
    },
    /// `prompts/get`.
    PromptsGet(PromptsGet<'a>),
    /// `resources/list`.
    ResourcesList {
        /// Where to go on.
        cursor: Option<Cow<'a, str>>,
    },
    /// `resources/templates/list`.
    ResourceTemplatesList {
        /// Where to go on.
        cursor: Option<Cow<'a, str>>,
    },
    /// `resources/read`.
    ResourcesRead {
        /// A URI as [`crate::is_uri`] has it; equal to the `Mcp-Name` header in the modern lane.
        uri: Cow<'a, str>,
    },
    /// Legacy `resources/subscribe`.
    ResourcesSubscribe {
        /// A URI as [`crate::is_uri`] has it.
        uri: Cow<'a, str>,
    },
    /// Legacy `resources/unsubscribe`.
    ResourcesUnsubscribe {
        /// A URI as [`crate::is_uri`] has it.
        uri: Cow<'a, str>,
    },
    /// `completion/complete`.
    CompletionComplete(Box<Complete<'a>>),
}

impl Call<'_> {
    /// The method's name on the wire.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Initialize(_) => "initialize",
            Self::Ping => "ping",
            Self::LoggingSetLevel { .. } => "logging/setLevel",
            Self::Discover => "server/discover",
            Self::SubscriptionsListen(_) => "subscriptions/listen",
            Self::ToolsList { .. } => "tools/list",
            Self::ToolsCall(_) => "tools/call",
            Self::PromptsList { .. } => "prompts/list",
            Self::PromptsGet(_) => "prompts/get",
            Self::ResourcesList { .. } => "resources/list",
            Self::ResourceTemplatesList { .. } => "resources/templates/list",
            Self::ResourcesRead { .. } => "resources/read",
            Self::ResourcesSubscribe { .. } => "resources/subscribe",
            Self::ResourcesUnsubscribe { .. } => "resources/unsubscribe",
            Self::CompletionComplete(_) => "completion/complete",
        }
    }

    /// What a modern request repeats in `Mcp-Name`, and the member of the body that says it.
    pub(crate) fn mirrored_name(&self) -> Option<(&str, &'static str)> {
        match self {
            Self::ToolsCall(ToolsCall { name, .. }) | Self::PromptsGet(PromptsGet { name, .. }) => {
                Some((name, "params.name"))
            }
            Self::ResourcesRead { uri } => Some((uri, "params.uri")),
            Self::Initialize(_)
            | Self::Ping
            | Self::LoggingSetLevel { .. }
            | Self::Discover
            | Self::SubscriptionsListen(_)
            | Self::ToolsList { .. }
            | Self::PromptsList { .. }
            | Self::ResourcesList { .. }
            | Self::ResourceTemplatesList { .. }
            | Self::ResourcesSubscribe { .. }
            | Self::ResourcesUnsubscribe { .. }
            | Self::CompletionComplete(_) => None,
        }
    }
}

/// Parameters of `initialize`.
#[derive(Debug)]
pub struct Initialize<'a> {
    /// What the client asked for.
    pub requested: Cow<'a, str>,
    /// What it gets: the same, or the newest legacy revision.
    pub revision: Revision,
}

/// Parameters of `tools/call`.
#[derive(Debug)]
pub struct ToolsCall<'a> {
    /// The tool; equal to the `Mcp-Name` header in the modern lane.
    pub name: Cow<'a, str>,
    /// An object, if given.
    pub arguments: Option<Json<'a>>,
    /// Whether the user declined what an earlier answer asked for.
    pub declined: bool,
}

/// Parameters of `prompts/get`.
#[derive(Debug)]
pub struct PromptsGet<'a> {
    /// The prompt; equal to the `Mcp-Name` header in the modern lane.
    pub name: Cow<'a, str>,
    /// Names and values, at most [`crate::ARGUMENTS_MAX`], each name once.
    pub arguments: Vec<(String, Cow<'a, str>)>,
}

/// Parameters of `completion/complete`.
#[derive(Debug)]
pub struct Complete<'a> {
    /// Whose argument it is.
    pub reference: CompletionReference<'a>,
    /// The argument's name.
    pub argument: Cow<'a, str>,
    /// What is typed so far, at most [`crate::COMPLETION_TEXT_BYTES_MAX`] bytes.
    pub value: Cow<'a, str>,
    /// Other arguments that are settled already, at most [`crate::ARGUMENTS_MAX`], each name once.
    pub context: Vec<(String, Cow<'a, str>)>,
}

/// What has arguments that can be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompletionReference<'a> {
    /// A prompt, by its name.
    Prompt(Cow<'a, str>),
    /// A resource template, by its text; at most [`crate::URI_BYTES_MAX`] bytes, otherwise unchecked.
    ResourceTemplate(Cow<'a, str>),
}

/// What a `subscriptions/listen` stream is to tell of: as far as the capabilities of the server cover it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listen<'a> {
    /// Changes of the list of tools.
    pub tools_list_changed: bool,
    /// Changes of the list of prompts.
    pub prompts_list_changed: bool,
    /// Changes of the lists of resources and of templates.
    pub resources_list_changed: bool,
    /// Changes of these resources: URIs as [`crate::is_uri`] has them, each once, at most
    /// [`crate::RESOURCE_SUBSCRIPTIONS_MAX`]. Whether they exist is for the host to say.
    pub resource_subscriptions: Vec<Cow<'a, str>>,
}

/// What a client may tell.
#[derive(Debug)]
pub enum Notification<'a> {
    /// The legacy handshake is done.
    Initialized,
    /// Legacy only: stop working on that request of the same session.
    Cancelled {
        /// The request.
        request_id: Id<'a>,
        /// Why, for the log; control characters stripped, cut to 256 bytes.
        reason: Option<Cow<'a, str>>,
    },
    /// Anything else: no effect.
    Other,
}
