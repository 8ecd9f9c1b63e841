use super::{Shared, shared::Engine};
use crate::{gateway::Control, step::Tally, tools};
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};
use std::{fs, path::Path, process::Command};

/// Requests made from the API's own description, good ones and bad ones, against a server on each engine.
pub(super) fn run(shared: &Shared) -> Result<Tally> {
    let folder = super::tests("schemathesis");
    let python = tools::python("schemathesis", &folder.join("requirements.txt"))?;
    let mut tally = Tally::default();
    for engine in shared.engines("schemathesis")? {
        println!("--- {}", engine.name);
        tally.add(on(&engine, shared.binary()?, &folder, &python)?);
    }
    Ok(tally)
}

fn on(engine: &Engine, binary: &Path, folder: &Path, python: &Path) -> Result<Tally> {
    let scratch = tools::scratch(&format!("schemathesis-{}", engine.name))?;
    let description = super::tests("fixture").join("openapi.yaml");
    let control = Control::start(binary, &description, &scratch, |command| {
        engine.apply(command);
    })?;
    let with = |command: &mut Command| {
        command.env("GATEWRIGHT_TOKEN", &control.token);
        command.env("GATEWRIGHT_OWN", control.own.join(","));
    };
    let report = scratch.join("report.json");
    let mut run = Command::new(python.with_file_name("schemathesis"));
    run.arg("--config-file").arg(folder.join("schemathesis.toml")).arg("run");
    run.arg("--report-json-path").arg(&report).arg(format!("{}/openapi.json", control.api));
    with(run.current_dir(&scratch).env("PYTHONPATH", folder));
    let status = run.status().context("schemathesis does not start")?;
    let report = fs::read(&report).with_context(|| format!("no report; it ended with {status}"))?;
    let report = serde_json::from_slice(&report)?;
    let mut tally = judge(&report)?;
    let known: Map<String, Value> =
        serde_json::from_slice(&fs::read(folder.join("unreached.json"))?)?;
    for operation in unreached(&report) {
        match known.get(operation) {
            Some(reason) => println!("{operation} was never accepted: {reason}"),
            None => {
                println!("error: {operation} was never accepted, so its good answers are untested");
                tally.failed += 1;
            }
        }
    }
    ensure!(status.success() || tally.failed > 0, "it ended with {status} and no failure");
    Ok(tally)
}

/// Counts requests. A run that left an operation out is no run.
fn judge(report: &Value) -> Result<Tally> {
    let number = |pointer: &str| {
        let value = report.pointer(pointer).and_then(Value::as_u64);
        value.with_context(|| format!("the report has no {pointer}"))
    };
    ensure!(report["complete"] == true, "it stopped early: {}", report["stop_reason"]);
    let (total, tested) = (number("/operations/total")?, number("/operations/tested")?);
    ensure!(total == tested, "{tested} of {total} operations were tested");
    let failed = number("/test_cases/with_failures")? + number("/test_cases/errored")?;
    let unchecked = number("/test_cases/without_checks")?;
    let passed = number("/test_cases/generated")?.saturating_sub(failed + unchecked);
    Ok(Tally { passed, failed })
}

/// Operations that no request got an accepting answer from: their good answers are untested.
fn unreached(report: &Value) -> Vec<&str> {
    let rates = report["valid_rates"].as_object().into_iter().flatten();
    let accepted = |phases: &Value| {
        let mut phases = phases.as_object().into_iter().flatten();
        phases.any(|(_, counts)| counts["accepted"].as_u64().is_some_and(|count| count > 0))
    };
    rates.filter(|(_, phases)| !accepted(phases)).map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report() -> Value {
        json!({
            "complete": true,
            "stop_reason": "completed",
            "operations": { "total": 3, "tested": 3 },
            "test_cases": { "generated": 50, "with_failures": 2, "without_checks": 5, "errored": 1 },
            "valid_rates": {
                "GET /a": { "coverage": { "accepted": 0 }, "fuzzing": { "accepted": 1 } },
                "POST /a": { "fuzzing": { "accepted": 0, "rejected": 7 } },
            },
        })
    }

    #[test]
    fn counts_requests() {
        assert_eq!(judge(&report()).unwrap(), Tally { passed: 42, failed: 3 });
        assert_eq!(unreached(&report()), ["POST /a"]);
    }

    #[test]
    fn half_a_run_is_none() {
        for (pointer, value) in [
            ("/complete", json!(false)),
            ("/operations/tested", json!(2)),
            ("/test_cases/errored", Value::Null),
        ] {
            let mut half = report();
            *half.pointer_mut(pointer).unwrap() = value;
            assert!(judge(&half).is_err(), "{pointer}");
        }
    }
}
