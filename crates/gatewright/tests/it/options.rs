//! The options of `up`: each seen to work from outside.

use crate::{
    api::{Api, DESCRIPTION},
    binary::{Gateway, Home},
    secrets::holding,
};
use serde_json::json;

const KEY: &str = "canary-key-7f3b9c1d5e8a2046";
const BEARER: &str = "canary-bearer-03e1d94c77ab5f60";

struct Ledger {
    home: Home,
    api: Api,
    file: String,
}

impl Ledger {
    fn new() -> Self {
        let home = Home::new();
        let file = home.write("ledger.yaml", DESCRIPTION);
        Self { home, api: Api::start(), file }
    }

    fn up(&self, arguments: &[&str]) -> Gateway {
        let base = self.api.base();
        let mut all = vec![self.file.as_str(), "--base-url", &base];
        all.extend_from_slice(arguments);
        self.home.up(&all)
    }
}

#[test]
fn server_and_alias_are_the_url() {
    let ledger = Ledger::new();
    let gateway = ledger.up(&["--server", "Books_2", "--alias", "acme"]);
    let url = format!("http://{}/mcp/acme/Books_2", gateway.address);
    assert_eq!(gateway.ready["mcp_url"], url);
    assert_eq!(gateway.endpoint().names().len(), 3);
    let token = gateway.ready["token"].as_str().unwrap();
    assert_eq!(gateway.endpoint_at("/mcp/local/Books_2", token).status(), 404);
    // The account is one of its own: commands name it too.
    ledger.home.run(&["token", "list", "--json"]).refused(&["local", "acme", "--alias"]);
    let tokens = ledger.home.done(&["token", "list", "--json", "--alias", "acme"]);
    assert!(tokens.contains("first token of Books_2"), "{tokens}");
}

#[test]
fn a_public_url_is_what_clients_are_told() {
    let ledger = Ledger::new();
    let listen = crate::binary::free_address();
    let mut command = ledger.home.command(&["up", &ledger.file, "--json"]);
    command.args(["--listen", &listen.to_string(), "--public-url", "https://tools.example.com/"]);
    let mut gateway = ledger.home.serving(&mut command);
    let ready: serde_json::Value = serde_json::from_str(&gateway.line()).unwrap();
    assert_eq!(ready["mcp_url"], "https://tools.example.com/mcp/local/ledger");
    let mut connection = crate::http::Connection::open(listen).unwrap();
    for (host, status) in [("tools.example.com", 200), ("localhost", 200), ("evil.example", 421)] {
        connection.send("GET", "/healthz", &[("host", host)], b"").unwrap();
        assert_eq!(connection.reply().unwrap().status, status, "{host}");
    }
}

#[test]
fn private_networks_are_called_only_when_allowed() {
    let ledger = Ledger::new();
    let address = ledger.api.address.to_string();
    for (allowing, allowed) in [
        (vec![], false),
        (vec!["--allow-private-networks"], true),
        (vec!["--allow-address", &address], true),
        (vec!["--allow-address", "127.0.0.1:1"], false),
    ] {
        let (hits, gateway) = (ledger.api.seen().len(), ledger.up(&allowing));
        let token = ledger.home.done(&["token", "create", "--name", "t", "--json"]);
        let token: serde_json::Value = serde_json::from_str(&token).unwrap();
        let endpoint = gateway.endpoint_for(token["token"].as_str().unwrap());
        let answer = endpoint.call("echo", json!({ "text": "x" }));
        assert_eq!(answer["result"]["isError"] != true, allowed, "{allowing:?}: {answer}");
        assert_eq!(ledger.api.seen().len() - hits, usize::from(allowed), "{allowing:?}");
    }
}

#[test]
fn credentials_reach_the_api_and_no_file() {
    let ledger = Ledger::new();
    let header = format!("X-Api-Key: {KEY}");
    let base = ledger.api.base();
    let listen = crate::binary::free_address().to_string();
    let first =
        ["up", "--json", &ledger.file, "--base-url", &base, "--log-payloads", "--listen", &listen];
    let mut command = ledger.home.command(&first);
    command.args(["--allow-private-networks", "--header", &header, "--bearer-env", "LEDGER_TOKEN"]);
    command.env("LEDGER_TOKEN", format!("{BEARER}\n"));
    let mut gateway = Gateway::begin(&ledger.home, &mut command);
    assert!(gateway.wait_ready(), "{}", gateway.log());
    let token = gateway.ready["token"].as_str().unwrap().to_owned();
    let endpoint = gateway.endpoint();
    // A model that repeats the key sends it, but the log keeps it out.
    endpoint.result("echo", json!({ "text": KEY }));
    let seen = ledger.api.last();
    assert_eq!(seen.header("x-api-key"), Some(KEY));
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {BEARER}").as_str()));
    assert!(!seen.head.contains("gwt_"), "{}", seen.head);
    let log = gateway.log();
    gateway.stop();

    // Without the options, what is stored stays.
    let mut command = ledger.home.command(&first);
    command.arg("--allow-private-networks");
    let mut gateway = Gateway::begin(&ledger.home, &mut command);
    assert!(gateway.wait_ready(), "{}", gateway.log());
    gateway.endpoint_for(&token).result("echo", json!({ "text": "again" }));
    assert_eq!(ledger.api.last().header("x-api-key"), Some(KEY));
    let rows = ledger.home.done(&["logs", "--json"]);
    for secret in [KEY, BEARER, token.as_str()] {
        // While it runs, with its write-ahead logs beside it.
        assert_eq!(holding(&ledger.home.data(), secret), [""; 0], "{secret}");
        assert!(!rows.contains(secret), "{secret} is in {rows}");
        assert!(!log.contains(secret) && !gateway.log().contains(secret), "{secret} is on stderr");
    }
    gateway.stop();
    for secret in [KEY, BEARER, token.as_str()] {
        assert_eq!(holding(&ledger.home.data(), secret), [""; 0], "{secret}");
    }
}

