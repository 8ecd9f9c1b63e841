use crate::{Id, Revision, text, write};
use std::borrow::Cow;

/// Every JSON-RPC error that Gatewright answers with. The number and the HTTP status follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body is not JSON.
    Parse,
    /// The body is JSON but no MCP message.
    InvalidRequest,
    /// Unknown, removed, or of a capability that the server does not declare.
    MethodNotFound,
    /// Parameters that the method cannot take; an unknown tool; a cursor that is not ours.
    InvalidParams,
    /// `_meta` of a modern request lacks what it must have. The number is that of [`Code::InvalidParams`].
    InvalidMeta,
    /// A fault of ours.
    Internal,
    /// No such resource, to a legacy client. A modern one gets [`Code::InvalidParams`].
    ResourceNotFound,
    /// A mirrored header is absent, doubled, malformed, or says something else than the body.
    HeaderMismatch,
    /// The request needs a capability that the client did not declare on it.
    MissingClientCapability,
    /// The user is to be sent to a URL first. 2025-11-25 alone.
    UrlElicitationRequired,
    /// The revision is not served.
    UnsupportedProtocolVersion,
    /// No valid credentials.
    Unauthenticated,
    /// The credentials do not cover it.
    Forbidden,
    /// No such endpoint, or the session is gone.
    NotFound,
    /// The body is longer than the host takes.
    TooLarge,
    /// Over a quota; come back later.
    TooManyRequests,
    /// Overloaded or shutting down; come back later.
    Unavailable,
}

impl Code {
    /// The number on the wire. Ours stand outside JSON-RPC's reserved range and end in the HTTP status.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Parse => -32700,
            Self::InvalidRequest => -32600,
            Self::MethodNotFound => -32601,
            Self::InvalidParams | Self::InvalidMeta => -32602,
            Self::Internal => -32603,
            Self::ResourceNotFound => -32002,
            Self::HeaderMismatch => -32020,
            Self::MissingClientCapability => -32021,
            Self::UnsupportedProtocolVersion => -32022,
            Self::UrlElicitationRequired => -32042,
            Self::Unauthenticated => -31401,
            Self::Forbidden => -31403,
            Self::NotFound => -31404,
            Self::TooLarge => -31413,
            Self::TooManyRequests => -31429,
            Self::Unavailable => -31503,
        }
    }

    /// The HTTP status. Legacy requests read errors in a 200; what breaks the transport itself is an HTTP error
    /// in every revision.
    #[must_use]
    pub const fn status(self, modern: bool) -> u16 {
        match self {
            Self::Parse
            | Self::InvalidRequest
            | Self::HeaderMismatch
            | Self::MissingClientCapability
            | Self::UnsupportedProtocolVersion => 400,
            Self::MethodNotFound => {
                if modern {
                    404
                } else {
                    200
                }
            }
            Self::InvalidMeta => {
                if modern {
                    400
                } else {
                    200
                }
            }
            Self::InvalidParams
            | Self::ResourceNotFound
            | Self::Internal
            | Self::UrlElicitationRequired => 200,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::TooLarge => 413,
            Self::TooManyRequests => 429,
            Self::Unavailable => 503,
        }
    }
}

/// The `error` member of a JSON-RPC answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    /// What it is.
    pub code: Code,
    /// For people and models: what is wrong and what to do.
    pub message: Cow<'static, str>,
    /// JSON text of `data`.
    pub data: Option<String>,
}

impl RpcError {
    /// An error without `data`.
    #[must_use]
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// The request needs a capability that the client did not declare on it, such as `sampling`.
    #[must_use]
    pub fn missing_client_capability(capability: &str) -> Self {
        let mut data = b"{\"requiredCapabilities\":{".to_vec();
        text::push_string(&mut data, capability);
        data.extend_from_slice(b":{}}}");
        Self {
            data: Some(String::from_utf8(data).expect("made of strings")),
            ..Self::new(
                Code::MissingClientCapability,
                format!(
                    "this needs the client capability {capability}: declare it in _meta of this request"
                ),
            )
        }
    }

    /// A method that is not served, or of a capability that is not declared.
    #[must_use]
    pub fn method_not_found(name: &str, modern: bool) -> Self {
        let shown = text::shown(name);
        let family = if modern { "MCP 2026-07-28" } else { "legacy MCP" };
        Self::new(Code::MethodNotFound, format!("this server does not serve {shown} in {family}"))
    }

    /// A tool that does not exist or that the caller may not see: the two answers are the same bytes.
    #[must_use]
    pub fn unknown_tool(name: &str) -> Self {
        let shown = text::shown(name);
        Self::new(
            Code::InvalidParams,
            format!("unknown tool {shown}: call tools/list for the tools of this server"),
        )
    }

    /// A prompt that does not exist or that the caller may not see: the two answers are the same bytes.
    #[must_use]
    pub fn unknown_prompt(name: &str) -> Self {
        let shown = text::shown(name);
        Self::new(
            Code::InvalidParams,
            format!("unknown prompt {shown}: call prompts/list for the prompts of this server"),
        )
    }

    /// A prompt that cannot do without an argument.
    #[must_use]
    pub fn missing_argument(name: &str) -> Self {
        let shown = text::shown(name);
        Self::new(
            Code::InvalidParams,
            format!("the prompt needs the argument {shown}: send it in params.arguments"),
        )
    }

    /// A resource that does not exist or that the caller may not see: the two answers are the same bytes. The code is
    /// the one that the revision has for it, and `data` has the URI.
    #[must_use]
    pub fn unknown_resource(uri: &str, revision: Revision) -> Self {
        let code = if revision.is_modern() { Code::InvalidParams } else { Code::ResourceNotFound };
        let mut data = b"{\"uri\":".to_vec();
        text::push_string(&mut data, uri);
        data.push(b'}');
        let shown = text::shown(uri);
        Self {
            data: Some(String::from_utf8(data).expect("made of strings")),
            ..Self::new(
                code,
                format!(
                    "unknown resource {shown}: call resources/list and resources/templates/list for those of this server"
                ),
            )
        }
    }

    /// A resource template, referred to for a completion, that does not exist or that the caller may not see.
    #[must_use]
    pub fn unknown_resource_template(template: &str) -> Self {
        let shown = text::shown(template);
        Self::new(
            Code::InvalidParams,
            format!(
                "unknown resource template {shown}: call resources/templates/list for those of this server"
            ),
        )
    }

    /// A cursor that is not one of ours, or no longer.
    #[must_use]
    pub fn invalid_cursor() -> Self {
        Self::new(
            Code::InvalidParams,
            "unknown cursor: list again from the start, without a cursor",
        )
    }

    /// The whole answer to the request `id`, or to one whose id could not be read.
    #[must_use]
    pub fn refuse(self, id: Option<Id<'_>>, modern: bool) -> Refusal {
        Refusal {
            status: self.code.status(modern),
            code: self.code,
            body: write::error_response(id, &self),
            message: self.message,
            method: None,
        }
    }
}

/// A complete HTTP answer to a message that was not taken: `application/json`, with the request's id when it could
/// be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// What it is.
    pub code: Code,
    /// What `body` says, for the log. Quotes at most a few characters of input.
    pub message: Cow<'static, str>,
    /// A JSON-RPC error.
    pub body: Vec<u8>,
    /// The method that was asked for, when it could be read; cut to 64 bytes and without control characters.
    pub method: Option<String>,
}
