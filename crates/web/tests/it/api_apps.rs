use crate::{
    api::{Api, problem},
    world::World,
};
use model::Permission;
use serde_json::{Value, json};

/// A description with one operation for each of `paths`, and one that cannot work.
fn description(title: &str, paths: &[&str]) -> String {
    let mut items = serde_json::Map::new();
    for path in paths {
        let name = path.trim_start_matches('/').replace('/', "_");
        let parameters = json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]);
        items.insert(
            (*path).to_owned(),
            json!({"get": {"operationId": name, "parameters": parameters, "responses": {}}}),
        );
    }
    items
        .insert("/bad/../path".to_owned(), json!({"get": {"operationId": "bad", "responses": {}}}));
    json!({
        "openapi": "3.1.0", "info": {"title": title, "version": "1.2"},
        "servers": [{"url": "https://api.example.com/v1"}], "paths": items,
    })
    .to_string()
}

fn create(api: &Api<'_>, body: &Value) -> Value {
    let made = api.post("/apps", body);
    assert_eq!(made.status, 201, "{made:?}");
    made.json()
}

fn names(api: &Api<'_>, app: &str) -> Vec<String> {
    let page = api.get(&format!("/apps/{app}/actions?limit=200")).json();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|action| action["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_app_is_previewed_imported_read_changed_and_removed() {
    let world = World::new();
    let api = world.full_api("other");
    let text = description("My Pets", &["/a", "/b"]);
    let preview = api.post("/import-preview", &json!({"description": text}));
    assert_eq!(preview.status, 200, "{preview:?}");
    let seen = preview.json();
    assert_eq!(
        (&seen["title"], &seen["base_url"]),
        (&json!("My Pets"), &json!("https://api.example.com/v1"))
    );
    let refused = &seen["report"]["operations"][2];
    assert_eq!((&refused["status"], &refused["path"]), (&json!("refused"), &json!("/bad/../path")));
    assert!(refused["notes"][0]["pointer"].as_str().unwrap().starts_with("/paths/"), "{refused}");
    assert_eq!(api.get("/apps").json()["items"], json!([]), "a preview writes nothing");

    let made = api.post("/apps", &json!({"description": text}));
    assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{made:?}");
    let app = made.json();
    assert_eq!(
        (&app["key"], &app["kind"], &app["actions"]),
        (&json!("my-pets"), &json!("openapi"), &json!(2))
    );
    assert_eq!(app["imported"]["refused"], 1);
    let path = format!("/apps/{}", app["id"].as_str().unwrap());
    assert_eq!(api.get(&path).json(), app);
    let report = api.get(&format!("{path}/import-report")).json();
    assert_eq!(report["operations"], seen["report"]["operations"]);

    let second = create(&api, &json!({"description": text}));
    assert_eq!(second["key"], "my-pets-2", "a made key gives way");
    let taken = api.post("/apps", &json!({"description": text, "key": "my-pets"}));
    assert_eq!(problem(&taken), (409, "key_taken".into(), Some("key".into())));

    let changed = api.send(
        "PATCH",
        &path,
        &[("if-match", "\"1\"")],
        r#"{"title":"Pets","base_url":"http://10.0.0.1/","trusted_hosts":["https://b.example"]}"#,
    );
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{changed:?}");
    assert_eq!(changed.json()["base_url"], "http://10.0.0.1");
    assert_eq!(api.get(&path).json()["title"], "Pets");
    for (body, field) in [
        (json!({"base_url": "ftp://x"}), "base_url"),
        (json!({"trusted_hosts": ["https://user:pass@b.example"]}), "trusted_hosts[0]"),
        (json!({"rules": {"include": ["nonsense"]}}), "rules.include[0]"),
        (json!({"key": "other"}), "key"),
        (json!({"title": ""}), "title"),
    ] {
        assert_eq!(
            problem(&api.patch(&path, &body)),
            (400, "invalid".into(), Some(field.into())),
            "{body}"
        );
    }
    assert_eq!(api.delete(&path).status, 204);
    assert_eq!(problem(&api.get(&path)).0, 404);
    assert_eq!(problem(&api.get(&format!("{path}/actions"))).0, 404);
}

#[test]
fn what_cannot_be_imported_leaves_nothing_and_says_why() {
    let world = World::new();
    let api = world.full_api("other");
    let good = description("Pets", &["/a"]);
    let check = |body: Value, code: &str, field: &str| {
        for path in ["/apps", "/import-preview"] {
            if path == "/import-preview" && body.get("base_url").or(body.get("kind")).is_some() {
                continue;
            }
            let reply = api.post(path, &body);
            assert_eq!(
                problem(&reply),
                (400, code.to_owned(), Some(field.to_owned())),
                "{path} {body}"
            );
        }
    };
    check(json!({}), "invalid", "description");
    check(json!({"description": good, "location": "https://a.example"}), "invalid", "location");
    check(json!({"description": "PK\u{3}\u{4}zip"}), "description_unreadable", "description");
    check(json!({"description": "hello"}), "description_unreadable", "description");
    check(
        json!({"description": r#"{"openapi":"3.1.0","info":{}}"#}),
        "description_unreadable",
        "description",
    );
    check(json!({"location": "/etc/passwd"}), "location_is_no_url", "location");
    check(json!({"location": "file:///etc/passwd"}), "location_is_no_url", "location");
    check(json!({"location": "http://user:secret@10.0.0.1/"}), "invalid", "location");
    check(json!({"description": good, "rules": {"exclude": ["x"]}}), "invalid", "rules.exclude[0]");
    check(json!({"description": good, "base_url": "x"}), "invalid", "base_url");
    check(json!({"kind": "manual", "title": "Mine"}), "invalid", "base_url");
    check(json!({"kind": "manual", "base_url": "https://a.example"}), "invalid", "title");
    check(
        json!({"kind": "manual", "title": "Mine", "base_url": "https://a.example", "description": good}),
        "invalid",
        "kind",
    );
    let homeless = r#"{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{}}"#;
    let reply = api.post("/apps", &json!({"description": homeless}));
    assert_eq!(problem(&reply), (400, "base_url_needed".into(), Some("base_url".into())));

    let zip = api.send("POST", "/apps", &[("content-type", "application/zip")], "PK\u{3}\u{4}");
    assert_eq!(problem(&zip).0, 415);
    let large = format!(r#"{{"description":"{}"}}"#, " ".repeat(65 << 20));
    assert_eq!(problem(&api.send("POST", "/apps", &[], &large)).0, 413);
    assert_eq!(api.get("/apps").json()["items"], json!([]));
}

#[test]
fn a_location_is_fetched_through_the_guarded_client() {
    let mut setting = crate::world::Setting::default();
    setting.app.allow_private_networks = false;
    let world = World::with(setting);
    let api = world.full_api("other");
    let location = format!("http://{}/openapi.json", world.api.address);
    let reply = api.post("/apps", &json!({"location": location}));
    assert_eq!(problem(&reply), (400, "invalid".into(), Some("location".into())));
    assert_eq!(world.api.hits(), 0);

    let open = World::new();
    let api = open.full_api("other");
    let location = format!("http://{}/openapi.json?key=canary", open.api.address);
    let reply = api.post("/apps", &json!({"location": location}));
    assert_eq!(problem(&reply).1, "description_unreadable", "the API there is no description");
    assert!(open.api.hits() == 1 && !reply.body.contains("canary"), "{reply:?}");
}

#[test]
fn a_reimport_shows_its_difference_and_loses_nothing() {
    let world = World::new();
    let api = world.full_api("other");
    let app = create(&api, &json!({"description": description("Pets", &["/a", "/b"])}));
    let id = app["id"].as_str().unwrap();
    let own = json!({"name": "mine", "description": "Mine.", "method": "GET", "path": "/mine"});
    assert_eq!(api.post(&format!("/apps/{id}/actions"), &own).status, 201);
    let next = description("Pets", &["/b", "/c", "/mine"]).replace("\"q\"", "\"search\"");
    let path = format!("/apps/{id}/reimport");

    let shown = api.post(&path, &json!({"description": next, "dry_run": true})).json();
    assert_eq!(names(&api, id), ["a", "b", "mine"], "a dry run writes nothing");
    let written = api.post(&path, &json!({"description": next})).json();
    for seen in [&shown, &written] {
        assert_eq!((&seen["added"], &seen["removed"]), (&json!(["c"]), &json!(["a"])), "{seen}");
        assert_eq!((&seen["own"], &seen["breaking"]), (&json!(["mine"]), &json!(true)), "{seen}");
        assert_eq!(seen["changed"][0]["name"], "b");
        assert!(!seen["changed"][0]["changes"][0]["text"].as_str().unwrap().is_empty());
    }
    assert_eq!((&shown["dry_run"], &written["dry_run"]), (&json!(true), &json!(false)));
    assert_eq!(names(&api, id), ["b", "c", "mine"]);
    assert_eq!(api.get(&format!("/apps/{id}/actions/mine")).json()["made"], "by_hand");
    let again = api.post(&path, &json!({"description": next})).json();
    assert_eq!((&again["unchanged"], &again["breaking"]), (&json!(2), &json!(false)), "{again}");
    let nowhere = api.post(&path, &json!({}));
    assert_eq!(problem(&nowhere).1, "no_origin");
}

#[test]
fn what_a_server_uses_stays_and_is_named() {
    let world = World::new();
    let api = world.full_api("local");
    let app = api.get("/apps").json()["items"][0].clone();
    let id = app["id"].as_str().unwrap();
    let uses = api.get(&format!("/apps/{id}/used-by")).json();
    assert_eq!(uses["items"][0]["slug"], "fixture");
    assert_eq!(uses["items"][0]["tools"].as_array().unwrap().len(), 5);
    let refused = api.delete(&format!("/apps/{id}"));
    assert_eq!(problem(&refused).1, "in_use");
    assert!(refused.json()["detail"].as_str().unwrap().contains("fixture"), "{refused:?}");
    let uses = api.get(&format!("/apps/{id}/actions/echo/used-by")).json();
    assert_eq!(uses["items"][0]["tools"], json!(["echo"]));

    let base = json!({"description": description("Fixture", &["/other"])});
    let changed = api.post(&format!("/apps/{id}/reimport"), &base).json();
    assert_eq!(changed["removed"], json!([]), "{changed}");
    assert_eq!(changed["kept"].as_array().unwrap().len(), 5);
    let gone = api.get(&format!("/apps/{id}/actions/echo"));
    assert!(gone.json()["gone_at"].is_string(), "{gone:?}");
    assert_eq!(problem(&api.delete(&format!("/apps/{id}/actions/echo"))).1, "in_use");
    // What is published goes on.
    assert_eq!(world.call("echo", r#"{"text":"hi"}"#).status, 200);
    assert_eq!(world.api.hits(), 1);
}

#[test]
fn the_tokens_of_actions_add_up_to_those_of_the_tool_list() {
    let world = World::new();
    let api = world.full_api("local");
    let app = api.get("/apps").json()["items"][0]["id"].as_str().unwrap().to_owned();
    // The frame of a list, and the tools of Gatewright itself, are the same for both.
    let [few, all] = [json!(["echo"]), Value::Null].map(|actions| {
        let order = json!({"name": "S", "tools": [{"app": app, "actions": actions}]});
        let server = api.post("/servers", &order).json();
        let diff = api.get(&format!("/servers/{}/diff", server["id"].as_str().unwrap())).json();
        diff["budget"]["tokens"].as_i64().unwrap()
    });
    let actions = api.get(&format!("/apps/{app}/actions")).json()["items"].clone();
    let others = actions.as_array().unwrap().iter().filter(|action| action["name"] != "echo");
    let sum: i64 = others.map(|action| action["tokens"].as_i64().unwrap()).sum();
    assert!((all - few - sum).abs() <= 20, "{sum} are said to be added, {few} became {all}");
    let one = api.get(&format!("/apps/{app}/actions/echo")).json();
    let same = actions.as_array().unwrap().iter().find(|action| action["name"] == "echo");
    assert_eq!(Some(&one["tokens"]), same.map(|action| &action["tokens"]));
}

#[test]
fn one_import_of_an_account_runs_at_a_time() {
    let mut setting = crate::world::Setting::default();
    setting.app.imports_per_account = 0;
    let world = World::with(setting);
    let reply =
        world.full_api("other").post("/apps", &json!({"description": description("A", &["/a"])}));
    assert_eq!(problem(&reply), (429, "imports_busy".into(), None));
    assert!(reply.header("retry-after").is_some());
}

#[test]
fn connections_go_with_their_app_only_for_those_who_may_remove_them() {
    let world = World::new();
    let api = world.full_api("other");
    let app =
        create(&api, &json!({"kind": "manual", "title": "Mine", "base_url": "https://a.example"}));
    let credential = json!({"kind": "bearer", "token": "secret"});
    let made = api
        .post("/connections", &json!({"app": app["id"], "name": "main", "credential": credential}));
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("/apps/{}", app["id"].as_str().unwrap());
    let builder = world.api("other", &[Permission::ReadApps, Permission::WriteApps]);
    assert_eq!(problem(&builder.delete(&path)).0, 403);
    assert_eq!(problem(&api.get(&format!("{path}/import-report"))).0, 404);
    assert_eq!(api.delete(&path).status, 204);
    assert_eq!(api.get("/connections").json()["items"], json!([]));
}

/// The large descriptions of real APIs, which lie beside the repository.
#[test]
fn real_descriptions_are_imported_searched_and_compared() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    let file = folder.join("github-rest-full-3.0.json");
    if !file.exists() {
        assert!(std::env::var_os("CI").is_none_or(|value| value.is_empty()), "{file:?} is missing");
        eprintln!("skipped: {file:?} is missing");
        return;
    }
    let world = World::new();
    let api = world.full_api("other");
    let text = std::fs::read_to_string(file).unwrap();
    let app =
        create(&api, &json!({"description": text, "key": "github", "rules": {"deprecated": true}}));
    let counts = &app["imported"];
    let total: u64 = ["exposed", "degraded", "excluded", "refused"]
        .iter()
        .map(|name| counts[name].as_u64().unwrap())
        .sum();
    let path = format!("/apps/{}", app["id"].as_str().unwrap());
    let report = api.get(&format!("{path}/import-report")).json();
    assert_eq!(report["operations"].as_array().unwrap().len() as u64, total);
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{path}/actions?limit=200{next}")).json();
        found.extend(page["items"].as_array().unwrap().iter().map(|one| one["name"].clone()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    assert_eq!(found.len() as u64, app["actions"].as_u64().unwrap());
    assert!(found.is_sorted_by_key(|name| name.as_str().unwrap().to_owned()));
    let searched =
        api.get(&format!("{path}/actions?search=LIST%20pull%20request&method=get")).json();
    let items = searched["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for item in items {
        let text = item.to_string().to_lowercase();
        assert!(
            text.contains("list") && text.contains("pull") && item["method"] == "GET",
            "{item}"
        );
    }
    let tagged = api.get(&format!("{path}/actions?tag=gists")).json();
    assert!(tagged["items"].as_array().unwrap().iter().all(|one| one["tags"] == json!(["gists"])));
    assert!(!tagged["items"].as_array().unwrap().is_empty());
    let same = api.post(&format!("{path}/reimport"), &json!({"description": text})).json();
    assert_eq!(
        (&same["unchanged"], &same["removed"]),
        (&app["actions"], &json!([])),
        "nothing changed"
    );
}
