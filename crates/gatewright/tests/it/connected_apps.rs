//! `serve --demo`: a customer with four connected apps, without a set-up, a network or anything that stays.

use crate::{
    binary::{Gateway, Home},
    mcp::Endpoint,
};
use serde_json::{Value, json};
use std::{fs, path::Path};

const APPS: [&str; 4] = ["gmail", "google-calendar", "google-docs", "tasks"];
/// Tools of the four apps.
const TOOLS: usize = 34;

impl Home {
    /// Starts the demo, which puts its folder into one of this home's.
    fn demo(&self, arguments: &[&str]) -> Gateway {
        let mut all = vec!["serve", "--demo", "--json", "--listen", "127.0.0.1:0"];
        all.extend_from_slice(arguments);
        let mut command = self.command(&all);
        fs::create_dir_all(self.path().join("tmp")).unwrap();
        command.env_remove("GATEWRIGHT_DATA_DIR").env("TMPDIR", self.path().join("tmp"));
        // What belongs to other data is left alone.
        command.env("GATEWRIGHT_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
        Gateway::ready(self, &mut command)
    }

    /// Files of the demo that are there.
    fn left(&self) -> usize {
        fs::read_dir(self.path().join("tmp")).unwrap().count()
    }
}

/// The tools of the apps; beside them are those that every customer has.
fn tools(endpoint: &Endpoint) -> Vec<String> {
    let mut names = endpoint.names();
    names.retain(|name| {
        APPS.iter().any(|app| name.strip_prefix(app).is_some_and(|rest| rest.starts_with('-')))
    });
    names
}

#[test]
fn one_line_says_where_and_nothing_stays() {
    let home = Home::new();
    let demo = home.demo(&[]);
    let ready = &demo.ready;
    let url = format!("http://{}", demo.address);
    assert_eq!(ready["mcp_url"], format!("{url}/mcp"));
    assert_eq!(ready["sse_url"], format!("{url}/sse"));
    assert_eq!(ready["apps"], json!(APPS));
    assert_eq!((&ready["customer"], &ready["tools"]), (&json!("demo"), &json!(TOOLS)));
    assert!(ready["token"].as_str().unwrap().starts_with("gwt_"), "{ready}");
    let folder = ready["data_dir"].as_str().unwrap().to_owned();
    assert!(Path::new(&folder).starts_with(home.path().join("tmp")), "{folder}");
    assert!(!home.data().exists(), "the data of others is not touched");

    let names = tools(&demo.endpoint());
    assert_eq!(names.len(), TOOLS);
    for tool in ["gmail-send-email", "gmail-read-email", "google-calendar-create-event"] {
        assert!(names.iter().any(|name| name == tool), "{tool} is not in {names:?}");
    }
    // The command line works on it while it serves.
    let customers = home.done(&["customer", "list", "--json", "--data-dir", &folder]);
    let customers: Value = serde_json::from_str(&customers).unwrap();
    assert_eq!((&customers[0]["key"], customers.as_array().unwrap().len()), (&json!("demo"), 1));
    assert_eq!(demo.stop(), "", "there is nothing on stdout but the one line");
    assert_eq!(home.left(), 0);
}

#[test]
fn apps_remember_until_the_end_and_no_longer() {
    let home = Home::new();
    let demo = home.demo(&[]);
    let mail =
        |demo: &Gateway| demo.endpoint().result("gmail-search-emails", json!({}))["total"].clone();
    assert_eq!(mail(&demo), 5);
    let new = json!({ "to": "ann@example.com", "subject": "Hi", "body": "Hello" });
    let sent = demo.endpoint().result("gmail-send-email", new);
    assert_eq!(mail(&demo), 6);
    let read = demo.endpoint().result("gmail-read-email", json!({ "id": sent["id"] }));
    assert_eq!((&read["body"], &read["from"]), (&json!("Hello"), &json!("ada@demo.example")));
    let refused = demo.endpoint().call("gmail-read-email", json!({ "id": "email-1" }));
    assert_eq!(refused["result"]["isError"], true, "{refused}");
    assert!(refused.to_string().contains("gmail-search-emails"), "{refused}");
    drop(demo);
    assert_eq!(mail(&home.demo(&[])), 5);
}

#[test]
fn with_a_folder_of_its_own_it_goes_on_with_the_same_token() {
    let home = Home::new();
    let folder = home.data();
    let arguments = ["serve", "--demo", "--json", "--listen", "127.0.0.1:0"];
    let start = || Gateway::ready(&home, &mut home.command(&arguments));
    let first = start();
    assert_eq!(first.ready["data_dir"], folder.to_str().unwrap());
    let token = first.ready["token"].as_str().unwrap().to_owned();
    assert_eq!(tools(&first.endpoint()).len(), TOOLS);
    first.stop();
    // The address and the secret of the apps are other ones now.
    let second = start();
    assert_eq!((&second.ready["token"], &second.ready["tools"]), (&Value::Null, &json!(TOOLS)));
    let again = second.endpoint_for(&token);
    assert_eq!(tools(&again).len(), TOOLS);
    assert_eq!(again.result("tasks-get-task", json!({ "task_id": "task-101" }))["id"], "task-101");
    second.stop();
}

#[test]
fn data_of_others_is_left_alone() {
    let home = Home::new();
    home.up(&[]).stop();
    let ended = home.run(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    assert!(!ended.status.success() && ended.stdout.is_empty(), "{ended:?}");
    for part in ["demo-bookshop", "not the demo's", "--data-dir"] {
        assert!(ended.stderr.contains(part), "{part} is not in {ended:?}");
    }
    assert_eq!(home.done(&["customer", "list", "--json"]), "[]\n");
}

#[test]
fn the_text_form_shows_how_to_connect() {
    let home = Home::new();
    let listen = crate::binary::free_address().to_string();
    let mut demo = home.serving(&mut home.command(&["serve", "--demo", "--listen", &listen]));
    let mut text = String::new();
    while !text.contains("Ctrl-C") {
        let line = demo.line();
        assert!(!line.is_empty(), "{text}");
        text.push_str(&line);
    }
    let url = format!("MCP URL  http://{listen}/mcp\n");
    for part in
        [url.as_str(), "gmail ", "13 tools", "ChatGPT", "Codex", "/mcp?token=gwt_", "cursor://"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    demo.stop();
}

#[test]
fn json_is_for_the_demo_alone() {
    let home = Home::new();
    let ended = home.run(&["serve", "--json"]);
    assert!(!ended.status.success() && ended.stderr.contains("--demo"), "{ended:?}");
}
