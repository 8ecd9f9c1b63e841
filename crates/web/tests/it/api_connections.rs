use crate::{
    api::{Api, problem},
    world::{CREDENTIAL, World},
};
use serde_json::{Value, json};

fn app(api: &Api<'_>, world: &World) -> Value {
    let base = format!("http://{}", world.api.address);
    let made = api.post("/apps", &json!({"kind": "manual", "title": "Mine", "base_url": base}));
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["id"].clone()
}

fn credentials() -> Vec<(Value, Value, &'static str)> {
    vec![
        (
            json!({"kind": "api_key", "place": "header", "name": "X-Key", "value": "canary-key-0123"}),
            json!({"kind": "api_key", "place": "header", "names": ["X-Key"], "ends_with": "0123"}),
            "x-key: canary-key-0123",
        ),
        (
            json!({"kind": "api_key", "place": "query", "name": "api key", "value": "a&b"}),
            json!({"kind": "api_key", "place": "query", "names": ["api key"]}),
            "?api%20key=a%26b ",
        ),
        (
            json!({"kind": "api_key", "place": "cookie", "name": "sid", "value": "abc"}),
            json!({"kind": "api_key", "place": "cookie", "names": ["sid"]}),
            "cookie: sid=abc",
        ),
        (
            json!({"kind": "basic", "username": "ada", "password": "pw"}),
            json!({"kind": "basic"}),
            "authorization: Basic YWRhOnB3",
        ),
        (
            json!({"kind": "bearer", "token": "canary-bearer-wxyz"}),
            json!({"kind": "bearer", "ends_with": "wxyz"}),
            "authorization: Bearer canary-bearer-wxyz",
        ),
        (
            json!({"kind": "headers", "headers": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}),
            json!({"kind": "headers", "place": "header", "names": ["A", "B"]}),
            "b: 2",
        ),
    ]
}

#[test]
fn each_kind_is_kept_tested_and_never_shown() {
    let world = World::new();
    let api = world.full_api("other");
    let app = app(&api, &world);
    for (at, (credential, summary, sent)) in credentials().into_iter().enumerate() {
        let body = json!({"app": app, "name": format!("c{at}"), "credential": credential});
        let made = api.post("/connections", &body);
        assert_eq!(made.status, 201, "{made:?}");
        let made = made.json();
        assert_eq!(made["credential"], summary);
        assert_eq!((&made["default"], &made["status"]), (&json!(at == 0), &json!("untested")));
        let path = format!("/connections/{}", made["id"].as_str().unwrap());
        let test = api.post(&format!("{path}/test"), &json!({"path": "/me"})).json();
        assert_eq!(
            (&test["outcome"], &test["status"]),
            (&json!("accepted"), &json!(200)),
            "{test}"
        );
        assert!(world.api.last().starts_with("GET /me"), "{}", world.api.last());
        assert!(world.api.last().contains(sent), "{sent}: {}", world.api.last());
        assert_eq!(api.get(&path).json()["status"], "ok");
    }
    assert_eq!(
        api.get(&format!("/connections?app={}", app.as_str().unwrap())).json()["items"]
            .as_array()
            .unwrap()
            .len(),
        6
    );
}

#[test]
fn what_cannot_be_sent_is_refused_and_not_quoted() {
    let world = World::new();
    let api = world.full_api("other");
    let app = app(&api, &world);
    let check = |credential: Value, code: &str, field: &str| {
        let reply =
            api.post("/connections", &json!({"app": app, "name": "x", "credential": credential}));
        assert_eq!(problem(&reply), (400, code.to_owned(), Some(field.to_owned())), "{credential}");
        assert!(!reply.body.contains("canary"), "{reply:?}");
    };
    check(json!({"kind": "bearer", "token": "canary\r\nx: y"}), "invalid", "credential");
    check(json!({"kind": "bearer", "token": ["canary"]}), "invalid", "credential");
    check(json!({"kind": "bearer", "token": "canary", "x": 1}), "invalid", "credential");
    check(json!({"kind": "bearer", "token": ""}), "invalid", "credential.token");
    check(json!({"kind": "bearer", "token": "••••••"}), "masked_secret", "credential.token");
    check(json!({"kind": "basic", "username": "canary:x"}), "invalid", "credential");
    check(
        json!({"kind": "api_key", "place": "header", "name": "Host", "value": "canary"}),
        "invalid",
        "credential",
    );
    check(
        json!({"kind": "api_key", "place": "header", "name": "a b", "value": "canary"}),
        "invalid",
        "credential",
    );
    check(json!({"kind": "headers", "headers": []}), "invalid", "credential.headers");
    check(
        json!({"kind": "oauth2_client_credentials", "token_url": "ftp://x", "client_id": "a", "client_secret": "canary"}),
        "invalid",
        "credential",
    );
    let absent = json!({"app": "app_0190a5c2000070008000000000000000", "name": "x", "credential": {"kind": "bearer", "token": "canary"}});
    assert_eq!(problem(&api.post("/connections", &absent)).0, 404);
}

