use crate::{
    gateway::Gateway,
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

/// The TypeScript clients, the Inspector and the Python clients, each in every era that it speaks.
pub(crate) fn run(binary: &Path) -> Result<Tally> {
    let folder = super::tests("clients");
    let node = super::npm("clients")?;
    let python = tools::python("python", &folder.join("requirements.txt"))?;
    let scratch = tools::scratch("clients")?;
    let published = super::publish_fixture(binary, &scratch)?;
    let with = |command: &mut Command| {
        counted(
            command
                .env("MCP_URL", &published.gateway.mcp_url)
                .env("TOKEN", &published.gateway.token),
        )
    };
    let mut tally = example(binary, &node)?;
    tally.add(with(Command::new("node").arg("run.mjs").current_dir(&node))?);
    tally.add(with(Command::new(python).arg(folder.join("clients.py")).current_dir(&scratch))?);
    Ok(tally)
}

/// The example that the documentation sends a new user to, as it is told there.
fn example(binary: &Path, node: &Path) -> Result<Tally> {
    let folder = workspace::root().join("examples/helpdesk");
    let scratch = tools::scratch("example")?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut api = Command::new("node");
    api.arg(folder.join("api.mjs")).env("PORT", port.to_string()).env("HELPDESK_TOKEN", "letmein");
    let api = Running::start(&mut api, &scratch.join("api.log"))?;
    let base = api.line.rsplit(' ').next().context("the example's API named no URL")?;
    let description = folder.join("openapi.yaml");
    let header = ["--header", "Authorization: Bearer letmein"];
    let gateway = Gateway::up(binary, &description, base, &header, &scratch)?;
    let mut client = Command::new("node");
    client
        .arg("example.mjs")
        .current_dir(node)
        .env("MCP_URL", &gateway.mcp_url)
        .env("TOKEN", &gateway.token);
    counted(&mut client)
}
