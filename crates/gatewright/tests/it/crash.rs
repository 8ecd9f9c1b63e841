//! `kill -9` at any moment: what was acknowledged is there after the restart, and nobody had to repair anything.
//!
//! Each cycle starts the process on the same data directory, checks what the cycles before were promised, then writes from
//! several sides until it is killed: clients that change things through the control API, commands that do so beside it, clients
//! that call a server with a strict log, and clients that end sessions. Half of the processes are killed at any time, and half
//! die at the n-th time that a file is made safe on the disk. Some die while they start, with another description to publish.

use crate::{
    api::{Api, DESCRIPTION},
    binary::{Gateway, Home},
    crash_writer::Writer,
    http::Connection,
    mcp::Endpoint,
};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

/// Cycles at least; `GATEWRIGHT_CRASH_CYCLES` may ask for more.
const CYCLES: usize = 100;
/// Clients at once that change things through the control API.
const WRITERS: usize = 3;
/// Clients at once that call.
const CALLERS: usize = 2;
/// Calls of one client in one cycle, so that a cycle's rows fit into one look at the log.
const CALLS_MAX: usize = 300;
/// Changes at most that are acknowledged before the kill: however busy the machine is, something was written.
const CHANGES_MAX: u64 = 15;
/// The latest moment of the kill after that.
const KILLED_WITHIN_MS: u64 = 20;
/// How long a process is waited for that shall die by itself, or shall acknowledge something.
const PATIENCE: Duration = Duration::from_secs(3);
/// The latest moment of the kill of a process that starts.
const STARTS_WITHIN_MS: u64 = 150;
/// The last file that is made safe on the disk, counted from the start of the process, unless it is killed before.
const SYNCS_MAX: u64 = 80;
/// How many of a thousand objects are looked at in each cycle; the last check is of all.
const SHARE: u64 = 150;
/// Promises of other kinds that are checked again in each.
const SAMPLE: usize = 25;
const REVISION: &str = "2025-11-25";

/// A small generator (xorshift64*), so that a failure can be run again.
pub(crate) struct Random(u64);

impl Random {
    /// From `GATEWRIGHT_CRASH_SEED`, or from the clock. Says which.
    pub(crate) fn seeded() -> Self {
        let given = std::env::var("GATEWRIGHT_CRASH_SEED").ok().and_then(|text| text.parse().ok());
        let clock = || SystemTime::UNIX_EPOCH.elapsed().unwrap().subsec_nanos().into();
        let seed: u64 = given.unwrap_or_else(clock);
        eprintln!("GATEWRIGHT_CRASH_SEED={seed}");
        Self(seed | 1)
    }

    /// Another one, that goes its own way.
    pub(crate) fn another(&mut self) -> Self {
        Self(self.below(u64::MAX) | 1)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    pub(crate) fn millis(&mut self, bound: u64) -> Duration {
        Duration::from_micros(self.below(bound * 1_000))
    }
}

/// What was acknowledged.
#[derive(Default)]
struct Promises {
    /// Tokens by id: they authenticate.
    live: BTreeMap<String, String>,
    /// Tokens by id whose revocation was acknowledged: nobody takes them.
    revoked: BTreeMap<String, String>,
    /// Client names of calls that were answered: each has its row.
    answered: BTreeSet<String>,
    /// Legacy sessions that were ended.
    ended: Vec<String>,
}

/// What all cycles came to.
#[derive(Debug, Default)]
struct Tally {
    created: usize,
    revoked: usize,
    calls: usize,
    sessions: usize,
    killed: usize,
    died_at_sync: usize,
    died_starting: usize,
}

/// What a process must be given to die at a sync, compiled by whatever links Rust on this machine.
fn preload(home: &Home) -> String {
    let library = home.path().join("die_at_sync.so").to_str().unwrap().to_owned();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/die_at_sync.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o", &library, source, "-ldl"]);
    let status = compiler.status().expect("cc is there, since Rust links with it");
    assert!(status.success(), "{compiler:?}");
    library
}

struct World {
    home: Home,
    api: Api,
    descriptions: [String; 2],
    config: String,
    /// Makes a process die at a sync.
    preload: String,
}

impl World {
    fn new() -> Self {
        let home = Home::new();
        let (before, _) = DESCRIPTION.split_once("  /notes:").unwrap();
        let descriptions =
            [home.write("a/ledger.yaml", DESCRIPTION), home.write("b/ledger.yaml", before)];
        // Revoked tokens are strangers after a restart, and this test knows many.
        let config =
            home.write("gatewright.toml", "[limits]\nunknown_tokens_per_second = 1000000\n");
        let preload = preload(&home);
        Self { home, api: Api::start(), descriptions, config, preload }
    }

