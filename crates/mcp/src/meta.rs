use crate::{CLIENT_TEXT_BYTES_MAX, Json, Kind, ProgressToken, text};
use std::borrow::Cow;

/// What a request's `_meta` says, and for `initialize` what its parameters say in its place.
///
/// All of it comes from the client: for display, logs and notifications, never for a decision about access.
#[derive(Debug, Default)]
pub struct Meta<'a> {
    /// The token under which progress is to be reported, if it is.
    pub progress_token: Option<ProgressToken<'a>>,
    /// The least severe log level to be sent on this request's stream. Modern only: without it, none is sent.
    pub log_level: Option<LogLevel>,
    /// The client, where it says who it is.
    pub client: Option<ClientInfo<'a>>,
    /// The client's capabilities, an object.
    pub client_capabilities: Option<Json<'a>>,
    /// W3C trace context, at most [`crate::TRACEPARENT_BYTES_MAX`] bytes; a longer one is ignored.
    pub traceparent: Option<Cow<'a, str>>,
    /// Its companion, at most [`crate::TRACESTATE_BYTES_MAX`] bytes; a longer one is ignored.
    pub tracestate: Option<Cow<'a, str>>,
}

impl Meta<'_> {
    /// Whether the client declared the capability of that name, such as `sampling`.
    #[must_use]
    pub fn declares(&self, capability: &str) -> bool {
        self.client_capabilities
            .and_then(|all| all.member(capability))
            .is_some_and(|one| one.kind() == Kind::Object)
    }
}

/// Who a client says that it is. Control characters are stripped; each part has at most
/// [`CLIENT_TEXT_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientInfo<'a> {
    /// Its name, or nothing.
    pub name: Cow<'a, str>,
    /// Its version, or nothing.
    pub version: Cow<'a, str>,
}

impl<'a> ClientInfo<'a> {
    // Display only, so a member that is missing or of the wrong type is no reason to refuse a call.
    pub(crate) fn new(name: Option<Json<'a>>, version: Option<Json<'a>>) -> Self {
        let part = |json: Option<Json<'a>>| {
            text::clean(json.and_then(Json::string).unwrap_or_default(), CLIENT_TEXT_BYTES_MAX)
        };
        Self { name: part(name), version: part(version) }
    }
}

/// Severity of a log message, RFC 5424's, least severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogLevel {
    /// `debug`.
    Debug,
    /// `info`.
    Info,
    /// `notice`.
    Notice,
    /// `warning`.
    Warning,
    /// `error`.
    Error,
    /// `critical`.
    Critical,
    /// `alert`.
    Alert,
    /// `emergency`.
    Emergency,
}

impl LogLevel {
    const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// The level of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }
}
