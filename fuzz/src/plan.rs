use model::{
    Body, BodyEncoding, BodyField, BodyLayout, BodyVariant, FieldEncoding, HttpCall, Parameter,
    ParameterEncoding, PartEncoding, PartKind, PathPart, Place, Style,
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, value::RawValue};
use std::{borrow::Cow, sync::LazyLock};
use upstream::{Arguments, BaseUrl, Request};

const BASE: &str = "https://api.example.com/v1";
const BOUNDARY: [u8; 16] = [7; 16];
/// Headers that are Gatewright's own.
const OWN_HEADERS: [&str; 5] =
    ["accept", "user-agent", "accept-encoding", "content-type", "cookie"];

/// Any bytes as the arguments of a call, in a fixed set of calls with every style: whatever they are, they change their
/// slots and nothing else. The first byte chooses the call, the second how the rest becomes arguments.
pub fn plan(data: &[u8]) {
    let [which, form, rest @ ..] = data else { return };
    let call = &CALLS[usize::from(*which) % CALLS.len()];
    let text = if form % 2 == 0 {
        // As they are.
        String::from_utf8_lossy(rest)
    } else {
        Cow::Owned(Value::Object(Bytes(rest).arguments(call)).to_string())
    };
    let Ok(arguments) = Arguments::parse(&text) else { return };
    let base = BaseUrl::parse(BASE).expect("a base URL");
    match upstream::plan(call, &base, &arguments, BOUNDARY) {
        Ok(request) => check(call, &arguments, &request),
        Err(upstream::PlanError::Definition(what)) => panic!("{what}: {call:?}"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What is left of the input, as values.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn text(&mut self) -> String {
        let length = usize::from(self.byte() % 24).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn value(&mut self, depth: u8) -> Value {
        let kind = self.byte() % if depth == 0 { 6 } else { 9 };
        match kind {
            0 => Value::Null,
            1 => Value::Bool(self.byte().is_multiple_of(2)),
            2 => Value::from(i64::from(self.byte()) - 128),
            3 => Value::from(f64::from(self.byte()) * 1e17),
            6 => (0..self.byte() % 4).map(|_| self.value(depth - 1)).collect(),
            7 => Value::Object(
                (0..self.byte() % 4).map(|_| (self.text(), self.value(depth - 1))).collect(),
            ),
            8 => {
                serde_json::json!({ "text": self.text(), "filename": self.text(), "contentType": self.text() })
            }
            _ => Value::from(self.text()),
        }
    }

    fn arguments(&mut self, call: &HttpCall) -> Map<String, Value> {
        let mut names: Vec<String> =
            call.parameters.iter().map(|one| one.argument.clone()).collect();
        match call.body.as_ref().map(|body| &body.layout) {
            Some(BodyLayout::Fields(fields)) => {
                names.extend(fields.iter().map(|one| one.argument.clone()))
            }
            Some(BodyLayout::Whole { argument } | BodyLayout::Tagged { argument }) => {
                names.push(argument.clone())
            }
            Some(BodyLayout::Template(template)) => {
                names.extend(template.arguments().into_iter().map(str::to_owned));
            }
            None => {}
        }
        names.into_iter().map(|name| (name, self.value(2))).collect()
    }
}

fn check(call: &HttpCall, arguments: &Arguments<'_>, request: &Request) {
    assert_eq!(request.method.as_str(), call.method);
    assert_eq!(request.uri.scheme_str(), Some("https"));
    assert_eq!(request.uri.authority().map(http::uri::Authority::as_str), Some("api.example.com"));
    check_path(call, request);
    check_query(call, arguments, request);
    let header = |name: &str| {
        call.parameters
            .iter()
            .any(|one| one.place == Place::Header && one.name.eq_ignore_ascii_case(name))
    };
    for (name, value) in &request.headers {
        let name = name.as_str();
        assert!(OWN_HEADERS.contains(&name) || header(name), "{name} is nobody's");
        assert!(!value.as_bytes().iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "{name}");
    }
    let kind = request.headers.get("content-type").map(|value| value.to_str().expect("ASCII"));
    check_body(call, kind.unwrap_or_default(), &request.body);
}

/// The path of the template with each parameter as `*`, in segments.
fn template(call: &HttpCall) -> Vec<String> {
    let parts = call.path.iter().map(|part| match part {
        PathPart::Literal(text) => text.as_str(),
        PathPart::Parameter(_) => "*",
    });
    format!("/v1{}", parts.collect::<String>()).split('/').map(str::to_owned).collect()
}

fn check_path(call: &HttpCall, request: &Request) {
    // Another parser, which resolves dot segments and drops tabs and line breaks, sees the same path.
    let url = url::Url::parse(&request.uri.to_string()).expect("a URL");
    assert_eq!(url.path(), request.uri.path());
    assert_eq!((url.fragment(), url.host_str()), (None, Some("api.example.com")));
    let (segments, template) = (url.path().split('/').collect::<Vec<_>>(), template(call));
    assert_eq!(segments.len(), template.len(), "{url}");
    for (segment, wanted) in segments.iter().zip(&template) {
        assert!(fits(segment, wanted), "{segment} is not {wanted}");
        let decoded = percent_decode_str(segment).collect::<Vec<u8>>();
        assert!(wanted == segment || !matches!(decoded.as_slice(), b"." | b".."), "{url}");
    }
}

/// Whether a segment is a template with something in the place of each `*`. It is ASCII: another parser gave it.
fn fits(segment: &str, template: &str) -> bool {
    let Some((first, middle)) = template.split_once('*') else { return segment == template };
    let Some(mut rest) = segment.strip_prefix(first) else { return false };
    let (middle, last) =
        middle.rsplit_once('*').map_or((None, middle), |(all, last)| (Some(all), last));
    for piece in middle.into_iter().flat_map(|all| all.split('*')) {
        // The leftmost place is as good as any for those that follow.
        let Some(at) = rest.get(1..).and_then(|after| after.find(piece)) else { return false };
        rest = &rest[1 + at + piece.len()..];
    }
    rest.strip_suffix(last).is_some_and(|value| !value.is_empty())
}

/// Whether a pair of the query may have that name.
fn is_named(call: &HttpCall, arguments: &Arguments<'_>, name: &str) -> bool {
    call.parameters.iter().filter(|one| one.place == Place::Query).any(|one| {
        let deep = name.strip_prefix(&one.name).is_some_and(|rest| rest.starts_with('[') && rest.ends_with(']'));
        // The members of an exploded object are pairs of their own names.
        let spreads = matches!(&one.encoding, ParameterEncoding::Style { style, explode: true, .. } if *style != Style::DeepObject);
        let member = || {
            let value = arguments.get(&one.argument).and_then(|raw| serde_json::from_str::<Value>(raw).ok());
            value.is_some_and(|value| value.get(name).is_some())
        };
        one.name == name || deep || (spreads && member())
    })
}

fn check_query(call: &HttpCall, arguments: &Arguments<'_>, request: &Request) {
    let query = request.uri.query().unwrap_or_default();
    assert!(!query.contains(['#', ' ', '\r', '\n', '\t', '"', '<', '>']), "{query}");
    let has = |place| call.parameters.iter().any(|one| one.place == place);
    if !has(Place::Query) && !has(Place::QueryString) {
        assert_eq!(query, "");
    }
    if has(Place::Query) {
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            assert!(is_named(call, arguments, &name), "{name:?} in {query}");
        }
    }
}

fn check_body(call: &HttpCall, kind: &str, bytes: &[u8]) {
    let Some(body) = &call.body else {
        assert!(bytes.is_empty() && kind.is_empty());
        return;
    };
    if bytes.is_empty() && kind.is_empty() {
        return;
    }
    let essence = kind.split(';').next().unwrap_or_default().trim();
    assert!(body.variants.iter().any(|one| one.media_type == essence), "{kind}");
    let members: Option<Vec<&str>> = match &body.layout {
        BodyLayout::Fields(fields) => {
            Some(fields.iter().map(|field| field.name.as_str()).collect())
        }
        BodyLayout::Whole { .. } | BodyLayout::Tagged { .. } | BodyLayout::Template(_) => None,
    };
    let is_member = |name: &str| members.as_ref().is_none_or(|all| all.contains(&name));
    match essence {
        "application/json" => {
            // By the grammar alone: a lone surrogate is refused where the request comes in.
            serde_json::from_slice::<&RawValue>(bytes).expect("the body is JSON");
            if let Ok(Value::Object(object)) = serde_json::from_slice(bytes) {
                assert!(object.keys().all(|name| is_member(name)), "{object:?}");
            }
        }
        "application/x-www-form-urlencoded" => {
            let text = std::str::from_utf8(bytes).expect("a form is ASCII");
            assert!(text.is_ascii() && !text.contains(['\r', '\n', ' ']), "{text}");
            for (name, _) in url::form_urlencoded::parse(bytes) {
                let base = name.split('[').next().unwrap_or_default();
                assert!(is_member(&name) || is_member(base), "{name:?} in {text}");
            }
        }
        "multipart/form-data" => check_multipart(kind, bytes, is_member),
        _ => {}
    }
}

/// Each part begins with its own boundary and head, which no value can forge.
fn check_multipart(kind: &str, bytes: &[u8], is_member: impl Fn(&str) -> bool) {
    let boundary = kind.split("boundary=").nth(1).expect("a boundary").trim_matches('"');
    let delimiter = format!("--{boundary}");
    let text = String::from_utf8_lossy(bytes);
    assert!(text.trim_end().ends_with(&format!("{delimiter}--")), "{text}");
    for part in text.split(&delimiter).skip(1) {
        if part.starts_with("--") {
            continue;
        }
        let (head, _) = part.trim_start().split_once("\r\n\r\n").expect("a head and a body");
        for line in head.lines() {
            let (name, value) = line.split_once(": ").expect("a header");
            let name = name.to_ascii_lowercase();
            assert!(matches!(name.as_str(), "content-disposition" | "content-type"), "{line}");
            if name == "content-disposition" {
                let member = value.split("name=\"").nth(1).and_then(|rest| rest.split('"').next());
                let member = percent_decode_str(member.expect("a name")).decode_utf8_lossy();
                assert!(is_member(&member), "{member} in {line}");
            }
        }
    }
}

fn parameter(
    name: &str,
    place: Place,
    style: Style,
    explode: bool,
    allow_reserved: bool,
) -> Parameter {
    let encoding = ParameterEncoding::Style { style, explode, allow_reserved };
    Parameter {
        argument: name.to_owned(),
        name: name.to_owned(),
        place,
        encoding,
        required: place == Place::Path,
    }
}

fn content(name: &str, place: Place, media_type: &str) -> Parameter {
    let encoding = ParameterEncoding::Content { media_type: media_type.to_owned() };
    Parameter { encoding, ..parameter(name, place, Style::Form, true, false) }
}

/// A call whose path has those parameters between fixed parts.
fn call(method: &str, path: &[&str], parameters: Vec<Parameter>, body: Option<Body>) -> HttpCall {
    let path = path.iter().map(|part| match part.strip_prefix('{') {
        Some(name) => {
            let at = parameters.iter().position(|one| one.name == name);
            PathPart::Parameter(at.expect("a parameter of the call"))
        }
        None => PathPart::Literal((*part).to_owned()),
    });
    let path = path.collect();
    let accept = "application/json".to_owned();
    HttpCall {
        method: method.to_owned(),
        server: None,
        path,
        parameters,
        body,
        accept,
        headers: Vec::new(),
        answer: model::AnswerRules::default(),
        security: Vec::new(),
    }
}

fn fields(names: &[&str], media_type: &str, encoding: BodyEncoding) -> Option<Body> {
    let field = |name: &&str| BodyField { argument: (*name).to_owned(), name: (*name).to_owned() };
    let layout = BodyLayout::Fields(names.iter().map(field).collect());
    let variants = vec![BodyVariant { media_type: media_type.to_owned(), encoding }];
    Some(Body { required: true, layout, variants, choice: None })
}

fn whole(media_type: &str, encoding: BodyEncoding) -> Option<Body> {
    let variants = vec![BodyVariant { media_type: media_type.to_owned(), encoding }];
    let layout = BodyLayout::Whole { argument: "body".to_owned() };
    Some(Body { required: false, layout, variants, choice: None })
}

fn field(
    name: &str,
    style: Style,
    explode: bool,
    allow_reserved: bool,
    json: bool,
) -> FieldEncoding {
    FieldEncoding { name: name.to_owned(), style, explode, allow_reserved, json }
}

fn part(name: &str, kind: PartKind) -> PartEncoding {
    PartEncoding { name: name.to_owned(), kind, content_type: None }
}

static CALLS: LazyLock<Vec<HttpCall>> = LazyLock::new(|| {
    use Place::{Cookie, Header, Path, Query, QueryString};
    use Style::{
        DeepObject, Form, Label, Matrix, PipeDelimited, Simple, SpaceDelimited, TabDelimited,
    };
    let path = |style, explode, reserved| {
        let parameters = vec![
            parameter("a", Path, style, explode, reserved),
            parameter("b", Path, style, explode, reserved),
        ];
        call("DELETE", &["/x/", "{a", "/fixed/", "{b", "/end"], parameters, None)
    };
    let query = |style, explode, reserved| {
        let parameters = vec![
            parameter("a", Query, style, explode, reserved),
            parameter("b", Query, style, explode, false),
        ];
        call("GET", &["/things"], parameters, None)
    };
    let mut calls: Vec<HttpCall> = [Simple, Label, Matrix]
        .into_iter()
        .flat_map(|style| [path(style, false, false), path(style, true, false)])
        .collect();
    calls.push(path(Simple, false, true));
    calls.push(call(
        "GET",
        &["/v/", "{a", "-", "{b", ".", "{c", "/end"],
        ["a", "b", "c"].map(|name| parameter(name, Path, Simple, false, false)).to_vec(),
        None,
    ));
    for style in [Form, SpaceDelimited, PipeDelimited, DeepObject, TabDelimited] {
        calls.extend([
            query(style, false, false),
            query(style, true, false),
            query(style, true, true),
        ]);
    }
    calls.push(call(
        "GET",
        &["/things"],
        vec![
            parameter("X-A", Header, Simple, false, false),
            parameter("X-B", Header, Simple, true, false),
        ],
        None,
    ));
    calls.push(call(
        "GET",
        &["/things"],
        vec![
            parameter("k", Cookie, Form, true, false),
            parameter("l", Cookie, Style::Cookie, true, false),
        ],
        None,
    ));
    calls.push(call(
        "GET",
        &["/things"],
        vec![content("q", Query, "application/json"), content("X-C", Header, "application/json")],
        None,
    ));
    calls.push(call(
        "GET",
        &["/things"],
        vec![content("whole", QueryString, "application/x-www-form-urlencoded")],
        None,
    ));
    calls.push(call(
        "POST",
        &["/things"],
        Vec::new(),
        fields(&["a", "b", "__proto__"], "application/json", BodyEncoding::Json),
    ));
    calls.push(call(
        "PUT",
        &["/things"],
        Vec::new(),
        whole("application/json", BodyEncoding::Json),
    ));
    let encodings = vec![
        field("space", SpaceDelimited, false, false, false),
        field("pipe", PipeDelimited, false, true, false),
        field("deep", DeepObject, true, false, false),
        field("json", Form, true, false, true),
    ];
    let names = ["space", "pipe", "deep", "json"];
    calls.push(call(
        "POST",
        &["/forms"],
        Vec::new(),
        fields(&names, "application/x-www-form-urlencoded", BodyEncoding::Form(encodings)),
    ));
    let parts = vec![
        part("text", PartKind::Text),
        part("json", PartKind::Json),
        part("file", PartKind::File),
        part("files", PartKind::Files),
        part("many", PartKind::Repeated),
    ];
    let names = ["text", "json", "file", "files", "many"];
    calls.push(call(
        "POST",
        &["/upload"],
        Vec::new(),
        fields(&names, "multipart/form-data", BodyEncoding::Multipart(parts)),
    ));
    calls.push(call("POST", &["/text"], Vec::new(), whole("text/plain", BodyEncoding::Text)));
    calls.push(call(
        "POST",
        &["/binary"],
        Vec::new(),
        whole("application/octet-stream", BodyEncoding::Binary),
    ));
    calls
});
