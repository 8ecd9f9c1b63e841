//! Calls from end to end: what the API is sent, and what the request log keeps.

use crate::world::{CREDENTIAL, Setting, World, modern_body, modern_headers};
use app::RecordOutcome;

#[test]
fn the_api_gets_its_own_credential_and_nothing_of_the_callers() {
    let world = World::new();
    let reply = world.call("get_item", r#"{"id":"7","q":"a&admin=true"}"#);
    assert_eq!(
        reply.json()["result"]["structuredContent"],
        serde_json::json!({ "id": "1", "name": "one" })
    );
    assert_eq!(reply.json()["result"]["isError"], serde_json::Value::Null);
    let request = world.api.last();
    assert!(request.starts_with("GET /items/7?q=a%26admin%3Dtrue HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("authorization: Bearer {CREDENTIAL}\r\n")), "{request}");
    assert!(!request.contains("gwt_") && !request.to_lowercase().contains("mcp-"), "{request}");
}

#[test]
fn an_echoed_credential_does_not_reach_the_model() {
    let world = World::with(Setting { log_payloads: true, ..Setting::default() });
    // U07
    let reply = world.call("fail", "{}");
    assert_eq!(reply.json()["result"]["isError"], true);
    assert!(reply.body.contains("500") && !reply.body.contains(CREDENTIAL), "{reply:?}");
    let rows = world.logged(1);
    assert_eq!((rows[0].outcome, rows[0].upstream_status), (RecordOutcome::ToolError, Some(500)));
    assert!(!format!("{rows:?}").contains(CREDENTIAL));
}

#[test]
fn each_request_is_one_row() {
    let world = World::with(Setting { log_payloads: true, ..Setting::default() });
    world.tools(&world.token);
    world.call("echo", r#"{"text":"hello"}"#);
    world.call("echo", r#"{"text":5}"#);
    world.call("nothing", "{}");
    world.modern(&world.token, "prompts/list", "");
    let rows = world.logged(5);
    let seen: Vec<_> =
        rows.iter().map(|row| (&*row.method, row.tool.as_deref(), row.outcome)).collect();
    assert_eq!(
        seen,
        [
            ("tools/list", None, RecordOutcome::Ok),
            ("tools/call", Some("echo"), RecordOutcome::Ok),
            ("tools/call", Some("echo"), RecordOutcome::ToolError),
            ("tools/call", Some("nothing"), RecordOutcome::Error),
            ("prompts/list", None, RecordOutcome::Error),
        ]
    );
    let call = &rows[1];
    assert_eq!(call.arguments.as_deref(), Some(r#"{"text":"hello"}"#));
    assert_eq!(call.result.as_deref(), Some(r#"{"text":"hello"}"#));
    assert_eq!((call.upstream_status, &*call.revision), (Some(200), "2026-07-28"));
    assert!(call.bytes_in > 100 && call.bytes_out > 50 && call.duration_us > 0);
}

#[test]
fn payloads_are_kept_only_when_asked_for() {
    let world = World::new();
    world.call("echo", r#"{"text":"hello"}"#);
    let rows = world.logged(1);
    assert_eq!((&rows[0].arguments, &rows[0].result), (&None, &None));
}

#[test]
fn a_strict_row_is_there_when_the_answer_is() {
    let world = World::with(Setting { strict_log: true, ..Setting::default() });
    for calls in 1..=3 {
        world.call("echo", r#"{"text":"hello"}"#);
        assert_eq!(world.rows().len(), calls);
    }
}

#[test]
fn t05_headers_of_the_caller_never_reach_the_api() {
    let world = World::new();
    let bearer = world.bearer();
    let (name, body) = modern_body("tools/call", r#""name":"get_item","arguments":{"id":"1"}"#);
    let mut headers = modern_headers(&bearer, "tools/call");
    headers.push(("mcp-name", name.as_deref().unwrap()));
    let smuggled = [
        "x-upstream-authorization",
        "x-authorization",
        "x-api-key",
        "x-key",
        "api-key",
        "cookie",
        "proxy-authorization",
        "proxy-connection",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-prefix",
        "x-real-ip",
        "x-original-url",
        "x-original-host",
        "x-rewrite-url",
        "x-http-method-override",
        "x-host",
        "x-base-url",
        "x-url",
        "x-target",
        "x-tenant",
        "x-user",
        "x-mcp-authorization",
        "referer",
        "from",
        "via",
        "te",
        "user-agent",
        "accept-language",
        "if-none-match",
        "range",
    ];
    headers.extend(smuggled.iter().map(|name| (*name, "smuggled-5be0")));
    let reply = world.send("POST", "/mcp/local/fixture", &headers, body.as_bytes());
    assert_eq!(reply.status, 200, "{reply:?}");
    let sent = world.api.last();
    assert!(sent.contains(CREDENTIAL) && sent.starts_with("GET /items/1"), "{sent}");
    assert!(!sent.contains("smuggled") && !sent.contains(&world.token), "{sent}");
}
