//! Limits through the control API, and what calls meet.

use crate::{
    api::{Api, problem},
    world::World,
};
use model::{Permission, Role};
use serde_json::{Value, json};
use std::time::Duration;

fn make(api: &Api<'_>, body: &Value) -> String {
    let made = api.post("/limits", body);
    assert_eq!(made.status, 201, "{made:?}");
    format!("/limits/{}", made.json()["id"].as_str().unwrap())
}

#[test]
fn a_limit_is_set_changed_and_removed() {
    let world = World::new();
    let api = world.full_api("local");
    let body = json!({"target": {"kind": "tool", "tool": "get_item"}, "calls": 10.0, "per": "minute", "burst": 5});
    let path = make(&api, &body);
    let read = api.get(&path);
    assert_eq!(read.header("etag"), Some("\"1\""));
    let json = read.json();
    assert_eq!(json["target"], json!({"kind": "tool", "tool": "get_item"}));
    assert_eq!(
        (&json["calls"], &json["mode"], &json["enabled"]),
        (&json!(10), &json!("hard"), &json!(true))
    );
    let quota = json!({"per": "month", "burst": null, "calls": 1_000, "mode": "soft"});
    let changed = api.patch(&path, &quota);
    assert_eq!((changed.status, &changed.json()["per"]), (200, &json!("month")), "{changed:?}");
    let late = api.send("PATCH", &path, &[("if-match", "\"1\"")], "{}");
    assert_eq!(problem(&late).0, 412);
    assert_eq!(api.get("/limits").json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.delete(&path).status, 204);
    assert_eq!(problem(&api.get(&path)).0, 404);

    let check = |change: Value, field: Option<&str>| {
        let mut body = json!({"target": {"kind": "account"}, "calls": 5, "per": "hour"});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (status, _, found) = problem(&api.post("/limits", &body));
        assert_eq!((status, found.as_deref()), (400, field), "{change}");
    };
    check(json!({"calls": 0}), Some("calls"));
    check(json!({"calls": 1_000_000_001}), Some("calls"));
    check(json!({"burst": 6}), Some("burst"));
    check(json!({"per": "day", "burst": 2}), Some("burst"));
    check(json!({"per": "week"}), Some("per"));
    check(json!({"name": "a\tb"}), Some("name"));
    check(json!({"target": {"kind": "account", "server": "x"}}), Some("target"));
    check(json!({"target": {"kind": "planet"}}), Some("target.kind"));
    let absent = |prefix: &str| format!("{prefix}_0190a5c2000070008000000000000000");
    for (kind, prefix) in [("server", "srv"), ("token", "tok"), ("user", "usr")] {
        let target = json!({"target": {"kind": kind, kind: absent(prefix)}});
        check(target, Some(&format!("target.{kind}")));
    }
    // An auditor sees limits, and sets none.
    let auditor = world.api("local", &[Permission::ReadLimits]);
    assert_eq!(auditor.get("/limits").status, 200);
    let body = json!({"target": {"kind": "account"}, "calls": 5, "per": "hour"});
    assert_eq!(problem(&auditor.post("/limits", &body)).0, 403);
}

#[test]
fn a_quota_refuses_with_words_that_a_model_understands() {
    let world = World::new();
    let api = world.full_api("local");
    let path = make(
        &api,
        &json!({"target": {"kind": "tool", "tool": "get_item"}, "calls": 2, "per": "day"}),
    );
    let call = || world.call("get_item", r#"{"id":"1"}"#);
    assert_eq!([call().status, call().status], [200, 200]);
    let refused = call();
    assert_eq!((refused.status, refused.code()), (429, Some(-31429)), "{refused:?}");
    let (error, wait) = (refused.json()["error"].clone(), refused.header("retry-after").unwrap());
    // The clock stands at 02:13:20 UTC.
    assert_eq!(wait, (86_400 - 8_000).to_string());
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("of this tool is used up: 2 calls per day"), "{message}");
    assert!(message.contains("Do not call again for 22 hours"), "{message}");
    let id = path.rsplit('/').next().unwrap();
    let data = json!({"limit": id, "calls": 2, "per": "day", "remaining": 0, "retry_after_seconds": 78_400});
    assert_eq!(error["data"], data);
    assert_eq!(world.api.hits(), 2);
    // In a session, and in each answer of a batch.
    let session = world.session("2025-03-26");
    let one = |id: u32, tool: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{"id":"1","text":"x"}}}}}}"#
        )
    };
    let single = world.legacy(Some(&session), "2025-03-26", &one(1, "get_item"));
    assert_eq!((single.status, single.code()), (429, Some(-31429)));
    assert!(single.header("retry-after").is_some());
    let batch = format!("[{},{}]", one(1, "get_item"), one(2, "echo"));
    let answers = world.legacy(Some(&session), "2025-03-26", &batch).json();
    assert_eq!(answers[0]["error"]["data"], data, "{answers}");
    assert!(answers[1]["result"].is_object(), "another tool has none: {answers}");
    // Raised, it holds at once; the next day it begins anew.
    assert_eq!(api.patch(&path, &json!({"calls": 3})).status, 200);
    assert_eq!([call().status, call().status], [200, 429]);
    world.pass(Duration::from_secs(78_400));
    assert_eq!(call().status, 200);
    // Turned off, it counts nothing.
    api.patch(&path, &json!({"enabled": false}));
    assert_eq!((0..5).map(|_| call().status).collect::<Vec<_>>(), [200; 5]);
}

#[test]
fn each_token_and_each_user_has_a_count_of_its_own() {
    let world = World::new();
    let api = world.full_api("local");
    let (user, member) = world.api_of("local", "ada@example.com", Role::Manager);
    let scope = json!({"servers": "all", "tools": "all", "read_only": false});
    let token = |api: &Api<'_>| {
        let made = api.post("/tokens", &json!({"name": "x", "scope": scope}));
        made.json()["token"].as_str().unwrap().to_owned()
    };
    let call = |token: &str| {
        let params = r#""name":"get_item","arguments":{"id":"1"}"#;
        world.modern(token, "tools/call", params).status
    };
    let each = make(&api, &json!({"target": {"kind": "token"}, "calls": 1, "per": "hour"}));
    let (one, other) = (token(&api), token(&api));
    assert_eq!([call(&one), call(&one), call(&other), call(&other)], [200, 429, 200, 429]);
    api.delete(&each);
    assert_eq!(call(&one), 200);
    // A user's tokens count together.
    make(
        &api,
        &json!({"target": {"kind": "user", "user": user.to_string()}, "calls": 2, "per": "month"}),
    );
    let (first, second) = (token(&member), token(&member));
    assert_eq!([call(&first), call(&second), call(&first), call(&second)], [200, 200, 429, 429]);
    assert_eq!(call(&one), 200);
    // A hard limit on the account takes from nobody else's.
    make(&api, &json!({"target": {"kind": "account"}, "calls": 1, "per": "hour"}));
    assert_eq!([call(&one), call(&other)], [200, 429]);
}

#[test]
fn a_soft_limit_lets_through_and_is_seen_in_the_usage() {
    let world = World::new();
    let api = world.full_api("local");
    make(&api, &json!({"target": {"kind": "server"}, "calls": 1, "per": "day", "mode": "soft"}));
    for _ in 0..3 {
        assert_eq!(world.call("get_item", r#"{"id":"1"}"#).status, 200);
    }
    world.logged(3);
    let usage = api.get("/usage").json();
    assert_eq!(
        (&usage["items"][0]["calls"], &usage["items"][0]["over_soft_limit"]),
        (&json!(3), &json!(2)),
        "{usage}"
    );
}
