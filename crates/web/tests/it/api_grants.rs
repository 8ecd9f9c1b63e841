//! What a member was granted, and what it therefore sees and calls over MCP.

use crate::{
    api::problem,
    world::{Reply, World},
};
use app::NewToken;
use model::{Permission, Scope};
use serde_json::{Value, json};

/// A member, and a token of its own that names everything.
fn member(world: &World, email: &str) -> (String, String) {
    let (id, _) = world.invite("local", email, "member");
    let new =
        NewToken { user_id: Some(id.parse().unwrap()), ..NewToken::new("member's", Scope::ALL) };
    let token = world.block_on(world.app.create_token(&world.operator, new)).unwrap();
    (id, String::from_utf8(token.token.expose().to_vec()).unwrap())
}

fn put(world: &World, user: &str, server: &str, scopes: &Value) -> Reply {
    let body = json!({ "scopes": scopes }).to_string();
    world.full_api("local").send("PUT", &format!("/users/{user}/grants/{server}"), &[], &body)
}

fn call(world: &World, token: &str, tool: &str, arguments: &str) -> Reply {
    world.modern(token, "tools/call", &format!(r#""name":"{tool}","arguments":{arguments}"#))
}

#[test]
fn a_member_sees_and_calls_what_it_was_granted_and_nothing_else() {
    let world = World::new();
    let fixture = world.server_id();
    let (user, token) = member(&world, "ada@example.com");
    let (_, stranger) = member(&world, "bob@example.com");
    let nothing = |token: &str| {
        let reply = world.modern(token, "tools/list", "");
        assert_eq!(reply.status, 404, "{reply:?}");
        assert_eq!(call(&world, token, "get_item", r#"{"id":"1"}"#).status, 404);
    };
    nothing(&token);
    let hits = world.api.hits();

    assert_eq!(put(&world, &user, &fixture, &json!(["mcp:read"])).status, 200);
    assert_eq!(world.tools(&token), ["get_item", "slow", "fail"].map(str::to_owned));
    assert_eq!(call(&world, &token, "get_item", r#"{"id":"1"}"#).status, 200);
    let absent = call(&world, &token, "no_such_tool", "{}");
    let hidden = call(&world, &token, "delete_item", r#"{"id":"1"}"#);
    assert_eq!(hidden.code(), absent.code());
    assert_eq!(hidden.body.replace("delete_item", "no_such_tool"), absent.body);
    assert_eq!(world.api.hits(), hits + 1, "what was not granted was not sent");

    let again = put(&world, &user, &fixture, &json!(["tool:delete_item"]));
    assert_eq!((again.status, again.header("etag")), (200, Some("\"2\"")), "{again:?}");
    assert_eq!(world.tools(&token), ["delete_item"]);
    assert_eq!(call(&world, &token, "delete_item", r#"{"id":"1"}"#).status, 200);
    assert!(call(&world, &token, "get_item", r#"{"id":"1"}"#).code().is_some());

    // Both grants count.
    assert_eq!(put(&world, &user, "all", &json!(["mcp:read"])).status, 200);
    assert_eq!(world.tools(&token).len(), 4);
    let grants = world.full_api("local").get(&format!("/users/{user}/grants")).json();
    let found: Vec<_> = grants["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["server"], &one["scopes"]))
        .collect();
    assert!(found.contains(&(&json!(fixture), &json!(["tool:delete_item"]))), "{grants}");
    assert!(found.contains(&(&json!("all"), &json!(["mcp:read"]))), "{grants}");

    let api = world.full_api("local");
    assert_eq!(api.delete(&format!("/users/{user}/grants/{fixture}")).status, 204);
    assert_eq!(world.tools(&token).len(), 3);
    assert_eq!(api.delete(&format!("/users/{user}/grants/all")).status, 204);
    nothing(&token);
    nothing(&stranger);
    // Another role has all of them without a grant.
    assert_eq!(api.patch(&format!("/users/{user}"), &json!({"role": "manager"})).status, 200);
    assert_eq!(world.tools(&token).len(), 5);
    assert_eq!(api.patch(&format!("/users/{user}"), &json!({"role": "auditor"})).status, 200);
    nothing(&token);
}

#[test]
fn a_grant_is_changed_by_its_revision() {
    let world = World::new();
    let api = world.full_api("local");
    let (user, _) = member(&world, "ada@example.com");
    let path = format!("/users/{user}/grants/all");
    let body = r#"{"scopes":["mcp:read"]}"#;
    let send = |etag: &str| api.send("PUT", &path, &[("if-match", etag)], body);
    assert_eq!(problem(&send("\"1\"")).0, 412, "there is none yet");
    assert_eq!(send("*").header("etag"), Some("\"1\""));
    assert_eq!(send("\"1\"").header("etag"), Some("\"2\""));
    assert_eq!(problem(&send("\"1\"")), (412, "changed".into(), None));
    let delete = |etag: &str| api.send("DELETE", &path, &[("if-match", etag)], "");
    assert_eq!(problem(&delete("\"1\"")).0, 412);
    assert_eq!(delete("\"2\"").status, 204);
    assert_eq!(problem(&delete("*")).0, 404);
}

#[test]
fn a_grant_is_of_known_scopes_on_a_known_server() {
    let world = World::new();
    let (user, _) = member(&world, "ada@example.com");
    for scopes in [
        json!([]),
        json!(["mcp:admin"]),
        json!(["tool:"]),
        json!(["tool:a b"]),
        json!("mcp:read"),
        json!(vec!["mcp:read"; 201]),
        json!([null]),
    ] {
        let reply = put(&world, &user, "all", &scopes);
        let (status, _, field) = problem(&reply);
        assert_eq!(status, 400, "{scopes}");
        assert!(field.is_some_and(|field| field.starts_with("scopes")), "{reply:?}");
    }
    let extra = r#"{"scopes":["mcp:read"],"user_id":"usr_1"}"#;
    let reply =
        world.full_api("local").send("PUT", &format!("/users/{user}/grants/all"), &[], extra);
    assert_eq!(problem(&reply), (400, "invalid".into(), Some("user_id".into())));
    let unknown = "srv_0190a5c2000070008000000000000000";
    for server in [unknown, "fixture", "ALL", "srv_1"] {
        assert_eq!(problem(&put(&world, &user, server, &json!(["mcp:read"]))).0, 404, "{server}");
    }
    // A server of another account is none.
    let other = world.full_api("other");
    let (foreign, _) = world.invite("other", "eve@example.com", "member");
    let path = format!("/users/{foreign}/grants/{}", world.server_id());
    assert_eq!(problem(&other.send("PUT", &path, &[], r#"{"scopes":["mcp:read"]}"#)).0, 404);
}

#[test]
fn nobody_grants_or_raises_itself() {
    let world = World::new();
    let (owner, _) = world.invite("local", "own@example.com", "owner");
    for role in model::Role::ALL {
        let (id, api) = world.api_of("local", &format!("{}@example.com", role.as_str()), role);
        let may = matches!(role, model::Role::Owner | model::Role::Admin);
        let grant = format!("/users/{id}/grants/all");
        let reply = api.send("PUT", &grant, &[], r#"{"scopes":["mcp:write"]}"#);
        assert_eq!(reply.status == 200, may, "{role:?}: {reply:?}");
        let raised = api.patch(&format!("/users/{id}"), &json!({"role": "owner"}));
        assert_eq!(raised.status == 200, role == model::Role::Owner, "{role:?}: {raised:?}");
        let onto_owner = format!("/users/{owner}/grants/all");
        let reply = api.send("PUT", &onto_owner, &[], r#"{"scopes":["mcp:read"]}"#);
        assert_eq!(reply.status == 200, role == model::Role::Owner, "{role:?}: {reply:?}");
    }
    let reader = world.api("local", &[Permission::ReadUsers]);
    assert_eq!(reader.get(&format!("/users/{owner}/grants")).status, 200);
}
