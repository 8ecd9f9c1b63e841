//! Tools that are tried: of drafts and of what is published, by the way that clients call them.

use crate::{
    api::{Api, problem},
    world::{CREDENTIAL, Setting, World},
};
use app::{Context, NewToken};
use model::{Names, Permission, Scope};
use serde_json::{Value, json};

/// The path of a new server with those actions of the fixture as tools.
fn server(api: &Api<'_>, actions: &[&str]) -> String {
    let tools = json!([{"app": api.fixture_app(), "actions": actions}]);
    let made = api.post("/servers", &json!({"name": "Tried", "slug": "tried", "tools": tools}));
    format!("/servers/{}", made.json()["id"].as_str().unwrap_or_else(|| panic!("{made:?}")))
}

fn test(api: &Api<'_>, at: &str, tool: &str, arguments: Value) -> Value {
    let reply = api.post(&format!("{at}/test/tools/{tool}"), &json!({"arguments": arguments}));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn names(api: &Api<'_>, path: &str) -> Vec<(String, bool)> {
    let page = api.get(path).json();
    let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}")).clone();
    let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
    items.iter().map(|one| (name(one), one["enabled"].as_bool().unwrap())).collect()
}

/// The API with a token of that scope that may test.
fn tester<'w>(world: &'w World, scope: Scope) -> Api<'w> {
    let token = world.block_on(async {
        let alias = "local".parse().unwrap();
        let operator = world.app.operator(&alias, Context::default()).await.unwrap();
        let new = NewToken {
            permissions: vec![Permission::TestServers],
            ..NewToken::new("tester", scope)
        };
        world.app.create_token(&operator, new).await.unwrap()
    });
    world.api_with(std::str::from_utf8(token.token.expose()).unwrap())
}

#[test]
fn a_draft_is_tried_before_it_is_published() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api, &["get_item", "slow"]);
    let settings = json!({"arguments": {"q": {"fixed": "all"}, "id": {"rename": "item"}}});
    let patch = json!({"name": "read", "settings": settings});
    assert_eq!(api.patch(&format!("{at}/tools/get_item"), &patch).status, 200);
    api.patch(&format!("{at}/tools/slow"), &json!({"enabled": false}));
    let listed = api.get(&format!("{at}/test/tools")).json();
    let read = listed["items"].as_array().unwrap().iter().find(|one| one["name"] == "read");
    let read = read.unwrap();
    assert_eq!(read["input_schema"]["required"], json!(["item"]), "as clients are told");
    assert_eq!((&read["safe"], &read["enabled"]), (&json!(true), &json!(true)));
    let found = names(&api, &format!("{at}/test/tools"));
    let expected = [("read", true), ("slow", false), ("read_result", true)];
    assert_eq!(found, expected.map(|(name, on)| (name.to_owned(), on)));
    let first = api.get(&format!("{at}/test/tools?limit=1")).json();
    let next = first["next"].as_str().unwrap();
    let rest = names(&api, &format!("{at}/test/tools?limit=2&cursor={next}"));
    assert_eq!(rest[0].0, "slow");

    let result = test(&api, &at, "read", json!({"item": "7"}));
    assert_eq!((&result["is_error"], &result["truncated"]), (&json!(false), &json!(false)));
    assert_eq!(result["structured"], json!({"id": "1", "name": "one"}));
    assert_eq!(result["content"][0]["type"], "text");
    assert_eq!(result["upstream"]["status"], 200);
    let sent = &result["request"];
    assert!(sent["url"].as_str().unwrap().ends_with("/items/7?q=all"), "{sent}");
    let place = json!([{"place": "header", "name": "authorization"}]);
    assert_eq!((&sent["method"], &sent["credentials"]), (&json!("GET"), &place));
    assert!(!result.to_string().contains(CREDENTIAL), "{result}");
    assert!(world.api.last().starts_with("GET /items/7?q=all "), "{}", world.api.last());
    assert!(world.api.last().contains(CREDENTIAL), "with the app's connection");
    let unknown = api.post(&format!("{at}/test/tools/get_item"), &json!({"arguments": {}}));
    assert_eq!(problem(&unknown).0, 404, "by its new name alone");
}

#[test]
fn what_is_published_is_tried_as_it_is_even_while_it_is_off() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api, &["get_item"]);
    let published = json!({"version": "published", "arguments": {"id": "1"}});
    let call = |tool: &str| api.post(&format!("{at}/test/tools/{tool}"), &published);
    assert_eq!(problem(&call("get_item")).1, "not_published");
    let list = format!("{at}/test/tools?version=published");
    assert_eq!(problem(&api.get(&list)), (409, "not_published".into(), None));
    assert_eq!(api.post(&format!("{at}/publish"), &json!({})).status, 201);
    api.patch(&format!("{at}/tools/get_item"), &json!({"name": "later"}));
    assert_eq!(names(&api, &list)[0].0, "get_item");
    assert_eq!(call("get_item").json()["is_error"], false);
    assert_eq!(problem(&call("later")).0, 404);
    assert_eq!(api.get(&at).json()["enabled"], false);
    assert_eq!(api.delete(&at).status, 204);
    assert_eq!(problem(&call("get_item")).0, 409, "a deleted server does nothing");
}

