//! What answers become.

use model::{Content, Outcome, RawJson, ResourceBody, Secret};
use std::time::Duration;
use upstream::{
    PlanError, Projection, Response, SendError, Shape, Validator, Violation, failure, refusal,
    shape,
};

const SECRET: &str = "canary-7bq0mX2pTz4cVw9RkLs8";

fn response(status: u16, content_type: &str, body: &[u8]) -> Response {
    Response {
        status,
        content_type: (!content_type.is_empty()).then(|| content_type.to_owned()),
        retry_after: None,
        location: None,
        link: None,
        body: body.to_vec().into(),
        duration: Duration::from_micros(1_234),
        bytes_out: 5,
        credential_sent: false,
    }
}

fn shaped(status: u16, content_type: &str, body: &[u8]) -> Outcome {
    shape("https://api.example.com/x", response(status, content_type, body), &Shape::default())
}

fn texts(outcome: &Outcome) -> Vec<&str> {
    let text = |content: &'_ Content| match content {
        Content::Text(_) => true,
        Content::Image { .. } | Content::Audio { .. } | Content::Resource { .. } => false,
    };
    assert!(outcome.content.iter().all(text), "{outcome:?}");
    outcome
        .content
        .iter()
        .filter_map(
            |content| if let Content::Text(text) = content { Some(text.as_str()) } else { None },
        )
        .collect()
}

#[test]
fn json_stays_what_it_is() {
    for body in [
        r#"{"b":12345678901234567890123,"a":1.10}"#,
        "[]",
        "{}",
        "0",
        "false",
        "\"\"",
        "null",
        "-1.5e300",
        r#""\ud83d\ude00 é""#,
        "{\n  \"a\": [1, 2]\n}",
        r#"{"a":"\u202e\u0000"}"#,
    ] {
        let outcome = shaped(200, "application/json; charset=utf-8", body.as_bytes());
        assert_eq!(outcome.structured.as_ref().map(RawJson::get), Some(body));
        assert_eq!(texts(&outcome), [body]);
        assert!(!outcome.is_error && !outcome.truncated);
    }
    assert_eq!(shaped(200, "application/hal+json", b"[1]").structured.unwrap().get(), "[1]");
    assert_eq!(shaped(200, "", b"{\"a\":1}").structured.unwrap().get(), "{\"a\":1}");
    assert_eq!(shaped(200, "application/json", b"\xef\xbb\xbf{}").structured.unwrap().get(), "{}");
    assert_eq!(
        shaped(200, "application/json; charset=utf-16le", b"7\0").structured.unwrap().get(),
        "7"
    );
    let facts = shaped(201, "application/json", b"{}").upstream;
    assert_eq!(
        (facts.status, facts.duration_us, facts.bytes_out, facts.bytes_in),
        (Some(201), 1_234, 5, 2)
    );
}

#[test]
fn u06_what_is_no_plain_json_is_text() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let number = "9".repeat(50_000);
    for (body, is_text) in [
        ("<html><body>no</body></html>", true),
        ("{\"a\":1,\"a\":2}", true),
        ("NaN", true),
        ("{\"a\":NaN}", true),
        ("{\"a\":1}{\"b\":2}", true),
        ("{\"a\":", true),
        (deep.as_str(), true),
        (number.as_str(), false),
    ] {
        let outcome = shaped(200, "application/json", body.as_bytes());
        assert_eq!(outcome.structured.is_none(), is_text, "{}", &body[..10.min(body.len())]);
        assert!(!outcome.is_error);
    }
    assert!(shaped(200, "application/json", deep.as_bytes()).truncated);
    assert_eq!(
        texts(&shaped(200, "application/json", b"{\"a\":\"\xff\"}")),
        ["{\"a\":\"\u{fffd}\"}"]
    );
}

