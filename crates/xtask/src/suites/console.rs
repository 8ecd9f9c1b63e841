use super::Shared;
use crate::{
    chromium, gateway,
    step::{Tally, counted},
    tools, workspace,
};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

/// The console as its own tools see it, and then as people do: in a browser, on the real binary. What the browser showed where something
/// failed is kept as Playwright's traces below `target/suites/console/artifacts`.
pub(super) fn run(shared: &Shared) -> Result<Tally> {
    let console = tools::console()?;
    let scratch = tools::scratch("console")?;
    let mut tally = Tally::default();
    // Types of `openapi.json` and the tree of routes, of which neither is committed.
    tally.add(counted(Command::new("npm").args(["run", "gen"]).current_dir(&console))?);
    tally.add(counted(npx(&console).args(["tsc", "--noEmit"]))?);
    tally.add(counted(npx(&console).args(["biome", "ci"]))?);
    tally.add(units(&console, &scratch.join("units.json"))?);
    let (binary, chromium) = (shared.binary()?, chromium::find()?);
    let browser = |name: &str, database: Option<&str>| {
        let mut playwright = npx(&console);
        playwright.args(["playwright", "test", "--reporter", "list,json"]);
        playwright.env("GATEWRIGHT_BIN", binary).env("CHROMIUM", &chromium);
        playwright.env("ARTIFACTS", scratch.join("artifacts").join(name));
        match database {
            // In another order, and always the same: no test rests on what another one left.
            Some(url) => playwright.args(["--shuffle", "7"]).env("DATABASE_URL", url),
            None => playwright.env_remove("DATABASE_URL"),
        };
        people(&mut playwright, &scratch.join(format!("{name}.json")))
    };
    println!("--- sqlite");
    tally.add(browser("sqlite", None)?);
    println!("--- postgres");
    // Each gateway makes a database of its own there.
    let cluster = shared.cluster()?.test_url();
    tally.add(browser("postgres", Some(&cluster))?);
    Ok(tally)
}

/// `cargo xtask screenshots`.
pub(crate) fn screenshots() -> Result<ExitCode> {
    let console = tools::console()?;
    let binary = gateway::build(false)?;
    let folder = workspace::target()?.join("screenshots");
    let mut npm = Command::new("npm");
    npm.args(["run", "screenshots"]).current_dir(console);
    npm.env("GATEWRIGHT_BIN", binary).env("CHROMIUM", chromium::find()?);
    let status = npm.env("SCREENSHOTS", &folder).env_remove("DATABASE_URL").status()?;
    println!("{}", folder.display());
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A program of the console's packages.
fn npx(console: &Path) -> Command {
    let mut npx = Command::new("npx");
    npx.arg("--no-install").current_dir(console);
    npx
}

fn units(console: &Path, report: &Path) -> Result<Tally> {
    let mut vitest = npx(console);
    vitest.args(["vitest", "run", "--reporter=default", "--reporter=json", "--outputFile"]);
    reported(vitest.arg(report), report, &["/numPassedTests"], &["/numFailedTests"])
}

/// What people do. A test that passes the second time only has failed.
fn people(playwright: &mut Command, report: &Path) -> Result<Tally> {
    playwright.env("PLAYWRIGHT_JSON_OUTPUT_FILE", report);
    let failed = ["/stats/unexpected", "/stats/flaky"];
    reported(playwright, report, &["/stats/expected"], &failed)
}

/// Runs what leaves a report, and counts by it.
fn reported(command: &mut Command, path: &Path, passed: &[&str], failed: &[&str]) -> Result<Tally> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    let report = fs::read(path).with_context(|| format!("no report; it ended with {status}"))?;
    let report: Value = serde_json::from_slice(&report)?;
    let mut tally = count(&report, passed, failed)?;
    if !status.success() && tally.failed == 0 {
        println!("error: {command:?} ended with {status}");
        tally.failed = 1;
    }
    Ok(tally)
}

fn count(report: &Value, passed: &[&str], failed: &[&str]) -> Result<Tally> {
    let sum = |places: &[&str]| {
        places.iter().try_fold(0, |sum, place| {
            let number = report.pointer(place).and_then(Value::as_u64);
            Ok::<_, anyhow::Error>(
                sum + number.with_context(|| format!("no {place} in the report"))?,
            )
        })
    };
    Ok(Tally { passed: sum(passed)?, failed: sum(failed)? })
}

#[cfg(test)]
mod tests {
    use super::{Tally, count};
    use serde_json::json;

    #[test]
    fn counts_by_reports() {
        let report =
            json!({ "stats": { "expected": 7, "unexpected": 2, "flaky": 1, "skipped": 3 } });
        let failed = ["/stats/unexpected", "/stats/flaky"];
        let tally = count(&report, &["/stats/expected"], &failed).unwrap();
        assert_eq!(tally, Tally { passed: 7, failed: 3 });
        assert!(count(&json!({}), &["/numPassedTests"], &[]).is_err());
    }
}
