use crate::{
    gateway::Gateway,
    step::{Tally, counted},
    tools, workspace,
};
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path, process::Command};

/// The agent of the examples, compiled as its README says, and led by a scripted model.
pub(crate) fn run(binary: &Path) -> Result<Tally> {
    let source = workspace::root().join("examples/agent");
    let place = tools::npm("agent", &source)?;
    copy(&source.join("src"), &place.join("src"))?;
    copy(&super::tests("agent"), &place)?;
    fs::copy(source.join("tsconfig.json"), place.join("tsconfig.json"))?;
    let status =
        Command::new("npm").args(["run", "--silent", "build"]).current_dir(&place).status();
    ensure!(status.context("npm cannot be started")?.success(), "the agent does not compile");
    let gateway = Gateway::demo(binary, &tools::scratch("agent")?)?;
    let mut command = Command::new("node");
    command.arg("run.mjs").current_dir(&place);
    counted(command.env("MCP_URL", &gateway.mcp_url).env("TOKEN", &gateway.token))
}

/// Copies the files of a folder, which has no others in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))
            .with_context(|| entry.path().display().to_string())?;
    }
    Ok(())
}