#[test]
fn empty_bodies_say_so() {
    for (status, expected) in [
        (204, "HTTP 204 No Content, with an empty body"),
        (200, "HTTP 200 OK, with an empty body"),
        (304, "HTTP 304 Not Modified, with an empty body"),
        (299, "HTTP 299, with an empty body"),
    ] {
        let outcome = shaped(status, "application/json", b"");
        assert_eq!(texts(&outcome), [expected]);
        assert!(!outcome.is_error && outcome.structured.is_none());
    }
    let created = Response { location: Some("/things/7".into()), ..response(201, "", b"") };
    assert_eq!(
        texts(&shape("", created, &Shape::default())),
        ["HTTP 201 Created, with an empty body\nLocation: /things/7"]
    );
    assert_eq!(texts(&shaped(200, "text/plain", b" ")), [" "]);
}

#[test]
fn images_sounds_and_files() {
    let png = b"\x89PNG\r\n\x1a\n\0";
    let one = |outcome: Outcome| {
        assert!(!outcome.is_error && outcome.structured.is_none() && outcome.content.len() == 1);
        outcome.content.into_iter().next().unwrap()
    };
    let image = Content::Image { data: "iVBORw0KGgoA".into(), mime_type: "image/png".into() };
    assert_eq!(one(shaped(200, "image/png", png)), image);
    assert_eq!(one(shaped(200, "", png)), image);
    assert_eq!(
        one(shaped(200, "audio/mpeg", b"ID3\0")),
        Content::Audio { data: "SUQzAA==".into(), mime_type: "audio/mpeg".into() }
    );
    assert_eq!(
        one(shaped(200, "application/pdf", b"%PDF\0")),
        Content::Resource {
            uri: "https://api.example.com/x".into(),
            mime_type: "application/pdf".into(),
            body: ResourceBody::Blob("JVBERgA=".into())
        }
    );
    assert_eq!(texts(&shaped(200, "image/svg+xml", b"<svg/>")), ["<svg/>"]);
    // Above the cap only what it is.
    for content_type in ["image/png", "audio/mpeg", "application/zip"] {
        let large = [&png[..], &vec![0; 1 << 20]].concat();
        let outcome = shaped(200, content_type, &large);
        assert_eq!(
            texts(&outcome),
            [format!(
                "The API answered {} bytes of {content_type}, and at most 1048576 are passed on",
                large.len()
            )]
        );
        assert!(outcome.truncated && !outcome.is_error);
    }
    let options = Shape { resource_cap_bytes: 9, ..Shape::default() };
    assert_eq!(one(shape("", response(200, "image/png", png), &options)), image);
    assert!(shape("", response(200, "image/png", &[png, &b"x"[..]].concat()), &options).truncated);
}

#[test]
fn u08_text_is_made_visible() {
    for (content_type, body, expected) in [
        ("text/plain; charset=iso-8859-1", &b"caf\xe9"[..], "café"),
        ("text/csv", b"a,b\r\n1,2\r\n", "a,b\r\n1,2\r\n"),
        ("text/html", b"<script>x</script>", "<script>x</script>"),
        ("application/xml", "\u{feff}<a>\u{202e}é</a>".as_bytes(), "<a>é</a>"),
        ("text/plain", "\u{1b}[31mred\u{1b}[0m \u{e0041}\u{200b}".as_bytes(), "red "),
        ("text/event-stream", b"data: 1\n\n", "data: 1\n\n"),
        ("application/octet-stream", b"plain", "plain"),
    ] {
        let outcome = shaped(200, content_type, body);
        assert_eq!(texts(&outcome), [expected], "{content_type}");
        assert!(outcome.structured.is_none() && !outcome.is_error);
    }
}

