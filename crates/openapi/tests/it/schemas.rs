//! Schemas of all formats as JSON Schema 2020-12.

use super::{compile, first, input, notes, schema, statuses, take};
use openapi::Status;
use serde_json::{Value, json};

/// The converted schema of a whole JSON body, and the notes; `components` is YAML of `components.schemas`.
fn convert(version: &str, written: &str, components: &str) -> (Value, String) {
    let made = take(&format!(
        "openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    post:\n      requestBody: {{content: {{application/json: {{schema: {{type: array, items: {written}}}}}}}}}\ncomponents: {{schemas: {{{components}}}}}\n"
    ));
    let schema = schema(first(&made).0);
    compile(&schema);
    (schema, notes(&made))
}

fn check(version: &str, written: &str, expected: Value) {
    let (schema, _) = convert(version, written, "");
    assert_eq!(schema["properties"]["body"]["items"], expected, "{version} {written}");
}

#[test]
fn three_zero() {
    check(
        "3.0.3",
        "{type: string, nullable: true, enum: [a]}",
        json!({"type": ["string", "null"], "enum": ["a", null]}),
    );
    check("3.0.3", "{nullable: true, minLength: 1}", json!({"minLength": 1}));
    check(
        "3.0.3",
        "{type: number, minimum: 1, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: false}",
        json!({"type": "number", "exclusiveMinimum": 1, "maximum": 2}),
    );
    check(
        "3.0.3",
        "{type: string, example: x, xml: {name: y}, externalDocs: {url: z}, x-foo: 1, discriminator: {propertyName: t}}",
        json!({"type": "string"}),
    );
    check(
        "3.0.3",
        "{type: object, properties: {id: {type: string, readOnly: true}, pw: {type: string, writeOnly: true}}, required: [id, pw]}",
        json!({"type": "object", "properties": {"pw": {"type": "string"}}, "required": ["pw"]}),
    );
    check(
        "3.0.3",
        "{type: array, items: [{type: string}, {type: integer}]}",
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}),
    );
    check("3.0.3", "{description: ' a '}", json!({"description": "a"}));
}

#[test]
fn three_one_survives() {
    for same in [
        json!({"type": ["string", "null"], "const": "x"}),
        json!({"type": "array", "prefixItems": [{"const": 1}, true], "items": false, "contains": {"type": "integer"}, "minContains": 1}),
        json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": false}),
        json!({"type": "object", "patternProperties": {"^x-": {"type": "string"}}, "propertyNames": {"maxLength": 4}, "unevaluatedProperties": false}),
        json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": {"required": ["c"]}}}),
        json!({"not": {"type": "null"}, "oneOf": [{"type": "string"}, {"type": "integer"}]}),
        json!({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5}),
        json!({"type": "integer", "minimum": -9223372036854776000_f64}),
        json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"}),
        json!({"enum": [1, "a", null, {"default": {"$ref": "#/none"}}]}),
    ] {
        check("3.1.0", &same.to_string(), same);
    }
    check("3.1.0", "{type: string, nullable: true}", json!({"type": ["string", "null"]}));
}

#[test]
fn long_numbers_survive() {
    let made = take(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    get:\n      parameters: [{name: a, in: query, schema: {type: integer, minimum: -9223372036854776000, maximum: 18446744073709551616}}]\n",
    );
    let text = first(&made).0.input_schema.get();
    assert!(
        text.contains("-9223372036854776000") && text.contains("18446744073709551616"),
        "{text}"
    );
}

#[test]
fn references_are_shared_or_inline() {
    let big = "Big: {type: object, properties: {a: {type: string, description: A rather long description that is worth sharing.}, b: {$ref: '#/components/schemas/Small'}}}, Small: {type: integer}";
    let (schema, _) = convert(
        "3.0.3",
        "{type: object, properties: {x: {$ref: '#/components/schemas/Big'}, y: {$ref: '#/components/schemas/Big'}, z: {$ref: '#/components/schemas/Small'}}}",
        big,
    );
    let properties = &schema["properties"]["body"]["items"]["properties"];
    assert_eq!(properties["x"], json!({"$ref": "#/$defs/Big"}));
    assert_eq!(properties["z"], json!({"type": "integer"}));
    assert_eq!(schema["$defs"]["Big"]["properties"]["b"], json!({"type": "integer"}));
    let (schema, _) = convert("3.0.3", "{$ref: '#/components/schemas/Big'}", big);
    assert_eq!(schema.get("$defs"), None);
}

