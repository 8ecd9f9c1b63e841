//! Short ways to write a call.

use model::{
    Body, BodyEncoding, BodyLayout, BodyVariant, HttpCall, Parameter, ParameterEncoding, PathPart,
    Place, Style,
};
use upstream::{Arguments, BaseUrl, PlanError, Request, plan};

pub(crate) const BOUNDARY: [u8; 16] = [7; 16];

/// `GET /things`.
pub(crate) fn get(path: &str) -> HttpCall {
    HttpCall {
        method: "GET".to_owned(),
        server: None,
        path: vec![PathPart::Literal(path.to_owned())],
        parameters: Vec::new(),
        body: None,
        accept: "application/json".to_owned(),
        headers: Vec::new(),
        answer: model::AnswerRules::default(),
        security: Vec::new(),
    }
}

/// A call whose path is a template such as `/a/{id}/b`, every parameter in `simple` style.
pub(crate) fn template(path: &str) -> HttpCall {
    let mut call = get("");
    call.path.clear();
    let mut rest = path;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap();
        call.path.push(PathPart::Literal(literal.to_owned()));
        call.path.push(PathPart::Parameter(call.parameters.len()));
        call.parameters.push(parameter(name, Place::Path, Style::Simple, false));
        rest = after;
    }
    call.path.push(PathPart::Literal(rest.to_owned()));
    call
}

pub(crate) fn parameter(name: &str, place: Place, style: Style, explode: bool) -> Parameter {
    Parameter {
        argument: name.to_owned(),
        name: name.to_owned(),
        place,
        encoding: ParameterEncoding::Style { style, explode, allow_reserved: false },
        required: false,
    }
}

pub(crate) fn content(name: &str, place: Place, media_type: &str) -> Parameter {
    let encoding = ParameterEncoding::Content { media_type: media_type.to_owned() };
    Parameter { encoding, ..parameter(name, place, Style::Form, true) }
}

/// `GET /things` with those parameters.
pub(crate) fn with(parameters: Vec<Parameter>) -> HttpCall {
    HttpCall { parameters, ..get("/things") }
}

/// `POST /things` whose argument `body` is the whole body.
pub(crate) fn posting(media_type: &str, encoding: BodyEncoding) -> HttpCall {
    let variants = vec![BodyVariant { media_type: media_type.to_owned(), encoding }];
    let layout = BodyLayout::Whole { argument: "body".to_owned() };
    let body = Some(Body { required: false, layout, variants, choice: None });
    HttpCall { method: "POST".to_owned(), body, ..get("/things") }
}

pub(crate) fn base() -> BaseUrl {
    BaseUrl::parse("https://api.example.com/v1").unwrap()
}

pub(crate) fn planned(call: &HttpCall, arguments: &str) -> Result<Request, PlanError> {
    plan(call, &base(), &Arguments::parse(arguments).expect(arguments), BOUNDARY)
}

/// Path and query of the planned request, less the base URL.
pub(crate) fn target(call: &HttpCall, arguments: &str) -> Result<String, PlanError> {
    let request = planned(call, arguments)?;
    assert_eq!(request.uri.authority().unwrap(), "api.example.com");
    Ok(request.uri.path_and_query().unwrap().as_str().strip_prefix("/v1").unwrap().to_owned())
}

pub(crate) fn header(
    call: &HttpCall,
    arguments: &str,
    name: &str,
) -> Result<Option<String>, PlanError> {
    let request = planned(call, arguments)?;
    Ok(request.headers.get(name).map(|value| value.to_str().unwrap().to_owned()))
}
