//! `gatewright audit`.

use crate::{
    binary::Home,
    tokens::{self, parsed},
};
use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

/// What somebody can do with the file.
fn edit(home: &Home, sql: &'static str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(home.data().join("gatewright.db"));
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn an_edit_by_hand_is_named() {
    let home = Home::new();
    let mut gateway = home.up(&[]);
    tokens::create(&home, &[]);
    gateway.signal("TERM");
    gateway.wait();
    let log = home.write("server.log", gateway.log());
    let clean = home.done(&["audit", "verify"]);
    assert!(clean.contains("local: 5 rows, intact"), "{clean}");
    assert!(clean.contains("the installation: 0 rows, intact"), "{clean}");
    let anchored = home.done(&["audit", "verify", "--json", "--checkpoint", &log]);
    assert!(anchored.contains(r#"{"account":"local","intact":true,"rows":5}"#), "{anchored}");
    let none = home.write("none.log", "{\"message\":\"serving\"}\n");
    let refused = home.run(&["audit", "verify", "--checkpoint", &none]);
    refused.refused(&["there is no checkpoint"]);

    edit(
        &home,
        "drop trigger audit_row_no_update; update audit_row set actor_name = 'somebody' where seq = 3",
    );
    let found = home.run(&["audit", "verify"]);
    assert_eq!(found.status.code(), Some(1), "{found:?}");
    assert!(found.stdout.contains("local: row 3 was altered"), "{found:?}");
    let found = home.run(&["audit", "verify", "--json"]);
    assert!(found.stdout.contains(r#""seq":3,"fault":"was altered""#), "{found:?}");
}

#[test]
fn an_account_that_is_gone_with_its_log_is_missed() {
    let home = Home::new();
    let mut gateway = home.up(&[]);
    gateway.signal("TERM");
    gateway.wait();
    let log = home.write("server.log", gateway.log());
    edit(
        &home,
        "pragma foreign_keys = off; \
         drop trigger audit_row_no_delete; drop trigger audit_checkpoint_no_delete; \
         delete from audit_row; delete from audit_head; delete from audit_checkpoint; delete from account",
    );
    home.done(&["audit", "verify"]);
    let found = home.run(&["audit", "verify", "--checkpoint", &log]);
    assert!(
        !found.status.success() && found.stdout.contains(": row 1 and all after it"),
        "{found:?}"
    );
}

#[test]
fn the_audit_log_is_searched_and_exported() {
    let home = Home::new();
    let _gateway = home.up(&[]);
    let (token, _) = tokens::create(&home, &[]);
    let rows = |options: &[&str]| {
        let mut all = vec!["audit", "list", "--json"];
        all.extend(options);
        parsed(&home.done(&all)).as_array().unwrap().clone()
    };
    let made = rows(&["--event", "token.create", "--object", &token]);
    assert_eq!((made.len(), &made[0]["actor_kind"]), (1, &"operator".into()), "{made:?}");
    assert_eq!(rows(&["-n", "1"]), made, "the newest first");
    assert_eq!(rows(&["--to", "1h"]).len(), 0);
    assert_eq!(rows(&["--from", "1h", "--actor", "operator"]).last().unwrap()["seq"], 1);
    let id = made[0]["id"].as_str().unwrap();
    let shown = parsed(&home.done(&["audit", "get", id, "--json"]));
    assert_eq!(shown["after"]["name"], "test", "{shown}");
    let table = home.done(&["audit", "list"]);
    assert!(table.starts_with("ROW") && table.contains("token.create"), "{table}");
    let lines = home.done(&["audit", "export", "--event", "token.create"]);
    let exported: Vec<Value> = lines.lines().map(parsed).collect();
    assert_eq!(exported.last().unwrap(), &shown, "oldest first");
    let csv = home.done(&["audit", "export", "--format", "csv"]);
    assert!(csv.starts_with("seq,"), "{csv}");
    home.run(&["audit", "list", "--from", "soon"]).refused(&["--from soon", "2h"]);
}

#[test]
fn a_checkpoint_is_verified_on_the_data_directory_and_over_the_api() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let checkpoint = home.write("checkpoint.json", home.done(&["audit", "checkpoint"]));
    let (_, token) = tokens::create(&home, &["--role", "auditor"]);
    let url = format!("http://{}", gateway.address);
    let remote = ["--url", &url, "--token", &token];
    let verify = |at: &[&str]| {
        let mut all = vec!["audit", "verify", "--checkpoint", &checkpoint];
        all.extend(at);
        home.run(&all)
    };
    assert!(verify(&[]).stdout.contains("local: 5 rows, intact"));
    assert_eq!(verify(&remote).stdout, "5 rows, intact\n");
    let none = home.write("none.json", "{}");
    let all =
        ["audit", "verify", "--checkpoint", &none, remote[0], remote[1], remote[2], remote[3]];
    home.run(&all).refused(&["no checkpoint of this account", "audit checkpoint"]);
    edit(
        &home,
        "drop trigger audit_row_no_update; update audit_row set event = 'nothing' where seq = 2",
    );
    let found = verify(&remote);
    assert_eq!((found.status.code(), found.stdout.as_str()), (Some(1), "row 2 was altered\n"));
    assert!(found.stderr.contains("restore a backup"), "{found:?}");
}
