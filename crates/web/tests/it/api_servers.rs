use crate::{
    api::{Api, problem},
    world::{Setting, World, modern_body, modern_headers},
};
use model::Permission;
use serde_json::{Value, json};
use std::time::Duration;

fn create(api: &Api<'_>, body: Value) -> Value {
    let reply = api.post("/servers", &body);
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}

fn path(server: &Value) -> String {
    format!("/servers/{}", server["id"].as_str().unwrap())
}

/// The status that a server of that name answers to a list of its tools with.
fn status(world: &World, host: Option<&str>, at: &str) -> u16 {
    let bearer = world.bearer_for_all();
    let (_, body) = modern_body("tools/list", "");
    let mut headers = modern_headers(&bearer, "tools/list");
    headers.extend(host.map(|host| ("host", host)));
    world.send("POST", at, &headers, body.as_bytes()).status
}

#[test]
fn a_server_is_made_disabled_and_turned_on_once_it_has_something_to_offer() {
    let world = World::new();
    let api = world.full_api("local");
    let made = create(&api, json!({"name": "Größe & Maß"}));
    assert_eq!((&made["slug"], &made["enabled"]), (&"gr-e-ma".into(), &false.into()));
    assert_eq!(made.get("published"), None);
    let at = path(&made);
    assert_eq!(api.get(&at).json(), made);
    let early = api.patch(&at, &json!({"enabled": true}));
    assert_eq!(problem(&early), (409, "not_published".into(), Some("enabled".into())));
    let empty = api.post(&format!("{at}/publish"), &json!({}));
    assert_eq!(problem(&empty), (409, "empty_draft".into(), None));

    let select = json!({"app": api.fixture_app(), "read_only": true});
    assert_eq!(api.post(&format!("{at}/tools/select"), &select).status, 201);
    assert_eq!(api.post(&format!("{at}/publish"), &json!({"note": "first"})).status, 201);
    assert_eq!(status(&world, None, "/mcp/local/gr-e-ma"), 404);
    assert_eq!(api.patch(&at, &json!({"enabled": true})).status, 200);
    assert_eq!(status(&world, None, "/mcp/local/gr-e-ma"), 200);
    let read = api.get(&at).json();
    assert_eq!((&read["tool_count"], &read["enabled_tool_count"]), (&3.into(), &3.into()));
    let published = &read["published"];
    assert_eq!((&published["version"], &published["note"]), (&1.into(), &"first".into()));
    assert!(published["list_bytes"].as_i64().unwrap() > 100, "{published}");
    assert_eq!(api.patch(&at, &json!({"enabled": false})).status, 200);
    assert_eq!(status(&world, None, "/mcp/local/gr-e-ma"), 404);
}

#[test]
fn a_former_slug_answers_for_its_days_and_is_nobody_elses() {
    let world = World::new();
    let api = world.full_api("local");
    let fixture = api.get("/servers?search=fixture").json()["items"][0].clone();
    let at = path(&fixture);
    let moved = api.patch(&at, &json!({"slug": "moved", "former_slug_days": 2}));
    assert_eq!(moved.status, 200, "{moved:?}");
    assert_eq!(moved.json()["former_slugs"][0]["slug"], "fixture");
    for slug in ["moved", "fixture"] {
        assert_eq!(status(&world, None, &format!("/mcp/local/{slug}")), 200, "{slug}");
    }
    let taken = api.post("/servers", &json!({"name": "x", "slug": "fixture"}));
    assert_eq!(problem(&taken), (409, "slug_taken".into(), Some("slug".into())));
    let taken = api.post("/servers", &json!({"name": "x", "slug": "moved"}));
    assert_eq!(problem(&taken), (409, "slug_taken".into(), Some("slug".into())));
    world.pass(Duration::from_secs(2 * 24 * 60 * 60));
    assert_eq!(status(&world, None, "/mcp/local/fixture"), 404);
    assert_eq!(status(&world, None, "/mcp/local/moved"), 200);
    assert_eq!(create(&api, json!({"name": "x", "slug": "fixture"}))["slug"], "fixture");
    // And one that gives up a name can have it back.
    let other = create(&api, json!({"name": "y", "slug": "y1"}));
    assert_eq!(api.patch(&path(&other), &json!({"slug": "y2"})).status, 200);
    assert_eq!(api.patch(&path(&other), &json!({"slug": "y1"})).status, 200);
}

