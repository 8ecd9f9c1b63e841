//! Bodies of every media type.

use super::{compile, first, input, notes, one, schema, statuses, take};
use model::{BodyEncoding, BodyLayout, PartKind, Style};
use openapi::Status;
use serde_json::{Value, json};

fn body(document: &str) -> (model::Body, Value, Status) {
    let made = take(document);
    let (action, entry) = first(&made);
    let schema = schema(action);
    compile(&schema);
    (action.call.body.clone().expect("a body"), schema, entry.status)
}

const PET: &str = "schema: {type: object, required: [name], properties: {name: {type: string}, tag: {type: string, nullable: true}}}";

#[test]
fn members_become_arguments() {
    let (made, schema, _) = body(&one(&format!(
        "      requestBody: {{required: true, content: {{application/json: {{{PET}}}}}}}"
    )));
    assert!(matches!(&made.layout, BodyLayout::Fields(fields) if fields.len() == 2));
    assert_eq!(schema["required"], json!(["name"]));
    assert_eq!(schema["properties"]["tag"], json!({"type": ["string", "null"]}));
    assert_eq!(made.choice, None);
}

#[test]
fn an_optional_body_with_required_members_stays_whole() {
    let (made, schema, _) =
        body(&one(&format!("      requestBody: {{content: {{application/json: {{{PET}}}}}}}")));
    assert_eq!(made.layout, BodyLayout::Whole { argument: "body".into() });
    assert_eq!(schema["properties"]["body"]["required"], json!(["name"]));
    assert_eq!(schema.get("required"), None);
}

#[test]
fn only_exact_bodies_are_flattened() {
    for (what, flat) in [
        ("{type: object, properties: {a: {type: string}}}", true),
        ("{properties: {a: {type: string}}}", true),
        ("{type: object, properties: {a: {}}, additionalProperties: false}", true),
        (
            "{allOf: [{type: object, properties: {a: {}}}, {properties: {b: {}}, required: [b]}]}",
            true,
        ),
        ("{type: object, properties: {a: {}}, additionalProperties: {type: string}}", false),
        ("{type: object, properties: {a: {}}, minProperties: 1}", false),
        ("{type: object, properties: {a: {}}, anyOf: [{required: [a]}]}", false),
        ("{type: object, properties: {a: {}}, not: {required: [a]}}", false),
        ("{type: object, additionalProperties: true}", false),
        ("{type: array, items: {type: string}}", false),
        ("{oneOf: [{type: object, properties: {a: {}}}]}", false),
        ("{type: string}", false),
        ("{}", false),
    ] {
        let (made, ..) = body(&one(&format!(
            "      requestBody: {{required: true, content: {{application/json: {{schema: {what}}}}}}}"
        )));
        assert_eq!(matches!(made.layout, BodyLayout::Fields(_)), flat, "{what}");
    }
}

#[test]
fn names_that_collide() {
    let (made, schema, _) = body(&one(&format!(
        "      parameters:\n      - {{name: name, in: query, schema: {{type: string}}}}\n      - {{name: body, in: query, schema: {{type: string}}}}\n      requestBody: {{required: true, content: {{application/json: {{{PET}}}}}}}"
    )));
    let BodyLayout::Fields(fields) = &made.layout else { panic!("{made:?}") };
    assert_eq!((fields[0].argument.as_str(), fields[0].name.as_str()), ("name_body", "name"));
    assert!(schema["properties"].get("name_query").is_some());
    let (made, ..) = body(&one(
        "      parameters:\n      - {name: body, in: query, schema: {type: string}}\n      requestBody: {content: {application/json: {schema: {type: array}}}}",
    ));
    assert_eq!(made.layout, BodyLayout::Whole { argument: "body_body".into() });
}

#[test]
fn media_types_of_one_schema() {
    let (made, schema, status) = body(&one(&format!(
        "      requestBody: {{required: true, content: {{application/xml: {{{PET}}}, application/merge-patch+json: {{{PET}}}, application/json: {{{PET}}}, application/x-protobuf: {{{PET}}}}}}}"
    )));
    let types: Vec<_> = made.variants.iter().map(|one| one.media_type.as_str()).collect();
    assert_eq!(types, ["application/json", "application/merge-patch+json"]);
    assert_eq!(made.choice.as_deref(), Some("contentType"));
    assert_eq!(schema["properties"]["contentType"]["enum"], json!(types));
    assert_eq!(status, Status::Exposed, "other encodings of one body are no loss");
}