#[test]
fn results_over_budget_are_cut_and_say_so() {
    let items = (0..100).map(|i| format!("{{\"id\":{i}}}")).collect::<Vec<_>>().join(",");
    let hints = ["page".to_owned(), "per_page".to_owned()];
    let options = Shape { budget_tokens: 50, paging_hints: &hints, ..Shape::default() };
    let body = format!("{{\"total\":100,\"items\":[{items}]}}");
    let outcome = shape("", response(200, "application/json", body.as_bytes()), &options);
    let found = texts(&outcome);
    assert!(
        found[0].len() <= 200
            && found[0].starts_with("{\"total\":100,\"items\":[{\"id\":0},")
            && found[0].ends_with("}]}")
    );
    assert_eq!(found[0].matches("id").count(), 18);
    assert_eq!(
        found[1],
        "This answer was cut. The first 18 of 100 items of items are shown. The whole has 1013 bytes, about 254 tokens; \
         50 tokens are allowed. For the rest, call again with other values of page, per_page."
    );
    assert!(outcome.truncated && outcome.structured.is_none() && !outcome.is_error);

    let options = Shape { budget_tokens: 2, ..Shape::default() };
    for (content_type, body, shown) in [
        ("text/plain", "ééééé", "éééé"),
        ("text/plain", "aéééé", "aééé"),
        ("application/json", "\"a long string\"", "\"a long "),
        ("application/json", "[\"a long item\"]", "[\"a long"),
    ] {
        let outcome = shape("", response(200, content_type, body.as_bytes()), &options);
        let found = texts(&outcome);
        assert_eq!(found[0], shown);
        let note = format!(
            "This answer was cut. The first {} bytes are shown. The whole has {} bytes",
            shown.len(),
            body.len()
        );
        assert!(
            found[1].starts_with(&note)
                && found[1].ends_with("ask for less, by arguments that narrow or page the answer."),
            "{}",
            found[1]
        );
        assert!(outcome.truncated && outcome.structured.is_none());
    }
    // What just fits is not touched.
    assert!(!shape("", response(200, "text/plain", b"12345678"), &options).truncated);
    assert!(
        shape("", response(200, "application/json", b"12345678"), &options).structured.is_some()
    );
}

#[test]
fn o20_results_hold_to_their_schema() {
    let schema = RawJson::parse(r#"{"type":"object","required":["items"],"properties":{"items":{"type":"array","items":{"type":"integer"}}}}"#.into());
    let schema = Validator::compile(&schema.unwrap()).unwrap();
    let options = Shape { output_schema: Some(&schema), ..Shape::default() };
    let held = |options: &Shape<'_>, content_type: &str, body: &[u8]| {
        shape("", response(200, content_type, body), options)
    };
    let outcome = held(&options, "application/json", b"{\"items\":[1]}");
    assert!(!outcome.is_error && outcome.structured.is_some());
    for (content_type, body, reason) in [
        (
            "application/json",
            &br#"{"items":["SECRET"]}"#[..],
            "does not fit this tool's output schema (items[0]: expected an integer)",
        ),
        ("application/json", b"[]", "(the whole: expected an object)"),
        ("text/plain", b"hello", "is not the JSON that this tool's output schema promises"),
        ("application/json", b"", "is not the JSON"),
    ] {
        let outcome = held(&options, content_type, body);
        assert!(outcome.is_error && outcome.structured.is_none());
        let found = texts(&outcome);
        assert!(
            found[0].contains("carried out the call (HTTP 200 OK)") && found[0].contains(reason),
            "{}",
            found[0]
        );
        assert_eq!(found.len(), 2);
    }
    // Cut, and still what the schema says.
    let body = format!("{{\"items\":[{}]}}", vec!["1"; 500].join(","));
    let tight = Shape { budget_tokens: 10, ..options };
    let outcome = held(&tight, "application/json", body.as_bytes());
    assert!(outcome.truncated && !outcome.is_error);
    assert!(outcome.structured.unwrap().get().len() <= 40);
    let outcome = held(&Shape { budget_tokens: 2, ..options }, "application/json", body.as_bytes());
    assert!(outcome.truncated && outcome.is_error && texts(&outcome)[0].contains("too large"));
    // An error of the API is not held to it.
    let outcome = shape("", response(404, "application/json", b"{}"), &options);
    assert_eq!(texts(&outcome), ["HTTP 404 Not Found\n{}"]);
}

