use crate::{
    gateway::Gateway,
    step::{Tally, counted},
    tools,
};
use anyhow::Result;
use std::{path::Path, process::Command};

/// Clients of connected apps, each script against a demo that nobody else has changed.
pub(crate) fn run(binary: &Path) -> Result<Tally> {
    let node = super::npm("clients")?;
    let scratch = tools::scratch("demo")?;
    let mut tally = Tally::default();
    for script in ["seed.mjs", "apps.mjs"] {
        let gateway = Gateway::demo(binary, &scratch.join(script))?;
        let mut command = Command::new("node");
        command.arg(script).current_dir(&node);
        command.env("MCP_URL", &gateway.mcp_url).env("TOKEN", &gateway.token);
        tally.add(counted(&mut command)?);
    }
    Ok(tally)
}
