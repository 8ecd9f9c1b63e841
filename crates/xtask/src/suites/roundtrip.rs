use crate::{
    gateway,
    step::{Tally, step},
    tools, workspace,
};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

/// Descriptions above this many bytes are sampled.
const SMALL: u64 = 100_000;
/// How many tools of a larger one are called in a sample.
const SAMPLE: u32 = 12;
/// Argument objects a tool in a sample.
const SAMPLE_CALLS: u32 = 2;

/// What is run.
struct Options {
    all: bool,
    only: String,
    client: String,
    release: bool,
}

/// A sample of every description; small ones as a whole.
pub(crate) fn sample(binary: &Path, strict: bool) -> Result<Tally> {
    let options =
        Options { all: false, only: String::new(), client: "v1".to_owned(), release: false };
    run(binary, &options, strict)
}

/// `cargo xtask roundtrip …`.
pub(crate) fn command(arguments: &[String]) -> Result<ExitCode> {
    let mut options =
        Options { all: false, only: String::new(), client: "v1".to_owned(), release: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--all" => options.all = true,
            "--release" => options.release = true,
            "--only" => options.only = rest.next().context("--only NAME")?.clone(),
            "--client" => options.client = rest.next().context("--client v1 or v2")?.clone(),
            other => bail!("no such option: {other}"),
        }
    }
    let binary = gateway::build(options.release)?;
    let tally = step("roundtrip", "real descriptions, judged by an independent mock", || {
        run(&binary, &options, true)
    });
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run(binary: &Path, options: &Options, strict: bool) -> Result<Tally> {
    let (Some(check), Some(specs)) = (workspace::shared("checks/roundtrip"), specs()) else {
        if strict || workspace::is_ci() {
            bail!(
                "the check and its descriptions are not there: ../shared/checks/roundtrip, ../shared/specs"
            );
        }
        println!("NOT RUN: ../shared/checks/roundtrip or ../shared/specs is not there");
        return Ok(Tally::PASSED);
    };
    let place = tools::npm("roundtrip", &check)?;
    let skips = skips(&place)?;
    let scratch = tools::scratch("roundtrip")?;
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    for document in
        documents(&specs)?.into_iter().filter(|path| path.to_string_lossy().contains(&options.only))
    {
        let start = Instant::now();
        let out = scratch.join(format!("{}.json", rows.len()));
        let mut check = Command::new("node");
        check
            .arg("main.mjs")
            .args(["--client", &options.client, "--out"])
            .arg(&out)
            .arg("--skip-ops")
            .arg(&skips);
        if !options.all && fs::metadata(&document)?.len() > SMALL {
            check.args(["--sample", &SAMPLE.to_string(), "--calls", &SAMPLE_CALLS.to_string()]);
        }
        check
            .arg(&document)
            .current_dir(&place)
            .env("GATEWAY_UP", template(binary))
            .stdin(Stdio::null());
        let output = check.output()?;
        let row = fs::read(&out).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
        let row = row.map(|value| value["documents"][0].clone()).unwrap_or_default();
        let name = document.strip_prefix(&specs).unwrap_or(&document).display().to_string();
        // A description without operations has nothing to call, and the mock refuses to serve it.
        let passed =
            row["verdict"] == "pass" || (row["verdict"] == "UNJUDGED" && row["operations"] == 0);
        tally.add(if passed { Tally::PASSED } else { Tally { passed: 0, failed: 1 } });
        println!("{name}: {} ({:.0?})", if passed { "ok" } else { "FAILED" }, start.elapsed());
        if !passed {
            print!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        rows.push((name, row));
    }
    print_table(&rows);
    println!("round-trip result: {} passed; {} failed", tally.passed, tally.failed);
    Ok(tally)
}

fn template(binary: &Path) -> String {
    format!(
        "\"{}\" up {{doc}} --base-url {{base}} --listen 127.0.0.1:{{port}} --data-dir {{dir}} --allow-private-networks --json",
        binary.display()
    )
}

/// The check's own list of the mock's faults, and the ones that we proved.
fn skips(place: &Path) -> Result<PathBuf> {
    let mut text = fs::read_to_string(place.join("prism-bugs.txt")).unwrap_or_default();
    text.push_str(
        &fs::read_to_string(super::tests("roundtrip").join("prism-bugs.txt")).unwrap_or_default(),
    );
    let path = place.join("skips.list");
    fs::write(&path, text)?;
    Ok(path)
}

/// The folder of real descriptions, if it is there.
pub(super) fn specs() -> Option<PathBuf> {
    match std::env::var_os("GATEWRIGHT_SPECS") {
        Some(specs) => Some(PathBuf::from(specs)).filter(|path| path.is_dir()),
        None => workspace::shared("specs"),
    }
}

/// Every description that the check can judge: the files of the folder itself, and the roots of those that span
/// several files. Those in `oas32` are OpenAPI 3.2, whose new operations the check neither counts nor serves.
fn documents(specs: &Path) -> Result<Vec<PathBuf>> {
    let is_description = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        path.is_file() && matches!(extension, Some("json" | "yaml" | "yml"))
    };
    let mut found = Vec::new();
    let paths = fs::read_dir(specs)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    found.extend(paths.into_iter().filter(is_description));
    for root in [
        "digitalocean-multifile/DigitalOcean-public.v2.yaml",
        "petstore-separate-2.0/spec/swagger.json",
    ] {
        found.extend(Some(specs.join(root)).filter(is_description));
    }
    found.sort();
    anyhow::ensure!(!found.is_empty(), "no description in {}", specs.display());
    Ok(found)
}

fn print_table(rows: &[(String, Value)]) {
    println!(
        "\n| description | ops | exposed | degraded | excluded | refused | unaccounted | calls | ok | wrong | rejected | other | verdict |"
    );
    println!("|{}", " --- |".repeat(13));
    for (name, row) in rows {
        let calls = row["calls"].as_array().map_or(0, Vec::len);
        let count = |class: &str| row["counts"][class].as_u64().unwrap_or(0);
        let (ok, wrong, rejected) =
            (count("ok"), count("wrong-request"), count("gateway-rejected"));
        let other = (calls as u64).saturating_sub(ok + wrong + rejected);
        let cell =
            |name: &str| row[name].as_u64().map_or("–".to_owned(), |number| number.to_string());
        let columns = ["operations", "exposed", "degraded", "excluded", "refused", "unaccounted"]
            .map(cell)
            .join(" | ");
        let verdict = row["verdict"].as_str().unwrap_or("–");
        println!(
            "| {name} | {columns} | {calls} | {ok} | {wrong} | {rejected} | {other} | {verdict} |"
        );
    }
}
