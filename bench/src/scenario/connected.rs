use super::Context;
use crate::{
    descriptions,
    gateway::{self, Gateway},
    http::Connection,
    load::Work,
    mcp::{self, Endpoint, Era},
    process::{self, Server},
    report::Section,
    rounds::{self, Contender},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::{
    path::Path,
    time::{Duration, Instant},
};

const LOCAL: &str = "local";
const PATH: &str = "/mcp";
const CONCURRENCY: u32 = 32;
/// Customers, each with a session over the same app.
const CUSTOMERS: usize = 1_000;
const TOOLS: usize = 1_000;
/// Tools that every customer has beside those of its apps.
const BUILT_IN: usize = 2;
/// What a session may cost: a hundredth of the CPU and a five-hundredth of the memory that the reference takes at least, 270 ms and 23 MB.
const SESSION_CPU_MS: f64 = 2.7;
const SESSION_KB: f64 = 46.0;
/// How long the allocator is given to hand back what it does not need.
const SETTLE: Duration = Duration::from_secs(3);
/// Apps with so many actions each, over an upstream that takes so long.
const APPS: usize = 10;
const ACTIONS: usize = 250;
const UPSTREAM_MS: f64 = 200.0;

/// What connected apps cost: to open sessions, to call, and to begin with many apps.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "Connected apps",
        "*Session*: `initialize` and the whole `tools/list` of a customer who has connected an app of 1,000 actions, one after another; \
         after 1,000 of one customer for warm-up, for 999 customers whom the process does not know yet, then for the same again. CPU and growth of RSS of the process, per \
         session; the reference takes 270–490 ms and 23–29 MB. *Call*: the call of the first section with 1,000 tools and a bearer credential, at `/mcp/local/…` and \
         at `/mcp`, 32 at once. *Ten apps*: a new process, a customer with 10 apps of 250 actions each over an upstream of 200 ms: \
         `initialize` to the end of the first `tools/list`.",
        &["what", "who", "CPU ms", "kB", "calls/s", "ms"],
    );
    let upstream = context.upstream()?;
    let description = context.description(TOOLS)?;
    let data = context.data("connected");
    let up = Gateway::up(&context.gateway, &description, upstream.address, &data, None)?;
    let account = Account { exe: &context.gateway, data: &data };
    let app = account.only_app()?;
    // As connected apps have one: its call is signed, and its answer looked through for it.
    let bearer = ["--bearer-env", gateway::CREDENTIAL];
    account.run(&[&["connection", "create", &app, "account"], &bearer[..]].concat())?;
    let tokens: Result<Vec<String>> = (0..CUSTOMERS)
        .map(|number| {
            let key = format!("customer-{number}");
            account.customer(&key, &[&app])
        })
        .collect();
    let tokens = tokens?;
    let endpoint = |token: &str| Endpoint {
        address: up.endpoint.address,
        path: PATH.to_owned(),
        token: token.to_owned(),
    };
    let endpoints: Vec<Endpoint> = tokens.iter().map(|token| endpoint(token)).collect();
    sessions(&mut section, &up, &endpoints)?;
    calls(context, &mut section, &up, &endpoints[0], &app)?;
    drop(up);
    ten_apps(context, &mut section)?;
    Ok(section)
}

fn sessions(section: &mut Section, gateway: &Gateway, endpoints: &[Endpoint]) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // What is there once for all customers is none of a session's: the tools themselves, and what the allocator keeps at hand.
    for _ in 0..endpoints.len() {
        runtime.block_on(open(&endpoints[0], TOOLS + BUILT_IN))?;
    }
    for (who, bound) in [("customers not yet known", true), ("the same customers again", false)] {
        std::thread::sleep(SETTLE);
        let (cpu, memory) = (process::cpu_ms(gateway.pid())?, process::memory(gateway.pid())?);
        for endpoint in &endpoints[1..] {
            runtime.block_on(open(endpoint, TOOLS + BUILT_IN))?;
        }
        let count = (endpoints.len() - 1) as f64;
        let cpu = (process::cpu_ms(gateway.pid())? - cpu) / count;
        std::thread::sleep(SETTLE);
        let grown = (process::memory(gateway.pid())?.rss_mb - memory.rss_mb) * 1_000.0 / count;
        section.rows.push(vec![
            "session".to_owned(),
            who.to_owned(),
            format!("{cpu:.2}"),
            format!("{grown:.1}"),
            String::new(),
            String::new(),
        ]);
        if bound {
            section.at_most("CPU to open a session with 1,000 tools", SESSION_CPU_MS, cpu, "ms");
            section.at_most("memory of a session with 1,000 tools", SESSION_KB, grown, "kB");
        }
    }
    Ok(())
}

