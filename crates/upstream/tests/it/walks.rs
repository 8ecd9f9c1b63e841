//! Walks through the pages of APIs that number, mark and link them, and of some that misbehave.

use crate::{
    adapt::{action, raw, settings},
    calls::{base, parameter, template, with},
};
use model::{Pagination, Place, Style};
use serde_json::{Value, json};
use std::{collections::HashMap, time::Duration};
use upstream::{
    Arguments, Injected, Next, Request, Response, Walk, Walked, plan, suggest_pagination,
};

fn paging(text: &str) -> Pagination {
    let settings = settings(&format!(r#"{{"pagination":{text}}}"#));
    settings.check().expect(text);
    settings.pagination.unwrap()
}

fn answer(body: impl ToString) -> Response {
    Response {
        status: 200,
        content_type: Some("application/json".to_owned()),
        retry_after: None,
        location: None,
        link: None,
        body: body.to_string().into(),
        duration: Duration::from_millis(10),
        bytes_out: 1,
        credential_sent: true,
    }
}

/// The query of a request, by name.
fn query(request: &Request) -> HashMap<String, String> {
    let url = url::Url::parse(&request.uri.to_string()).unwrap();
    url.query_pairs().into_owned().collect()
}

/// Walks as the application does; also how many requests that took.
fn walked(
    paging: &Pagination,
    arguments: &str,
    api: impl Fn(&Request) -> Response,
) -> (Walked, u32) {
    bounded(paging, &Injected::default(), arguments, 1 << 20, api)
}

fn bounded(
    paging: &Pagination,
    injected: &Injected,
    arguments: &str,
    max_bytes: usize,
    api: impl Fn(&Request) -> Response,
) -> (Walked, u32) {
    let names = ["page", "offset", "cursor", "limit"];
    let call = with(names.map(|name| parameter(name, Place::Query, Style::Form, true)).to_vec());
    let arguments = Arguments::parse(arguments).unwrap().with(injected);
    let mut request = plan(&call, &base(), &arguments, [7; 16]).unwrap();
    let mut walk = Walk::new(paging, injected, &request, &arguments, max_bytes);
    for requests in 1.. {
        match walk.take(api(&request)) {
            Next::Done => return (walk.finish().unwrap(), requests),
            Next::Url(uri) => request.uri = uri,
            Next::Argument { name, value } => {
                let arguments = arguments.replaced(&name, &value);
                request = plan(&call, &base(), &arguments, [7; 16]).unwrap();
            }
        }
        assert!(requests <= Pagination::MAX_PAGES, "no end");
    }
    unreachable!("a walk ends")
}

fn body(walked: &Walked) -> &str {
    std::str::from_utf8(&walked.response.body).unwrap()
}

fn number(request: &Request, name: &str, otherwise: usize) -> usize {
    query(request).get(name).map_or(otherwise, |value| value.parse().unwrap())
}

/// Items `from` on of 0 to 6, at most three, a member among others.
fn three(from: usize) -> String {
    let items: Vec<_> = (from..7).take(3).collect();
    json!({"total": 7, "data": {"items": items}, "z": "]"}).to_string()
}

#[test]
fn pages_by_number() {
    let api = |request: &Request| answer(three((number(request, "page", 1) - 1) * 3));
    let every = paging(r#"{"style":"page","parameter":"page","size":3,"items":"data.items"}"#);
    let (all, requests) = walked(&every, "{}", api);
    assert_eq!(body(&all), r#"{"total":7,"data":{"items":[0,1,2,3,4,5,6]},"z":"]"}"#);
    assert_eq!((requests, all.pages, all.items, all.cut), (3, 3, 7, None));
    assert_eq!((all.response.duration, all.response.bytes_out), (Duration::from_millis(30), 3));
    let (rest, requests) = walked(&every, r#"{"page":"3"}"#, api);
    assert_eq!((body(&rest), requests), (r#"{"total":7,"data":{"items":[6]},"z":"]"}"#, 1));
    // Without a length, an empty page is the last.
    let unsized_ = Pagination { size: None, ..every.clone() };
    let (all, requests) = walked(&unsized_, "{}", api);
    assert_eq!((all.items, requests, all.pages), (7, 4, 4));
    let (none, requests) = walked(&every, r#"{"page":"x"}"#, |_| answer(three(0)));
    assert_eq!((none.items, requests), (3, 1), "a page that is no number is the only one");
}

#[test]
fn pages_by_offset() {
    let api = |request: &Request| answer(three(number(request, "offset", 0)));
    let every = paging(r#"{"style":"offset","parameter":"offset","items":"data.items"}"#);
    let (all, requests) = walked(&every, "{}", api);
    assert_eq!((all.items, requests, all.cut.is_none()), (7, 4, true));
    let some = Pagination { max_items: 5, ..every };
    let (part, requests) = walked(&some, r#"{"offset":1}"#, api);
    assert_eq!(body(&part), r#"{"total":7,"data":{"items":[1,2,3,4,5]},"z":"]"}"#);
    assert_eq!(requests, 2);
    assert_eq!(
        part.cut.unwrap(),
        "This list may not be complete: it has 5 items of 2 pages, and at most 5 items are collected. To go on, call again with offset = 6."
    );
}

#[test]
fn pages_by_cursor() {
    let api = |request: &Request| {
        let at = query(request).get("cursor").map_or(0, |cursor| cursor[1..].parse().unwrap());
        let next = if at < 4 { json!(format!("c{}", at + 1)) } else { json!("") };
        answer(json!({"meta": {"next": next}, "rows": [at]}))
    };
    let every =
        paging(r#"{"style":"cursor","parameter":"cursor","items":"rows","cursor":"meta.next"}"#);
    let (all, requests) = walked(&every, "{}", api);
    assert_eq!((body(&all), requests), (r#"{"meta":{"next":null},"rows":[0,1,2,3,4]}"#, 5));
    let two = Pagination { max_pages: 2, ..every.clone() };
    let (part, _) = walked(&two, r#"{"cursor":"c1"}"#, api);
    assert_eq!(body(&part), r#"{"meta":{"next":"c3"},"rows":[1,2]}"#);
    assert!(
        part.cut
            .unwrap()
            .ends_with("at most 2 pages are read. To go on, call again with cursor = \"c3\".")
    );
    // Callers who may not give the argument are not told to.
    let hidden = Injected { withheld: vec!["cursor".to_owned()], ..Injected::default() };
    let (part, _) = bounded(&two, &hidden, "{}", 1 << 20, api);
    assert!(part.cut.unwrap().ends_with("at most 2 pages are read."));
    // An empty page with a cursor is not the last one.
    let gaps = |request: &Request| {
        let first = !query(request).contains_key("cursor");
        answer(if first {
            json!({"rows": [], "meta": {"next": 12345678901234567890_u64}})
        } else {
            json!({"rows": [9]})
        })
    };
    let (all, requests) = walked(&every, "{}", gaps);
    assert_eq!((body(&all), requests), (r#"{"rows":[9],"meta":{"next":null}}"#, 2));
}

#[test]
fn pages_by_link_and_url() {
    let at = |request: &Request| number(request, "page", 1);
    let linked = |request: &Request| {
        let next = format!(
            "<https://api.example.com/v1/things?page={}&x=a,b>; rel=\"next\"",
            at(request) + 1
        );
        Response { link: (at(request) < 3).then_some(next), ..answer(json!([at(request)])) }
    };
    let (all, requests) = walked(&paging(r#"{"style":"link"}"#), "{}", linked);
    assert_eq!((body(&all), requests, &all.response.link, &all.cut), ("[1,2,3]", 3, &None, &None));
    let named = |request: &Request| {
        let next = (at(request) < 3).then(|| format!("?page={}", at(request) + 1));
        answer(json!({"items": [at(request)], "next": next}))
    };
    let by_url = paging(r#"{"style":"next_url","items":"items","cursor":"next","max_pages":5}"#);
    let (all, requests) = walked(&by_url, "{}", named);
    assert_eq!((body(&all), requests), (r#"{"items":[1,2,3],"next":null}"#, 3));
    let (part, _) = walked(&Pagination { max_pages: 1, ..by_url }, "{}", named);
    assert_eq!(body(&part), r#"{"items":[1],"next":"https://api.example.com/v1/things?page=2"}"#);
}

#[test]
fn no_page_is_fetched_from_elsewhere() {
    let by_url = paging(r#"{"style":"next_url","items":"items","cursor":"next"}"#);
    for elsewhere in [
        "https://evil.example/v1/things?page=2",
        "http://api.example.com/v1/things?page=2",
        "https://api.example.com:444/v1/things?page=2",
        "https://user@api.example.com/v1/things?page=2",
        "https://api.example.com/v1/admin",
        "https://api.example.com/v1/things/../admin",
        "https://api.example.com/v1/things%2f..",
        "//evil.example/v1/things",
        "../admin",
        "file:///etc/passwd",
        "https://api.example.com/v1/things?a b",
        "https:\\\\evil.example/v1/things",
    ] {
        let api = |_: &Request| answer(json!({"items": [1], "next": elsewhere}));
        let (part, requests) = walked(&by_url, "{}", api);
        assert_eq!((requests, part.items), (1, 1), "{elsewhere}");
        assert!(part.cut.unwrap().contains("at another place"), "{elsewhere}");
    }
}

#[test]
fn apis_that_go_round_in_circles() {
    let by_cursor = paging(r#"{"style":"cursor","parameter":"cursor","items":"r","cursor":"n"}"#);
    let ring = |request: &Request| {
        let next = match query(request).get("cursor").map(String::as_str) {
            None | Some("b") => "a",
            Some(_) => "b",
        };
        answer(json!({"r": [next], "n": next}))
    };
    let (all, requests) = walked(&by_cursor, "{}", ring);
    assert_eq!((requests, all.items, all.cut.is_none()), (3, 3, true));
    let (all, requests) = walked(&by_cursor, r#"{"cursor":"a"}"#, ring);
    assert_eq!((requests, all.items), (2, 2));
    let same = Response {
        link: Some("<https://api.example.com/v1/things>; rel=next".to_owned()),
        ..answer("[1]")
    };
    assert_eq!(walked(&paging(r#"{"style":"link"}"#), "{}", |_| same.clone()).1, 1);
    // One that knows no pages gives the first again.
    let deaf = paging(r#"{"style":"page","parameter":"page"}"#);
    let (all, requests) = walked(&deaf, "{}", |_| answer("[1,2]"));
    assert_eq!((body(&all), requests, all.pages), ("[1,2]", 2, 1));
    // And one that has no end.
    let (all, requests) =
        walked(&deaf, "{}", |request| answer(json!([number(request, "page", 1)])));
    assert_eq!((requests, all.items), (10, 10));
    assert!(
        all.cut
            .unwrap()
            .ends_with("at most 10 pages are read. To go on, call again with page = 11.")
    );
}

#[test]
fn pages_that_fail() {
    let numbered = paging(r#"{"style":"page","parameter":"page"}"#);
    let fails = |status: u16, text: &'static str| {
        move |request: &Request| match number(request, "page", 1) {
            1 => answer("[1]"),
            _ => Response { status, ..answer(text) },
        }
    };
    for (status, text, words) in [
        (429, "[]", "the next page answered HTTP 429. To go on, call again with page = 2."),
        (200, "<html>", "no list where the others have it"),
        (200, r#"{"error":1}"#, "no list where the others have it"),
    ] {
        let (part, requests) = walked(&numbered, "{}", fails(status, text));
        assert_eq!((body(&part), part.response.status, requests), ("[1]", 200, 2));
        assert!(part.cut.unwrap().contains(words), "{text}");
    }
    // The first answer stays what it is, whatever it is.
    for first in [
        Response { status: 404, ..answer("[1]") },
        answer(r#"{"a":1}"#),
        answer("text"),
        Response { body: b"\xff[1]".to_vec().into(), ..answer("") },
    ] {
        let (same, requests) = walked(&numbered, "{}", |_| first.clone());
        assert_eq!((same.response, requests, same.items, same.cut), (first, 1, 0, None));
    }
    // A page that never came: what there is stays.
    let request = plan(&with(Vec::new()), &base(), &Arguments::default(), [7; 16]).unwrap();
    let injected = Injected::default();
    let mut walk = Walk::new(&numbered, &injected, &request, &Arguments::default(), 100);
    let next = Next::Argument { name: "page".to_owned(), value: "2".to_owned() };
    assert_eq!(walk.take(answer("[12345678901234567890123]")), next);
    walk.stop("the API took too long");
    let part = walk.finish().unwrap();
    assert_eq!(body(&part), "[12345678901234567890123]");
    assert!(part.cut.unwrap().ends_with("too long. To go on, call again with page = 2."));
}

#[test]
fn bytes_are_bounded() {
    let numbered = paging(r#"{"style":"page","parameter":"page"}"#);
    let api = |request: &Request| answer(json!([number(request, "page", 1) + 1_000_000]));
    let (part, requests) = bounded(&numbered, &Injected::default(), "{}", 30, api);
    assert_eq!((body(&part), requests), ("[1000001,1000002,1000003]", 4));
    assert!(
        part.cut
            .unwrap()
            .ends_with("more than 30 bytes are not collected. To go on, call again with page = 4.")
    );
}

#[test]
fn proposals() {
    let check =
        |names: &[(&str, Value)], output: Option<&str>, link: Option<&str>, expected: Value| {
            let mut call = template("/things");
            call.parameters = names
                .iter()
                .map(|(name, _)| parameter(name, Place::Query, Style::Form, true))
                .collect();
            let properties: serde_json::Map<_, _> =
                names.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
            let mut one = action(call, "{}", output);
            one.input_schema =
                raw(&json!({"type": "object", "properties": properties}).to_string());
            let found = suggest_pagination(&one, link);
            if let Some(found) = &found {
                let settings =
                    model::ToolSettings { pagination: Some(found.clone()), ..Default::default() };
                assert!(upstream::adapt(one, &settings).is_ok(), "{found:?}");
            }
            assert_eq!(json!(found), expected);
        };
    let integer = || json!({"type": "integer"});
    let limits = json!({"max_pages": 10, "max_items": 1000});
    let with_limits = |mut value: Value| {
        value.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
        value
    };
    check(
        &[("per_page", json!({"type": "integer", "default": 30})), ("page", integer())],
        None,
        None,
        with_limits(
            json!({"style": "page", "parameter": "page", "size_parameter": "per_page", "size": 30}),
        ),
    );
    check(
        &[("limit", json!({"type": "integer", "maximum": 200})), ("offset", integer())],
        Some(
            r#"{"type":"object","properties":{"entries":{"type":"array"},"order":{"type":"array"}}}"#,
        ),
        None,
        with_limits(
            json!({"style": "offset", "parameter": "offset", "size_parameter": "limit", "size": 200, "items": "entries"}),
        ),
    );
    let slack = r#"{"type":"object","properties":{"channels":{"type":["array","null"]},"response_metadata":{"type":["object","null"],"properties":{"next_cursor":{"type":["string","null"]}}}}}"#;
    check(
        &[("cursor", json!({"type": "string"}))],
        Some(slack),
        None,
        with_limits(
            json!({"style": "cursor", "parameter": "cursor", "items": "channels", "cursor": "response_metadata.next_cursor"}),
        ),
    );
    check(&[("cursor", json!({"type": "string"}))], None, None, Value::Null);
    check(
        &[("page", json!({"type": "integer", "minimum": 0}))],
        None,
        Some("<https://api.example.com/things?page=2>; rel=next"),
        with_limits(json!({"style": "link"})),
    );
    check(
        &[("pageIndex", json!({"type": "integer", "minimum": 0}))],
        None,
        None,
        with_limits(json!({"style": "page", "parameter": "pageIndex", "first": 0})),
    );
    check(
        &[],
        Some(
            r#"{"type":"object","properties":{"value":{"type":"array"},"@odata.nextLink":{"type":"string"}}}"#,
        ),
        None,
        with_limits(json!({"style": "next_url", "items": "value", "cursor": "@odata\\.nextLink"})),
    );
    check(&[("q", json!({}))], None, None, Value::Null);
}
