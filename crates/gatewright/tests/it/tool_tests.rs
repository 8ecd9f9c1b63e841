//! `gatewright server test`, `tool test` and `test-case run`, on a data directory and against a server that runs.

use crate::{binary::Home, tokens};
use serde_json::{Value, json};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

/// Rows of the request log that are marked as tests: tool and outcome, oldest first.
fn tests(home: &Home) -> Vec<(String, String)> {
    let page = json(&home.done(&["api", "get", "/requests?test=true&order=oldest"]));
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = page["items"].as_array().unwrap();
    rows.iter().map(|row| (text(row, "tool"), text(row, "outcome"))).collect()
}

#[test]
fn a_draft_is_tried_on_the_data_directory_and_over_the_api() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let address = gateway.address.to_string();
    let settings = r#"{"arguments":{"id":{"rename":"book"}},"projection":["title"]}"#;
    let shop = "demo-bookshop";
    home.done(&["tool", "update", shop, "get_book", "--name", "book", "--settings", settings]);
    let listed = home.done(&["server", "test", shop]);
    assert!(listed.contains("book ") && !listed.contains("get_book"), "{listed}");
    let published = home.done(&["server", "test", shop, "--published"]);
    assert!(published.contains("get_book"), "{published}");

    // In this process, which calls private addresses only where it is told to.
    let book = ["tool", "test", shop, "book", "--arguments", r#"{"book":1}"#];
    let kept = home.run(&book);
    assert!(!kept.status.success() && kept.stdout.contains("private"), "{kept:?}");
    let told = [&book[..], &["--allow-address", &address]].concat();
    let called = json(&home.done(&told));
    assert_eq!(called.as_object().unwrap().keys().collect::<Vec<_>>(), ["title"]);
    let whole = json(&home.done(&[&told[..], &["--json"]].concat()));
    assert_eq!((&whole["structured"], &whole["is_error"]), (&called, &json!(false)));

    // In the process that serves, with a token that may.
    let (_, token) = tokens::create(&home, &["--role", "manager"]);
    let url = format!("http://{address}");
    let remote =
        |arguments: &[&str]| home.run(&[arguments, &["--url", &url, "--token", &token]].concat());
    let called =
        remote(&["tool", "test", shop, "get_book", "--arguments", r#"{"id":1}"#, "--published"]);
    assert!(called.status.success() && called.stdout.contains("author"), "{called:?}");
    remote(&["tool", "test", shop, "none"]).refused(&["unknown tool"]);
    let wrong = remote(&["tool", "test", shop, "book"]);
    assert!(!wrong.status.success() && wrong.stdout.contains("book"), "{wrong:?}");
    assert_eq!(wrong.stderr, "gatewright: the call ended with an error\n");
    let (_, auditor) = tokens::create(&home, &["--role", "auditor"]);
    home.run(&[&book[..], &["--url", &url, "--token", &auditor]].concat())
        .refused(&["servers:test"]);
    drop(gateway);

    let expected = [
        ("book", "tool_error"),
        ("book", "ok"),
        ("book", "ok"),
        ("get_book", "ok"),
        ("none", "error"),
        ("book", "tool_error"),
    ];
    assert_eq!(tests(&home), expected.map(|(tool, ended)| (tool.to_owned(), ended.to_owned())));
}

#[test]
fn test_cases_are_kept_and_run_together() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let address = gateway.address.to_string();
    let tool = ["demo-bookshop", "get_book"];
    let case = |verb: &str, more: &[&str]| {
        home.run(&[&["test-case", verb][..], &tool, more, &["--allow-address", &address]].concat())
    };
    assert!(case("run", &[]).status.success(), "there is none to fail");
    assert!(case("create", &["first", r#"{"id":1}"#]).status.success());
    let ran = case("run", &["first"]);
    assert!(ran.status.success() && ran.stdout.contains("200"), "{ran:?}");
    assert!(case("create", &["absent", r#"{"id":999}"#]).status.success());
    let listed = case("list", &[]).stdout;
    assert!(listed.contains("first") && listed.contains("999"), "{listed}");
    let ran = case("run", &["--published", "--json"]);
    assert_eq!(ran.stderr, "gatewright: 1 of 2 ended with an error\n");
    let runs = json(&ran.stdout);
    let seen = |at: usize| (&runs[at]["name"], &runs[at]["result"]["upstream"]["status"]);
    assert_eq!(
        (seen(0), seen(1)),
        ((&json!("first"), &json!(200)), (&json!("absent"), &json!(404)))
    );
    case("run", &["second"]).refused(&["no test case second", "first, absent"]);
    assert!(case("delete", &["absent"]).status.success());
    assert!(case("run", &[]).status.success());
    assert_eq!(tests(&home).len(), 4);
}
