//! Messages that a server sends on a stream beside its answers.

use crate::{
    Id, Listen, LogLevel, ProgressToken, Revision, ServerInfo,
    text::push_string,
    write::{RESPONSE_TAIL, head},
};

const UPDATED: &str = "notifications/resources/updated";

/// How far a request has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The token that the request gave.
    pub token: ProgressToken<'a>,
    /// Rises with every message. Finite.
    pub progress: f64,
    /// What it rises to, if that is known. Finite.
    pub total: Option<f64>,
    /// For people.
    pub message: Option<&'a str>,
}

/// `notifications/progress`.
#[must_use]
pub fn progress(progress: &Progress<'_>) -> Vec<u8> {
    let mut out = notification("notifications/progress", b"\"progressToken\":");
    out.extend_from_slice(progress.token.as_json().as_bytes());
    out.extend_from_slice(b",\"progress\":");
    push_number(&mut out, progress.progress);
    if let Some(total) = progress.total {
        out.extend_from_slice(b",\"total\":");
        push_number(&mut out, total);
    }
    if let Some(message) = progress.message {
        out.extend_from_slice(b",\"message\":");
        push_string(&mut out, message);
    }
    out.extend_from_slice(b"}}");
    out
}

// JSON has no infinities; a caller's slip must not break the stream.
fn push_number(out: &mut Vec<u8>, number: f64) {
    let number = if number.is_finite() { number } else { 0.0 };
    out.extend_from_slice(number.to_string().as_bytes());
}

/// A log message.
#[derive(Clone, Copy, Debug)]
pub struct Log<'a> {
    /// How severe.
    pub level: LogLevel,
    /// Where it comes from.
    pub logger: Option<&'a str>,
    /// What it says.
    pub text: &'a str,
}

/// `notifications/message`.
#[must_use]
pub fn log(log: &Log<'_>) -> Vec<u8> {
    let mut out = notification("notifications/message", b"\"level\":");
    push_string(&mut out, log.level.as_str());
    if let Some(logger) = log.logger {
        out.extend_from_slice(b",\"logger\":");
        push_string(&mut out, logger);
    }
    out.extend_from_slice(b",\"data\":");
    push_string(&mut out, log.text);
    out.extend_from_slice(b"}}");
    out
}

/// A list whose changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Of tools.
    Tools,
    /// Of prompts.
    Prompts,
    /// Of resources, and of resource templates.
    Resources,
}

impl List {
    const fn method(self) -> &'static str {
        match self {
            Self::Tools => "notifications/tools/list_changed",
            Self::Prompts => "notifications/prompts/list_changed",
            Self::Resources => "notifications/resources/list_changed",
        }
    }
}

/// `notifications/…/list_changed` for the GET stream of a legacy session.
#[must_use]
pub const fn list_changed(list: List) -> &'static [u8] {
    match list {
        List::Tools => br#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
        List::Prompts => br#"{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}"#,
        List::Resources => br#"{"jsonrpc":"2.0","method":"notifications/resources/list_changed"}"#,
    }
}

/// `notifications/resources/updated` for the GET stream of a legacy session that subscribed to it.
#[must_use]
pub fn resource_updated(uri: &str) -> Vec<u8> {
    let mut out = notification(UPDATED, b"\"uri\":");
    push_string(&mut out, uri);
    out.extend_from_slice(b"}}");
    out
}

/// What a `subscriptions/listen` stream begins with: the part of what was asked for that is honored.
#[must_use]
pub fn listen_acknowledged(id: Id<'_>, honored: &Listen<'_>) -> Vec<u8> {
    let mut out = notification("notifications/subscriptions/acknowledged", b"\"notifications\":{");
    let start = out.len();
    let flags = [
        ("toolsListChanged", honored.tools_list_changed),
        ("promptsListChanged", honored.prompts_list_changed),
        ("resourcesListChanged", honored.resources_list_changed),
    ];
    for (flag, _) in flags.into_iter().filter(|(_, is_honored)| *is_honored) {
        if out.len() > start {
            out.push(b',');
        }
        out.extend_from_slice(format!("\"{flag}\":true").as_bytes());
    }
    for (at, uri) in honored.resource_subscriptions.iter().enumerate() {
        if out.len() > start {
            out.push(b',');
        }
        if at == 0 {
            out.extend_from_slice(b"\"resourceSubscriptions\":[");
        }
        push_string(&mut out, uri);
    }
    if !honored.resource_subscriptions.is_empty() {
        out.push(b']');
    }
    out.extend_from_slice(b"},");
    push_subscription(&mut out, id);
    out.extend_from_slice(b"}}");
    out
}

/// `notifications/…/list_changed` for a `subscriptions/listen` stream.
#[must_use]
pub fn listen_list_changed(id: Id<'_>, list: List) -> Vec<u8> {
    let mut out = notification(list.method(), b"");
    push_subscription(&mut out, id);
    out.extend_from_slice(b"}}");
    out
}

/// `notifications/resources/updated` for a `subscriptions/listen` stream.
#[must_use]
pub fn listen_resource_updated(id: Id<'_>, uri: &str) -> Vec<u8> {
    let mut out = notification(UPDATED, b"\"uri\":");
    push_string(&mut out, uri);
    out.push(b',');
    push_subscription(&mut out, id);
    out.extend_from_slice(b"}}");
    out
}

/// What a `subscriptions/listen` stream ends with when the server closes it.
#[must_use]
pub fn listen_result(id: Id<'_>, info: &ServerInfo) -> Vec<u8> {
    let mut out = head(id, 256);
    out.extend_from_slice(
        b"{\"resultType\":\"complete\",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":",
    );
    out.extend_from_slice(id.as_json().as_bytes());
    out.extend_from_slice(b",\"io.modelcontextprotocol/serverInfo\":");
    out.extend_from_slice(info.json(Revision::V2026_07_28.list_shape()));
    out.extend_from_slice(b"}}");
    out.extend_from_slice(RESPONSE_TAIL);
    out
}

fn notification(method: &str, first: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(192);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"method\":\"");
    out.extend_from_slice(method.as_bytes());
    out.extend_from_slice(b"\",\"params\":{");
    out.extend_from_slice(first);
    out
}

fn push_subscription(out: &mut Vec<u8>, id: Id<'_>) {
    out.extend_from_slice(b"\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":");
    out.extend_from_slice(id.as_json().as_bytes());
    out.push(b'}');
}