    /// `up` with one of two descriptions: three tools, or two. It may die at that sync, just before or after.
    fn up(&self, which: usize, dies: Option<(u64, bool)>) -> Gateway {
        let (base, file) = (self.api.base(), &self.descriptions[which]);
        let arguments = [
            "up",
            "--json",
            file,
            "--server",
            "ledger",
            "--config",
            &self.config,
            "--base-url",
            &base,
            "--allow-private-networks",
            "--strict-log",
            "--listen",
            "127.0.0.1:0",
        ];
        let mut command = self.home.command(&arguments);
        if let Some((sync, after)) = dies {
            command.env("LD_PRELOAD", &self.preload).env("DIE_AT_SYNC", sync.to_string());
            if after {
                command.env("DIE_AFTER_SYNC", "1");
            }
        }
        Gateway::begin(&self.home, &mut command)
    }

    /// Runs one command until it ends or `stop` is set, and gives the whole lines that it printed before it was killed.
    fn command(&self, arguments: &[&str], stop: &AtomicBool) -> String {
        let mut command = self.home.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            if stop.load(Ordering::SeqCst) {
                // It may have ended in between.
                let _ = child.kill();
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        let status = child.wait().unwrap();
        let (mut out, mut errors) = (String::new(), String::new());
        child.stdout.unwrap().read_to_string(&mut out).unwrap();
        child.stderr.unwrap().read_to_string(&mut errors).unwrap();
        assert!(status.success() || status.code().is_none(), "{arguments:?}: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
        out.lines()
            .zip(out.split_inclusive('\n'))
            .filter(|(_, whole)| whole.ends_with('\n'))
            .map(|(line, _)| line)
            .collect()
    }

    /// Makes tokens and revokes some, until `stop`.
    fn write(
        &self,
        name: &str,
        promises: &Mutex<Promises>,
        tally: &Mutex<Tally>,
        stop: &AtomicBool,
    ) {
        for turn in 1.. {
            if stop.load(Ordering::SeqCst) {
                return;
            }
            if turn % 3 > 0 {
                let made = self.command(&["token", "create", "--json", "--name", name], stop);
                if let Ok(made) = serde_json::from_str::<Value>(&made) {
                    let text = |name: &str| made[name].as_str().unwrap().to_owned();
                    promises.lock().unwrap().live.insert(text("id"), text("token"));
                    tally.lock().unwrap().created += 1;
                }
                continue;
            }
            // From here on its state is open, until the command has said that it is done.
            let Some((id, token)) = promises.lock().unwrap().live.pop_first() else { continue };
            if self.command(&["token", "revoke", &id], stop) == format!("revoked {id}") {
                promises.lock().unwrap().revoked.insert(id, token);
                tally.lock().unwrap().revoked += 1;
            }
        }
    }
}

/// Calls the server with the strict log, until it does not answer any more.
fn call(endpoint: &Endpoint, cycle: usize, numbers: &AtomicUsize, promises: &Mutex<Promises>) {
    let Ok(mut connection) = Connection::open(endpoint.address) else { return };
    for _ in 0..CALLS_MAX {
        let name = format!("{cycle}-{}", numbers.fetch_add(1, Ordering::SeqCst));
        let params = json!({ "name": "echo", "arguments": { "text": name } });
        let Ok(reply) = endpoint.named(&name).ask(&mut connection, "tools/call", params) else {
            return;
        };
        assert_eq!(reply.status, 200, "{reply:?}");
        promises.lock().unwrap().answered.insert(name);
    }
}

fn legacy_headers(authorization: &str) -> Vec<(&str, &str)> {
    vec![
        ("authorization", authorization),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ]
}

/// Begins and ends legacy sessions.
fn end_sessions(endpoint: &Endpoint, token: &str, promises: &Mutex<Promises>) {
    let Ok(mut connection) = Connection::open(endpoint.address) else { return };
    let authorization = format!("Bearer {token}");
    let begin = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": REVISION, "capabilities": {}, "clientInfo": { "name": "session", "version": "1" } } });
    loop {
        let headers = legacy_headers(&authorization);
        let sent = connection.send("POST", &endpoint.path, &headers, begin.to_string().as_bytes());
        let Ok(reply) = sent.and_then(|()| connection.reply()) else { return };
        let session = reply.header("mcp-session-id").unwrap().to_owned();
        let mut headers = legacy_headers(&authorization);
        headers.extend([("mcp-session-id", session.as_str()), ("mcp-protocol-version", REVISION)]);
        let sent = connection.send("DELETE", &endpoint.path, &headers, b"");
        let Ok(reply) = sent.and_then(|()| connection.reply()) else { return };
        assert!((200..300).contains(&reply.status), "{reply:?}");
        promises.lock().unwrap().ended.push(session);
    }
}

/// The status that a session gets.
fn session_status(connection: &mut Connection, path: &str, token: &str, session: &str) -> u16 {
    let authorization = format!("Bearer {token}");
    let mut headers = legacy_headers(&authorization);
    headers.extend([("mcp-session-id", session), ("mcp-protocol-version", REVISION)]);
    connection
        .send("POST", path, &headers, br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .unwrap();
    connection.reply().unwrap().status
}

/// Checks some of `all`, or all of it.
fn sample<'a, T>(all: &'a [T], random: &mut Random, whole: bool) -> Vec<&'a T> {
    if whole || all.len() <= SAMPLE {
        return all.iter().collect();
    }
    // The newest half of the sample, and as many of the others.
    let (older, newest) = all.split_at(all.len() - SAMPLE / 2);
    let mut chosen: Vec<&T> = newest.iter().collect();
    chosen.extend((0..SAMPLE / 2).map(|_| &older[random.below(older.len() as u64) as usize]));
    chosen
}

/// Checks that every promise was kept.
fn check(
    world: &World,
    gateway: &Gateway,
    token: &str,
    promises: &Promises,
    random: &mut Random,
    whole: bool,
) {
    let mut connection = Connection::open(gateway.address).unwrap();
    let mut status = |token: &str| {
        gateway.endpoint_for(token).ask(&mut connection, "tools/list", json!({})).unwrap().status
    };
    for (tokens, expected) in [(&promises.live, 200), (&promises.revoked, 401)] {
        let tokens: Vec<_> = tokens.iter().collect();
        for (id, token) in sample(&tokens, random, whole) {
            assert_eq!(status(token), expected, "{id}");
        }
    }
    let path = &gateway.endpoint_for(token).path;
    for session in sample(&promises.ended, random, whole) {
        assert_eq!(
            session_status(&mut connection, path, token, session),
            404,
            "a session that was ended"
        );
    }
    if whole {
        let listed: Value =
            serde_json::from_str(&world.home.done(&["token", "list", "--json"])).unwrap();
        let listed: BTreeMap<&str, bool> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["id"].as_str().unwrap(), row["revoked_at"].is_null()))
            .collect();
        for (tokens, live) in [(&promises.live, true), (&promises.revoked, false)] {
            // A list shows a thousand.
            for id in
                tokens.keys().filter(|id| listed.len() < 1_000 || listed.contains_key(id.as_str()))
            {
                assert_eq!(listed.get(id.as_str()), Some(&live), "{id}");
            }
        }
    }
}