#[test]
fn a_test_has_its_row_and_is_searched_by_it() {
    let setting = Setting { log_payloads: true, strict_log: true, ..Setting::default() };
    let world = World::with(setting);
    let api = world.full_api("local");
    let servers = api.get("/servers?search=fixture").json();
    let at = format!("/servers/{}", servers["items"][0]["id"].as_str().unwrap());
    world.call("echo", r#"{"text":"by a client"}"#);
    test(&api, &at, "echo", json!({"text": "by a test"}));
    let failed = test(&api, &at, "fail", json!({}));
    assert_eq!((&failed["is_error"], &failed["upstream"]["status"]), (&json!(true), &json!(500)));
    assert!(!failed.to_string().contains(CREDENTIAL), "{failed}");
    let invalid = test(&api, &at, "echo", json!({"text": 5}));
    assert!(invalid.get("request").is_none(), "nothing could be sent: {invalid}");
    assert_eq!((&invalid["is_error"], &invalid["upstream"]), (&json!(true), &Value::Null));
    let unknown = api.post(&format!("{at}/test/tools/none"), &json!({"arguments": {}}));
    assert_eq!(problem(&unknown).0, 404);
    let rows = world.logged(5);
    let seen: Vec<_> = rows.iter().map(|row| (row.test, row.tool.as_deref().unwrap())).collect();
    let expected =
        [(false, "echo"), (true, "echo"), (true, "fail"), (true, "echo"), (true, "none")];
    assert_eq!(seen, expected);
    let row = &rows[1];
    assert_eq!((row.method.as_str(), row.revision.as_str()), ("tools/call", ""));
    assert!(row.principal.starts_with("tok_"), "{row:?}");
    assert_eq!(row.arguments.as_deref(), Some(r#"{"text":"by a test"}"#));
    assert_eq!(row.upstream_status, Some(200));
    let count = |filter: &str| {
        let page = api.get(&format!("/requests?{filter}")).json();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!((count("test=true"), count("test=false"), count("")), (4, 1, 5));
    assert_eq!(count("test=true&text=by%20a%20test"), 1);
    assert_eq!(world.api.hits(), 3, "what is wrong is not sent");
}

#[test]
fn who_may_not_write_sends_no_writing_request_by_testing() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api, &["get_item", "delete_item"]);
    let refused = |api: &Api<'_>, tool: &str| {
        let order = json!({"arguments": {"id": "1"}});
        problem(&api.post(&format!("{at}/test/tools/{tool}"), &order))
    };
    let list = format!("{at}/test/tools");
    let reader = tester(&world, Scope { read_only: true, ..Scope::ALL });
    assert!(names(&reader, &list).iter().all(|(name, _)| name != "delete_item"));
    assert_eq!(refused(&reader, "delete_item").0, 404);
    assert_eq!(test(&reader, &at, "get_item", json!({"id": "1"}))["is_error"], false);
    assert_eq!(world.api.hits(), 1);
    assert_eq!(api.patch(&at, &json!({"read_only": true})).status, 200);
    assert!(names(&api, &list).iter().all(|(name, _)| name != "delete_item"));
    assert_eq!(refused(&api, "delete_item").0, 404);
    assert_eq!(world.api.hits(), 1);
}

#[test]
fn a_test_stays_within_the_scope_of_its_token() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api, &["get_item", "fail"]);
    let tools = Names::Only(vec!["get_item".into()]);
    let one = tester(&world, Scope { tools, ..Scope::ALL });
    let found = names(&one, &format!("{at}/test/tools"));
    assert_eq!(
        found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["get_item", "read_result"]
    );
    let order = json!({"arguments": {}});
    let refused = problem(&one.post(&format!("{at}/test/tools/fail"), &order));
    let unknown = problem(&one.post(&format!("{at}/test/tools/none"), &order));
    assert_eq!((refused.0, &refused), (404, &unknown));
    let fixture = api.get("/servers?search=fixture").json()["items"][0]["id"].clone();
    let servers = Names::Only(vec![fixture.as_str().unwrap().into()]);
    let other = tester(&world, Scope { servers, ..Scope::ALL });
    let refused = problem(&other.get(&format!("{at}/test/tools")));
    let absent = problem(&other.get(&format!("{}/test/tools", at.replace("srv_0", "srv_1"))));
    assert_eq!((refused.0, &refused), (404, &absent));
    assert_eq!(world.api.hits(), 0);
}

