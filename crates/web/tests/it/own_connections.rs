//! Servers that call an app with the connection of whoever calls: each user's own, and nobody else's.

use crate::{
    api::{Api, problem},
    connect_pages::{HOST, gone},
    connected_apps::{Client, Customers, text},
    provider::Browser,
    world::{CREDENTIAL, Reply, World},
};
use model::Role;
use serde_json::{Value, json};

/// Has the fixture's server call its app with the caller's own connection.
fn by_caller(world: &World) -> String {
    let api = world.full_api("local");
    let app = api.fixture_app();
    choose(&api, &world.server_id(), &app);
    app
}

fn choose(api: &Api<'_>, server: &str, app: &str) {
    let patched =
        api.patch(&format!("/servers/{server}"), &json!({"connections": {app: "caller"}}));
    assert_eq!(patched.status, 200, "{patched:?}");
    let published = api.post(&format!("/servers/{server}/publish"), &json!({}));
    assert_eq!(published.status, 201, "{published:?}");
}

/// A user with the right to call the fixture.
fn member<'w>(world: &'w World, email: &str) -> (String, Api<'w>) {
    let (id, api) = world.api_of("local", email, Role::Member);
    let path = format!("/users/{id}/grants/{}", world.server_id());
    let body = json!({"scopes": ["mcp:read", "mcp:write"]}).to_string();
    let granted = world.full_api("local").send("PUT", &path, &[], &body);
    assert_eq!(granted.status, 200, "{granted:?}");
    (id.to_string(), api)
}

fn connect(api: &Api<'_>, app: &str, name: &str, secret: &str) -> Value {
    let credential = json!({"kind": "bearer", "token": secret});
    let made =
        api.post("/me/connections", &json!({"app": app, "name": name, "credential": credential}));
    assert_eq!(made.status, 201, "{made:?}");
    made.json()
}

