//! `resources/…`, row by row.

use crate::{
    META,
    mcp_rows::{body, taken},
    modern, refused,
};
use http::HeaderMap;
use mcp::{Call, Code};

#[test]
fn resources_read() {
    let longest = format!("x:{}", "a".repeat(8 * 1024 - 2));
    for uri in [
        "test://static-text",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "x:caf%C3%A9",
        &longest,
    ] {
        for method in ["resources/read", "resources/subscribe", "resources/unsubscribe"] {
            let text = body(method, &format!(r#""uri":"{uri}""#));
            let (_, request) = taken(&HeaderMap::new(), &text);
            assert_eq!(request.call.method(), method);
            let (Call::ResourcesRead { uri: read }
            | Call::ResourcesSubscribe { uri: read }
            | Call::ResourcesUnsubscribe { uri: read }) = request.call
            else {
                panic!("{:?}", request.call)
            };
            assert_eq!(read, uri);
        }
    }
}

#[test]
fn m11_what_is_no_uri_is_refused() {
    let long = format!("x:{}", "a".repeat(64 * 1024));
    for uri in [
        "",
        "readme",
        "/etc/passwd",
        "x:/{+x}",
        "x:/{?x}",
        "x:a b",
        "x:\\u0000",
        "x:a\\nb",
        "x:%",
        &long,
    ] {
        let json = format!(r#""uri":"{uri}""#);
        for method in ["resources/read", "resources/subscribe", "resources/unsubscribe"] {
            refused(&HeaderMap::new(), body(method, &json), 200, Code::InvalidParams, "1");
        }
        let stateless = body("resources/read", &format!("{json},{META}"));
        refused(&modern("resources/read", ""), stateless, 200, Code::InvalidParams, "1");
    }
    for params in
        ["", r#""uri":null"#, r#""uri":7"#, r#""uri":["x:a"]"#, r#""uri":"x:a","requestState":"s""#]
    {
        let text = body("resources/read", params);
        refused(&HeaderMap::new(), text, 200, Code::InvalidParams, "1");
    }
}

#[test]
fn m05_resources_read_repeats_the_uri() {
    let read = |uri: &str| body("resources/read", &format!(r#""uri":"{uri}",{META}"#));
    for (header, uri) in [
        ("test://a/b?c=d", "test://a/b?c=d"),
        ("=?base64?dGVzdDovL2E=?=", "test://a"),
        ("=?base64?eDrDqQ==?=", "x:é"),
    ] {
        taken(&modern("resources/read", header), &read(uri));
    }
    for (header, uri) in [
        ("", "test://a"),
        ("test://b", "test://a"),
        ("TEST://a", "test://a"),
        ("test://%61", "test://a"),
        ("=?base64?dGVzdDovL2I=?=", "test://a"),
    ] {
        let answer =
            refused(&modern("resources/read", header), read(uri), 400, Code::HeaderMismatch, "1");
        assert!(answer["error"]["message"].as_str().unwrap().contains("params.uri"));
    }
}
