//! `gatewright audit verify`.

use crate::{binary::Home, tokens};
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
