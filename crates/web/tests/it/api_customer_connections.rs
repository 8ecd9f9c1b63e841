//! What customers have connected, as their account sees it.

use crate::{
    api::{Api, problem},
    world::{Reply, World},
};
use serde_json::{Value, json};
use std::time::Duration;

const DEFINITION: &str = "
key: crm
name: CRM
description: Keeps customers.
homepage: https://crm.example.com
categories: [crm]
base_url: https://{site}.example.com
auth:
  - name: oauth
    title: Sign in
    fields: [{name: site, title: Site}]
    method: {oauth2: {authorization_url: 'https://crm.example.com/a', token_url: 'http://127.0.0.1:1/t', revocation_url: 'http://127.0.0.1:1/r'}}
  - name: key
    title: Key
    fields: [{name: site, title: Site}]
    method: {api_key: {place: header, name: X-Key}}
  - name: login
    title: Login
    base_url: https://login.example.com
    method: {basic: {username: E-mail, password: Token}}
  - name: parts
    title: Parts
    base_url: https://parts.example.com
    fields: [{name: id, title: Id, format: text, secret: true, send: {place: header, name: X-Id}}]
    method: fields
  - name: client
    title: Client
    base_url: https://client.example.com
    method: {client_credentials: {token_url: 'https://client.example.com/t'}}
actions:
  - {key: list, title: List, description: Lists., request: GET /list}
";

fn app(api: &Api<'_>) -> String {
    let made = api.post("/apps", &json!({"definition": DEFINITION}));
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["id"].as_str().unwrap().to_owned()
}

fn customer(api: &Api<'_>, key: &str) -> String {
    let made = api.post("/customers", &json!({"key": key}));
    assert_eq!(made.status, 201, "{made:?}");
    format!("/customers/{key}/connections")
}

fn key(app: &str, name: &str) -> Value {
    let way = json!({"name": "key", "fields": {"site": "acme"}, "key": "canary-key"});
    json!({"app": app, "name": name, "way": way})
}

fn made(reply: &Reply) -> String {
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["id"].as_str().unwrap().to_owned()
}

fn refused(reply: &Reply) -> (u16, String) {
    let (status, code, _) = problem(reply);
    (status, code)
}

fn names(api: &Api<'_>, list: &str) -> Vec<(String, bool)> {
    let page = api.get(list).json();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|one| (one["name"].as_str().unwrap().to_owned(), one["default"].as_bool().unwrap()))
        .collect()
}