#[test]
fn a_rotation_reaches_calls_at_once_and_patches_take_no_secret() {
    let world = World::new();
    let api = world.full_api("local");
    let known = api.get("/connections").json()["items"][0].clone();
    assert_eq!((&known["name"], &known["default"]), (&json!("default"), &json!(true)), "{known}");
    assert_eq!(known["credential"]["kind"], "headers", "the older form is read");
    let path = format!("/connections/{}", known["id"].as_str().unwrap());
    world.call("get_item", r#"{"id":"1"}"#);
    assert!(world.api.last().contains(CREDENTIAL));
    let rotated = api.post(
        &format!("{path}/rotate"),
        &json!({"credential": {"kind": "bearer", "token": "canary-second-secret"}}),
    );
    assert_eq!((rotated.status, rotated.header("etag")), (200, Some("\"2\"")), "{rotated:?}");
    assert!(rotated.json()["rotated_at"].is_string());
    world.call("get_item", r#"{"id":"1"}"#);
    assert!(world.api.last().contains("Bearer canary-second-secret"), "{}", world.api.last());

    for body in
        [json!({"credential": {"token": "x"}}), json!({"token": "x"}), json!({"ends_with": "cret"})]
    {
        assert_eq!(problem(&api.patch(&path, &body)).0, 400, "{body}");
    }
    let renamed = api.patch(&path, &json!({"name": "main"}));
    assert_eq!(
        (renamed.status, &renamed.json()["credential"]),
        (200, &rotated.json()["credential"])
    );
    world.call("get_item", r#"{"id":"1"}"#);
    assert!(
        world.api.last().contains("Bearer canary-second-secret"),
        "a new name is the same secret"
    );
}

#[test]
fn what_is_in_use_stays_and_a_default_gives_way_to_another_alone() {
    let world = World::new();
    let api = world.full_api("local");
    let known = api.get("/connections").json()["items"][0].clone();
    let path = format!("/connections/{}", known["id"].as_str().unwrap());
    assert_eq!(api.get(&format!("{path}/used-by")).json()["items"][0]["slug"], "fixture");
    assert_eq!(problem(&api.delete(&path)).1, "in_use");
    let without = api.patch(&path, &json!({"default": false}));
    assert_eq!(problem(&without).1, "in_use", "its tools would go on without a credential");
    let credential = json!({"kind": "bearer", "token": "canary-of-the-second"});
    let second =
        json!({"app": known["app"], "name": "second", "default": true, "credential": credential});
    assert_eq!(api.post("/connections", &second).status, 201);
    assert_eq!(api.get(&path).json()["default"], false);
    world.call("get_item", r#"{"id":"1"}"#);
    assert!(world.api.last().contains("canary-of-the-second"), "{}", world.api.last());
    assert_eq!(api.delete(&path).status, 204);
    let taken = json!({"app": known["app"], "name": "second", "credential": {"kind": "bearer", "token": "x"}});
    assert_eq!(
        problem(&api.post("/connections", &taken)),
        (409, "name_taken".into(), Some("name".into()))
    );
}

#[test]
fn a_test_reads_and_goes_nowhere_else() {
    let world = World::new();
    let api = world.full_api("local");
    let known = api.get("/connections").json()["items"][0].clone();
    let path = format!("/connections/{}/test", known["id"].as_str().unwrap());
    let check = |body: Value, code: &str, field: &str| {
        let reply = api.post(&path, &body);
        assert_eq!(problem(&reply), (400, code.to_owned(), Some(field.to_owned())), "{body}");
    };
    check(json!({"action": "echo", "arguments": {"text": "x"}}), "unsafe_action", "action");
    check(json!({"action": "delete_item", "arguments": {"id": "1"}}), "unsafe_action", "action");
    check(json!({"action": "get_item"}), "invalid", "arguments");
    check(json!({"action": "get_item", "path": "/"}), "invalid", "path");
    for bad in ["http://10.0.0.1/", "//evil.example/", "/a/../b", "/a?b", "me"] {
        check(json!({"path": bad}), "invalid", "path");
    }
    assert_eq!(problem(&api.post(&path, &json!({"action": "absent"}))).0, 404);
    assert_eq!(world.api.hits(), 0);
    let good =
        api.post(&path, &json!({"action": "get_item", "arguments": {"id": "7", "q": "x"}})).json();
    assert_eq!((&good["outcome"], &good["method"]), (&json!("accepted"), &json!("GET")), "{good}");
    assert!(good["url"].as_str().unwrap().ends_with("/items/7"), "no query: {good}");
    let failed = api.post(&path, &json!({"action": "fail"}));
    assert_eq!(failed.json()["outcome"], "failed");
    assert!(!failed.body.contains(CREDENTIAL));
    let id = known["id"].as_str().unwrap();
    let after = api.get(&format!("/connections/{id}")).json();
    assert_eq!(
        (&after["status"], after["tested_at"].is_string()),
        (&json!("failing"), true),
        "{after}"
    );
}
