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
        Self::ready(&mut command, directory)
    }

    /// Serves the demo of connected apps, with nothing of its own anywhere.
    pub(crate) fn demo(binary: &Path, directory: &Path) -> Result<Self> {
        fs::create_dir_all(directory)?;
        let mut command = Command::new(binary);
        command.args(["serve", "--demo", "--json", "--listen", "127.0.0.1:0"]);
        Self::ready(command.env("TMPDIR", directory), directory)
    }

    fn ready(command: &mut Command, directory: &Path) -> Result<Self> {
        let running = Running::start(command, &directory.join("gatewright.log"))?;
        let ready: Value =
            serde_json::from_str(&running.line).with_context(|| running.line.clone())?;
        let text = |name: &str| {
            ready[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {ready}"))
        };
        Ok(Self { mcp_url: text("mcp_url")?, token: text("token")?, _running: running })
    }
}

/// A gateway of whose control API an owner has the token.
pub(crate) struct Control {
    /// The API's base URL.
    pub(crate) api: String,
    pub(crate) token: String,
    /// Ids of what the token stands on.
    pub(crate) own: Vec<String>,
    _running: Running,
}

impl Control {
    /// Publishes `description`, so that there is something of most kinds, makes the token, and serves. `settings` go
    /// to each process.
    pub(crate) fn start(
        binary: &Path,
        description: &Path,
        directory: &Path,
        settings: impl Fn(&mut Command),
    ) -> Result<Self> {
        let gatewright = |arguments: &[&str]| {
            let mut command = Command::new(binary);
            command.args(arguments).arg("--data-dir").arg(directory.join("data"));
            settings(&mut command);
            command
        };
        let mut up = gatewright(&["up", "--json", "--listen", "127.0.0.1:0"]);
        // Nobody calls it.
        up.arg(description).args(["--base-url", "http://127.0.0.1:1"]);
        drop(Running::start(&mut up, &directory.join("up.log"))?);
        let create = ["token", "create", "--name", "owner", "--role", "owner", "--json"];
        let output = gatewright(&create).output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "token create ended with {}: {error}", output.status);
        let made: Value = serde_json::from_slice(&output.stdout)?;
        let text = |name: &str| made[name].as_str().map(str::to_owned).context("no such field");
        let (token, own) = (text("token")?, vec![text("id")?]);
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let url = format!("http://127.0.0.1:{port}");
        let is_ready = || {
            let mut health = Command::new(binary);
            health.args(["health", "--url", &format!("{url}/readyz")]);
            Ok(health.output()?.status.success())
        };
        let mut serve = gatewright(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
        let running = Running::until(&mut serve, &directory.join("gatewright.log"), is_ready)?;
        Ok(Self { api: format!("{url}/api/v1"), token, own, _running: running })
    }
}
