use crate::{
    chromium,
    gateway::Control,
    process::Running,
    step::{Tally, counted},
    tools, workspace,
};
use anyhow::{Context, Result};
use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::Command,
};

/// Seconds that the provider's access tokens live: so few that each has to be refreshed soon.
const ACCESS_TOKEN_SECONDS: &str = "2";

/// A customer in a real browser connects an app at a real OAuth provider. What the browser showed is kept as Playwright's traces below
/// `target/suites/connect/artifacts`.
pub(crate) fn run(binary: &Path) -> Result<Tally> {
    let node = super::npm("connect")?;
    let chromium = chromium::find()?;
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
