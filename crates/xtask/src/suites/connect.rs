use crate::{
    debian,
    gateway::Control,
    process::Running,
    step::{Tally, counted},
    tools, workspace,
};
use anyhow::{Context, Result};
use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

/// What Chromium is called.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Seconds that the provider's access tokens live: so few that each has to be refreshed soon.
const ACCESS_TOKEN_SECONDS: &str = "2";

/// A customer in a real browser connects an app at a real OAuth provider. What the browser showed is kept as Playwright's traces below
/// `target/suites/connect/artifacts`.
pub(crate) fn run(binary: &Path) -> Result<Tally> {
    let node = super::npm("connect")?;
    let chromium = chromium()?;
    let scratch = tools::scratch("connect")?;
    let description = super::tests("fixture").join("openapi.yaml");
    let gateway = Control::start(binary, &description, &scratch, |command| {
        command.env("GATEWRIGHT_ALLOW_PRIVATE_NETWORKS", "true");
    })?;
    let base = gateway.api.strip_suffix("/api/v1").context("the API is elsewhere")?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut provider = Command::new("node");
    provider
        .arg("provider.mjs")
        .current_dir(&node)
        .env("PORT", port.to_string())
        .env("CALLBACK", format!("{base}/connect/callback"))
        .env("ACCESS_TOKEN_SECONDS", ACCESS_TOKEN_SECONDS);
    let provider = Running::start(&mut provider, &scratch.join("provider.log"))?;
    let mut browser = Command::new("node");
    browser
        .arg("run.mjs")
        .current_dir(&node)
        .env("CHROMIUM", &chromium)
        .env("GATEWRIGHT", base)
        .env("TOKEN", &gateway.token)
        .env("PROVIDER", &provider.line)
        .env("ARTIFACTS", workspace::target()?.join("suites/connect/artifacts"));
    counted(&mut browser)
}

/// Chromium, or what Debian has of it if we may install it.
fn chromium() -> Result<PathBuf> {
    let find = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        NAMES
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
            .find(|path| path.is_file())
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    debian::install(
        "chromium",
        "Chromium is not on the PATH: install it (Debian: apt-get install chromium)",
    )?;
    find().context("the package chromium left no program on the PATH")
}