#[test]
fn a_host_name_stands_for_one_server() {
    let mut setting = Setting::default();
    setting.web.hosts.hosts.push("own.example.com:8443".to_owned());
    let world = World::with(setting);
    let api = world.full_api("local");
    let fixture = api.get("/servers?search=fixture").json()["items"][0].clone();
    let hosts = json!({"host_names": ["CRM.example.com"]});
    let named = api.patch(&path(&fixture), &hosts);
    assert_eq!(named.json()["host_names"], json!(["crm.example.com"]), "{named:?}");
    assert_eq!(status(&world, Some("crm.example.com"), "/mcp"), 200);
    let other = create(&world.full_api("other"), json!({"name": "Other"}));
    let taken = world.full_api("other").patch(&path(&other), &hosts);
    assert_eq!(problem(&taken), (409, "host_name_taken".into(), Some("host_names".into())));
    for (host, expected) in [("localhost", 400), ("own.example.com", 409), ("10.0.0.1", 400)] {
        let refused = api.patch(&path(&fixture), &json!({"host_names": ["a.example.com", host]}));
        let field = Some("host_names[1]".to_owned());
        assert_eq!((refused.status, problem(&refused).2), (expected, field), "{host}");
    }
}

#[test]
fn deleted_servers_are_restored_or_purged() {
    let world = World::new();
    let api = world.full_api("local");
    let fixture = api.get("/servers?search=fixture").json()["items"][0].clone();
    let at = path(&fixture);
    assert_eq!(problem(&api.send("POST", &format!("{at}/purge"), &[], "")).1, "not_deleted");
    let late = api.send("DELETE", &at, &[("if-match", "\"99\"")], "");
    assert_eq!(problem(&late).0, 412);
    assert_eq!(api.delete(&at).status, 204);
    assert_eq!(status(&world, None, "/mcp/local/fixture"), 404);
    assert_eq!(api.get("/servers").json()["items"], json!([]));
    assert_eq!(api.get("/servers?deleted=true").json()["items"][0]["slug"], "fixture");
    for refused in [
        api.patch(&at, &json!({"name": "x"})),
        api.post(&format!("{at}/publish"), &json!({})),
        api.delete(&at),
    ] {
        assert_eq!(problem(&refused), (409, "server_deleted".into(), None));
    }
    let taken = api.post("/servers", &json!({"name": "x", "slug": "fixture"}));
    assert_eq!(problem(&taken).1, "slug_taken", "it can be restored under its name");
    let restored = api.send("POST", &format!("{at}/restore"), &[], "");
    assert_eq!((restored.status, &restored.json()["enabled"]), (200, &false.into()));
    assert_eq!(api.patch(&at, &json!({"enabled": true})).status, 200);
    assert_eq!(status(&world, None, "/mcp/local/fixture"), 200);

    assert_eq!(api.delete(&at).status, 204);
    assert_eq!(api.send("POST", &format!("{at}/purge"), &[], "").status, 204);
    assert_eq!(problem(&api.get(&at)).0, 404);
    create(&api, json!({"name": "x", "slug": "fixture"}));
}

#[test]
fn a_clone_has_the_draft_and_nothing_published() {
    let world = World::new();
    let api = world.full_api("local");
    let fixture = api.get("/servers?search=fixture").json()["items"][0].clone();
    let at = path(&fixture);
    let prompt = json!({"name": "p", "messages": [{"role": "user", "text": "x"}]});
    assert_eq!(api.post(&format!("{at}/prompts"), &prompt).status, 201);
    let clone = api.post(&format!("{at}/clone"), &json!({})).json();
    assert_eq!((&clone["slug"], &clone["name"]), (&"fixture-2".into(), &fixture["name"]));
    assert_eq!(clone["tool_count"], 5);
    assert_eq!((&clone["enabled"], clone.get("published")), (&false.into(), None));
    let diff = api.get(&format!("{}/diff", path(&clone))).json();
    assert_eq!(diff["added"].as_array().unwrap().len(), 5);
    assert_eq!(diff["prompts"]["added"], json!(["p"]));
    assert_eq!(api.post(&format!("{}/publish", path(&clone)), &json!({})).status, 201);
}

