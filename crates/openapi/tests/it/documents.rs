//! Documents as wholes: files, names, rules, servers, extensions.

use super::{Memory, first, notes, schema, statuses, take, take_with};
use model::Annotations;
use openapi::{Format, Options, Rule, Status, import};
use serde_json::json;

const TWO: &str = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: {operationId: getA, tags: [x]}\n    post: {operationId: postA, deprecated: true}\n  /b/c:\n    delete: {operationId: dropC}\n";

#[test]
fn formats() {
    for (version, expected) in [
        ("swagger: '2.0'", Format::Swagger20),
        ("swagger: 2.0", Format::Swagger20),
        ("openapi: 3.0.0", Format::OpenApi30),
        ("openapi: 3.1", Format::OpenApi31),
        ("openapi: '3.2.0'", Format::OpenApi32),
    ] {
        let made = take(&format!("{version}\ninfo: {{title: T, version: '1'}}\npaths: {{}}\n"));
        assert_eq!(made.format, expected, "{version}");
        assert_eq!(made.title, "T");
    }
    let json = take(r#" {"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{}}"#);
    assert_eq!(json.format, Format::OpenApi31);
}

#[test]
fn rules_choose_operations() {
    let check = |change: &dyn Fn(&mut Options), expected: [Status; 3]| {
        let mut options = Options::default();
        change(&mut options);
        let made = take_with(TWO, &options);
        assert_eq!(statuses(&made), expected, "{options:?}");
        assert!(
            made.report
                .operations
                .iter()
                .all(|one| one.status == Status::Exposed || !one.notes.is_empty())
        );
    };
    let rule = |text: &str| vec![text.parse::<Rule>().unwrap()];
    use Status::{Excluded, Exposed};
    check(&|_| {}, [Exposed, Excluded, Exposed]);
    check(&|one| one.deprecated = true, [Exposed, Exposed, Exposed]);
    check(&|one| one.include = rule("deprecated"), [Excluded, Exposed, Excluded]);
    check(&|one| one.include = rule("tag:x"), [Exposed, Excluded, Excluded]);
    check(&|one| one.include = rule("path:/b/**"), [Excluded, Excluded, Exposed]);
    check(&|one| one.exclude = rule("method:delete"), [Exposed, Excluded, Excluded]);
    check(&|one| one.exclude = rule("operation:getA"), [Excluded, Excluded, Exposed]);
    check(&|one| one.read_only = true, [Exposed, Excluded, Excluded]);
}

#[test]
fn names_are_stable() {
    let names = |text: &str| take(text).actions.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names(TWO), ["getA", "dropC"]);
    let more = TWO.replace("paths:\n", "paths:\n  /0:\n    get: {operationId: other}\n");
    assert_eq!(names(&more), ["other", "getA", "dropC"]);
    let twins = TWO.replace("dropC", "GETa");
    let made = names(&twins);
    assert!(made[0].starts_with("getA_") && made[1].starts_with("GETa_"), "{made:?}");
    let without = names(&TWO.replace("operationId: dropC", "tags: []"));
    assert_eq!(without, ["getA", "delete_b_c"]);
}

#[test]
fn servers() {
    let check = |servers: &str, expected: &[&str]| {
        let made = take(&format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths: {{}}\nservers: {servers}\n"
        ));
        assert_eq!(made.servers, expected, "{servers}");
        made
    };
    check("[{url: 'https://a.example/v1/'}, {url: /v3}]", &["https://a.example/v1", "/v3"]);
    check(
        "[{url: 'https://{h}:{p}/x', variables: {h: {default: a.example}, p: {enum: ['1', '2'], default: '2'}}}]",
        &["https://a.example:2/x"],
    );
    check("[{url: '/'}]", &["/"]);
    check("[]", &[]);
    for bad in [
        "javascript:alert(1)",
        "https://u:p@a.example",
        "unix:/x",
        "https://{free}/x",
        "ftp://a.example",
    ] {
        let made = check(&format!("[{{url: '{bad}'}}]"), &[]);
        assert_eq!(made.report.notes.len(), 1, "{bad}");
    }
    let swagger = |text: &str, expected: &[&str]| {
        let made = take(&format!(
            "swagger: '2.0'\ninfo: {{title: T, version: '1'}}\npaths: {{}}\n{text}\n"
        ));
        assert_eq!(made.servers, expected, "{text}");
    };
    swagger("host: a.example\nbasePath: /v1\nschemes: [http, https]", &["https://a.example/v1"]);
    swagger("host: a.example\nschemes: [http]", &["http://a.example"]);
    swagger("basePath: /v1", &["/v1"]);
    swagger("", &[]);
}

