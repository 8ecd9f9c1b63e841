//! The binary on PostgreSQL: several processes on one database, and a data directory that holds the key alone.

use crate::{
    binary::{Ended, Gateway, Home, free_address},
    mcp::Endpoint,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use sqlx::Connection as _;
use std::{fs, process::Command, time::Duration};

/// A PostgreSQL superuser's URL, as for the tests of the store.
const POSTGRES: &str = "GATEWRIGHT_TEST_POSTGRES";

/// A database that is dropped with this value.
pub(crate) struct Database {
    admin: String,
    name: String,
}

impl Database {
    /// None on a laptop without PostgreSQL; there must be one in CI.
    pub(crate) fn create(test: &str) -> Option<Self> {
        let Some(admin) = std::env::var_os(POSTGRES) else {
            let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
            assert!(!in_ci, "{POSTGRES} is not set");
            eprintln!("skipped: {POSTGRES} is not set");
            return None;
        };
        let name = format!("gatewright_{test}_{}", std::process::id());
        let database = Self { admin: admin.into_string().unwrap(), name };
        database.execute(&format!("create database {}", database.name));
        Some(database)
    }

    pub(crate) fn url(&self) -> String {
        let (server, _) = self.admin.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    /// A connection of one's own to it.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.url())
    }

    /// Ends every connection to it, and lets nobody in.
    pub(crate) fn shut(&self) {
        self.execute(&format!("alter database {} allow_connections false", self.name));
        self.execute(&format!(
            "do $$ begin perform pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'; end $$",
            self.name
        ));
    }

    /// Lets everybody in again.
    pub(crate) fn open(&self) {
        self.execute(&format!("alter database {} allow_connections true", self.name));
    }

    fn execute(&self, sql: &str) {
        Connection::open(&self.admin).execute(sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.execute(&format!("drop database if exists {} with (force)", self.name));
    }
}

/// A connection to PostgreSQL.
pub(crate) struct Connection {
    runtime: tokio::runtime::Runtime,
    inner: sqlx::PgConnection,
}

impl Connection {
    fn open(url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let inner = runtime.block_on(sqlx::PgConnection::connect(url)).unwrap();
        Self { runtime, inner }
    }

    pub(crate) fn execute(&mut self, sql: &str) {
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        self.runtime.block_on(sql.execute(&mut self.inner)).unwrap();
    }
}

pub(crate) fn with<'a>(command: &'a mut Command, url: &str) -> &'a mut Command {
    command.env("GATEWRIGHT_DATABASE_URL", url)
}

/// A quota that one process has used up is used up for the other too, once it has heard of those calls.
fn quota(run: &impl Fn(&[&str]) -> Ended, [first, second]: [Endpoint; 2]) {
    const CALLS: usize = 8;
    /// Under the five seconds in which a process hears of the others, so that few calls come before.
    const PAUSE: Duration = Duration::from_millis(2_500);
    let limit = json!({ "target": { "kind": "account" }, "calls": CALLS, "per": "month" });
    let set = run(&["api", "POST", "/limits", "--body", &limit.to_string()]);
    assert!(set.status.success(), "{set:?}");
    let tool = first.names()[0].clone();
    let let_in = |endpoint: &Endpoint, pause: Duration| {
        let refused =
            |_: &usize| endpoint.call(&tool, json!({}))["error"]["code"].as_i64() == Some(-31429);
        (0..10 * CALLS)
            .inspect(|_| std::thread::sleep(pause))
            .position(|turn| refused(&turn))
            .expect("it holds within a second, and ends")
    };
    // It was set by a third process: what came before it held counts too.
    assert!(let_in(&first, Duration::from_millis(100)) >= CALLS);
    assert!(let_in(&second, PAUSE) < CALLS, "a quota of its own");
}

#[test]
fn two_processes_share_a_database() {
    let Some(database) = Database::create("shared") else { return };
    let (home, url) = (Home::new(), database.url());
    let run = |arguments: &[&str]| home.finish(with(&mut home.command(arguments), &url));
    let up = ["up", "--json", "--listen", "127.0.0.1:0"];
    let mut first = Gateway::begin(&home, with(&mut home.command(&up), &url));
    assert!(first.wait_ready(), "{}", first.log());
    let files: Vec<_> =
        fs::read_dir(home.data()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["key"], "no database and no lock beside the key");

    // The URL in a file, and a second process on the same data.
    let file = home.write("url", format!("{url}\n"));
    let serve = ["serve", "--listen", "127.0.0.1:0", "--database-url-file", &file];
    let second = home.serving(&mut home.command(&serve));
    let made = run(&["token", "create", "--json", "--name", "test"]);
    assert!(made.status.success(), "{made:?}");
    let made: serde_json::Value = serde_json::from_str(&made.stdout).unwrap();
    let token = made["token"].as_str().unwrap().to_owned();
    let path = first.ready["mcp_url"].as_str().unwrap().rsplit('/').next().unwrap();
    let path = format!("/mcp/local/{path}");
    for gateway in [&first, &second] {
        assert_eq!(gateway.endpoint_at(&path, &token).names().len(), 6);
    }
    quota(&run, [&first, &second].map(|gateway| gateway.endpoint_at(&path, &token)));
    second.stop();
    first.stop();

    // Another key is no key, and none is made beside a database that has one.
    fs::rename(home.data().join("key"), home.data().join("kept")).unwrap();
    let ended = run(&["token", "list"]);
    ended.refused(&["key is gone"]);
    let other: Vec<u8> = (100..132).collect();
    let other = home.write("other", STANDARD.encode(other));
    run(&["token", "list", "--key-file", &other]).refused(&["not the one", "sealed with"]);
    fs::rename(home.data().join("kept"), home.data().join("key")).unwrap();
    assert!(run(&["token", "list"]).status.success());
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let home = Home::new();
    let port = free_address().port();
    for (url, expected) in [
        (
            format!("postgres://me:hunter2@127.0.0.1:{port}/db"),
            format!("127.0.0.1:{port} does not answer"),
        ),
        ("mysql://me:hunter2@127.0.0.1/db".to_owned(), "postgres://user:password@host".to_owned()),
        ("postgres://me:hunter2@[::1/db".to_owned(), "postgres://user:password@host".to_owned()),
    ] {
        let ended =
            home.finish(with(&mut home.command(&["serve", "--listen", "127.0.0.1:0"]), &url));
        ended.refused(&[&expected]);
        assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
    }
    assert!(!home.data().join("key").exists());
}
