use super::{Context, call};
use crate::{gateway::Gateway, report::Section, rounds};
use anyhow::Result;

const CALLS_PER_SECOND: u32 = 1000;
const CONNECTIONS: u32 = 32;

/// What the gateway adds to the latency of the proxy at a rate that both bear easily.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "Latency at 1,000 calls/s",
        "The same calls, sent at a fixed rate whatever the answers do; latency counts from the moment at which a call was due.",
        &["who", "calls/s", "p50 µs", "p99 µs", "p50 added, ms", "p99 added, ms"],
    );
    let upstream = context.upstream()?;
    let proxy = context.proxy(&upstream)?;
    let data = context.data("latency");
    let gateway =
        Gateway::up(&context.gateway, &context.description(10)?, upstream.address, &data, None)?;
    let contenders = call::contenders(&proxy, &gateway);
    let medians =
        rounds::compare(&context.options, CONNECTIONS, Some(CALLS_PER_SECOND), &contenders)?;
    for contender in &medians {
        let p50 = (contender.p50_us - medians[0].p50_us) / 1000.0;
        let p99 = (contender.p99_us - medians[0].p99_us) / 1000.0;
        section.rows.push(vec![
            contender.name.clone(),
            format!("{:.0}", contender.calls_per_second),
            format!("{:.0}", contender.p50_us),
            format!("{:.0}", contender.p99_us),
            format!("{p50:.2}"),
            format!("{p99:.2}"),
        ]);
        if contender.name != medians[0].name {
            section.at_most(
                format!("p50 added at 1,000 calls/s, {}", contender.name),
                0.2,
                p50,
                "ms",
            );
            section.at_most(
                format!("p99 added at 1,000 calls/s, {}", contender.name),
                1.0,
                p99,
                "ms",
            );
        }
    }
    Ok(section)
}
