//! `gatewright logs` beside a server that runs.

use crate::{
    api::{Api, DESCRIPTION},
    binary::{Gateway, Home},
};
use serde_json::{Value, json};
use std::{
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

fn rows(home: &Home, options: &[&str]) -> Vec<Value> {
    let mut all = vec!["logs", "--json"];
    all.extend(options);
    home.done(&all).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn tools(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["tool"].as_str().unwrap_or("-")).collect()
}

#[test]
fn every_request_is_one_row_that_can_be_asked_for() {
    let home = Home::new();
    let gateway = home.up(&["--strict-log"]);
    let endpoint = gateway.endpoint().named("Ada's client");
    endpoint.result("get_book", json!({ "id": 1 }));
    endpoint.call("get_book", json!({ "id": 99 }));
    endpoint.call("get_book", json!({ "id": "one" }));
    endpoint.call("no_such_tool", json!({}));
    endpoint.names();
    let all = rows(&home, &[]);
    assert_eq!(tools(&all), ["get_book", "get_book", "get_book", "no_such_tool", "-"]);
    let outcomes: Vec<&str> = all.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "tool_error", "tool_error", "error", "ok"]);
    let first = &all[0];
    assert_eq!(
        (
            &first["server"],
            &first["method"],
            &first["revision"],
            &first["client_name"],
            &first["upstream_status"]
        ),
        (
            &json!("demo-bookshop"),
            &json!("tools/call"),
            &json!("2026-07-28"),
            &json!("Ada's client"),
            &json!(200)
        )
    );
    assert!(first["principal"].as_str().unwrap().starts_with("tok_"), "{first}");
    for figure in ["duration_us", "upstream_duration_us", "bytes_in", "bytes_out"] {
        assert!(first[figure].as_u64() > Some(0), "{figure}: {first}");
    }
    assert!(first["arguments"].is_null() && first["result"].is_null(), "{first}");
    assert_eq!(
        (&all[1]["upstream_status"], &all[2]["upstream_status"]),
        (&json!(404), &Value::Null)
    );

    assert_eq!(rows(&home, &["--errors"]), all[1..4]);
    assert_eq!(rows(&home, &["--tool", "get_book"]), all[..3]);
    assert_eq!(rows(&home, &["--tool", "get_book", "--errors", "-n", "1"]), all[2..3]);
    assert_eq!(rows(&home, &["--lines", "2"]), all[3..]);
    assert_eq!(rows(&home, &["--server", "demo-bookshop"]), all);
    assert_eq!(rows(&home, &["--server", "other"]), [Value::Null; 0]);
    assert_eq!(rows(&home, &["--tool", "%"]), [Value::Null; 0]);
    let text = home.done(&["logs"]);
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(text.lines().next().unwrap().contains("HTTP 200 Ada's client"), "{text}");
    home.run(&["logs", "--data-dir", "nowhere"]).refused(&["nowhere", "--data-dir"]);
}

#[test]
fn no_client_can_forge_a_line() {
    let home = Home::new();
    let gateway = home.up(&["--strict-log"]);
    let endpoint = gateway.endpoint().named("x\n2026-01-01 ok\u{1b}[2J\u{202e}");
    endpoint.result("list_books", json!({}));
    let text = home.done(&["logs"]);
    assert_eq!(text.lines().count(), 1, "{text:?}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    assert_eq!(rows(&home, &[]).len(), 1);
}

/// Follows the log in a process of its own, and sends its lines.
struct Following {
    lines: mpsc::Receiver<Value>,
    _process: Gateway,
}

impl Following {
    fn start(home: &Home) -> Self {
        let mut process = Gateway::begin(home, &mut home.command(&["logs", "--follow", "--json"]));
        let (sender, lines) = mpsc::channel();
        let mut reader = process.take_stdout();
        thread::spawn(move || {
            let mut line = String::new();
            while std::io::BufRead::read_line(&mut reader, &mut line).is_ok_and(|bytes| bytes > 0) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Self { lines, _process: process }
    }

    fn next(&self, within: Duration) -> Option<Value> {
        self.lines.recv_timeout(within).ok()
    }
}

#[test]
fn follow_shows_a_row_within_two_seconds() {
    let home = Home::new();
    let gateway = home.up(&["--strict-log"]);
    let endpoint = gateway.endpoint();
    endpoint.result("get_book", json!({ "id": 1 }));
    let following = Following::start(&home);
    let first = following.next(crate::binary::PATIENCE).unwrap();
    assert_eq!(first["tool"], "get_book", "the rows so far come first");
    for tool in ["list_orders", "list_books", "list_orders"] {
        endpoint.result(tool, json!({}));
        let answered = Instant::now();
        let row = following.next(crate::binary::PATIENCE).unwrap();
        assert_eq!(row["tool"], tool);
        assert!(answered.elapsed() < Duration::from_secs(2), "{:?}", answered.elapsed());
    }
}

#[test]
fn follow_shows_a_call_that_began_before_another_and_ended_after_it() {
    let home = Home::new();
    let api = Api::start();
    let file = home.write("ledger.yaml", DESCRIPTION);
    let base = api.base();
    let gateway =
        home.up(&[&file, "--base-url", &base, "--allow-private-networks", "--strict-log"]);
    let endpoint = gateway.endpoint();
    endpoint.result("echo", json!({ "text": "first" }));
    let following = Following::start(&home);
    assert_eq!(following.next(crate::binary::PATIENCE).unwrap()["tool"], "echo");
    let slow = endpoint.clone();
    let waiting = thread::spawn(move || slow.result("wait", json!({ "text": "slow" })));
    api.wait_for(2);
    endpoint.result("echo", json!({ "text": "quick" }));
    assert_eq!(following.next(crate::binary::PATIENCE).unwrap()["tool"], "echo");
    api.release();
    waiting.join().unwrap();
    let row = following.next(Duration::from_secs(5)).expect("the row of the long call is shown");
    assert_eq!(row["tool"], "wait");
}

#[test]
fn follow_shows_a_row_that_was_on_its_way_when_it_began() {
    let home = Home::new();
    let gateway = home.up(&[]);
    // Its row is written a moment after its answer.
    gateway.endpoint().result("get_book", json!({ "id": 1 }));
    let row = Following::start(&home).next(Duration::from_secs(5)).expect("the row is shown");
    assert_eq!(row["tool"], "get_book");
}

#[test]
fn follow_ends_when_nobody_reads_it() {
    let home = Home::new();
    let gateway = home.up(&["--strict-log"]);
    let endpoint = gateway.endpoint();
    endpoint.result("list_orders", json!({}));
    let follow = home.command(&["logs", "--follow"]);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "\"$0\" logs --follow | head -n 1"]).arg(follow.get_program());
    shell.env_clear().env("PATH", "/usr/bin:/bin").env("GATEWRIGHT_DATA_DIR", home.data());
    // It notices at the next row that it prints.
    let calls = thread::spawn(move || {
        for _ in 0..40 {
            endpoint.result("list_orders", json!({}));
            thread::sleep(Duration::from_millis(100));
        }
    });
    let ended = home.finish(&mut shell);
    assert_eq!(ended.stdout.lines().count(), 1, "{ended:?}");
    calls.join().unwrap();
}
