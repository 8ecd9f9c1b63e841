use crate::{
    api::{Api, problem},
    world::World,
};
use serde_json::{Value, json};

fn server(api: &Api<'_>) -> String {
    let made = api.post("/servers", &json!({"name": "Parts"})).json();
    format!("/servers/{}", made["id"].as_str().unwrap())
}

#[test]
fn prompts_resources_and_templates_are_made_read_changed_and_removed() {
    let world = World::new();
    let api = world.full_api("local");
    let (at, app) = (server(&api), api.fixture_app());
    let prompt = json!({"name": "one", "arguments": [{"name": "who", "required": true}],
        "messages": [{"role": "user", "text": "Greet {{who}}."}]});
    let resource = json!({"name": "one", "uri": "docs://one", "mime_type": "text/markdown",
        "content": {"text": "# One"}});
    let template = json!({"name": "one", "uri_template": "items://{item}{?q}", "app": app,
        "action": "get_item", "arguments": {"item": "id"}});
    for (noun, body) in
        [("prompts", prompt), ("resources", resource), ("resource-templates", template)]
    {
        let list = format!("{at}/{noun}");
        let made = api.post(&list, &body);
        assert_eq!(made.status, 201, "{noun}: {made:?}");
        assert_eq!(made.header("location"), Some(&*format!("/api/v1{list}/one")), "{noun}");
        assert_eq!(problem(&api.post(&list, &body)).0, 409, "{noun}");
        let one = format!("{list}/one");
        let patch = r#"{"title":"T"}"#;
        let changed = api.send("PATCH", &one, &[("if-match", "\"1\"")], patch);
        assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{changed:?}");
        let late = api.send("PATCH", &one, &[("if-match", "\"1\"")], patch);
        assert_eq!(problem(&late).0, 412, "{noun}");
        let read = api.get(&one).json();
        assert_eq!(read["title"], "T");
        for (member, value) in body.as_object().unwrap() {
            assert_eq!(&read[member], value, "{noun} {member}");
        }
        assert_eq!(api.get(&list).json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(api.patch(&one, &json!({"name": "two"})).status, 200);
        assert_eq!(problem(&api.get(&one)).0, 404);
        assert_eq!(api.delete(&format!("{list}/two")).status, 204);
        assert_eq!(api.get(&list).json()["items"], json!([]));
    }
}

#[test]
fn parts_that_are_wrong_are_refused_with_their_place() {
    let world = World::new();
    let api = world.full_api("local");
    let (at, app) = (server(&api), api.fixture_app());
    let check = |noun: &str, body: Value, field: &str| {
        let (status, _, found) = problem(&api.post(&format!("{at}/{noun}"), &body));
        assert_eq!((status, found.as_deref().unwrap_or_default()), (400, field), "{body}");
    };
    let prompt = |text: &str| json!({"name": "x", "messages": [{"role": "user", "text": text}]});
    check("prompts", prompt("{{who}}"), "messages[0].text");
    check("prompts", prompt("{{who"), "messages[0].text");
    check("prompts", json!({"name": "a b", "messages": []}), "name");
    check("prompts", json!({"name": "a", "messages": []}), "messages");
    let resource = |uri: &str| json!({"name": "x", "uri": uri, "content": {"text": "x"}});
    check("resources", resource("handbook"), "uri");
    check("resources", resource("docs://a b"), "uri");
    check(
        "resources",
        json!({"name": "x", "uri": "a:b", "content": {"base64": "?"}}),
        "content.base64",
    );
    check("resources", json!({"name": "x", "uri": "a:b", "content": {"file": "?"}}), "content");
    let large = "x".repeat((1 << 20) + 1);
    check(
        "resources",
        json!({"name": "x", "uri": "a:b", "content": {"text": large}}),
        "content.text",
    );
    let template = |uri: &str, action: &str, arguments: Value| {
        json!({"name": "x", "uri_template": uri, "app": app, "action": action,
            "arguments": arguments})
    };
    let none = json!({});
    check("resource-templates", template("items://{id}", "none", none.clone()), "action");
    check("resource-templates", template("items://{id}", "delete_item", none.clone()), "action");
    check(
        "resource-templates",
        template("items://{+id}", "get_item", none.clone()),
        "uri_template",
    );
    check("resource-templates", template("items://{q}", "get_item", none.clone()), "uri_template");
    check("resource-templates", template("items://{nope}", "get_item", none), "arguments");
    check(
        "resource-templates",
        template("items://{id}", "get_item", json!({"x": "q"})),
        "arguments",
    );
}

#[test]
fn two_resources_of_a_server_never_have_one_uri_and_all_have_a_bound() {
    let world = World::new();
    let api = world.full_api("local");
    let list = format!("{}/resources", server(&api));
    let text = "x".repeat(1 << 20);
    let resource = |n: usize| json!({"name": format!("r{n}"), "uri": format!("a:{n}"), "content": {"text": text}});
    for n in 0..16 {
        assert_eq!(api.post(&list, &resource(n)).status, 201);
    }
    let more = api.post(&list, &resource(16));
    assert_eq!(problem(&more), (409, "too_large".into(), Some("content".into())));
    let twin = api.patch(&format!("{list}/r1"), &json!({"uri": "a:0"}));
    assert_eq!(problem(&twin), (409, "uri_taken".into(), Some("uri".into())));
    let listed = api.get(&list);
    assert!(listed.body.len() < 8_000, "a list is without what its items hold");
    assert_eq!(listed.json()["items"][0]["bytes"], 1 << 20);
}