/// Opens a session, reads the whole list, and gives the milliseconds of both.
async fn open(endpoint: &Endpoint, tools: usize) -> Result<f64> {
    let mut connection = Connection::open(endpoint.address).await?;
    let start = Instant::now();
    let session = mcp::initialize(endpoint, &mut connection).await?;
    let session = session.context("initialize gave no session id")?;
    let list = mcp::ask(endpoint, &mut connection, Era::Legacy, Some(&session), "tools/list", "{}")
        .await?;
    let took = start.elapsed().as_secs_f64() * 1_000.0;
    let listed = list["tools"].as_array().map_or(0, Vec::len);
    ensure!(listed == tools, "{listed} tools are listed, and there are {tools}");
    Ok(took)
}

fn calls(
    context: &Context,
    section: &mut Section,
    gateway: &Gateway,
    connected: &Endpoint,
    app: &str,
) -> Result<()> {
    let managed = descriptions::item_call();
    let own = managed.replace("\"get_item\"", &format!("\"{app}-get_item\""));
    let contender = |name: &str, endpoint: &Endpoint, params: String| Contender {
        name: name.to_owned(),
        address: endpoint.address,
        pid: gateway.pid(),
        work: Work::Call { endpoint: endpoint.clone(), era: Era::Modern, params },
    };
    let contenders = [
        contender("managed server", &gateway.endpoint, managed),
        contender("connected apps", connected, own),
    ];
    let medians = rounds::compare(&context.options, CONCURRENCY, None, &contenders)?;
    for one in &medians {
        section.rows.push(vec![
            "1,000 calls".to_owned(),
            one.name.clone(),
            format!("{:.1}", one.cpu_ms),
            String::new(),
            format!("{:.0}", one.calls_per_second),
            String::new(),
        ]);
    }
    let ratio = medians[1].cpu_ms / medians[0].cpu_ms;
    section.at_most("CPU per tools/call at /mcp", 1.1, ratio, "× a managed server's");
    Ok(())
}

fn ten_apps(context: &Context, section: &mut Section) -> Result<()> {
    let upstream = Server::start(&["upstream", &format!("{UPSTREAM_MS}")])?;
    let description = context.description(ACTIONS)?;
    let data = context.data("ten-apps");
    let up = Gateway::up(&context.gateway, &description, upstream.address, &data, None)?;
    let account = Account { exe: &context.gateway, data: &data };
    let base_url = format!("http://{}", upstream.address);
    let keys: Vec<String> = (0..APPS).map(|number| format!("app-{number}")).collect();
    for key in &keys {
        let file = description.to_string_lossy();
        account.run(&["app", "create", &file, "--key", key, "--base-url", &base_url])?;
    }
    let apps: Vec<&str> = keys.iter().map(String::as_str).collect();
    let token = account.customer("ada", &apps)?;
    let (ready, managed) = (up.ready.clone(), up.endpoint.token.clone());
    drop(up);
    let again = Gateway::serve(&context.gateway, &data, &ready, &managed)?;
    let endpoint = Endpoint { address: again.endpoint.address, path: PATH.to_owned(), token };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let took = runtime.block_on(open(&endpoint, APPS * ACTIONS + BUILT_IN))?;
    section.rows.push(vec![
        "ten apps".to_owned(),
        "a new process".to_owned(),
        String::new(),
        String::new(),
        String::new(),
        format!("{took:.1}"),
    ]);
    section.at_most(
        "first tools/list of 10 apps of 250 actions",
        1.0,
        took / UPSTREAM_MS,
        "× the upstream's time",
    );
    Ok(())
}

/// The account of a data directory, by the command line.
struct Account<'a> {
    exe: &'a Path,
    data: &'a Path,
}

impl Account<'_> {
    fn run(&self, arguments: &[&str]) -> Result<Value> {
        gateway::command(self.exe, self.data, LOCAL, arguments)
    }

    /// The key of the only app.
    fn only_app(&self) -> Result<String> {
        let apps = self.run(&["app", "list"])?;
        let key = apps[0]["key"].as_str().or_else(|| apps["items"][0]["key"].as_str());
        key.map(str::to_owned).with_context(|| format!("no app: {apps}"))
    }

    /// Makes a customer that has connected those apps, and gives a token of it.
    fn customer(&self, key: &str, apps: &[&str]) -> Result<String> {
        self.run(&["customer", "create", key])?;
        for app in apps {
            let bearer = ["--bearer-env", gateway::CREDENTIAL];
            self.run(&[&["customer", "connection", "create", key, app], &bearer[..]].concat())?;
        }
        let made = self.run(&["customer", "create-token", key, "--name", "bench"])?;
        made["token"].as_str().map(str::to_owned).with_context(|| format!("no token: {made}"))
    }
}
