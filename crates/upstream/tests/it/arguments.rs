//! Group P of the security reference: an argument never leaves its slot.

use crate::calls::{BOUNDARY, base, get, header, parameter, planned, target, template, with};
use model::{HttpCall, ParameterEncoding, PathPart, Place, Style};
use upstream::{Arguments, BaseUrl, MAX_URL_BYTES, PlanError, is_reserved_header, plan};

fn quoted(text: &str) -> String {
    format!(r#"{{"id":{}}}"#, serde_json::to_string(text).unwrap())
}

#[test]
fn p01_dot_segments_and_empty_ones() {
    let call = template("/users/{id}");
    assert_eq!(target(&call, &quoted("..")), Err(PlanError::DotsInPath("id".into())));
    assert_eq!(target(&call, &quoted(".")), Err(PlanError::DotsInPath("id".into())));
    assert_eq!(target(&call, &quoted("")), Err(PlanError::EmptyInPath("id".into())));
    assert_eq!(target(&call, &quoted(".\0")), Err(PlanError::ControlInPath("id".into())));
    assert_eq!(target(&call, r#"{"id":null}"#), Err(PlanError::Missing("id".into())));
    assert_eq!(target(&call, r#"{"id":[]}"#), Err(PlanError::EmptyInPath("id".into())));
    assert_eq!(target(&call, r#"{"id":[""]}"#), Err(PlanError::EmptyInPath("id".into())));
    // Encoded once more, these are names like any other.
    for (text, expected) in [
        ("%2e%2e", "/users/%252e%252e"),
        ("..%2f..", "/users/..%252f.."),
        ("../..", "/users/..%2F.."),
        (".%00", "/users/.%2500"),
        ("...", "/users/..."),
    ] {
        assert_eq!(target(&call, &quoted(text)).as_deref(), Ok(expected), "{text}");
    }
    // Several parts of one segment do not make dots together.
    let dots = Err(PlanError::DotsInPath("b".into()));
    assert_eq!(target(&template("/x/{a}{b}/y"), r#"{"a":".","b":"."}"#), dots);
    assert_eq!(target(&template("/x/.{b}"), r#"{"b":"."}"#), dots);
    assert_eq!(target(&template("/x/%2E{b}"), r#"{"b":"."}"#), dots);
    assert_eq!(target(&template("/x/{a}.{b}"), r#"{"a":"1","b":"."}"#).as_deref(), Ok("/x/1.."));
    let mut label = template("/x/{b}");
    label.parameters[0] = parameter("b", Place::Path, Style::Label, false);
    assert_eq!(target(&label, r#"{"b":"."}"#), dots);
    assert_eq!(target(&label, r#"{"b":""}"#), dots);
}

#[test]
fn p02_one_segment() {
    for (text, expected) in [
        ("a/b", "a%2Fb"),
        ("a\\b", "a%5Cb"),
        ("a?x=1", "a%3Fx%3D1"),
        ("a#b", "a%23b"),
        ("a;b=c", "a%3Bb%3Dc"),
        ("a%2Fb", "a%252Fb"),
        ("a b", "a%20b"),
        ("é😀", "%C3%A9%F0%9F%98%80"),
    ] {
        assert_eq!(
            target(&template("/users/{id}/x"), &quoted(text)),
            Ok(format!("/users/{expected}/x")),
            "{text}"
        );
    }
}

#[test]
fn p03_control_characters() {
    let call = template("/users/{id}");
    for text in ["a\r", "\na", "a\tb", "a\0", "a\u{2028}b", "a\u{2029}", "\u{7f}", "\u{85}"] {
        assert_eq!(
            target(&call, &quoted(text)),
            Err(PlanError::ControlInPath("id".into())),
            "{text:?}"
        );
    }
    assert_eq!(target(&call, r#"{"id":"a\ud800"}"#), Err(PlanError::NotText("id".into())));
    assert_eq!(target(&call, r#"{"id":["a","\udc00"]}"#), Err(PlanError::NotText("id".into())));
    let query = with(vec![parameter("id", Place::Query, Style::Form, true)]);
    assert_eq!(target(&query, r#"{"id":"a\ud800"}"#), Err(PlanError::NotText("id".into())));
    assert_eq!(target(&query, r#"{"id":{"\ud800":1}}"#), Err(PlanError::NotText("id".into())));
}

#[test]
fn p04_same_host() {
    for text in [
        "//evil.example",
        "@evil.example",
        ":8080",
        "http://evil",
        "\\\\evil.example",
        "?@evil",
        "#@evil",
    ] {
        for path in ["/{id}", "/x{id}", "/users/{id}"] {
            let request = planned(&template(path), &quoted(text)).expect(text);
            assert_eq!(request.uri.authority().unwrap(), "api.example.com", "{text}");
            assert_eq!(
                request.uri.path().matches('/').count(),
                1 + path.matches('/').count(),
                "{text}"
            );
            assert_eq!(request.origin(), base().origin());
        }
    }
}

#[test]
fn p05_one_query_pair() {
    let call = with(vec![parameter("id", Place::Query, Style::Form, true)]);
    for text in ["a&admin=true", "a=b", "a+b", "a%26b", "#", "😀", "", "a;b", "\r\n", "?", "%"] {
        let target = target(&call, &quoted(text)).unwrap();
        let query = target.strip_prefix("/things?").unwrap();
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        assert_eq!(pairs, [("id".into(), text.into())], "{text:?}");
    }
    let named = with(vec![parameter("a&b=[c]", Place::Query, Style::Form, true)]);
    assert_eq!(target(&named, r#"{"a&b=[c]":1}"#).unwrap(), "/things?a%26b%3D%5Bc%5D=1");
}

#[test]
fn p07_values_as_text() {
    let call = with(vec![parameter("id", Place::Query, Style::Form, true)]);
    for (raw, expected) in [
        ("null", "/things"),
        ("\"\"", "/things?id="),
        ("false", "/things?id=false"),
        ("0", "/things?id=0"),
        ("1e21", "/things?id=1000000000000000000000"),
        ("-0", "/things?id=0"),
        ("0.30000000000000004", "/things?id=0.30000000000000004"),
        ("12345678901234567890123", "/things?id=12345678901234567890123"),
    ] {
        assert_eq!(target(&call, &format!("{{\"id\":{raw}}}")).as_deref(), Ok(expected), "{raw}");
    }
    let mut required = call;
    required.parameters[0].required = true;
    for raw in ["{}", r#"{"id":null}"#] {
        assert_eq!(target(&required, raw), Err(PlanError::Missing("id".into())), "{raw}");
    }
}

#[test]
fn p08_unknown_arguments_change_nothing() {
    // The schema refuses them first; even if it did not, nothing reads them.
    let call = with(vec![parameter("id", Place::Query, Style::Form, true)]);
    let alone = planned(&call, r#"{"id":1}"#).unwrap();
    let hostile = r#"{"id":1,"api_key":"x","Authorization":"x","__proto__":{"a":1},"servers":["http://evil"],"url":"http://evil","method":"DELETE","base_url":"x","ID":2,"id ":3}"#;
    let request = planned(&call, hostile).unwrap();
    assert_eq!(
        (request.uri, request.headers, request.method),
        (alone.uri, alone.headers, alone.method)
    );
    assert!(request.body.is_empty());
}

#[test]
fn p09_header_values() {
    let call = with(vec![parameter("id", Place::Header, Style::Simple, false)]);
    let long = "a".repeat(8_193);
    for text in ["a\r\nx: y", "a\nb", "a\0", "é", " a", "a ", "\ta", "a\tb", "\u{7f}", &long] {
        assert_eq!(
            header(&call, &quoted(text), "id"),
            Err(PlanError::NotAHeaderValue("id".into())),
            "{text:?}"
        );
    }
    assert_eq!(header(&call, &quoted(&long[1..]), "id"), Ok(Some(long[1..].to_owned())));
    assert_eq!(
        header(&call, r#"{"id":["a","b\r\n"]}"#, "id"),
        Err(PlanError::NotAHeaderValue("id".into()))
    );
}

#[test]
fn p10_reserved_headers() {
    for name in [
        "Authorization",
        "hOST",
        "content-length",
        "Transfer-Encoding",
        "Connection",
        "Cookie",
        "Content-Type",
        "TE",
        "Upgrade",
    ] {
        assert!(is_reserved_header(name), "{name}");
        let call = with(vec![parameter(name, Place::Header, Style::Simple, false)]);
        let refused = planned(&call, &format!("{{\"{name}\":\"x\"}}")).map(|_| ());
        assert_eq!(refused, Err(PlanError::ReservedHeader(name.into())), "{name}");
        assert!(planned(&call, "{}").is_ok(), "{name} is not asked for");
    }
    for name in ["X-Api-Version", "Accept", "User-Agent", "If-Match", "Prefer"] {
        let call = with(vec![parameter(name, Place::Header, Style::Simple, false)]);
        assert_eq!(
            header(&call, &format!("{{\"{name}\":\"x\"}}"), name).unwrap().as_deref(),
            Some("x"),
            "{name}"
        );
    }
    for name in ["", "a b", "a:b", "a\r\nb", "é"] {
        let call = with(vec![parameter("id", Place::Header, Style::Simple, false)]);
        let mut call = call;
        name.clone_into(&mut call.parameters[0].name);
        assert!(matches!(planned(&call, r#"{"id":1}"#), Err(PlanError::Definition(_))), "{name:?}");
    }
}

#[test]
fn p11_depth() {
    let call = with(vec![parameter("id", Place::Query, Style::DeepObject, true)]);
    let nested =
        |levels: usize| format!("{{\"id\":{}1{}}}", "{\"a\":".repeat(levels), "}".repeat(levels));
    assert!(target(&call, &nested(32)).unwrap().ends_with("%5Ba%5D=1"));
    for levels in [33, 100_000] {
        assert_eq!(target(&call, &nested(levels)), Err(PlanError::TooDeep("id".into())));
    }
    // Elsewhere depth is text.
    let call = with(vec![parameter("id", Place::Query, Style::Form, true)]);
    assert!(target(&call, &nested(100)).is_ok());
    assert!(matches!(target(&call, &nested(100_000)), Err(PlanError::UrlTooLong(_))));
}

#[test]
fn p12_sizes() {
    let query = with(vec![parameter("id", Place::Query, Style::Form, true)]);
    let text = "a".repeat(MAX_URL_BYTES);
    assert!(matches!(target(&query, &quoted(&text)), Err(PlanError::UrlTooLong(_))));
    let fits = "a".repeat(MAX_URL_BYTES - "https://api.example.com/v1/things?id=".len());
    assert!(target(&query, &quoted(&fits)).is_ok());
    assert!(
        matches!(target(&query, &quoted(&format!("{fits}a"))), Err(PlanError::UrlTooLong(length)) if length == MAX_URL_BYTES + 1)
    );
    let items = format!("{{\"id\":[{}]}}", vec!["1"; 100_000].join(","));
    assert!(matches!(target(&query, &items), Err(PlanError::UrlTooLong(_))));
    let cookie = with(vec![parameter("id", Place::Cookie, Style::Form, true)]);
    assert_eq!(target(&cookie, &quoted(&text)), Err(PlanError::CookiesTooLong));
}

#[test]
fn p14_placeholders_are_text() {
    let call = with(vec![parameter("id", Place::Header, Style::Simple, false)]);
    for text in ["{{secret}}", "${API_KEY}", "$env.X", "%API_KEY%", "{id}"] {
        assert_eq!(header(&call, &quoted(text), "id").unwrap().as_deref(), Some(text));
    }
    assert_eq!(target(&template("/{id}"), &quoted("{id}")).unwrap(), "/%7Bid%7D");
}

#[test]
fn p17_exact_names() {
    let call = with(vec![parameter("userId", Place::Query, Style::Form, true)]);
    assert_eq!(target(&call, r#"{"user_id":1,"userid":2,"USERID":3}"#).unwrap(), "/things");
}

#[test]
fn p18_wildcards_are_text() {
    for (text, expected) in [("*", "/x/%2A"), ("%", "/x/%25"), ("0", "/x/0"), ("null", "/x/null")] {
        assert_eq!(target(&template("/x/{id}"), &quoted(text)).unwrap(), expected);
    }
}

#[test]
fn errors_quote_no_value() {
    let secret = "SECRET\u{1}";
    for call in
        [template("/{id}"), with(vec![parameter("id", Place::Header, Style::Simple, false)])]
    {
        let message = planned(&call, &quoted(secret)).unwrap_err().to_string();
        assert!(message.starts_with("id: expected ") && !message.contains("SECRET"), "{message}");
    }
}

#[test]
fn fixed_parts() {
    let mut call = get("/a");
    call.accept = "text/csv".to_owned();
    let request = planned(&call, "{}").unwrap();
    assert_eq!(request.uri, "https://api.example.com/v1/a");
    assert_eq!(request.headers["accept"], "text/csv");
    assert_eq!(request.headers["accept-encoding"], "gzip, br, zstd");
    assert_eq!(request.headers["user-agent"], concat!("gatewright/", env!("CARGO_PKG_VERSION")));
    assert_eq!(request.headers.len(), 3);
    // The call's own server takes the place of the app's.
    call.server = Some("http://other.example:8080/z/".to_owned());
    assert_eq!(planned(&call, "{}").unwrap().uri, "http://other.example:8080/z/a");
    // A path of nothing, a query and a fragment in the template.
    for (path, base, expected) in [
        ("", "https://h", "https://h/"),
        ("/", "https://h", "https://h/"),
        ("", "https://h/b", "https://h/b"),
        ("/", "https://h/b", "https://h/b/"),
        ("/a//b/", "https://h", "https://h/a//b/"),
        ("/a?x=/..", "https://h", "https://h/a?x=/..&q=1"),
        ("/#op", "https://h", "https://h/%23op"),
    ] {
        let call = HttpCall {
            parameters: if path.contains('?') {
                vec![parameter("q", Place::Query, Style::Form, true)]
            } else {
                vec![]
            },
            ..get(path)
        };
        let request = plan(
            &call,
            &BaseUrl::parse(base).unwrap(),
            &Arguments::parse(r#"{"q":1}"#).unwrap(),
            BOUNDARY,
        );
        assert_eq!(request.expect(path).uri.to_string(), expected, "{path}");
    }
}

#[test]
fn definitions_that_are_at_fault() {
    let broken = |change: fn(&mut HttpCall)| {
        let mut call = with(vec![parameter("id", Place::Query, Style::Form, true)]);
        change(&mut call);
        assert!(matches!(planned(&call, r#"{"id":1}"#), Err(PlanError::Definition(_))), "{call:?}");
    };
    broken(|call| call.method = "G T".to_owned());
    broken(|call| call.method = "CONNECT".to_owned());
    broken(|call| call.server = Some("ftp://x".to_owned()));
    broken(|call| call.server = Some("http://user:pass@x".to_owned()));
    broken(|call| call.path = vec![PathPart::Parameter(7)]);
    broken(|call| call.path = vec![PathPart::Literal("/a b".to_owned())]);
    broken(|call| call.path = vec![PathPart::Literal("/a/../b".to_owned())]);
    broken(|call| call.path = vec![PathPart::Literal("/a/%2E".to_owned())]);
    let call = HttpCall { path: vec![PathPart::Literal("a".to_owned())], ..get("") };
    let planned =
        plan(&call, &BaseUrl::parse("https://h").unwrap(), &Arguments::default(), BOUNDARY);
    assert!(matches!(planned, Err(PlanError::Definition(_))));
    let by_content =
        |media_type: &str| ParameterEncoding::Content { media_type: media_type.to_owned() };
    let mut call = template("/x/{id}");
    call.parameters[0].encoding = by_content("text/plain");
    assert_eq!(target(&call, r#"{"id":".."}"#), Err(PlanError::DotsInPath("id".into())));
    call.parameters[0].encoding = by_content("application/json");
    assert_eq!(target(&call, r#"{"id":"a/b"}"#).unwrap(), "/x/%22a%2Fb%22");
}

#[test]
fn headers_of_every_request_are_sent_and_none_is_reserved() {
    let header = |name: &str, value: &str| model::FixedHeader {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let sent = |headers: Vec<model::FixedHeader>| {
        let call = HttpCall { headers, ..get("/things") };
        plan(&call, &base(), &Arguments::default(), crate::calls::BOUNDARY)
    };
    let request = sent(vec![header("X-Version", "2")]).unwrap();
    assert_eq!(request.headers["x-version"], "2");
    for (name, value) in
        [("Authorization", "x"), ("Host", "x"), ("A B", "x"), ("X", "a\r\nb: c"), ("", "x")]
    {
        assert!(matches!(sent(vec![header(name, value)]), Err(PlanError::Definition(_))), "{name}");
    }
}