#[test]
fn errors_are_compact() {
    for (status, content_type, body, expected) in [
        (
            404,
            "application/problem+json",
            &br#"{"title":"Not found","detail":"no 7"}"#[..],
            "HTTP 404 Not Found\n{\"title\":\"Not found\",\"detail\":\"no 7\"}",
        ),
        (500, "text/plain", b"", "HTTP 500 Internal Server Error"),
        (999, "text/plain", b"odd", "HTTP 999\nodd"),
        (418, "", b"  short and stout\n", "HTTP 418 I'm a teapot\nshort and stout"),
        (
            502,
            "text/html",
            b"<html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>",
            "HTTP 502 Bad Gateway\n502 Bad Gateway",
        ),
        (
            503,
            "application/zip",
            b"PK\0",
            "HTTP 503 Service Unavailable\n(3 bytes of application/zip)",
        ),
        (400, "text/plain", b"\x1b[31mred", "HTTP 400 Bad Request\nred"),
        (
            401,
            "",
            b"",
            "HTTP 401 Unauthorized\nThe API asks for a credential, and this app is connected without one.",
        ),
    ] {
        let outcome = shaped(status, content_type, body);
        assert_eq!(texts(&outcome), [expected]);
        assert!(
            outcome.is_error
                && outcome.structured.is_none()
                && outcome.upstream.status == Some(status)
        );
    }
    let refused = Response { credential_sent: true, ..response(401, "", b"") };
    assert!(
        texts(&shape("", refused, &Shape::default()))[0].contains("did not accept the credential")
    );
    let long = format!(
        "{{\"trace\":\"{}\",\"detail\":\"why\",\"errors\":[\"{}\"]}}",
        "x".repeat(9_000),
        "y".repeat(2_000)
    );
    let outcome = shaped(500, "application/json", long.as_bytes());
    let text = texts(&outcome)[0];
    assert!(
        text.starts_with("HTTP 500 Internal Server Error\ndetail: \"why\"\nerrors: [\"yyy")
            && text.len() < 1_000,
        "{text}"
    );
    for body in [
        "é".repeat(500_000),
        format!("[{}]", "1,".repeat(300_000)),
        format!("<!doctype html>{}", "<script>".repeat(100_000)),
    ] {
        let outcome = shaped(500, "text/plain", body.as_bytes());
        assert!(texts(&outcome)[0].len() < 2_200);
    }
    for (seconds, expected) in [(30, "30"), (1_000_000_000, "3600"), (u64::MAX, "3600"), (0, "0")] {
        let limited =
            Response { retry_after: Some(Duration::from_secs(seconds)), ..response(429, "", b"") };
        assert_eq!(
            texts(&shape("", limited, &Shape::default())),
            [format!("HTTP 429 Too Many Requests\nRetry after {expected} seconds.")]
        );
    }
}

#[test]
fn u07_secrets_are_taken_out() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let secrets = [Secret::from(format!("Bearer {SECRET}"))];
    let options = Shape { secrets: &secrets, ..Shape::default() };
    let echo =
        format!("at x.rs:1\nAuthorization: Bearer {SECRET}\n{} {SECRET}", STANDARD.encode(SECRET));
    let outcome = shape("", response(500, "text/plain", echo.as_bytes()), &options);
    assert_eq!(
        texts(&outcome),
        ["HTTP 500 Internal Server Error\nat x.rs:1\nAuthorization: ***\n*** ***"]
    );
    // Cut in the middle of the secret, it would be half there.
    let echo = format!("{}{SECRET}", "x".repeat(2_048 - 10));
    assert!(
        !texts(&shape("", response(500, "text/plain", echo.as_bytes()), &options))[0]
            .contains("canary")
    );
    // Echoed with success.
    let echo = format!("{{\"headers\":{{\"authorization\":\"Bearer {SECRET}\"}}}}");
    let outcome = shape("", response(200, "application/json", echo.as_bytes()), &options);
    assert_eq!(outcome.structured.unwrap().get(), r#"{"headers":{"authorization":"***"}}"#);
    let created = Response {
        location: Some(format!("/x?key={SECRET}")),
        link: Some(format!("</x?k={SECRET}&page=2>; rel=next")),
        ..response(201, "", b"")
    };
    let outcome = shape("", created, &options);
    assert_eq!(
        texts(&outcome),
        [
            "HTTP 201 Created, with an empty body\nLocation: /x?key=***",
            "The API has a next page: k=***&page=2"
        ]
    );
}

