//! Parameters of every place and style.

use super::{first, input, notes, one, schema, statuses, take};
use model::{ParameterEncoding, Place, Style};
use openapi::Status;
use serde_json::json;

type Encoded = (String, Place, Option<(Style, bool)>);

/// Places and encodings of the parameters of one operation; `list` is YAML of the parameter objects.
fn encodings(document: &str) -> Vec<Encoded> {
    let made = take(document);
    let call = &first(&made).0.call;
    let all = call.parameters.iter().map(|one| {
        let style = match &one.encoding {
            ParameterEncoding::Style { style, explode, .. } => Some((*style, *explode)),
            ParameterEncoding::Content { .. } => None,
        };
        (one.argument.clone(), one.place, style)
    });
    all.collect()
}

fn check(parameter: &str, place: Place, style: Option<(Style, bool)>) {
    let version = if parameter.contains("querystring") || parameter.contains("style: cookie") {
        "3.2.0"
    } else {
        "3.0.3"
    };
    let path = if place == Place::Path { "/x/{p}" } else { "/x" };
    let document = format!(
        "openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths:\n  {path}:\n    get:\n      parameters:\n      - {parameter}\n"
    );
    assert_eq!(encodings(&document)[0], ("p".to_owned(), place, style), "{parameter}");
}

#[test]
fn styles() {
    let list = "schema: {type: array, items: {type: string}}";
    let map = "schema: {type: object, additionalProperties: {type: string}}";
    check(&format!("{{name: p, in: path, {list}}}"), Place::Path, Some((Style::Simple, false)));
    check(
        &format!("{{name: p, in: path, explode: true, {list}}}"),
        Place::Path,
        Some((Style::Simple, true)),
    );
    check(
        &format!("{{name: p, in: path, style: label, {list}}}"),
        Place::Path,
        Some((Style::Label, false)),
    );
    check(
        &format!("{{name: p, in: path, style: matrix, {map}}}"),
        Place::Path,
        Some((Style::Matrix, false)),
    );
    check(&format!("{{name: p, in: query, {list}}}"), Place::Query, Some((Style::Form, true)));
    check(
        &format!("{{name: p, in: query, explode: false, {list}}}"),
        Place::Query,
        Some((Style::Form, false)),
    );
    check(
        &format!("{{name: p, in: query, style: spaceDelimited, {list}}}"),
        Place::Query,
        Some((Style::SpaceDelimited, false)),
    );
    check(
        &format!("{{name: p, in: query, style: pipeDelimited, {list}}}"),
        Place::Query,
        Some((Style::PipeDelimited, false)),
    );
    check(
        &format!("{{name: p, in: query, style: deepObject, {map}}}"),
        Place::Query,
        Some((Style::DeepObject, true)),
    );
    check(
        "{name: p, in: query, style: deepObject, schema: {type: string}}",
        Place::Query,
        Some((Style::Form, true)),
    );
    check(&format!("{{name: p, in: header, {list}}}"), Place::Header, Some((Style::Simple, false)));
    check(&format!("{{name: p, in: cookie, {list}}}"), Place::Cookie, Some((Style::Form, true)));
    check(
        &format!("{{name: p, in: cookie, style: cookie, {list}}}"),
        Place::Cookie,
        Some((Style::Cookie, true)),
    );
    check(
        "{name: p, in: query, content: {application/json: {schema: {type: object}}}}",
        Place::Query,
        None,
    );
    check(
        "{name: p, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}",
        Place::QueryString,
        None,
    );
}

#[test]
fn swagger_collections() {
    for (format, expected) in [
        ("", (Style::Form, false)),
        (", collectionFormat: csv", (Style::Form, false)),
        (", collectionFormat: multi", (Style::Form, true)),
        (", collectionFormat: ssv", (Style::SpaceDelimited, false)),
        (", collectionFormat: tsv", (Style::TabDelimited, false)),
        (", collectionFormat: pipes", (Style::PipeDelimited, false)),
    ] {
        let document = format!(
            "swagger: '2.0'\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    get:\n      parameters:\n      - {{name: p, in: query, type: array, items: {{type: string, enum: [a, b]}}, maxItems: 3{format}}}\n"
        );
        assert_eq!(encodings(&document)[0].2, Some(expected), "{format}");
        let made = take(&document);
        let expected = json!({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "maxItems": 3});
        assert_eq!(schema(first(&made).0)["properties"]["p"], expected);
    }
}

