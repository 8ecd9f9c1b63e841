//! Adversarial JSON and JSON-RPC, row by row.

use crate::{META, headers, modern, read, refused};
use http::HeaderMap;
use mcp::{Call, Code, Lane, Message, Notification, Revision};

fn legacy() -> HeaderMap {
    headers(&[("MCP-Protocol-Version", "2025-11-25")])
}

/// Both lanes refuse it the same way.
#[track_caller]
fn both(body: impl AsRef<[u8]>, status: u16, code: Code, id: &str) {
    refused(&modern("tools/list", ""), &body, status, code, id);
    refused(&legacy(), &body, status, code, id);
    refused(&HeaderMap::new(), &body, status, code, id);
}

#[test]
fn j01_j02_not_json() {
    let cases: [&[u8]; 20] = [
        b"",
        b"   ",
        b"{",
        b"nul",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\0}\0",
        br#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#,
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}",
        br#"{"a":1}{"b":2}"#,
        br#"{"jsonrpc":"2.0","id":1,"method":"ping",}"#,
        br#"{"jsonrpc":"2.0","id":1,/* */"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":1,"method":"ping"} // x"#,
        br#"{"jsonrpc":"2.0","id":NaN,"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e400}}"#,
        br#"{"jsonrpc":"2.0","id":01,"method":"ping"}"#,
        b"{'jsonrpc':'2.0'}",
        br#"{"jsonrpc":"2.0","id":1,"method":"pi"#,
        b"[1,",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\nng\"}",
        b"\0",
    ];
    for body in cases {
        both(body, 400, Code::Parse, "");
    }
}

#[test]
fn j03_batches() {
    let ping = r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#;
    let many = |count: usize| format!("[{}]", vec![ping; count].join(","));
    for refusing in
        [modern("ping", ""), legacy(), headers(&[("MCP-Protocol-Version", "2025-06-18")])]
    {
        for body in ["[]".to_owned(), many(1), many(10_000)] {
            refused(&refusing, body, 400, Code::InvalidRequest, "");
        }
    }
    for taking in [HeaderMap::new(), headers(&[("MCP-Protocol-Version", "2025-03-26")])] {
        refused(&taking, "[]", 400, Code::InvalidRequest, "");
        refused(&taking, many(21), 400, Code::InvalidRequest, "");
        refused(&taking, many(10_000), 400, Code::InvalidRequest, "");
        refused(
            &taking,
            format!(r#"[{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{META}}}}}]"#),
            400,
            Code::InvalidRequest,
            "",
        );
        let body = many(20);
        let incoming = read(&taking, body.as_bytes()).unwrap();
        assert!(
            matches!(&incoming.message, Message::Batch(entries) if entries.len() == 20 && entries.iter().all(Result::is_ok))
        );
        // What the session settled outranks the missing header.
        assert_eq!(incoming.settle(None).unwrap(), Revision::V2025_03_26);
        assert_eq!(incoming.settle(Some(Revision::V2025_03_26)).unwrap(), Revision::V2025_03_26);
        let refusal = incoming.settle(Some(Revision::V2025_06_18)).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (400, Code::InvalidRequest));
    }
}

#[test]
fn j03_each_entry_of_a_batch_stands_alone() {
    let body = br#"[
        {"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"t","arguments":{"x":1}}},
        {"jsonrpc":"2.0","method":"notifications/initialized"},
        {"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-03-26"}},
        {"jsonrpc":"2.0","id":3,"method":"tasks/list"},
        7, [], {"id":4},
        {"jsonrpc":"2.0","id":5,"result":{}}
    ]"#;
    let incoming = read(&HeaderMap::new(), body).unwrap();
    let Message::Batch(entries) = &incoming.message else { panic!("{incoming:?}") };
    let said: Vec<String> = entries
        .iter()
        .map(|entry| match entry {
            Ok(Message::Request(request)) => format!("{} {}", request.id, request.call.method()),
            Ok(Message::Notification(Notification::Initialized)) => "initialized".into(),
            Ok(Message::Response) => "response".into(),
            Ok(other) => panic!("{other:?}"),
            Err(refusal) => {
                let answer: serde_json::Value = serde_json::from_slice(&refusal.body).unwrap();
                format!("{} {}", answer["id"], answer["error"]["code"])
            }
        })
        .collect();
    assert_eq!(
        said,
        [
            "\"a\" tools/call",
            "initialized",
            "2 -32600",
            "3 -32601",
            "null -32600",
            "null -32600",
            "4 -32600",
            "response"
        ]
    );
    // A duplicate or a syntax error anywhere is the whole body's.
    refused(
        &HeaderMap::new(),
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping","id":2}]"#,
        400,
        Code::InvalidRequest,
        "",
    );
}

