//! OpenAPI's table of styles (3.2.0, Style Examples), and what is beside it.

use crate::calls::{content, header, parameter, target, template, with};
use model::{ParameterEncoding, Place, Style};

const EMPTY: &str = r#"{"color":""}"#;
const TEXT: &str = r#"{"color":"blue"}"#;
const LIST: &str = r#"{"color":["blue","black","brown"]}"#;
const OBJECT: &str = r#"{"color":{"R":100,"G":200,"B":150}}"#;

fn path(style: Style, explode: bool, arguments: &str, expected: &str) {
    let mut call = template("/x{color}y");
    call.parameters[0] = parameter("color", Place::Path, style, explode);
    assert_eq!(
        target(&call, arguments).as_deref(),
        Ok(format!("/x{expected}y").as_str()),
        "{style:?} {explode} {arguments}"
    );
}

#[test]
fn in_the_path() {
    for (style, explode, arguments, expected) in [
        (Style::Matrix, false, EMPTY, ";color"),
        (Style::Matrix, false, TEXT, ";color=blue"),
        (Style::Matrix, false, LIST, ";color=blue,black,brown"),
        (Style::Matrix, false, OBJECT, ";color=R,100,G,200,B,150"),
        (Style::Matrix, true, EMPTY, ";color"),
        (Style::Matrix, true, TEXT, ";color=blue"),
        (Style::Matrix, true, LIST, ";color=blue;color=black;color=brown"),
        (Style::Matrix, true, OBJECT, ";R=100;G=200;B=150"),
        (Style::Label, false, EMPTY, "."),
        (Style::Label, false, TEXT, ".blue"),
        (Style::Label, false, LIST, ".blue,black,brown"),
        (Style::Label, false, OBJECT, ".R,100,G,200,B,150"),
        (Style::Label, true, EMPTY, "."),
        (Style::Label, true, TEXT, ".blue"),
        (Style::Label, true, LIST, ".blue.black.brown"),
        (Style::Label, true, OBJECT, ".R=100.G=200.B=150"),
        (Style::Simple, false, TEXT, "blue"),
        (Style::Simple, false, LIST, "blue,black,brown"),
        (Style::Simple, false, OBJECT, "R,100,G,200,B,150"),
        (Style::Simple, true, TEXT, "blue"),
        (Style::Simple, true, LIST, "blue,black,brown"),
        (Style::Simple, true, OBJECT, "R=100,G=200,B=150"),
    ] {
        path(style, explode, arguments, expected);
    }
}

fn query(style: Style, explode: bool, arguments: &str, expected: &str) {
    let call = with(vec![parameter("color", Place::Query, style, explode)]);
    assert_eq!(
        target(&call, arguments).as_deref(),
        Ok(format!("/things{expected}").as_str()),
        "{style:?} {explode} {arguments}"
    );
}

