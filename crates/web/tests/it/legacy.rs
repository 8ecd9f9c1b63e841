//! The revisions with `initialize` and sessions.

use crate::world::{Reply, Setting, World};
use model::Names;
use std::time::Duration;

const LIST: &str = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#;
const CALL: &str = r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"get_item","arguments":{"id":"1"}}}"#;
const REVISIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

#[test]
fn every_revision_lists_and_calls() {
    let world = World::new();
    for revision in REVISIONS {
        let session = world.session(revision);
        let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        assert_eq!(world.legacy(Some(&session), revision, initialized).status, 202);
        let list = world.legacy(Some(&session), revision, LIST).json();
        let tools = list["result"]["tools"].as_array().unwrap();
        assert_eq!(tools.len(), 5);
        assert!(
            list["result"].get("resultType").is_none() && list["result"].get("ttlMs").is_none()
        );
        assert_eq!(tools[0].get("title").is_some(), revision != "2025-03-26");
        let call = world.legacy(Some(&session), revision, CALL).json();
        assert_eq!(call["result"]["content"][0]["text"], r#"{"id":"1","name":"one"}"#);
        assert_eq!(call["result"].get("structuredContent").is_some(), revision != "2025-03-26");
        let ping =
            world.legacy(Some(&session), revision, r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#);
        assert_eq!(ping.json(), serde_json::json!({ "jsonrpc": "2.0", "id": "p", "result": {} }));
        let unknown = world.legacy(
            Some(&session),
            revision,
            r#"{"jsonrpc":"2.0","id":1,"method":"prompts/list"}"#,
        );
        assert_eq!((unknown.status, unknown.code()), (200, Some(-32601)));
    }
    // An unknown revision is answered with the newest that has sessions.
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
    assert_eq!(world.legacy(None, "", body).json()["result"]["protocolVersion"], "2025-11-25");
}

#[test]
fn batches_are_of_2025_03_26_alone() {
    let world = World::new();
    let batch = format!(
        r#"[{LIST},{{"jsonrpc":"2.0","method":"notifications/initialized"}},{CALL},{{"jsonrpc":"2.0","id":9,"method":"nothing"}}]"#
    );
    let session = world.session("2025-03-26");
    let answers = world.legacy(Some(&session), "2025-03-26", &batch).json();
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[1]["result"]["content"][0]["text"], r#"{"id":"1","name":"one"}"#);
    assert_eq!(answers[2]["error"]["code"], -32601);
    let quiet = r#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#;
    assert_eq!(world.legacy(Some(&session), "2025-03-26", quiet).status, 202);
    let many = format!("[{}]", vec![LIST; 21].join(","));
    for (revision, body) in [
        ("2025-03-26", "[]"),
        ("2025-03-26", many.as_str()),
        ("2025-06-18", &batch),
        ("2025-11-25", &batch),
    ] {
        let session = world.session(revision);
        let reply = world.legacy(Some(&session), revision, body);
        assert_eq!((reply.status, reply.code()), (400, Some(-32600)), "{revision} {body:.40}");
    }
}

#[test]
fn sessions_are_of_one_caller_and_end() {
    let world = World::new();
    let revision = "2025-11-25";
    let session = world.session(revision);
    let status = |id: Option<&str>| world.legacy(id, revision, LIST).status;
    // M13, T18
    assert_eq!(status(Some(&session)), 200);
    assert_eq!(status(None), 400);
    let altered = format!("{}x", &session[..session.len() - 1]);
    for unknown in ["nothing", &altered, &session[1..]] {
        assert_eq!(status(Some(unknown)), 404, "{unknown}");
    }
    let (_, other) = world.token_for(Names::All, Names::All, false, None);
    let bearer = format!("Bearer {other}");
    let headers = |accept| {
        vec![
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("accept", accept),
            ("mcp-session-id", session.as_str()),
        ]
    };
    for method in ["POST", "GET", "DELETE"] {
        let reply = world.send(
            method,
            "/mcp/local/fixture",
            &headers("application/json, text/event-stream"),
            LIST.as_bytes(),
        );
        assert_eq!(reply.status, 404, "{method}");
    }
    assert_eq!(status(Some(&session)), 200, "the foreign DELETE ended nothing");
    let own = world.bearer();
    let end = || {
        world
            .send(
                "DELETE",
                "/mcp/local/fixture",
                &[("authorization", &own), ("mcp-session-id", &session), ("accept", "*/*")],
                b"",
            )
            .status
    };
    assert_eq!(end(), 204);
    assert_eq!(status(Some(&session)), 404);
    assert_eq!(end(), 404);
    // They expire.
    let session = world.session(revision);
    world.pass(Duration::from_secs(24 * 60 * 60 + 1));
    assert_eq!(world.legacy(Some(&session), revision, LIST).status, 404);
}

#[test]
fn sessions_that_end_never_keep_others_from_ending_or_from_enabling_tools() {
    let mut setting = Setting::default();
    setting.app.session_states_per_account = 2;
    let world = World::with(setting);
    let (revision, own) = ("2025-11-25", world.bearer());
    let sessions = [0; 4].map(|_| {
        world.pass(Duration::from_secs(1));
        world.session(revision)
    });
    let status = |session: &String| world.legacy(Some(session), revision, LIST).status;
    for session in &sessions[..3] {
        let headers =
            [("authorization", own.as_str()), ("mcp-session-id", session), ("accept", "*/*")];
        assert_eq!(world.send("DELETE", "/mcp/local/fixture", &headers, b"").status, 204);
        assert_eq!(status(session), 404);
    }
    // One more than are remembered: the first, which would expire first, is not.
    assert_eq!(sessions.each_ref().map(status), [200, 404, 404, 200]);
    let enabled = in_dynamic_mode(&world, &sessions[3], &enable_echo()).events();
    assert_eq!(enabled.last().unwrap()["result"]["structuredContent"]["enabled"][0], "echo");
}

#[test]
fn a_log_level_leaves_the_tools_that_are_enabled() {
    let world = World::new();
    let session = world.session("2025-11-25");
    let send = |body: &str| in_dynamic_mode(&world, &session, body);
    let shows_echo = || send(LIST).json().to_string().contains(r#""name":"echo""#);
    assert!(!shows_echo());
    send(&enable_echo());
    assert!(shows_echo());
    let level = r#"{"jsonrpc":"2.0","id":4,"method":"logging/setLevel","params":{"level":"info"}}"#;
    assert_eq!(send(level).status, 200);
    assert!(shows_echo());
}

fn enable_echo() -> String {
    CALL.replace("get_item", "enable-tools").replace(r#""id":"1""#, r#""tools":["echo"]"#)
}

fn in_dynamic_mode(world: &World, session: &str, body: &str) -> Reply {
    let own = world.bearer();
    let headers = [
        ("authorization", own.as_str()),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2025-11-25"),
        ("mcp-session-id", session),
    ];
    world.send("POST", "/mcp/local/fixture?mode=dynamic", &headers, body.as_bytes())
}

#[test]
fn a_log_level_brings_messages_and_a_token_progress() {
    let world = World::new();
    let revision = "2025-11-25";
    let session = world.session(revision);
    let plain = world.legacy(Some(&session), revision, CALL);
    assert_eq!(plain.header("content-type"), Some("application/json"));
    let with_token = CALL.replace(r#""name""#, r#""_meta":{"progressToken":"p-1"},"name""#);
    let events = world.legacy(Some(&session), revision, &with_token).events();
    let progress: Vec<f64> = events
        .iter()
        .filter(|event| event["method"] == "notifications/progress")
        .map(|event| {
            assert_eq!(event["params"]["progressToken"], "p-1");
            event["params"]["progress"].as_f64().unwrap()
        })
        .collect();
    assert_eq!(progress, [1.0, 2.0, 3.0]);
    assert_eq!(events.last().unwrap()["id"], 3);
    assert_eq!(events.len(), 4);
    let level = |level: &str| {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":5,"method":"logging/setLevel","params":{{"level":"{level}"}}}}"#
        );
        world.legacy(Some(&session), revision, &body)
    };
    assert_eq!(level("info").json()["result"], serde_json::json!({}));
    let events = world.legacy(Some(&session), revision, CALL).events();
    let messages = events.iter().filter(|event| event["method"] == "notifications/message").count();
    assert_eq!((messages, events.len()), (3, 4), "{events:?}");
    level("error");
    assert_eq!(world.legacy(Some(&session), revision, CALL).events().len(), 1);
    assert_eq!(level("loud").code(), Some(-32602));
}

#[test]
fn a_cancelled_call_lets_go_of_the_api() {
    let mut setting = Setting::default();
    setting.app.upstream.first_byte = Duration::from_secs(60);
    let world = World::with(setting);
    let revision = "2025-11-25";
    let session = world.session(revision);
    let slow = r#"{"jsonrpc":"2.0","id":44,"method":"tools/call","params":{"name":"slow","arguments":{}}}"#;
    let cancel =
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":44}}"#;
    std::thread::scope(|scope| {
        let call = scope.spawn(|| world.legacy(Some(&session), revision, slow));
        world.api.wait("the call has come", |api| api.hits() == 1);
        // Of another session, the same id is another request.
        let other = world.session(revision);
        assert_eq!(world.legacy(Some(&other), revision, cancel).status, 202);
        assert_eq!(world.api.abandoned(), 0);
        assert_eq!(world.legacy(Some(&session), revision, cancel).status, 202);
        world.api.wait("the API is let go", |api| api.abandoned() == 1);
        assert_eq!(call.join().unwrap().status, 202);
    });
}
