use super::Context;
use crate::{
    descriptions,
    gateway::Gateway,
    http::Connection,
    load::Work,
    mcp::{self, Era},
    process,
    report::Section,
    rounds::{self, Contender},
};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::{thread, time::Duration};

const GITHUB: &str = "github-rest-full-3.0.json";

/// Memory with the largest server published: after the import, after a restart, and under load.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "Memory",
        "The GitHub description published by `up`; resident (RSS) and proportional (PSS) memory 2 s after it was ready; the same \
         after `up` again and after `serve` on the same data; then after 32 connections called a tool.",
        &["when", "tools", "tokens of the list", "RSS MB", "PSS MB"],
    );
    let Some(description) = descriptions::real(GITHUB) else {
        section.not_run.push(format!("{GITHUB} is not there"));
        return Ok(section);
    };
    let upstream = context.upstream()?;
    let data = context.data("memory");
    let first = Gateway::up(&context.gateway, &description, upstream.address, &data, None)?;
    idle(&mut section, "up, first", &first)?;
    let (ready, token) = (first.ready.clone(), first.endpoint.token.clone());
    drop(first);
    let again = Gateway::up(&context.gateway, &description, upstream.address, &data, Some(&token))?;
    idle(&mut section, "up, again", &again)?;
    drop(again);
    let gateway = Gateway::serve(&context.gateway, &data, &ready, &token)?;
    idle(&mut section, "serve", &gateway)?;
    let params = call_without_arguments(&gateway)?;
    let contender = Contender {
        name: "gatewright, GitHub".to_owned(),
        address: gateway.endpoint.address,
        pid: gateway.pid(),
        work: Work::Call { endpoint: gateway.endpoint.clone(), era: Era::Modern, params },
    };
    rounds::compare(&context.options, 32, None, &[contender])?;
    add(&mut section, "serve, after load", &gateway)?;
    Ok(section)
}

/// Adds what it takes while nothing happens.
fn idle(section: &mut Section, when: &str, gateway: &Gateway) -> Result<()> {
    // Idle is a state of the process that nothing announces: give its start-up work time to end.
    thread::sleep(Duration::from_secs(2));
    let reached = add(section, when, gateway)?;
    section.at_most(
        format!("RSS idle with the GitHub server published, {when}"),
        60.0,
        reached,
        "MB",
    );
    Ok(())
}

fn add(section: &mut Section, when: &str, gateway: &Gateway) -> Result<f64> {
    let memory = process::memory(gateway.pid())?;
    eprintln!("  {when}: {:.1} MB", memory.rss_mb);
    section.rows.push(vec![
        when.to_owned(),
        gateway.ready.tools.to_string(),
        gateway.ready.tokens_estimate.to_string(),
        format!("{:.1}", memory.rss_mb),
        format!("{:.1}", memory.pss_mb),
    ]);
    Ok(memory.rss_mb)
}

/// The first reading tool that asks for no argument and whose result has no schema.
fn call_without_arguments(gateway: &Gateway) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let list = runtime.block_on(async {
        let mut connection = Connection::open(gateway.endpoint.address).await?;
        mcp::ask(&gateway.endpoint, &mut connection, Era::Modern, None, "tools/list", "{}").await
    })?;
    let plain = |tool: &&Value| {
        let required = tool["inputSchema"]["required"].as_array().is_none_or(Vec::is_empty);
        required
            && tool["annotations"]["readOnlyHint"] == true
            && tool.get("outputSchema").is_none()
    };
    let tools = list["tools"].as_array().context("no list")?;
    let name = tools.iter().find(plain).context("every tool asks for arguments")?["name"].clone();
    Ok(json!({ "name": name, "arguments": {} }).to_string())
}
