//! What is in use: shown with its users, and kept.

use crate::{
    api::{Api, problem},
    world::World,
};
use serde_json::{Value, json};

const PETS: &str = r#"{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},"servers":[{"url":"https://pets.example.com"}],
"paths":{"/pets":{"get":{"operationId":"list_pets","responses":{}}}}}"#;

/// An app with an action of its own and a connection, a server without tools, and their paths.
struct Parts {
    app: String,
    connection: String,
    server: String,
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

impl Parts {
    fn make(api: &Api<'_>) -> Self {
        let app = id(&api.post("/apps", &json!({"description": PETS})).json());
        let action =
            json!({"name": "own", "description": "Reads.", "method": "GET", "path": "/own"});
        assert_eq!(api.post(&format!("/apps/{app}/actions"), &action).status, 201);
        let credential = json!({"kind": "bearer", "token": "secret"});
        let new = json!({"app": app, "name": "second", "credential": credential});
        let connection = id(&api.post("/connections", &new).json());
        let server = id(&api.post("/servers", &json!({"name": "Uses", "slug": "uses"})).json());
        Self { app, connection, server }
    }

    fn paths(&self) -> [String; 3] {
        [
            format!("/apps/{}", self.app),
            format!("/apps/{}/actions/own", self.app),
            format!("/connections/{}", self.connection),
        ]
    }

    fn server(&self, noun: &str) -> String {
        format!("/servers/{}{noun}", self.server)
    }
}

/// Whether app, action and connection are in use: as their used-by says it, and as a removal is refused.
fn kept(api: &Api<'_>, parts: &Parts) -> [Value; 3] {
    parts.paths().map(|path| {
        let uses = api.get(&format!("{path}/used-by")).json()["items"].clone();
        if uses == json!([]) {
            return Value::Null;
        }
        let refused = api.delete(&path);
        assert_eq!(problem(&refused), (409, "in_use".into(), None), "{path}");
        assert!(refused.json()["detail"].as_str().unwrap().contains("uses"), "{refused:?}");
        assert_eq!((&uses[0]["slug"], uses.as_array().unwrap().len()), (&json!("uses"), 1));
        let said = ["published", "draft", "deleted", "tools"];
        Value::Array(said.iter().map(|member| uses[0][*member].clone()).collect())
    })
}

#[test]
fn what_a_draft_or_a_version_uses_stays_until_neither_does() {
    let world = World::new();
    let api = world.full_api("local");
    let parts = Parts::make(&api);
    let none = || [Value::Null, Value::Null, Value::Null];
    assert_eq!(kept(&api, &parts), none());
    let tool = json!({"app": parts.app, "action": "own", "name": "t", "enabled": false,
        "connection": parts.connection});
    assert_eq!(api.post(&parts.server("/tools"), &tool).status, 201);
    let by_draft = json!([false, true, false, ["t"]]);
    assert_eq!(
        kept(&api, &parts),
        [by_draft.clone(), by_draft.clone(), by_draft],
        "off, but there"
    );
    api.patch(&parts.server("/tools/t"), &json!({"enabled": true}));
    assert_eq!(api.post(&parts.server("/publish"), &json!({})).status, 201);
    let by_both = json!([true, true, false, ["t"]]);
    assert_eq!(kept(&api, &parts), [by_both.clone(), by_both.clone(), by_both]);
    let other = json!({"app": parts.app, "action": "list_pets"});
    assert_eq!(api.post(&parts.server("/tools"), &other).status, 201);
    assert_eq!(api.delete(&parts.server("/tools/t")).status, 204);
    let app = json!([true, true, false, ["list_pets", "t"]]);
    let by_version = json!([true, false, false, ["t"]]);
    // The only connection of the app is its default, which goes with every tool that names none.
    assert_eq!(kept(&api, &parts), [app.clone(), by_version, app]);
    assert_eq!(api.post(&parts.server("/publish"), &json!({})).status, 201);
    assert_eq!(kept(&api, &parts)[1], Value::Null, "an earlier version is no use");
    assert_eq!(api.delete(&parts.paths()[1]).status, 204);
}

#[test]
fn what_a_deleted_server_uses_stays_until_it_is_purged() {
    let world = World::new();
    let api = world.full_api("local");
    let parts = Parts::make(&api);
    let tool = json!({"app": parts.app, "action": "own", "name": "t"});
    assert_eq!(api.post(&parts.server("/tools"), &tool).status, 201);
    assert_eq!(api.delete(&parts.server("")).status, 204);
    let deleted = json!([false, true, true, ["t"]]);
    assert_eq!(kept(&api, &parts), [deleted.clone(), deleted.clone(), deleted]);
    let refused = api.delete(&parts.paths()[0]).json();
    assert!(refused["detail"].as_str().unwrap().ends_with("or purge what is deleted"), "{refused}");
    assert_eq!(api.send("POST", &parts.server("/purge"), &[], "").status, 204);
    assert_eq!(kept(&api, &parts), [Value::Null, Value::Null, Value::Null]);
    assert_eq!(api.delete(&parts.paths()[0]).status, 204);
}

#[test]
fn the_connection_of_a_server_for_an_app_is_a_use_of_both() {
    let world = World::new();
    let api = world.full_api("local");
    let parts = Parts::make(&api);
    let bind = |connection: Value| {
        let patch = json!({"connections": {(parts.app.as_str()): connection}});
        assert_eq!(api.patch(&parts.server(""), &patch).status, 200);
    };
    bind(json!(parts.connection));
    let bound = json!([false, true, false, []]);
    assert_eq!(kept(&api, &parts), [bound.clone(), Value::Null, bound]);
    let tool = json!({"app": parts.app, "action": "own", "name": "t"});
    assert_eq!(api.post(&parts.server("/tools"), &tool).status, 201);
    assert_eq!(kept(&api, &parts)[2], json!([false, true, false, ["t"]]));
    assert_eq!(api.delete(&parts.server("/tools/t")).status, 204);
    bind(Value::Null);
    assert_eq!(kept(&api, &parts), [Value::Null, Value::Null, Value::Null]);
    assert_eq!(api.delete(&parts.paths()[2]).status, 204);
}

#[test]
fn a_resource_template_is_a_use() {
    let world = World::new();
    let api = world.full_api("local");
    let parts = Parts::make(&api);
    let parameters = json!([{"name": "id", "in": "path"}]);
    let action = json!({"path": "/own/{id}", "parameters": parameters});
    assert_eq!(api.patch(&parts.paths()[1], &action).status, 200);
    let template = json!({"name": "one", "uri_template": "own://{id}", "app": parts.app,
        "action": "own"});
    assert_eq!(api.post(&parts.server("/resource-templates"), &template).status, 201);
    let by_draft = json!([false, true, false, ["one"]]);
    assert_eq!(kept(&api, &parts), [by_draft.clone(), by_draft.clone(), by_draft]);
}