#[test]
fn rules_choose_the_tools() {
    for (rules, tools, excluded) in [
        (vec![], vec!["echo", "wait", "add_note"], 1),
        (vec!["--include", "tag:reading"], vec!["echo", "wait"], 2),
        (vec!["--include", "method:post"], vec!["add_note"], 3),
        (vec!["--include", "path:/notes/**"], vec![], 4),
        (
            vec!["--include", "operation:wait", "--include", "operation:echo"],
            vec!["echo", "wait"],
            2,
        ),
        (vec!["--exclude", "operation:echo"], vec!["wait", "add_note"], 2),
        (vec!["--exclude", "path:/notes*"], vec!["echo", "wait"], 2),
        (vec!["--include", "deprecated"], vec!["echo", "wait", "add_note", "delete_note"], 0),
        (vec!["--include", "tag:writing", "--exclude", "method:POST"], vec![], 4),
        (vec!["--read-only"], vec!["echo", "wait"], 2),
        (vec!["--read-only", "--include", "deprecated"], vec!["echo", "wait"], 2),
    ] {
        let ledger = Ledger::new();
        let gateway = ledger.up(&rules);
        assert_eq!(gateway.endpoint().names(), tools, "{rules:?}");
        let report = &gateway.ready["report"];
        assert_eq!(report["excluded"], excluded, "{rules:?}: {report}");
        let all: u64 =
            report.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!((all, &gateway.ready["tools"]), (4, &json!(tools.len())), "{rules:?}");
    }
}

#[test]
fn payloads_are_kept_only_when_asked_for() {
    for (options, kept) in [(vec![], false), (vec!["--log-payloads"], true)] {
        let ledger = Ledger::new();
        let mut all = vec!["--allow-private-networks", "--strict-log"];
        all.extend(options);
        let gateway = ledger.up(&all);
        gateway.endpoint().result("add_note", json!({ "text": "remember the milk" }));
        assert_eq!(ledger.api.last().body, r#"{"text":"remember the milk"}"#);
        let rows = ledger.home.done(&["logs", "--json", "--tool", "add_note"]);
        let row: serde_json::Value = serde_json::from_str(rows.trim()).unwrap();
        assert_eq!(row["arguments"].is_string(), kept, "{row}");
        assert_eq!(row["result"].is_string(), kept, "{row}");
        assert_eq!(rows.contains("milk"), kept, "{rows}");
    }
}

#[test]
fn wrong_options_are_refused_in_one_line() {
    for (options, words) in [
        (vec!["--header", "no colon"], vec!["--header", "'Name: value'"]),
        (vec!["--header", "X-A: a\r\nX-B: b"], vec!["--header"]),
        (vec!["--header", "a b: c"], vec!["--header"]),
        (vec!["--bearer-env", "UNSET_TOKEN"], vec!["--bearer-env", "UNSET_TOKEN"]),
        (vec!["--include", "reading"], vec!["tag:NAME"]),
        (vec!["--exclude", "tag:"], vec!["tag:NAME"]),
        (vec!["--server", "a/b"], vec!["a/b"]),
        (vec!["--alias", "../x"], vec!["../x"]),
        (vec!["--base-url", "ftp://example.com"], vec!["--base-url"]),
        (vec!["--base-url", "not a url"], vec!["--base-url"]),
        (vec!["--base-url", "http://user:pass@example.com"], vec!["--base-url"]),
        (vec!["--allow-address", "everywhere"], vec!["--allow-address", "everywhere"]),
        (vec!["--public-url", "tools.example.com"], vec!["--public-url"]),
    ] {
        let home = Home::new();
        let file = home.write("ledger.yaml", DESCRIPTION);
        let mut all = vec!["up", "--json", &file, "--listen", "127.0.0.1:0"];
        all.extend(&options);
        home.run(&all).refused(&words);
        // Nothing was published by half.
        if home.data().exists() {
            let tokens = home.done(&["token", "list", "--json"]);
            assert_eq!(tokens.trim(), "[]", "{options:?}");
        }
    }
}

#[test]
fn a_credential_cannot_be_a_header_that_frames_the_request() {
    for header in [
        "Host: evil.example",
        "Content-Length: 3",
        "Transfer-Encoding: chunked",
        "Connection: close",
    ] {
        let home = Home::new();
        let file = home.write("ledger.yaml", DESCRIPTION);
        let (name, _) = header.split_once(':').unwrap();
        let ended =
            home.run(&["up", "--json", &file, "--listen", "127.0.0.1:0", "--header", header]);
        ended.refused(&["--header", name]);
    }
}

#[test]
fn what_the_command_line_itself_refuses_creates_nothing() {
    for options in [
        vec!["--listen", "nowhere"],
        vec!["--workers", "many"],
        vec!["--calls-per-second", "few"],
        vec!["--no-such-option"],
    ] {
        let home = Home::new();
        let mut all = vec!["up", "--json"];
        all.extend(&options);
        let ended = home.run(&all);
        assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.starts_with("error: "), "{ended:?}");
        assert!(ended.stderr.contains(options[0]), "{ended:?}");
        assert!(!home.data().exists());
    }
}
