//! Every operation of the control API against who may not use it. An operation that is not prepared for here fails the test.

use crate::{
    api::{Api, problem},
    api_headers::{check_headers, check_replay, is_replayed},
    connected_apps::Client,
    world::{Reply, Setting, World},
};
use model::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A description of one operation.
const PETS: &str = r#"{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},"servers":[{"url":"https://pets.example.com"}],
"paths":{"/pets":{"get":{"operationId":"list_pets","responses":{}}}}}"#;

/// Operations that every caller may use, each for its own things alone.
const OPEN: &[&str] = &["get_session", "delete_session"];

/// Operations that need no credential.
const ANONYMOUS: &[&str] = &["revoke_leaked", "create_session", "accept_link"];

/// Operations on what every account has.
const SHARED: &[&str] = &["get_catalog_app"];

/// Operations that are no change although they are no GET: they answer a question that has a body, or none for a cache.
const ASKING: &[&str] = &[
    "verify_audit",
    "replay_request",
    "preview_import",
    "reimport_app",
    "test_tool",
    "run_test_case",
];

/// Operations that another must go before.
const AFTER: &[(&str, &str)] = &[
    ("delete_grant", "put_grant"),
    ("delete_token", "revoke_token"),
    ("purge_server", "delete_server"),
    ("put_grant", "put_grant"),
    ("restore_server", "delete_server"),
];

/// Operations of people, which no token can do: what they write down is looked at where people sign in.
const PERSONAL: &[&str] = &["update_me", "delete_session"];

/// Operations on what one user has connected for itself: a token of the account has nothing there.
fn is_own(operation: &Operation) -> bool {
    operation.path.starts_with("/me/")
}

/// Whoever asks in an account: itself by a token, and a user of it.
pub(crate) struct Asking<'w> {
    account: Api<'w>,
    user: Api<'w>,
}

impl<'w> Asking<'w> {
    pub(crate) fn of(world: &'w World, alias: &str) -> Self {
        let (_, user) = world.api_of(alias, "own@example.com", Role::Owner);
        Self { account: world.full_api(alias), user }
    }

    fn with(&self, operation: &Operation) -> &Api<'w> {
        if is_own(operation) { &self.user } else { &self.account }
    }
}

/// A world whose log keeps what is asked.
pub(crate) fn prepared() -> World {
    World::with(Setting { strict_log: true, log_payloads: true, ..Setting::default() })
}

