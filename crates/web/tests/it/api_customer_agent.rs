//! What an account sees of a customer's agent: the tools that it has, and its chats.

use crate::{
    api::problem,
    connected_apps::{Client, Customers},
    world::World,
};
use model::Permission;
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn the_tools_are_those_that_the_agent_is_told_of() {
    let world = World::new();
    let customers = Customers::of(&world);
    let api = &customers.api;
    assert_eq!(api.post("/customers", &json!({"key": "ada"})).status, 201);
    let tools = |query: &str| -> Vec<Value> {
        let reply = api.get(&format!("/customers/ada/tools?{query}"));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["items"].as_array().unwrap().clone()
    };
    let names = |tools: &[Value]| -> Vec<String> {
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    };
    let client = || Client::new(&world, &customers.token("ada"));
    assert_eq!(names(&tools("")), client().tools());
    assert_eq!(names(&tools("")), ["connect-app", "read_result"]);

    customers.connect("ada", "main", "canary-3b1f77");
    let shown = tools("");
    assert_eq!(names(&shown), client().tools());
    let (told, first) = (client().list(), &shown[0]);
    assert_eq!(first["app"], "fixture");
    assert_eq!(first["connection"], json!({"name": "main", "works": true}));
    assert_eq!(first["description"], told[0]["description"]);
    assert_eq!(first["input_schema"], told[0]["inputSchema"]);
    assert!(first["tokens"].as_u64().unwrap() > 5, "{first}");
    assert!(shown.last().unwrap().get("app").is_none());
    let whole = json!(shown).to_string();
    assert!(!whole.contains("canary-3b1f77"), "{whole}");

    let page = api.get("/customers/ada/tools?limit=2").json();
    let next = page["next"].as_str().unwrap();
    assert_eq!(tools(&format!("limit=200&cursor={next}")), shown[2..]);
    assert_eq!(api.get("/customers/bob/tools").status, 404);
    assert_eq!(world.full_api("other").get("/customers/ada/tools").status, 404);
    let lesser = world.api("local", &[Permission::ReadServers]);
    assert_eq!(lesser.get("/customers/ada/tools").status, 403);
}

#[test]
fn chats_are_listed_and_forgotten() {
    let world = World::new();
    let customers = Customers::of(&world);
    let api = &customers.api;
    assert_eq!(api.post("/customers", &json!({"key": "ada"})).status, 201);
    customers.connect("ada", "main", "secret");
    let client =
        |chat| Client::new(&world, &customers.token("ada")).at("/mcp?mode=dynamic").in_chat(chat);
    let chats = || api.get("/customers/ada/chats").json()["items"].clone();
    assert_eq!(chats(), json!([]));
    let began = world.now().to_string();
    let session = client("a/b c").session();
    let enable = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call",
        "params": {"name": "enable-tools", "arguments": {"tools": ["fixture-get_item"]}}});
    let enabled = client("a/b c").legacy(Some(&session), &enable);
    assert!(enabled.body.contains("fixture-get_item"), "{enabled:?}");
    world.pass(Duration::from_secs(60));
    client("two").session();
    client("a/b c").session();
    let found = chats();
    let first = &found[0];
    assert_eq!((&first["chat"], &first["is_open"]), (&json!("a/b c"), &json!(true)));
    assert_eq!((&first["client_name"], &first["revision"]), (&json!("test"), &json!("2025-11-25")));
    assert_eq!(first["enabled_tools"], 1, "{first}");
    assert_eq!(first["created_at"], began);
    assert_eq!(first["used_at"], world.now().to_string());
    assert_eq!(found[1]["enabled_tools"], 0, "{found}");
    assert!(!found.to_string().contains(&session), "a session's id is nobody else's");

    let page = api.get("/customers/ada/chats?limit=1").json();
    let next = page["next"].as_str().unwrap();
    let rest = api.get(&format!("/customers/ada/chats?cursor={next}")).json();
    assert_eq!(rest["items"][0]["chat"], "two");

    let lesser = world.api("local", &[Permission::ReadCustomers]);
    assert_eq!(lesser.delete("/customers/ada/chats/two").status, 403);
    assert_eq!(world.full_api("other").delete("/customers/ada/chats/two").status, 404);
    assert_eq!(api.delete("/customers/ada/chats/three").status, 404);
    assert_eq!(api.delete("/customers/ada/chats/%00").status, 404);
    assert_eq!(api.delete("/customers/ada/chats/a%2Fb%20c").status, 204);
    assert_eq!(problem(&api.delete("/customers/ada/chats/a%2Fb%20c")).0, 404);
    assert_eq!(chats().as_array().unwrap().len(), 1);
    let row = api.get("/audit?limit=1").json()["items"][0].clone();
    assert_eq!((&row["event"], &row["before"]["chat"]), (&json!("chat.delete"), &json!("a/b c")));
    // Its session has ended, and whoever goes on with the chat begins anew.
    assert_eq!(client("a/b c").legacy(Some(&session), &enable).status, 404);
    assert_ne!(client("a/b c").session(), session);
    assert_eq!(chats()[0]["enabled_tools"], 0);
}