#[test]
fn j04_duplicates_at_any_depth() {
    for (body, id) in [
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}"#, "1"),
        (r#"{"jsonrpc":"2.0","method":"tools/list","method":"tools/call","id":1}"#, ""),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#, "1"),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","na\u006de":"b"}}"#,
            "1",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"x":[{"y":1,"y":2}]}}}"#,
            "1",
        ),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"a":1,"a":1}}}"#, "1"),
        (r#"{"jsonrpc":"2.0","id":1,"x":{"a":1,"a":1},"method":"ping"}"#, "1"),
    ] {
        both(body, 400, Code::InvalidRequest, id);
    }
}

#[test]
fn j05_envelope() {
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call"}"#,
        r#"{"jsonrpc":"2.0","id":1,"ID":2,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","Params":{}}"#,
        r#"{"JSONRPC":"2.0","id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.00","id":1,"method":"tools/list"}"#,
        r#"{"id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":2.0,"id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":null,"id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1}"#,
    ] {
        both(body, 400, Code::InvalidRequest, "1");
    }
    for body in ["{}", "null", "7", "\"x\"", "true"] {
        both(body, 400, Code::InvalidRequest, "");
    }
}

#[test]
fn j06_ids() {
    let ping = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
    for id in [
        "null",
        "1.5",
        "{}",
        "[]",
        "true",
        "1e3",
        "1.0",
        "18446744073709551616",
        "-9223372036854775809",
    ] {
        both(ping(id), 400, Code::InvalidRequest, "");
    }
    both(ping(&format!("\"{}\"", "x".repeat(10_240))), 400, Code::InvalidRequest, "");
    both(ping(&format!("\"{}\"", "x".repeat(257))), 400, Code::InvalidRequest, "");
    let longest = format!("\"{}\"", "é".repeat(128));
    for id in [
        "0",
        "-1",
        "9223372036854775808",
        "9007199254740993",
        "\"\"",
        r#""a\u0062\"""#,
        "\"😀\"",
        &longest,
    ] {
        let body = ping(id);
        let incoming = read(&legacy(), body.as_bytes()).unwrap();
        let Message::Request(request) = incoming.message else { panic!("{id}") };
        assert_eq!(request.id.as_json(), id);
        let answer = mcp::response(request.id, b"{}");
        assert_eq!(answer, format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#).into_bytes());
    }
}

#[test]
fn j07_methods() {
    for method in ["7", "null", "{}", "[\"tools/list\"]", "true"] {
        both(
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":{method}}}"#),
            400,
            Code::InvalidRequest,
            "1",
        );
    }
    let long = "x".repeat(1 << 20);
    for method in [
        "",
        "rpc.discover",
        "__proto__",
        "TOOLS/CALL",
        "tools/call ",
        "tools",
        "x/../tools/call",
        &long,
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{META}}}}}"#);
        refused(
            &modern(method.trim(), ""),
            &body,
            if method.ends_with(' ') { 400 } else { 404 },
            if method.ends_with(' ') { Code::HeaderMismatch } else { Code::MethodNotFound },
            "1",
        );
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}"}}"#);
        refused(&legacy(), &body, 200, Code::MethodNotFound, "1");
    }
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call\u0000"}"#;
    let refusal = read(&legacy(), body.as_bytes()).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.method.as_deref()),
        (Code::MethodNotFound, Some("tools/call"))
    );
}

#[test]
fn j08_params() {
    for method in ["tools/list", "tools/call", "ping", "initialize"] {
        for params in ["[]", "\"x\"", "null", "1", "[{\"name\":\"x\"}]"] {
            let body =
                format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
            refused(&legacy(), &body, 200, Code::InvalidParams, "1");
            // In the modern lane it is `_meta` that is missing.
            refused(&modern(method, ""), &body, 400, Code::InvalidMeta, "1");
        }
    }
    let absent = |method: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}"}}"#);
    for method in ["tools/call", "initialize", "logging/setLevel"] {
        refused(&legacy(), absent(method), 200, Code::InvalidParams, "1");
    }
    for method in ["tools/list", "ping"] {
        assert!(read(&legacy(), absent(method).as_bytes()).is_ok());
    }
}

#[test]
fn j09_depth() {
    let call = |arguments: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","arguments":{{"a":{arguments}}}}}}}"#
        )
    };
    // The message, params and arguments are three levels.
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&legacy(), call(&nested(61)).as_bytes()).is_ok());
    for depth in [62, 1_000, 1_000_000] {
        both(call(&nested(depth)), 400, Code::InvalidRequest, "1");
        both("[".repeat(depth + 3), 400, Code::InvalidRequest, "");
        both("{\"a\":".repeat(depth + 3), 400, Code::InvalidRequest, "");
    }
}

