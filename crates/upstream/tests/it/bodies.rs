//! Every layout and encoding of a request body.

use crate::calls::{planned, posting};
use model::{
    Body, BodyEncoding, BodyField, BodyLayout, BodyVariant, FieldEncoding, HttpCall, PartEncoding,
    PartKind, Style,
};
use upstream::{MAX_BODY_BYTES, PlanError};

/// The content type, less a boundary, and the body.
fn sent(call: &HttpCall, arguments: &str) -> Result<(String, String), PlanError> {
    let request = planned(call, arguments)?;
    let media_type =
        request.headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
    Ok((media_type.unwrap_or_default(), String::from_utf8(request.body.to_vec()).unwrap()))
}

fn check(call: &HttpCall, arguments: &str, media_type: &str, body: &str) {
    assert_eq!(sent(call, arguments), Ok((media_type.to_owned(), body.to_owned())), "{arguments}");
}

fn fields(mut call: HttpCall, names: &[(&str, &str)]) -> HttpCall {
    let field = |(argument, name): &(&str, &str)| BodyField {
        argument: (*argument).to_owned(),
        name: (*name).to_owned(),
    };
    call.body.as_mut().unwrap().layout = BodyLayout::Fields(names.iter().map(field).collect());
    call
}

fn required(mut call: HttpCall) -> HttpCall {
    call.body.as_mut().unwrap().required = true;
    call
}

fn json() -> HttpCall {
    posting("application/json", BodyEncoding::Json)
}

