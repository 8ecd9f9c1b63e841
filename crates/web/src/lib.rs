//! HTTP: listeners, limits, authentication, and errors as answers. Decides nothing that a use case decides.
//!
//! Cannot reach SQL or the network behind it: everything goes through [`app::App`]. The MCP endpoint is served by hyper alone,
//! since it is the hot path; all else by an axum router.

mod body;
mod connect;
mod console;
mod control;
mod data;
mod demo;
mod guard;
mod harden;
mod health;
mod listen;
mod metrics;
mod problem;
mod rpc_error;
mod snippets;
mod trace;
mod wire;

pub use console::Console;
pub use control::{LocalApi, LocalReply, document, document_text};
pub use data::list_bytes;
pub use demo::{DEMO_APPS, DEMO_DESCRIPTION, DEMO_WAY, Demo, DemoApp};
pub use guard::Hosts;
pub use listen::{Listening, serve};
pub use metrics::serve_metrics;
pub use snippets::{Snippet, SnippetForm, SnippetTarget, snippets};

use app::App;
use std::{sync::Arc, time::Duration};

/// What the listeners are told when the process starts. Every limit has its name here and in the configuration file.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose requests are taken.
    pub hosts: Hosts,
    /// Whether clients reach us over https, through whoever ends it in front of us.
    pub https: bool,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of a request's body that holds an API description.
    pub description_bytes: usize,
    /// Depth and nodes of a request's JSON, and messages of a batch.
    pub json: mcp::Limits,
    /// For the head of a request, and between requests of a kept connection.
    pub header_timeout: Duration,
    /// For a request's body.
    pub body_timeout: Duration,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address that is not this machine.
    pub connections_per_address: usize,
    /// Open streams of one token.
    pub streams_per_token: usize,
    /// Messages of one stream of the older transport that are worked on at once; as many more wait.
    pub sse_messages: usize,
    /// Tools in one page of a list.
    pub tools_per_page: usize,
    /// How much of a server's tools clients are shown that do not say it.
    pub mode: app::Mode,
    /// Tokens (of four bytes) of a list above which the mode *auto* is dynamic, where the server has no number of its own.
    pub dynamic_above_tokens: usize,
    /// How long clients may take a tool list for fresh.
    pub list_ttl: Duration,
    /// How often a silent stream says that it lives.
    pub keep_alive: Duration,
    /// How long requests under way may take to end when the process stops.
    pub drain: Duration,
    /// Threads that serve, each with a runtime and connections of its own.
    pub workers: usize,
    /// Which APIs in memory are served.
    pub demo: Demo,
    /// The console, when there is one in the binary.
    pub console: Option<Console>,
    /// Whether calls are traced.
    pub traces: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            hosts: Hosts::default(),
            https: false,
            body_bytes: 8 << 20,
            description_bytes: 64 << 20,
            json: mcp::Limits::default(),
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            connections: 10_240,
            connections_per_address: 1_024,
            streams_per_token: 256,
            sse_messages: 64,
            tools_per_page: 5_000,
            mode: app::Mode::default(),
            dynamic_above_tokens: 25_000,
            list_ttl: Duration::from_secs(30),
            keep_alive: Duration::from_secs(15),
            drain: Duration::from_secs(30),
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            demo: Demo::Off,
            console: None,
            traces: false,
        }
    }
}

/// What every request sees.
pub(crate) struct Shared {
    pub(crate) app: Arc<App>,
    pub(crate) config: Config,
    pub(crate) info: mcp::ServerInfo,
    pub(crate) metrics: metrics::Metrics,
    pub(crate) cancels: data::Cancels,
    pub(crate) streams: data::Streams,
    pub(crate) sse: data::OpenSse,
    pub(crate) stop: tokio_util::sync::CancellationToken,
}