/// Checks that each call that was answered has its row.
fn check_log(world: &World, answered: &BTreeSet<String>) {
    let text = world.home.done(&["logs", "--json", "-n", "1000"]);
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let logged: BTreeSet<&str> =
        rows.iter().filter_map(|row| row["client_name"].as_str()).collect();
    let lost: Vec<_> = answered.iter().filter(|name| !logged.contains(name.as_str())).collect();
    assert!(lost.is_empty(), "answered, but not in the log: {lost:?}");
}

/// SQLite's own opinion of both files.
async fn check_files(home: &Home) {
    for name in ["gatewright.db", "requests.db"] {
        let options = SqliteConnectOptions::new().filename(home.data().join(name)).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let found: Vec<(String,)> =
            sqlx::query_as("pragma integrity_check").fetch_all(&mut connection).await.unwrap();
        assert_eq!(found, [("ok".to_owned(),)], "{name}");
        connection.close().await.unwrap();
    }
}

/// Each change has its audit row, whether anybody was told of it or not, and what is listed is what was made.
async fn check_audit(home: &Home, promises: &Promises, writers: &[Writer]) {
    let dir = store::DataDir::existing(&home.data()).unwrap();
    let (database, key) = (store::Database::Sqlite(dir.clone()), store::KeySource::File);
    let (store, _) = store::Store::open(&dir, &database, &key, [0; 32]).await.unwrap();
    let account = store
        .account_by_alias(&"local".parse().unwrap(), model::Timestamp::now())
        .await
        .unwrap()
        .unwrap();
    let (all, from) = (store::AuditFilter::default(), store::AuditFrom::After(0));
    let events = store.audit_entries(Some(account.id), &all, from, u32::MAX).await.unwrap();
    let verdict = store.verify_audit(Some(account.id), &[]).await.unwrap();
    assert!(matches!(verdict, store::Verdict::Intact { .. }), "{verdict:?}");
    let objects = |event: &str| {
        let rows = events.iter().filter(|row| row.event == event).map(|row| row.object.clone());
        rows.collect::<BTreeSet<String>>()
    };
    let all = store::TokenFilter { limit: u32::MAX, ..store::TokenFilter::default() };
    let tokens = store.tokens(account.id, &all).await.unwrap();
    let ids = tokens.iter().map(|token| token.id.to_string()).collect::<BTreeSet<_>>();
    assert_eq!(objects("token.create"), ids);
    let revoked = tokens.iter().filter(|token| token.revoked_at.is_some());
    assert_eq!(objects("token.revoke"), revoked.map(|token| token.id.to_string()).collect());
    assert!(promises.live.keys().chain(promises.revoked.keys()).all(|id| ids.contains(id)));
    for (event, deleted) in [
        ("user.create", "user.delete"),
        ("connection.create", "connection.delete"),
        ("limit.create", "limit.delete"),
    ] {
        let made = |live: bool| -> BTreeSet<String> {
            let sets = writers.iter().map(|writer| writer.made()[event].clone());
            sets.flat_map(|(all, alive)| if live { alive } else { all }).collect()
        };
        assert_eq!(objects(event), made(false), "{event}");
        assert_eq!(&objects(event) - &objects(deleted), made(true), "{deleted}");
    }
    store.close().await;
}

