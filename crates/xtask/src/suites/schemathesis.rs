use super::{Shared, shared::Engine};
use crate::{gateway::Control, step::Tally, tools, workspace};
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    thread,
};

/// Requests made from the API's own description, good ones and bad ones, against a server on each engine. Both run at once, since
/// most of the time goes into the making of requests, which knows one core.
pub(super) fn run(shared: &Shared) -> Result<Tally> {
    let folder = super::tests("schemathesis");
    let python = tools::python("schemathesis", &folder.join("requirements.txt"))?;
    let binary = shared.binary()?;
    let engines = shared.engines("schemathesis")?;
    let ended = thread::scope(|scope| {
        let (folder, python) = (&folder, &python);
        let start = |engine| scope.spawn(move || on(engine, binary, folder, python));
        let threads: Vec<_> = engines.iter().map(start).collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let mut tally = Tally::default();
    for (engine, ended) in engines.iter().zip(ended) {
        let report = ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        println!("--- {}\n{}", engine.name, report.output);
        tally.add(report.conclude(&folder)?);
    }
    Ok(tally)
}

/// What came of one engine's run.
struct Report {
    /// What it printed.
    output: String,
    status: ExitStatus,
    path: PathBuf,
}

/// Runs it on an engine, to its end.
fn on(engine: &Engine, binary: &Path, folder: &Path, python: &Path) -> Result<Report> {
    let scratch = tools::scratch(&format!("schemathesis-{}", engine.name))?;
    let description = super::tests("fixture").join("openapi.yaml");
    let control = Control::start(binary, &description, &scratch, |command| {
        engine.apply(command);
    })?;
    let with = |command: &mut Command| {
        command.env("GATEWRIGHT_TOKEN", &control.token);
        command.env("GATEWRIGHT_OWN", control.own.join(","));
    };
    let path = scratch.join("report.json");
    let mut run = Command::new(python.with_file_name("schemathesis"));
    run.arg("--config-file").arg(folder.join("schemathesis.toml")).arg("run");
    run.arg("--report-json-path").arg(&path).arg(format!("{}/openapi.json", control.api));
    with(run.current_dir(&scratch).env("PYTHONPATH", folder));
    let ended = run.output().context("schemathesis does not start")?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let output = text(&ended.stdout) + &text(&ended.stderr);
    Ok(Report { output, status: ended.status, path })
}

impl Report {
    /// Counts what was right and wrong, and says which operations were never accepted.
    fn conclude(&self, folder: &Path) -> Result<Tally> {
        let status = self.status;
        let report =
            fs::read(&self.path).with_context(|| format!("no report; it ended with {status}"))?;
        let report = serde_json::from_slice(&report)?;
        let mut tally = judge(&report)?;
        let known: Map<String, Value> =
            serde_json::from_slice(&fs::read(folder.join("unreached.json"))?)?;
        let document = fs::read(workspace::root().join("openapi.json"))?;
        for operation in unreached(&report, &operations(&serde_json::from_slice(&document)?)) {
            match known.get(operation) {
                Some(reason) => println!("{operation} was never accepted: {reason}"),
                None => {
                    println!(
                        "error: {operation} was never accepted, so its good answers are untested"
                    );
                    tally.failed += 1;
                }
            }
        }
        ensure!(status.success() || tally.failed > 0, "it ended with {status} and no failure");
        Ok(tally)
    }
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

/// Every operation, as the report names it.
fn operations(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let mut names = Vec::new();
    for (path, item) in paths {
        let members = item.as_object().into_iter().flatten();
        let operations = members.filter(|(_, member)| member["responses"].is_object());
        names.extend(
            operations.map(|(method, _)| format!("{} {path}", method.to_ascii_uppercase())),
        );
    }
    names
}

/// Operations that no request got an accepting answer from: their good answers are untested. The report leaves out those whose every
/// answer was 401 or 403.
fn unreached<'a>(report: &Value, operations: &'a [String]) -> Vec<&'a str> {
    let accepted = |name: &&String| {
        let mut phases = report["valid_rates"][name.as_str()].as_object().into_iter().flatten();
        phases.any(|(_, counts)| counts["accepted"].as_u64().is_some_and(|count| count > 0))
    };
    operations.iter().filter(|name| !accepted(name)).map(String::as_str).collect()
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
        let answers = json!({ "responses": {} });
        let paths = json!({
            "/a": { "get": answers, "post": answers, "parameters": [] },
            "/b": { "delete": answers },
        });
        let operations = operations(&json!({ "paths": paths }));
        assert_eq!(unreached(&report(), &operations), ["POST /a", "DELETE /b"]);
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