/// A body that each operation with one would take.
fn body(operation: &str) -> Option<Value> {
    Some(match operation {
        "create_account" => json!({"alias": "another"}),
        "update_account" => json!({"name": "Changed"}),
        "update_me" => json!({"name": "Changed"}),
        "create_session" => json!({"email": "a@example.com", "password": "x"}),
        "accept_link" => json!({"link": "x", "password": "x".repeat(12)}),
        "put_grant" => json!({"scopes": ["mcp:read"]}),
        "create_connect_link" => json!({"app": "gmail"}),
        "create_own_connect_link" => json!({"app": "slack"}),
        "put_oauth_client" => json!({"client_id": "new"}),
        "create_user" => json!({"email": "new@example.com", "role": "member"}),
        "create_app" | "preview_import" => json!({"description": PETS}),
        "update_app" => json!({"title": "Changed"}),
        "reimport_app" => json!({"description": PETS, "dry_run": true}),
        "create_action" => {
            json!({"name": "new", "description": "Reads.", "method": "GET", "path": "/new"})
        }
        "update_action" => json!({"description": "Changed."}),
        "create_connection" => json!({
            "app": "{app}", "name": "new",
            "credential": {"kind": "bearer", "token": "secret"},
        }),
        "update_connection" => json!({"name": "changed"}),
        "rotate_connection" => json!({"credential": {"kind": "bearer", "token": "other"}}),
        "test_connection" => json!({}),
        "create_own_connection" => json!({
            "app": "{own_app}", "name": "new",
            "credential": {"kind": "bearer", "token": "secret"},
        }),
        "create_customer_connection" => json!({
            "app": "{app}", "name": "new",
            "credential": {"kind": "bearer", "token": "secret"},
        }),
        "update_customer_connection" | "update_own_connection" => json!({"name": "changed"}),
        "rotate_customer_connection" | "rotate_own_connection" => {
            json!({"credential": {"kind": "bearer", "token": "other"}})
        }
        "update_user" | "update_customer" => json!({"name": "Changed"}),
        "create_customer" => json!({"key": "new"}),
        "create_customer_token" => json!({"name": "new"}),
        "sign_customer_token" | "create_signing_secret" | "rotate_signing_secret" => json!({}),
        "create_issuer" => issuer("new"),
        "update_issuer" => json!({"allow_in_url": true}),
        "create_limit" => json!({"target": {"kind": "account"}, "calls": 5, "per": "day"}),
        "update_limit" => json!({"calls": 6}),
        "create_token" => json!({"name": "new", "scope": scope()}),
        "update_token" => json!({"name": "changed"}),
        "rotate_token" => json!({}),
        "revoke_leaked" => json!({"token": "gwt_000000000000000000000000000000_000000"}),
        "verify_audit" => json!({}),
        "create_server" => json!({"name": "New"}),
        "enable_servers" => json!({"servers": ["{server}"], "enabled": true}),
        "import_server" => json!({"document": "gatewright: server/1\nslug: new\nname: New\n"}),
        "import_draft" => json!({"document": "gatewright: server/1\nslug: x\nname: Other\n"}),
        "update_server" => json!({"name": "Changed"}),
        "clone_server" | "publish_server" | "rollback_server" => json!({}),
        "add_server_tool" => json!({"app": "{fixture}", "action": "fail"}),
        "add_server_tools" => json!({"app": "{fixture}"}),
        "update_server_tool" => json!({"enabled": false}),
        "create_prompt" => prompt("new"),
        "update_prompt" | "update_resource" | "update_resource_template" => json!({"title": "T"}),
        "create_resource" => resource("new"),
        "create_resource_template" => template("new", "{fixture}"),
        "test_tool" => json!({"arguments": {"id": "1"}}),
        "run_test_case" => json!({}),
        "create_test_case" => json!({"name": "new", "arguments": {}}),
        "update_test_case" => json!({"name": "changed"}),
        _ => return None,
    })
}

fn issuer(audience: &str) -> Value {
    json!({"issuer": "https://id.example.com", "audience": audience, "jwks_url": "https://id.example.com/keys"})
}

fn prompt(name: &str) -> Value {
    json!({"name": name, "messages": [{"role": "user", "text": "Hello"}]})
}

fn resource(name: &str) -> Value {
    json!({"name": name, "uri": format!("docs://{name}"), "content": {"text": "Hello"}})
}

fn template(name: &str, app: &str) -> Value {
    json!({"name": name, "uri_template": "items://{id}", "app": app, "action": "get_item"})
}

fn scope() -> Value {
    json!({"servers": "all", "tools": "all", "read_only": false})
}