/// The first start. Its token opens the server, and another the control API, where there is one more app.
struct First {
    token: String,
    owner: String,
    app: String,
}

fn first_start(world: &World) -> First {
    let mut gateway = world.up(0, None);
    assert!(gateway.wait_ready(), "{}", gateway.log());
    let token = gateway.ready["token"].as_str().unwrap().to_owned();
    let told = |arguments: &[&str], member: &str| {
        let value: Value = serde_json::from_str(&world.home.done(arguments)).unwrap();
        value[member].as_str().unwrap().to_owned()
    };
    let (file, base) = (&world.descriptions[0], world.api.base());
    let app = ["app", "create", "--json", file, "--key", "second", "--base-url", &base];
    let app = told(&app, "id");
    let owner = ["token", "create", "--json", "--name", "owner", "--role", "owner"];
    let owner = told(&owner, "token");
    gateway.kill();
    First { token, owner, app }
}

/// Waits until a process has died by itself, or, where it is killed from outside, until it is `time`; and kills it.
fn end(mut gateway: Gateway, dies: bool, time: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline && (dies || !time()) {
        if !gateway.lives() {
            assert!(dies, "{}", gateway.log());
            return true;
        }
        thread::sleep(Duration::from_millis(1));
    }
    gateway.kill();
    false
}