#[test]
fn limits_hold_for_tests_too() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api, &["get_item"]);
    let limit = json!({"target": {"kind": "server"}, "calls": 1, "per": "hour"});
    assert_eq!(api.post("/limits", &limit).status, 201);
    test(&api, &at, "get_item", json!({"id": "1"}));
    let order = json!({"arguments": {"id": "1"}});
    let refused = api.post(&format!("{at}/test/tools/get_item"), &order);
    assert_eq!(problem(&refused).0, 429, "{refused:?}");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(world.api.hits(), 1);
    assert_eq!(world.logged(2)[1].outcome, app::RecordOutcome::Error);
}

#[test]
fn arguments_are_held_to_what_a_client_may_send() {
    let world = World::new();
    let api = world.full_api("local");
    let at = format!("{}/test/tools/get_item", server(&api, &["get_item"]));
    let check = |body: &str| {
        let refused = problem(&api.send("POST", &at, &[], body));
        assert_eq!((refused.0, refused.2.as_deref()), (400, Some("arguments")), "{body}");
    };
    check(r#"{"arguments":{"id":"1","id":"2"}}"#);
    check(r#"{"arguments":{"id":{"a":1,"a":2}}}"#);
    check(r#"{"arguments":[]}"#);
    check(&format!(r#"{{"arguments":{{"id":{}{}}}}}"#, "[".repeat(100), "]".repeat(100)));
    assert_eq!(world.api.hits(), 0);
}

#[test]
fn what_the_draft_cannot_offer_says_why() {
    let world = World::new();
    let api = world.full_api("local");
    let app = api.fixture_app();
    let at = server(&api, &["get_item", "echo"]);
    let description =
        include_str!("fixture.yaml").replace("operationId: get_item", "operationId: other");
    let order = json!({"description": description});
    assert_eq!(api.post(&format!("/apps/{app}/reimport"), &order).status, 200);
    let found = names(&api, &format!("{at}/test/tools"));
    assert!(found.iter().all(|(name, _)| name != "get_item"), "{found:?}");
    let order = json!({"arguments": {"id": "1"}});
    let refused = problem(&api.post(&format!("{at}/test/tools/get_item"), &order));
    assert_eq!((refused.0, refused.1.as_str()), (409, "action_gone"));
    assert_eq!(test(&api, &at, "echo", json!({"text": "x"}))["is_error"], false);
}

#[test]
fn a_test_of_what_was_never_published_cannot_be_replayed() {
    let setting = Setting { log_payloads: true, strict_log: true, ..Setting::default() };
    let world = World::with(setting);
    let api = world.full_api("local");
    let at = server(&api, &["get_item"]);
    let logs = json!({"log_payloads": true, "strict_log": true});
    assert_eq!(api.patch(&at, &logs).status, 200);
    test(&api, &at, "get_item", json!({"id": "7"}));
    let row = api.get("/requests?limit=1").json()["items"][0]["id"].clone();
    let row = format!("/requests/{}", row.as_str().unwrap());
    let refused = (409, "not_published".to_owned(), None);
    assert_eq!(problem(&api.send("POST", &format!("{row}/replay"), &[], "")), refused);
    assert_eq!(problem(&api.get(&format!("{row}/curl"))), refused);
    assert_eq!(api.post(&format!("{at}/publish"), &json!({})).status, 201);
    assert_eq!(api.get(&format!("{row}/curl")).status, 200);
}

#[test]
fn a_test_case_is_run_with_what_it_keeps() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api, &["get_item"]);
    let cases = format!("{at}/tools/get_item/test-cases");
    let case = json!({"name": "seventh", "arguments": {"id": "7"}});
    let made = api.post(&cases, &case).json();
    let run = format!("{cases}/{}/run", made["id"].as_str().unwrap());
    let ran = api.post(&run, &json!({}));
    assert_eq!((ran.status, &ran.json()["is_error"]), (200, &json!(false)), "{ran:?}");
    assert!(world.api.last().starts_with("GET /items/7 "), "{}", world.api.last());
    assert_eq!(problem(&api.post(&run, &json!({"version": "published"}))).1, "not_published");
    // Whoever may test runs it without seeing the rest of the server.
    assert_eq!(tester(&world, Scope::ALL).post(&run, &json!({})).status, 200);
    let reader = world.api("local", &[Permission::ReadServers]);
    assert_eq!(problem(&reader.post(&run, &json!({}))).0, 403);
    assert_eq!(api.delete(&format!("{at}/tools/get_item")).status, 204);
    assert_eq!(problem(&api.post(&run, &json!({}))).0, 404);
}
