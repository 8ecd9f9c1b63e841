//! The suites: ours, and those with things that nobody here wrote, against the real binary.

mod agent;
mod clients;
mod conformance;
mod connect;
pub(crate) mod console;
mod demo;
mod example;
pub(crate) mod roundtrip;
mod schemathesis;
mod shared;

pub(crate) use shared::Shared;

use crate::{
    gateway::Gateway,
    generated,
    process::Running,
    services::postgres,
    step::{Tally, counted, step},
    tools, workspace,
};
use anyhow::Result;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Tests that are run and counted together.
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    what: &'static str,
    run: fn(&Shared) -> Result<Tally>,
}

/// All of them, in the order in which they run.
pub(crate) const SUITES: &[Suite] = &[
    Suite {
        name: "rust",
        what: "cargo test --workspace: unit, golden, behaviour and process tests",
        run: rust,
    },
    Suite {
        name: "fuzz",
        what: "every seed of the fuzz targets, whole, cut and altered",
        run: |_| fuzz(),
    },
    Suite {
        name: "generated",
        what: "committed files are what `cargo xtask gen` writes",
        run: |shared| generated::check(shared.binary()?),
    },
    Suite {
        name: "clients",
        what: "official and common MCP clients list and call",
        run: |shared| clients::run(shared.binary()?),
    },
    Suite {
        name: "demo",
        what: "the client code that others have written for connected apps, and every tool of `serve --demo`",
        run: |shared| demo::run(shared.binary()?),
    },
    Suite {
        name: "agent",
        what: "the agent of examples/agent, led by a scripted model",
        run: |shared| agent::run(shared.binary()?),
    },
    Suite {
        name: "conformance",
        what: "the official conformance suite for servers",
        run: |shared| conformance::run(shared.binary()?),
    },
    Suite {
        name: "connect",
        what: "a customer in Chromium connects an app at a real OAuth provider",
        run: |shared| connect::run(shared.binary()?),
    },
    Suite {
        name: "console",
        what: "the console's types, style and units, and people at work in Chromium, on both engines",
        run: console::run,
    },
    Suite {
        name: "roundtrip",
        what: "real descriptions, their requests judged by an independent mock; a sample",
        run: |shared| roundtrip::sample(shared.binary()?, shared.strict),
    },
    Suite {
        name: "example",
        what: "the tour of managed servers, on both engines",
        run: example::run,
    },
    Suite {
        name: "schemathesis",
        what: "requests made from the control API's own description, on both engines",
        run: schemathesis::run,
    },
];

impl Suite {
    /// Runs it as a step.
    pub(crate) fn step(&self, shared: &Shared) -> Tally {
        step(self.name, self.what, || (self.run)(shared))
    }
}

fn rust(shared: &Shared) -> Result<Tally> {
    let mut test = workspace::cargo();
    test.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    counted(test.env(postgres::VARIABLE, shared.cluster()?.test_url()))
}

/// A workspace of its own, but not a build of its own: four minutes of dependencies are the same.
fn fuzz() -> Result<Tally> {
    let mut test = workspace::cargo();
    test.args(["test", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir"]);
    counted(test.arg(workspace::target()?))
}

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

#[cfg(test)]
mod tests {
    use super::SUITES;
    use crate::workspace;

    #[test]
    fn contributing_tells_of_every_suite() {
        let text = std::fs::read_to_string(workspace::root().join("CONTRIBUTING.md")).unwrap();
        let told: Vec<&str> = text
            .lines()
            .skip_while(|line| !line.starts_with("| suite |"))
            .skip(2)
            .map_while(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        let names: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
        assert_eq!(told, names);
    }
}
