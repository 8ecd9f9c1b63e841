use crate::{
    api::{Api, problem},
    world::{CREDENTIAL, World},
};
use serde_json::{Value, json};
use std::time::Duration;

/// The fixture's server, by its path.
fn fixture(api: &Api<'_>) -> String {
    let found = api.get("/servers?search=fixture").json();
    format!("/servers/{}", found["items"][0]["id"].as_str().unwrap())
}

fn publish(api: &Api<'_>, at: &str) -> Value {
    let reply = api.post(&format!("{at}/publish"), &json!({}));
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}

#[test]
fn a_change_is_shown_published_and_taken_back() {
    let world = World::new();
    let api = world.full_api("local");
    let at = fixture(&api);
    let same = api.get(&format!("{at}/diff")).json();
    assert_eq!((&same["unchanged"], &same["version"]), (&true.into(), &1.into()), "{same}");
    let again = api.post(&format!("{at}/publish"), &json!({}));
    assert_eq!(problem(&again), (409, "nothing_to_publish".into(), None));

    api.patch(&format!("{at}/tools/echo"), &json!({"name": "say"}));
    api.patch(&format!("{at}/tools/slow"), &json!({"enabled": false}));
    let settings = json!({"description": "Reads.", "timeout_ms": 500,
        "arguments": {"q": {"rename": "query"}}});
    api.patch(&format!("{at}/tools/get_item"), &json!({"settings": settings}));
    api.patch(&at, &json!({"instructions": "Be brief.", "token_warning": 1}));
    let diff = api.get(&format!("{at}/diff")).json();
    assert_eq!((&diff["unchanged"], &diff["breaking"]), (&false.into(), &true.into()));
    assert_eq!((&diff["added"], &diff["removed"]), (&json!(["say"]), &json!(["echo", "slow"])));
    let changed = &diff["changed"][0];
    assert_eq!(changed["name"], "get_item");
    assert_eq!(changed["settings"], json!(["arguments", "description", "timeout_ms"]));
    let texts = changed["changes"].to_string();
    assert!(texts.contains("query") && texts.contains("description"), "{texts}");
    assert_eq!(diff["settings"][0]["field"], "instructions");
    assert_eq!(diff["settings"][1], json!({"field": "token_warning", "after": "1"}));
    let budget = &diff["budget"];
    assert!(budget["bytes"].as_i64() < budget["bytes_before"].as_i64(), "{budget}");
    assert_eq!(world.tools(&world.token).len(), 5, "nothing published changes by itself");

    let stale = json!({"revision": diff["revision"].as_i64().unwrap() - 1});
    assert_eq!(problem(&api.post(&format!("{at}/publish"), &stale)).0, 412);
    let order = json!({"revision": diff["revision"], "note": "second"});
    let published = api.post(&format!("{at}/publish"), &order).json();
    assert_eq!((&published["version"], &published["tool_count"]), (&2.into(), &4.into()));
    assert_eq!(published["list_bytes"], budget["bytes"]);
    assert_eq!(published["warnings"].as_array().unwrap().len(), 1);
    let mut tools = world.tools(&world.token);
    tools.sort();
    assert_eq!(tools, ["delete_item", "fail", "get_item", "say"]);
    assert_eq!(world.call("say", r#"{"text":"hi"}"#).status, 200);
    assert!(world.api.last().contains(CREDENTIAL), "by the app's connection");

    let versions = api.get(&format!("{at}/versions")).json();
    assert_eq!(versions["items"][0]["note"], "second");
    let detail = api.get(&format!("{at}/versions/1")).json();
    assert_eq!(detail["tools"].as_array().unwrap().len(), 5);
    let detail = api.get(&format!("{at}/versions/2")).json();
    let names: Vec<_> =
        detail["tools"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert!(names.contains(&&json!("say")), "{detail}");
    assert_eq!(detail["instructions"], "Be brief.");

    let back = api.post(&format!("{at}/versions/1/rollback"), &json!({})).json();
    assert_eq!((&back["version"], &back["rolled_back_to"]), (&3.into(), &1.into()));
    assert_eq!(world.tools(&world.token).len(), 5);
    let current = api.post(&format!("{at}/versions/3/rollback"), &json!({}));
    assert_eq!(problem(&current).1, "nothing_to_publish");
    assert_eq!(problem(&api.post(&format!("{at}/versions/9/rollback"), &json!({}))).0, 404);
    // The draft stays as it was, and can be published again.
    assert_eq!(publish(&api, &at)["version"], 4);
}

#[test]
fn a_list_above_its_budget_is_not_published() {
    let world = World::new();
    let api = world.full_api("local");
    let at = fixture(&api);
    let before = api.get(&format!("{at}/diff")).json()["budget"]["tokens"].as_i64().unwrap();
    api.patch(&at, &json!({"token_budget": before + 100}));
    let long = json!({"settings": {"description": "word ".repeat(200)}});
    api.patch(&format!("{at}/tools/slow"), &long);
    let over = api.post(&format!("{at}/publish"), &json!({}));
    let (status, code, field) = problem(&over);
    assert_eq!(
        (status, code.as_str(), field.as_deref()),
        (409, "over_budget", Some("token_budget"))
    );
    assert!(over.body.contains(&(before + 100).to_string()), "with the numbers: {over:?}");
    assert_eq!(api.get(&at).json()["published"]["version"], 1);
    api.patch(&at, &json!({"token_budget": null}));
    assert_eq!(publish(&api, &at)["version"], 2);
}

#[test]
fn a_draft_whose_action_is_gone_is_not_published_and_says_so() {
    let world = World::new();
    let api = world.full_api("local");
    let at = fixture(&api);
    let (app, clone) = (api.fixture_app(), api.post(&format!("{at}/clone"), &json!({})).json());
    let clone = format!("/servers/{}", clone["id"].as_str().unwrap());
    let template = json!({"name": "t", "uri_template": "items://{id}", "app": app,
        "action": "get_item"});
    assert_eq!(api.post(&format!("{clone}/resource-templates"), &template).status, 201);
    // What is imported anew has lost an operation.
    world.publish_without("fixture", "get_item");
    let diff = api.get(&format!("{clone}/diff")).json();
    let places: Vec<_> =
        diff["problems"].as_array().unwrap().iter().map(|one| &one["place"]).collect();
    assert_eq!(places, ["tools.get_item", "resource_templates.t"], "{diff}");
    assert_eq!(diff["problems"][0]["code"], "action_gone");
    assert_eq!(diff["added"].as_array().unwrap().len(), 4);
    let refused = api.post(&format!("{clone}/publish"), &json!({}));
    let expected = (409, "action_gone".to_owned(), Some("tools.get_item.action".to_owned()));
    assert_eq!(problem(&refused), expected);
    assert_eq!(api.delete(&format!("{clone}/tools/get_item")).status, 204);
    assert_eq!(problem(&api.post(&format!("{clone}/publish"), &json!({}))).1, "action_gone");
    assert_eq!(api.delete(&format!("{clone}/resource-templates/t")).status, 204);
    publish(&api, &clone);
}

#[test]
fn up_keeps_what_was_changed_by_hand_and_writes_nothing_when_nothing_changed() {
    let world = World::new();
    let api = world.full_api("local");
    let at = fixture(&api);
    api.patch(&format!("{at}/tools/echo"), &json!({"name": "say"}));
    publish(&api, &at);
    let before = api.get(&at).json();
    world.pass(Duration::from_secs(5));
    world.republish(false);
    assert_eq!(api.get(&at).json(), before);
    world.publish_without("fixture", "slow");
    let mut tools = world.tools(&world.token);
    tools.sort();
    assert_eq!(tools, ["delete_item", "fail", "get_item", "say"]);
    world.republish(false);
    assert!(world.tools(&world.token).contains(&"slow".to_owned()));
}

#[test]
fn a_tool_goes_by_its_own_connection_and_a_server_by_its_own() {
    let world = World::new();
    let api = world.full_api("local");
    let (at, app) = (fixture(&api), api.fixture_app());
    let connection = |name: &str| {
        let credential = json!({"kind": "bearer", "token": format!("canary-{name}")});
        let new = json!({"app": app, "name": name, "credential": credential});
        api.post("/connections", &new).json()["id"].as_str().unwrap().to_owned()
    };
    let (of_server, of_tool) = (connection("server"), connection("tool"));
    api.patch(&at, &json!({"connections": {(app.as_str()): of_server}}));
    api.patch(&format!("{at}/tools/echo"), &json!({"connection": of_tool}));
    let diff = api.get(&format!("{at}/diff")).json();
    assert_eq!(diff["settings"][0]["field"], format!("apps.{app}.connection"));
    publish(&api, &at);
    assert_eq!(world.call("echo", r#"{"text":"x"}"#).status, 200);
    assert!(world.api.last().contains("canary-tool"), "{}", world.api.last());
    assert_eq!(world.call("get_item", r#"{"id":"1"}"#).status, 200);
    assert!(world.api.last().contains("canary-server"), "{}", world.api.last());
}
