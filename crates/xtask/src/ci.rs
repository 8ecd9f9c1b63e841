//! `ci` and `test`: which steps, in which order.

use crate::{
    gateway, licences,
    services::postgres::{self, Cluster},
    step::{Tally, counted, step},
    suites::{clients, conformance, roundtrip},
    tidy, workspace,
};
use anyhow::{Result, bail};
use std::process::ExitCode;

const SUITES: [&str; 5] = ["rust", "fuzz", "clients", "conformance", "roundtrip"];

/// Everything that must be green. Runs all steps even when one fails.
pub(crate) fn ci() -> Result<ExitCode> {
    let mut total = Tally::default();
    total.add(step("format", "cargo fmt --check", || {
        counted(workspace::cargo().args(["fmt", "--all", "--check"]))
    }));
    total.add(step(
        "tidy",
        "crate borders and the rules of STYLE.md that a machine can see",
        tidy::run,
    ));
    total.add(step("licences", "every dependency's licence is one that we accept", licences::run));
    total.add(step("lints", "cargo clippy, warnings denied", || {
        let arguments = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ];
        counted(workspace::cargo().args(arguments))
    }));
    total.add(suites(&SUITES, true)?);
    Ok(close(total))
}

/// The named suites, or all of them.
pub(crate) fn test(names: &[String]) -> Result<ExitCode> {
    let mut chosen: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Some(unknown) = chosen.iter().find(|name| !SUITES.contains(name)) {
        bail!("no such suite: {unknown}; there are {}", SUITES.join(", "));
    }
    if chosen.is_empty() {
        chosen = SUITES.to_vec();
    }
    Ok(close(suites(&chosen, workspace::is_ci())?))
}

/// One step alone.
pub(crate) fn only(name: &str, action: fn() -> Result<Tally>) -> Result<ExitCode> {
    let tally = step(name, "alone", action);
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn suites(chosen: &[&str], strict: bool) -> Result<Tally> {
    let mut total = Tally::default();
    let wants = |name| chosen.contains(&name);
    if wants("rust") {
        total.add(step(
            "rust",
            "cargo test --workspace: unit, golden, behaviour and process tests",
            || {
                let cluster = Cluster::start()?;
                let mut test = workspace::cargo();
                test.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
                counted(test.env(postgres::VARIABLE, cluster.test_url()))
            },
        ));
    }
    if wants("fuzz") {
        total.add(step("fuzz", "every seed of the fuzz targets, whole, cut and altered", || {
            counted(workspace::cargo().args([
                "test",
                "--locked",
                "--manifest-path",
                "fuzz/Cargo.toml",
            ]))
        }));
    }
    if chosen.iter().all(|name| ["rust", "fuzz"].contains(name)) {
        return Ok(total);
    }
    let mut binary = None;
    let build = step("build", "the gatewright binary that the next suites talk to", || {
        binary = Some(gateway::build(false)?);
        Ok(Tally::PASSED)
    });
    let Some(binary) = binary else {
        total.add(build);
        return Ok(total);
    };
    if wants("clients") {
        total.add(step("clients", "official and common MCP clients list and call", || {
            clients::run(&binary)
        }));
    }
    if wants("conformance") {
        total.add(step("conformance", "the official conformance suite for servers", || {
            conformance::run(&binary)
        }));
    }
    if wants("roundtrip") {
        let what = "real descriptions, their requests judged by an independent mock; a sample";
        total.add(step("roundtrip", what, || roundtrip::sample(&binary, strict)));
    }
    Ok(total)
}

/// The closing line, alone on its line, and the exit code that fits it.
fn close(total: Tally) -> ExitCode {
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
