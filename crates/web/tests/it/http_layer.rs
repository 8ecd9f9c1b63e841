//! Group H of the adversarial inputs: what HTTP itself can carry. Nothing of it reaches the API.

use crate::world::{Setting, World, modern_body, modern_headers};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

const PATH: &str = "/mcp/local/fixture";

/// A right modern call, with some headers exchanged.
fn call_with(world: &World, changed: &[(&str, &str)]) -> u16 {
    let bearer = world.bearer();
    let (_, body) = modern_body("tools/call", r#""name":"get_item","arguments":{"id":"1"}"#);
    let mut headers = modern_headers(&bearer, "tools/call");
    headers.push(("mcp-name", "get_item"));
    headers.retain(|(name, _)| !changed.iter().any(|(one, _)| one == name));
    headers.extend(changed.iter().filter(|(_, value)| *value != "-"));
    world.send("POST", PATH, &headers, body.as_bytes()).status
}

#[test]
fn hosts_and_origins() {
    let world = World::new();
    let own = format!("http://{}", world.address);
    // H02, H04, H05
    assert_eq!(call_with(&world, &[("host", "evil.example")]), 421);
    assert_eq!(call_with(&world, &[("host", "a/admin?x#")]), 400);
    for origin in
        ["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1:1"]
    {
        assert_eq!(call_with(&world, &[("origin", origin)]), 403, "{origin}");
    }
    assert_eq!(world.api.hits(), 0);
    assert_eq!(call_with(&world, &[("origin", &own)]), 200);
    assert_eq!(call_with(&world, &[("origin", "https://console.example.com")]), 200);
    assert_eq!(call_with(&world, &[]), 200);
    // H01: none, two, and the absolute form of another host (H03)
    for (head, expected) in [
        ("GET /healthz HTTP/1.1\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n", 400),
        ("GET http://evil.example/healthz HTTP/1.1\r\nhost: localhost\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nhost: localhost\r\n", 200),
    ] {
        let answer = world.raw(format!("{head}connection: close\r\n\r\n").as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{head}: {answer}");
    }
}

#[test]
fn methods_media_types_and_paths() {
    let world = World::new();
    let bearer = world.bearer();
    // H06
    for method in ["PUT", "PATCH", "TRACE"] {
        let reply = world.send(method, PATH, &[("authorization", &bearer)], b"");
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(reply.header("allow"), Some("POST, GET, DELETE"));
    }
    let preflight = world.send("OPTIONS", PATH, &[("origin", "https://console.example.com")], b"");
    assert_eq!(preflight.status, 204);
    assert_eq!(
        preflight.header("access-control-allow-origin"),
        Some("https://console.example.com")
    );
    assert_eq!(world.send("OPTIONS", PATH, &[("origin", "https://evil.example")], b"").status, 403);
    // H07, H08, H14
    for kind in [
        "-",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=utf-16",
    ] {
        assert_eq!(call_with(&world, &[("content-type", kind)]), 415, "{kind}");
    }
    for (accept, status) in
        [("text/html", 406), ("*/*", 200), ("application/json", 200), ("text/event-stream", 200)]
    {
        assert_eq!(call_with(&world, &[("accept", accept)]), status, "{accept}");
    }
    assert_eq!(call_with(&world, &[("content-encoding", "gzip")]), 415);
    let hits = world.api.hits();
    // H18
    let unknown =
        world.send("POST", "/mcp/local/absent", &modern_headers(&bearer, "tools/list"), b"{}");
    for path in [
        "/mcp/local/fixture/",
        "/mcp/local/%66ixture",
        "/mcp/local/fixture;a=b",
        "/mcp/local/x%2f..%2ffixture",
        "/mcp/local",
        "/mcp/local/FIXTURE",
        "/mcp/other/fixture",
    ] {
        let reply = world.send("POST", path, &modern_headers(&bearer, "tools/list"), b"{}");
        assert_eq!((reply.status, &reply.body), (404, &unknown.body), "{path}");
    }
    for path in ["//mcp/local/fixture", "/MCP/local/fixture", "/mcp/../healthz", "/nothing"] {
        assert_eq!(
            world.send("POST", path, &modern_headers(&bearer, "tools/list"), b"{}").status,
            404,
            "{path}"
        );
    }
    // H19: nothing routes by a header
    let overridden = [
        ("x-http-method-override", "GET"),
        ("x-original-url", "/admin"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
    ];
    assert_eq!(call_with(&world, &overridden), 200);
    assert_eq!(world.api.hits(), hits + 1);
    assert!(!world.api.last().contains("evil"), "{}", world.api.last());
}

#[test]
fn sizes() {
    let mut setting = Setting::default();
    setting.web.body_bytes = 64 << 10;
    let world = World::with(setting);
    let bearer = world.bearer();
    let call = |text: &str| {
        let (_, body) =
            modern_body("tools/call", &format!(r#""name":"echo","arguments":{{"text":"{text}"}}"#));
        let mut headers = modern_headers(&bearer, "tools/call");
        headers.push(("mcp-name", "echo"));
        world.send("POST", PATH, &headers, body.as_bytes()).status
    };
    assert_eq!(call(&"a".repeat(60 << 10)), 200);
    assert_eq!(call(&"a".repeat(64 << 10)), 413);
    assert_eq!(world.api.hits(), 1);
    // The same in chunks, without a length.
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: localhost\r\nauthorization: {bearer}\r\ncontent-type: application/json\r\n\
         accept: */*\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let chunk = format!("{:x}\r\n{}\r\n", 16 << 10, "a".repeat(16 << 10));
    let answer = world.raw(format!("{head}{}", chunk.repeat(5)).as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // H12
    let many: String = (0..101).map(|i| format!("x-{i}: a\r\n")).collect();
    let long = format!("x-long: {}\r\n", "a".repeat(700 << 10));
    for (head, expected) in [
        (format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{many}\r\n"), "431"),
        (format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{long}\r\n"), "431"),
        (format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "a".repeat(70 << 10)), "4"),
    ] {
        let answer = world.raw(head.as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{answer:.60}");
    }
}

#[test]
fn requests_that_proxies_read_differently() {
    let world = World::new();
    let second = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    // H09: one answer, then the end. H10, H11: refused.
    let both = format!(
        "POST /nothing HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{second}"
    );
    assert_eq!(world.raw(both.as_bytes()).matches("HTTP/1.1").count(), 1);
    for head in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: +5\r\n",
        "content-length: 0x5\r\n",
        "content-length: -5\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "x: a\r\n b\r\n",
        "x : a\r\n",
        "x: a\0b\r\n",
    ] {
        let answer = world.raw(
            format!("POST /nothing HTTP/1.1\r\nhost: localhost\r\n{head}\r\n{second}").as_bytes(),
        );
        assert!(answer.starts_with("HTTP/1.1 400"), "{head:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{head:?}: {answer}");
    }
    let h2 = world.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert!(h2.is_empty() || h2.starts_with("HTTP/1.1 4") || h2.starts_with("HTTP/1.1 5"), "{h2}");
}

#[test]
fn connections_that_stay_silent_are_closed() {
    let mut setting = Setting::default();
    setting.web.header_timeout = Duration::from_millis(300);
    setting.web.body_timeout = Duration::from_millis(300);
    let world = World::with(setting);
    let bearer = world.bearer();
    let body = format!(
        "POST {PATH} HTTP/1.1\r\nhost: localhost\r\nauthorization: {bearer}\r\ncontent-type: application/json\r\n\
         accept: */*\r\ncontent-length: 100\r\n\r\n{{"
    );
    // H13: silent, half a line, half a head, half a body.
    for start in ["", "GET /he", "GET /healthz HTTP/1.1\r\nhost: loc", &body] {
        let began = Instant::now();
        let mut stream = TcpStream::connect(world.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(start.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{start:?}: {answer}");
        assert!(began.elapsed() < Duration::from_secs(15), "{start:?}");
    }
}

#[test]
fn too_many_connections_are_turned_away() {
    let mut setting = Setting::default();
    setting.web.connections = 4;
    let world = World::with(setting);
    let held: Vec<TcpStream> = (0..4).map(|_| TcpStream::connect(world.address).unwrap()).collect();
    let health = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    world.api.wait("the fifth is turned away", |_| world.raw(health).is_empty());
    drop(held);
    world.api.wait("there is room again", |_| world.raw(health).starts_with("HTTP/1.1 200"));
}
