use crate::{gateway, services::postgres::Cluster, step::Tally, step::step};
use anyhow::{Context, Result};
use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
    process::Command,
};

/// What suites share, each made when the first of them asks.
pub(crate) struct Shared {
    /// Whether a missing precondition is an error rather than a remark.
    pub(crate) strict: bool,
    binary: OnceCell<Option<PathBuf>>,
    cluster: OnceCell<Cluster>,
}

/// A place where a gateway can keep its data: SQLite in its data directory, or an empty PostgreSQL database.
pub(super) struct Engine {
    pub(super) name: &'static str,
    url: Option<String>,
}

impl Shared {
    pub(crate) fn new(strict: bool) -> Self {
        Self { strict, binary: OnceCell::new(), cluster: OnceCell::new() }
    }

    /// The gateway's binary. It is built once, even if that fails.
    pub(crate) fn binary(&self) -> Result<&Path> {
        let build = || {
            let mut binary = None;
            step("build", "the gatewright binary that the next suites talk to", || {
                binary = Some(gateway::build(false)?);
                Ok(Tally::PASSED)
            });
            binary
        };
        self.binary.get_or_init(build).as_deref().context("there is no binary to test")
    }

    /// A PostgreSQL for as long as this value lives.
    pub(super) fn cluster(&self) -> Result<&Cluster> {
        if let Some(cluster) = self.cluster.get() {
            return Ok(cluster);
        }
        let cluster = Cluster::start()?;
        Ok(self.cluster.get_or_init(|| cluster))
    }

    /// Both engines, with nothing in them yet.
    pub(super) fn engines(&self, suite: &str) -> Result<[Engine; 2]> {
        let url = self.cluster()?.create_database(suite)?;
        Ok([Engine { name: "sqlite", url: None }, Engine { name: "postgres", url: Some(url) }])
    }
}

impl Engine {
    /// Tells a gateway, or what starts one, where to keep its data.
    pub(super) fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        match &self.url {
            Some(url) => command.env("GATEWRIGHT_DATABASE_URL", url),
            None => command.env_remove("GATEWRIGHT_DATABASE_URL"),
        }
    }
}