#[test]
fn j10_too_many_values() {
    let strings = vec!["\"\""; 1_000_000].join(",");
    both(
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":[{strings}]}}}}"#),
        400,
        Code::InvalidRequest,
        "1",
    );
    let members: Vec<String> = (0..1_000_000).map(|at| format!("\"{at}\":0")).collect();
    both(format!(r#"{{"id":1,"a":{{{}}}}}"#, members.join(",")), 400, Code::InvalidRequest, "1");
}

#[test]
fn j12_numbers_pass_through_untouched() {
    let arguments =
        r#"{"a":9007199254740993,"b":12345678901234567890123,"c":-0,"d":1.0,"e":1.10e+2}"#;
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","arguments": {arguments} }}}}"#
    );
    let incoming = read(&legacy(), body.as_bytes()).unwrap();
    let Message::Request(mcp::Request { call: Call::ToolsCall(call), .. }) = incoming.message
    else {
        panic!()
    };
    assert_eq!(call.arguments.unwrap().as_str(), arguments);
}

#[test]
fn j13_responses() {
    let ok = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let err = r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#;
    for body in [ok, err] {
        refused(&modern("x", ""), body, 400, Code::InvalidRequest, "1");
        for headers in [legacy(), HeaderMap::new()] {
            assert!(matches!(read(&headers, body.as_bytes()).unwrap().message, Message::Response));
        }
    }
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{},"error":{}}"#,
    ] {
        both(body, 400, Code::InvalidRequest, "1");
    }
}

#[test]
fn j14_requests_need_an_id() {
    for method in ["tools/call", "tools/list", "initialize", "ping", "server/discover"] {
        both(
            format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{{"name":"t",{META}}}}}"#),
            400,
            Code::InvalidRequest,
            "",
        );
    }
}

#[test]
fn j15_notifications() {
    let body = r#"{"jsonrpc":"2.0","method":"notifications/what","params":{"x":1}}"#;
    for (headers, lane) in [
        (legacy(), Lane::Legacy(Some(Revision::V2025_11_25))),
        (HeaderMap::new(), Lane::Legacy(None)),
        (modern("notifications/what", ""), Lane::Modern(Revision::V2026_07_28)),
        (headers(&[("MCP-Protocol-Version", "2026-07-28")]), Lane::Modern(Revision::V2026_07_28)),
    ] {
        let incoming = read(&headers, body.as_bytes()).unwrap();
        assert_eq!(incoming.lane, lane);
        assert!(matches!(incoming.message, Message::Notification(Notification::Other)));
    }
    // Its headers may be absent but must not lie, and its revision must be served.
    refused(&modern("notifications/other", ""), body, 400, Code::HeaderMismatch, "");
    refused(
        &headers(&[("MCP-Protocol-Version", "2099-01-01")]),
        body,
        400,
        Code::UnsupportedProtocolVersion,
        "",
    );
    refused(
        &headers(&[("MCP-Protocol-Version", "2024-11-05")]),
        body,
        400,
        Code::InvalidRequest,
        "",
    );

    let body = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"tired\u001b"}}"#;
    let Message::Notification(Notification::Cancelled { request_id, reason }) =
        read(&legacy(), body.as_bytes()).unwrap().message
    else {
        panic!()
    };
    assert_eq!((request_id.as_json(), reason.as_deref()), ("\"a\"", Some("tired")));
    let other = read(&modern("notifications/cancelled", ""), body.as_bytes()).unwrap().message;
    assert!(matches!(other, Message::Notification(Notification::Other)));
    for params in ["{}", r#"{"requestId":null}"#, r#"{"requestId":1.5}"#, "[]"] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{params}}}"#);
        let message = read(&legacy(), body.as_bytes()).unwrap().message;
        assert!(matches!(message, Message::Notification(Notification::Other)), "{params}");
    }
}

#[test]
fn j16_unknown_members_are_ignored() {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","x":1,"params":{{"name":"t","y":[],"arguments":{{"z":1}},
        "_meta":{{"a/b":1,"io.modelcontextprotocol/what":{{}},{}}}}}}}"#,
        &META[9..META.len() - 1]
    );
    let incoming = read(&modern("tools/call", "t"), body.as_bytes()).unwrap();
    let Message::Request(mcp::Request { call: Call::ToolsCall(call), .. }) = incoming.message
    else {
        panic!()
    };
    assert_eq!(call.arguments.unwrap().as_str(), r#"{"z":1}"#);
}

#[test]
fn j17_arguments_are_an_object() {
    for arguments in [r#""{\"a\":1}""#, "[]", "1", "true"] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","arguments":{arguments}}}}}"#
        );
        refused(&legacy(), &body, 200, Code::InvalidParams, "1");
    }
    for arguments in ["", r#","arguments":null"#] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t"{arguments}}}}}"#
        );
        let Message::Request(mcp::Request { call: Call::ToolsCall(call), .. }) =
            read(&legacy(), body.as_bytes()).unwrap().message
        else {
            panic!()
        };
        assert!(call.arguments.is_none());
    }
}

#[test]
fn members_may_come_in_any_order() {
    let body = format!(
        r#"{{"params":{{{META},"arguments":{{}},"name":"t"}},"method":"tools/call","id":"x","jsonrpc":"2.0"}}"#
    );
    let incoming = read(&modern("tools/call", "t"), body.as_bytes()).unwrap();
    assert_eq!(incoming.lane, Lane::Modern(Revision::V2026_07_28));
}