/// An object of the account for each parameter of a path.
pub(crate) fn objects(world: &World, asking: &Asking<'_>) -> BTreeMap<&'static str, String> {
    let api = &asking.account;
    let made = |path: &str, body: Value| {
        let reply = api.post(path, &body);
        assert_eq!(reply.status, 201, "{path}: {reply:?}");
        reply.json()["id"].as_str().unwrap().to_owned()
    };
    // Another owner, so that the one may go.
    made("/users", json!({"email": "owner@example.com", "role": "owner"}));
    let user = made("/users", json!({"email": "someone@example.com", "role": "owner"}));
    let token = made("/tokens", json!({"name": "one", "scope": scope()}));
    assert_eq!(world.call("echo", r#"{"text":"logged"}"#).status, 200);
    let renamed = api.patch("/account", &json!({"alias": "renamed"}));
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let limit = made("/limits", json!({"target": {"kind": "token"}, "calls": 1_000, "per": "day"}));
    let app = made("/apps", json!({"description": PETS}));
    let action = json!({"name": "act", "description": "Reads.", "method": "GET", "path": "/act"});
    assert_eq!(api.post(&format!("/apps/{app}/actions"), &action).status, 201);
    let credential = json!({"kind": "bearer", "token": "secret"});
    let connection =
        made("/connections", json!({"app": app, "name": "main", "credential": credential}));
    let customer = made("/customers", json!({"key": "someone@example.com"}));
    let new = json!({"kind": "manual", "title": "Theirs", "base_url": "https://a.example.com"});
    let connected_app = made("/apps", new);
    let path = "/customers/someone%40example.com/connections";
    // A chat of the customer's agent; and after it a call, which is then the newest row of the log.
    let tokens = format!("/customers/{customer}/tokens");
    let agent = api.post(&tokens, &json!({"name": "agent"})).json()["token"].clone();
    Client::new(world, agent.as_str().unwrap()).in_chat("one").session();
    assert_eq!(world.call("echo", r#"{"text":"logged"}"#).status, 200);
    let bearer = json!({"kind": "bearer", "token": "secret"});
    let customer_connection =
        made(path, json!({"app": connected_app, "name": "main", "credential": bearer}));
    let oauth_app = made("/apps", json!({"catalog": "gmail"}));
    let client = json!({"client_id": "one", "client_secret": "secret"});
    let path = format!("/apps/{oauth_app}/oauth-clients/oauth");
    assert_eq!(api.send("PUT", &path, &[], &client.to_string()).status, 200);
    let connect_link = made(&format!("/customers/{customer}/connect-links"), json!({}));
    let signing_secret = made("/signing-secrets", json!({}));
    let issuer = made("/issuers", issuer("old"));
    let newest = |path: &str| {
        let page = api.get(path).json();
        page["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{path}: {page}")).to_owned()
    };
    let mut objects = BTreeMap::from([
        ("action", "act".to_owned()),
        ("alias", "local".to_owned()),
        ("catalog_app", "gmail".to_owned()),
        ("app", app),
        ("oauth_app", oauth_app),
        ("way", "oauth".to_owned()),
        ("connection", connection),
        ("customer", customer),
        ("connect_link", connect_link),
        ("customer_connection", customer_connection),
        ("chat", "one".to_owned()),
        ("issuer", issuer),
        ("signing_secret", signing_secret),
        ("limit", limit),
        ("token", token),
        ("user", user),
        ("request", newest("/requests")),
        ("audit_event", newest("/audit")),
    ]);
    objects.extend(server_objects(api));
    objects.extend(own_objects(asking));
    objects
}

/// What a user has connected for itself, since a server calls with it.
fn own_objects(asking: &Asking<'_>) -> BTreeMap<&'static str, String> {
    let made = |api: &Api<'_>, path: &str, body: Value| {
        let reply = api.post(path, &body);
        assert_eq!(reply.status, 201, "{path}: {reply:?}");
        reply.json()["id"].as_str().unwrap_or_default().to_owned()
    };
    let (account, user) = (&asking.account, &asking.user);
    let app = made(account, "/apps", json!({"catalog": "slack"}));
    let server = json!({"name": "Own", "tools": [{"app": app, "read_only": true}]});
    let server = made(account, "/servers", server);
    let path = format!("/servers/{server}");
    let choice = json!({"connections": {app.as_str(): "caller"}});
    assert_eq!(account.patch(&path, &choice).status, 200);
    made(account, &format!("{path}/publish"), json!({}));
    assert_eq!(account.patch(&path, &json!({"enabled": true})).status, 200);
    let credential = json!({"kind": "bearer", "token": "secret"});
    let connection = json!({"app": app, "name": "main", "credential": credential});
    BTreeMap::from([
        ("own_connection", made(user, "/me/connections", connection)),
        ("own_connect_link", made(user, "/me/connect-links", json!({"app": app}))),
        ("own_app", app),
    ])
}

/// A server with one of each, published twice.
fn server_objects(api: &Api<'_>) -> BTreeMap<&'static str, String> {
    let app = api.fixture_app();
    let made = |path: &str, body: Value| {
        let reply = api.post(path, &body);
        assert_eq!(reply.status, 201, "{path}: {reply:?}");
        reply.json()
    };
    let new = json!({"name": "Matrix", "tools": [{"app": app, "actions": ["get_item"]}]});
    let server = made("/servers", new)["id"].as_str().unwrap().to_owned();
    let at = |noun: &str| format!("/servers/{server}/{noun}");
    made(&at("publish"), json!({}));
    made(&at("prompts"), prompt("one"));
    // A version to go back to, and something to publish.
    made(&at("publish"), json!({}));
    made(&at("resources"), resource("two"));
    made(&at("resource-templates"), template("three", &app));
    let case =
        made(&at("tools/get_item/test-cases"), json!({"name": "four", "arguments": {"id": "1"}}));
    BTreeMap::from([
        ("fixture", app),
        ("server", server.clone()),
        ("tool", "get_item".to_owned()),
        ("prompt", "one".to_owned()),
        ("resource", "two".to_owned()),
        ("resource_template", "three".to_owned()),
        ("test_case", case["id"].as_str().unwrap().to_owned()),
        ("version", "1".to_owned()),
    ])
}

pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
}

pub(crate) fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(web::document()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Some(id) = operation["operationId"].as_str() {
                let path = path.strip_prefix("/api/v1").unwrap().to_owned();
                found.push(Operation {
                    id: id.to_owned(),
                    method: method.to_ascii_uppercase(),
                    path,
                });
            }
        }
    }
    assert!(!found.is_empty());
    found
}

impl Operation {
    /// Whether it needs no credential.
    pub(crate) fn is_anonymous(&self) -> bool {
        ANONYMOUS.contains(&self.id.as_str())
    }

    /// Its path. Some ask for another app than most do, and one for an end.
    fn template(&self) -> String {
        let path = self.path.replace("{app}/oauth-clients", "{oauth_app}/oauth-clients");
        // It would not end by itself.
        if self.id == "watch_events" { format!("{path}?seconds=1") } else { path }
    }

    fn send(&self, api: &Api<'_>, objects: &BTreeMap<&'static str, String>) -> Reply {
        let filled = |text: String| {
            objects.iter().fold(text, |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
        };
        let path = filled(self.template());
        assert!(!path.contains('{'), "{}: no object for {path}", self.id);
        let body = body(&self.id).map(|body| filled(body.to_string())).unwrap_or_default();
        let prepared = !body.is_empty() || !matches!(self.method.as_str(), "PUT" | "PATCH");
        assert!(prepared, "{}: no body is prepared", self.id);
        let header = match self.method.as_str() {
            "PATCH" | "PUT" => Some(("if-match", "*")),
            "POST" => Some(("idempotency-key", self.id.as_str())),
            _ => None,
        };
        api.send(&self.method, &path, header.as_slice(), &body)
    }
}

/// Ids of the right form that name nothing.
fn absent(objects: &BTreeMap<&'static str, String>) -> BTreeMap<&'static str, String> {
    let other = |id: &String| match id.split_once('_') {
        Some((prefix, digits)) if digits.len() == 32 => {
            format!("{prefix}_0190a5c2000070008000{}", "0".repeat(12))
        }
        Some(_) | None if id.parse::<i64>().is_ok() => "999".to_owned(),
        Some(_) | None => "absent".to_owned(),
    };
    objects.iter().map(|(name, id)| (*name, other(id))).collect()
}

#[test]
fn no_operation_is_open_to_strangers_or_to_those_who_may_too_little() {
    let world = prepared();
    let objects = objects(&world, &Asking::of(&world, "local"));
    let nobody = world.api("local", &[]);
    for operation in operations().iter().filter(|one| !one.is_anonymous()) {
        let mut path = operation.template();
        for (name, id) in &objects {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        let path = format!("/api/v1{path}");
        for headers in
            [&[][..], &[("authorization", "Bearer gwt_000000000000000000000000000000_000000")]]
        {
            let reply = world.send(&operation.method, &path, headers, b"");
            assert_eq!(problem(&reply).0, 401, "{}: {reply:?}", operation.id);
            assert!(reply.header("www-authenticate").is_some());
        }
        if !OPEN.contains(&operation.id.as_str()) {
            let reply = operation.send(&nobody, &objects);
            assert_eq!(problem(&reply).0, 403, "{}: {reply:?}", operation.id);
        }
    }
}

#[test]
fn what_is_anothers_reads_exactly_like_what_is_not_there() {
    let world = prepared();
    let own = Asking::of(&world, "local");
    let objects = objects(&world, &own);
    let absent = absent(&objects);
    let other = Asking::of(&world, "other");
    let of_an_account =
        |one: &&Operation| one.path.contains('{') && !SHARED.contains(&one.id.as_str());
    for operation in operations().iter().filter(of_an_account) {
        let other = other.with(operation);
        let (theirs, nothing) = (operation.send(other, &objects), operation.send(other, &absent));
        assert_eq!(problem(&theirs), problem(&nothing), "{}: {theirs:?}", operation.id);
        assert_eq!(theirs.status, 404, "{}: {theirs:?}", operation.id);
        assert_eq!(theirs.body, nothing.body, "{}", operation.id);
    }
    // And nothing of it was changed.
    for operation in operations().iter().filter(|one| one.method == "GET") {
        let reply = operation.send(own.with(operation), &objects);
        assert_eq!(reply.status, 200, "{}: {reply:?}", operation.id);
    }
}

#[test]
fn every_change_is_one_row_of_the_audit_log_with_what_was_and_what_is() {
    let changes = |one: &Operation| {
        // Whoever is not known changes nothing with what this test sends.
        let known =
            [ASKING, ANONYMOUS, PERSONAL].iter().all(|list| !list.contains(&one.id.as_str()));
        one.method != "GET" && known
    };
    for operation in operations().into_iter().filter(changes) {
        let world = prepared();
        let asking = Asking::of(&world, "local");
        let objects = objects(&world, &asking);
        let api = asking.with(&operation);
        let first = AFTER.iter().find(|(id, _)| *id == operation.id).map(|(_, first)| *first);
        for first in operations().iter().filter(|one| first == Some(&one.id)) {
            let done = first.send(api, &objects).status;
            assert!((200..300).contains(&done), "{}: {done}", first.id);
        }
        let newest = || asking.account.get("/audit?limit=2").json()["items"].clone();
        let before = newest()[0].clone();
        let reply = operation.send(api, &objects);
        assert!((200..300).contains(&reply.status), "{}: {reply:?}", operation.id);
        let rows = newest();
        assert_eq!(rows[1], before, "{}: one row and no more: {rows}", operation.id);
        let row = &rows[0];
        let is_there = |name: &str| row.get(name).is_some_and(|value| !value.is_null());
        let (was, is) = (is_there("before"), is_there("after"));
        match operation.method.as_str() {
            "DELETE" => assert!(was, "{}: {row}", operation.id),
            "PATCH" | "PUT" => assert!(was && is, "{}: {row}", operation.id),
            _ => assert!(was || is, "{}: {row}", operation.id),
        }
        assert_eq!(row["actor_kind"], "token", "{}", operation.id);
        assert!(row["actor_id"].as_str().unwrap().starts_with("tok_"), "{}", operation.id);
        assert_eq!(row["actor_name"], "api test", "{}", operation.id);
        assert_eq!(row["source"], "127.0.0.1", "{}", operation.id);
        assert_eq!(row["via"], "api", "{}", operation.id);
        assert!(!row["object"].as_str().unwrap().is_empty(), "{}", operation.id);
        assert_eq!(row["request_id"], reply.header("x-request-id").unwrap(), "{}", operation.id);
        check_headers(&operation.id, &reply);
        if reply.status == 201 && is_replayed(&operation.id) {
            check_replay(&operation.id, &reply, &operation.send(api, &objects));
            assert_eq!(newest(), rows, "{}: nothing happened twice", operation.id);
        }
    }
}

#[test]
fn what_only_asks_writes_no_row() {
    let world = prepared();
    let asking = Asking::of(&world, "local");
    let objects = objects(&world, &asking);
    let newest = || asking.account.get("/audit?limit=1").json()["items"].clone();
    let asks = |one: &Operation| one.method == "GET" || ASKING.contains(&one.id.as_str());
    for operation in operations().into_iter().filter(asks) {
        let before = newest();
        let reply = operation.send(asking.with(&operation), &objects);
        assert_eq!(reply.status, 200, "{}: {reply:?}", operation.id);
        assert_eq!(newest(), before, "{}", operation.id);
        // What a token finds there is no person with a revision.
        if operation.id != "get_session" {
            check_headers(&operation.id, &reply);
        }
    }
}
