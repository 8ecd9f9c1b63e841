//! The console's files and its page: what a browser is told about them, and that no program's address becomes a page.

use crate::world::{Reply, Setting, World};
use std::collections::HashSet;

const PAGE: &str = "<!doctype html><link nonce=\"__CSP_NONCE__\"><meta content=\"__CSP_NONCE__\">";
const FILES: [(&str, &[u8]); 7] = [
    ("index.html", PAGE.as_bytes()),
    ("favicon.svg", b"<svg/>"),
    ("assets/main-a1b2.js", b"the script as it is"),
    ("assets/main-a1b2.js.br", b"in brotli"),
    ("assets/main-a1b2.js.gz", b"in gzip"),
    ("assets/icon-c3.woff2", b"letters"),
    ("assets/lone.gz", b"is no form of anything"),
];
const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn world(https: bool) -> World {
    let mut setting = Setting::default();
    setting.web.https = https;
    setting.web.console = web::Console::new(&FILES);
    assert!(setting.web.console.is_some());
    World::with(setting)
}

fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Reply {
    world.send("GET", path, headers, b"")
}

/// The nonce of a page, which stands in it as often as in the policy's place for it.
fn nonce(page: &Reply) -> String {
    let policy = page.header("content-security-policy").unwrap();
    let (_, rest) = policy.split_once("'nonce-").unwrap();
    let nonce = rest.split_once('\'').unwrap().0.to_owned();
    assert_eq!(page.body, PAGE.replace("__CSP_NONCE__", &nonce));
    nonce
}

#[test]
fn the_page_is_hardened_and_its_nonce_is_new_each_time() {
    let world = world(false);
    let page = get(&world, "/", &[]);
    assert_eq!(page.status, 200);
    let nonces: HashSet<String> = (0..3).map(|_| nonce(&get(&world, "/", &[]))).collect();
    assert_eq!(nonces.len(), 3);
    assert!(nonces.iter().all(|nonce| nonce.len() >= 22), "{nonces:?}");
    let policy = page.header("content-security-policy").unwrap().replace(&nonce(&page), "N");
    let expected = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N'; img-src 'self' data:; connect-src 'self'; \
                    font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                    require-trusted-types-for 'script'; trusted-types default";
    assert_eq!(policy, expected);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    assert!(page.header("permissions-policy").unwrap().contains("camera=()"));
    assert_eq!(
        page.header("strict-transport-security"),
        None,
        "over plain http it would be ignored"
    );
    assert_eq!(page.header("server"), None);

    let page = get(&self::world(true), "/", &[]);
    let transport = page.header("strict-transport-security").unwrap();
    assert!(transport.starts_with("max-age=63072000"), "{transport}");
}

#[test]
fn files_come_in_the_form_that_is_taken_and_are_kept_for_ever() {
    let world = world(false);
    let script = |accept: &str| get(&world, "/assets/main-a1b2.js", &[("accept-encoding", accept)]);
    for (accept, coding, body) in [
        ("gzip, deflate, br", Some("br"), "in brotli"),
        ("gzip", Some("gzip"), "in gzip"),
        ("identity", None, "the script as it is"),
    ] {
        let reply = script(accept);
        assert_eq!((reply.status, reply.body.as_str()), (200, body), "{accept}");
        assert_eq!(reply.header("content-encoding"), coding, "{accept}");
        assert_eq!(reply.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(reply.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(reply.header("vary"), Some("accept-encoding"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"));
        let etag = reply.header("etag").unwrap();
        let known = [("accept-encoding", accept), ("if-none-match", etag)];
        let again = get(&world, "/assets/main-a1b2.js", &known);
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{accept}");
        assert_eq!(again.header("etag"), Some(etag));
    }
    let tags: HashSet<_> = ["br", "gzip", "identity"]
        .map(|accept| script(accept).header("etag").unwrap().to_owned())
        .into_iter()
        .collect();
    assert_eq!(tags.len(), 3, "each form has a tag of its own");

    let font = get(&world, "/assets/icon-c3.woff2", &[("accept-encoding", "br")]);
    assert_eq!(
        (font.header("content-type"), font.header("content-encoding")),
        (Some("font/woff2"), None)
    );
    let icon = get(&world, "/favicon.svg", &[]);
    assert_eq!(
        (icon.body.as_str(), icon.header("content-type")),
        ("<svg/>", Some("image/svg+xml"))
    );
    assert_eq!(icon.header("cache-control"), Some("no-cache"), "its name has no hash");
    assert_eq!(get(&world, "/assets/lone.gz", &[]).body, "is no form of anything");
}

#[test]
fn what_is_not_there_is_no_page() {
    let world = world(false);
    for path in [
        "/assets",
        "/assets/",
        "/assets/main-0000.js",
        "/assets/main-a1b2.js.br",
        "/assets/../index.html",
        "/assets/%6dain-a1b2.js",
        "/api",
        "/api/v1/nothing",
        "/api/v2",
        "/connect",
        "/connect/a/b",
        "/demo",
        "/demo/books",
        "/.well-known/nothing",
    ] {
        let reply = get(&world, path, &[BROWSER]);
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.json()["code"], "not_found", "{path}");
    }
    for path in ["/mcp", "/mcp/nothing", "/sse", "/sse/nothing"] {
        let reply = get(&world, path, &[BROWSER]);
        assert!(reply.status >= 400, "{path}");
        assert_ne!(reply.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
    }
    assert_eq!(get(&world, "/healthz", &[BROWSER]).body, "ok\n");
    assert_eq!(get(&world, "/api/v1/account", &[BROWSER]).status, 401);
    // The page itself has one address for each place, and this is none.
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let reply = world.send(method, "/servers", &[BROWSER], b"");
        assert_eq!(
            (reply.status, reply.json()["code"].as_str()),
            (404, Some("not_found")),
            "{method}"
        );
    }
}

#[test]
fn each_place_of_the_console_begins_with_its_page() {
    let world = world(false);
    for path in [
        "/servers",
        "/setup",
        "/apps/app_1/actions?search=x",
        "/index.html",
        "/apiary",
        "/mcp-servers",
        "/connections",
    ] {
        let page = get(&world, path, &[BROWSER]);
        assert_eq!(page.status, 200, "{path}");
        nonce(&page);
        for accept in ["*/*", "application/json", "text/plain", "text/htmlx"] {
            let reply = get(&world, path, &[("accept", accept)]);
            assert_eq!(reply.status, 404, "{path} {accept}");
            assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        }
    }
    for path in ["/", "/servers", "/assets/main-a1b2.js", "/favicon.svg"] {
        let (got, head) =
            (get(&world, path, &[BROWSER]), world.send("HEAD", path, &[BROWSER], b""));
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        for name in ["content-type", "content-length", "cache-control", "etag"] {
            assert_eq!(head.header(name), got.header(name), "{path} {name}");
        }
    }
    // A page that another site sends a browser to is still only the page.
    assert_eq!(get(&world, "/servers", &[BROWSER, ("host", "evil.example")]).status, 421);
}

#[test]
fn without_a_console_a_page_says_how_to_get_one() {
    assert!(web::Console::new(&[]).is_none());
    assert!(web::Console::new(&FILES[1..]).is_none());
    let world = World::new();
    for (path, status) in [("/", 200), ("/setup", 404)] {
        let page = get(&world, path, &[BROWSER]);
        assert_eq!(page.status, status, "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.body.contains("cargo build --release"), "{page:?}");
        assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    }
    assert_eq!(get(&world, "/setup", &[]).json()["code"], "not_found");
    assert_eq!(get(&world, "/favicon.svg", &[]).status, 404);
}
