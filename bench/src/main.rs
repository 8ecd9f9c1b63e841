//! The published benchmark: a load generator that checks every answer, the baselines that Gatewright is
//! measured against, and the scenarios behind each figure of `RESULTS.md`.
//!
//! Every server and the load generator are processes of their own (this binary again, under a hidden
//! command), so that the CPU time of one of them is what the kernel says it is. Never measures in-process, but for
//! the search, which speaks to nobody; never compares figures of two different runs.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a command-line tool on loopback: it reads its clock, opens its sockets and prints its tables itself"
)]

mod answer;
mod bm25;
mod descriptions;
mod embeddings;
mod fixed;
mod gateway;
mod http;
mod load;
mod machine;
mod mcp;
mod process;
mod proxy;
mod report;
mod rounds;
mod scenario;
mod serve;
mod upstream;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::{path::PathBuf, time::Duration};

/// Measures Gatewright against a plain reverse proxy and a static file server, side by side in one run.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every scenario; writes the table.
    All {
        #[command(flatten)]
        options: Options,
        /// Where the table goes.
        #[arg(long, default_value = "bench/RESULTS.md")]
        out: PathBuf,
    },
    /// `tools/call` of one REST call: both eras, three concurrencies, against the proxy.
    Call(#[command(flatten)] Options),
    /// `tools/list` of 10, 500 and 1,223 tools against the same bytes from memory.
    List(#[command(flatten)] Options),
    /// `tools/call` with publishing rules and limits, on both engines, and with an earlier build.
    Rules(#[command(flatten)] Options),
    /// One tenant beside another that asks for all it can get.
    Neighbors(#[command(flatten)] Options),
    /// Latency at 1,000 calls a second, against the proxy.
    Latency(#[command(flatten)] Options),
    /// Import of the largest descriptions.
    Import(#[command(flatten)] Options),
    /// Idle and loaded memory with the GitHub server published.
    Memory(#[command(flatten)] Options),
    /// Memory of 10,000 idle legacy sessions.
    Sessions(#[command(flatten)] Options),
    /// Process start to the first right answer with 1,000 tools published.
    Startup(#[command(flatten)] Options),
    /// What connected apps cost.
    Connected(#[command(flatten)] Options),
    /// What the search finds on the retrieval benchmark, beside BM25; needs no gateway.
    Retrieval {
        #[command(flatten)]
        options: Options,
        /// An embedding server whose vectors the search has beside it, such as `http://127.0.0.1:8900/v1/embeddings`.
        #[arg(long, requires = "model")]
        embeddings: Option<String>,
        /// The model that it is asked for.
        #[arg(long, requires = "embeddings")]
        model: Option<String>,
    },
    /// The REST upstream.
    #[command(hide = true)]
    Upstream {
        /// How long it takes to answer.
        #[arg(default_value_t = 0)]
        milliseconds: u64,
    },
    /// The plain reverse proxy.
    #[command(hide = true)]
    Proxy {
        /// Where it sends everything, such as `127.0.0.1:8000`.
        upstream: String,
    },
    /// A server of fixed bytes: one file for each path `/0`, `/1`, …
    #[command(hide = true)]
    Fixed {
        /// The files.
        files: Vec<PathBuf>,
    },
    /// The load generator: a job on stdin, what it measured on stdout, both JSON.
    #[command(hide = true)]
    Load,
}

/// What every scenario can be told.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Rounds of each contender; medians are reported.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: usize,
    /// Rounds of 3 s instead of 10 s, after 1 s of warm-up instead of 3 s.
    #[arg(long)]
    pub(crate) quick: bool,
    /// The gateway's binary; by default `gatewright` beside this one.
    #[arg(long)]
    pub(crate) gateway: Option<PathBuf>,
    /// An earlier build of the gateway, to be compared in the same run.
    #[arg(long)]
    pub(crate) before: Option<PathBuf>,
    /// URL of an empty PostgreSQL database, for a gateway on it.
    #[arg(long)]
    pub(crate) postgres: Option<String>,
    /// The folder of the retrieval benchmark.
    #[arg(long, default_value = "../shared/checks/retrieval")]
    pub(crate) data: PathBuf,
    /// Only measurements whose name contains this.
    #[arg(long, default_value = "")]
    pub(crate) only: String,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Upstream { milliseconds } => {
            let delay = Duration::from_millis(milliseconds);
            serve::run(move |request| upstream::answer(request, delay))
        }
        Command::Proxy { upstream } => proxy::run(&upstream),
        Command::Fixed { files } => fixed::run(&files),
        Command::Load => load::run(),
        Command::All { options, out } => scenario::all(&options, &out),
        Command::Call(options) => scenario::one(&options, "call"),
        Command::List(options) => scenario::one(&options, "list"),
        Command::Rules(options) => scenario::one(&options, "rules"),
        Command::Neighbors(options) => scenario::one(&options, "neighbors"),
        Command::Latency(options) => scenario::one(&options, "latency"),
        Command::Import(options) => scenario::one(&options, "import"),
        Command::Memory(options) => scenario::one(&options, "memory"),
        Command::Sessions(options) => scenario::one(&options, "sessions"),
        Command::Retrieval { options, embeddings, model } => {
            scenario::retrieval(&options, embeddings.as_deref().zip(model.as_deref()))
        }
        Command::Startup(options) => scenario::one(&options, "startup"),
        Command::Connected(options) => scenario::one(&options, "connected"),
    }
}
