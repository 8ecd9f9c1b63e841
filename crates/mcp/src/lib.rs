//! MCP on the wire, all revisions: bytes in, values out, and back.
//!
//! The host authenticates, then calls [`read`], acts, and writes with the functions of this crate. Nothing here
//! does I/O, reads a clock, blocks, or knows accounts, tools that exist, or sessions; nothing here panics on input.
//!
//! ```text
//! accepts, content_type   → Refusal (406, 415)
//! read(headers, body, …)  → Incoming { lane, message } | Refusal
//! Incoming::settle        → Revision | Refusal          once the host knows the session
//! check_param_headers     → Refusal                      for tools that declare `x-mcp-header`
//! tool_response, …        → the bytes of the answer
//! ```

mod capabilities;
mod completion;
mod content;
mod elicitation;
mod envelope;
mod error;
mod headers;
mod id;
mod json;
mod lifecycle;
mod list;
mod message;
mod meta;
mod method;
mod modern;
mod notify;
mod param_header;
mod params;
mod prompt;
mod read;
mod resource;
mod revision;
mod scan;
mod sse;
mod text;
mod tool;
mod tool_result;
mod uri;
mod uri_template;
mod write;

pub use capabilities::{Capabilities, PromptsCapability, ResourcesCapability, ToolsCapability};
pub use completion::{COMPLETION_VALUES_MAX, Completion, completion_result};
pub use content::{Block, ResourceBody};
pub use elicitation::{UrlElicitation, input_required};
pub use error::{Code, Refusal, RpcError};
pub use headers::{Accept, accepts, content_type, header_text, session_id};
pub use id::{Id, OwnedId, ProgressToken};
pub use json::{Json, Kind};
pub use lifecycle::{About, CacheScope, Caching, ServerInfo, discover_result, initialize_result};
pub use message::{
    Call, Complete, CompletionReference, Incoming, Initialize, Lane, Listen, Message, Notification,
    PromptsGet, Request, ToolsCall,
};
pub use meta::{ClientInfo, LogLevel, Meta};
pub use notify::{
    List, Log, Progress, list_changed, listen_acknowledged, listen_list_changed,
    listen_resource_updated, listen_result, log, progress, resource_updated,
};
pub use param_header::{HeaderParam, check_param_headers};
pub use prompt::{
    PromptArgument, PromptDefinition, PromptMessage, PromptResult, Role, prompt_definition,
    prompt_result, prompts_list_result,
};
pub use read::read;
pub use resource::{
    ReadResult, ResourceAnnotations, ResourceContents, ResourceDefinition,
    ResourceTemplateDefinition, read_result, resource_definition, resource_template_definition,
    resource_templates_list_result, resources_list_result,
};
pub use revision::{ListShape, Revision};
pub use scan::{JsonFault, Limits, Trouble, check_json};
pub use sse::{SSE_KEEP_ALIVE, sse_event};
pub use tool::{
    Annotations, ToolDefinition, tool_definition, tools_list_chunks, tools_list_result,
};
pub use tool_result::{ToolResult, tool_response};
pub use uri::{URI_BYTES_MAX, is_uri};
pub use uri_template::{TemplateFault, URI_TEMPLATE_VARIABLES_MAX, UriTemplate};
pub use write::{
    RESPONSE_TAIL, batch_response, empty_response, error_response, response, response_chunks,
    response_head,
};

/// The longest request id or progress token that is a string, in bytes of text.
pub const ID_BYTES_MAX: usize = 256;
/// The most bytes kept of a client's name and of its version.
pub const CLIENT_TEXT_BYTES_MAX: usize = 256;
/// The longest `traceparent` that is taken up.
pub const TRACEPARENT_BYTES_MAX: usize = 128;
/// The longest `tracestate` that is taken up.
pub const TRACESTATE_BYTES_MAX: usize = 512;
/// The longest list cursor.
pub const CURSOR_BYTES_MAX: usize = 1024;
/// The longest `Mcp-Session-Id`.
pub const SESSION_ID_BYTES_MAX: usize = 1024;
/// The most arguments of a `prompts/get`, and the most in the context of a completion.
pub const ARGUMENTS_MAX: usize = 64;
/// The longest text that is to be completed.
pub const COMPLETION_TEXT_BYTES_MAX: usize = 1024;
/// The most resources of one `subscriptions/listen`.
pub const RESOURCE_SUBSCRIPTIONS_MAX: usize = 64;
