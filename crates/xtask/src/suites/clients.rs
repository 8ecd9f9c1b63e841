use crate::{
    step::{Tally, counted},
    tools,
};
use anyhow::Result;
use std::{path::Path, process::Command};

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
    let mut tally = with(Command::new("node").arg("run.mjs").current_dir(&node))?;
    tally.add(with(Command::new(python).arg(folder.join("clients.py")).current_dir(&scratch))?);
    Ok(tally)
}