#[test]
fn in_the_query() {
    for (style, explode, arguments, expected) in [
        (Style::Form, false, EMPTY, "?color="),
        (Style::Form, false, TEXT, "?color=blue"),
        (Style::Form, false, LIST, "?color=blue,black,brown"),
        (Style::Form, false, OBJECT, "?color=R,100,G,200,B,150"),
        (Style::Form, true, EMPTY, "?color="),
        (Style::Form, true, TEXT, "?color=blue"),
        (Style::Form, true, LIST, "?color=blue&color=black&color=brown"),
        (Style::Form, true, OBJECT, "?R=100&G=200&B=150"),
        (Style::SpaceDelimited, false, LIST, "?color=blue%20black%20brown"),
        (Style::SpaceDelimited, false, OBJECT, "?color=R%20100%20G%20200%20B%20150"),
        (Style::SpaceDelimited, true, LIST, "?color=blue&color=black&color=brown"),
        (Style::PipeDelimited, false, LIST, "?color=blue%7Cblack%7Cbrown"),
        (Style::PipeDelimited, false, OBJECT, "?color=R%7C100%7CG%7C200%7CB%7C150"),
        (Style::PipeDelimited, true, LIST, "?color=blue&color=black&color=brown"),
        (Style::TabDelimited, false, LIST, "?color=blue%09black%09brown"),
        (Style::DeepObject, true, OBJECT, "?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
        (Style::DeepObject, true, TEXT, "?color=blue"),
        (Style::DeepObject, true, LIST, "?color%5B%5D=blue&color%5B%5D=black&color%5B%5D=brown"),
        (
            Style::DeepObject,
            true,
            r#"{"color":{"a":{"b":{"c":1}},"l":[1,2],"o":[{"x":1},{"x":2}],"n":null}}"#,
            "?color%5Ba%5D%5Bb%5D%5Bc%5D=1&color%5Bl%5D%5B%5D=1&color%5Bl%5D%5B%5D=2\
             &color%5Bo%5D%5B0%5D%5Bx%5D=1&color%5Bo%5D%5B1%5D%5Bx%5D=2",
        ),
        // Nothing to send.
        (Style::Form, true, r#"{"color":[]}"#, ""),
        (Style::Form, false, r#"{"color":[]}"#, ""),
        (Style::Form, true, r#"{"color":{}}"#, ""),
        (Style::Form, false, r#"{"color":{}}"#, ""),
        (Style::DeepObject, true, r#"{"color":{}}"#, ""),
        (Style::PipeDelimited, false, r#"{"color":[]}"#, ""),
        (Style::Form, true, r#"{"color":null}"#, ""),
        (Style::Form, true, "{}", ""),
        // Items that hold a delimiter keep it apart from those of the style.
        (Style::Form, false, r#"{"color":["a,b","c"]}"#, "?color=a%2Cb,c"),
        (Style::PipeDelimited, false, r#"{"color":["a|b","c"]}"#, "?color=a%7Cb%7Cc"),
        // What nests deeper than the style reaches is JSON text.
        (Style::Form, true, r#"{"color":[{"a": 1}]}"#, "?color=%7B%22a%22%3A1%7D"),
        (Style::Form, false, r#"{"color":{"a":[1,2]}}"#, "?color=a,%5B1%2C2%5D"),
    ] {
        query(style, explode, arguments, expected);
    }
}

#[test]
fn in_the_query_with_reserved_characters() {
    let mut call = with(vec![parameter("q", Place::Query, Style::Form, false)]);
    let set = |call: &mut model::HttpCall, explode| {
        call.parameters[0].encoding =
            ParameterEncoding::Style { style: Style::Form, explode, allow_reserved: true };
    };
    set(&mut call, false);
    assert_eq!(
        target(&call, r#"{"q":"a/b?c:d&e=f#g+h%41%zz"}"#).unwrap(),
        "/things?q=a/b?c:d%26e=f%23g%2Bh%41%25zz"
    );
    set(&mut call, true);
    assert_eq!(target(&call, r#"{"q":["a/b","é"]}"#).unwrap(), "/things?q=a/b&q=%C3%A9");
    let mut call = template("/f/{path}");
    set(&mut call, false);
    assert_eq!(
        target(&call, r#"{"path":"a:b/../c?d#e%2e"}"#).unwrap(),
        "/f/a:b%2F..%2Fc%3Fd%23e%252e"
    );
}

#[test]
fn in_headers_and_cookies() {
    for (place, style, explode, arguments, expected) in [
        (Place::Header, Style::Simple, false, TEXT, Some("blue")),
        (Place::Header, Style::Simple, false, EMPTY, Some("")),
        (Place::Header, Style::Simple, false, LIST, Some("blue,black,brown")),
        (Place::Header, Style::Simple, true, LIST, Some("blue,black,brown")),
        (Place::Header, Style::Simple, false, OBJECT, Some("R,100,G,200,B,150")),
        (Place::Header, Style::Simple, true, OBJECT, Some("R=100,G=200,B=150")),
        (Place::Header, Style::Simple, false, r#"{"color":"a b%/,;é"}"#, None),
        (Place::Header, Style::Simple, false, r#"{"color":"a b%/,;"}"#, Some("a b%/,;")),
        (Place::Cookie, Style::Form, false, EMPTY, Some("color=")),
        (Place::Cookie, Style::Form, false, TEXT, Some("color=blue")),
        (Place::Cookie, Style::Form, false, LIST, Some("color=blue,black,brown")),
        (Place::Cookie, Style::Form, false, OBJECT, Some("color=R,100,G,200,B,150")),
        (Place::Cookie, Style::Form, true, LIST, Some("color=blue&color=black&color=brown")),
        (Place::Cookie, Style::Form, true, OBJECT, Some("R=100&G=200&B=150")),
        (Place::Cookie, Style::Form, true, r#"{"color":"a b;c"}"#, Some("color=a%20b%3Bc")),
        (Place::Cookie, Style::Cookie, false, TEXT, Some("color=blue")),
        (Place::Cookie, Style::Cookie, false, LIST, Some("color=blue,black,brown")),
        (Place::Cookie, Style::Cookie, false, OBJECT, Some("color=R,100,G,200,B,150")),
        (Place::Cookie, Style::Cookie, true, LIST, Some("color=blue; color=black; color=brown")),
        (Place::Cookie, Style::Cookie, true, OBJECT, Some("R=100; G=200; B=150")),
        (Place::Cookie, Style::Cookie, true, r#"{"color":"a%2Fb"}"#, Some("color=a%2Fb")),
        (Place::Cookie, Style::Cookie, true, r#"{"color":"a; admin=1"}"#, None),
        (Place::Cookie, Style::Cookie, true, r#"{"color":["a, b"]}"#, None),
        (Place::Cookie, Style::Cookie, true, r#"{"color":"é"}"#, None),
    ] {
        let call = with(vec![parameter("color", place, style, explode)]);
        let name = if place == Place::Header { "color" } else { "cookie" };
        let found = header(&call, arguments, name).ok().flatten();
        assert_eq!(found.as_deref(), expected, "{place:?} {style:?} {explode} {arguments}");
    }
    let cookies = vec![
        parameter("a", Place::Cookie, Style::Form, true),
        parameter("b", Place::Cookie, Style::Cookie, true),
        parameter("c", Place::Cookie, Style::Form, true),
    ];
    assert_eq!(
        header(&with(cookies), r#"{"a":1,"b":2,"c":[]}"#, "cookie").unwrap().as_deref(),
        Some("a=1; b=2")
    );
}

#[test]
fn by_content() {
    let json = r#"{"filter":{"a": ["é", 1.10]}}"#;
    for (place, media_type, arguments, expected) in [
        (
            Place::Query,
            "application/json",
            json,
            "/things?filter=%7B%22a%22%3A%5B%22%C3%A9%22%2C1.10%5D%7D",
        ),
        (
            Place::Query,
            "application/vnd.x+json; v=1",
            r#"{"filter":"a"}"#,
            "/things?filter=%22a%22",
        ),
        (Place::Query, "text/plain", r#"{"filter":"a b"}"#, "/things?filter=a%20b"),
        (
            Place::Query,
            "application/x-www-form-urlencoded",
            r#"{"filter":{"a":"x y","b":[1,2]}}"#,
            "/things?filter=a%3Dx%2520y%26b%3D1%26b%3D2",
        ),
        (
            Place::QueryString,
            "application/x-www-form-urlencoded",
            r#"{"filter":{"a":"x y","b":[1,2]}}"#,
            "/things?a=x%20y&b=1&b=2",
        ),
        (
            Place::QueryString,
            "application/json",
            r#"{"filter":{"a": 1}}"#,
            "/things?%7B%22a%22%3A1%7D",
        ),
        (
            Place::QueryString,
            "text/plain",
            r#"{"filter":"$.a[?(@.b)]"}"#,
            "/things?%24.a%5B%3F%28%40.b%29%5D",
        ),
    ] {
        let call = with(vec![content("filter", place, media_type)]);
        assert_eq!(target(&call, arguments).as_deref(), Ok(expected), "{media_type} {arguments}");
    }
    let call = with(vec![content("filter", Place::Header, "application/json")]);
    assert_eq!(header(&call, json, "filter").unwrap().as_deref(), Some(r#"{"a":["\u00e9",1.10]}"#));
    let call = with(vec![content("filter", Place::Cookie, "application/json")]);
    assert_eq!(
        header(&call, r#"{"filter":[1]}"#, "cookie").unwrap().as_deref(),
        Some("filter=%5B1%5D")
    );
}
