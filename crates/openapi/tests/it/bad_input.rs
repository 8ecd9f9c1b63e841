//! Group O of the security reference, and other documents that nobody should send.

use super::{Memory, first, notes, schema, statuses, take};
use openapi::{Import, Options, Status, import};
use std::time::{Duration, Instant};

/// Imports and says how long that took; debug builds on loaded machines get some grace.
fn quick(text: &str) -> Result<Import, String> {
    let start = Instant::now();
    let made = import("bad.yaml", text.as_bytes(), &mut Memory::default(), &Options::default());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    made.map_err(|error| error.to_string())
}

fn refused(text: &str, word: &str) {
    match quick(text) {
        Ok(made) => panic!("{:?}", made.report),
        Err(error) => assert!(error.contains(word), "{error} has no {word:?}"),
    }
}

/// `schemas` is YAML of component schemas; the body is the one called `A`.
fn document(schemas: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    post:\n      requestBody: {{required: true, content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}\ncomponents:\n  schemas:\n{schemas}\n"
    )
}

#[test]
fn o01_references_to_elsewhere() {
    for target in [
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//host/x",
        "../../etc/passwd",
        "\\\\host\\share",
        "gopher://x/1",
        "/etc/passwd",
        "%2e%2e/x.yml",
    ] {
        for place in [
            "/x: {$ref: 'T'}",
            "/x: {get: {$ref: 'T'}}",
            "/x: {get: {parameters: [{$ref: 'T'}]}}",
            "/x: {post: {requestBody: {$ref: 'T'}}}",
            "/x: {post: {requestBody: {required: true, content: {application/json: {schema: {$ref: 'T'}}}}}}",
        ] {
            let text = format!(
                "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  {}\n",
                place.replace('T', target)
            );
            let mut files = Memory::default();
            let made =
                import("bad.yaml", text.as_bytes(), &mut files, &Options::default()).unwrap();
            assert!(files.read.is_empty(), "{text}: {:?}", files.read);
            assert!(made.actions.is_empty(), "{text}");
            assert!(notes(&made).contains("/paths/~1x"), "{text}: {}", notes(&made));
        }
    }
}

#[test]
fn o02_cycles_and_chains() {
    for schemas in [
        "    A: {$ref: '#/components/schemas/A'}",
        "    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}",
    ] {
        let made = quick(&document(schemas)).unwrap();
        assert_eq!(statuses(&made), [Status::Refused], "{schemas}");
    }
    for schemas in [
        "    A: {type: object, properties: {a: {$ref: '#/components/schemas/A'}}}",
        "    A: {allOf: [{$ref: '#/components/schemas/B'}]}\n    B: {allOf: [{$ref: '#/components/schemas/A'}], type: object}",
        "    A: {allOf: [{$ref: '#/components/schemas/A'}, {type: object}]}",
    ] {
        let made = quick(&document(schemas)).unwrap();
        assert_eq!(statuses(&made), [Status::Exposed], "{schemas}: {}", notes(&made));
        assert!(first(&made).0.input_schema.get().contains("$defs"), "{schemas}");
    }
    let mut long = String::from("    A: {$ref: '#/components/schemas/S0'}\n");
    let mut wrapped =
        String::from("    A: {type: object, properties: {a: {$ref: '#/components/schemas/S0'}}}\n");
    for i in 0..10_000 {
        long += &format!("    S{i}: {{$ref: '#/components/schemas/S{}'}}\n", i + 1);
        wrapped += &format!(
            "    S{i}: {{allOf: [{{$ref: '#/components/schemas/S{}'}}, {{minProperties: {i}}}]}}\n",
            i + 1
        );
    }
    assert_eq!(statuses(&quick(&document(&(long + "    S10000: {}"))).unwrap()), [Status::Refused]);
    let made = quick(&document(&(wrapped + "    S10000: {}"))).unwrap();
    assert_eq!(made.report.operations.len(), 1);
}

