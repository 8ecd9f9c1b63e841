//! The project's own tasks, `cargo xtask …`: what a developer and CI run, and nothing that ships.
//!
//! Builds before everything else, so it has few dependencies and none of our crates.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a command-line tool: it reads its environment and clock and prints its progress itself"
)]

mod bench;
mod borders;
mod chromium;
mod ci;
mod debian;
mod gateway;
mod generated;
mod licences;
mod process;
mod services;
mod step;
mod suites;
mod tidy;
mod tools;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask ci                    everything that must be green: format, lints, tidy, licences, test
cargo xtask test [SUITE…]         the tests; without a name all of them: SUITES
cargo xtask roundtrip [OPTION…]   the round-trip check of real descriptions
    --all                         every tool of every description, instead of a sample
    --only NAME                   descriptions whose name contains NAME
    --client v1|v2                which official client calls (v1)
    --release                     with the release build
cargo xtask postgres -- COMMAND…  a command with GATEWRIGHT_TEST_POSTGRES, the URL of a throw-away PostgreSQL
cargo xtask bench [OPTION…]       builds what ships and measures; writes bench/RESULTS.md; options as `bench all --help`
cargo xtask screenshots           every screen of the console, light and dark, wide and narrow, in target/screenshots
cargo xtask gen                   writes the committed files that the code makes: openapi.json, and the console's types of it
cargo xtask tidy                  crate borders and the rules of STYLE.md that a machine can see
cargo xtask licences              the licence of every dependency";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = arguments.split_first() else { bail!("name a task:\n{}", usage()) };
    match command.as_str() {
        "ci" if rest.is_empty() => ci::ci(),
        "test" => ci::test(rest),
        "roundtrip" => suites::roundtrip::command(rest),
        "postgres" => services::postgres::command(rest),
        "bench" => bench::run(rest),
        "screenshots" if rest.is_empty() => suites::console::screenshots(),
        "gen" if rest.is_empty() => generated::write(),
        "tidy" if rest.is_empty() => ci::only("tidy", tidy::run),
        "licences" if rest.is_empty() => ci::only("licences", licences::run),
        "help" | "--help" | "-h" => {
            println!("{}", usage());
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("no such task: {}\n{}", arguments.join(" "), usage()),
    }
}

fn usage() -> String {
    USAGE.replace("SUITES", &ci::suite_names())
}
