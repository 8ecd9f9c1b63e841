//! `gatewright request` and `gatewright usage` beside a server that runs.

use crate::{
    binary::{Gateway, Home, until},
    tokens::{self, parsed},
};
use serde_json::{Value, json};

/// A server that has been called: rows are on disk before the answers, with arguments.
fn called(home: &Home) -> Gateway {
    let gateway = home.up(&["--strict-log", "--log-payloads"]);
    let endpoint = gateway.endpoint().named("Ada's client");
    endpoint.result("get_book", json!({ "id": 1 }));
    endpoint.call("get_book", json!({ "id": "one" }));
    endpoint.result("list_orders", json!({}));
    gateway
}

fn list(home: &Home, options: &[&str]) -> Vec<Value> {
    let mut all = vec!["request", "list", "--json"];
    all.extend(options);
    parsed(&home.done(&all)).as_array().unwrap().clone()
}

fn tools(home: &Home, options: &[&str]) -> Vec<String> {
    let rows = list(home, options);
    rows.iter().map(|row| row["tool"].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn the_request_log_is_searched() {
    let home = Home::new();
    let gateway = called(&home);
    home.done(&["user", "create", "mia@example.com", "--role", "member"]);
    home.done(&["grant", "put", "mia@example.com", "all", "mcp:read"]);
    let (mia, token) = tokens::create(&home, &["--user", "mia@example.com"]);
    let endpoint = gateway.endpoint_for(&token);
    until("the grant is heard of", || (endpoint.status() == 200).then_some(()));
    endpoint.result("list_books", json!({}));

    assert_eq!(tools(&home, &["-n", "1"]), ["list_books"], "the newest first");
    assert_eq!(
        tools(&home, &["--client", "Ada's client"]),
        ["list_orders", "get_book", "get_book"]
    );
    assert_eq!(tools(&home, &["--outcome", "tool_error"]), ["get_book"]);
    assert_eq!(tools(&home, &["--outcome", "failed", "--server", "demo-bookshop"]), ["get_book"]);
    assert_eq!(tools(&home, &["--text", "ORDERS"]), ["list_orders"]);
    assert_eq!(tools(&home, &["--tool", "list_orders", "--method", "tools/call"]), ["list_orders"]);
    for who in [&mia, "mia@example.com"] {
        assert_eq!(tools(&home, &["--by", who, "--method", "tools/call"]), ["list_books"]);
    }
    assert_eq!(tools(&home, &["--test", "true"]), [""; 0]);
    assert_eq!(tools(&home, &["--to", "1h"]), [""; 0]);
    assert_eq!(tools(&home, &["--from", "1h", "--tool", "get_book"]).len(), 2);
    let table = home.done(&["request", "list"]);
    assert!(table.starts_with("ID") && table.contains("Ada's client"), "{table}");
    home.run(&["request", "list", "--from", "soon"]).refused(&["--from soon", "2h"]);
    home.run(&["request", "list", "--by", "eve"]).refused(&["no user eve", "mia@example.com"]);
}

#[test]
fn a_request_is_shown_as_it_was_and_as_it_would_be() {
    let home = Home::new();
    let gateway = called(&home);
    let good = list(&home, &["--tool", "get_book", "--outcome", "ok"])[0]["id"].clone();
    let good = good.as_str().unwrap();
    let row = parsed(&home.done(&["request", "get", good, "--json"]));
    assert_eq!(row["arguments"], r#"{"id":1}"#, "{row}");
    let curl = home.done(&["request", "curl", good]);
    let address = gateway.address.to_string();
    assert!(curl.contains("TOKEN") && curl.contains("/mcp/local/demo-bookshop"), "{curl}");
    assert!(curl.contains(&format!("{address}/demo/books/1")), "{curl}");
    let token = gateway.ready["token"].as_str().unwrap();
    assert!(!curl.contains(token), "{curl}");
    let replayed = parsed(&home.done(&["request", "replay", good, "--json"]));
    assert_eq!(replayed["planned"]["method"], "GET", "{replayed}");
    let bad = list(&home, &["--outcome", "tool_error"])[0]["id"].clone();
    let replayed = parsed(&home.done(&["request", "replay", bad.as_str().unwrap(), "--json"]));
    assert!(replayed["planned"].is_null() && replayed["errors"][0].is_string(), "{replayed}");
    let none = good.replace(|digit: char| digit.is_ascii_digit(), "0");
    home.run(&["request", "get", &none]).refused(&["no such"]);
}

#[test]
fn the_request_log_is_exported() {
    let home = Home::new();
    let _gateway = called(&home);
    let lines = home.done(&["request", "export", "--tool", "get_book"]);
    let rows: Vec<Value> = lines.lines().map(parsed).collect();
    let outcomes: Vec<&Value> = rows.iter().map(|row| &row["outcome"]).collect();
    assert_eq!(outcomes, ["ok", "tool_error"], "oldest first");
    let csv = home.done(&["request", "export", "--format", "csv"]);
    assert!(csv.starts_with("id,"), "{csv}");
    // A result may have lines of its own.
    assert_eq!(csv.lines().filter(|line| line.starts_with("req_")).count(), 3, "{csv}");
}

#[test]
fn usage_is_shown_by_names() {
    let home = Home::new();
    let _gateway = called(&home);
    let one = parsed(&home.done(&["usage", "--json"]));
    assert_eq!((&one[0]["calls"], &one[0]["failures"]), (&json!(3), &json!(1)), "{one}");
    let table = home.done(&["usage", "--by", "day,server,tool,token"]);
    let mut lines = table.lines();
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().take(5).collect();
    assert_eq!(head, ["DAY", "SERVER", "TOOL", "TOKEN", "CALLS"]);
    assert!(lines.all(|line| line.contains("demo-bookshop") && !line.contains("srv_")), "{table}");
    assert!(table.contains("get_book") && table.contains("list_orders"), "{table}");
    let book = ["usage", "--server", "demo-bookshop", "--tool", "get_book", "--json"];
    assert_eq!(parsed(&home.done(&book))[0]["calls"], 2);
    home.run(&["usage", "--from", "2026-13-01"]).refused(&["from"]);
    home.run(&["usage", "--server", "shop"]).refused(&["no MCP server shop", "demo-bookshop"]);
}
