//! Group J: what JSON and JSON-RPC can carry.

use crate::world::{World, modern_body, modern_headers};

fn post(world: &World, body: &[u8]) -> (u16, Option<i64>) {
    let bearer = world.bearer();
    let mut headers = modern_headers(&bearer, "tools/call");
    headers.push(("mcp-name", "echo"));
    let reply = world.send("POST", "/mcp/local/fixture", &headers, body);
    (reply.status, reply.code())
}

fn call(arguments: &str) -> String {
    modern_body("tools/call", &format!(r#""name":"echo","arguments":{arguments}"#)).1
}

#[test]
fn what_is_no_json_is_refused_before_anything_runs() {
    let world = World::new();
    // J01, J02
    let invalid: [&[u8]; 12] = [
        b"",
        b"   ",
        b"{",
        b"nul",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":1}{\"b\":2}",
        b"{\"a\":1,}",
        b"{/**/}",
        b"{\"a\":NaN}",
        b"{\"a\":1e400}",
    ];
    for body in invalid {
        assert_eq!(post(&world, body), (400, Some(-32700)), "{}", String::from_utf8_lossy(body));
    }
    assert_eq!(post(&world, call(r#"{"text":"\ud800"}"#).as_bytes()), (400, Some(-32700)));
    // J03: batches, J04: duplicates at any depth
    for body in ["[]", &format!("[{}]", call("{}"))] {
        assert_eq!(post(&world, body.as_bytes()), (400, Some(-32600)), "{body:.60}");
    }
    for arguments in [
        r#"{"text":"a","text":"b"}"#,
        r#"{"text":"a","te\u0078t":"b"}"#,
        r#"{"text":"a","x":{"y":1,"y":2}}"#,
    ] {
        assert_eq!(post(&world, call(arguments).as_bytes()), (400, Some(-32600)), "{arguments}");
    }
    let right = call(r#"{"text":"a"}"#);
    for (from, to) in [
        (r#""method":"tools/call""#, r#""method":"tools/call","method":"tools/call""#),
        (r#""name":"echo""#, r#""name":"echo","name":"get_item""#),
        // J05
        (r#""method":"tools/call""#, r#""method":"tools/call","Method":"tools/list""#),
        (r#""id":7"#, r#""ID":8,"id":7"#),
        (r#""jsonrpc":"2.0""#, r#""jsonrpc":"2.00""#),
        (r#""jsonrpc":"2.0","#, ""),
        (r#""jsonrpc":"2.0""#, r#""jsonrpc":2.0"#),
        // J06
        (r#""id":7"#, r#""id":null"#),
        (r#""id":7"#, r#""id":1.5"#),
        (r#""id":7"#, r#""id":{}"#),
        (r#""id":7"#, r#""id":[]"#),
        (r#""id":7"#, r#""id":true"#),
        // J07, J13
        (r#""method":"tools/call""#, r#""method":7"#),
        (r#""method":"tools/call""#, r#""result":{}"#),
        (r#""method":"tools/call""#, r#""method":"tools/call","result":{}"#),
    ] {
        let body = right.replace(from, to);
        assert_ne!(body, right);
        assert_eq!(post(&world, body.as_bytes()), (400, Some(-32600)), "{to}");
    }
    // J09, J10
    for deep in ["[", "{\"a\":"] {
        for depth in [65, 1_000, 600_000] {
            let (status, code) = post(&world, deep.repeat(depth).as_bytes());
            assert_eq!(status, 400);
            assert!(matches!(code, Some(-32600 | -32700)), "{deep} {depth}: {code:?}");
        }
    }
    let keys: String = (0..300_000).map(|i| format!("\"k{i}\":1,")).collect();
    assert_eq!(post(&world, call(&format!("{{{keys}\"text\":\"a\"}}")).as_bytes()).0, 400);
    // J14: a call without an id is no call
    assert_eq!(post(&world, right.replace(r#""id":7,"#, "").as_bytes()), (400, Some(-32600)));
    assert_eq!(world.api.hits(), 0);
    assert_eq!(post(&world, right.as_bytes()), (200, None));
    assert_eq!(world.api.hits(), 1);
}

#[test]
fn numbers_and_text_arrive_as_they_were_sent() {
    let world = World::new();
    // J12
    for (count, arrives) in [
        ("9007199254740993", true),
        ("12345678901234567890123", true),
        ("1.0", true),
        ("1.5", false),
        ("-1", false),
    ] {
        let before = world.api.hits();
        let reply = world.call("echo", &format!(r#"{{"text":"a","count":{count}}}"#));
        assert_eq!(reply.json()["result"]["isError"] == true, !arrives, "{count}: {reply:?}");
        assert_eq!(world.api.hits() - before, usize::from(arrives), "{count}");
        if arrives {
            assert!(
                world.api.last().ends_with(&format!(r#""count":{count}}}"#)),
                "{}",
                world.api.last()
            );
            assert!(reply.body.contains(&format!(r#""count":{count}"#)), "{reply:?}");
        }
    }
    // J18: control and invisible characters are data in a JSON body
    let text = r#"\u0000\u001b[31m\u202e\udb40\udc41"#;
    let reply = world.call("echo", &format!(r#"{{"text":"{text}"}}"#));
    assert_eq!(reply.status, 200);
    assert!(world.api.last().ends_with(&format!(r#"{{"text":"{text}"}}"#)), "{}", world.api.last());
    // J06: an id beyond what a double holds comes back as it was
    let bearer = world.bearer();
    for id in ["9223372036854775808", "\"a-1\"", "-7"] {
        let body = modern_body("tools/list", "").1.replace("\"id\":7", &format!("\"id\":{id}"));
        let reply = world.send(
            "POST",
            "/mcp/local/fixture",
            &modern_headers(&bearer, "tools/list"),
            body.as_bytes(),
        );
        assert!(reply.body.contains(&format!("\"id\":{id}")), "{id}: {:.80}", reply.body);
    }
    // J17
    let reply =
        world.modern(&world.token, "tools/call", r#""name":"echo","arguments":"{\"text\":\"a\"}""#);
    assert!(reply.code() == Some(-32602) || reply.json()["result"]["isError"] == true, "{reply:?}");
}
