//! `gatewright backup`, `restore` and `key`, beside a server that runs.

use crate::{
    api::{Api, DESCRIPTION},
    binary::{Home, until},
    crash::Random,
    tokens,
};
use serde_json::json;
use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

/// Rotations that are killed.
const KILLED: usize = 8;

#[test]
fn a_backup_of_a_running_server_is_restored_elsewhere() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let (kept, token) = tokens::create(&home, &[]);
    let url = gateway.ready["mcp_url"].as_str().unwrap().to_owned();
    let (_, path) = url.split_once("/mcp/").unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let endpoint = gateway.endpoint();
            while !stop.load(Ordering::SeqCst) {
                endpoint.names();
                tokens::create(&home, &[]);
            }
        });
        let said = home.done(&["backup", "kept"]);
        assert!(said.contains("keep that elsewhere"), "{said}");
        stop.store(true, Ordering::SeqCst);
    });
    home.run(&["backup", "kept"]).refused(&["there already"]);
    home.run(&["restore", "kept"]).refused(&["another gatewright process"]);
    gateway.stop();
    home.run(&["restore", "kept"]).refused(&["is not empty"]);

    // Without the key, or with another, nothing is restored and nothing is left.
    let there = |arguments: &[&str]| {
        let mut all = vec!["restore", "kept", "--data-dir", "elsewhere"];
        all.extend(arguments);
        home.run(&all)
    };
    there(&[]).refused(&["key is gone"]);
    let other = home.write("other", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    there(&["--key-file", &other]).refused(&["not the one"]);
    let names = || {
        let mut names: Vec<_> = fs::read_dir(home.path().join("elsewhere"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["lock"]);
    fs::copy(home.data().join("key"), home.path().join("elsewhere/key")).unwrap();
    let done = there(&[]);
    assert!(done.status.success() && done.stdout.contains("local: "), "{done:?}");
    assert_eq!(names(), ["gatewright.db", "key", "lock", "requests.db"]);

    // It serves what was there before the backup began.
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir", "elsewhere"];
    let restored = home.serving(&mut home.command(&serve));
    let list = home.done(&["token", "list", "--data-dir", "elsewhere"]);
    assert!(list.contains(&kept), "{list}");
    assert_eq!(restored.endpoint_at(&format!("/mcp/{path}"), &token).status(), 200);
    restored.stop();
    let verified = home.done(&["audit", "verify", "--data-dir", "elsewhere"]);
    assert!(verified.contains("the installation: 2 rows, intact"), "{verified}");
}

#[test]
fn a_server_goes_on_through_rotations_that_are_killed() {
    let home = Home::new();
    let api = Api::start();
    let file = home.write("ledger.yaml", DESCRIPTION);
    let base = api.base();
    let options =
        [&file, "--base-url", &base, "--allow-private-networks", "--header", "X-Key: canary"];
    let mut gateway = home.up(&options);
    let token = gateway.ready["token"].as_str().unwrap().to_owned();
    let endpoint = gateway.endpoint();
    let call = |text: &str| {
        endpoint.result("echo", json!({ "text": text }));
        assert_eq!(api.last().header("x-key"), Some("canary"), "{text}");
    };
    let mut random = Random::seeded();
    for round in 0..KILLED {
        let rotation = crate::binary::Gateway::begin(&home, &mut home.command(&["key", "rotate"]));
        thread::sleep(random.millis(1_500));
        rotation.kill();
        call(&format!("round {round}"));
        tokens::create(&home, &[]);
    }
    let said = home.done(&["key", "rotate"]);
    assert!(said.contains("Back up the key file"), "{said}");
    call("rotated");
    home.done(&["key", "retire"]);
    let keys = fs::read_to_string(home.data().join("key")).unwrap();
    assert_eq!(keys.split_whitespace().count(), 1);
    call("retired");
    // The server that saw it all changes things with the new key, and so does the next.
    let (_, new) = tokens::create(&home, &[]);
    until("the new token works", || (gateway.endpoint_for(&new).status() == 200).then_some(()));
    gateway.signal("TERM");
    gateway.wait();
    let listen = ["serve", "--listen", "127.0.0.1:0", "--allow-private-networks"];
    let next = home.serving(&mut home.command(&listen));
    next.endpoint_at("/mcp/local/ledger", &token).result("echo", json!({ "text": "next" }));
    assert_eq!(api.last().header("x-key"), Some("canary"));
    next.stop();
    home.done(&["audit", "verify"]);
}

#[test]
fn keys_from_the_environment_are_the_operator_s_to_change() {
    let home = Home::new();
    let old = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let new = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
    let with = |arguments: &[&str], keys: &str| {
        let mut command = home.command(arguments);
        home.finish(command.env("GATEWRIGHT_KEY", keys))
    };
    let mut up = home.command(&["up", "--json", "--listen", "127.0.0.1:0"]);
    let mut gateway = crate::binary::Gateway::begin(&home, up.env("GATEWRIGHT_KEY", old));
    assert!(gateway.wait_ready(), "{}", gateway.log());
    gateway.stop();
    with(&["key", "rotate"], old).refused(&["environment", "the new one first"]);
    let both = format!("{new} {old}");
    let done = with(&["key", "rotate"], &both);
    assert!(done.status.success() && done.stdout.contains("a new key is in use"), "{done:?}");
    assert!(with(&["token", "list"], new).status.success());
    with(&["token", "list"], old).refused(&["not the one"]);
    assert!(!home.data().join("key").exists());
}
