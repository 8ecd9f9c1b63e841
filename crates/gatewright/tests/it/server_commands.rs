//! `gatewright server`, `tool`, `prompt`, `resource` and `resource-template`: from a draft to what clients see, and back.

use crate::binary::{Gateway, Home, until};
use serde_json::{Value, json};

const SHOP: &str = "demo-bookshop";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

/// What a command prints with `--json`.
fn done(home: &Home, arguments: &[&str]) -> Value {
    json(&home.done(&[arguments, &["--json"]].concat()))
}

/// Waits until the process that serves has heard of what a command did.
fn names(gateway: &Gateway, (path, token): (&str, &str), expected: &[&str]) {
    let endpoint = gateway.endpoint_at(path, token);
    until(&format!("{path} has the tools {expected:?}"), || {
        let seen = (endpoint.status() == 200).then(|| endpoint.names())?;
        (seen == expected).then_some(())
    });
}

fn status(gateway: &Gateway, (path, token): (&str, &str), expected: u16) {
    let endpoint = gateway.endpoint_at(path, token);
    until(&format!("{path} answers {expected}"), || (endpoint.status() == expected).then_some(()));
}

#[test]
fn a_draft_is_made_shaped_published_rolled_back_and_turned_off() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let made = done(&home, &["server", "create", "Sales desk", "--description", "Sells."]);
    assert_eq!((&made["slug"], &made["enabled"]), (&json!("sales-desk"), &json!(false)));
    let (_, token) = crate::tokens::create(&home, &[]);
    let at = ("/mcp/local/sales-desk", token.as_str());
    let renamed = ("/mcp/local/desk", token.as_str());
    home.run(&["server", "publish", "sales-desk"]).refused(&["no tool that is on"]);
    home.run(&["server", "enable", "sales-desk"]).refused(&["publish at least one tool first"]);

    home.done(&["tool", "add", "sales-desk", SHOP, "get_book"]);
    home.done(&["tool", "add", "sales-desk", SHOP, "place_order", "--name", "order"]);
    let settings = r#"{"arguments":{"copies":{"fixed":1},"book_id":{"rename":"book"},
        "note":{"hidden":true}},"projection":["title","total"]}"#;
    home.done(&["tool", "update", "sales-desk", "order", "--settings", settings]);
    let file = home.write("settings.json", r#"{"title":"A book"}"#);
    let shaped = ["tool", "update", "sales-desk", "get_book", "--name", "book", "--settings"];
    home.done(&[&shaped[..], &[&format!("@{file}")]].concat());
    let order = done(&home, &["tool", "get", "sales-desk", "order"]);
    let seen: Vec<_> =
        order["offered"]["input_schema"]["properties"].as_object().unwrap().keys().collect();
    assert_eq!(seen, ["book"], "{order}");
    let table = home.done(&["tool", "list", "sales-desk"]);
    assert!(table.starts_with("NAME") && table.contains("place_order"), "{table}");
    let diff = done(&home, &["server", "diff", "sales-desk"]);
    assert_eq!((&diff["added"], &diff["version"]), (&json!(["book", "order"]), &Value::Null));

    let published = home.done(&["server", "publish", "sales-desk", "--note", "the first"]);
    assert!(published.contains("the first"), "{published}");
    home.run(&["server", "publish", "sales-desk"]).refused(&["published already"]);
    home.done(&["server", "enable", "sales-desk"]);
    names(&gateway, at, &["book", "order", "read_result"]);
    let endpoint = gateway.endpoint_at(at.0, at.1);
    let ordered = endpoint.result("order", json!({ "book": 2 }));
    assert_eq!(ordered, json!({ "title": "A Pattern Language", "total": 58.5 }));

    home.done(&["tool", "remove", "sales-desk", "order"]);
    let diff = done(&home, &["server", "diff", "sales-desk"]);
    assert_eq!((&diff["removed"], &diff["breaking"]), (&json!(["order"]), &json!(true)));
    names(&gateway, at, &["book", "order", "read_result"]);
    home.done(&["server", "publish", "sales-desk"]);
    names(&gateway, at, &["book", "read_result"]);
    let versions = home.done(&["server", "versions", "sales-desk"]);
    assert!(versions.lines().count() == 3 && versions.contains("the first"), "{versions}");
    home.run(&["server", "rollback", "sales-desk", "7"]).refused(&["no such version"]);
    let again = done(&home, &["server", "rollback", "sales-desk", "1", "--note", "oops"]);
    assert_eq!((&again["version"], &again["rolled_back_to"]), (&json!(3), &json!(1)));
    names(&gateway, at, &["book", "order", "read_result"]);

    home.done(&["server", "update", "sales-desk", "--read-only", "true", "--slug", "desk"]);
    names(&gateway, renamed, &["book", "read_result"]);
    names(&gateway, at, &["book", "read_result"]);
    home.done(&["server", "disable", "desk"]);
    status(&gateway, renamed, 404);
}

