//! Customers, with the command line alone.

use crate::{binary::Home, tokens::parsed};

#[test]
fn customers_from_the_first_to_the_last() {
    let home = Home::new();
    drop(home.up(&[]));
    let metadata = r#"{"plan":"pro"}"#;
    home.done(&["customer", "create", "ada/1", "--name", "Ada", "--metadata", metadata]);
    home.done(&["customer", "create", "bob"]);
    let listed = home.done(&["customer", "list", "--search", "ADA"]);
    assert!(listed.contains("ada/1") && !listed.contains("bob"), "{listed}");
    home.done(&[
        "customer",
        "update",
        "ada/1",
        "--metadata",
        r#"{"seats":2}"#,
        "--disabled",
        "true",
    ]);
    let shown = parsed(&home.done(&["customer", "get", "ada/1", "--json"]));
    assert_eq!(shown["metadata"], serde_json::json!({"plan": "pro", "seats": 2}));
    assert_eq!((&shown["disabled"], &shown["name"]), (&true.into(), &"Ada".into()));
    let made = home.done(&["customer", "create-token", "ada/1", "--name", "one", "--json"]);
    assert_eq!(parsed(&made)["customer_id"], shown["id"]);
    home.done(&["customer", "delete", "ada/1"]);
    home.run(&["customer", "get", "ada/1"]).refused(&["no such customer"]);
    home.run(&["customer", "update", "bob"]).refused(&["say what to change"]);
}