#[test]
fn next_pages() {
    for (link, expected) in [
        (
            "<https://a/x?page=2&n=1>; rel=\"next\", <https://a/x?page=9>; rel=\"last\"",
            Some("The API has a next page: page=2&n=1"),
        ),
        ("<https://a/x?page=1>; rel=\"prev\"", None),
        ("</x>; rel=next", None),
        ("nonsense; rel=next", None),
        ("", None),
    ] {
        let outcome = shape(
            "",
            Response { link: Some(link.into()), ..response(200, "application/json", b"[]") },
            &Shape::default(),
        );
        assert_eq!(texts(&outcome).get(1).copied(), expected, "{link}");
    }
}

#[test]
fn failures_and_refusals() {
    let outcome =
        failure(&SendError::Redirect { status: 302, to: Some("https://b.example/".into()) });
    assert!(outcome.is_error && outcome.upstream.status == Some(302));
    assert!(texts(&outcome)[0].starts_with(
        "the API answered HTTP 302, a redirect to https://b.example/; redirects are not followed"
    ));
    assert_eq!(failure(&SendError::Broken).upstream.status, None);
    let violations = [
        Violation { path: "a.b".into(), expected: "an integer".into() },
        Violation { path: String::new(), expected: "an object".into() },
    ];
    assert_eq!(
        texts(&refusal(&violations)),
        [
            "The arguments were refused, and nothing was sent:\n- a.b: expected an integer\n- the whole: expected an object"
        ]
    );
    assert_eq!(
        texts(&refusal(&[PlanError::Missing("id".into())])),
        [
            "The arguments were refused, and nothing was sent:\n- id: expected a value: it is required"
        ]
    );
}

fn keeping<'a>(budget_tokens: usize) -> Shape<'a> {
    Shape { budget_tokens, keeps_overflow: true, ..Shape::default() }
}

#[test]
fn results_over_budget_are_summed_up_and_kept() {
    let items: Vec<_> = (0..500).map(|id| format!("{{\"id\":{id},\"n\":1.10}}")).collect();
    let body = format!("{{\"total\":500,\"items\":[{}]}}", items.join(","));
    let outcome = shape("", response(200, "application/json", body.as_bytes()), &keeping(200));
    let found = texts(&outcome);
    assert_eq!(found.len(), 2);
    assert!(
        found[0].starts_with(
            "This answer is too large to be shown whole. It is an object of 2 members, 9913 bytes"
        ) && found[0].contains(
            "total (a number), items (a list of 500 items, the first an object with id, n)"
        ) && found[0].contains("of 500 items of items are shown."),
        "{}",
        found[0]
    );
    assert!(found[1].starts_with("{\"total\":500,\"items\":[{\"id\":0,\"n\":1.10}"));
    assert!(found[0].len() + found[1].len() <= 200 * 4 + 60, "a summary counts");
    assert!(outcome.truncated && !outcome.is_error && outcome.structured.is_none());
    let overflow = outcome.overflow.unwrap();
    assert_eq!((overflow.is_json, overflow.text), (true, body.clone()));
    // What fits is not kept, and nothing is without a place to keep it.
    let fits = shape("", response(200, "application/json", b"{}"), &keeping(200));
    assert!(fits.overflow.is_none() && !fits.truncated);
    let tight = Shape { budget_tokens: 200, ..Shape::default() };
    assert!(
        shape("", response(200, "application/json", body.as_bytes()), &tight).overflow.is_none()
    );
}

