//! Group M: what MCP 2026-07-28 means, and its refusals.

use crate::world::{Setting, World, modern_body, modern_headers};
use model::Names;

const PATH: &str = "/mcp/local/fixture";

/// A right request with its headers changed: `-` takes one away.
fn with_headers(
    world: &World,
    method: &str,
    params: &str,
    changed: &[(&str, &str)],
) -> (u16, Option<i64>) {
    let bearer = world.bearer();
    let (name, body) = modern_body(method, params);
    let mut headers = modern_headers(&bearer, method);
    if let Some(name) = &name {
        headers.push(("mcp-name", name));
    }
    headers.retain(|(one, _)| !changed.iter().any(|(other, _)| other == one));
    headers.extend(changed.iter().filter(|(_, value)| *value != "-"));
    let reply = world.send("POST", PATH, &headers, body.as_bytes());
    (reply.status, reply.code())
}

#[test]
fn metadata_and_headers_must_agree_with_the_body() {
    let world = World::new();
    let call = r#""name":"get_item","arguments":{"id":"1"}"#;
    let check = |changed: &[(&str, &str)], expected: (u16, Option<i64>)| {
        assert_eq!(with_headers(&world, "tools/call", call, changed), expected, "{changed:?}");
    };
    // M02, M04, M05, M07
    check(&[("mcp-protocol-version", "-")], (400, Some(-32020)));
    check(&[("mcp-protocol-version", "2025-11-25")], (400, Some(-32020)));
    check(&[("mcp-method", "-")], (400, Some(-32020)));
    check(&[("mcp-method", "Tools/Call")], (400, Some(-32020)));
    check(&[("mcp-method", "tools/list")], (400, Some(-32020)));
    check(&[("mcp-method", "tools/call"), ("mcp-method", "tools/call")], (400, Some(-32020)));
    check(&[("mcp-name", "-")], (400, Some(-32020)));
    check(&[("mcp-name", "echo")], (400, Some(-32020)));
    check(&[("mcp-name", "=?base64?!!!?=")], (400, Some(-32020)));
    check(&[("mcp-name", "=?BASE64?Z2V0X2l0ZW0=?=")], (400, Some(-32020)));
    assert_eq!(world.api.hits(), 0);
    check(&[("mcp-name", "=?base64?Z2V0X2l0ZW0=?=")], (200, None));
    // M14: session headers mean nothing here
    check(&[("mcp-session-id", "x"), ("last-event-id", "1")], (200, None));
    // M01, M03
    let bearer = world.bearer();
    let (_, right) = modern_body("tools/list", "");
    for (from, to, expected) in [
        (r#""io.modelcontextprotocol/clientCapabilities":{}"#, r#""x":1"#, -32602),
        (
            r#""io.modelcontextprotocol/clientCapabilities":{}"#,
            r#""io.modelcontextprotocol/clientCapabilities":[]"#,
            -32602,
        ),
        (r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#, r#""x":1"#, -32602),
    ] {
        let body = right.replace(from, to);
        let reply =
            world.send("POST", PATH, &modern_headers(&bearer, "tools/list"), body.as_bytes());
        assert_eq!((reply.status, reply.code()), (400, Some(expected)), "{to}");
    }
    let body = right.replace("2026-07-28", "2099-01-01");
    let mut headers = modern_headers(&bearer, "tools/list");
    headers.retain(|(name, _)| *name != "mcp-protocol-version");
    headers.push(("mcp-protocol-version", "2099-01-01"));
    let reply = world.send("POST", PATH, &headers, body.as_bytes());
    assert_eq!((reply.status, reply.code()), (400, Some(-32022)));
    assert_eq!(reply.json()["error"]["data"]["requested"], "2099-01-01");
    assert!(
        reply.json()["error"]["data"]["supported"]
            .as_array()
            .unwrap()
            .contains(&"2026-07-28".into())
    );
}

#[test]
fn methods_that_are_not_served() {
    let world = World::new();
    // M12, and capabilities that are not declared
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "roots/list",
        "resources/list",
        "resources/templates/list",
        "prompts/list",
        "completion/complete",
        "tasks/get",
        "rpc.discover",
        "__proto__",
        "TOOLS/CALL",
        "resources/subscribe",
    ] {
        assert_eq!(with_headers(&world, method, "", &[]), (404, Some(-32601)), "{method}");
    }
    let reply = world.modern(&world.token, "server/discover", "");
    let result = &reply.json()["result"];
    assert_eq!(
        result["capabilities"],
        serde_json::json!({ "tools": { "listChanged": true }, "logging": {} })
    );
    assert_eq!(result["supportedVersions"][0], "2026-07-28");
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["cacheScope"], "private");
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "gatewright");
}