#[test]
fn o03_fan_out() {
    for join in ["allOf", "anyOf", "oneOf"] {
        let mut schemas = String::new();
        for i in 0..30 {
            let name = if i == 0 { "A".to_owned() } else { format!("S{i}") };
            let next = format!("{{$ref: '#/components/schemas/S{}'}}", i + 1);
            schemas +=
                &format!("    {name}: {{type: object, {join}: [{}]}}\n", vec![next; 2].join(", "));
        }
        let made = quick(&document(
            &(schemas + "    S30: {type: object, properties: {x: {type: string}}}"),
        ))
        .unwrap();
        let (action, _) = first(&made);
        assert!(action.input_schema.get().len() < 10_000, "{join}");
        super::compile(&schema(action));
    }
    // Two thousand schemas, each of which reaches all others within three steps.
    let mut schemas = String::from("    A: {$ref: '#/components/schemas/S0'}\n");
    for i in 0..2_000 {
        let members = (0..30).map(|j| {
            format!("p{j}: {{$ref: '#/components/schemas/S{}'}}", (i * 7 + j * 13 + 1) % 2_000)
        });
        schemas += &format!(
            "    S{i}: {{type: object, properties: {{{}}}}}\n",
            members.collect::<Vec<_>>().join(", ")
        );
    }
    let made = quick(&document(&schemas)).unwrap();
    assert_eq!(statuses(&made), [Status::Degraded]);
    assert!(first(&made).0.input_schema.get().len() <= Options::default().limits.schema_bytes);
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..15 {
        laughs += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "));
    }
    refused(&laughs, "alias_nodes");
}

#[test]
fn o04_enormous() {
    refused(&format!("openapi: 3.0.3\n#{}", "x".repeat(50 << 20)), "document_bytes");
    let paths: String = (0..100_000).map(|i| format!("\"/p{i}\":{{\"get\":{{}}}},")).collect();
    refused(
        &format!("{{\"openapi\":\"3.0.3\",\"paths\":{{{}}}}}", paths.trim_end_matches(',')),
        "operations",
    );
    let values: String = (0..100_000).map(|i| format!("v{i}, ")).collect();
    let made = quick(&document(&format!(
        "    A: {{type: object, description: '{}', properties: {{e: {{type: string, enum: [{values}]}}}}}}",
        "word ".repeat(200_000)
    )))
    .unwrap();
    assert_eq!(statuses(&made), [Status::Degraded]);
    assert!(notes(&made).contains("enum_values"));
    assert!(first(&made).0.input_schema.get().len() < 2_000);
}

#[test]
fn o05_yaml_and_o06_json() {
    let head = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n";
    refused(&format!("{head}paths: !!python/object:os.system x\n"), "tag");
    refused(&format!("{head}paths: {{}}\npaths: {{}}\n"), "twice");
    refused(&format!("{head}paths: {{}}\n---\na: b\n"), "several");
    refused(&format!("{head}paths:\n\t/x: {{}}\n"), "YAML");
    refused(r#"{"openapi":"3.0.3","paths":{"/users":{},"/users":{}}}"#, "twice");
    refused(r#"{"openapi":"3.0.3","paths":{},"paths":{}}"#, "twice");
    let made = take(&format!(
        "{head}paths:\n  /x:\n    get:\n      parameters: [{{name: NO, in: query, schema: {{type: string, enum: [NO, y, on]}}}}]\n"
    ));
    assert_eq!(
        schema(first(&made).0)["properties"]["NO"]["enum"],
        serde_json::json!(["NO", "y", "on"])
    );
}

#[test]
fn o09_paths() {
    for path in [
        "/users/{id}/../admin",
        "/x?y={z}",
        "//evil.example/x",
        "/{",
        "/a}b",
        "/\\evil",
        "/%2e%2e/x",
    ] {
        let made = take(&format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  '{path}':\n    get: {{}}\n"
        ));
        assert_eq!(statuses(&made), [Status::Refused], "{path}");
        assert!(made.report.operations[0].notes[0].pointer.starts_with("/paths/"), "{path}");
    }
    for path in ["/{a}{b}", "/{missing}", "/{id}/{id}", "/{id*}"] {
        let made = take(&format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  '{path}':\n    get: {{}}\n"
        ));
        assert_eq!(statuses(&made), [Status::Exposed], "{path}");
        assert!(!made.report.operations[0].notes.is_empty(), "{path}");
    }
}

