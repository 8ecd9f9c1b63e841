//! Streams that stay open: what they tell, and when they end.

use crate::world::{Reply, Setting, World, modern_body, modern_headers};
use model::Names;
use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    time::{Duration, Instant},
};

const PATH: &str = "/mcp/local/fixture";

/// The next message of a stream, or nothing when it has ended.
fn next(stream: &mut BufReader<TcpStream>) -> Option<serde_json::Value> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(data) = line.strip_prefix("data: ") {
            return Some(serde_json::from_str(data).unwrap());
        }
    }
}

fn get(world: &World, token: &str, session: &str) -> (u16, BufReader<TcpStream>) {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("accept", "text/event-stream"),
        ("mcp-session-id", session),
    ];
    let mut stream = world.open("GET", PATH, &headers, b"");
    let (status, _) = Reply::read_head(&mut stream);
    (status, stream)
}

fn listen(world: &World, token: &str) -> (u16, BufReader<TcpStream>) {
    let bearer = format!("Bearer {token}");
    let (_, body) =
        modern_body("subscriptions/listen", r#""notifications":{"toolsListChanged":true}"#);
    let mut stream =
        world.open("POST", PATH, &modern_headers(&bearer, "subscriptions/listen"), body.as_bytes());
    let (status, _) = Reply::read_head(&mut stream);
    (status, stream)
}

#[test]
fn both_eras_are_told_of_a_changed_list() {
    let world = World::new();
    let session = world.session("2025-11-25");
    let (status, mut legacy) = get(&world, &world.token, &session);
    assert_eq!(status, 200);
    let (status, mut modern) = listen(&world, &world.token);
    assert_eq!(status, 200);
    let first = next(&mut modern).unwrap();
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(first["params"]["notifications"], serde_json::json!({ "toolsListChanged": true }));
    assert_eq!(first["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 7);
    world.republish(true);
    assert_eq!(next(&mut legacy).unwrap()["method"], "notifications/tools/list_changed");
    assert_eq!(next(&mut modern).unwrap()["method"], "notifications/tools/list_changed");
    assert_eq!(world.tools(&world.token).len(), 3);
}

#[test]
fn a_revoked_token_ends_its_streams_within_a_second() {
    let world = World::new();
    let (id, token) = world.token_for(Names::All, Names::All, false, None);
    let (_, mut stream) = listen(&world, &token);
    next(&mut stream).unwrap();
    let (_, mut kept) = listen(&world, &world.token);
    next(&mut kept).unwrap();
    let began = Instant::now();
    world.block_on(world.app.revoke_token(&world.operator, id)).unwrap();
    let end = next(&mut stream);
    assert!(end.is_none_or(|end| end["result"]["resultType"] == "complete"));
    assert_eq!(next(&mut stream), None);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(world.modern(&token, "tools/list", "").status, 401);
    // The other's goes on.
    world.republish(true);
    assert_eq!(next(&mut kept).unwrap()["method"], "notifications/tools/list_changed");
}

#[test]
fn a_token_that_expires_ends_its_streams() {
    let mut setting = Setting::default();
    setting.web.keep_alive = Duration::from_millis(50);
    let world = World::with(setting);
    let at = world.now() + Duration::from_secs(60);
    let (_, token) = world.token_for(Names::All, Names::All, false, Some(at));
    let (_, mut stream) = listen(&world, &token);
    next(&mut stream).unwrap();
    world.pass(Duration::from_secs(61));
    assert!(next(&mut stream).is_none_or(|end| end["result"]["resultType"] == "complete"));
    assert_eq!(world.modern(&token, "tools/list", "").status, 401);
}

#[test]
fn a_token_has_so_many_streams() {
    let mut setting = Setting::default();
    setting.web.streams_per_token = 3;
    let world = World::with(setting);
    let held: Vec<_> = (0..3).map(|_| listen(&world, &world.token)).collect();
    assert!(held.iter().all(|(status, _)| *status == 200));
    assert_eq!(listen(&world, &world.token).0, 429);
    let session = world.session("2025-11-25");
    assert_eq!(get(&world, &world.token, &session).0, 429);
    let (_, other) = world.token_for(Names::All, Names::All, false, None);
    assert_eq!(listen(&world, &other).0, 200);
    drop(held);
    world.api.wait("a stream is given up", |_| listen(&world, &world.token).0 == 200);
}

#[test]
fn a_silent_stream_says_that_it_lives() {
    let mut setting = Setting::default();
    setting.web.keep_alive = Duration::from_millis(50);
    let world = World::with(setting);
    let session = world.session("2025-06-18");
    let (_, mut stream) = get(&world, &world.token, &session);
    let mut comments = 0;
    while comments < 3 {
        let mut line = String::new();
        assert!(stream.read_line(&mut line).unwrap() > 0);
        comments += usize::from(line.starts_with(':'));
    }
    for (headers, status) in [
        (vec![("accept", "text/event-stream")], 400),
        (vec![("accept", "application/json"), ("mcp-session-id", session.as_str())], 406),
        (vec![("accept", "text/event-stream"), ("mcp-session-id", "x")], 404),
    ] {
        let bearer = world.bearer();
        let mut all = headers.clone();
        all.push(("authorization", &bearer));
        assert_eq!(world.send("GET", PATH, &all, b"").status, status, "{headers:?}");
    }
}