#[test]
fn lists_are_deterministic_paged_and_of_the_caller() {
    let mut setting = Setting::default();
    setting.web.tools_per_page = 2;
    let world = World::with(setting);
    let (_, reader) = world.token_for(Names::All, Names::All, true, None);
    let pages = |token: &str| {
        let (mut names, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let params =
                cursor.as_ref().map(|cursor| format!(r#""cursor":"{cursor}""#)).unwrap_or_default();
            let result = world.modern(token, "tools/list", &params).json()["result"].clone();
            names.extend(
                result["tools"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|tool| tool["name"].as_str().unwrap().to_owned()),
            );
            pages += 1;
            match result["nextCursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return (names, pages),
            }
        }
    };
    let (all, count) = pages(&world.token);
    assert_eq!((all.len(), count), (5, 3));
    assert_eq!(pages(&world.token).0, all);
    assert_eq!(pages(&reader).0, ["get_item", "slow", "fail"]);
    // M10: forged, of another caller, too long
    let foreign = world.modern(&reader, "tools/list", "").json()["result"]["nextCursor"]
        .as_str()
        .unwrap()
        .to_owned();
    for cursor in ["", "2", "AAAA", &foreign, &"a".repeat(100_000)] {
        let reply = world.modern(&world.token, "tools/list", &format!(r#""cursor":"{cursor}""#));
        assert_eq!(reply.code(), Some(-32602), "{cursor:.40}");
    }
}

#[test]
fn a_tool_that_may_not_be_used_reads_as_unknown() {
    let world = World::new();
    let absent = |token: &str, tool: &str| {
        let reply = world.modern(
            token,
            "tools/call",
            &format!(r#""name":"{tool}","arguments":{{"id":"1"}}"#),
        );
        assert_eq!(reply.code(), Some(-32602), "{tool}: {reply:?}");
        reply.json()["error"]["message"].as_str().unwrap().replace(tool, "…")
    };
    // M08: out of the token's scope, read-only, and not there at all: the same answer
    let (_, one) = world.token_for(Names::All, Names::Only(vec!["get_item".into()]), false, None);
    let (_, reader) = world.token_for(Names::All, Names::All, true, None);
    assert_eq!(world.tools(&one), ["get_item"]);
    let unknown = absent(&world.token, "nothing");
    assert_eq!(absent(&one, "delete_item"), unknown);
    assert_eq!(absent(&reader, "delete_item"), unknown);
    assert_eq!(absent(&one, "Get_Item"), unknown);
    assert_eq!(world.api.hits(), 0);
    // A read-only server sends no writing request, whatever the token.
    world.republish(true);
    assert_eq!(world.tools(&world.token), ["get_item", "slow", "fail"]);
    assert_eq!(absent(&world.token, "delete_item"), unknown);
    assert_eq!(world.api.hits(), 0);
}

#[test]
fn wrong_arguments_name_the_field_and_send_nothing() {
    let world = World::new();
    // M09, P08, P17
    for (arguments, path) in [
        ("{}", "text"),
        (r#"{"text":7}"#, "text"),
        (r#"{"text":"a","count":"secretvalue"}"#, "count"),
        (r#"{"text":"a","api_key":"x"}"#, "api_key"),
        (r#"{"text":"a","Text":"x"}"#, "Text"),
        (r#"{"text":"a","__proto__":{}}"#, "__proto__"),
    ] {
        let reply = world.call("echo", arguments);
        let result = &reply.json()["result"];
        assert_eq!(result["isError"], true, "{arguments}: {reply:?}");
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(text.contains(path) && !text.contains("secretvalue"), "{arguments}: {text}");
    }
    // P01, P03
    for id in ["..", ".", "", r"a\u0000b", r"a\r\nb"] {
        let reply = world.call("get_item", &format!(r#"{{"id":"{id}"}}"#));
        assert_eq!(reply.json()["result"]["isError"], true, "{id}: {reply:?}");
    }
    assert_eq!(world.api.hits(), 0);
    // P02, P04
    for (id, path) in [
        ("a/b", "a%2Fb"),
        ("a?x=1", "a%3Fx%3D1"),
        ("//evil.example", "%2F%2Fevil.example"),
        ("a%2Fb", "a%252Fb"),
    ] {
        world.call("get_item", &format!(r#"{{"id":"{id}"}}"#));
        assert!(
            world.api.last().starts_with(&format!("GET /items/{path} HTTP/1.1\r\n")),
            "{}",
            world.api.last()
        );
    }
}

#[test]
fn identity_claims_in_the_body_mean_nothing() {
    let world = World::new();
    // M17, M18
    let name = format!("<script>\\u001b[31m{}", "x".repeat(10_000));
    let meta = format!(
        r#""_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}},"io.modelcontextprotocol/clientInfo":{{"name":"{name}","version":"1"}},"user":"admin","traceparent":"{}"}}"#,
        "0".repeat(100_000)
    );
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{meta},"name":"get_item","arguments":{{"id":"1"}}}}}}"#
    );
    let bearer = world.bearer();
    let mut headers = modern_headers(&bearer, "tools/call");
    headers.push(("mcp-name", "get_item"));
    assert_eq!(world.send("POST", PATH, &headers, body.as_bytes()).status, 200);
    assert!(!world.api.last().contains("traceparent"), "{}", world.api.last());
    let rows = world.logged(1);
    let row = &rows[0];
    assert!(row.principal.starts_with("tok_"));
    let client = row.client_name.as_deref().unwrap();
    assert!(client.len() <= 256 && !client.contains('\u{1b}'), "{client}");
    // A valid trace is passed on.
    let params = r#""name":"get_item","arguments":{"id":"1"}"#;
    let (_, body) = modern_body("tools/call", params);
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let body = body.replace(r#""_meta":{"#, &format!(r#""_meta":{{"traceparent":"{trace}","#));
    assert_eq!(world.send("POST", PATH, &headers, body.as_bytes()).status, 200);
    assert!(world.api.last().contains(&format!("traceparent: {trace}")), "{}", world.api.last());
}