#[test]
fn json_is_copied_byte_for_byte() {
    let call = fields(json(), &[("id", "id"), ("name__body", "na\"me"), ("x", "x")]);
    check(
        &call,
        r##"{ "name__body" : {"$ref": "#", "__proto__": 1.10},  "id":12345678901234567890123, "other":1 }"##,
        "application/json",
        r##"{"id":12345678901234567890123,"na\"me":{"$ref": "#", "__proto__": 1.10}}"##,
    );
    check(&call, r#"{"id":null}"#, "application/json", r#"{"id":null}"#);
    check(&call, "{}", "", "");
    check(&required(call), "{}", "application/json", "{}");
    for raw in
        ["0", "false", "\"\"", "null", "[]", "{}", "[1.0, 2]", r#"{"constructor":{"prototype":1}}"#]
    {
        check(&json(), &format!("{{\"body\":{raw}}}"), "application/json", raw);
    }
    check(&json(), "{}", "", "");
    assert_eq!(sent(&required(json()), "{}"), Err(PlanError::Missing("body".into())));
    check(&posting("*/*", BodyEncoding::Json), r#"{"body":1}"#, "application/json", "1");
    check(
        &posting("application/merge-patch+json", BodyEncoding::Json),
        r#"{"body":1}"#,
        "application/merge-patch+json",
        "1",
    );
}

#[test]
fn p11_hostile_members_are_literal() {
    let many = (0..100_000).map(|i| format!("\"k{i}\":0")).collect::<Vec<_>>().join(",");
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    for raw in [format!("{{{many}}}"), deep] {
        check(&json(), &format!("{{\"body\":{raw}}}"), "application/json", &raw);
    }
}

#[test]
fn p12_large_bodies() {
    let argument = |length: usize| format!("{{\"body\":\"{}\"}}", "a".repeat(length));
    assert_eq!(planned(&json(), &argument(3_900_000)).unwrap().body.len(), 3_900_002);
    assert_eq!(planned(&json(), &argument(MAX_BODY_BYTES - 2)).unwrap().body.len(), MAX_BODY_BYTES);
    let form = posting("application/x-www-form-urlencoded", BodyEncoding::Form(vec![]));
    let multipart = posting("multipart/form-data", BodyEncoding::Multipart(vec![]));
    let text = format!("\"{}\"", "a".repeat(MAX_BODY_BYTES));
    let in_field = format!("{{\"body\":{{\"a\":{text}}}}}");
    for (call, arguments) in [
        (json(), argument(MAX_BODY_BYTES)),
        (form, in_field.clone()),
        (multipart, in_field.clone()),
        (fields(json(), &[("body", "b")]), in_field),
    ] {
        assert_eq!(planned(&call, &arguments).map(|_| ()), Err(PlanError::BodyTooLarge));
    }
}

#[test]
fn a_media_type_is_chosen() {
    let variants = |first: &str, second: &str| {
        vec![
            BodyVariant { media_type: first.to_owned(), encoding: BodyEncoding::Json },
            BodyVariant { media_type: second.to_owned(), encoding: BodyEncoding::Form(vec![]) },
        ]
    };
    let mut call = fields(json(), &[("a", "a")]);
    let body = call.body.as_mut().unwrap();
    body.variants = variants("application/json", "application/x-www-form-urlencoded");
    body.choice = Some("contentType".to_owned());
    check(&call, r#"{"a":1}"#, "application/json", r#"{"a":1}"#);
    check(&call, r#"{"a":1,"contentType":null}"#, "application/json", r#"{"a":1}"#);
    check(
        &call,
        r#"{"a":1,"contentType":"Application/X-WWW-form-urlencoded"}"#,
        "application/x-www-form-urlencoded",
        "a=1",
    );
    for other in ["\"text/plain\"", "7", "\"\\ud800\""] {
        let refused = sent(&call, &format!("{{\"a\":1,\"contentType\":{other}}}"));
        assert!(
            matches!(refused, Err(PlanError::MediaType { argument, .. }) if argument == "contentType"),
            "{other}"
        );
    }

    let mut call = json();
    let body = call.body.as_mut().unwrap();
    body.variants = variants("application/json", "application/x-www-form-urlencoded");
    body.layout = BodyLayout::Tagged { argument: "body".to_owned() };
    check(
        &call,
        r#"{"body":{"contentType":"application/json","content":[1]}}"#,
        "application/json",
        "[1]",
    );
    check(
        &call,
        r#"{"body":{"content":{"b":"x y"},"contentType":"application/x-www-form-urlencoded"}}"#,
        "application/x-www-form-urlencoded",
        "b=x%20y",
    );
    check(&call, "{}", "", "");
    for (raw, expected) in [
        ("7", PlanError::NotAnObject("body".into())),
        (r#"{"contentType":"application/json"}"#, PlanError::Missing("body.content".into())),
        (
            r#"{"content":1,"contentType":"application/x-www-form-urlencoded"}"#,
            PlanError::NotAnObject("body".into()),
        ),
    ] {
        assert_eq!(sent(&call, &format!("{{\"body\":{raw}}}")), Err(expected), "{raw}");
    }
    assert!(matches!(sent(&call, r#"{"body":{"content":1}}"#), Err(PlanError::MediaType { .. })));
    assert_eq!(sent(&required(call), "{}"), Err(PlanError::Missing("body".into())));
}

#[test]
fn forms() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let field = |name: &str, style, explode| FieldEncoding {
        name: name.to_owned(),
        style,
        explode,
        allow_reserved: false,
        json: false,
    };
    let call = posting(
        FORM,
        BodyEncoding::Form(vec![
            field("csv", Style::Form, false),
            field("loose", Style::Form, true),
            field("deep", Style::DeepObject, true),
            field("pipes", Style::PipeDelimited, false),
            FieldEncoding { json: true, ..field("json", Style::Form, true) },
            FieldEncoding { allow_reserved: true, ..field("url", Style::Form, true) },
        ]),
    );
    for (raw, expected) in [
        (
            r#"{"a":"x y&z=1+2","b":[1,true,null],"n":null,"e":"","z":[]}"#,
            "a=x%20y%26z%3D1%2B2&b=1&b=true&e=",
        ),
        (r#"{"plain":{"a": [1, 2]}}"#, "plain=%7B%22a%22%3A%5B1%2C2%5D%7D"),
        (r#"{"csv":[1,2],"loose":{"a":1,"b":2},"pipes":["a","b"]}"#, "csv=1,2&a=1&b=2&pipes=a%7Cb"),
        (r#"{"deep":{"a":{"b":1}}}"#, "deep%5Ba%5D%5Bb%5D=1"),
        (r#"{"json":"x"}"#, "json=%22x%22"),
        (r#"{"json":["é", 1]}"#, "json=%5B%22%C3%A9%22%2C1%5D"),
        (r#"{"url":"http://e/?a=b&c"}"#, "url=http://e/?a=b%26c"),
        ("{}", ""),
    ] {
        check(&call, &format!("{{\"body\":{raw}}}"), FORM, expected);
    }
    assert_eq!(sent(&call, r#"{"body":"text"}"#), Err(PlanError::NotAnObject("body".into())));
    check(&required(fields(call, &[("a", "b c")])), r#"{"a":1}"#, FORM, "b%20c=1");
}

/// The parts of a planned multipart body: header lines and content of each.
fn parts(call: &HttpCall, arguments: &str) -> Result<Vec<(String, String)>, PlanError> {
    let request = planned(call, arguments)?;
    let media_type = request.headers["content-type"].to_str().unwrap();
    let (essence, boundary) = media_type.split_once("; boundary=").unwrap();
    assert_eq!(essence, "multipart/form-data");
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    let mut parts: Vec<_> =
        format!("\r\n{body}").split(&format!("\r\n--{boundary}")).map(str::to_owned).collect();
    assert_eq!(parts.remove(0), "");
    assert_eq!(parts.pop().unwrap(), "--\r\n");
    let split = |part: String| {
        let (head, content) = part.strip_prefix("\r\n").unwrap().split_once("\r\n\r\n").unwrap();
        (head.to_owned(), content.to_owned())
    };
    Ok(parts.into_iter().map(split).collect())
}

fn disposition(rest: &str) -> String {
    format!("Content-Disposition: form-data; {rest}")
}

#[test]
fn multipart() {
    let part = |name: &str, kind, content_type: Option<&str>| PartEncoding {
        name: name.to_owned(),
        kind,
        content_type: content_type.map(str::to_owned),
    };
    let call = posting(
        "multipart/form-data",
        BodyEncoding::Multipart(vec![
            part("file", PartKind::File, None),
            part("photo", PartKind::File, Some("image/png, image/*")),
            part("files", PartKind::Files, None),
            part("tags", PartKind::Repeated, None),
            part("meta", PartKind::Json, Some("application/vnd.meta+json")),
            part("csv", PartKind::Text, Some("text/csv")),
        ]),
    );
    let file = |name: &str, filename: &str, media_type: &str, content: &str| {
        (
            format!(
                "{}\r\nContent-Type: {media_type}",
                disposition(&format!("name=\"{name}\"; filename=\"{filename}\""))
            ),
            content.to_owned(),
        )
    };
    let plain =
        |name: &str, content: &str| (disposition(&format!("name=\"{name}\"")), content.to_owned());
    let typed = |name: &str, media_type: &str, content: &str| {
        (
            format!("{}\r\nContent-Type: {media_type}", disposition(&format!("name=\"{name}\""))),
            content.to_owned(),
        )
    };
    for (raw, expected) in [
        (r#"{"a":"x\r\ny","n":1e3,"z":null}"#, vec![plain("a", "x\r\ny"), plain("n", "1000")]),
        (
            r#"{"o":{"b": 1.10},"l":[1]}"#,
            vec![
                typed("o", "application/json", "{\"b\": 1.10}"),
                typed("l", "application/json", "[1]"),
            ],
        ),
        (
            r#"{"file":{"text":"hello"}}"#,
            vec![file("file", "file", "application/octet-stream", "hello")],
        ),
        (
            r#"{"file":{"base64":"aGk","filename":"../../é\"\r\n.txt","contentType":"text/plain"}}"#,
            vec![file("file", "é%22%0D%0A.txt", "text/plain", "hi")],
        ),
        (r#"{"photo":{"text":"x"}}"#, vec![file("photo", "file", "image/png", "x")]),
        (
            r#"{"photo":{"text":"x","contentType":"image/gif"}}"#,
            vec![file("photo", "file", "image/gif", "x")],
        ),
        (
            r#"{"files":[{"text":"1"},{"text":"2","filename":"b"}]}"#,
            vec![
                file("files", "file", "application/octet-stream", "1"),
                file("files", "b", "application/octet-stream", "2"),
            ],
        ),
        (
            r#"{"tags":["a",null,2,{"b":1}]}"#,
            vec![
                plain("tags", "a"),
                plain("tags", "2"),
                typed("tags", "application/json", "{\"b\":1}"),
            ],
        ),
        (
            r#"{"meta":"x","csv":"a,b"}"#,
            vec![
                typed("meta", "application/vnd.meta+json", "\"x\""),
                typed("csv", "text/csv", "a,b"),
            ],
        ),
        (r#"{"a\"\r\nb":1}"#, vec![plain("a%22%0D%0Ab", "1")]),
        ("{}", vec![]),
    ] {
        assert_eq!(parts(&call, &format!("{{\"body\":{raw}}}")), Ok(expected), "{raw}");
    }
    for (raw, expected) in [
        (r#"{"file":"text"}"#, PlanError::NotAFile("file".into())),
        (r#"{"file":{"base64":"a b"}}"#, PlanError::NotBase64("file".into())),
        (r#"{"files":[{"text":"1"},7]}"#, PlanError::NotAFile("files".into())),
        (r#"{"a":"\ud800"}"#, PlanError::NotText("body".into())),
    ] {
        assert_eq!(parts(&call, &format!("{{\"body\":{raw}}}")), Err(expected), "{raw}");
    }
    let refused = parts(&call, r#"{"body":{"photo":{"text":"x","contentType":"text/html"}}}"#);
    assert!(
        matches!(refused, Err(PlanError::MediaType { argument, .. }) if argument == "photo.contentType")
    );
}

#[test]
fn p13_the_boundary_is_in_no_part() {
    let call = posting("multipart/form-data", BodyEncoding::Multipart(vec![]));
    let first = format!("gatewright-{}", "07".repeat(16));
    let second = format!("gatewright-{}08", "07".repeat(15));
    for (value, expected) in [("x", &first), (&first, &second)] {
        let arguments = format!(r#"{{"body":{{"a":"--{value}--","b":"{value}"}}}}"#);
        let request = planned(&call, &arguments).unwrap();
        assert_eq!(
            request.headers["content-type"],
            format!("multipart/form-data; boundary={expected}")
        );
        assert_eq!(parts(&call, &arguments).unwrap().len(), 2);
    }
}

#[test]
fn text_and_files() {
    let text = posting("application/xml", BodyEncoding::Text);
    check(&text, r#"{"body":"<a>é</a>"}"#, "application/xml", "<a>é</a>");
    check(&text, r#"{"body":""}"#, "application/xml", "");
    check(&text, r#"{"body":null}"#, "", "");
    check(&text, r#"{"body":1.10}"#, "application/xml", "1.10");
    assert_eq!(sent(&text, r#"{"body":"\ud800"}"#), Err(PlanError::NotText("body".into())));
    check(
        &posting("text/*", BodyEncoding::Text),
        r#"{"body":"a"}"#,
        "text/plain; charset=utf-8",
        "a",
    );

    let exact = posting("application/octet-stream", BodyEncoding::Binary);
    check(&exact, r#"{"body":{"base64":"aGk="}}"#, "application/octet-stream", "hi");
    check(
        &exact,
        r#"{"body":{"text":"hi","contentType":"text/plain"}}"#,
        "application/octet-stream",
        "hi",
    );
    let range = posting("image/*", BodyEncoding::Binary);
    check(&range, r#"{"body":{"text":"GIF89a"}}"#, "image/gif", "GIF89a");
    check(&range, r#"{"body":{"text":"x","contentType":"image/webp"}}"#, "image/webp", "x");
    assert!(matches!(
        sent(&range, r#"{"body":{"text":"x","contentType":"text/html"}}"#),
        Err(PlanError::MediaType { .. })
    ));
    assert_eq!(sent(&exact, r#"{"body":"hi"}"#), Err(PlanError::NotAFile("body".into())));
    check(&exact, r#"{"body":null}"#, "", "");
    let request = planned(&exact, r#"{"body":{"base64":"AP+A"}}"#).unwrap();
    assert_eq!(request.body.as_ref(), [0, 0xff, 0x80]);
}

#[test]
fn a_body_without_variants_is_a_fault_of_the_definition() {
    let mut call = json();
    call.body = Some(Body {
        required: true,
        layout: BodyLayout::Fields(vec![]),
        variants: vec![],
        choice: None,
    });
    assert!(matches!(sent(&call, "{}"), Err(PlanError::Definition(_))));
    let text = fields(posting("text/plain", BodyEncoding::Text), &[("a", "a")]);
    assert!(matches!(sent(&text, r#"{"a":1}"#), Err(PlanError::Definition(_))));
    let odd = posting("text/plain\r\nx: y", BodyEncoding::Text);
    assert!(matches!(sent(&odd, r#"{"body":"a"}"#), Err(PlanError::Definition(_))));
}