#[test]
fn recursion_stays_recursion() {
    let tree = "Tree: {type: object, properties: {value: {type: string}, children: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}, A: {properties: {b: {$ref: '#/components/schemas/B'}}}, B: {properties: {a: {$ref: '#/components/schemas/A'}}}";
    let (schema, _) = convert("3.0.3", "{$ref: '#/components/schemas/Tree'}", tree);
    assert_eq!(schema["properties"]["body"]["items"], json!({"$ref": "#/$defs/Tree"}));
    assert_eq!(
        schema["$defs"]["Tree"]["properties"]["children"]["items"],
        json!({"$ref": "#/$defs/Tree"})
    );
    let (schema, _) = convert("3.1.0", "{$ref: '#/components/schemas/A'}", tree);
    assert_eq!(schema["$defs"].as_object().unwrap().len(), 2);
    let validator = compile(&schema);
    assert!(!validator.is_valid(&json!({"body": [{"b": {"a": {"b": 3}}}]})));
}

#[test]
fn siblings_of_references() {
    let component = "S: {type: string, description: Own.}";
    let (schema, _) = convert(
        "3.0.3",
        "{$ref: '#/components/schemas/S', description: Other., maxLength: 3}",
        component,
    );
    assert_eq!(
        schema["properties"]["body"]["items"],
        json!({"description": "Other.", "type": "string"})
    );
    let (schema, _) = convert("3.1.0", "{$ref: '#/components/schemas/S', maxLength: 3}", component);
    let items = &schema["properties"]["body"]["items"];
    assert!(
        !compile(items).is_valid(&json!("long")) && compile(items).is_valid(&json!("abc")),
        "{items}"
    );
}

#[test]
fn anchors_ids_and_dynamic_references() {
    let (schema, _) = convert(
        "3.1.0",
        "{type: object, properties: {a: {$ref: '#low'}, b: {$ref: 'https://example.com/high'}, c: {$dynamicRef: '#dyn'}}}",
        "L: {$anchor: low, type: integer}, H: {$id: 'https://example.com/high', type: boolean}, D: {$dynamicAnchor: dyn, type: 'null'}",
    );
    let properties = &schema["properties"]["body"]["items"]["properties"];
    assert_eq!(
        properties,
        &json!({"a": {"type": "integer"}, "b": {"type": "boolean"}, "c": {"type": "null"}})
    );
}

#[test]
fn odd_parts_are_repaired_with_a_note() {
    let repaired = |written: &str, expected: Value, word: &str| {
        let (schema, notes) = convert("3.0.3", written, "");
        assert_eq!(schema["properties"]["body"]["items"], expected, "{written}");
        assert!(notes.contains(word), "{written}: {notes}");
    };
    repaired("{type: any}", json!({}), "no JSON Schema type");
    repaired("{type: int}", json!({"type": "integer"}), "no JSON Schema type");
    repaired(
        "{type: datetime}",
        json!({"type": "string", "format": "date-time"}),
        "no JSON Schema type",
    );
    repaired(
        "{type: string, enum: [1, 2]}",
        json!({"type": "string", "enum": ["1", "2"]}),
        "not of its type",
    );
    repaired(
        "{type: string, enum: [a, 2]}",
        json!({"type": "string", "enum": ["a"]}),
        "not of its type",
    );
    repaired("{type: string, enum: []}", json!({"type": "string"}), "enum");
    repaired(
        "{type: string, minLength: -1, maxLength: '5'}",
        json!({"type": "string", "maxLength": 5}),
        "bound",
    );
    repaired(
        "{type: number, minimum: '1', multipleOf: 0}",
        json!({"type": "number", "minimum": 1}),
        "quotes",
    );
    repaired("{type: string, pattern: '['}", json!({"type": "string"}), "pattern");
    repaired("{type: string, pattern: '(?i)a'}", json!({"type": "string"}), "pattern");
    repaired(
        "{type: string, pattern: '(?!a)b'}",
        json!({"type": "string", "pattern": "(?!a)b"}),
        "looks around",
    );
    repaired(
        "{type: object, properties: {a: {type: string, required: true}}}",
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        "required",
    );
    repaired("3", json!({}), "no schema");
    repaired("{anyOf: []}", json!({}), "empty list");
    check(
        "3.0.3",
        "{type: object, required: [a, a, b]}",
        json!({"type": "object", "required": ["a", "b"]}),
    );
    check(
        "3.0.3",
        "{properties: {a: {}}, required: true}",
        json!({"type": "object", "properties": {"a": {}}}),
    );
    check(
        "3.0.3",
        "{items: {type: string}}",
        json!({"type": "array", "items": {"type": "string"}}),
    );
}