#[test]
fn servers_of_one_operation() {
    let made = |server: &str, trust: &[&str]| {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nservers: [{{url: 'https://a.example/v1'}}]\npaths:\n  /x:\n    servers: [{{url: '{server}'}}]\n    get: {{}}\n"
        );
        let options = Options {
            trust_hosts: trust.iter().map(ToString::to_string).collect(),
            ..Options::default()
        };
        take_with(&text, &options)
    };
    let server = |server: &str, trust: &[&str]| {
        let made = made(server, trust);
        (first(&made).0.call.server.clone(), made.report.operations[0].notes.len())
    };
    assert_eq!(server("https://a.example/v1/", &[]), (None, 0));
    assert_eq!(server("https://a.example/v2", &[]), (Some("https://a.example/v2".into()), 0));
    assert_eq!(server("https://b.example", &[]), (Some("https://b.example".into()), 1));
    assert_eq!(server("https://b.example", &["b.example"]), (Some("https://b.example".into()), 0));
    assert_eq!(server("/v2", &[]), (Some("https://a.example/v2".into()), 0));
    assert_eq!(statuses(&made("javascript:x", &[])), [Status::Refused]);
}

#[test]
fn several_files() {
    let mut files = Memory::of(&[
        (
            "ops/get.yml",
            "operationId: getIt\nparameters:\n- $ref: ../shared/p.yml#/page\nrequestBody: {$ref: 'body.json'}\ndescription: {$ref: 'words.md'}\n",
        ),
        (
            "ops/body.json",
            r##"{"required": true, "content": {"application/json": {"schema": {"$ref": "model.yml"}}}}"##,
        ),
        (
            "ops/model.yml",
            "type: object\nproperties: {next: {$ref: '#'}, n: {$ref: '../shared/p.yml#/n~1m'}}\n",
        ),
        ("ops/words.md", "# Words\n"),
        (
            "shared/p.yml",
            "page: {name: page, in: query, schema: {type: integer}}\nn/m: {type: string}\n",
        ),
        ("item.yml", "get: {operationId: inItem, summary: S}\n"),
    ]);
    let text = "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths:\n  /x: {put: {$ref: ops/get.yml}}\n  /y: {$ref: './item.yml'}\n  /z: {get: {$ref: missing.yml}, put: {operationId: fine}}\n";
    let made = import("r.yml", text.as_bytes(), &mut files, &Options::default()).unwrap();
    assert_eq!(
        statuses(&made),
        [Status::Exposed, Status::Exposed, Status::Refused, Status::Exposed]
    );
    let (action, _) = first(&made);
    assert_eq!(action.description, "# Words");
    assert_eq!(action.source.pointer, "ops/get.yml#");
    let schema = schema(action);
    assert_eq!(schema["properties"]["next"], json!({"$ref": "#/$defs/model"}));
    assert_eq!(schema["properties"]["n"], json!({"type": "string"}));
    assert!(notes(&made).contains("missing.yml cannot be read"));
    assert!(
        files.read.iter().filter(|path| *path == "shared/p.yml").count() == 1,
        "each file is read once: {:?}",
        files.read
    );
}

#[test]
fn extensions() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: {operationId: a, x-mcp: {name: my.tool, title: My, description: Mine., annotations: {readOnlyHint: false, openWorldHint: false}}}\n    post: {x-mcp: false}\n    put: {x-mcp: {exclude: true}}\n    delete: {x-mcp: {annotations: {readOnlyHint: true}}}\n",
    );
    use Status::{Excluded, Exposed};
    assert_eq!(statuses(&made), [Exposed, Excluded, Excluded, Exposed]);
    let (action, _) = first(&made);
    assert_eq!(
        (action.name.as_str(), action.title.as_deref(), action.description.as_str()),
        ("my_tool", Some("My"), "Mine.")
    );
    assert_eq!(
        action.annotations,
        Annotations { read_only: false, destructive: false, idempotent: true, open_world: false }
    );
    assert!(!made.actions[1].call.is_safe(), "an extension cannot make a method safe");
    let options = Options { read_only: true, ..Options::default() };
    let made = take_with(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    delete: {x-mcp: {annotations: {readOnlyHint: true}}}\n",
        &options,
    );
    assert_eq!(statuses(&made), [Excluded]);
}

