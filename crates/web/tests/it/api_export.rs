use crate::{
    api::{Api, problem},
    world::World,
};
use serde_json::{Value, json};

/// A server with one of each, by its path.
fn server(api: &Api<'_>) -> String {
    let app = api.fixture_app();
    let made = api.post("/servers", &json!({"name": "Support: é", "slug": "support"})).json();
    let at = format!("/servers/{}", made["id"].as_str().unwrap());
    let credential = json!({"kind": "bearer", "token": "canary-secret"});
    let new = json!({"app": app, "name": "main", "credential": credential});
    let connection = api.post("/connections", &new).json()["id"].as_str().unwrap().to_owned();
    api.patch(
        &at,
        &json!({"instructions": "Be brief.\nBe kind.\n", "token_budget": 5_000,
            "connections": {(app.as_str()): connection}, "host_names": ["crm.example.com"]}),
    );
    let settings = json!({"description": "Reads item 7.", "timeout_ms": 900,
        "arguments": {"id": {"fixed": "7"}, "q": {"rename": "query"}}});
    let tool = json!({"app": app, "action": "get_item", "name": "seven", "settings": settings,
        "connection": connection});
    assert_eq!(api.post(&format!("{at}/tools"), &tool).status, 201);
    let tool = json!({"app": app, "action": "slow", "enabled": false});
    assert_eq!(api.post(&format!("{at}/tools"), &tool).status, 201);
    let prompt = json!({"name": "greet", "arguments": [{"name": "who"}],
        "messages": [{"role": "user", "text": "Greet {{who}}.\nTwice."}]});
    assert_eq!(api.post(&format!("{at}/prompts"), &prompt).status, 201);
    let resource = json!({"name": "file", "uri": "docs://file", "content": {"base64": "aGk="}});
    assert_eq!(api.post(&format!("{at}/resources"), &resource).status, 201);
    let template = json!({"name": "items", "uri_template": "items://{id}", "app": app,
        "action": "get_item"});
    assert_eq!(api.post(&format!("{at}/resource-templates"), &template).status, 201);
    at
}

fn export(api: &Api<'_>, at: &str) -> String {
    let reply = api.get(&format!("{at}/export"));
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/yaml")));
    reply.body
}

#[test]
fn an_export_is_readable_holds_no_secret_and_makes_the_same_again() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api);
    let file = export(&api, &at);
    for line in [
        "gatewright: server/1",
        "name: \"Support: é\"",
        "instructions: |\n  Be brief.\n  Be kind.\n",
        "connections:\n  fixture: main",
        "  - name: seven\n    app: fixture\n    action: get_item\n    connection: main",
        "          fixed: \"7\"",
        "        text: |-\n          Greet {{who}}.\n          Twice.",
    ] {
        assert!(file.contains(line), "{line}\n---\n{file}");
    }
    for absent in ["canary", "con_", "app_", "srv_", "crm.example.com"] {
        assert!(!file.contains(absent), "{absent}\n---\n{file}");
    }
    let taken = api.post("/servers/import", &json!({"document": file}));
    assert_eq!(problem(&taken), (409, "slug_taken".into(), Some("slug".into())));
    let copy = api.post("/servers/import", &json!({"document": file, "slug": "copy"}));
    assert_eq!(copy.status, 201, "{copy:?}");
    let copy = copy.json();
    assert_eq!((&copy["enabled"], &copy["host_names"]), (&false.into(), &json!([])));
    let other = format!("/servers/{}", copy["id"].as_str().unwrap());
    assert_eq!(export(&api, &other).replace("slug: copy", "slug: support"), file);
    assert_eq!(api.post(&format!("{other}/publish"), &json!({})).status, 201);
}

