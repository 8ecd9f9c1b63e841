//! Threats of the threat model, each with the case that refuses it. Those that have a test elsewhere are listed in `tests/threats.json`.

use crate::{
    api_matrix::operations,
    world::{CREDENTIAL, Reply, Setting, World, modern_body, modern_headers},
};
use model::Names;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A path of the endpoint or of the control API, written otherwise.
fn variants(path: &str) -> Vec<String> {
    let (first, rest) = path[1..].split_once('/').unwrap();
    let last = path.rsplit('/').next().unwrap();
    let before = &path[..path.len() - last.len()];
    vec![
        format!("{path}/"),
        format!("{path}//"),
        format!("/{path}"),
        format!("//{path}"),
        format!("/{first}//{rest}"),
        format!("/./{first}/{rest}"),
        format!("/{first}/./{rest}"),
        format!("/x/../{first}/{rest}"),
        format!("/{first}/x/../{rest}"),
        format!("/{first}%2f{rest}"),
        format!("/{first}%2F{rest}"),
        format!("/{first}%5c{rest}"),
        format!("/{}/{rest}", first.to_uppercase()),
        format!("/%{:02x}{}/{rest}", first.as_bytes()[0], &first[1..]),
        format!("{path};a=b"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("{path}."),
        format!("{path}.json"),
        format!("{path}%2f"),
        format!("{path}/%2e"),
        format!("{path}/..%2f{last}"),
        format!("{before}%252e%252e/{last}"),
        format!("{before}..%2f..%2f{first}/{rest}"),
        format!("/v1{path}"),
        format!("/prefix{path}"),
    ]
}

#[test]
fn t02_a_path_that_is_written_otherwise_is_no_path() {
    let world = World::new();
    let bearer = world.full_api("local").bearer;
    let id = format!("srv_{}", "0".repeat(32));
    let mut paths: Vec<(String, String)> = operations()
        .into_iter()
        .map(|one| {
            // No object is there: what is asked for is whether the route is found at all.
            let path =
                one.path.split('/').map(|part| if part.starts_with('{') { &id } else { part });
            (one.method, format!("/api/v1{}", path.collect::<Vec<_>>().join("/")))
        })
        .collect();
    assert!(paths.len() > 100);
    paths.push(("POST".to_owned(), "/mcp/local/fixture".to_owned()));
    let headers = modern_headers(&bearer, "tools/list");
    let nothing = world.send("GET", "/nothing", &headers, b"");
    assert_eq!(nothing.status, 404);
    for (method, path) in paths {
        for variant in variants(&path) {
            let reply = world.send(&method, &variant, &headers, b"{}");
            // 428: it is the name of an object after all, of which there is none.
            let refused = matches!(reply.status, 400 | 404 | 405 | 428);
            assert!(refused, "{method} {variant}: {reply:?}");
        }
    }
    assert_eq!(world.api.hits(), 0);
}

#[test]
fn t12_t55_a_server_that_is_turned_off_answers_nobody() {
    let world = World::new();
    let api = world.full_api("local");
    let server = world.server_id();
    let (_, body) =
        modern_body("subscriptions/listen", r#""notifications":{"toolsListChanged":true}"#);
    let bearer = world.bearer();
    let headers = modern_headers(&bearer, "subscriptions/listen");
    let mut stream = world.open("POST", "/mcp/local/fixture", &headers, body.as_bytes());
    assert_eq!(Reply::read_head(&mut stream).0, 200);
    let began = Instant::now();
    let off = api.patch(&format!("/servers/{server}"), &json!({ "enabled": false }));
    assert_eq!(off.status, 200, "{off:?}");
    // The stream ends by itself.
    let rest = Reply::read(&mut stream);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}: {rest:?}", began.elapsed());
    let absent = world.send("POST", "/mcp/local/absent", &headers, body.as_bytes());
    for (method, params) in
        [("tools/list", ""), ("tools/call", r#""name":"get_item","arguments":{"id":"1"}"#)]
    {
        let reply = world.modern(&world.token, method, params);
        assert_eq!((reply.status, &reply.body), (404, &absent.body), "{method}");
    }
    assert_eq!(world.api.hits(), 0);
    let on = api.patch(&format!("/servers/{server}"), &json!({ "enabled": true }));
    assert_eq!(on.status, 200, "{on:?}");
    assert_eq!(world.call("get_item", r#"{"id":"1"}"#).status, 200);
}

#[test]
fn t21_a_kept_answer_is_its_callers_alone() {
    let world = World::new();
    let api = world.full_api("local");
    let server = world.server_id();
    let tool = format!("/servers/{server}/tools/get_item");
    let kept = api.patch(&tool, &json!({ "settings": { "cache_seconds": 60 } }));
    assert_eq!(kept.status, 200, "{kept:?}");
    assert_eq!(api.post(&format!("/servers/{server}/publish"), &json!({})).status, 201);
    let call = |token: &str, id: &str| {
        let params = format!(r#""name":"get_item","arguments":{{"id":"{id}"}}"#);
        let reply = world.modern(token, "tools/call", &params);
        assert_eq!(reply.status, 200, "{reply:?}");
        world.api.hits()
    };
    let (id, other) = world.token_for(Names::All, Names::All, false, None);
    assert_eq!(call(&world.token, "1"), 1);
    assert_eq!(call(&world.token, "1"), 1, "it is kept");
    assert_eq!(call(&world.token, "2"), 2, "for these arguments");
    assert_eq!(call(&other, "1"), 3, "and for this caller");
    assert_eq!(call(&other, "1"), 3);
    // Who may call no more is given nothing that was kept.
    world.block_on(world.app.revoke_token(&world.operator, id)).unwrap();
    let params = r#""name":"get_item","arguments":{"id":"1"}"#;
    assert_eq!(world.modern(&other, "tools/call", params).status, 401);
    world.pass(Duration::from_secs(61));
    assert_eq!(call(&world.token, "1"), 4, "and for so long");
}

/// Headers by which callers say who they are, where they come from, and whom they want to reach.
const CLAIMS: &[(&str, &str)] = &[
    ("x-user", "admin"),
    ("x-user-id", "usr_00000000000000000000000000000000"),
    ("x-forwarded-user", "admin@example.com"),
    ("x-remote-user", "admin"),
    ("remote-user", "admin"),
    ("x-tenant", "other"),
    ("x-account", "other"),
    ("x-role", "owner"),
    ("x-forwarded-for", "203.0.113.9"),
    ("x-real-ip", "203.0.113.9"),
    ("forwarded", "for=203.0.113.9;host=evil.example"),
    ("true-client-ip", "203.0.113.9"),
    ("cf-connecting-ip", "203.0.113.9"),
    ("x-router-key", "secret"),
    ("x-backend", "http://evil.example"),
    ("x-upstream", "http://evil.example"),
    ("x-target-url", "http://evil.example"),
    ("x-original-url", "/api/v1/users"),
    ("x-rewrite-url", "/api/v1/users"),
    ("x-mcp-server", "other"),
    ("x-gatewright-server", "other"),
    ("x-gatewright-internal", "1"),
    ("x-debug", "1"),
    ("x-envoy-original-path", "/api/v1/users"),
];

#[test]
fn t23_t24_what_a_caller_says_of_itself_means_nothing() {
    let world = World::new();
    let bearer = world.bearer();
    let params = r#""name":"get_item","arguments":{"id":"1"}"#;
    let (name, body) = modern_body("tools/call", params);
    let mut headers = modern_headers(&bearer, "tools/call");
    headers.push(("mcp-name", name.as_deref().unwrap()));
    headers.extend(CLAIMS);
    let reply = world.send("POST", "/mcp/local/fixture", &headers, body.as_bytes());
    assert_eq!(reply.status, 200, "{reply:?}");
    let sent = world.api.last();
    assert!(sent.starts_with("GET /items/1 ") && sent.contains(CREDENTIAL), "{sent}");
    assert!(!sent.contains("evil") && !sent.contains("203.0.113.9"), "{sent}");
    let row = &world.logged(1)[0];
    assert!(row.principal.starts_with("tok_"), "{row:?}");
    // The change is written down under who made it, and from where.
    let api = world.full_api("local");
    let user = json!({ "email": "new@example.com", "role": "member" }).to_string();
    let made = api.send("POST", "/users", CLAIMS, &user);
    assert_eq!(made.status, 201, "{made:?}");
    let event = api.get("/audit?limit=1").json()["items"][0].clone();
    assert_eq!(event["event"], "user.create", "{event}");
    assert_eq!(event["source"], "127.0.0.1", "{event}");
    assert!(event["actor_id"].as_str().unwrap().starts_with("tok_"), "{event}");
    // Nobody without a token is let in by them.
    let reply = world.send("GET", "/api/v1/users", CLAIMS, b"");
    assert_eq!(reply.status, 401, "{reply:?}");
}

#[test]
fn t46_no_name_of_a_client_is_a_path_of_ours() {
    let world = World::new();
    let api = world.full_api("local");
    let names = [
        "..%2f..%2fetc%2fpasswd",
        "%252e%252e%252fetc%252fpasswd",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..%5c..%5cetc%5cpasswd",
        "gatewright.db",
        "key",
        ".git%2fconfig",
        "export%00.csv",
    ];
    let long = "a".repeat(4 << 10);
    for place in ["/audit", "/requests", "/apps", "/servers", "", "/../.."] {
        for name in names.into_iter().chain([long.as_str()]) {
            let reply = api.get(&format!("{place}/{name}"));
            assert!(matches!(reply.status, 400 | 404), "{place}/{name}: {reply:?}");
            assert!(!reply.body.contains("root:"), "{place}/{name}");
        }
    }
    // A description is fetched by http or given as text: never read from this machine's disk.
    for location in ["/etc/passwd", "file:///etc/passwd", "../../etc/passwd", "//etc/passwd"] {
        for path in ["/apps", "/import-preview"] {
            let reply = api.post(path, &json!({ "location": location }));
            assert_eq!(reply.status, 400, "{path} {location}: {reply:?}");
            assert!(!reply.body.contains("root:"), "{reply:?}");
        }
    }
    let around = json!({ "description": r#"{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{"/a":{"$ref":"file:///etc/passwd"},"/b":{"$ref":"../../../../etc/passwd"}}}"# });
    let reply = api.post("/import-preview", &around);
    assert!(!reply.body.contains("root:"), "{reply:?}");
}

#[test]
fn p15_a_secret_that_a_caller_repeats_is_not_in_the_log() {
    let world = World::with(Setting { log_payloads: true, ..Setting::default() });
    let reply = world.call("echo", &json!({ "text": CREDENTIAL }).to_string());
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(world.api.last().contains(CREDENTIAL), "it goes through as any other text");
    let rows = format!("{:?}", world.logged(1));
    assert!(!rows.contains(CREDENTIAL), "{rows}");
    let api = world.full_api("local");
    let request: Value = api.get("/requests?limit=1").json()["items"][0].clone();
    let id = request["id"].as_str().unwrap();
    for path in [
        "/requests",
        "/requests/export",
        &format!("/requests/{id}"),
        &format!("/requests/{id}/curl"),
    ] {
        let reply = api.get(path);
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        assert!(!reply.body.contains(CREDENTIAL), "{path}: {reply:?}");
    }
}