#[test]
fn a_server_is_cloned_deleted_restored_and_purged() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let at = ("/mcp/local/demo-bookshop", gateway.ready["token"].as_str().unwrap());
    let clone = done(&home, &["server", "clone", SHOP, "--name", "Second shop"]);
    assert_eq!(
        (&clone["slug"], &clone["name"]),
        (&json!("demo-bookshop-2"), &json!("Second shop"))
    );
    assert_eq!((&clone["tool_count"], &clone["enabled"]), (&json!(6), &json!(false)));
    let said = home.done(&["server", "delete", SHOP]);
    assert!(said.contains("gatewright server restore demo-bookshop"), "{said}");
    status(&gateway, at, 404);
    assert!(!home.done(&["server", "list"]).contains("demo-bookshop "));
    assert!(home.done(&["server", "list", "--deleted"]).contains("demo-bookshop "));
    let unknown = home.run(&["server", "get", SHOP]);
    unknown.refused(&["no MCP server demo-bookshop", "demo-bookshop-2"]);
    home.done(&["server", "restore", SHOP]);
    home.run(&["server", "restore", SHOP]).refused(&["no deleted MCP server"]);
    home.done(&["server", "enable", SHOP]);
    status(&gateway, at, 200);
    home.run(&["server", "purge", "demo-bookshop-2"]).refused(&["no deleted MCP server"]);
    home.done(&["server", "delete", "demo-bookshop-2"]);
    home.done(&["server", "purge", "demo-bookshop-2"]);
    assert_eq!(done(&home, &["server", "list", "--deleted"]), json!([]));
    assert_eq!(done(&home, &["server", "list", "--search", "shop"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_draft_has_prompts_resources_and_templates() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let app = done(&home, &["app", "list"])[0]["id"].clone();
    let template = json!({"name": "books", "uri_template": "books://{id}", "app": app,
        "action": "get_book"});
    let file = home.write("template.json", template.to_string());
    let parts = [
        (
            "prompt",
            "greet",
            r#"{"name":"greet","messages":[{"role":"user","text":"Hello"}]}"#.to_owned(),
        ),
        (
            "resource",
            "terms",
            r#"{"name":"terms","uri":"docs://terms","content":{"text":"Pay."}}"#.to_owned(),
        ),
        ("resource-template", "books", format!("@{file}")),
    ];
    for (noun, name, definition) in &parts {
        home.done(&[noun, "create", SHOP, definition]);
        home.run(&[noun, "create", SHOP, definition]).refused(&["choose another"]);
        home.done(&[noun, "update", SHOP, name, r#"{"title":"A title"}"#]);
        let got = done(&home, &[noun, "get", SHOP, name]);
        assert_eq!((&got["name"], &got["title"]), (&json!(name), &json!("A title")), "{noun}");
        let table = home.done(&[noun, "list", SHOP]);
        assert!(table.contains(name) && table.contains("A title"), "{table}");
        home.run(&[noun, "get", SHOP, "none"]).refused(&["no such"]);
    }
    let diff = done(&home, &["server", "diff", SHOP]);
    for member in ["prompts", "resources", "resource_templates"] {
        assert_eq!(diff[member]["added"].as_array().unwrap().len(), 1, "{member}: {diff}");
    }
    home.done(&["server", "publish", SHOP]);
    let endpoint = gateway.endpoint();
    until("the resource is read", || {
        let reply = endpoint.request("resources/read", json!({ "uri": "docs://terms" }));
        (reply.json()["result"]["contents"][0]["text"] == "Pay.").then_some(())
    });
    let read = endpoint.request("resources/read", json!({ "uri": "books://2" })).json();
    assert!(read.to_string().contains("A Pattern Language"), "{read}");
    for (noun, name, _) in &parts {
        home.done(&[noun, "delete", SHOP, name]);
        assert_eq!(done(&home, &[noun, "list", SHOP]), json!([]), "{noun}");
    }
}

#[test]
fn how_clients_connect_is_said_as_at_the_start() {
    let home = Home::new();
    let listen = crate::binary::free_address().to_string();
    let mut gateway = home.serving(&mut home.command(&["up", "--listen", &listen]));
    let mut started = String::new();
    while !started.contains("Ctrl-C") {
        started.push_str(&gateway.line());
    }
    let token = started.lines().find_map(|line| line.strip_prefix("Token    "));
    let token = token.unwrap().to_owned();
    home.done(&["server", "update", SHOP, "--host-name", "crm.example.com"]);
    home.run(&["server", "connect", SHOP]).refused(&["--public-url"]);
    let url = format!("http://{listen}");
    let (_, manager) = crate::tokens::create(&home, &["--role", "manager"]);
    let local = home.done(&["server", "connect", SHOP, "--public-url", &url]);
    let remote = home.done(&["server", "connect", SHOP, "--url", &url, "--token", &manager]);
    assert_eq!(local, remote);
    let (_, pasted) = local.split_once("\n\n").unwrap();
    // A link holds the token in a form of its own.
    let without_links = |text: &str| {
        let is_link = |line: &&str| line.starts_with("  cursor:") || line.starts_with("  vscode:");
        text.lines().filter(|line| !is_link(line)).collect::<Vec<_>>().join("\n")
    };
    let started = without_links(&started);
    let pasted = without_links(pasted).trim_end().replace("YOUR_TOKEN", &token);
    assert!(started.contains(&pasted), "{started}\n---\n{pasted}");
    let own =
        home.done(&["server", "connect", SHOP, "--public-url", &url, "--host", "crm.example.com"]);
    let port = listen.rsplit(':').next().unwrap();
    assert!(
        own.contains(&format!("--transport http demo-bookshop http://crm.example.com:{port}/mcp ")),
        "{own}"
    );
    home.run(&["server", "connect", SHOP, "--public-url", &url, "--host", "other.example.com"])
        .refused(&["no host name other.example.com"]);
}