#[test]
fn yaml_is_json_unless_there_is_json() {
    let (made, ..) = body(&one(&format!(
        "      requestBody: {{content: {{application/yaml: {{{PET}}}, application/merge-patch+json: {{{PET}}}}}}}"
    )));
    assert_eq!(made.variants.len(), 1);
    assert_eq!(made.variants[0].media_type, "application/merge-patch+json");
    let (made, ..) =
        body(&one(&format!("      requestBody: {{content: {{application/yaml: {{{PET}}}}}}}")));
    assert_eq!(
        (made.variants[0].media_type.as_str(), &made.variants[0].encoding),
        ("application/yaml", &BodyEncoding::Json)
    );
}

#[test]
fn a_whole_body_is_never_null() {
    let schema = input(
        "      requestBody: {required: true, content: {application/json: {schema: {type: object, nullable: true, additionalProperties: {type: string, nullable: true}}}}}",
    );
    assert_eq!(
        schema["properties"]["body"],
        json!({"type": "object", "additionalProperties": {"type": ["string", "null"]}})
    );
}

#[test]
fn media_types_of_several_schemas() {
    let (made, schema, status) = body(&one(&format!(
        "      requestBody: {{required: true, content: {{application/json: {{{PET}}}, text/plain: {{schema: {{type: string, maxLength: 9}}}}, 'image/*': {{}}}}}}"
    )));
    assert_eq!(made.layout, BodyLayout::Tagged { argument: "body".into() });
    let types: Vec<_> = made.variants.iter().map(|one| one.media_type.as_str()).collect();
    assert_eq!(types, ["application/json", "text/plain", "image/png"]);
    let branches = schema["properties"]["body"]["oneOf"].as_array().unwrap();
    assert_eq!(branches[1]["properties"]["contentType"]["enum"], json!(["text/plain"]));
    assert_eq!(branches[1]["properties"]["content"], json!({"type": "string", "maxLength": 9}));
    assert_eq!(status, Status::Exposed);
    let validator = compile(&schema);
    assert!(validator.is_valid(&json!({"body": {"contentType": "text/plain", "content": "x"}})));
    assert!(
        !validator
            .is_valid(&json!({"body": {"contentType": "text/plain", "content": {"name": "x"}}}))
    );
    assert!(
        validator.is_valid(
            &json!({"body": {"contentType": "image/png", "content": {"base64": "aGk="}}})
        )
    );
}

#[test]
fn nothing_that_can_be_sent() {
    let made = take(&one(&format!(
        "      requestBody: {{required: true, content: {{application/cbor: {{{PET}}}}}}}"
    )));
    assert_eq!(statuses(&made), [Status::Refused]);
    let made =
        take(&one(&format!("      requestBody: {{content: {{application/cbor: {{{PET}}}}}}}")));
    assert_eq!(statuses(&made), [Status::Degraded]);
    assert!(notes(&made).contains("no media type"), "{}", notes(&made));
}

#[test]
fn urlencoded_forms() {
    let (made, schema, _) = body(&one(
        "      requestBody: {required: true, content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: string, nullable: true}, l: {type: array, items: {type: string}}, c: {type: array, items: {type: string}}, o: {type: object, properties: {x: {type: string}}}, d: {type: object}, j: {type: array}}}, encoding: {c: {explode: false}, d: {style: deepObject}, j: {contentType: application/json}}}}}",
    ));
    let BodyEncoding::Form(fields) = &made.variants[0].encoding else { panic!("{made:?}") };
    let all: Vec<_> =
        fields.iter().map(|one| (one.name.as_str(), one.style, one.explode, one.json)).collect();
    assert_eq!(
        all,
        [
            ("c", Style::Form, false, false),
            ("o", Style::Form, true, true),
            ("d", Style::DeepObject, true, false),
            ("j", Style::Form, true, true),
        ]
    );
    assert_eq!(schema["properties"]["a"], json!({"type": "string"}));
}

