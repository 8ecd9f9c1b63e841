//! `up` once more: it finds its own work, and changes nothing but what changed in the description.

use crate::{
    api::{Api, DESCRIPTION},
    binary::{Home, free_address},
};
use serde_json::{Value, json};
use store::{AuditFilter, AuditFrom, DataDir, Database, KeySource, Store};

/// The number of changes so far, and the audit log. Links for the first owner are left out: each start makes one, until there is
/// an owner.
fn changes(home: &Home) -> (i64, Vec<(String, String)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = DataDir::existing(&home.data()).unwrap();
        let database = Database::Sqlite(dir.clone());
        let (store, _) = Store::open(&dir, &database, &KeySource::File, [0; 32]).await.unwrap();
        let account = store
            .account_by_alias(&"local".parse().unwrap(), model::Timestamp::now())
            .await
            .unwrap()
            .unwrap();
        let (all, from) = (AuditFilter::default(), AuditFrom::After(0));
        let rows = store.audit_entries(Some(account.id), &all, from, 1_000).await.unwrap();
        let (links, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.event == "link.create");
        let rows = rows.into_iter().map(|row| (row.event, row.object)).collect();
        let found = (store.epoch().await.unwrap() - i64::try_from(links.len()).unwrap(), rows);
        store.close().await;
        found
    })
}

fn events(log: &[(String, String)]) -> Vec<&str> {
    log.iter().map(|(event, _)| event.as_str()).collect()
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    let home = Home::new();
    let listen = free_address().to_string();
    for arguments in [vec!["--listen", &listen], vec!["--listen", &listen, "--json"]] {
        // The demo first, then a file: each is published once.
        let file = home.write("ledger.yaml", DESCRIPTION);
        for description in [None, Some(file.as_str())] {
            let first = start(&home, description, &listen);
            let (url, tools) = (first.0["mcp_url"].clone(), first.1);
            let before = changes(&home);
            let second = start(&home, description, &listen);
            assert_eq!((&second.0["mcp_url"], &second.0["token"]), (&url, &Value::Null));
            assert_eq!(second.0["tools"], tools);
            assert_eq!(changes(&home), before, "{arguments:?} {description:?}");
        }
    }
    assert_eq!(
        events(&changes(&home).1),
        ["account.create", "server.publish", "token.create", "server.publish", "token.create"]
    );
}

/// One run of `up --json`, to its end by SIGTERM: the ready line and the number of its tools.
fn start(home: &Home, description: Option<&str>, listen: &str) -> (Value, Value) {
    let mut arguments: Vec<&str> = description.into_iter().collect();
    arguments.extend(["--listen", listen]);
    let gateway = home.up(&arguments);
    let ready = gateway.ready.clone();
    gateway.stop();
    (ready.clone(), ready["tools"].clone())
}

#[test]
fn only_what_changed_in_the_description_changes() {
    let home = Home::new();
    let api = Api::start();
    let file = home.write("ledger.yaml", DESCRIPTION);
    let listen = free_address().to_string();
    let base = api.base();
    let arguments =
        [file.as_str(), "--listen", &listen, "--base-url", &base, "--allow-private-networks"];
    let first = home.up(&arguments);
    let token = first.ready["token"].as_str().unwrap().to_owned();
    let tools = first.endpoint().tools();
    assert_eq!(first.endpoint().names(), ["echo", "wait", "add_note"]);
    first.stop();

    let said = |expected: &str| {
        let mut all = vec!["up"];
        all.extend(arguments);
        let mut gateway = home.serving(&mut home.command(&all));
        let mut text = String::new();
        while !text.contains("Ctrl-C") {
            text.push_str(&gateway.line());
        }
        assert!(text.contains(expected), "{expected} is not in {text}");
        assert!(!text.contains("gwt_"), "the token is shown once: {text}");
        let endpoint = gateway.endpoint_at("/mcp/local/ledger", &token);
        let tools = endpoint.tools();
        assert_eq!(endpoint.result("echo", json!({ "text": "a" }))["target"], "/echo?text=a");
        gateway.stop();
        tools
    };
    assert_eq!(said("Nothing has changed since it was last published."), tools);

    // Another summary: one tool differs, and the others are what they were.
    home.write("ledger.yaml", DESCRIPTION.replace("Adds a note", "Adds a short note"));
    let changed = said("Published: 0 tools new, 1 changed, 0 removed.");
    assert_eq!(changed[..2], tools[..2]);
    assert!(changed[2].to_string().contains("Adds a short note"), "{changed:?}");

    // One operation less.
    let (before, _) = DESCRIPTION.split_once("  /notes:").unwrap();
    home.write("ledger.yaml", before);
    assert_eq!(said("Published: 0 tools new, 0 changed, 1 removed."), tools[..2]);

    // And back again.
    home.write("ledger.yaml", DESCRIPTION);
    assert_eq!(said("Published: 1 tools new, 0 changed, 0 removed."), tools);
    assert_eq!(said("Nothing has changed since it was last published."), tools);
    let log = changes(&home).1;
    assert_eq!(events(&log).iter().filter(|event| **event == "server.publish").count(), 4);
    assert_eq!(events(&log).iter().filter(|event| **event == "token.create").count(), 1);
}

#[test]
fn a_client_that_listens_is_told_of_the_change_by_the_next_process() {
    let home = Home::new();
    let file = home.write("ledger.yaml", DESCRIPTION);
    let listen = free_address().to_string();
    let mut first = home.up(&[&file, "--listen", &listen]);
    let endpoint = first.endpoint();
    let mut stream = endpoint.listen();
    first.signal("TERM");
    // The stream ends with its result, so that the client knows to come again.
    let last = stream.next().unwrap();
    assert_eq!(last["result"]["resultType"], "complete", "{last}");
    assert!(stream.next().is_none());
    assert_eq!(first.wait().code(), Some(0));
    home.write("ledger.yaml", DESCRIPTION.replace("operationId: wait", "operationId: hold"));
    let second = home.up(&[&file, "--listen", &listen]);
    assert_eq!(second.endpoint_for("x").status(), 401);
    assert_eq!(endpoint.names(), ["echo", "hold", "add_note"]);
}
