//! Whatever the arguments are, only their slots change.

use crate::calls::{parameter, planned, posting, template};
use model::{BodyEncoding, HttpCall, ParameterEncoding, Place, Style};
use proptest::prelude::*;
use serde_json::{Value, json};

fn call() -> HttpCall {
    let mut call = template("/v/{a}/fixed/{b}-{c}/end");
    call.method = "DELETE".to_owned();
    call.parameters.extend([
        parameter("q", Place::Query, Style::Form, true),
        parameter("l", Place::Query, Style::Form, true),
        parameter("o", Place::Query, Style::DeepObject, true),
        parameter("X-Head", Place::Header, Style::Simple, false),
        parameter("k", Place::Cookie, Style::Form, true),
    ]);
    call
}

fn text() -> impl Strategy<Value = String> {
    let nasty = "(\\.|/|%2e|%2F|\\\\|@|#|\\?|&|=|;|\r|\n|\0| |\u{202e}|é|😀|a|:|\\+|,|\"|\\{|\\[)";
    prop_oneof![
        any::<String>(),
        proptest::string::string_regex(&format!("{nasty}{{0,6}}")).unwrap()
    ]
}

/// Text that a path takes: not empty, no control characters. Dots are left in, and refused now and then.
fn path_text() -> impl Strategy<Value = Value> {
    let part = "(\\.|/|%2e|%2F|\\\\|@|#|\\?|&|=|;| |\u{202e}|é|😀|a|:|\\+|,|\"|\\{|\\[)";
    proptest::string::string_regex(&format!("{part}{{1,6}}")).unwrap().prop_map(Value::from)
}

/// Text that a header takes.
fn head_text() -> impl Strategy<Value = Value> {
    "[!-~]([ -~]{0,12}[!-~])?".prop_map(Value::from)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ]
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_global_rejects: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_leaves_its_slot(
        a in path_text(), b in path_text(), c in path_text(), q in scalar(),
        l in proptest::collection::vec(scalar(), 0..4),
        o in proptest::collection::btree_map(text(), scalar(), 0..4),
        head in head_text(), k in scalar(),
    ) {
        let arguments = json!({"a": a, "b": b, "c": c, "q": q, "l": l, "o": o, "X-Head": head, "k": k}).to_string();
        // Too many refusals fail the test.
        let request = planned(&call(), &arguments);
        prop_assume!(request.is_ok());
        let request = request.unwrap();
        prop_assert_eq!(request.method.as_str(), "DELETE");
        prop_assert_eq!(request.uri.scheme_str(), Some("https"));
        prop_assert_eq!(request.uri.authority().unwrap().as_str(), "api.example.com");

        // Another parser, which normalizes, sees the same segments.
        let url = url::Url::parse(&request.uri.to_string()).unwrap();
        prop_assert_eq!(url.path(), request.uri.path());
        prop_assert_eq!(url.fragment(), None);
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        let decoded = |segment: &str| percent_encoding::percent_decode_str(segment).decode_utf8().unwrap().into_owned();
        prop_assert_eq!(segments.len(), 6);
        prop_assert_eq!((segments[0], segments[1], segments[3], segments[5]), ("v1", "v", "fixed", "end"));
        prop_assert_eq!(decoded(segments[2]), as_text(&a));
        prop_assert_eq!(decoded(segments[4]), format!("{}-{}", as_text(&b), as_text(&c)));

        let mut expected = vec![("q".to_owned(), as_text(&q))];
        expected.extend(l.iter().map(|item| ("l".to_owned(), as_text(item))));
        expected.extend(o.iter().map(|(name, value)| (format!("o[{name}]"), as_text(value))));
        let pairs: Vec<_> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        prop_assert_eq!(pairs, expected);

        let names: Vec<_> = request.headers.keys().map(http::HeaderName::as_str).collect();
        prop_assert_eq!(names, ["accept", "user-agent", "accept-encoding", "x-head", "cookie"]);
        prop_assert_eq!(request.headers["x-head"].to_str().unwrap(), as_text(&head));
        let cookie = request.headers["cookie"].to_str().unwrap();
        prop_assert_eq!(decoded(cookie.strip_prefix("k=").unwrap()), as_text(&k));
        prop_assert!(!cookie.contains([';', ' ', ',']));
        prop_assert!(request.body.is_empty());
    }

    #[test]
    fn no_text_panics(raw in text(), name in text()) {
        if let Ok(arguments) = upstream::Arguments::parse(&raw) {
            let _ = arguments.get(&name);
        }
        let _ = upstream::BaseUrl::parse(&raw);
        let _ = upstream::BaseUrl::parse(&format!("https://{raw}"));
        let _ = raw.parse::<upstream::AllowRule>();
    }
}

/// Any JSON value, three levels deep.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![scalar(), Just(Value::Null), any::<f64>().prop_map(Value::from)];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(text(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

const STYLES: [Style; 9] = [
    Style::Form,
    Style::Simple,
    Style::Label,
    Style::Matrix,
    Style::SpaceDelimited,
    Style::PipeDelimited,
    Style::DeepObject,
    Style::Cookie,
    Style::TabDelimited,
];