#[test]
fn annotations_follow_the_method() {
    let made = take(
        "openapi: 3.2.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: {}\n    put: {}\n    post: {}\n    delete: {}\n    options: {}\n    head: {}\n    patch: {}\n    trace: {}\n    query: {}\n    additionalOperations: {COPY: {}, 'NO GOOD': {}}\n",
    );
    let all: Vec<_> = made
        .actions
        .iter()
        .map(|one| {
            (
                one.call.method.as_str(),
                one.annotations.read_only,
                one.annotations.destructive,
                one.annotations.idempotent,
            )
        })
        .collect();
    assert_eq!(
        all,
        [
            ("GET", true, false, true),
            ("PUT", false, true, true),
            ("POST", false, false, false),
            ("DELETE", false, true, true),
            ("OPTIONS", true, false, true),
            ("HEAD", true, false, true),
            ("PATCH", false, true, false),
            ("TRACE", true, false, true),
            ("QUERY", true, false, true),
            ("COPY", false, false, false),
        ]
    );
    assert_eq!(made.report.counts().refused, 1);
}

#[test]
fn callbacks_and_webhooks_are_no_operations() {
    let made = take(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nwebhooks: {w: {post: {}}}\npaths:\n  x-note: {get: {}}\n  no/slash: {get: {}}\n  /a:\n    summary: not an operation\n    get: {callbacks: {c: {'{$url}': {post: {}}}}}\n",
    );
    assert_eq!(made.report.operations.len(), 1);
    assert_eq!(made.report.notes.len(), 1, "{:?}", made.report.notes);
}

#[test]
fn descriptions() {
    let check = |fields: &str, expected: &str| {
        let made = take(&format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a/b:\n    get: {{{fields}}}\n"
        ));
        assert_eq!(first(&made).0.description, expected, "{fields}");
    };
    check("", "GET /a/b");
    check("summary: Get it", "Get it");
    check("description: Long.", "Long.");
    check("summary: Get it, description: 'Get it.'", "Get it.");
    check("summary: Get it, description: Gets more.", "Get it.\n\nGets more.");
    check("summary: \"a\\u001b[31m\\u200bb\\U000E0041\"", "ab");
    let options = Options { deprecated: true, ..Options::default() };
    let made = take_with(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: {deprecated: true, summary: S}\n",
        &options,
    );
    assert_eq!(first(&made).0.description, "Deprecated. S");
}

#[test]
fn what_is_accepted() {
    let check = |content: &str, expected: &str| {
        let made = take(&format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get: {{responses: {{{content}}}}}\n"
        ));
        assert_eq!(first(&made).0.call.accept, expected, "{content}");
    };
    check("", "*/*");
    check("'204': {description: D}", "*/*");
    check("'200': {content: {text/csv: {}, application/json: {}}}", "application/json, text/csv");
    check(
        "'200': {content: {application/xml: {}, application/json: {}, application/cbor: {}}}",
        "application/json",
    );
    check("'200': {content: {application/xml: {}}}", "application/xml");
    check(
        "'200': {content: {image/png: {}}}, '400': {content: {application/problem+json: {}}}",
        "image/png, application/problem+json",
    );
    check(
        "2XX: {content: {application/hal+json: {}}}, default: {content: {text/html: {}}}",
        "application/hal+json",
    );
    check("default: {content: {text/html: {}}}", "text/html");
    check("'200': {content: {'*/*': {}}}", "*/*");
    check("'200': {content: {\"a/b\\r\\nX: y\": {}, application/json: {}}}", "application/json");
}

#[test]
fn paths_with_extras() {
    let made = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a#one:\n    get: {operationId: one}\n  /a?beta=true:\n    get: {operationId: two, parameters: [{name: beta, in: query, schema: {type: string}}]}\n  /{+p}/{id*}:\n    get: {operationId: three, parameters: [{name: p, in: path, required: true, schema: {type: string}}]}\n",
    );
    assert_eq!(statuses(&made), [Status::Exposed; 3]);
    let two = schema(&made.actions[1]);
    assert_eq!(two["required"], json!(["beta"]));
    assert_eq!(two["properties"]["beta"]["enum"], json!(["true"]));
    assert_eq!(made.actions[2].call.parameters.len(), 2);
}
