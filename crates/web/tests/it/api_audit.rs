//! The audit log by the API.

use crate::{
    api::{Api, problem},
    world::{Reply, World},
};
use model::Permission;
use serde_json::{Value, json};
use std::time::Duration;

fn items(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["items"].as_array().unwrap().clone()
}

fn user(api: &Api<'_>, email: &str) -> Value {
    let made = api.post("/users", &json!({ "email": email, "role": "member" }));
    assert_eq!(made.status, 201, "{made:?}");
    let mut user = made.json();
    // It is shown once, and is no part of the user.
    user.as_object_mut().unwrap().remove("invitation").unwrap();
    user
}

#[test]
fn a_row_says_who_did_what_when_and_from_where() {
    let world = World::new();
    let api = world.full_api("local");
    let ada = user(&api, "ada@example.com");
    let path = format!("/users/{}", ada["id"].as_str().unwrap());
    world.pass(Duration::from_secs(5));
    let changed_at = world.now();
    assert_eq!(api.patch(&path, &json!({ "name": "Ada" })).status, 200);
    assert_eq!(api.delete(&path).status, 204);
    let rows = items(&api.get("/audit?limit=3"));
    let events: Vec<&str> = rows.iter().map(|row| row["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["user.delete", "user.update", "user.create"]);
    let (deleted, updated, created) = (&rows[0], &rows[1], &rows[2]);
    assert_eq!((created.get("before"), &created["after"]), (None, &ada));
    assert_eq!((&updated["before"], &updated["after"]["name"]), (&ada, &json!("Ada")));
    assert_eq!((&deleted["before"], deleted.get("after")), (&updated["after"], None));
    assert_eq!(updated["at"], changed_at.to_string());
    assert_eq!(updated["object"], ada["id"]);
    assert_eq!(
        (&updated["source"], &updated["via"], &updated["actor_kind"], &updated["actor_name"]),
        (&json!("127.0.0.1"), &json!("api"), &json!("token"), &json!("api test"))
    );
    let one = api.get(&format!("/audit/{}", updated["id"].as_str().unwrap()));
    assert_eq!(one.json(), *updated);
}

#[test]
fn a_search_is_narrowed_and_comes_in_pages() {
    let world = World::new();
    let api = world.full_api("local");
    let first = user(&api, "u0@example.com");
    world.pass(Duration::from_secs(60));
    let later = world.now();
    (1..5).for_each(|n| drop(user(&api, &format!("u{n}@example.com"))));
    let count = |query: &str| items(&api.get(&format!("/audit?limit=200&{query}"))).len();
    let all = count("");
    assert_eq!(count(&format!("from={later}")), 4);
    assert_eq!(count(&format!("to={later}")), all - 4);
    assert_eq!(count("event=user.create"), 5);
    assert_eq!(count("event=user.create&actor=operator"), 0);
    assert_eq!(count("event=user.create&actor=api+test"), 5);
    assert_eq!(count(&format!("object={}", first["id"].as_str().unwrap())), 1);
    let (mut seqs, mut path) = (Vec::new(), "/audit?limit=2".to_owned());
    loop {
        let page = api.get(&path);
        seqs.extend(items(&page).iter().map(|row| row["seq"].as_i64().unwrap()));
        let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { break };
        path = format!("/audit?limit=2&cursor={next}");
    }
    assert_eq!(seqs, (1..=i64::try_from(all).unwrap()).rev().collect::<Vec<_>>());
    for (query, field) in [
        ("limit=201", Some("limit")),
        ("cursor=x", Some("cursor")),
        ("from=soon", None),
        ("tool=x", None),
    ] {
        let (status, _, found) = problem(&api.get(&format!("/audit?{query}")));
        assert_eq!((status, found.as_deref()), (400, field), "{query}");
    }
    let long = "x".repeat(201);
    for field in ["actor", "event", "object"] {
        let found = problem(&api.get(&format!("/audit?{field}={long}")));
        assert_eq!(found, (400, "invalid".to_owned(), Some(field.to_owned())));
    }
}

#[test]
fn an_export_is_the_whole_log_in_both_forms() {
    let world = World::new();
    let api = world.full_api("local");
    for n in 0..210 {
        user(&api, &format!("u{n}@example.com"));
    }
    let lines = api.get("/audit/export?event=user.create");
    assert_eq!(lines.header("content-type"), Some("application/jsonl"));
    let rows: Vec<Value> =
        lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 210);
    assert_eq!(rows[209]["after"]["email"], "u209@example.com");
    let csv = api.get("/audit/export?format=csv&event=user.create").body;
    assert_eq!(csv.split("\r\n").count(), 212);
    assert!(csv.starts_with("seq,id,at,actor_kind,"), "{csv}");
    assert!(csv.contains(r#""{""id"":""usr_"#), "{csv}");
}

#[test]
fn a_checkpoint_that_is_kept_elsewhere_verifies_the_log_later() {
    let world = World::new();
    let api = world.full_api("local");
    let kept = api.get("/audit/checkpoint");
    assert_eq!(kept.status, 200, "{kept:?}");
    assert_eq!(api.get("/audit/checkpoint").json(), kept.json(), "nothing has changed since");
    let checkpoint = kept.json();
    let newest = items(&api.get("/audit?limit=1"))[0].clone();
    assert_eq!((&checkpoint["seq"], &checkpoint["hash"]), (&newest["seq"], &newest["hash"]));
    user(&api, "ada@example.com");
    let rows = newest["seq"].as_i64().unwrap() + 1;
    let later = api.get("/audit/checkpoint").json();
    assert_eq!(later["seq"], rows);
    for body in [json!({}), json!({ "checkpoint": checkpoint }), json!({ "checkpoint": later })] {
        let verdict = api.post("/audit/verify", &body);
        assert_eq!(verdict.status, 200, "{verdict:?}");
        assert_eq!(verdict.json(), json!({ "intact": true, "rows": rows }));
    }
    // One of another account, and ones that nobody signed.
    let other = world.full_api("other").get("/audit/checkpoint").json();
    let with = |name: &str, value: Value| {
        let mut bad = checkpoint.clone();
        bad[name] = value;
        bad
    };
    for bad in [
        other,
        with("seq", json!(1)),
        with("hash", json!("00")),
        with("at_ms", json!(i64::MAX)),
        with("at_ms", json!(0)),
        with("public_key", json!("00")),
        with("signature", json!("no hexadecimal")),
        with("signature", json!("0".repeat(1_000))),
    ] {
        let refused = problem(&api.post("/audit/verify", &json!({ "checkpoint": bad })));
        let code = "unknown_checkpoint".to_owned();
        assert_eq!(refused, (400, code, Some("checkpoint".into())), "{bad}");
    }
    let unknown = json!({ "checkpoint": with("more", json!(1)) });
    assert_eq!(problem(&api.post("/audit/verify", &unknown)).0, 400);
}

#[test]
fn nothing_changes_or_removes_a_row() {
    // C14
    let world = World::new();
    let api = world.full_api("local");
    let row = items(&api.get("/audit?limit=1"))[0].clone();
    let path = format!("/audit/{}", row["id"].as_str().unwrap());
    for method in ["PUT", "PATCH", "DELETE", "POST"] {
        for path in ["/audit", &path, "/audit/export", "/audit/checkpoint"] {
            let reply = api.send(method, path, &[("if-match", "*")], "{}");
            assert_eq!(
                problem(&reply),
                (405, "method_not_allowed".into(), None),
                "{method} {path}"
            );
        }
    }
    assert_eq!(items(&api.get("/audit?limit=1"))[0], row);
    let other = world.full_api("other");
    let absent = "/audit/aud_0190a5c2000070008000000000000000";
    assert_eq!(other.get(&path).body, other.get(absent).body);
    assert_eq!(problem(&other.get(&path)).0, 404);
    let requests = world.api("local", &[Permission::ReadRequests]);
    for path in ["/audit", "/audit/export", "/audit/checkpoint", &path] {
        assert_eq!(problem(&requests.get(path)).0, 403, "{path}");
    }
}
