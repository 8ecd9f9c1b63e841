//! `gatewright limit` beside a server that runs.

use crate::{
    binary::{Home, until},
    tokens::{self, parsed},
};
use serde_json::{Value, json};

fn create(home: &Home, options: &[&str]) -> Value {
    let mut all = vec!["limit", "create", "--json"];
    all.extend(options);
    parsed(&home.done(&all))
}

#[test]
fn a_quota_of_a_tool_holds_until_it_is_raised() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let limit = create(
        &home,
        &["--server", "demo-bookshop", "--tool", "list_books", "--calls", "1", "--per", "day"],
    );
    let id = limit["id"].as_str().unwrap();
    let endpoint = gateway.endpoint();
    let status = |tool: &str| {
        endpoint.request("tools/call", json!({ "name": tool, "arguments": {} })).status
    };
    // The server that runs hears of each change within a second.
    until("the quota is used up", || (status("list_books") == 429).then_some(()));
    assert_eq!(status("list_orders"), 200);
    let raised = parsed(
        &home.done(&["limit", "update", id, "--calls", "1000000", "--name", "books", "--json"]),
    );
    assert_eq!((&raised["calls"], &raised["name"]), (&json!(1_000_000), &json!("books")));
    assert_eq!(parsed(&home.done(&["limit", "get", id, "--json"])), raised);
    until("the quota is raised", || (status("list_books") == 200).then_some(()));
    let table = home.done(&["limit", "list"]);
    assert!(table.starts_with("ID") && table.contains("books"), "{table}");
    home.done(&["limit", "delete", id]);
    assert_eq!(home.done(&["limit", "list", "--json"]), "[]\n");
}

#[test]
fn everything_can_be_limited() {
    let home = Home::new();
    drop(home.up(&[]));
    home.done(&["user", "create", "mia@example.com", "--role", "member"]);
    let (token, _) = tokens::create(&home, &[]);
    let target = |options: &[&str]| {
        let mut all = vec!["--calls", "5", "--per", "minute", "--burst", "2", "--soft"];
        all.extend(options);
        let limit = create(&home, &all);
        assert_eq!((&limit["mode"], &limit["burst"]), (&json!("soft"), &json!(2)), "{limit}");
        limit["target"].clone()
    };
    assert_eq!(target(&[]), json!({ "kind": "account" }));
    assert_eq!(target(&["--of-token", &token]), json!({ "kind": "token", "token": token }));
    for each in ["server", "token", "user", "tool"] {
        assert_eq!(target(&["--each", each]), json!({ "kind": each }));
    }
    let server = target(&["--server", "demo-bookshop"]);
    assert_eq!(server["kind"], "server");
    let id = &server["server"];
    assert_eq!(
        target(&["--each", "tool", "--server", "demo-bookshop"]),
        json!({ "kind": "tool", "server": id })
    );
    assert_eq!(target(&["--tool", "get_book"]), json!({ "kind": "tool", "tool": "get_book" }));
    assert_eq!(target(&["--user", "mia@example.com"])["kind"], "user");
}

#[test]
fn a_limit_that_cannot_be_says_why() {
    let home = Home::new();
    drop(home.up(&[]));
    let refused = |options: &[&str], words: &[&str]| {
        let mut all = vec!["limit", "create", "--per", "day", "--calls"];
        all.extend(options);
        home.run(&all).refused(words);
    };
    refused(&["0"], &["calls"]);
    refused(&["5", "--server", "shop"], &["no MCP server shop", "demo-bookshop"]);
    refused(&["5", "--burst", "2"], &["burst"]);
    home.run(&["limit", "update", "lim_x"]).refused(&["say what to change"]);
    let both = home
        .run(&["limit", "create", "--calls", "5", "--per", "day", "--each", "user", "--tool", "x"]);
    assert!(!both.status.success() && both.stderr.contains("cannot be used with"), "{both:?}");
}
