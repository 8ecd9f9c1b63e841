use super::Shared;
use crate::{
    step::{Tally, counted},
    tools, workspace,
};
use anyhow::Result;
use std::process::Command;

/// The tour of managed servers that the documentation shows, on both engines.
pub(super) fn run(shared: &Shared) -> Result<Tally> {
    let mut tally = Tally::default();
    for engine in shared.engines("example")? {
        println!("--- {}", engine.name);
        let work = tools::scratch(&format!("example-{}", engine.name))?;
        let mut script = Command::new("bash");
        script.arg(workspace::root().join("examples/managed/run.sh")).current_dir(&work);
        script.env("WORK", &work).env("GATEWRIGHT_BIN", shared.binary()?);
        tally.add(counted(engine.apply(&mut script))?);
    }
    Ok(tally)
}
