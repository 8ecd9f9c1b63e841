use super::Context;
use crate::{
    descriptions,
    gateway::Gateway,
    http::Connection,
    load::Work,
    mcp::{self, Endpoint, Era},
    process::Server,
    report::Section,
    rounds::{self, Contender},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

const CONNECTIONS: u32 = 32;
const GITHUB: &str = "github-rest-full-3.0.json";

/// `tools/list` against a server that sends the same bytes from memory.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "tools/list",
        "All pages of the list, 32 connections; the static server sends the same bytes from memory. Each answer must equal \
         the first one, which was parsed and counted, byte for byte.",
        &[
            "tools",
            "bytes",
            "pages",
            "who",
            "CPU ms per 1,000",
            "ratio",
            "lists/s",
            "p50 µs",
            "p99 µs",
        ],
    );
    let upstream = context.upstream()?;
    for operations in [10, 500] {
        let name = format!("list-{operations}");
        if context.wants(&name) {
            measure(context, &mut section, &upstream, &context.description(operations)?, &name)?;
        }
    }
    match descriptions::real(GITHUB) {
        Some(description) if context.wants("list-github") => {
            measure(context, &mut section, &upstream, &description, "list-github")?;
        }
        Some(_) => {}
        None => section.not_run.push(format!("the list of {GITHUB}, which is not there")),
    }
    Ok(section)
}

fn measure(
    context: &Context,
    section: &mut Section,
    upstream: &Server,
    description: &Path,
    name: &str,
) -> Result<()> {
    let gateway =
        Gateway::up(&context.gateway, description, upstream.address, &context.data(name), None)?;
    let tools = gateway.ready.tools;
    eprintln!("  {tools} tools");
    let mut contenders = Vec::new();
    let mut modern = None;
    for (who, era) in
        [("gatewright, 2026-07-28", Era::Modern), ("gatewright, 2025-11-25", Era::Legacy)]
    {
        let prefix = context.directory.path().join(format!("{name}-{era:?}"));
        let pages = record(&gateway.endpoint, era, tools, &prefix)?;
        modern.get_or_insert_with(|| pages.clone());
        contenders.push(Contender {
            name: who.to_owned(),
            address: gateway.endpoint.address,
            pid: gateway.pid(),
            work: Work::Replay { exchanges: pages },
        });
    }
    let pages = modern.expect("two eras were recorded");
    let files: Vec<String> = pages.iter().map(|(_, answer)| answer.display().to_string()).collect();
    let mut arguments = vec!["fixed"];
    arguments.extend(files.iter().map(String::as_str));
    let fixed = Server::start(&arguments)?;
    contenders.insert(0, fixed_contender(&fixed, &pages)?);
    let bytes: u64 =
        pages.iter().map(|(_, answer)| fs::metadata(answer).map_or(0, |data| data.len())).sum();
    let medians = rounds::compare(&context.options, CONNECTIONS, None, &contenders)?;
    for contender in &medians {
        let ratio = contender.cpu_ms / medians[0].cpu_ms;
        section.rows.push(vec![
            tools.to_string(),
            bytes.to_string(),
            pages.len().to_string(),
            contender.name.clone(),
            format!("{:.1}", contender.cpu_ms),
            format!("{ratio:.2}"),
            format!("{:.0}", contender.calls_per_second),
            format!("{:.0}", contender.p50_us),
            format!("{:.0}", contender.p99_us),
        ]);
        if contender.name != medians[0].name && tools == 500 {
            section.at_most(
                format!("CPU per tools/list, 500 tools, {}", contender.name),
                1.5,
                ratio,
                "× static bytes",
            );
        }
    }
    Ok(())
}

fn fixed_contender(fixed: &Server, pages: &[(PathBuf, PathBuf)]) -> Result<Contender> {
    let mut exchanges = Vec::new();
    for (index, (_, answer)) in pages.iter().enumerate() {
        let request = answer.with_extension("get");
        fs::write(&request, format!("GET /{index} HTTP/1.1\r\nHost: {}\r\n\r\n", fixed.address))?;
        exchanges.push((request, answer.clone()));
    }
    Ok(Contender {
        name: "static bytes".to_owned(),
        address: fixed.address,
        pid: fixed.pid(),
        work: Work::Replay { exchanges },
    })
}

/// Reads the whole list once, checks it, and keeps each page's request and answer as files.
fn record(
    endpoint: &Endpoint,
    era: Era,
    tools: usize,
    prefix: &Path,
) -> Result<Vec<(PathBuf, PathBuf)>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(endpoint.address).await?;
        let session = match era {
            Era::Modern => None,
            Era::Legacy => mcp::initialize(endpoint, &mut connection).await?,
        };
        let (mut pages, mut params, mut names) =
            (Vec::new(), "{}".to_owned(), std::collections::HashSet::new());
        loop {
            let request = endpoint.request(era, session.as_deref(), "tools/list", &params, Some(1));
            let answer = connection.exchange(&request).await?;
            let bytes = answer.json()?.to_vec();
            let value: Value = serde_json::from_slice(&bytes)?;
            let listed = value["result"]["tools"]
                .as_array()
                .with_context(|| format!("no list: {value:.300}"))?;
            names.extend(listed.iter().filter_map(|tool| tool["name"].as_str().map(str::to_owned)));
            let page = pages.len();
            let files = (
                prefix.with_extension(format!("{page}.req")),
                prefix.with_extension(format!("{page}.json")),
            );
            fs::write(&files.0, &request)?;
            fs::write(&files.1, &bytes)?;
            pages.push(files);
            let Some(cursor) = value["result"]["nextCursor"].as_str() else { break };
            params = serde_json::json!({ "cursor": cursor }).to_string();
        }
        ensure!(names.len() == tools, "{} tools listed, {tools} published", names.len());
        Ok(pages)
    })
}
