//! The catalog, and apps that are made of definitions.

use crate::{api::problem, world::World};
use serde_json::{Value, json};

const OWN: &str = "key: crm\nname: Acme CRM\ndescription: Customers.\nhomepage: https://crm.example\nbase_url: https://{site}.crm.example/v1\n\
auth:\n  - name: key\n    title: API key\n    fields: [{name: site, title: Site}]\n    method: {api_key: {place: header, name: X-Key}}\n\
actions:\n  - key: list-customers\n    title: List customers\n    description: Lists customers.\n    request: GET /customers\n";

#[test]
fn the_catalog_is_listed_and_read() {
    let world = World::new();
    let api = world.full_api("other");
    let list = api.get("/catalog").json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), catalog::built_ins().len());
    let gmail = items.iter().find(|one| one["key"] == "gmail").unwrap();
    assert_eq!((&gmail["name"], gmail.get("actions")), (&json!("Gmail"), None));
    let whole = api.get("/catalog/gmail").json();
    assert_eq!(whole["description"], gmail["description"]);
    let send = whole["actions"].as_array().unwrap().iter().find(|one| one["name"] == "send-email");
    let send = send.unwrap();
    assert_eq!((&send["method"], &send["safe"]), (&json!("POST"), &json!(false)));
    let oauth = &whole["auth"][0]["method"]["oauth2"];
    assert_eq!(
        oauth["authorization_parameters"],
        json!({"access_type": "offline", "prompt": "consent"})
    );
    assert_eq!(problem(&api.get("/catalog/absent")).0, 404);
}

#[test]
fn every_app_of_the_catalog_can_be_made() {
    let world = World::new();
    let api = world.full_api("other");
    for entry in catalog::built_ins() {
        let made = api.post("/apps", &json!({"catalog": entry.key}));
        assert_eq!(made.status, 201, "{}: {made:?}", entry.key);
        let app = made.json();
        assert_eq!((&app["key"], &app["kind"]), (&json!(entry.key), &json!("definition")));
        assert_eq!(app["definition"]["catalog"], entry.key);
        let read = entry.read().unwrap();
        assert_eq!(app["definition"]["auth"], serde_json::to_value(&read.definition.auth).unwrap());
        assert_eq!(app["actions"], read.actions.len());
        let path = format!("/apps/{}/actions?limit=200", app["id"].as_str().unwrap());
        assert_eq!(api.get(&path).json()["items"].as_array().unwrap().len(), read.actions.len());
    }
    let again = api.post("/apps", &json!({"catalog": "gmail", "title": "Support mail"})).json();
    assert_eq!(
        (&again["key"], &again["settings"], &again["title"]),
        (&json!("gmail-2"), &Value::Null, &json!("Support mail"))
    );
}

#[test]
fn an_app_of_a_definition_of_ones_own() {
    let world = World::new();
    let api = world.full_api("other");
    let made = api.post("/apps", &json!({"definition": OWN}));
    assert_eq!(made.status, 201, "{made:?}");
    let app = made.json();
    assert_eq!(
        (&app["key"], &app["base_url"]),
        (&json!("crm"), &json!("https://{site}.crm.example/v1"))
    );
    assert_eq!(app["definition"].get("catalog"), None);
    assert_eq!(app["credential_slots"][0]["name"], "key");
    let path = format!("/apps/{}", app["id"].as_str().unwrap());
    let renamed = api.patch(&path, &json!({"title": "CRM"}));
    assert_eq!((renamed.status, &renamed.json()["title"]), (200, &json!("CRM")), "{renamed:?}");
    let fixed = api.patch(&path, &json!({"base_url": "https://acme.crm.example/v1"}));
    assert_eq!(fixed.json()["base_url"], "https://acme.crm.example/v1");
    assert_eq!(fixed.json()["definition"], app["definition"]);
    assert_eq!(problem(&api.patch(&path, &json!({"base_url": "https://{x}.example"}))).0, 400);
    let reimport = |body: Value| api.post(&format!("{path}/reimport"), &body);
    let nothing = (400, "no_origin".to_owned(), Some("definition".to_owned()));
    assert_eq!(problem(&reimport(json!({}))), nothing);
    assert_eq!(problem(&reimport(json!({"description": "{}"}))).0, 400);
    let more = OWN.replace("Lists customers.", "Lists all customers.")
        + "  - key: get-customer\n    title: Get a customer\n    description: Reads one.\n    request: GET /customers/{id}\n    arguments: {id: {type: string, description: The id.}}\n";
    for dry_run in [true, false] {
        let done = reimport(json!({"definition": more, "dry_run": dry_run}));
        assert_eq!(done.status, 200, "{done:?}");
        let done = done.json();
        assert_eq!(done["added"], json!(["get-customer"]));
        assert_eq!(done["changed"][0]["name"], "list-customers", "{done}");
        assert_eq!(api.get(&path).json()["actions"], if dry_run { 1 } else { 2 });
    }
    assert_eq!(api.get(&path).json()["base_url"], "https://acme.crm.example/v1");
    let gmail = api.post("/apps", &json!({"catalog": "gmail"})).json();
    let again = api.post(&format!("/apps/{}/reimport", gmail["id"].as_str().unwrap()), &json!({}));
    assert_eq!(again.json()["unchanged"], gmail["actions"], "{again:?}");
}

#[test]
fn what_makes_no_app_says_why() {
    let world = World::new();
    let api = world.full_api("other");
    let check = |body: Value, code: &str, field: &str, words: &str| {
        let reply = api.post("/apps", &body);
        assert_eq!(problem(&reply), (400, code.into(), Some(field.into())), "{body}");
        assert!(reply.json().to_string().contains(words), "{reply:?}");
    };
    check(json!({"catalog": "absent"}), "no_such_definition", "catalog", "no such app");
    check(json!({"definition": "key: crm"}), "definition_unreadable", "definition", "line 1");
    let wrong = OWN.replace("GET /customers", "GET customers");
    check(
        json!({"definition": wrong}),
        "definition_unreadable",
        "definition",
        "line 15: actions[0].request",
    );
    let reserved = OWN.replace("auth:", "headers: {Host: x}\nauth:");
    check(json!({"definition": reserved}), "definition_unreadable", "definition", "headers.Host");
    let schema =
        format!("{OWN}    arguments: {{a: {{type: string, minLength: x, description: A.}}}}\n");
    check(json!({"definition": schema}), "definition_unreadable", "definition", "list-customers");
    check(json!({"catalog": "gmail", "definition": OWN}), "invalid", "definition", "");
    check(json!({"kind": "definition"}), "invalid", "definition", "");
    check(json!({"kind": "manual", "catalog": "gmail"}), "invalid", "kind", "");
    check(json!({"kind": "openapi", "catalog": "gmail"}), "invalid", "kind", "");
    check(json!({"catalog": "gmail", "rules": {"read_only": true}}), "invalid", "kind", "");
    assert_eq!(api.get("/apps").json()["items"], json!([]));
}
