use super::Context;
use crate::{
    descriptions,
    gateway::Gateway,
    load::Work,
    mcp::Era,
    process::Server,
    report::Section,
    rounds::{self, Contender, Medians},
};
use anyhow::Result;

/// `tools/call` of one REST call, against a proxy that relays the same REST call to the same upstream.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "tools/call",
        "A tool with four validated arguments becomes one GET that answers 1 kB of JSON; token checked, request log on. \
         The plain proxy (hyper, work-stealing runtime) relays that GET to the same upstream; *POST* relays a request body of \
         the size of the MCP request instead, to the same answer.",
        &[
            "tools",
            "concurrency",
            "who",
            "CPU ms per 1,000",
            "ratio",
            "calls/s",
            "p50 µs",
            "p99 µs",
        ],
    );
    let upstream = context.upstream()?;
    let proxy = context.proxy(&upstream)?;
    for (tools, concurrencies) in [(10, [1, 32, 128].as_slice()), (1000, &[32])] {
        let data = context.data(&format!("call-{tools}"));
        let gateway = Gateway::up(
            &context.gateway,
            &context.description(tools)?,
            upstream.address,
            &data,
            None,
        )?;
        for &concurrency in concurrencies {
            if !context.wants(&format!("call-{tools}-{concurrency}")) {
                continue;
            }
            eprintln!("  {tools} tools, concurrency {concurrency}");
            let mut contenders = contenders(&proxy, &gateway);
            if concurrency == 32 {
                contenders.insert(1, posting(&proxy));
            }
            let medians = rounds::compare(&context.options, concurrency, None, &contenders)?;
            add(&mut section, tools, concurrency, &medians);
        }
    }
    Ok(section)
}

/// The proxy first, then the gateway in both eras.
pub(super) fn contenders(proxy: &Server, gateway: &Gateway) -> Vec<Contender> {
    let mut contenders = vec![Contender {
        name: "plain proxy".to_owned(),
        address: proxy.address,
        pid: proxy.pid(),
        work: Work::Rest { path: descriptions::item_path(), body: None },
    }];
    for (name, era) in
        [("gatewright, 2026-07-28", Era::Modern), ("gatewright, 2025-11-25", Era::Legacy)]
    {
        let endpoint = gateway.endpoint.clone();
        contenders.push(Contender {
            name: name.to_owned(),
            address: endpoint.address,
            pid: gateway.pid(),
            work: Work::Call { endpoint, era, params: descriptions::item_call() },
        });
    }
    contenders
}

/// The proxy with a client that sends as many bytes as an MCP client: what the larger request alone costs.
fn posting(proxy: &Server) -> Contender {
    Contender {
        name: "plain proxy, POST".to_owned(),
        address: proxy.address,
        pid: proxy.pid(),
        work: Work::Rest {
            path: descriptions::item_path(),
            body: Some(descriptions::item_call_envelope()),
        },
    }
}

fn add(section: &mut Section, tools: usize, concurrency: u32, medians: &[Medians]) {
    let proxy = medians[0].cpu_ms;
    for contender in medians {
        let ratio = contender.cpu_ms / proxy;
        section.rows.push(vec![
            tools.to_string(),
            concurrency.to_string(),
            contender.name.clone(),
            format!("{:.1}", contender.cpu_ms),
            format!("{ratio:.2}"),
            format!("{:.0}", contender.calls_per_second),
            format!("{:.0}", contender.p50_us),
            format!("{:.0}", contender.p99_us),
        ]);
        if contender.name.starts_with("gatewright") && concurrency == 32 {
            let what =
                format!("CPU per tools/call, {tools} tools, concurrency 32, {}", contender.name);
            section.at_most(what, 2.0, ratio, "× the plain proxy");
        }
    }
}
