//! `bench`: the build that ships, then every scenario.

use crate::{services::postgres::Cluster, workspace};
use anyhow::{Result, ensure};
use std::process::ExitCode;

/// Builds gateway and load generator, starts a PostgreSQL, runs `bench all` with the options given, and leaves `bench/RESULTS.md`.
pub(crate) fn run(options: &[String]) -> Result<ExitCode> {
    let arguments =
        ["build", "--profile", "ship", "--locked", "--package", "gatewright", "--package", "bench"];
    ensure!(workspace::cargo().args(arguments).status()?.success(), "the build failed");
    let cluster = Cluster::start()?;
    let built = workspace::target()?.join("ship");
    let mut bench = std::process::Command::new(built.join("bench"));
    bench.arg("all").args(options).current_dir(workspace::root());
    bench.arg("--gateway").arg(built.join("gatewright"));
    bench.arg("--postgres").arg(cluster.create_database("bench")?);
    Ok(if bench.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