#[test]
fn a_draft_becomes_what_a_file_says_and_all_else_stays() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api);
    assert_eq!(api.post(&format!("{at}/publish"), &json!({})).status, 201);
    assert_eq!(api.patch(&at, &json!({"enabled": true})).status, 200);
    let file = export(&api, &at).replace("name: seven", "name: six").replace("\"7\"", "\"6\"");
    let before = api.get(&at).json();
    let stale = json!({"document": file, "revision": before["revision"].as_i64().unwrap() - 1});
    assert_eq!(problem(&api.post(&format!("{at}/import"), &stale)).0, 412);
    let order = json!({"document": file, "revision": before["revision"]});
    let after = api.post(&format!("{at}/import"), &order);
    assert_eq!(after.status, 200, "{after:?}");
    let after = after.json();
    for member in ["slug", "enabled", "host_names", "published", "connections"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    let diff = api.get(&format!("{at}/diff")).json();
    assert_eq!((&diff["added"], &diff["removed"]), (&json!(["six"]), &json!(["seven"])));
    // JSON is YAML too.
    let minimal = json!({"gatewright": "server/1", "slug": "x", "name": "Bare"}).to_string();
    let bare = api.post(&format!("{at}/import"), &json!({"document": minimal})).json();
    assert_eq!((&bare["tool_count"], &bare["name"]), (&0.into(), &"Bare".into()));
    assert_eq!(api.get(&format!("{at}/prompts")).json()["items"], json!([]));
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_place_and_changes_nothing() {
    let world = World::new();
    let api = world.full_api("local");
    let at = server(&api);
    let file = export(&api, &at);
    let before = api.get(&at).json();
    let check = |from: &str, to: &str, code: &str, field: &str| {
        assert!(file.contains(from), "{from}");
        let body = json!({"document": file.replacen(from, to, 1)});
        let refused = problem(&api.post(&format!("{at}/import"), &body));
        let expected = (400, code.to_owned(), Some(format!("document{field}")));
        assert_eq!(refused, expected, "{to}");
    };
    check("gatewright: server/1", "gatewright: server/2", "invalid", ".gatewright");
    check("slug: support", "slug: a/b", "invalid", ".slug");
    check("name: \"Support: é\"", "nmae: x", "invalid", ".nmae");
    check("token_budget: 5000", "token_budget: 0", "invalid", ".token_budget");
    check("fixture: main", "other: main", "no_such_app", ".connections.other.app");
    check(
        "fixture: main",
        "fixture: none",
        "no_such_connection",
        ".connections.fixture.connection",
    );
    check("name: seven", "name: slow", "name_taken", ".tools[1].name");
    check("action: get_item", "action: none", "no_such_action", ".tools[0].action");
    check(
        "id:\n          fixed",
        "nope:\n          fixed",
        "invalid_settings",
        ".tools[0].settings.arguments.nope",
    );
    check("{{who}}", "{{whom}}", "invalid", ".prompts[0].messages[0].text");
    check("docs://file", "no uri", "invalid", ".resources[0].uri");
    check("items://{id}", "items://{q}", "invalid", ".resource_templates[0].uri_template");
    let yaml = |text: &str| problem(&api.post(&format!("{at}/import"), &json!({"document": text})));
    let line = |text: &str| {
        let refused = api.post(&format!("{at}/import"), &json!({"document": text})).json();
        refused["detail"].as_str().unwrap().to_owned()
    };
    let detail = line(&file.replace("action: slow", "action: none"));
    let number = file.lines().position(|line| line.contains("action: slow")).unwrap() + 1;
    assert!(detail.starts_with(&format!("line {number}: the app has no action none")), "{detail}");
    let detail = line("gatewright: server/1\nslug: x\nname: \"\\0\"\n");
    assert!(detail.contains("document:3:") && detail.contains("NUL"), "{detail}");
    assert_eq!(yaml("a: 1\na: 2"), (400, "invalid".into(), Some("document".into())));
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    assert_eq!(yaml(bomb).0, 400);
    assert_eq!(api.get(&at).json(), before);
}

#[test]
fn a_file_is_brought_to_another_account_by_the_names_there() {
    let world = World::new();
    let (api, other) = (world.full_api("local"), world.full_api("other"));
    let file = export(&api, &server(&api));
    let refused = problem(&other.post("/servers/import", &json!({"document": file})));
    assert_eq!(refused.1, "no_such_app", "names of another account mean nothing here");
    let fixture: Value = json!({"key": "fixture", "base_url": "http://127.0.0.1:9",
        "description": include_str!("fixture.yaml")});
    let app = other.post("/apps", &fixture);
    assert_eq!(app.status, 201, "{app:?}");
    let refused = problem(&other.post("/servers/import", &json!({"document": file})));
    assert_eq!(refused.1, "no_such_connection");
    let credential = json!({"kind": "bearer", "token": "another"});
    let id = app.json()["id"].clone();
    other.post("/connections", &json!({"app": id, "name": "main", "credential": credential}));
    let made = other.post("/servers/import", &json!({"document": file}));
    assert_eq!(made.status, 201, "{made:?}");
    let at = format!("/servers/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(export(&other, &at), file);
}