#[test]
fn o12_patterns() {
    for (pattern, kept) in
        [("(a+)+$", true), ("(?<=x)y", true), ("[", false), (&*"a".repeat(100 << 10), false)]
    {
        let made = take(&document(&format!(
            "    A: {{type: object, properties: {{p: {{type: string, pattern: '{pattern}'}}}}}}"
        )));
        let schema = schema(first(&made).0);
        assert_eq!(
            schema["properties"]["p"].get("pattern").is_some(),
            kept,
            "{}",
            &pattern[..pattern.len().min(20)]
        );
        assert_eq!(statuses(&made), [Status::Exposed]);
    }
}

#[test]
fn o13_hidden_words() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: \"T\\u202e\", version: '1'}\npaths:\n  /x:\n    get:\n      summary: \"S\\u200b\\U000E0069gnore\"\n      tags: [\"t\\u2066\"]\n      parameters: [{name: p, in: query, description: \"D\\u001b[2J\\ufeff\", schema: {type: string, default: \"x\\u200b\"}}]\n",
    );
    let (action, _) = first(&made);
    assert_eq!(
        (made.title.as_str(), action.description.as_str(), action.tags[0].as_str()),
        ("T", "Sgnore", "t")
    );
    assert_eq!(
        schema(action)["properties"]["p"],
        serde_json::json!({"type": "string", "description": "D"})
    );
}

#[test]
fn o14_names() {
    let ids = [
        "x".repeat(500),
        "a b".into(),
        "../../x".into(),
        "😀".into(),
        "pаypal".into(),
        "__proto__".into(),
        String::new(),
        "dup".into(),
        "dup".into(),
        "DUP".into(),
    ];
    let paths: String = ids
        .iter()
        .enumerate()
        .map(|(i, id)| format!("  /p{i}: {{get: {{operationId: '{id}'}}}}\n"))
        .collect();
    let made = take(&format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n{paths}"));
    let mut names: Vec<String> = made.actions.iter().map(|one| one.name.to_lowercase()).collect();
    assert!(made.actions.iter().all(|one| model::ToolName::new(&one.name).is_ok()), "{names:?}");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), ids.len());
}

#[test]
fn o16_other_dialects() {
    let made = take(
        "openapi: 3.1.0\njsonSchemaDialect: http://169.254.169.254/dialect\n$self: https://example.com/api\ninfo: {title: T, version: '1'}\npaths: {}\nwebhooks: {w: {post: {}}}\n",
    );
    assert!(made.report.operations.is_empty());
}

#[test]
fn o19_headers_of_mcp() {
    let made = take(&document(
        "    A: {type: object, properties: {p: {type: string, format: password, x-mcp-header: \"X\\r\\nY\"}}}",
    ));
    assert!(!first(&made).0.input_schema.get().contains("x-mcp-header"));
    // On a plain parameter it stays; never on a number, an array, a secret, twice the same, or with a bad name.
    for (parameters, kept) in [
        ("[{name: region, in: query, schema: {type: string, x-mcp-header: Region}}]", 1),
        ("[{name: n, in: query, schema: {type: integer, x-mcp-header: N}}]", 1),
        ("[{name: n, in: query, schema: {type: number, x-mcp-header: N}}]", 0),
        (
            "[{name: n, in: query, schema: {type: array, items: {type: string}, x-mcp-header: N}}]",
            0,
        ),
        ("[{name: api_key, in: query, schema: {type: string, x-mcp-header: K}}]", 0),
        ("[{name: p, in: query, schema: {type: string, format: password, x-mcp-header: P}}]", 0),
        ("[{name: n, in: query, schema: {type: string, x-mcp-header: 'a b'}}]", 0),
        ("[{name: n, in: query, schema: {type: string, x-mcp-header: ''}}]", 0),
        (
            "[{name: a, in: query, schema: {type: string, x-mcp-header: X}}, {name: b, in: query, schema: {type: string, x-mcp-header: x}}]",
            0,
        ),
    ] {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      parameters: {parameters}\n      responses: {{'200': {{description: ok}}}}\n"
        );
        let made = take(&text);
        assert_eq!(
            first(&made).0.input_schema.get().matches("x-mcp-header").count(),
            kept,
            "{parameters}"
        );
    }
}

