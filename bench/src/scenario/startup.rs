use super::Context;
use crate::{
    answer, descriptions,
    gateway::{self, Gateway, Start},
    http::Connection,
    load::{self, NONCE},
    mcp::{Endpoint, Era},
    process,
    report::Section,
    rounds::median,
};
use anyhow::{Result, bail};
use std::{
    path::Path,
    time::{Duration, Instant},
};

const TOOLS: usize = 1000;
const STARTS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(30);

/// Process start to the first right answer of a `tools/call`.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "Start-up",
        "Process start to the first right answer of a `tools/call`, connecting every 0.2 ms. The first `up` creates the data \
         directory and imports, the next ones compare the description with what is published, `serve` only serves. Medians of 10 starts.",
        &["what", "tools", "ms to the ready line", "ms to the first answer"],
    );
    let upstream = context.upstream()?;
    let description = context.description(TOOLS)?;
    let data = context.data("startup");
    let start = Instant::now();
    let first = Gateway::up(&context.gateway, &description, upstream.address, &data, None)?;
    let first_ms = gateway::seconds_since(start) * 1000.0;
    let url = first.ready.mcp_url.clone();
    let token = first.endpoint.token.clone();
    drop(first);
    section.rows.push(vec![
        "up, first".to_owned(),
        TOOLS.to_string(),
        format!("{first_ms:.0}"),
        String::new(),
    ]);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let path = Endpoint::new(&url, &token)?.path;
    for (what, how) in
        [("up, again", Start::Up(&description, upstream.address)), ("serve", Start::Serve)]
    {
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            let endpoint = Endpoint {
                address: gateway::free_address()?,
                path: path.clone(),
                token: token.clone(),
            };
            starts.push(runtime.block_on(again(&context.gateway, how, &data, &endpoint))?);
        }
        let reached = median(starts);
        eprintln!("  {what}: {reached:.0} ms");
        section.rows.push(vec![
            what.to_owned(),
            TOOLS.to_string(),
            String::new(),
            format!("{reached:.0}"),
        ]);
        section.at_most(
            format!("start with 1,000 tools published to the first right answer, {what}"),
            150.0,
            reached,
            "ms",
        );
    }
    Ok(section)
}

async fn again(exe: &Path, how: Start<'_>, data: &Path, endpoint: &Endpoint) -> Result<f64> {
    let nonce = answer::nonce(7, 7);
    let params = descriptions::item_call().replace(NONCE, std::str::from_utf8(&nonce)?);
    let request = endpoint.request(Era::Modern, None, "tools/call", &params, Some(1));
    let start = Instant::now();
    let (mut child, _log) = gateway::spawn(exe, how, data, endpoint.address)?;
    let milliseconds = loop {
        if start.elapsed() > PATIENCE || child.try_wait()?.is_some() {
            process::end(&mut child);
            bail!("the gateway did not start again");
        }
        let Ok(mut connection) = Connection::open(endpoint.address).await else {
            std::thread::sleep(Duration::from_micros(200));
            continue;
        };
        let answer = connection.exchange(&request).await?;
        let body = answer.json()?;
        load::check_call(answer.status, body, 1, &answer::answer(&nonce))?;
        break start.elapsed().as_secs_f64() * 1000.0;
    };
    process::end(&mut child);
    Ok(milliseconds)
}