#[test]
fn a_connection_is_made_read_changed_and_removed() {
    let world = World::new();
    let api = world.full_api("local");
    let (app, list) = (app(&api), customer(&api, "ada"));
    let reply = api.post(&list, &key(&app, "work"));
    let path = format!("{list}/{}", made(&reply));
    let view = reply.json();
    assert!(reply.header("location").unwrap().ends_with(view["id"].as_str().unwrap()));
    assert_eq!(reply.header("etag"), Some("\"1\""));
    assert_eq!(
        (&view["status"], &view["way"], &view["default"]),
        (&json!("connected"), &json!("key"), &json!(true))
    );
    assert_eq!(api.get(&path).json(), view);
    assert_eq!(api.get(&list).json(), json!({"items": [view]}));
    assert_eq!(api.get(&format!("{list}?app={app}")).json()["items"][0], view);

    // Ids of one millisecond have no order.
    world.pass(Duration::from_millis(1));
    let second = made(&api.post(&list, &key(&app, "home")));
    assert_eq!(names(&api, &list), [("work".into(), true), ("home".into(), false)]);
    let first_page = api.get(&format!("{list}?limit=1")).json();
    let next = first_page["next"].as_str().unwrap();
    assert_eq!(
        api.get(&format!("{list}?limit=1&cursor={next}")).json()["items"][0]["id"],
        second.as_str()
    );

    // A name alone is another revision; the default is one at most.
    let stale = api.send("PATCH", &path, &[("if-match", "\"9\"")], r#"{"name":"x"}"#);
    assert_eq!(problem(&stale).0, 412);
    let renamed = api.patch(&path, &json!({"name": "office"}));
    assert_eq!((renamed.status, renamed.header("etag")), (200, Some("\"2\"")));
    assert_eq!(refused(&api.patch(&path, &json!({"name": "home"}))), (409, "name_taken".into()));
    assert_eq!(api.patch(&format!("{list}/{second}"), &json!({"default": true})).status, 200);
    assert_eq!(names(&api, &list), [("office".into(), false), ("home".into(), true)]);

    let other = json!({"way": {"name": "login", "username": "ada", "password": "canary-password"}});
    let rotated = api.post(&format!("{path}/rotate"), &other);
    assert_eq!((rotated.status, &rotated.json()["way"]), (200, &json!("login")), "{rotated:?}");
    assert_eq!(rotated.json()["revision"], 3);

    // Without the default, the oldest other is it.
    let removed = api.delete(&format!("{list}/{second}"));
    assert_eq!((removed.status, removed.json()), (200, json!({"revocation": "not_supported"})));
    assert_eq!(names(&api, &list), [("office".into(), true)]);
    assert_eq!(problem(&api.get(&format!("{list}/{second}"))).0, 404);
    let audit = api.get("/audit?limit=50").body;
    for event in ["create", "update", "rotate", "delete"] {
        assert!(audit.contains(&format!("\"customer_connection.{event}\"")), "{event}");
    }
    for reply in [&reply, &rotated, &api.get(&path), &api.get("/audit?limit=50")] {
        assert!(!reply.body.contains("canary"), "{reply:?}");
    }
}

#[test]
fn each_way_asks_for_its_members_and_for_no_others() {
    let world = World::new();
    let api = world.full_api("local");
    let (app, list) = (app(&api), customer(&api, "ada"));
    let create = |way: Value| api.post(&list, &json!({"app": app, "way": way}));
    for (way, expected) in [
        (json!({"name": "key", "fields": {"site": "a"}, "key": "canary"}), None),
        (json!({"name": "key", "fields": {"site": "a"}}), Some("missing_member")),
        (json!({"name": "key", "key": "canary"}), Some("missing_field")),
        (json!({"name": "key", "fields": {"site": "canary/.."}, "key": "k"}), Some("invalid")),
        (
            json!({"name": "key", "fields": {"site": "a", "b": "c"}, "key": "k"}),
            Some("unknown_field"),
        ),
        (
            json!({"name": "key", "fields": {"site": "a"}, "key": "k", "token": "canary"}),
            Some("unknown_member"),
        ),
        (json!({"name": "key", "fields": {"site": "a"}, "key": "••••"}), Some("masked_secret")),
        (json!({"name": "key", "fields": {"site": "a"}, "key": "canary\r\nX: y"}), Some("invalid")),
        (json!({"name": "login", "username": "a", "password": "canary"}), None),
        (json!({"name": "login", "username": "canary:b", "password": "canary"}), Some("invalid")),
        (json!({"name": "login", "username": "a"}), Some("missing_member")),
        (json!({"name": "parts", "fields": {"id": "canary"}}), None),
        (json!({"name": "parts"}), Some("missing_field")),
        (json!({"name": "client", "client_id": "a", "client_secret": "canary"}), None),
        (json!({"name": "client", "client_id": "a"}), Some("missing_member")),
        (
            json!({"name": "oauth", "fields": {"site": "a"}, "access_token": "canary", "refresh_token": "canary", "expires_in": 60}),
            None,
        ),
        (json!({"name": "oauth", "fields": {"site": "a"}}), Some("missing_member")),
        (json!({"name": "canary"}), Some("unknown_way")),
    ] {
        world.pass(Duration::from_millis(1));
        let reply = create(way.clone());
        match expected {
            None => assert_eq!(reply.status, 201, "{way}: {reply:?}"),
            Some(code) => assert_eq!(refused(&reply), (400, code.to_owned()), "{way}: {reply:?}"),
        }
        assert!(!reply.body.contains("canary"), "{reply:?}");
    }
    // Tokens that came from elsewhere have their end.
    let brought = api.get(&list).json()["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(brought["expires_at"], json!("2025-11-13T02:14:20.016Z"), "{brought}");
    // One kind of credential, and none that the base URL has no field for.
    let bearer = json!({"kind": "bearer", "token": "canary"});
    let way = json!({"name": "login", "username": "a", "password": "b"});
    for body in [
        json!({"app": app}),
        json!({"app": app, "credential": bearer, "way": way}),
        json!({"app": app, "credential": bearer}),
        json!({"app": app, "way": way, "name": ""}),
        json!({"app": app, "way": way, "label": "\u{7}"}),
    ] {
        let reply = api.post(&list, &body);
        assert_eq!(problem(&reply).0, 400, "{body}: {reply:?}");
        assert!(!reply.body.contains("canary"));
    }
    let reply = api
        .post(&list, &json!({"app": app, "credential": {"kind": "bearer", "token": ["canary"]}}));
    assert!(reply.status >= 400 && !reply.body.contains("canary"), "{reply:?}");
    let absent = format!("app_{}", "0".repeat(32));
    assert_eq!(problem(&api.post(&list, &json!({"app": absent, "way": way}))).0, 404);
}

#[test]
fn an_app_that_customers_have_connected_stays_and_a_customer_goes_with_what_it_has() {
    let world = World::new();
    let api = world.full_api("local");
    let (app, list) = (app(&api), customer(&api, "ada"));
    made(&api.post(&list, &key(&app, "work")));
    made(&api.post(&customer(&api, "bob"), &key(&app, "work")));
    let uses = api.get(&format!("/apps/{app}/used-by")).json();
    assert_eq!(uses, json!({"items": [], "customers": 2}));
    let reply = api.delete(&format!("/apps/{app}"));
    assert_eq!(refused(&reply), (409, "in_use".into()));
    assert!(reply.body.contains("2 customers"), "{reply:?}");
    // The account's own connections are others.
    assert_eq!(
        api.get("/connections").json()["items"].as_array().unwrap().len(),
        1,
        "the fixture's"
    );
    assert_eq!(api.delete("/customers/ada").status, 204);
    let reply = api.delete(&format!("/apps/{app}"));
    assert!(reply.body.contains("1 customer who"), "{reply:?}");
    assert_eq!(api.delete("/customers/bob").status, 204);
    assert_eq!(api.delete(&format!("/apps/{app}")).status, 204);
}

#[test]
fn nobody_reaches_another_customers_connections() {
    let world = World::new();
    let api = world.full_api("local");
    let (app, list) = (app(&api), customer(&api, "ada"));
    let bobs = customer(&api, "bob");
    let id = made(&api.post(&list, &key(&app, "work")));
    let through_bob = format!("{bobs}/{id}");
    let absent = format!("{bobs}/con_{}", "0".repeat(32));
    for path in [&through_bob, &absent] {
        assert_eq!(problem(&api.get(path)).0, 404);
        assert_eq!(problem(&api.patch(path, &json!({"name": "x"}))).0, 404);
        assert_eq!(problem(&api.delete(path)).0, 404);
    }
    assert_eq!(api.get(&through_bob).body, api.get(&absent).body);
    assert_eq!(api.get(&bobs).json()["items"], json!([]));
    assert_eq!(api.get(&format!("{list}/{id}")).status, 200);
}

#[test]
fn that_tokens_could_not_be_given_back_is_said() {
    let world = World::new();
    let api = world.full_api("local");
    let (app, list) = (app(&api), customer(&api, "ada"));
    let way = json!({"name": "oauth", "fields": {"site": "a"}, "access_token": "canary"});
    let bring = || made(&api.post(&list, &json!({"app": app, "way": way})));
    let removed = api.delete(&format!("{list}/{}", bring())).json();
    assert_eq!(removed["revocation"], "failed");
    assert!(removed["reason"].as_str().unwrap().contains("no OAuth client"), "{removed}");
    let client = json!({"client_id": "one", "client_secret": "canary"}).to_string();
    let path = format!("/apps/{app}/oauth-clients/oauth");
    assert_eq!(api.send("PUT", &path, &[], &client).status, 200);
    let removed = api.delete(&format!("{list}/{}", bring())).json();
    assert_eq!(removed["revocation"], "failed");
    assert!(
        removed["reason"].as_str().unwrap().contains("no connection to 127.0.0.1"),
        "{removed}"
    );
    assert!(!removed.to_string().contains("canary"));
}