#[test]
fn servers_are_found_sorted_and_paged() {
    let world = World::new();
    let api = world.full_api("local");
    for (name, slug) in [("Zebra", "a1"), ("élan", "b1"), ("Apple", "c1"), ("apple pie", "d1")] {
        create(&api, json!({"name": name, "slug": slug, "description": "ÄPFEL und Birnen"}));
    }
    let slugs = |query: &str| -> Vec<String> {
        let page = api.get(&format!("/servers?{query}")).json();
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
        items.iter().map(|one| one["slug"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(slugs("sort=name&enabled=false"), ["c1", "d1", "a1", "b1"]);
    assert_eq!(slugs("sort=slug"), ["a1", "b1", "c1", "d1", "fixture"]);
    assert_eq!(slugs("sort=name&search=%C3%A4pfel%20apple"), ["c1", "d1"]);
    assert_eq!(slugs("enabled=true"), ["fixture"]);
    let apple = api.get("/servers?search=pie").json()["items"][0].clone();
    world.pass(Duration::from_secs(1));
    api.patch(&path(&apple), &json!({"description": "changed"}));
    assert_eq!(slugs("sort=updated&limit=1"), ["d1"]);
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/servers?sort=name&limit=2{cursor}")).json();
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|one| one["slug"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, ["c1", "d1", "fixture", "a1", "b1"]);
}

#[test]
fn a_list_says_how_much_each_server_was_used_of_late() {
    let world = World::new();
    let api = world.full_api("local");
    create(&api, json!({"name": "Unused", "slug": "unused"}));
    world.call("echo", r#"{"text":"x"}"#);
    world.call("echo", "{}");
    world.logged(2);
    let used =
        |query: &str| api.get(&format!("/servers?search={query}")).json()["items"][0].clone();
    let recent = used("fixture")["recent_usage"].clone();
    assert_eq!(recent, json!({"calls": 2, "failures": 1}));
    assert_eq!(used("unused")["recent_usage"], json!({"calls": 0, "failures": 0}));
    let without = world.api("local", &[Permission::ReadServers]).get("/servers").json();
    assert_eq!(without["items"][0].get("recent_usage"), None);
    world.pass(Duration::from_secs(2 * 24 * 60 * 60));
    assert_eq!(used("fixture")["recent_usage"], json!({"calls": 0, "failures": 0}));
}

#[test]
fn many_are_turned_on_each_for_itself() {
    let world = World::new();
    let api = world.full_api("local");
    let empty = create(&api, json!({"name": "Empty"}));
    let fixture = api.get("/servers?search=fixture").json()["items"][0].clone();
    let ids = [&fixture["id"], &empty["id"]];
    let off = api.post("/servers/enable", &json!({"servers": ids, "enabled": false})).json();
    assert_eq!((&off[0]["done"], &off[1]["done"]), (&true.into(), &true.into()));
    assert_eq!(status(&world, None, "/mcp/local/fixture"), 404);
    let on = api.post("/servers/enable", &json!({"servers": ids, "enabled": true})).json();
    assert_eq!((&on[0]["done"], &on[1]["code"]), (&true.into(), &"not_published".into()));
    assert_eq!(status(&world, None, "/mcp/local/fixture"), 200);
    let none = api.post("/servers/enable", &json!({"servers": [], "enabled": true}));
    assert_eq!(problem(&none), (400, "invalid".into(), Some("servers".into())));
}

#[test]
fn settings_that_are_wrong_are_refused_with_their_place() {
    let world = World::new();
    let api = world.full_api("local");
    let at = path(&create(&api, json!({"name": "x"})));
    for (body, field) in [
        (json!({"name": ""}), "name"),
        (json!({"name": "x".repeat(301)}), "name"),
        (json!({"description": "x".repeat(1_001)}), "description"),
        (json!({"instructions": "x".repeat(16_001)}), "instructions"),
        (json!({"slug": "a/b"}), "slug"),
        (json!({"slug": null}), ""),
        (json!({"token_budget": 0}), "token_budget"),
        (json!({"log_retention_days": 3_651}), "log_retention_days"),
        (json!({"former_slug_days": -1}), "former_slug_days"),
        (json!({"version": 7}), "version"),
    ] {
        let reply = api.patch(&at, &body);
        let (status, _, found) = problem(&reply);
        assert_eq!((status, found.unwrap_or_default().as_str()), (400, field), "{body}");
    }
    let connection =
        json!({"connections": {(api.fixture_app()): "con_0190a5c2000070008000000000000000"}});
    assert_eq!(problem(&api.patch(&at, &connection)).1, "no_such_connection");
    let reader = world.api("local", &[Permission::ReadServers]);
    assert_eq!(reader.get(&at).status, 200);
    assert_eq!(problem(&reader.patch(&at, &json!({"name": "y"}))).0, 403);
    let writer = world.api("local", &[Permission::ReadServers, Permission::WriteServers]);
    assert_eq!(problem(&writer.post(&format!("{at}/publish"), &json!({}))).0, 403);
}
