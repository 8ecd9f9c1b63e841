//! What is measured, one file a scenario.

mod call;
mod connected;
mod import;
mod latency;
mod list;
mod memory;
mod neighbors;
mod retrieval;
mod rules;
mod sessions;
mod startup;

use crate::{
    Options, gateway, machine,
    process::Server,
    report::{self, Section},
};
use anyhow::{Context as _, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
};

type Scenario = fn(&Context) -> Result<Section>;

const SCENARIOS: [(&str, Scenario); 11] = [
    ("call", call::run),
    ("rules", rules::run),
    ("neighbors", neighbors::run),
    ("list", list::run),
    ("latency", latency::run),
    ("import", import::run),
    ("memory", memory::run),
    ("sessions", sessions::run),
    ("startup", startup::run),
    ("connected", connected::run),
    ("retrieval", |context| retrieval::run(&context.options)),
];

/// What every scenario needs.
pub(crate) struct Context {
    pub(crate) options: Options,
    /// The gateway's binary.
    pub(crate) gateway: PathBuf,
    /// Empty at first, removed at the end.
    pub(crate) directory: tempfile::TempDir,
}

impl Context {
    fn new(options: &Options) -> Result<Self> {
        let gateway = gateway::binary(options)?;
        Ok(Self { options: options.clone(), gateway, directory: tempfile::tempdir()? })
    }

    /// A data directory of that name; does not exist at first.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The REST upstream.
    pub(crate) fn upstream(&self) -> Result<Server> {
        Server::start(&["upstream"])
    }

    /// One that takes a second for each answer.
    pub(crate) fn slow_upstream(&self) -> Result<Server> {
        Server::start(&["upstream", "1000"])
    }

    /// The plain proxy in front of it.
    pub(crate) fn proxy(&self, upstream: &Server) -> Result<Server> {
        Server::start(&["proxy", &upstream.address.to_string()])
    }

    /// A generated description.
    pub(crate) fn description(&self, operations: usize) -> Result<PathBuf> {
        crate::descriptions::generate(self.directory.path(), operations)
    }

    /// Whether a measurement of that name is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        name.contains(&self.options.only)
    }
}

/// Runs one scenario and prints its tables.
pub(crate) fn one(options: &Options, name: &str) -> Result<()> {
    let scenario =
        SCENARIOS.iter().find(|(known, _)| *known == name).context("a scenario that exists")?.1;
    print(scenario(&Context::new(options)?)?);
    Ok(())
}

/// Runs the scenario that needs no gateway, and prints its tables.
pub(crate) fn retrieval(options: &Options, embeddings: Option<(&str, &str)>) -> Result<()> {
    match embeddings {
        Some((url, model)) => print(retrieval::with_embeddings(options, url, model)?),
        None => print(retrieval::run(options)?),
    }
    Ok(())
}

fn print(section: Section) {
    println!("{}", section.markdown());
    println!("{}", report::goals(&[section]));
}

/// Runs every scenario and writes the table. A scenario that fails does not keep the others from running.
pub(crate) fn all(options: &Options, out: &Path) -> Result<()> {
    let load_before = machine::load_average();
    let context = Context::new(options)?;
    let mut sections = Vec::new();
    let mut failed = Vec::new();
    for (name, scenario) in SCENARIOS {
        eprintln!("{name}");
        match scenario(&context) {
            Ok(section) => sections.push(section),
            Err(error) => {
                eprintln!("  failed: {error:#}");
                failed.push(name);
                let mut section = Section::new(name, "", &[]);
                section.not_run.push(format!("it failed: {error:#}"));
                sections.push(section);
            }
        }
    }
    let text = report::document(&sections, options.rounds, options.quick, &load_before);
    fs::write(out, &text).with_context(|| format!("cannot write {}", out.display()))?;
    println!("{text}");
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}
