//! `bench`: the release build, then every scenario.

use crate::workspace;
use anyhow::{Result, ensure};
use std::process::ExitCode;

/// Builds gateway and load generator, runs `bench all` with the options given, and leaves `bench/RESULTS.md`.
pub(crate) fn run(options: &[String]) -> Result<ExitCode> {
    let arguments =
        ["build", "--release", "--locked", "--package", "gatewright", "--package", "bench"];
    ensure!(workspace::cargo().args(arguments).status()?.success(), "the release build failed");
    let release = workspace::target()?.join("release");
    let mut bench = std::process::Command::new(release.join("bench"));
    bench.arg("all").args(options).current_dir(workspace::root());
    bench.arg("--gateway").arg(release.join("gatewright"));
    Ok(if bench.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
