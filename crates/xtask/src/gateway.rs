//! The gateway's binary, and one that runs for a suite.

use crate::{process::Running, workspace};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Builds the binary and says where it is. The debug build is the one that `cargo test` has just made.
pub(crate) fn build(release: bool) -> Result<PathBuf> {
    let mut command = workspace::cargo();
    command.args(["build", "--package", "gatewright", "--bin", "gatewright", "--locked"]);
    command.args(["--message-format", "json-render-diagnostics"]);
    if release {
        command.arg("--release");
    }
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the binary does not build");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let executable = messages.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.context("cargo named no executable")
}

/// A gateway that publishes a description.
pub(crate) struct Gateway {
    _running: Running,
    pub(crate) mcp_url: String,
    pub(crate) token: String,
}

impl Gateway {
    /// Publishes `description`, whose API is at `base`, and waits until it is ready.
    pub(crate) fn up(
        binary: &Path,
        description: &Path,
        base: &str,
        options: &[&str],
        directory: &Path,
    ) -> Result<Self> {
        fs::create_dir_all(directory)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(binary);
        command.arg("up").arg(description).args([
            "--base-url",
            base,
            "--listen",
            &format!("127.0.0.1:{port}"),
        ]);
        command
            .arg("--data-dir")
            .arg(directory.join("data"))
            .args(["--allow-private-networks", "--json"])
            .args(options);
        let running = Running::start(&mut command, &directory.join("gatewright.log"))?;
        let ready: Value =
            serde_json::from_str(&running.line).with_context(|| running.line.clone())?;
        let text = |name: &str| {
            ready[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {ready}"))
        };
        Ok(Self { mcp_url: text("mcp_url")?, token: text("token")?, _running: running })
    }
}
