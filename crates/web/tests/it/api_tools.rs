use crate::{
    api::{Api, problem},
    world::World,
};
use serde_json::{Value, json};

/// A server without tools, by its path.
fn server(api: &Api<'_>) -> String {
    let made = api.post("/servers", &json!({"name": "Tools", "slug": "tools"})).json();
    format!("/servers/{}", made["id"].as_str().unwrap())
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
    items.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[test]
fn one_action_becomes_two_tools_and_each_is_changed_for_itself() {
    let world = World::new();
    let api = world.full_api("local");
    let (at, app) = (server(&api), api.fixture_app());
    let tools = format!("{at}/tools");
    let first = api.post(&tools, &json!({"app": app, "action": "get_item"}));
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(first.json()["offered"]["safe"], true);
    let again = api.post(&tools, &json!({"app": app, "action": "get_item"}));
    assert_eq!(problem(&again), (409, "name_taken".into(), Some("name".into())));
    let settings = json!({"description": "Reads item 7.", "arguments": {"id": {"fixed": "7"}}});
    let second = api.post(
        &tools,
        &json!({"app": app, "action": "get_item", "name": "get_seven", "settings": settings}),
    );
    let offered = &second.json()["offered"];
    assert_eq!(offered["description"], "Reads item 7.");
    assert_eq!(offered["input_schema"]["properties"].get("id"), None, "{offered}");

    let seven = format!("{tools}/get_seven");
    let patch = json!({"name": "seven", "settings": {"arguments": {"q": {"rename": "query"}}}});
    let changed = api.send("PATCH", &seven, &[("if-match", "\"1\"")], &patch.to_string());
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{changed:?}");
    let changed = changed.json();
    assert_eq!(changed["settings"]["arguments"]["id"]["fixed"], "7", "what is not named stays");
    assert!(changed["offered"]["input_schema"]["properties"]["query"].is_object());
    assert_eq!(problem(&api.get(&seven)).0, 404);
    assert_eq!(names(&api.get(&tools).json()), ["get_item", "seven"]);
    let taken = api.patch(&format!("{tools}/seven"), &json!({"name": "get_item"}));
    assert_eq!(problem(&taken).1, "name_taken");
    assert_eq!(api.delete(&format!("{tools}/get_item")).status, 204);
    assert_eq!(names(&api.get(&tools).json()), ["seven"]);
}

#[test]
fn what_an_action_cannot_be_offered_with_is_refused_when_it_is_saved() {
    let world = World::new();
    let api = world.full_api("local");
    let (at, app) = (server(&api), api.fixture_app());
    let tools = format!("{at}/tools");
    let check = |action: &str, members: Value, expected: (u16, &str, &str)| {
        let mut body = json!({"app": app, "action": action});
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let (status, code, field) = problem(&api.post(&tools, &body));
        let found = (status, code.as_str(), field.as_deref().unwrap_or_default());
        assert_eq!(found, expected, "{body}");
    };
    let settings = |settings: Value| json!({"settings": settings});
    let invalid = "invalid_settings";
    check("none", json!({}), (400, "no_such_action", "action"));
    check("slow", json!({"name": "read_result"}), (409, "name_taken", "name"));
    check("slow", json!({"name": "a b"}), (400, "invalid", "name"));
    check(
        "slow",
        json!({"connection": "con_0190a5c2000070008000000000000000"}),
        (400, "no_such_connection", "connection"),
    );
    check("slow", settings(json!({"titel": "x"})), (400, "invalid", "settings.titel"));
    check("slow", settings(json!({"title": ""})), (400, invalid, "settings.title"));
    check(
        "get_item",
        settings(json!({"arguments": {"id": {"hidden": true}}})),
        (400, invalid, "settings.arguments.id.hidden"),
    );
    check(
        "get_item",
        settings(json!({"arguments": {"nope": {"hidden": true}}})),
        (400, invalid, "settings.arguments.nope"),
    );
    check(
        "echo",
        settings(json!({"arguments": {"count": {"fixed": -1}}})),
        (400, invalid, "settings.arguments.count.fixed"),
    );
    check(
        "delete_item",
        settings(json!({"cache_seconds": 60})),
        (400, invalid, "settings.cache_seconds"),
    );
    check(
        "delete_item",
        settings(json!({"annotations": {"read_only": true}})),
        (400, invalid, "settings.annotations.read_only"),
    );
    assert_eq!(api.get(&tools).json()["items"], json!([]));
}

#[test]
fn many_actions_become_tools_at_once() {
    let world = World::new();
    let api = world.full_api("local");
    let (at, app) = (server(&api), api.fixture_app());
    let select = format!("{at}/tools/select");
    let some = api.post(&select, &json!({"app": app, "actions": ["slow", "echo"]}));
    assert_eq!(names(&some.json()), ["echo", "slow"], "{some:?}");
    let all = api.post(&select, &json!({"app": app, "read_only": true}));
    assert_eq!(names(&all.json()), ["fail", "get_item", "slow_2"], "{all:?}");
    for (body, expected) in [
        (json!({"app": app, "actions": ["slow", "none"]}), ("no_such_action", "actions[1]")),
        (json!({"app": app, "tags": ["none"]}), ("nothing_selected", "app")),
        (json!({"app": app, "actions": []}), ("invalid", "actions")),
    ] {
        let (_, code, field) = problem(&api.post(&select, &body));
        assert_eq!((code.as_str(), field.unwrap().as_str()), expected, "{body}");
    }
    let wrong = json!({"name": "x", "tools": [{"app": app}, {"app": app, "actions": ["none"]}]});
    let refused = problem(&api.post("/servers", &wrong));
    assert_eq!(refused, (400, "no_such_action".into(), Some("tools[1].actions[0]".into())));
    let pages = api.get(&format!("{at}/tools?limit=3")).json();
    let rest = api.get(&format!("{at}/tools?cursor={}", pages["next"].as_str().unwrap())).json();
    assert_eq!([names(&pages), names(&rest)].concat().len(), 5);
}

#[test]
fn test_cases_belong_to_a_tool_and_follow_its_name() {
    let world = World::new();
    let api = world.full_api("local");
    let (at, app) = (server(&api), api.fixture_app());
    api.post(&format!("{at}/tools"), &json!({"app": app, "action": "echo"}));
    let cases = format!("{at}/tools/echo/test-cases");
    let made = r#"{"name":"hello","arguments":{"text":"hi","n":1.10}}"#;
    let made = api.send("POST", &cases, &[], made);
    assert_eq!(made.status, 201, "{made:?}");
    assert!(made.body.contains("1.10"), "numbers stay as they were written: {made:?}");
    let again = api.post(&cases, &json!({"name": "hello", "arguments": {}}));
    assert_eq!(problem(&again), (409, "name_taken".into(), Some("name".into())));
    for (body, field) in [
        (json!({"name": "x", "arguments": []}), "arguments"),
        (json!({"name": " ", "arguments": {}}), "name"),
        (json!({"name": "x", "arguments": {"a": "x".repeat(65_536)}}), "arguments"),
    ] {
        assert_eq!(problem(&api.post(&cases, &body)).2.as_deref(), Some(field));
    }
    api.patch(&format!("{at}/tools/echo"), &json!({"name": "say"}));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let moved = format!("{at}/tools/say/test-cases/{id}");
    assert_eq!(api.get(&moved).json()["tool"], "say");
    assert_eq!(problem(&api.get(&format!("{cases}/{id}"))).0, 404);
    let long = r#"{"arguments":{"n":12345678901234567890.1234567890}}"#;
    let changed = api.send("PATCH", &moved, &[("if-match", "*")], long);
    assert!(changed.body.contains("12345678901234567890.1234567890"), "{changed:?}");
    let renamed = api.patch(&moved, &json!({"name": "greets"}));
    assert!(renamed.body.contains("12345678901234567890.1234567890"), "{renamed:?}");
    let changed = api.patch(&moved, &json!({"arguments": {"text": "bye"}}));
    assert_eq!(changed.json()["arguments"]["text"], "bye", "{changed:?}");
    assert_eq!(api.delete(&moved).status, 204);
    assert_eq!(api.get(&format!("{at}/tools/say/test-cases")).json()["items"], json!([]));
}
