//! Whatever the arguments are, only their slots change.

use crate::calls::{parameter, planned, template};
use model::{HttpCall, Place, Style};
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
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 500, failure_persistence: None, ..ProptestConfig::default() })]

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
