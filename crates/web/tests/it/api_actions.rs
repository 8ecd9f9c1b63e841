use crate::{
    api::{Api, problem},
    world::World,
};
use serde_json::{Value, json};

fn app(api: &Api<'_>) -> String {
    let body = json!({"kind": "manual", "title": "Mine", "base_url": "https://api.example.com"});
    let made = api.post("/apps", &body);
    assert_eq!(made.status, 201, "{made:?}");
    format!("/apps/{}/actions", made.json()["id"].as_str().unwrap())
}

fn update_user() -> Value {
    json!({
        "name": "update_user", "title": "Update a user", "description": "Changes one user.",
        "method": "put", "path": "/users/{id}/roles", "tags": ["users"],
        "parameters": [
            {"name": "id", "in": "path", "schema": {"type": "integer", "minimum": 1}},
            {"name": "fields", "in": "query", "style": "pipe_delimited", "explode": false,
             "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "X-Request-Id", "in": "header", "description": "For the log."},
        ],
        "body": {"required": true, "schema": {
            "type": "object", "required": ["role"], "properties": {"role": {"type": "string"}, "note": {"type": "string"}},
        }},
        "output_schema": {"type": "object", "properties": {"ok": {"type": "boolean"}}},
    })
}

#[test]
fn an_action_is_made_by_hand_like_one_that_was_imported() {
    let world = World::new();
    let api = world.full_api("other");
    let path = app(&api);
    let made = api.post(&path, &update_user());
    assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{made:?}");
    let action = made.json();
    assert_eq!((&action["method"], &action["safe"]), (&json!("PUT"), &json!(false)));
    assert_eq!(action["input_schema"]["required"], json!(["id", "role"]));
    assert_eq!(action["input_schema"]["additionalProperties"], json!(false));
    assert_eq!(action["input_schema"]["properties"]["id"]["type"], "integer");
    assert_eq!(action["output_schema"]["properties"]["ok"]["type"], "boolean");
    let one = format!("{path}/update_user");
    assert_eq!(api.get(&one).json(), action);

    let changed = api.send(
        "PATCH",
        &one,
        &[("if-match", "\"1\"")],
        r#"{"method":"PURGE","body":null,"description":"Purges."}"#,
    );
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{changed:?}");
    let now = changed.json();
    assert_eq!((&now["method"], &now["title"]), (&json!("PURGE"), &json!("Update a user")));
    assert!(
        now["settings"]["body"].is_null() && now["input_schema"]["properties"]["role"].is_null()
    );
    assert_eq!(api.get(&path).json()["items"][0]["description"], "Purges.");
    let late = api.send("PATCH", &one, &[("if-match", "\"1\"")], r#"{"title":"Late"}"#);
    assert_eq!(problem(&late).0, 412);
    let taken = api.post(&path, &update_user());
    assert_eq!(problem(&taken), (409, "name_taken".into(), Some("name".into())));
    assert_eq!(api.delete(&one).status, 204);
    assert_eq!(problem(&api.get(&one)).0, 404);
}

#[test]
fn what_could_not_be_sent_is_refused_with_its_place() {
    let world = World::new();
    let api = world.full_api("other");
    let path = app(&api);
    let check = |changes: Value, code: &str, field: Option<&str>| {
        let mut body = json!({"name": "a", "description": "Reads.", "method": "GET", "path": "/a"});
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        let reply = api.post(&path, &body);
        let found = problem(&reply);
        assert_eq!((found.0, &*found.1), (400, code), "{changes}: {reply:?}");
        assert_eq!(found.2.as_deref(), field, "{changes}: {reply:?}");
    };
    let cannot = "action_cannot_work";
    check(json!({"name": ".."}), "invalid", Some("name"));
    check(json!({"name": "a b"}), "invalid", Some("name"));
    check(json!({"description": ""}), "invalid", Some("description"));
    check(json!({"method": "GET /x"}), "invalid", Some("method"));
    check(json!({"method": "connect"}), "invalid", Some("method"));
    check(json!({"path": "a"}), cannot, Some("path"));
    check(json!({"path": "//evil.example/a"}), cannot, Some("path"));
    check(json!({"path": "/a/../b"}), cannot, Some("path"));
    check(json!({"path": "/a/{id"}), cannot, Some("path"));
    check(json!({"path": "/a\\b"}), cannot, Some("path"));
    check(json!({"path": "/a\r\nX: y"}), "invalid", Some("path"));
    for header in ["Host", "Content-Length", "Transfer-Encoding", "X Y", "a\r\nb", ""] {
        let parameters = json!([{"name": header, "in": "header", "required": true}]);
        check(json!({"parameters": parameters}), cannot, Some("parameters[0]"));
    }
    check(
        json!({"parameters": [{"name": "a", "in": "body"}]}),
        "invalid",
        Some("parameters[0].in"),
    );
    check(json!({"extra": 1}), "invalid", Some("extra"));
    let large = json!({"type": "string", "description": "x".repeat(300 << 10)});
    check(
        json!({"parameters": [{"name": "a", "in": "query", "schema": large}]}),
        "schema_too_large",
        None,
    );
    check(json!({"output_schema": {"type": "nonsense"}}), cannot, Some("output_schema"));
}

#[test]
fn imported_actions_are_read_and_searched_but_not_changed() {
    let world = World::new();
    let api = world.full_api("local");
    let id = api.get("/apps").json()["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/apps/{id}/actions");
    let names = |query: &str| -> Vec<String> {
        let page = api.get(&format!("{path}?{query}"));
        let items = page.json()["items"].as_array().unwrap_or_else(|| panic!("{page:?}")).clone();
        items.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(""), ["delete_item", "echo", "fail", "get_item", "slow"]);
    assert_eq!(names("search=ITEM"), ["delete_item", "get_item"]);
    assert_eq!(names("search=item%20reads"), ["get_item"]);
    assert_eq!(names("search=%25"), [""; 0]);
    assert_eq!(names("search=get_item"), ["get_item"]);
    assert_eq!(names("search=getxitem"), [""; 0]);
    assert_eq!(names("method=post"), ["echo"]);
    assert_eq!(names("deprecated=true"), [""; 0]);
    assert_eq!(names("tag=nothing"), [""; 0]);
    let refused = api.patch(&format!("{path}/echo"), &json!({"description": "Mine."}));
    assert_eq!(problem(&refused).1, "imported_action");
    assert_eq!(problem(&api.delete(&format!("{path}/echo"))).1, "imported_action");
    assert_eq!(problem(&api.get(&format!("{path}?cursor=Li4v"))).2.as_deref(), Some("cursor"));
    let own = json!({"name": "own", "description": "Own.", "method": "GET", "path": "/own"});
    assert_eq!(api.post(&path, &own).status, 201, "imported apps take further actions");
    world.republish(false);
    assert!(names("").contains(&"own".to_owned()), "publishing again leaves it");
}