#[test]
fn a_reference_in_place_of_members_is_followed() {
    let (schema, notes) = convert(
        "3.0.3",
        "{properties: {$ref: '#/components/schemas/Ids', own: {type: string}}, required: [ids]}",
        "Ids: {ids: {type: array, items: {type: integer}}, own: {type: integer}}",
    );
    let items = &schema["properties"]["body"]["items"];
    assert_eq!(
        items["properties"],
        json!({"ids": {"type": "array", "items": {"type": "integer"}}, "own": {"type": "string"}})
    );
    assert!(notes.contains("in place of the members"), "{notes}");
}

#[test]
fn bounds_that_the_format_says_are_left_to_it() {
    check(
        "3.0.3",
        "{type: integer, format: int64, minimum: 1, maximum: 9223372036854775807}",
        json!({"type": "integer", "format": "int64", "minimum": 1}),
    );
}

#[test]
fn bounds_beyond_any_call_are_those_of_a_call() {
    check(
        "3.0.3",
        "{type: string, maxLength: 70254592}",
        json!({"type": "string", "maxLength": 524288}),
    );
    check(
        "3.0.3",
        "{type: string, maxLength: 256000}",
        json!({"type": "string", "maxLength": 256000}),
    );
}

#[test]
fn read_only_members_of_neighbors() {
    let (schema, _) = convert(
        "3.0.3",
        "{allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [id, name], properties: {name: {type: string}}}]}",
        "Base: {type: object, properties: {id: {type: string, readOnly: true}}}",
    );
    assert_eq!(schema["properties"]["body"]["items"]["allOf"][1]["required"], json!(["name"]));
}

#[test]
fn what_only_describes_is_lifted() {
    let (schema, _) = convert(
        "3.0.3",
        "{allOf: [{$ref: '#/components/schemas/S'}, {description: D}]}",
        "S: {type: string, description: Own.}",
    );
    assert_eq!(
        schema["properties"]["body"]["items"],
        json!({"description": "D", "type": "string"})
    );
}

#[test]
fn broken_references() {
    let schema = input(
        "      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {a: {type: string}, b: {$ref: '#/none'}}}}}}",
    );
    assert_eq!(schema["properties"].as_object().unwrap().len(), 1);
    let made = take(&super::one(
        "      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [b], properties: {b: {$ref: '#/none'}}}}}}",
    ));
    assert_eq!(statuses(&made), [Status::Refused]);
    assert!(
        notes(&made)
            .contains("/paths/~1x/post/requestBody/content/application~1json/schema/properties/b"),
        "{}",
        notes(&made)
    );
}

#[test]
fn data_is_never_a_reference() {
    let (schema, notes) = convert(
        "3.1.0",
        "{type: object, properties: {$ref: {type: string}, default: {type: integer}}, default: {}, example: {$ref: 'http://169.254.169.254/'}, const: {$ref: '#/x'}, x-y: {$ref: 'file:///etc/passwd'}}",
        "",
    );
    let items = &schema["properties"]["body"]["items"];
    assert_eq!(
        items["properties"],
        json!({"$ref": {"type": "string"}, "default": {"type": "integer"}})
    );
    assert_eq!(items["const"], json!({"$ref": "#/x"}));
    assert_eq!(notes, "");
}

#[test]
fn output_schemas_are_small_or_absent() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    get:\n      responses: {'200': {description: D, content: {application/json: {schema: {type: object, required: [id], additionalProperties: false, properties: {id: {type: integer, minimum: 1}, w: {type: string, writeOnly: true}, o: {allOf: [{type: object, properties: {k: {type: string, enum: [a]}}}]}, u: {oneOf: [{type: string}]}, l: {type: array, items: {type: boolean}}}}}}}}\n  /y:\n    get:\n      responses: {'200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/R'}}}}}\n  /z:\n    get:\n      responses: {'200': {description: D, content: {application/json: {schema: {type: array}}}}}\ncomponents: {schemas: {R: {type: object, properties: {r: {$ref: '#/components/schemas/R'}}}}}\n",
    );
    let schemas: Vec<_> = made
        .actions
        .iter()
        .map(|one| one.output_schema.as_ref().map(|one| one.get().to_owned()))
        .collect();
    let first: Value = serde_json::from_str(schemas[0].as_ref().unwrap()).unwrap();
    assert_eq!(
        first,
        json!({"type": "object", "properties": {
            "id": {"type": ["number", "null"]},
            "o": {"type": ["object", "null"], "properties": {"k": {"type": ["string", "null"]}}},
            "u": {},
            "l": {"type": ["array", "null"], "items": {"type": ["boolean", "null"]}},
        }})
    );
    assert_eq!(schemas[1..], [None, None], "recursive, and no object");
}
