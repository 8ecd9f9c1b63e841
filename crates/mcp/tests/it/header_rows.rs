//! Content-Type, Accept, Mcp-Session-Id.

use crate::headers;
use mcp::{Accept, accepts, content_type, session_id};

#[test]
fn h07_content_type() {
    for good in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
        "application/json;",
    ] {
        assert!(content_type(&headers(&[("content-type", good)])).is_ok(), "{good}");
    }
    for bad in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "application/json; boundary=x",
        "application/jsonp",
        "application/json, text/plain",
        "text/plain; application/json",
        "text/json",
        "application/json; ü",
    ] {
        let refusal = content_type(&headers(&[("content-type", bad)])).unwrap_err();
        assert_eq!(refusal.status, 415, "{bad}");
    }
    assert_eq!(content_type(&headers(&[])).unwrap_err().status, 415);
    let twice =
        headers(&[("content-type", "application/json"), ("content-type", "application/json")]);
    assert_eq!(content_type(&twice).unwrap_err().status, 415);
}

#[test]
fn h08_accept() {
    let check = |values: &[&str], json: bool, event_stream: bool| {
        let pairs: Vec<(&str, &str)> = values.iter().map(|value| ("accept", *value)).collect();
        match accepts(&headers(&pairs)) {
            Ok(accept) => assert_eq!(accept, Accept { json, event_stream }, "{values:?}"),
            Err(refusal) => assert!(refusal.status == 406 && !json && !event_stream, "{values:?}"),
        }
    };
    check(&["application/json, text/event-stream"], true, true);
    check(&["text/event-stream", "application/json"], true, true);
    check(&["*/*"], true, true);
    check(&[], true, true);
    check(&[""], true, true);
    check(&["application/json"], true, false);
    check(&["APPLICATION/JSON;q=0.9 , x/y"], true, false);
    check(&["text/event-stream"], false, true);
    check(&["application/*"], true, false);
    check(&["text/*;q=0.1"], false, true);
    check(&["text/html"], false, false);
    check(&["application/json;q=0"], false, false);
    check(&["application/json; q=0.000, text/event-stream"], false, true);
    check(&["application/json;q="], true, false);
    check(&["application/jsonx"], false, false);
    check(&["ü"], false, false);
}

#[test]
fn m13_session_id() {
    let check = |value: &str, fits: bool| {
        let headers = headers(&[("Mcp-Session-Id", value)]);
        match session_id(&headers) {
            Ok(id) => assert!(fits && id == Some(value.trim()), "{value}"),
            Err(refusal) => assert!(!fits && refusal.status == 400, "{value}"),
        }
    };
    check("a.b-c_d~!", true);
    check(" abc ", true);
    check("", false);
    check("a b", false);
    check("é", false);
    check(&"x".repeat(1024), true);
    check(&"x".repeat(1025), false);
    assert_eq!(session_id(&headers(&[])), Ok(None));
    assert_eq!(
        session_id(&headers(&[("mcp-session-id", "a"), ("mcp-session-id", "a")]))
            .unwrap_err()
            .status,
        400
    );
}