fn every_encoding() -> Vec<ParameterEncoding> {
    let by_style = STYLES.iter().flat_map(|style| {
        [(false, false), (true, false), (false, true), (true, true)].map(
            |(explode, allow_reserved)| ParameterEncoding::Style {
                style: *style,
                explode,
                allow_reserved,
            },
        )
    });
    let by_content = ["application/json", "application/x-www-form-urlencoded", "text/plain"]
        .map(|media_type| ParameterEncoding::Content { media_type: media_type.to_owned() });
    by_style.chain(by_content).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every encoding in every place, sensible or not, with any value: no panic, and nothing but the slot changes.
    #[test]
    fn no_value_panics_or_moves_the_host(value in json_value()) {
        let arguments = json!({ "a": value, "body": value }).to_string();
        for encoding in every_encoding() {
            for place in [Place::Path, Place::Query, Place::Header, Place::Cookie, Place::QueryString] {
                let mut call = if place == Place::Path { template("/v/{a}/end") } else { template("/v/w/end") };
                call.parameters.clear();
                call.parameters.push(model::Parameter { place, encoding: encoding.clone(), ..parameter("a", place, Style::Form, true) });
                let Ok(request) = planned(&call, &arguments) else { continue };
                prop_assert_eq!(request.uri.authority().unwrap().as_str(), "api.example.com");
                let url = url::Url::parse(&request.uri.to_string()).unwrap();
                prop_assert_eq!(url.path_segments().unwrap().count(), 4, "{}", url);
                prop_assert!(url.path().starts_with("/v1/v/") && url.path().ends_with("/end"));
                prop_assert!(request.headers.len() <= 4 && url.fragment().is_none());
            }
        }
        for encoding in [
            BodyEncoding::Json,
            BodyEncoding::Form(Vec::new()),
            BodyEncoding::Multipart(Vec::new()),
            BodyEncoding::Text,
            BodyEncoding::Binary,
        ] {
            let _ = planned(&posting("application/x", encoding), &arguments);
        }
    }

    #[test]
    fn forms_decode_to_what_was_sent(members in proptest::collection::btree_map(text(), scalar(), 0..5)) {
        let call = posting("application/x-www-form-urlencoded", BodyEncoding::Form(Vec::new()));
        let request = planned(&call, &json!({ "body": members }).to_string()).unwrap();
        let sent: Vec<_> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let expected: Vec<_> = members.iter().map(|(name, value)| (name.clone(), as_text(value))).collect();
        prop_assert_eq!(sent, expected);
    }

    #[test]
    fn no_answer_panics_or_breaks_the_budget(
        body in prop_oneof![
            json_value().prop_map(|value| value.to_string().into_bytes()),
            proptest::collection::vec(any::<u8>(), 0..200),
            text().prop_map(String::into_bytes),
            // Too large as JSON, and small enough once what cannot be seen is gone.
            Just("{\"\":-3.4410317798730526e+306,\"%2e\u{202e} \":null,\"\u{202e}%2e..\u{202e}\":false}".as_bytes().to_vec()),
        ],
        content_type in prop_oneof![Just(""), Just("application/json"), Just("text/plain; charset=utf-16"), Just("text/html"), Just("image/png"), Just("a/b")],
        status in prop_oneof![Just(200_u16), Just(204), Just(404), Just(999)],
        budget_tokens in 0_usize..20,
    ) {
        let response = upstream::Response {
            status,
            content_type: Some(content_type.to_owned()),
            retry_after: None,
            location: None,
            link: String::from_utf8(body.clone()).ok(),
            body: body.into(),
            duration: std::time::Duration::ZERO,
            bytes_out: 0,
            credential_sent: true,
        };
        let secrets = [model::Secret::from("aaaaaaaa".to_owned())];
        let options = upstream::Shape { budget_tokens, secrets: &secrets, ..upstream::Shape::default() };
        let outcome = upstream::shape("https://h/", response.clone(), &options);
        prop_assert!(!outcome.content.is_empty());
        if let Some(structured) = &outcome.structured {
            prop_assert!(structured.get().len() <= budget_tokens * 4);
        }
        if outcome.truncated
            && let model::Content::Text(text) = &outcome.content[0]
        {
            prop_assert!(text.len() <= budget_tokens * 4, "{text}");
        }
        let keeping = upstream::Shape { keeps_overflow: true, ..options };
        let kept = upstream::shape("https://h/", response.clone(), &keeping);
        prop_assert_eq!(kept.truncated, outcome.truncated);
        prop_assert_eq!(kept.overflow.is_some(), kept.truncated);
        let projection = upstream::Projection::new(&["a".parse().unwrap(), "[].b[].c".parse().unwrap()]);
        let chosen = upstream::Shape { projection: Some(&projection), ..keeping };
        let chosen = upstream::shape("https://h/", response, &chosen);
        prop_assert!(!chosen.content.is_empty());
    }

    /// Reading on from note to note gives the whole, whatever it is.
    #[test]
    fn what_is_read_on_is_the_whole(text in ".{0,600}", tokens in 70_usize..100) {
        let full = model::Overflow { is_json: false, text };
        let (mut read, mut offset) = (String::new(), 0);
        loop {
            let span = upstream::Span { offset, limit: None };
            let answer = upstream::read_on(&full, &upstream::Reading::Characters(span), tokens).unwrap();
            prop_assert!(answer.len() <= tokens * 4);
            let (part, note) = answer.rsplit_once("\n\n").unwrap();
            read.push_str(part);
            let Some((_, next)) = note.split_once("Go on with offset ") else { break };
            let next: usize = next.trim_end_matches('.').parse().unwrap();
            prop_assert!(next > offset);
            offset = next;
        }
        prop_assert_eq!(read, full.text);
    }
}
