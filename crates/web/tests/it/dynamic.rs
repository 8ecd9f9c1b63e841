//! Dynamic mode of a managed server: a few tools that find, describe, call and enable the others.

use crate::world::{Reply, Setting, World, modern_body, modern_headers};
use app::RecordOutcome;
use model::Names;
use serde_json::{Value, json};

const FINDERS: [&str; 4] = ["search-tools", "describe-tools", "call-tool", "enable-tools"];

/// A modern request at that query, with that token, in that chat.
fn ask(world: &World, at: (&str, &str, Option<&str>), method: &str, params: &str) -> Reply {
    let (query, token, chat) = at;
    let bearer = format!("Bearer {token}");
    let (name, body) = modern_body(method, params);
    let mut headers = modern_headers(&bearer, method);
    headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
    headers.extend(chat.map(|chat| ("x-chat-id", chat)));
    world.send("POST", &format!("/mcp/local/fixture{query}"), &headers, body.as_bytes())
}

fn call(world: &World, at: (&str, &str, Option<&str>), tool: &str, arguments: &Value) -> Reply {
    ask(world, at, "tools/call", &format!(r#""name":"{tool}","arguments":{arguments}"#))
}

/// What a tool answers, as a value.
fn structured(reply: &Reply) -> Value {
    let result = &reply.json()["result"];
    assert_ne!(result["isError"], true, "{reply:?}");
    let text = result["content"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), result["structuredContent"]);
    result["structuredContent"].clone()
}

fn names(list: &Value) -> Vec<String> {
    let tools = list.as_array().unwrap_or_else(|| panic!("{list}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

fn listed(world: &World, at: (&str, &str, Option<&str>)) -> Vec<String> {
    names(&ask(world, at, "tools/list", "").json()["result"]["tools"])
}

fn error_text(reply: &Reply) -> String {
    assert_eq!(reply.json()["result"]["isError"], true, "{reply:?}");
    reply.json()["result"]["content"][0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn the_url_says_how_much_is_shown() {
    let world = World::new();
    let list = |query: &str| listed(&world, (query, &world.token, None));
    let all = list("");
    assert_eq!(list("?mode=static"), all);
    assert_eq!(list("?mode=auto"), all, "a small list");
    assert_eq!(list("?x=1&mode=dynamic"), FINDERS);
    for bad in ["?mode=", "?mode=all", "?mode=static&mode=dynamic"] {
        let reply = ask(&world, (bad, &world.token, None), "tools/list", "");
        assert_eq!((reply.status, reply.code()), (400, Some(-32600)), "{bad}");
    }
    let unknown = call(&world, ("", &world.token, None), "search-tools", &json!({"query": "x"}));
    assert_eq!(unknown.code(), Some(-32602), "no such tool where all are listed");
    let discovered = ask(&world, ("?mode=dynamic", &world.token, None), "server/discover", "");
    let told = discovered.json()["result"]["instructions"].as_str().unwrap().to_owned();
    assert!(told.contains("5 tools") && told.contains("search-tools"), "{told}");
}

#[test]
fn the_configuration_says_it_where_the_url_does_not() {
    let mut setting = Setting::default();
    (setting.web.mode, setting.web.dynamic_above_tokens) = (app::Mode::Auto, 250);
    let world = World::with(setting);
    assert_eq!(listed(&world, ("", &world.token, None)), FINDERS);
    let (_, one) = world.token_for(Names::All, Names::Only(vec!["slow".into()]), false, None);
    assert_eq!(listed(&world, ("", &one, None)), ["slow"], "what this token sees is small");
    assert_eq!(listed(&world, ("?mode=static", &world.token, None)).len(), 5);
}

#[test]
fn a_list_above_the_servers_own_number_is_dynamic_by_itself() {
    let world = World::new();
    assert_eq!(listed(&world, ("", &world.token, None)).len(), 5, "far below the installation's");
    let api = world.full_api("local");
    let at = format!("/servers/{}", world.server_id());
    api.patch(&at, &json!({"token_warning": 250}));
    assert_eq!(api.post(&format!("{at}/publish"), &json!({})).status, 201);
    assert_eq!(listed(&world, ("", &world.token, None)), FINDERS);
    assert_eq!(listed(&world, ("?mode=static", &world.token, None)).len(), 5);
    let (_, one) = world.token_for(Names::All, Names::Only(vec!["slow".into()]), false, None);
    assert_eq!(listed(&world, ("", &one, None)), ["slow"], "what this token sees is small");
}

#[test]
fn tools_are_found_described_and_called_by_name() {
    let world = World::new();
    let at = ("?mode=dynamic", &*world.token, None);
    let search = |arguments: Value| structured(&call(&world, at, "search-tools", &arguments));
    let found = search(json!({"query": "remove an item"}));
    assert_eq!(found["tools"][0]["name"], "delete_item", "{found}");
    assert_eq!(found["tools"][0]["description"], "Deletes an item");
    assert!(found["tools"][0]["why"].as_array().unwrap().contains(&json!("item")), "{found}");
    let safe = search(json!({"query": "remove an item", "read_only": true}));
    assert!(!names(&safe["tools"]).contains(&"delete_item".to_owned()), "{safe}");
    assert_eq!(search(json!({"query": "item", "limit": 1}))["tools"].as_array().unwrap().len(), 1);
    assert_eq!(search(json!({"query": "zzzz"})), json!({"tools": []}));
    let refused = error_text(&call(&world, at, "search-tools", &json!({"query": ""})));
    assert!(refused.contains("query"), "{refused}");

    let described = call(&world, at, "describe-tools", &json!({"tools": ["get_item", "nothing"]}));
    let described = structured(&described);
    assert_eq!(described["unknown"], json!(["nothing"]));
    assert_eq!(described["tools"][0]["inputSchema"]["required"], json!(["id"]));

    let inner = json!({"name": "echo", "arguments": {"text": "hello"}});
    assert_eq!(structured(&call(&world, at, "call-tool", &inner)), json!({"text": "hello"}));
    let wrong = json!({"name": "echo", "arguments": {"text": 5}});
    assert!(error_text(&call(&world, at, "call-tool", &wrong)).contains("text"));
    let rows = world.logged(8);
    let last = rows.last().unwrap();
    assert_eq!((last.tool.as_deref(), last.outcome), (Some("echo"), RecordOutcome::ToolError));

    for (arguments, says) in [
        (json!({}), "name"),
        (json!({"name": "call-tool", "arguments": {"name": "echo"}}), "search-tools"),
        (json!({"name": "echo", "arguments": []}), "arguments"),
        (json!({"name": "echo", "arguments": {"text": "x"}, "args": {}}), "args"),
    ] {
        let text = error_text(&call(&world, at, "call-tool", &arguments));
        assert!(text.contains(says), "{arguments}: {text}");
    }
    let hits = world.api.hits();
    let unknown = call(&world, at, "call-tool", &json!({"name": "nothing"}));
    assert_eq!(unknown.code(), Some(-32602));
    assert_eq!(world.api.hits(), hits);
}

#[test]
fn nothing_is_found_or_called_that_may_not_be() {
    let world = World::new();
    let (_, token) = world.token_for(Names::All, Names::All, true, None);
    let at = ("?mode=dynamic", &*token, Some("chat"));
    let found = structured(&call(&world, at, "search-tools", &json!({"query": "delete item"})));
    assert!(!names(&found["tools"]).contains(&"delete_item".to_owned()), "{found}");
    let describe = call(&world, at, "describe-tools", &json!({"tools": ["delete_item"]}));
    assert!(error_text(&describe).contains("delete_item"));
    let hits = world.api.hits();
    let arguments = json!({"name": "delete_item", "arguments": {"id": "1"}});
    assert_eq!(call(&world, at, "call-tool", &arguments).code(), Some(-32602));
    let enabled = call(&world, at, "enable-tools", &json!({"tools": ["delete_item"]}));
    assert!(error_text(&enabled).contains("delete_item"));
    assert_eq!(listed(&world, at), FINDERS);
    assert_eq!(world.api.hits(), hits);
}

#[test]
fn a_chat_keeps_what_was_enabled_and_is_its_callers_own() {
    let world = World::new();
    let at = ("?mode=dynamic", &*world.token, Some("my-chat"));
    let enable = |tools: Value| call(&world, at, "enable-tools", &json!({"tools": tools}));
    let answer = structured(&enable(json!(["slow", "nothing", "echo"])));
    assert_eq!(answer, json!({"enabled": ["slow", "echo"], "unknown": ["nothing"]}));
    let with = |more: &[&'static str]| [&FINDERS[..], more].concat();
    assert_eq!(listed(&world, at), with(&["echo", "slow"]), "in the order of the server");
    assert_eq!(listed(&world, ("?mode=dynamic", &world.token, Some("other"))), FINDERS);
    let (_, token) = world.token_for(Names::All, Names::All, false, None);
    assert_eq!(listed(&world, ("?mode=dynamic", &token, Some("my-chat"))), FINDERS);
    // A request for what there is not changes nothing; another set comes in place of the first; none is a set too.
    assert!(error_text(&enable(json!(["nothing"]))).contains("nothing"));
    assert_eq!(listed(&world, at), with(&["echo", "slow"]));
    structured(&enable(json!(["fail"])));
    assert_eq!(listed(&world, at), with(&["fail"]));
    structured(&enable(json!([])));
    assert_eq!(listed(&world, at), FINDERS);

    let nowhere = ("?mode=dynamic", &*world.token, None);
    let refused = call(&world, nowhere, "enable-tools", &json!({"tools": ["echo"]}));
    assert!(error_text(&refused).contains("x-chat-id"));
    let long = "c".repeat(129);
    for bad in ["", "\u{e9}", &long] {
        let reply = ask(&world, ("?mode=dynamic", &world.token, Some(bad)), "tools/list", "");
        assert_eq!((reply.status, reply.code()), (400, Some(-32600)), "{bad}");
    }
}

#[test]
fn a_legacy_session_is_told_that_its_list_has_changed() {
    let world = World::new();
    let (revision, session) = ("2025-11-25", world.session("2025-11-25"));
    let bearer = world.bearer();
    let send = |session: &str, accept: &str, body: &str| {
        let headers = [
            ("authorization", &*bearer),
            ("content-type", "application/json"),
            ("accept", accept),
            ("mcp-session-id", session),
            ("mcp-protocol-version", revision),
        ];
        world.send("POST", "/mcp/local/fixture?mode=dynamic", &headers, body.as_bytes())
    };
    let both = "application/json, text/event-stream";
    let request = |method: &str, params: Value| {
        json!({"jsonrpc": "2.0", "id": 3, "method": method, "params": params}).to_string()
    };
    let enable =
        request("tools/call", json!({"name": "enable-tools", "arguments": {"tools": ["echo"]}}));
    let events = send(&session, both, &enable).events();
    assert_eq!(events[0]["method"], "notifications/tools/list_changed", "{events:?}");
    assert_eq!(events[1]["result"]["structuredContent"]["enabled"], json!(["echo"]));
    let list = |session: &str| {
        names(&send(session, both, &request("tools/list", json!({}))).json()["result"]["tools"])
    };
    assert_eq!(list(&session), [&FINDERS[..], &["echo"]].concat());
    let other = world.session(revision);
    assert_eq!(list(&other), FINDERS);
    // The level of the log stays what it was when tools are enabled, and the tools when it is set.
    send(&session, both, &request("logging/setLevel", json!({"level": "info"})));
    assert_eq!(list(&session).len(), 5);
    send(&session, both, &enable);
    let echo = request("tools/call", json!({"name": "echo", "arguments": {"text": "x"}}));
    let events = send(&session, both, &echo).events();
    assert!(events.iter().any(|one| one["method"] == "notifications/message"), "{events:?}");
}