#[test]
fn path_and_operation_level() {
    let made = take(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /u/{id}/{other}:\n    parameters:\n    - {name: id, in: path, required: true, schema: {type: integer}}\n    - {name: page, in: query, schema: {type: integer}}\n    get:\n      parameters:\n      - {name: page, in: query, required: true, schema: {type: string}}\n      - {name: id, in: query, schema: {type: string}}\n",
    );
    let (action, entry) = first(&made);
    let schema = schema(action);
    assert_eq!(schema["required"], json!(["id_path", "page", "other"]));
    assert_eq!(schema["properties"]["page"], json!({"type": "string"}));
    assert_eq!(schema["properties"]["other"], json!({"type": "string", "minLength": 1}));
    assert_eq!(schema["properties"]["id_query"], json!({"type": "string"}));
    assert_eq!(entry.status, Status::Exposed);
    assert!(notes(&made).contains("{other} in the path is not described"));
}

#[test]
fn constraints_survive_and_null_does_not() {
    let schema = input(
        "      parameters:\n      - {name: a, in: query, required: true, description: D, schema: {type: integer, minimum: 1, exclusiveMaximum: true, maximum: 9, nullable: true, default: 5}}\n      - {name: b, in: query, schema: {type: string, nullable: true, enum: [x, y], pattern: '^[a-z]$', maxLength: 3}}\n      - {name: c, in: query, schema: {anyOf: [{type: string, format: date}, {type: integer}], nullable: true}}\n      - {name: d, in: query}\n      - {name: e, in: query, deprecated: true, schema: {$ref: '#/components/schemas/E'}}\ncomponents: {schemas: {E: {type: string, nullable: true, enum: [k]}}}",
    );
    let properties = &schema["properties"];
    assert_eq!(
        properties["a"],
        json!({"type": "integer", "description": "D", "minimum": 1, "exclusiveMaximum": 9, "default": 5})
    );
    assert_eq!(
        properties["b"],
        json!({"type": "string", "enum": ["x", "y"], "pattern": "^[a-z]$", "maxLength": 3})
    );
    assert_eq!(
        properties["c"],
        json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "integer"}]})
    );
    assert_eq!(properties["d"]["type"], json!(["string", "number", "boolean"]));
    assert_eq!(properties["e"], json!({"type": "string", "enum": ["k"], "deprecated": true}));
    assert_eq!(schema["required"], json!(["a"]));
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn path_values_are_never_empty() {
    let made = take(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /{a}/{b}/{c}/{d}:\n    get:\n      parameters:\n      - {name: a, in: path, schema: {type: string}}\n      - {name: b, in: path, required: false, schema: {type: array, items: {type: integer}}}\n      - {name: c, in: path, schema: {type: [string, 'null'], minLength: 4}}\n      - {name: d, in: path, schema: {type: string, enum: [x]}}\n",
    );
    let schema = schema(first(&made).0);
    let properties = &schema["properties"];
    assert_eq!(properties["a"]["minLength"], 1);
    assert_eq!(properties["b"]["minItems"], 1);
    assert_eq!(properties["c"], json!({"type": "string", "minLength": 4}));
    assert_eq!(properties["d"], json!({"type": "string", "enum": ["x"]}));
    assert_eq!(schema["required"].as_array().unwrap().len(), 4);
}

#[test]
fn what_cannot_be_sent() {
    let check = |parameter: &str, status: Status, word: &str| {
        let made = take(&one(&format!("      parameters:\n      - {parameter}")));
        assert_eq!(statuses(&made), [status], "{parameter}");
        assert!(notes(&made).contains(word), "{parameter}: {}", notes(&made));
    };
    check("{in: query, schema: {type: string}}", Status::Degraded, "no name");
    check("{in: query, required: true, schema: {type: string}}", Status::Refused, "no name");
    check("{name: a, in: nowhere, schema: {type: string}}", Status::Degraded, "no place");
    check("{name: a, in: formData, required: true}", Status::Refused, "no place");
    check(
        "{name: \"a\\r\\nb\", in: header, schema: {type: string}}",
        Status::Degraded,
        "cannot be sent",
    );
    check(
        "{name: 'a b', in: cookie, required: true, schema: {type: string}}",
        Status::Refused,
        "cannot be sent",
    );
    check("{name: a, in: path, schema: {type: string}}", Status::Exposed, "no {a}");
    let list = "schema: {type: array, items: {type: object}}";
    check(&format!("{{name: a, in: query, {list}}}"), Status::Degraded, "defines no form");
    check(&format!("{{name: a, in: query, required: true, {list}}}"), Status::Exposed, "");
    check(
        &format!("{{name: a, in: query, content: {{application/json: {{{list}}}}}}}"),
        Status::Exposed,
        "",
    );
    check("{$ref: '#/components/parameters/none'}", Status::Refused, "names nothing");
    check("{name: a, in: query, style: simple, schema: {type: string}}", Status::Exposed, "style");
}
