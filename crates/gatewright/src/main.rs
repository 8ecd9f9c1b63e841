//! The binary: reads the command line and the configuration, and starts what they ask for.
//!
//! Decides nothing about accounts, tools or requests: the use cases of [`app`] do, and [`web`] serves them.

mod admin;
mod cli;
mod client;
mod commands;
mod config;
mod demo;
mod process;
mod report;
mod snippets;
mod telemetry;

use clap::Parser as _;
use std::process::ExitCode;

// A server of long life allocates and frees the same sizes over and over: measured, this allocator takes a tenth off each call
// and gives memory back after an import, which the system's does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatewright: {error:#}");
            ExitCode::FAILURE
        }
    }
}