#[test]
fn multipart_forms() {
    let (made, schema, _) = body(&one(
        "      requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, required: [file], properties: {file: {type: string, format: binary, description: D}, files: {type: array, items: {type: string, format: binary}}, meta: {type: object}, tags: {type: array, items: {type: string}}, note: {type: string}, code: {type: string, format: byte}, pic: {}, one: {anyOf: [{type: string, format: binary}, {type: array, items: {type: string, format: binary}}]}}}, encoding: {pic: {contentType: 'image/png, image/jpeg'}}}}}",
    ));
    let BodyEncoding::Multipart(parts) = &made.variants[0].encoding else { panic!("{made:?}") };
    let all: Vec<_> = parts
        .iter()
        .map(|one| (one.name.as_str(), one.kind, one.content_type.as_deref()))
        .collect();
    assert_eq!(
        all,
        [
            ("file", PartKind::File, None),
            ("files", PartKind::Files, None),
            ("meta", PartKind::Json, None),
            ("tags", PartKind::Repeated, None),
            ("pic", PartKind::File, Some("image/png")),
            ("one", PartKind::Files, None),
        ]
    );
    let file = &schema["properties"]["file"];
    assert_eq!(file["description"], "D");
    let validator = compile(file);
    for good in [
        json!({"text": ""}),
        json!({"base64": "aGk=", "filename": "ä.txt", "contentType": "text/plain"}),
    ] {
        assert!(validator.is_valid(&good), "{good}");
    }
    for bad in [
        json!({}),
        json!({"text": "a", "base64": ""}),
        json!({"base64": "a"}),
        json!({"base64": "aGk"}),
        json!({"text": "a", "contentType": "text/plain\r\nx: y"}),
        json!({"text": "a", "filename": "a\"b"}),
        json!({"text": "a", "filename": "../x"}),
        json!("a"),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
    assert_eq!(
        schema["properties"]["pic"]["oneOf"][0]["properties"]["contentType"]["enum"],
        json!(["image/png", "image/jpeg"])
    );
    assert_eq!(schema["properties"]["code"], json!({"type": "string", "format": "byte"}));
}

#[test]
fn files_in_three_formats() {
    let (made, ..) = body(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post:\n      requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, properties: {a: {type: string, contentMediaType: image/png}, b: {type: string, contentEncoding: base64, contentMediaType: image/png}, c: {type: [string, 'null'], format: binary}}}}}}\n",
    );
    let BodyEncoding::Multipart(parts) = &made.variants[0].encoding else { panic!("{made:?}") };
    assert_eq!(
        parts
            .iter()
            .filter(|one| one.kind == PartKind::File)
            .map(|one| one.name.as_str())
            .collect::<Vec<_>>(),
        ["a", "c"]
    );
    let (made, ..) = body(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post:\n      requestBody: {content: {application/octet-stream: {}}}\n",
    );
    assert_eq!(made.variants[0].encoding, BodyEncoding::Binary);
    let (made, ..) = body(
        "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post:\n      consumes: [multipart/form-data]\n      parameters: [{name: f, in: formData, type: file, required: true}, {name: l, in: formData, type: array, items: {type: string}}]\n",
    );
    assert!(made.required);
    let BodyEncoding::Multipart(parts) = &made.variants[0].encoding else { panic!("{made:?}") };
    assert_eq!((parts[0].kind, parts[1].kind), (PartKind::File, PartKind::Repeated));
}

#[test]
fn texts() {
    let schema = input(
        "      requestBody: {required: true, content: {application/xml: {schema: {type: object, description: An order., properties: {a: {type: string}}}}}}",
    );
    assert_eq!(
        schema["properties"]["body"],
        json!({"type": "string", "description": "The whole body as application/xml text. An order."})
    );
    let schema = input(
        "      requestBody: {required: true, content: {text/plain: {schema: {type: string, minLength: 2}}}}",
    );
    assert_eq!(schema["properties"]["body"], json!({"type": "string", "minLength": 2}));
}

#[test]
fn swagger_forms() {
    let (made, schema, _) = body(
        "swagger: '2.0'\ninfo: {title: T, version: '1'}\nconsumes: [application/x-www-form-urlencoded]\npaths:\n  /x:\n    post:\n      parameters: [{name: a, in: formData, type: string, required: true, enum: [x]}, {name: l, in: formData, type: array, items: {type: string}}, {name: m, in: formData, type: array, collectionFormat: multi, items: {type: string}}]\n",
    );
    assert!(made.required);
    assert_eq!(made.variants[0].media_type, "application/x-www-form-urlencoded");
    let BodyEncoding::Form(fields) = &made.variants[0].encoding else { panic!("{made:?}") };
    assert_eq!(
        fields.iter().map(|one| (one.name.as_str(), one.explode)).collect::<Vec<_>>(),
        [("l", false)]
    );
    assert_eq!(schema["required"], json!(["a"]));
    assert_eq!(schema["properties"]["a"]["enum"], json!(["x"]));
}
