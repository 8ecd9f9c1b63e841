use super::Context;
use crate::{
    gateway::Gateway,
    http::Connection,
    mcp::{self, Era},
    process,
    report::Section,
};
use anyhow::{Context as _, Result};
use std::time::Duration;

const SESSIONS: usize = 10_000;
const WARM_UP_CALLS: usize = 2_000;
const CONNECTIONS: usize = 32;

/// What 10,000 legacy sessions cost while they do nothing.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "Idle legacy sessions",
        "10,000 times `initialize` at 2025-11-25 over 32 kept-alive connections, after 2,000 calls on them for warm-up; \
         afterwards one in a hundred sessions must still answer `ping`.",
        &["when", "sessions", "RSS MB", "PSS MB", "bytes per session"],
    );
    let upstream = context.upstream()?;
    let data = context.data("sessions");
    let gateway =
        Gateway::up(&context.gateway, &context.description(10)?, upstream.address, &data, None)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (before, after) = runtime.block_on(open(&gateway))?;
    let grown = after.rss_mb - before.rss_mb;
    for (when, sessions, memory) in [("before", 0, before), ("after", SESSIONS, after)] {
        let each = if sessions == 0 {
            String::new()
        } else {
            format!("{:.0}", grown * 1e6 / sessions as f64)
        };
        let (rss, pss) = (format!("{:.1}", memory.rss_mb), format!("{:.1}", memory.pss_mb));
        section.rows.push(vec![when.to_owned(), sessions.to_string(), rss, pss, each]);
    }
    section.at_most("growth by 10,000 idle legacy sessions", 20.0, grown, "MB");
    Ok(section)
}

async fn open(gateway: &Gateway) -> Result<(process::Memory, process::Memory)> {
    let endpoint = &gateway.endpoint;
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(endpoint.address).await?);
    }
    for index in 0..WARM_UP_CALLS {
        let connection = &mut connections[index % CONNECTIONS];
        mcp::ask(endpoint, connection, Era::Modern, None, "tools/list", "{}").await?;
    }
    let before = process::memory(gateway.pid())?;
    let mut sessions = Vec::new();
    for index in 0..SESSIONS {
        let session = mcp::initialize(endpoint, &mut connections[index % CONNECTIONS]).await?;
        sessions.push(session.context("initialize gave no session id")?);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let after = process::memory(gateway.pid())?;
    for (index, session) in sessions.iter().enumerate().step_by(100) {
        let connection = &mut connections[index % CONNECTIONS];
        mcp::ask(endpoint, connection, Era::Legacy, Some(session), "ping", "{}").await?;
    }
    Ok((before, after))
}