#[test]
fn what_cannot_be_cut_by_items_begins_and_is_kept() {
    let text = "é".repeat(5_000);
    let json = format!("{{\"a\":\"{text}\"}}");
    for (content_type, body, is_json) in
        [("text/plain", text.clone(), false), ("application/json", json, true)]
    {
        let outcome = shape("", response(200, content_type, body.as_bytes()), &keeping(300));
        let found = texts(&outcome);
        assert!(found[0].ends_with(" characters are shown.") && found[1].len() <= 1_200);
        assert!(body.starts_with(found[1]) && found[1].len() > 800, "{}", found[1].len());
        assert!(outcome.truncated && !outcome.is_error);
        let overflow = outcome.overflow.unwrap();
        assert_eq!((overflow.is_json, overflow.text), (is_json, body));
    }
    // Secrets are out of what is kept too.
    let secrets = [Secret::from(SECRET.to_owned())];
    let echo = format!("{SECRET}{}", "x".repeat(2_000));
    let options = Shape { secrets: &secrets, ..keeping(100) };
    let outcome = shape("", response(200, "text/plain", echo.as_bytes()), &options);
    assert!(outcome.overflow.unwrap().text.starts_with("***xxx"));
    assert!(texts(&outcome_of(&echo, &options)).iter().all(|text| !text.contains("canary")));
}

fn outcome_of(body: &str, options: &Shape<'_>) -> Outcome {
    shape("", response(200, "text/plain", body.as_bytes()), options)
}

#[test]
fn chosen_fields_alone_are_shown() {
    let projection = Projection::new(&["id".parse().unwrap(), "owner.login".parse().unwrap()]);
    let schema = RawJson::parse(
        r#"{"type":"object","additionalProperties":false,"properties":{"id":{},"owner":{"additionalProperties":false,"properties":{"login":{}}}}}"#
            .to_owned(),
    )
    .unwrap();
    let schema = Validator::compile(&schema).unwrap();
    let options =
        Shape { projection: Some(&projection), output_schema: Some(&schema), ..Shape::default() };
    let body = format!(
        r#"{{"id":12345678901234567890123,"owner":{{"login":"a","email":"{SECRET}"}},"x":"{}"}}"#,
        "y".repeat(200_000)
    );
    let chosen = r#"{"id":12345678901234567890123,"owner":{"login":"a"}}"#;
    for content_type in ["application/json", "text/plain", ""] {
        // Before the schema, which takes no other fields, and before the budget.
        let outcome = shape("", response(200, content_type, body.as_bytes()), &options);
        assert_eq!(texts(&outcome), [chosen], "{content_type}");
        assert_eq!(outcome.structured.unwrap().get(), chosen);
        assert!(!outcome.is_error && !outcome.truncated);
    }
    for (content_type, body) in [
        ("application/json", &b"[{\"id\":1}]"[..]),
        ("application/json", b"{\"id\":1"),
        ("text/html", b"<p>canary</p>"),
        ("image/png", b"\x89PNG\r\n\x1a\n\0"),
        ("application/pdf", b"%PDF\0"),
    ] {
        let outcome = shape("", response(200, content_type, body), &options);
        let found = texts(&outcome);
        assert!(outcome.is_error && outcome.structured.is_none() && found.len() == 1);
        assert!(found[0].contains("carried out the call (HTTP 200 OK)"), "{}", found[0]);
    }
    // Errors of the API, and its silence, are what they are.
    let outcome = shape("", response(404, "application/json", b"{\"why\":1}"), &options);
    assert_eq!(texts(&outcome), ["HTTP 404 Not Found\n{\"why\":1}"]);
    let open = Shape { output_schema: None, ..options };
    assert!(!shape("", response(204, "", b""), &open).is_error);
}

#[test]
fn walks_add_their_note() {
    let secrets = [Secret::from(SECRET.to_owned())];
    let note = format!("Not complete: call again with cursor = \"{SECRET}\u{202e}\".");
    let options = Shape { walk_note: Some(&note), secrets: &secrets, ..Shape::default() };
    let outcome = shape("", response(200, "application/json", b"[1]"), &options);
    assert_eq!(texts(&outcome), ["[1]", "Not complete: call again with cursor = \"***\"."]);
}
