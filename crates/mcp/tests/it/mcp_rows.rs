//! MCP semantics, row by row.

use crate::{ALL, META, headers, modern, read, refused};
use http::HeaderMap;
use mcp::{
    Call, Capabilities, Code, Lane, Limits, Listen, LogLevel, Message, PromptsCapability, Request,
    ResourcesCapability, Revision, ToolsCapability,
};
use serde_json::json;

pub(crate) fn body(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}}}}}"#)
}

fn meta(version: &str, more: &str) -> String {
    format!(
        r#""_meta":{{"io.modelcontextprotocol/protocolVersion":"{version}","io.modelcontextprotocol/clientCapabilities":{{}}{more}}}"#
    )
}

#[track_caller]
pub(crate) fn taken<'a>(headers: &HeaderMap, body: &'a str) -> (Lane, Request<'a>) {
    match read(headers, body.as_bytes()) {
        Ok(mcp::Incoming { lane, message: Message::Request(request) }) => (lane, request),
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn m01_meta_is_required() {
    let version = r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#;
    let capabilities = r#""io.modelcontextprotocol/clientCapabilities":{}"#;
    for params in [
        String::new(),
        r#""_meta":{}"#.into(),
        r#""_meta":null"#.into(),
        r#""_meta":[]"#.into(),
        format!(r#""_meta":{{{capabilities}}}"#),
        format!(r#""_meta":{{{version}}}"#),
        format!(r#""_meta":{{{version},"io.modelcontextprotocol/clientCapabilities":null}}"#),
        format!(r#""_meta":{{{version},"io.modelcontextprotocol/clientCapabilities":[]}}"#),
        format!(r#""_meta":{{{capabilities},"io.modelcontextprotocol/protocolVersion":20260728}}"#),
        format!(
            r#""_meta":{{{version},{capabilities},"io.modelcontextprotocol/logLevel":"loud"}}"#
        ),
        format!(r#""_meta":{{{version},{capabilities},"io.modelcontextprotocol/clientInfo":"x"}}"#),
    ] {
        refused(
            &modern("server/discover", ""),
            body("server/discover", &params),
            400,
            Code::InvalidMeta,
            "1",
        );
    }
    assert_eq!(Code::InvalidMeta.number(), -32602);
    let text = body("server/discover", META);
    assert!(matches!(taken(&modern("server/discover", ""), &text).1.call, Call::Discover));
}

#[test]
fn m02_m03_versions() {
    let discover = |version: &str| body("server/discover", &meta(version, ""));
    let at = |pairs: &[(&str, &str)]| {
        let mut pairs = pairs.to_vec();
        pairs.push(("Mcp-Method", "server/discover"));
        headers(&pairs)
    };
    let is = |version| ("MCP-Protocol-Version", version);
    let twice = [is("2026-07-28"), is("2026-07-28")];
    for wrong in [
        vec![],
        vec![is("2025-11-25")],
        vec![is("")],
        twice.to_vec(),
        vec![is("2026-07-28"), is("x")],
    ] {
        refused(&at(&wrong), discover("2026-07-28"), 400, Code::HeaderMismatch, "1");
    }
    refused(&at(&[is("2026-07-28")]), discover("v999.0.0"), 400, Code::HeaderMismatch, "1");
    let long = "9".repeat(1024);
    for unknown in ["2099-01-01", "2024-11-05", "", "v999.0.0", "２０２６-07-28", &long] {
        let answer = refused(
            &at(&[is(unknown)]),
            discover(unknown),
            400,
            Code::UnsupportedProtocolVersion,
            "1",
        );
        assert_eq!(
            answer["error"]["data"]["supported"],
            json!(["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"])
        );
        let requested = answer["error"]["data"]["requested"].as_str().unwrap();
        assert!(unknown.starts_with(requested) && (requested == unknown || requested.len() == 64));
    }
    // Served, but not in this form.
    let answer = refused(
        &at(&[is("2025-11-25")]),
        discover("2025-11-25"),
        400,
        Code::UnsupportedProtocolVersion,
        "1",
    );
    assert_eq!(
        answer["error"]["data"],
        json!({"supported": ["2026-07-28"], "requested": "2025-11-25"})
    );
    assert!(read(&at(&[is(" 2026-07-28\t")]), discover("2026-07-28").as_bytes()).is_ok());
}

#[test]
fn m02_the_header_alone_makes_it_modern() {
    let plain = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    refused(&modern("tools/list", ""), plain, 400, Code::InvalidMeta, "1");
    refused(
        &headers(&[("MCP-Protocol-Version", "2027-01-01")]),
        plain,
        400,
        Code::InvalidMeta,
        "1",
    );
    // No date, no era: an unknown header value is a legacy fault.
    for other in ["zzz", "2024-11-05", "20260728", "2026-7-28", ""] {
        let answer = refused(
            &headers(&[("MCP-Protocol-Version", other)]),
            plain,
            400,
            Code::InvalidRequest,
            "1",
        );
        assert_eq!(answer["error"]["data"]["requested"], other);
    }
    refused(
        &headers(&[("MCP-Protocol-Version", "2025-11-25"), ("MCP-Protocol-Version", "2025-11-25")]),
        plain,
        400,
        Code::InvalidRequest,
        "1",
    );
}

#[test]
fn m04_mirrored_method() {
    let list = body("tools/list", META);
    let version = ("MCP-Protocol-Version", "2026-07-28");
    for wrong in [
        vec![],
        vec![("Mcp-Method", "tools/call")],
        vec![("Mcp-Method", "Tools/List")],
        vec![("Mcp-Method", "TOOLS/LIST")],
        vec![("Mcp-Method", "tools/list"), ("Mcp-Method", "tools/list")],
        vec![("Mcp-Method", "")],
        vec![("Mcp-Method", "=?base64?dG9vbHMvbGlzdA==?=")],
        vec![("Mcp-Method", "tööls")],
    ] {
        let mut pairs = vec![version];
        pairs.extend(wrong);
        refused(&headers(&pairs), &list, 400, Code::HeaderMismatch, "1");
    }
    for right in ["tools/list", "  tools/list  ", "\ttools/list"] {
        assert!(read(&headers(&[version, ("mcp-METHOD", right)]), list.as_bytes()).is_ok());
    }
}

#[test]
fn m05_m07_mirrored_name() {
    let call =
        |name: &str| body("tools/call", &format!(r#""name":"{name}","arguments":{{}},{META}"#));
    let at = |name: &str| modern("tools/call", name);
    for (header, name) in [
        ("add", "add"),
        ("  add  ", "add"),
        ("=?base64?YWRk?=", "add"),
        ("=?base64?w6k=?=", "é"),
        ("=?BASE64?YWRk?=", "=?BASE64?YWRk?="),
        ("=?base64?YWRk", "=?base64?YWRk"),
        ("YWRk?=", "YWRk?="),
        ("=?base64?=", "=?base64?="),
        ("=?base64??=", ""),
    ] {
        let text = call(name);
        let (_, request) = taken(&at(header), &text);
        assert!(matches!(request.call, Call::ToolsCall(call) if call.name == name));
    }
    for (header, name) in [
        ("", "add"),
        ("allowed_tool", "denied_tool"),
        ("denied_tool", "allowed_tool"),
        ("Add", "add"),
        ("=?base64?c3Vi?=", "add"),
        ("=?BASE64?YWRk?=", "add"),
        ("=?base64?SGVsbG8?=", "Hello"),
        ("=?base64?SGVs!!!bG8=?=", "Hello"),
        ("=?base64?SGVsbG9=?=", "Hello"),
        ("=?base64?/w==?=", "ÿ"),
        ("é", "é"),
    ] {
        refused(&at(header), call(name), 400, Code::HeaderMismatch, "1");
    }
    let twice = headers(&[
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "add"),
        ("Mcp-Name", "add"),
    ]);
    refused(&twice, call("add"), 400, Code::HeaderMismatch, "1");
    for name in ["", r#""name":null,"#, r#""name":7,"#] {
        refused(
            &at("add"),
            body("tools/call", &format!("{name}{META}")),
            200,
            Code::InvalidParams,
            "1",
        );
    }
}

#[test]
fn m12_methods_by_lane_and_capability() {
    let bare = Capabilities {
        tools: Some(ToolsCapability::default()),
        resources: Some(ResourcesCapability::default()),
        ..Capabilities::NONE
    };
    let prompts = Capabilities {
        prompts: Some(PromptsCapability { list_changed: true }),
        completions: true,
        ..Capabilities::NONE
    };
    let nothing = Capabilities::NONE;
    let (both, modern_only, legacy_only, never) =
        ([true, true], [true, false], [false, true], [false, false]);
    // method, parameters; whether it is served modern and legacy with everything, with tools and resources that do not
    // tell changes, with prompts and completions, with nothing.
    let rows = [
        ("initialize", r#""protocolVersion":"2025-11-25""#, [legacy_only; 4]),
        ("ping", "", [legacy_only; 4]),
        ("logging/setLevel", r#""level":"info""#, [legacy_only, never, never, never]),
        ("server/discover", "", [modern_only; 4]),
        ("subscriptions/listen", r#""notifications":{}"#, [modern_only, never, modern_only, never]),
        ("tools/list", "", [both, both, never, never]),
        ("tools/call", r#""name":"t""#, [both, both, never, never]),
        ("prompts/list", "", [both, never, both, never]),
        ("prompts/get", r#""name":"t""#, [both, never, both, never]),
        ("resources/list", "", [both, both, never, never]),
        ("resources/templates/list", "", [both, both, never, never]),
        ("resources/read", r#""uri":"x:t""#, [both, both, never, never]),
        ("resources/subscribe", r#""uri":"x:t""#, [legacy_only, never, never, never]),
        ("resources/unsubscribe", r#""uri":"x:t""#, [legacy_only, never, never, never]),
        (
            "completion/complete",
            r#""ref":{"type":"ref/prompt","name":"t"},"argument":{"name":"a","value":""}"#,
            [both, never, both, never],
        ),
    ];
    let unserved = [
        "resources/directory/read",
        "Prompts/list",
        "roots/list",
        "sampling/createMessage",
        "elicitation/create",
        "tasks/get",
        "tasks/list",
        "tasks/result",
        "tasks/cancel",
        "tasks/update",
        "skills/list",
        "notifications/initialized",
        "unknown/method",
    ];
    let rows = rows.into_iter().chain(unserved.map(|method| (method, "", [never; 4])));
    for (method, params, served) in rows {
        for (capabilities, served) in [ALL, bare, prompts, nothing].into_iter().zip(served) {
            let comma = if params.is_empty() { "" } else { "," };
            let name = if params.contains("uri") { "x:t" } else { "t" };
            let name =
                if method.starts_with("completion") || params.is_empty() { "" } else { name };
            let modern_body = body(method, &format!("{params}{comma}{META}"));
            let legacy_body = body(method, params);
            let modern = mcp::read(
                &modern(method, name),
                modern_body.as_bytes(),
                &Limits::default(),
                &capabilities,
            );
            let legacy = mcp::read(
                &HeaderMap::new(),
                legacy_body.as_bytes(),
                &Limits::default(),
                &capabilities,
            );
            for (read, served, status) in [(modern, served[0], 404), (legacy, served[1], 200)] {
                match read {
                    Ok(_) => assert!(served, "{method} {capabilities:?}"),
                    Err(refusal) => {
                        assert!(!served, "{method} {capabilities:?}: {}", refusal.message);
                        assert_eq!(
                            (refusal.code, refusal.status),
                            (Code::MethodNotFound, status),
                            "{method}"
                        );
                        assert_eq!(refusal.method.as_deref(), Some(method));
                    }
                }
            }
        }
    }
}

#[test]
fn m13_sessions_settle_the_revision() {
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let settled = |headers: &HeaderMap, session| {
        read(headers, list.as_bytes()).unwrap().settle(session).unwrap()
    };
    assert_eq!(settled(&HeaderMap::new(), None), Revision::V2025_03_26);
    assert_eq!(
        settled(&headers(&[("MCP-Protocol-Version", "2025-06-18")]), None),
        Revision::V2025_06_18
    );
    assert_eq!(settled(&HeaderMap::new(), Some(Revision::V2025_11_25)), Revision::V2025_11_25);
    assert_eq!(
        settled(&headers(&[("MCP-Protocol-Version", "2025-06-18")]), Some(Revision::V2025_11_25)),
        Revision::V2025_11_25
    );
}

#[test]
fn m13_initialize() {
    for (asked, answered) in [
        ("2025-03-26", Revision::V2025_03_26),
        ("2025-06-18", Revision::V2025_06_18),
        ("2025-11-25", Revision::V2025_11_25),
        ("2024-11-05", Revision::V2025_11_25),
        ("2026-07-28", Revision::V2025_11_25),
        ("1", Revision::V2025_11_25),
    ] {
        let text = body(
            "initialize",
            &format!(
                r#""protocolVersion":"{asked}","capabilities":{{"roots":{{"listChanged":true}}}},"clientInfo":{{"name":"c","version":"1"}}"#
            ),
        );
        // The conformance suite sends the header even here.
        for pairs in [
            vec![],
            vec![("MCP-Protocol-Version", "2025-06-18")],
            vec![("MCP-Protocol-Version", "2024-11-05")],
        ] {
            let (_, request) = taken(&headers(&pairs), &text);
            assert!(request.meta.declares("roots") && !request.meta.declares("sampling"));
            assert_eq!(request.meta.client.unwrap().name, "c");
            let Call::Initialize(initialize) = request.call else { panic!() };
            assert_eq!((initialize.requested.as_ref(), initialize.revision), (asked, answered));
        }
    }
    for params in [
        "",
        r#""protocolVersion":1"#,
        r#""protocolVersion":"2025-11-25","capabilities":[]"#,
        r#""protocolVersion":"2025-11-25","clientInfo":"x""#,
    ] {
        refused(&HeaderMap::new(), body("initialize", params), 200, Code::InvalidParams, "1");
    }
    // With modern metadata it is a removed method.
    let text = body("initialize", &format!(r#""protocolVersion":"2025-11-25",{META}"#));
    refused(&modern("initialize", ""), text, 404, Code::MethodNotFound, "1");
}

#[test]
fn m14_session_headers_mean_nothing_to_a_modern_request() {
    let mut headers = modern("tools/list", "");
    headers.insert("mcp-session-id", "x y".parse().unwrap());
    headers.insert("last-event-id", "7".parse().unwrap());
    let text = body("tools/list", META);
    assert_eq!(taken(&headers, &text).0, Lane::Modern(Revision::V2026_07_28));
}

#[test]
fn m10_m15_cursor_and_state() {
    for (params, fits) in [
        (r#""cursor":"""#.to_owned(), true),
        (r#""cursor":null"#.to_owned(), true),
        (format!(r#""cursor":"{}""#, "x".repeat(1024)), true),
        (format!(r#""cursor":"{}""#, "x".repeat(1025)), false),
        (format!(r#""cursor":"{}""#, "x".repeat(1 << 20)), false),
        (r#""cursor":7"#.to_owned(), false),
        (r#""cursor":{}"#.to_owned(), false),
    ] {
        let text = body("tools/list", &params);
        if fits {
            taken(&HeaderMap::new(), &text);
        } else {
            refused(&HeaderMap::new(), &text, 200, Code::InvalidParams, "1");
        }
    }
    for (more, fits) in [
        (r#","requestState":"forged""#, false),
        (r#","requestState":7,"inputResponses":{}"#, false),
        (r#","inputResponses":null"#, false),
        (r#","inputResponses":[]"#, false),
        (r#","inputResponses":{"user_name":{"action":"accept"}}"#, true),
    ] {
        let text = body("tools/call", &format!(r#""name":"t",{META}{more}"#));
        if fits {
            taken(&modern("tools/call", "t"), &text);
        } else {
            refused(&modern("tools/call", "t"), &text, 200, Code::InvalidParams, "1");
        }
    }
}

#[test]
fn m17_m18_what_a_client_claims() {
    let long = "x".repeat(1 << 20);
    let more = format!(
        r#","io.modelcontextprotocol/clientInfo":{{"name":"<b>Claude\u001b[31m\u202e","version":"{long}"}},
        "traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"{long}","io.modelcontextprotocol/user":"root""#
    );
    let text = body("tools/list", &meta("2026-07-28", &more));
    let (_, request) = taken(&modern("tools/list", ""), &text);
    let client = request.meta.client.unwrap();
    assert_eq!(client.name, "<b>Claude[31m");
    assert_eq!(client.version.len(), 256);
    assert_eq!(request.meta.traceparent.unwrap().len(), 55);
    assert_eq!(request.meta.tracestate, None);

    let (fits, over) = ("a".repeat(128), "a".repeat(129));
    for (trace, kept) in [(&fits, true), (&over, false), (&long, false)] {
        let text = body("tools/list", &format!(r#""_meta":{{"traceparent":"{trace}"}}"#));
        assert_eq!(taken(&HeaderMap::new(), &text).1.meta.traceparent.is_some(), kept);
    }
    for (state, kept) in [("a".repeat(512), true), ("a".repeat(513), false)] {
        let text = body("tools/list", &format!(r#""_meta":{{"tracestate":"{state}"}}"#));
        assert_eq!(taken(&HeaderMap::new(), &text).1.meta.tracestate.is_some(), kept);
    }
    for client in ["{}", r#"{"name":7}"#] {
        let text = body(
            "tools/list",
            &meta("2026-07-28", &format!(r#","io.modelcontextprotocol/clientInfo":{client}"#)),
        );
        assert_eq!(
            taken(&modern("tools/list", ""), &text).1.meta.client.unwrap(),
            mcp::ClientInfo::default()
        );
    }
}

#[test]
fn m19_listen() {
    let listen = |filter: &str, capabilities| {
        let text = body("subscriptions/listen", &format!(r#""notifications":{filter},{META}"#));
        let headers = modern("subscriptions/listen", "");
        match mcp::read(&headers, text.as_bytes(), &Limits::default(), &capabilities).unwrap() {
            mcp::Incoming {
                message: Message::Request(Request { call: Call::SubscriptionsListen(listen), .. }),
                ..
            } => Listen {
                resource_subscriptions: listen
                    .resource_subscriptions
                    .into_iter()
                    .map(|uri| uri.into_owned().into())
                    .collect(),
                ..listen
            },
            other => panic!("{filter}: {other:?}"),
        }
    };
    let tools = Listen { tools_list_changed: true, ..Listen::default() };
    let whole = Listen {
        tools_list_changed: true,
        prompts_list_changed: true,
        resources_list_changed: true,
        resource_subscriptions: vec!["x:a".into(), "file:///etc/passwd".into()],
    };
    let everything = r#"{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,
        "resourceSubscriptions":["x:a","file:///etc/passwd","x:\u0061"],"taskIds":["t"]}"#;
    assert_eq!(listen(everything, ALL), whole);
    assert_eq!(listen(r#"{"toolsListChanged":true}"#, ALL), tools);
    for nothing in [
        "{}",
        r#"{"toolsListChanged":false,"resourceSubscriptions":[]}"#,
        r#"{"toolsListChanged":null,"promptsListChanged":null,"resourceSubscriptions":null}"#,
    ] {
        assert_eq!(listen(nothing, ALL), Listen::default());
    }
    // What is not declared is left out, not refused.
    let only_tools = Capabilities { tools: ALL.tools, ..Capabilities::NONE };
    assert_eq!(listen(everything, only_tools), tools);
    let resources = |subscribe, list_changed| Capabilities {
        resources: Some(ResourcesCapability { subscribe, list_changed }),
        ..Capabilities::NONE
    };
    assert_eq!(
        listen(everything, resources(false, true)),
        Listen { resources_list_changed: true, ..Listen::default() }
    );
    assert_eq!(
        listen(everything, resources(true, false)),
        Listen { resource_subscriptions: whole.resource_subscriptions, ..Listen::default() }
    );
    let uris = |count: usize| {
        let uris: Vec<String> = (0..count).map(|at| format!("\"x:{at}\"")).collect();
        format!(r#"{{"resourceSubscriptions":[{}]}}"#, uris.join(","))
    };
    assert_eq!(listen(&uris(64), ALL).resource_subscriptions.len(), 64);
    for filter in [
        "[]",
        "null",
        r#"{"toolsListChanged":1}"#,
        r#"{"promptsListChanged":"true"}"#,
        r#"{"resourcesListChanged":[]}"#,
        r#"{"resourceSubscriptions":"x:a"}"#,
        r#"{"resourceSubscriptions":{}}"#,
        r#"{"resourceSubscriptions":[7]}"#,
        r#"{"resourceSubscriptions":[null]}"#,
        r#"{"resourceSubscriptions":["no uri"]}"#,
        &uris(65),
    ] {
        let text = body("subscriptions/listen", &format!(r#""notifications":{filter},{META}"#));
        refused(&modern("subscriptions/listen", ""), text, 200, Code::InvalidParams, "1");
    }
    let text = body("subscriptions/listen", META);
    refused(&modern("subscriptions/listen", ""), text, 200, Code::InvalidParams, "1");
}

#[test]
fn m20_progress_tokens_and_levels() {
    for (token, fits) in [
        ("\"a\"", true),
        ("7", true),
        ("{}", false),
        ("1.5", false),
        ("true", false),
        ("[]", false),
    ] {
        let more = format!(r#","progressToken":{token}"#);
        let text = body("tools/list", &meta("2026-07-28", &more));
        let legacy = body("tools/list", &format!(r#""_meta":{{{}}}"#, &more[1..]));
        if fits {
            assert_eq!(
                taken(&modern("tools/list", ""), &text).1.meta.progress_token.unwrap().as_json(),
                token
            );
            assert_eq!(
                taken(&HeaderMap::new(), &legacy).1.meta.progress_token.unwrap().as_json(),
                token
            );
        } else {
            refused(&modern("tools/list", ""), &text, 400, Code::InvalidMeta, "1");
            refused(&HeaderMap::new(), &legacy, 200, Code::InvalidMeta, "1");
        }
    }
    refused(&HeaderMap::new(), body("tools/list", r#""_meta":7"#), 200, Code::InvalidMeta, "1");
    for level in ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] {
        let expected = LogLevel::parse(level).unwrap();
        assert_eq!(expected.as_str(), level);
        let text = body("logging/setLevel", &format!(r#""level":"{level}""#));
        assert!(
            matches!(taken(&HeaderMap::new(), &text).1.call, Call::LoggingSetLevel { level } if level == expected)
        );
        let text = body(
            "tools/list",
            &meta("2026-07-28", &format!(r#","io.modelcontextprotocol/logLevel":"{level}""#)),
        );
        assert_eq!(taken(&modern("tools/list", ""), &text).1.meta.log_level, Some(expected));
    }
    for level in ["", r#""level":"loud""#, r#""level":"INFO""#, r#""level":3"#, r#""level":null"#] {
        refused(&HeaderMap::new(), body("logging/setLevel", level), 200, Code::InvalidParams, "1");
    }
}