#[test]
fn no_acknowledged_change_is_lost() {
    let cycles = std::env::var("GATEWRIGHT_CRASH_CYCLES").ok().and_then(|text| text.parse().ok());
    let cycles = cycles.unwrap_or(CYCLES).max(CYCLES);
    let (world, mut random, began) = (World::new(), Random::seeded(), Instant::now());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (promises, tally) = (Mutex::new(Promises::default()), Mutex::new(Tally::default()));
    let numbers = AtomicUsize::new(0);
    let First { token, owner, app } = first_start(&world);
    let mut writers: Vec<Writer> = (0..WRITERS)
        .map(|number| Writer::new(format!("writer-{number}"), &owner, &app, random.another()))
        .collect();
    for cycle in 1.. {
        let last = cycle > cycles;
        // Before anything else writes to the log.
        check_log(&world, &std::mem::take(&mut promises.lock().unwrap().answered));
        let which = random.below(2) as usize;
        let dies =
            (cycle % 2 == 0 && !last).then(|| (1 + random.below(SYNCS_MAX), random.below(2) == 0));
        let mut gateway = world.up(which, dies);
        if cycle % 10 == 1 && !last {
            thread::sleep(random.millis(STARTS_WITHIN_MS));
            gateway.kill();
            tally.lock().unwrap().died_starting += 1;
            continue;
        }
        if !gateway.wait_ready() {
            assert!(dies.is_some(), "cycle {cycle} does not start: {}", gateway.log());
            tally.lock().unwrap().died_starting += 1;
            continue;
        }
        // Those that die by themselves may do so while they are asked: what they answer is checked in the cycle after.
        if dies.is_none() {
            let endpoint = gateway.endpoint_for(&token);
            let names: &[&str] =
                if which == 0 { &["echo", "wait", "add_note"] } else { &["echo", "wait"] };
            assert_eq!(endpoint.names(), names, "the new tools or the old ones, never a mixture");
            check(&world, &gateway, &token, &promises.lock().unwrap(), &mut random, last);
            let mut connection = Connection::open(gateway.address).unwrap();
            for writer in &mut writers {
                writer.settle(&mut connection);
                writer.check(&mut connection, if last { 1_000 } else { SHARE });
            }
            runtime.block_on(check_files(&world.home));
        }
        if last {
            gateway.stop();
            break;
        }
        let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        let endpoint = gateway.endpoint_for(&token);
        thread::scope(|scope| {
            let (world, promises, tally, stop, done) = (&world, &promises, &tally, &stop, &done);
            scope.spawn(move || world.write(&format!("cycle {cycle}"), promises, tally, stop));
            for writer in writers.iter_mut().filter(|writer| writer.is_settled()) {
                let address = gateway.address;
                scope.spawn(move || {
                    if let Ok(mut connection) = Connection::open(address) {
                        writer.write(&mut connection, done);
                    }
                });
            }
            for _ in 0..CALLERS {
                scope.spawn(|| call(&endpoint, cycle, &numbers, promises));
            }
            scope.spawn(|| end_sessions(&endpoint, &token, promises));
            let changes = random.below(CHANGES_MAX) as usize;
            let pause = random.millis(KILLED_WITHIN_MS);
            let died = end(gateway, dies.is_some(), || {
                let enough = done.load(Ordering::SeqCst) >= changes;
                if enough {
                    thread::sleep(pause);
                }
                enough
            });
            stop.store(true, Ordering::SeqCst);
            let mut tally = tally.lock().unwrap();
            if died {
                tally.died_at_sync += 1;
            } else {
                tally.killed += 1;
            }
        });
        let (mut tally, promises) = (tally.lock().unwrap(), promises.lock().unwrap());
        tally.calls += promises.answered.len();
        tally.sessions = promises.ended.len();
    }
    let promises = promises.into_inner().unwrap();
    runtime.block_on(check_audit(&world.home, &promises, &writers));
    let tally = tally.into_inner().unwrap();
    eprintln!("{cycles} cycles in {:.0?}, acknowledged and kept: {tally:?}", began.elapsed());
    for writer in &writers {
        eprintln!("{:?}, interrupted: {:?}", writer.acknowledged, writer.interrupted);
    }
    let changes = writers.iter().flat_map(|writer| writer.acknowledged.values());
    assert!(changes.sum::<usize>() > cycles, "too little was changed");
    assert!(tally.calls > cycles && tally.sessions > cycles, "{tally:?}");
    assert!(tally.died_at_sync > cycles / 5 && tally.created > 0, "{tally:?}");
}