#[test]
fn not_a_description() {
    for (text, word) in [
        ("", "empty"),
        ("hello", "no API description"),
        ("[]", "no API description"),
        ("{}", "neither"),
        ("{\"openapi\":\"3.0.3\"", "cut off"),
        ("openapi: 4.0.0\npaths: {}\n", "not read"),
        ("openapi: 3.0.3\n", "no `paths`"),
        ("type Query { a: Int }", "no API description"),
        ("<html></html>", "no API description"),
    ] {
        refused(text, word);
    }
    let error = import("x", b"\xff\xfe{", &mut Memory::default(), &Options::default()).unwrap_err();
    assert!(error.message.contains("UTF-8") && error.line == 1, "{error}");
}

/// Nonsense in every place of a description: each value of a good document in turn is replaced by odd ones.
#[test]
fn nothing_panics() {
    let good: serde_json::Value = serde_json::from_str(
        r##"{"openapi":"3.1.0","info":{"title":"T","version":"1"},"servers":[{"url":"https://{h}/","variables":{"h":{"default":"a"}}}],
        "security":[{"k":[]}],"paths":{"/a/{id}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string","pattern":"^a$"}}],
        "post":{"operationId":"o","tags":["t"],"x-mcp":{"name":"n","annotations":{}},"requestBody":{"required":true,"content":{"multipart/form-data":{
        "schema":{"allOf":[{"$ref":"#/components/schemas/S"},{"properties":{"f":{"type":"string","format":"binary"}}}]},"encoding":{"f":{"contentType":"image/png"}}},
        "application/json":{"schema":{"$ref":"#/components/schemas/S"}}}},"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/S"}}}}}}}},
        "components":{"schemas":{"S":{"type":["object","null"],"required":["a"],"properties":{"a":{"enum":["x",1],"minimum":1,"default":2},"b":{"type":"array","items":{"$ref":"#/components/schemas/S"}}},"additionalProperties":false}},
        "securitySchemes":{"k":{"type":"apiKey","in":"header","name":"X"}}}}"##,
    )
    .unwrap();
    let mut pointers = vec![String::new()];
    let mut at = 0;
    while at < pointers.len() {
        let here = pointers[at].clone();
        match good.pointer(&here).unwrap() {
            serde_json::Value::Object(members) => {
                pointers.extend(
                    members
                        .keys()
                        .map(|key| format!("{here}/{}", key.replace('~', "~0").replace('/', "~1"))),
                );
            }
            serde_json::Value::Array(items) => {
                pointers.extend((0..items.len()).map(|i| format!("{here}/{i}")))
            }
            _ => {}
        }
        at += 1;
    }
    assert!(pointers.len() > 80);
    for pointer in &pointers {
        for odd in [
            "null",
            "true",
            "0",
            "-1e400",
            "\"\"",
            "\"#/\"",
            "[]",
            "{}",
            "[[{}]]",
            r##"{"$ref":"#"}"##,
            r#"{"":{"":""}}"#,
        ] {
            let mut document = good.clone();
            *document.pointer_mut(pointer).unwrap() =
                serde_json::from_str(odd).unwrap_or(serde_json::Value::Null);
            let bytes = serde_json::to_vec(&document).unwrap();
            if let Ok(made) = import("x", &bytes, &mut Memory::default(), &Options::default()) {
                let counts = made.report.counts();
                let all = counts.exposed + counts.degraded + counts.excluded + counts.refused;
                assert_eq!(all, made.report.operations.len());
                for action in &made.actions {
                    super::compile(&schema(action));
                }
            }
        }
    }
}
