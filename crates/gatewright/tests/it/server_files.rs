//! `gatewright server export` and `gatewright server import`.

use crate::binary::Home;
use serde_json::Value;
use std::fs;

/// A data directory with a published server of every noun, and the text of its export.
fn exported(home: &Home) -> String {
    drop(home.up(&[]));
    home.done(&["server", "update", "demo-bookshop", "--instructions", "Be brief.\nBe kind."]);
    let settings = r#"{"arguments":{"id":{"fixed":7}}}"#;
    home.done(&["tool", "update", "demo-bookshop", "get_book", "--settings", settings]);
    let prompt = r#"{"name":"greet","messages":[{"role":"user","text":"Hello"}]}"#;
    home.done(&["prompt", "create", "demo-bookshop", prompt]);
    home.done(&["server", "export", "demo-bookshop"])
}

#[test]
fn a_server_goes_to_another_installation_and_comes_back_byte_for_byte() {
    let home = Home::new();
    let text = exported(&home);
    assert!(text.starts_with("gatewright: server/1\nslug: demo-bookshop\n"), "{text}");
    let file = home.path().join("bookshop.yaml");
    let path = file.to_str().unwrap();
    assert_eq!(home.done(&["server", "export", "demo-bookshop", "--output", path]), "");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);

    let elsewhere = Home::new();
    drop(elsewhere.up(&[]));
    elsewhere.done(&["server", "delete", "demo-bookshop"]);
    // A deleted server keeps its slug: it can be restored.
    elsewhere.run(&["server", "import", path]).refused(&["slug", "deleted"]);
    elsewhere.done(&["server", "purge", "demo-bookshop"]);
    elsewhere.done(&["server", "create", "Other"]);
    let made: Value =
        serde_json::from_str(&elsewhere.done(&["server", "import", path, "--json"])).unwrap();
    assert_eq!((&made["slug"], &made["enabled"]), (&"demo-bookshop".into(), &false.into()));
    assert_eq!(elsewhere.done(&["server", "export", "demo-bookshop"]), text);
    let renamed = text.replace("slug: demo-bookshop", "slug: second");
    elsewhere.done(&["server", "import", path, "--slug", "second"]);
    assert_eq!(elsewhere.done(&["server", "export", "second"]), renamed);
    // The draft of a server that is there, whose own slug stays.
    elsewhere.done(&["server", "import", path, "--into", "other"]);
    let other = elsewhere.done(&["server", "export", "other"]);
    assert_eq!(other, text.replace("slug: demo-bookshop", "slug: other"));
}

#[test]
fn a_file_that_cannot_be_taken_is_refused_with_its_line() {
    let home = Home::new();
    let text = exported(&home);
    let line = text.lines().position(|line| line.contains("action: get_book")).unwrap() + 1;
    let wrong = home.write("wrong.yaml", text.replace("action: get_book", "action: get_boot"));
    let place = format!("line {line}: the app has no action get_boot");
    home.run(&["server", "import", &wrong, "--slug", "x"]).refused(&["action", &place]);
    let torn = home.write("torn.yaml", "gatewright: server/1\nslug: [x\n");
    home.run(&["server", "import", &torn]).refused(&["document:3"]);
    home.run(&["server", "import", "nowhere.yaml"]).refused(&["nowhere.yaml", "check the path"]);
    let taken = home.write("taken.yaml", text);
    home.run(&["server", "import", &taken]).refused(&["slug", "another server"]);
    let unwritable = home.path().join("none/at/all.yaml");
    let output = unwritable.to_str().unwrap();
    home.run(&["server", "export", "demo-bookshop", "--output", output])
        .refused(&["all.yaml", "check the path"]);
}
