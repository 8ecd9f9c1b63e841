use super::Context;
use crate::{
    descriptions,
    gateway::{self, Gateway},
    load::{Job, Work},
    mcp::{Endpoint, Era},
    process::Load,
    report::Section,
    rounds::{self, Contender},
};
use anyhow::{Context as _, Result, ensure};
use std::{net::SocketAddr, thread, time::Duration};

/// Calls a second of the quiet tenant.
const RATE: u32 = 300;
const CONNECTIONS: u32 = 32;
/// Connections of the noisy tenant, each of which asks again as soon as it was answered.
const NOISY_CONNECTIONS: u32 = 400;
const NOISY: &str = "noisy";

/// Whether one tenant, or one slow upstream, can starve another: a quiet tenant alone, beside one that floods a slow upstream, and
/// beside one that floods the very same upstream.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "A noisy neighbor",
        "Two accounts of one gateway. The quiet one makes 300 calls a second over 32 connections, whatever the answers do, and each of its \
         answers must be right. The noisy one has 400 connections that call again as soon as they are answered or refused: an upstream \
         that takes a second for each answer, or the one that the quiet account calls. Generators, upstreams and gateway share the \
         machine, so its flood takes some of the CPU that all of them need.",
        &["beside it", "calls/s answered", "p50 ms", "p99 ms"],
    );
    let (upstream, slow) = (context.upstream()?, context.slow_upstream()?);
    let data = context.data("neighbors");
    let description = context.description(10)?;
    let gateway = Gateway::up(&context.gateway, &description, upstream.address, &data, None)?;
    gateway::command(&context.gateway, &data, "local", &["account", "create", NOISY])?;
    let at_slow = publish(context, &gateway, "slow", slow.address)?;
    let at_same = publish(context, &gateway, "same", upstream.address)?;
    // What other processes change is served within a second.
    thread::sleep(Duration::from_secs(2));
    let quiet = Contender {
        name: "the quiet tenant".to_owned(),
        address: gateway.endpoint.address,
        pid: gateway.pid(),
        work: Work::Call {
            endpoint: gateway.endpoint.clone(),
            era: Era::Modern,
            params: descriptions::item_call(),
        },
    };
    let mut alone = None;
    for (name, noisy) in [
        ("nobody", None),
        ("a flood of a slow upstream", Some(at_slow)),
        ("a flood of its own upstream", Some(at_same)),
    ] {
        eprintln!("  beside {name}");
        let mut flood = noisy.map(|endpoint| flood(&gateway, endpoint)).transpose()?;
        if flood.is_some() {
            // Until its places and its queue are full.
            thread::sleep(Duration::from_secs(2));
        }
        let quiet = std::slice::from_ref(&quiet);
        let medians = rounds::compare(&context.options, CONNECTIONS, Some(RATE), quiet)?.remove(0);
        if let Some(flood) = &mut flood {
            ensure!(flood.lives(), "the flood ended before the measurement did");
        }
        section.rows.push(vec![
            name.to_owned(),
            format!("{:.0}", medians.calls_per_second),
            format!("{:.2}", medians.p50_us / 1000.0),
            format!("{:.2}", medians.p99_us / 1000.0),
        ]);
        let alone = *alone.get_or_insert(medians.calls_per_second);
        if flood.is_some() {
            let what = format!("calls of a tenant that {name} keeps from being answered");
            let lost = (1.0 - medians.calls_per_second / alone) * 100.0;
            section.at_most(what, 2.0, lost.max(0.0), "%");
        }
    }
    Ok(section)
}

/// A server of the noisy account, with a token of its own.
fn publish(
    context: &Context,
    gateway: &Gateway,
    key: &str,
    upstream: SocketAddr,
) -> Result<Endpoint> {
    let data = context.data("neighbors");
    let command = |arguments: &[&str]| gateway::command(&context.gateway, &data, NOISY, arguments);
    let description = context.description(10)?;
    let description = description.to_str().context("a path that is no text")?;
    command(&[
        "app",
        "create",
        description,
        "--key",
        key,
        "--base-url",
        &format!("http://{upstream}"),
    ])?;
    command(&["server", "create", key, "--app", key])?;
    command(&["server", "publish", key])?;
    command(&["server", "enable", key])?;
    let token = command(&["token", "create", "--name", key])?;
    let token = token["token"].as_str().context("a token was not shown")?;
    Endpoint::new(&format!("http://{}/mcp/{NOISY}/{key}", gateway.endpoint.address), token)
}

fn flood(gateway: &Gateway, endpoint: Endpoint) -> Result<Load> {
    Load::start(&Job {
        address: endpoint.address,
        connections: NOISY_CONNECTIONS,
        warm_up: Duration::ZERO,
        measure: Duration::from_secs(3600),
        rate: None,
        pid: gateway.pid(),
        work: Work::Flood { endpoint, params: descriptions::item_call() },
    })
}
