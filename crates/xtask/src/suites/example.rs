use super::{Shared, roundtrip};
use crate::{
    step::{Tally, counted},
    tools, workspace,
};
use anyhow::{Result, bail};
use std::{path::Path, process::Command};

/// The tour of managed servers that the documentation shows: on both engines, of real descriptions, and of the small ones
/// beside it, which whoever has no others runs.
pub(super) fn run(shared: &Shared) -> Result<Tally> {
    let (binary, clients) = (shared.binary()?, super::npm("clients")?);
    let real = roundtrip::specs();
    if real.is_none() && (shared.strict || workspace::is_ci()) {
        bail!("the real descriptions are not there: ../shared/specs");
    }
    let tour = |name: &str, specs: Option<&Path>| -> Result<Command> {
        println!("--- {name}");
        let work = tools::scratch(&format!("example-{name}"))?;
        let mut script = Command::new("bash");
        script.arg(workspace::root().join("examples/managed/run.sh")).current_dir(&work);
        script.env("WORK", &work).env("GATEWRIGHT_BIN", binary).env("MCP_CLIENT", &clients);
        match specs {
            Some(specs) => script.env("SPECS", specs),
            None => script.env_remove("SPECS"),
        };
        Ok(script)
    };
    let mut tally = Tally::default();
    for engine in shared.engines("example")? {
        tally.add(counted(engine.apply(&mut tour(engine.name, real.as_deref())?))?);
        if engine.name == "sqlite" && real.is_some() {
            tally.add(counted(engine.apply(&mut tour("sqlite-small", None)?))?);
        }
    }
    Ok(tally)
}
