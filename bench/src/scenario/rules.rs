use super::Context;
use crate::{
    descriptions,
    gateway::{self, Gateway},
    load::{NONCE, Work},
    mcp::{Endpoint, Era},
    process::Server,
    report::Section,
    rounds::{self, Contender},
};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::path::Path;

/// So many callers at once.
const CONCURRENCY: u32 = 32;
const LOCAL: &str = "local";

/// What rules and limits cost: a tool that is renamed, with a renamed and a fixed argument, called by a member with a grant, under
/// limits of every kind; beside the same call without any of it, on PostgreSQL, and by an earlier build.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "Rules, limits and engines",
        "The call of the first section with 10 tools, 2026-07-28, 32 at once. *Rules*: a server made by the CLI whose tool and one \
         argument are renamed and another argument fixed, called with the token of a member that was granted that tool alone, under a \
         rate and a quota each of account, server, tool, token and user. *Before*: a build of before there was any of it.",
        &["who", "CPU ms per 1,000", "ratio", "calls/s", "p50 µs", "p99 µs"],
    );
    let upstream = context.upstream()?;
    let description = context.description(10)?;
    let up = |exe: &Path, name: &str, database: Option<&str>| {
        let data = context.data(name);
        Gateway::up_on(exe, &description, upstream.address, &data, None, database)
    };
    let now = up(&context.gateway, "rules", None)?;
    let ruled = with_rules(context, &now, &upstream)?;
    let before = match &context.options.before {
        Some(exe) => Some(up(exe, "rules-before", None)?),
        None => {
            let why = "the earlier build: none was given (`--before FILE`)";
            section.not_run.push(why.to_owned());
            None
        }
    };
    let postgres = match &context.options.postgres {
        Some(url) => Some(up(&context.gateway, "rules-postgres", Some(url))?),
        None => {
            section.not_run.push("PostgreSQL: no database was given (`--postgres URL`)".to_owned());
            None
        }
    };
    let mut contenders = vec![plain("gatewright", &now)];
    contenders.push(Contender {
        name: "gatewright, rules and limits".to_owned(),
        address: ruled.address,
        pid: now.pid(),
        work: Work::Call { endpoint: ruled, era: Era::Modern, params: ruled_call() },
    });
    contenders.extend(before.iter().map(|gateway| plain("gatewright, before", gateway)));
    contenders.extend(postgres.iter().map(|gateway| plain("gatewright, PostgreSQL", gateway)));
    let medians = rounds::compare(&context.options, CONCURRENCY, None, &contenders)?;
    let cpu = |name: &str| medians.iter().find(|one| one.name == name).map(|one| one.cpu_ms);
    let plain = medians[0].cpu_ms;
    for one in &medians {
        section.rows.push(vec![
            one.name.clone(),
            format!("{:.1}", one.cpu_ms),
            format!("{:.2}", one.cpu_ms / plain),
            format!("{:.0}", one.calls_per_second),
            format!("{:.0}", one.p50_us),
            format!("{:.0}", one.p99_us),
        ]);
    }
    if let (Some(rules), Some(before)) =
        (cpu("gatewright, rules and limits"), cpu("gatewright, before"))
    {
        let what = "CPU per tools/call, rules and limits";
        section.at_most(what, 1.10, rules / before, "× the build before");
        section.at_most(
            "CPU per tools/call, without any",
            1.10,
            plain / before,
            "× the build before",
        );
    }
    if let Some(postgres) = cpu("gatewright, PostgreSQL") {
        section.at_most("CPU per tools/call on PostgreSQL", 1.05, postgres / plain, "× SQLite");
    }
    Ok(section)
}

fn plain(name: &str, gateway: &Gateway) -> Contender {
    let endpoint = gateway.endpoint.clone();
    Contender {
        name: name.to_owned(),
        address: endpoint.address,
        pid: gateway.pid(),
        work: Work::Call { endpoint, era: Era::Modern, params: descriptions::item_call() },
    }
}

fn ruled_call() -> String {
    format!(r#"{{"name":"find_item","arguments":{{"id":"{NONCE}","most":25,"verbose":true}}}}"#)
}

/// Publishes a second server beside the first, and whatever governs it.
fn with_rules(context: &Context, gateway: &Gateway, upstream: &Server) -> Result<Endpoint> {
    let data = context.data("rules");
    let command = |arguments: &[&str]| gateway::command(&context.gateway, &data, LOCAL, arguments);
    let text = |value: &Value, member: &str| {
        value[member].as_str().map(str::to_owned).with_context(|| format!("no {member}: {value}"))
    };
    let api = |method: &str, path: &str, body: &Value| {
        command(&["api", method, path, "--body", &body.to_string()])
    };
    let description = context.description(10)?;
    let description = description.to_str().context("a path that is no text")?;
    let base = format!("http://{}", upstream.address);
    command(&["app", "create", description, "--key", "ruled", "--base-url", &base])?;
    let server = text(&command(&["server", "create", "Ruled", "--app", "ruled"])?, "id")?;
    let settings =
        json!({ "arguments": { "limit": { "rename": "most" }, "currency": { "fixed": "EUR" } } });
    let settings = settings.to_string();
    command(&[
        "tool",
        "update",
        &server,
        "get_item",
        "--name",
        "find_item",
        "--settings",
        &settings,
    ])?;
    command(&["server", "publish", &server])?;
    command(&["server", "enable", &server])?;
    let user = text(&command(&["user", "create", "ada@example.com", "--role", "member"])?, "id")?;
    let grant = json!({ "scopes": ["tool:find_item"] });
    api("PUT", &format!("/users/{user}/grants/{server}"), &grant)?;
    let token =
        command(&["token", "create", "--name", "ada", "--user", &user, "--server", "ruled"])?;
    for target in [
        json!({ "kind": "account" }),
        json!({ "kind": "server", "server": server }),
        json!({ "kind": "tool", "server": server, "tool": "find_item" }),
        json!({ "kind": "token", "token": text(&token, "id")? }),
        json!({ "kind": "user", "user": user }),
    ] {
        for per in ["second", "day"] {
            let limit = json!({ "target": target, "calls": 1_000_000_000, "per": per });
            api("POST", "/limits", &limit)?;
        }
    }
    let url = gateway.ready.mcp_url.rsplit_once('/').context("a URL without a path")?.0;
    let endpoint = Endpoint::new(&format!("{url}/ruled"), &text(&token, "token")?)?;
    // What other processes change is served within a second.
    std::thread::sleep(std::time::Duration::from_secs(2));
    Ok(endpoint)
}