fn call(api: &Api<'_>, arguments: &Value) -> Reply {
    let token = api.bearer.strip_prefix("Bearer ").unwrap();
    api.world.modern(token, "tools/call", &format!(r#""name":"get_item","arguments":{arguments}"#))
}

fn is_error(reply: &Reply) -> bool {
    reply.json()["result"]["isError"] == true
}

#[test]
fn each_caller_calls_with_its_own_connection_and_nobody_elses() {
    let world = World::new();
    let app = by_caller(&world);
    let ((_, ada), (_, bob)) =
        (member(&world, "ada@example.com"), member(&world, "bob@example.com"));
    let one = json!({"id": "1"});
    // The account's own connection of the app is the server's no more, and nobody's but theirs takes its place.
    let hits = world.api.hits();
    for api in [&ada, &bob] {
        let told = call(api, &one);
        assert!(is_error(&told) && text(&told).contains("is not connected"), "{told:?}");
    }
    assert_eq!(world.api.hits(), hits);
    connect(&ada, &app, "work", "canary-of-ada");
    assert_eq!(text(&call(&ada, &one)), r#"{"id":"1","name":"one"}"#);
    let sent = world.api.last();
    assert!(sent.contains("Bearer canary-of-ada") && !sent.contains(CREDENTIAL), "{sent}");
    assert!(is_error(&call(&bob, &one)));
    connect(&bob, &app, "work", "canary-of-bob");
    call(&bob, &one);
    assert!(world.api.last().contains("Bearer canary-of-bob"), "{}", world.api.last());
    call(&ada, &one);
    assert!(world.api.last().contains("Bearer canary-of-ada"), "{}", world.api.last());
    // What a call is made with is not in its answer, nor in the log.
    assert!(!call(&ada, &one).body.contains("canary"));
}

#[test]
fn a_token_of_nobody_is_told_whose_to_send() {
    let world = World::new();
    by_caller(&world);
    let hits = world.api.hits();
    let told = world.call("get_item", r#"{"id":"1"}"#);
    assert!(is_error(&told) && text(&told).contains("belongs to no user"), "{told:?}");
    assert_eq!(world.api.hits(), hits);
    for path in ["/me/apps", "/me/connections"] {
        let refused = world.full_api("local").get(path);
        assert_eq!(problem(&refused).1, "no_user", "{refused:?}");
    }
}

#[test]
fn of_several_one_is_the_default_and_each_can_be_chosen_by_name() {
    let world = World::new();
    let app = by_caller(&world);
    let (_, ada) = member(&world, "ada@example.com");
    connect(&ada, &app, "work", "canary-of-work");
    connect(&ada, &app, "home", "canary-of-home");
    for (arguments, secret) in [
        (json!({"id": "1"}), "canary-of-work"),
        (json!({"id": "1", "connection": "home"}), "canary-of-home"),
    ] {
        assert!(!is_error(&call(&ada, &arguments)));
        let sent = world.api.last();
        assert!(sent.contains(secret) && !sent.contains("connection=home"), "{arguments}: {sent}");
    }
    let hits = world.api.hits();
    let wrong = call(&ada, &json!({"id": "1", "connection": "other"}));
    assert!(is_error(&wrong) && text(&wrong).contains("there are: work, home"), "{wrong:?}");
    assert_eq!(world.api.hits(), hits);
}

#[test]
fn a_user_who_has_not_connected_opens_a_link_and_the_next_call_works() {
    let world = World::new();
    let api = world.full_api("local");
    let definition = json!({
        "key": "files", "name": "Files", "description": "Keeps files.", "homepage": "https://files.example",
        "base_url": format!("http://{}", world.api.address),
        "auth": [{"name": "key", "title": "Key", "method": {"api_key": {"place": "header", "name": "X-Key"}}}],
        "actions": [{"key": "one", "title": "One", "description": "Reads one.", "request": "GET /items/1"}],
    });
    let app = api.post("/apps", &json!({"definition": definition.to_string()})).json();
    let app = app["id"].as_str().unwrap();
    let new =
        json!({"slug": "files", "name": "Files", "tools": [{"app": app, "actions": ["one"]}]});
    let made = api.post("/servers", &new).json();
    let server = made["id"].as_str().unwrap();
    choose(&api, server, app);
    assert_eq!(api.patch(&format!("/servers/{server}"), &json!({"enabled": true})).status, 200);
    let (user, ada) = world.api_of("local", "ada@example.com", Role::Member);
    assert_eq!(ada.get("/me/apps").json(), json!({"items": []}), "no server is open to her yet");
    let grant = format!("/users/{user}/grants/{server}");
    assert_eq!(api.send("PUT", &grant, &[], r#"{"scopes":["mcp:read"]}"#).status, 200);
    let own = ada.get("/me/apps").json();
    assert_eq!(
        own["items"][0],
        json!({"id": app, "key": "files", "title": own["items"][0]["title"], "can_connect": true,
            "servers": [{"id": server, "slug": "files", "name": "Files"}]})
    );
    let token = ada.bearer.strip_prefix("Bearer ").unwrap();
    let client = Client::new(&world, token).at("/mcp/local/files");
    let told = client.call("one", &json!({}));
    let said = text(&told);
    let path =
        said.split(HOST).nth(1).unwrap_or_else(|| panic!("{told:?}")).split(' ').next().unwrap();
    let browser = Browser::new(&world);
    assert!(browser.get(path).body.contains("ada@example.com"));
    // Nobody connects for a user who is shut out.
    let shut = |is_shut: bool| {
        let done = api.patch(&format!("/users/{user}"), &json!({"disabled": is_shut}));
        assert_eq!(done.status, 200, "{done:?}");
    };
    shut(true);
    gone(&browser.get(path));
    shut(false);
    let done = browser.submit(path, "files", "key", &[("api_key", "canary-key")]);
    assert_eq!(done.status, 200, "{done:?}");
    assert!(!is_error(&client.call("one", &json!({}))));
    assert!(world.api.last().contains("x-key: canary-key"), "{}", world.api.last());
    // It is hers alone: no list of customers has it, and no customer's token stands for it.
    assert_eq!(ada.get("/me/connections").json()["items"].as_array().unwrap().len(), 1);
    let customers = api.get("/customers").json();
    assert_eq!(customers["items"], json!([]), "{customers}");
    let owned = ada.get("/me/connections").json()["items"][0]["customer"].clone();
    for name in [owned.as_str().unwrap(), &user.to_string()] {
        for path in ["", "/connections", "/tools", "/connect-links"] {
            let hidden = api.get(&format!("/customers/{name}{path}"));
            assert_eq!(problem(&hidden).0, 404, "{path} {hidden:?}");
        }
        let token = api.post(&format!("/customers/{name}/tokens"), &json!({"name": "x"}));
        assert_eq!(problem(&token).0, 404, "{token:?}");
    }
    let customers = Customers::of(&world);
    let signed = customers.token(&user.to_string());
    let refused = world.modern(&signed, "tools/list", "");
    assert_eq!(refused.status, 401, "{refused:?}");
}

#[test]
fn only_apps_that_ones_servers_call_so_can_be_connected() {
    let world = World::new();
    let api = world.full_api("local");
    let app = api.fixture_app();
    let (_, ada) = member(&world, "ada@example.com");
    let new = json!({"app": app, "credential": {"kind": "bearer", "token": "canary"}});
    let refused = ada.post("/me/connections", &new);
    assert_eq!(problem(&refused).1, "not_your_app", "{refused:?}");
    assert_eq!(problem(&ada.post("/me/connect-links", &json!({"app": app}))).0, 400);
    let made = api.get("/audit?event=customer.create").json();
    assert_eq!(made["items"], json!([]), "what is refused leaves nothing");
    by_caller(&world);
    let (_, stranger) = world.api_of("local", "eve@example.com", Role::Member);
    for body in [json!({"app": app}), json!({})] {
        let refused = stranger.post("/me/connect-links", &body);
        assert_eq!(problem(&refused).2.as_deref(), Some("app"), "{refused:?}");
    }
    assert_eq!(problem(&stranger.post("/me/connections", &new)).1, "not_your_app");
    assert_eq!(ada.post("/me/connections", &new).status, 201);
    // A token without the right to has its calls, and no more.
    let poor = world.api("local", &[]);
    assert_eq!(problem(&poor.get("/me/connections")).0, 403);
}

#[test]
fn connections_go_with_their_user_and_with_the_app() {
    let world = World::new();
    let app = by_caller(&world);
    let api = world.full_api("local");
    let (user, ada) = member(&world, "ada@example.com");
    let (_, bob) = member(&world, "bob@example.com");
    let kept = connect(&ada, &app, "work", "canary-of-ada");
    connect(&bob, &app, "work", "canary-of-bob");
    let path = format!("/me/connections/{}", kept["id"].as_str().unwrap());
    assert_eq!(problem(&bob.get(&path)).0, 404);
    assert_eq!(problem(&bob.delete(&path)).0, 404);
    assert_eq!(ada.patch(&path, &json!({"name": "office"})).json()["name"], "office");
    assert_eq!(ada.delete(&path).status, 200);
    assert!(is_error(&call(&ada, &json!({"id": "1"}))));
    connect(&ada, &app, "work", "canary-of-ada");
    let gone = api.send("DELETE", &format!("/users/{user}"), &[("if-match", "*")], "");
    assert_eq!(gone.status, 204, "{gone:?}");
    // Users' own connections do not keep an app, as customers' do.
    let uses = api.get(&format!("/apps/{app}/used-by")).json();
    assert_eq!(uses["customers"], 0, "{uses}");
    let server = world.server_id();
    for (method, path) in [
        ("DELETE", format!("/servers/{server}")),
        ("POST", format!("/servers/{server}/purge")),
        ("DELETE", format!("/apps/{app}")),
    ] {
        let done = api.send(method, &path, &[("if-match", "*")], "");
        assert!(done.status < 300, "{path}: {done:?}");
    }
    assert_eq!(bob.get("/me/connections").json(), json!({"items": []}));
}

#[test]
fn a_file_a_clone_and_a_version_keep_whose_connection_it_is() {
    let world = World::new();
    let app = by_caller(&world);
    let api = world.full_api("local");
    let server = world.server_id();
    let document = api.get(&format!("/servers/{server}/export")).body;
    assert!(document.contains("caller_connections:"), "{document}");
    let again = document.replacen("slug: fixture", "slug: again", 1);
    let made = api.post("/servers/import", &json!({ "document": again })).json();
    assert_eq!(made["connections"][&app], "caller", "{made}");
    let clone = api.post(&format!("/servers/{server}/clone"), &json!({})).json();
    assert_eq!(clone["connections"][&app], "caller", "{clone}");
    let versions = api.get(&format!("/servers/{server}/versions?limit=1")).json();
    let version = &versions["items"][0]["version"];
    let version = api.get(&format!("/servers/{server}/versions/{version}")).json();
    assert_eq!(version["tools"][0]["connection"], "caller", "{version}");
    // Back to the default: the diff says what changes.
    assert_eq!(
        api.patch(&format!("/servers/{server}"), &json!({"connections": {app.as_str(): null}}))
            .status,
        200
    );
    let diff = api.get(&format!("/servers/{server}/diff")).json();
    assert!(diff.to_string().contains(r#""before":"caller""#), "{diff}");
}

#[test]
fn an_answer_that_is_kept_is_its_callers_and_ends_with_the_connection() {
    let world = World::new();
    let api = world.full_api("local");
    let server = format!("/servers/{}", world.server_id());
    let kept = json!({"settings": {"cache_seconds": 60}});
    assert_eq!(api.patch(&format!("{server}/tools/get_item"), &kept).status, 200);
    let app = by_caller(&world);
    let ((_, ada), (_, bob)) =
        (member(&world, "ada@example.com"), member(&world, "bob@example.com"));
    let one = connect(&ada, &app, "work", "canary-of-ada");
    connect(&bob, &app, "work", "canary-of-bob");
    let asked = |api: &Api<'_>| {
        let before = world.api.hits();
        assert!(!is_error(&call(api, &json!({"id": "1"}))));
        world.api.hits() - before
    };
    assert_eq!((asked(&ada), asked(&ada), asked(&bob)), (1, 0, 1));
    let path = format!("/me/connections/{}/rotate", one["id"].as_str().unwrap());
    let new = json!({"credential": {"kind": "bearer", "token": "canary-of-later"}});
    assert_eq!(ada.post(&path, &new).status, 200);
    assert_eq!((asked(&ada), asked(&bob)), (1, 0));
}
