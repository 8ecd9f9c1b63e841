//! Suites with things that nobody here wrote, each against the real binary.

pub(crate) mod clients;
pub(crate) mod conformance;
pub(crate) mod roundtrip;

use crate::{gateway::Gateway, process::Running, tools, workspace};
use anyhow::Result;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The fixture API and a gateway that publishes it.
struct Published {
    gateway: Gateway,
    _api: Running,
}

/// Starts both, with their files below `directory`.
fn publish_fixture(binary: &Path, directory: &Path) -> Result<Published> {
    let fixture = tests("fixture");
    let api = Running::start(
        Command::new("node").arg(fixture.join("api.mjs")),
        &directory.join("api.log"),
    )?;
    let gateway = Gateway::up(binary, &fixture.join("openapi.yaml"), &api.line, &[], directory)?;
    Ok(Published { gateway, _api: api })
}

/// Installs the npm project of a folder of `tests/`, with its scripts and the proxy that they share.
fn npm(name: &str) -> Result<PathBuf> {
    let place = tools::npm(name, &tests(name))?;
    fs::copy(tests("fixture").join("proxy.mjs"), place.join("proxy.mjs"))?;
    Ok(place)
}

/// A folder of `tests/`.
fn tests(name: &str) -> PathBuf {
    workspace::root().join("tests").join(name)
}
