//! `ci` and `test`: which steps, in which order.

use crate::{
    licences,
    step::{Tally, counted, step},
    suites::{SUITES, Shared, Suite},
    tidy, tools, workspace,
};
use anyhow::{Result, bail};
use std::process::ExitCode;

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
    total.add(step("packages", "of the console, which Cargo builds with the binary", || {
        tools::console().map(|_| Tally::PASSED)
    }));
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
    let shared = Shared::new(true);
    SUITES.iter().for_each(|suite| total.add(suite.step(&shared)));
    Ok(close(total))
}

/// The named suites, or all of them.
pub(crate) fn test(names: &[String]) -> Result<ExitCode> {
    if let Some(unknown) =
        names.iter().find(|name| !SUITES.iter().any(|suite| suite.name == **name))
    {
        bail!("no such suite: {unknown}; there are {}", suite_names());
    }
    let is_meant = |suite: &&Suite| names.is_empty() || names.iter().any(|name| name == suite.name);
    let shared = Shared::new(workspace::is_ci());
    let mut total = Tally::default();
    SUITES.iter().filter(is_meant).for_each(|suite| total.add(suite.step(&shared)));
    Ok(close(total))
}

/// All suites, for people.
pub(crate) fn suite_names() -> String {
    SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ")
}

/// One step alone.
pub(crate) fn only(name: &str, action: fn() -> Result<Tally>) -> Result<ExitCode> {
    let tally = step(name, "alone", action);
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The closing line, alone on its line, and the exit code that fits it.
fn close(total: Tally) -> ExitCode {
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
