//! Group K, as far as API tokens go: who is let in, and for how long.

use crate::world::{Setting, World, modern_headers};
use model::Names;
use std::time::Duration;

const PATH: &str = "/mcp/local/fixture";

fn status(world: &World, authorization: &str) -> u16 {
    let body = crate::world::modern_body("tools/list", "").1;
    world.send("POST", PATH, &modern_headers(authorization, "tools/list"), body.as_bytes()).status
}

#[test]
fn only_a_valid_token_opens_anything() {
    let world = World::new();
    let token = world.token.clone();
    // K01, K03
    for right in [format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER {token}")] {
        assert_eq!(status(&world, &right), 200);
    }
    let long = format!("Bearer {}", "a".repeat(8_000));
    let swapped = token.replace("gwt_", "gwx_");
    let cut = &token[..token.len() - 1];
    for wrong in [
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        &long,
        &token,
        &format!("Bearer {swapped}"),
        &format!("Bearer {cut}"),
        &format!("Bearer {token}a"),
        &format!("Bearer  {token}"),
        "Bearer gwt_",
        "Token x",
    ] {
        assert_eq!(status(&world, wrong), 401, "{wrong:.60}");
    }
    let body = crate::world::modern_body("tools/list", "").1;
    let mut headers = modern_headers("", "tools/list");
    headers.remove(0);
    let none = world.send("POST", PATH, &headers, body.as_bytes());
    assert_eq!(none.status, 401);
    // RFC 6750 §3, and no word of an authorization server that is not there
    assert_eq!(none.header("www-authenticate"), Some("Bearer realm=\"gatewright\""));
    let bearer = world.bearer();
    headers.push(("authorization", &bearer));
    headers.push(("authorization", &bearer));
    assert_eq!(world.send("POST", PATH, &headers, body.as_bytes()).status, 400);
    // K02: in the URL it is no credential
    headers.truncate(headers.len() - 2);
    for query in ["token", "access_token", "api_key"] {
        let path = format!("{PATH}?{query}={token}");
        assert_eq!(world.send("POST", &path, &headers, body.as_bytes()).status, 401, "{query}");
    }
    for path in [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp/local/fixture",
        "/.well-known/oauth-authorization-server",
    ] {
        assert_eq!(world.send("GET", path, &[], b"").status, 404, "{path}");
    }
    assert_eq!(world.api.hits(), 0);
}

#[test]
fn scope_expiry_and_revocation() {
    let world = World::new();
    // K08: a token of another server
    world.publish_as("other", false);
    let (_, elsewhere) =
        world.token_for(Names::Only(vec!["other".into()]), Names::All, false, None);
    let reply = world.modern(&elsewhere, "tools/list", "");
    assert_eq!(reply.status, 404);
    let (_, nothing) = world.token_for(Names::Only(vec![]), Names::All, false, None);
    assert_eq!(world.modern(&nothing, "tools/list", "").status, 404);
    // K04
    let (_, brief) =
        world.token_for(Names::All, Names::All, false, Some(world.now() + Duration::from_secs(60)));
    assert_eq!(world.modern(&brief, "tools/list", "").status, 200);
    world.pass(Duration::from_secs(61));
    assert_eq!(world.modern(&brief, "tools/list", "").status, 401);
    let (id, token) = world.token_for(Names::All, Names::All, false, None);
    assert_eq!(world.modern(&token, "tools/list", "").status, 200);
    world.block_on(world.app.revoke_token(&world.operator, id)).unwrap();
    world.api.wait("the token is dead", |_| world.modern(&token, "tools/list", "").status == 401);
    assert!(world.block_on(world.app.revoke_token(&world.operator, id)).is_err());
}

#[test]
fn strangers_are_slowed_down() {
    let mut setting = Setting::default();
    setting.app.unknown_tokens_per_second = 3;
    let world = World::with(setting);
    // Well-formed tokens of another installation.
    let other = World::new();
    let strange: Vec<u16> = (0..8).map(|_| status(&world, &other.bearer())).collect();
    assert!(strange.contains(&401) && strange.contains(&429), "{strange:?}");
    // Who is known is not.
    assert_eq!(status(&world, &world.bearer()), 200);
}

#[test]
fn a_token_that_calls_too_often_waits() {
    let mut setting = Setting::default();
    setting.app.calls_per_second = 2;
    let world = World::with(setting);
    let replies: Vec<_> = (0..8).map(|_| world.call("get_item", r#"{"id":"1"}"#)).collect();
    let refused =
        replies.iter().find(|reply| reply.status == 429).expect("eight at once are more than four");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(world.api.hits(), replies.iter().filter(|reply| reply.status == 200).count());
}

#[test]
fn a_token_has_so_many_calls_under_way() {
    let mut setting = Setting::default();
    setting.app.calls_in_flight = 2;
    let world = World::with(setting);
    std::thread::scope(|scope| {
        let bearer = world.bearer();
        let (_, body) = crate::world::modern_body("tools/call", r#""name":"slow","arguments":{}"#);
        let mut headers = modern_headers(&bearer, "tools/call");
        headers.push(("mcp-name", "slow"));
        let held: Vec<_> =
            (0..2).map(|_| world.open("POST", PATH, &headers, body.as_bytes())).collect();
        world.api.wait("two are under way", |api| api.hits() == 2);
        assert_eq!(world.call("get_item", r#"{"id":"1"}"#).status, 429);
        // H20, R13: the client goes away, the API is let go, and there is room again.
        drop(held);
        world.api.wait("both are let go", |api| api.abandoned() == 2);
        let _ = scope;
        assert_eq!(world.call("get_item", r#"{"id":"1"}"#).status, 200);
    });
    let rows = world.logged(4);
    let gone =
        rows.iter().filter(|row| row.error.as_deref() == Some("the client went away")).count();
    assert_eq!(gone, 2, "{rows:?}");
}
