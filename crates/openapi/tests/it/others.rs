//! What other converters get wrong, by the reference's table (`openapi-import.md`): each row is a test here.

use super::{compile, first, notes, schema, statuses, take};
use model::{BodyEncoding, BodyLayout, Place};
use openapi::Status;
use serde_json::json;

fn get(rest: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    get:\n{rest}\n")
}

#[test]
fn a_missing_operation_id_rejects_nothing() {
    let made =
        take("openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x/{id}: {get: {}}\n");
    assert_eq!(first(&made).0.name, "get_x_id");
}

#[test]
fn a_slash_in_an_operation_id_separates() {
    let made = take(&get("      operationId: repos/update-org"));
    assert_eq!(
        (first(&made).0.name.as_str(), first(&made).0.title.as_deref()),
        ("repos_update-org", Some("repos/update-org"))
    );
}

#[test]
fn long_names_do_not_count() {
    let paths: String = (0..3)
        .map(|i| format!("  /p{i}: {{get: {{operationId: {}{i}}}}}\n", "organization".repeat(6)))
        .collect();
    let text = format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n{paths}");
    let names: Vec<_> = take(&text).actions.into_iter().map(|one| one.name).collect();
    assert!(names.iter().all(|name| name.len() == 64 && !name.ends_with("_2")), "{names:?}");
}

#[test]
fn path_level_and_cookie_parameters_are_there() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    parameters: [{name: s, in: cookie, schema: {type: string}}]\n    get: {parameters: [{name: c, in: cookie, schema: {type: string}}]}\n",
    );
    let places: Vec<_> = first(&made).0.call.parameters.iter().map(|one| one.place).collect();
    assert_eq!(places, [Place::Cookie, Place::Cookie]);
}

#[test]
fn enums_items_and_formats_survive_in_parameters() {
    let made = take(&get(
        "      parameters: [{name: a, in: query, schema: {type: array, items: {type: string, format: uuid, enum: [x]}, default: []}}]",
    ));
    assert_eq!(
        schema(first(&made).0)["properties"]["a"],
        json!({"type": "array", "items": {"type": "string", "format": "uuid", "enum": ["x"]}, "default": []})
    );
}

#[test]
fn body_fields_of_any_name_survive() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post: {requestBody: {content: {application/json: {schema: {type: object, properties: {id: {type: string}, createdAt: {type: string}, responseUrl: {type: string}}}}}}}\n",
    );
    assert_eq!(
        schema(first(&made).0)["properties"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "createdAt", "responseUrl"]
    );
}

#[test]
fn a_body_behind_a_reference_is_there() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post: {requestBody: {$ref: '#/components/requestBodies/B'}}\ncomponents: {requestBodies: {B: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}}, schemas: {S: {type: object, properties: {a: {type: string}}}}}\n",
    );
    assert!(schema(first(&made).0)["properties"].get("a").is_some());
}

#[test]
fn a_recursive_body_does_not_overflow() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post: {requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/N'}}}}}\ncomponents: {schemas: {N: {type: object, properties: {kids: {type: array, items: {$ref: '#/components/schemas/N'}}, anything: {anyOf: [{$ref: '#/components/schemas/N'}, {type: string}]}}}}}\n",
    );
    let schema = schema(first(&made).0);
    assert_eq!(schema["properties"]["kids"]["items"]["$ref"], "#/$defs/N");
    assert!(!compile(&schema).is_valid(&json!({"kids": [{"kids": [{"kids": 3}]}]})));
}

#[test]
fn three_one_is_no_error() {
    let made = take(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post: {requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {a: {type: [string, 'null']}, b: {type: number, exclusiveMinimum: 0}, c: true, d: {const: 1}, e: {prefixItems: [{type: string}]}, f: {$ref: '#/components/schemas/F', maxLength: 2}}}}}}}\ncomponents: {schemas: {F: {type: string}}}\n",
    );
    let properties = schema(first(&made).0)["properties"].clone();
    assert_eq!(
        (
            properties["b"]["exclusiveMinimum"].clone(),
            properties["c"].clone(),
            properties["d"]["const"].clone()
        ),
        (json!(0), json!(true), json!(1))
    );
    assert!(
        properties["e"].get("prefixItems").is_some()
            && properties["f"].to_string().contains("maxLength"),
        "{properties}"
    );
}

#[test]
fn swagger_two_keeps_its_parameters() {
    let made = take(
        "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post:\n      consumes: [application/x-www-form-urlencoded]\n      parameters: [{name: a, in: formData, type: string}, {name: b, in: query, type: string}, {$ref: '#/parameters/c'}]\nparameters: {c: {name: c, in: header, type: string}}\n",
    );
    assert_eq!(schema(first(&made).0)["properties"].as_object().unwrap().len(), 3);
}

#[test]
fn json_variants_keep_their_media_type() {
    for media_type in [
        "application/merge-patch+json",
        "application/vnd.api+json",
        "application/json; charset=utf-8",
    ] {
        let made = take(&format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    patch: {{requestBody: {{content: {{'{media_type}': {{schema: {{type: object}}}}}}}}}}\n"
        ));
        let body = first(&made).0.call.body.clone().unwrap();
        assert_eq!(
            (body.variants[0].media_type.as_str(), &body.variants[0].encoding),
            (media_type, &BodyEncoding::Json)
        );
    }
}

#[test]
fn forms_and_uploads_are_not_missing() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post: {requestBody: {required: true, content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {To: {type: string}}}}}}}\n    put: {requestBody: {required: true, content: {application/octet-stream: {schema: {type: string, format: binary}}}}}\n    patch: {requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, properties: {f: {type: string, format: binary}}}}}}}\n",
    );
    let bodies: Vec<_> = made.actions.iter().map(|one| one.call.body.clone().unwrap()).collect();
    assert!(
        matches!(bodies[0].layout, BodyLayout::Fields(_))
            && matches!(bodies[0].variants[0].encoding, BodyEncoding::Form(_))
    );
    assert_eq!(bodies[1].variants[0].encoding, BodyEncoding::Binary);
    assert!(matches!(bodies[2].variants[0].encoding, BodyEncoding::Multipart(_)));
}

#[test]
fn accept_is_not_always_json() {
    let made = take(&get("      responses: {'200': {description: D, content: {image/png: {}}}}"));
    assert_eq!(first(&made).0.call.accept, "image/png");
}

#[test]
fn several_servers_reject_nothing() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://a.example'}, {url: 'https://b.example'}]\npaths: {/x: {get: {}}}\n",
    );
    assert_eq!(made.servers.len(), 2);
}

#[test]
fn one_bad_operation_rejects_nothing() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x: {get: {parameters: [{$ref: '#/none'}]}, put: 3, post: {}}\n  /y/../z: {get: {}}\n",
    );
    assert_eq!(statuses(&made), [Status::Refused, Status::Exposed, Status::Refused]);
    let note = &made.report.operations[0].notes[0];
    assert_eq!(
        (note.line, note.column, note.pointer.as_str()),
        (4, 27, "/paths/~1x/get/parameters/0")
    );
}

#[test]
fn a_schema_is_never_data_of_an_example() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post: {requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}, examples: {e: {value: {$ref: 'https://api.github.com/x'}}}, example: {$ref: 'https://x/'}}}}}\n",
    );
    assert_eq!((statuses(&made), notes(&made).as_str()), (vec![Status::Exposed], ""));
}
