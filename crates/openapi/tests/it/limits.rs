//! Every limit has a number, and a message that names it.

use super::{Memory, first, notes, schema, statuses};
use openapi::{Import, Limits, Options, Status, import};

fn with(
    change: impl Fn(&mut Limits),
    text: &str,
    files: &[(&str, &str)],
) -> Result<Import, String> {
    let mut options = Options::default();
    change(&mut options.limits);
    import("r.yml", text.as_bytes(), &mut Memory::of(files), &options)
        .map_err(|error| error.to_string())
}

fn document(schema: &str, components: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    post:\n      operationId: x\n      requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}\ncomponents: {{schemas: {{{components}}}}}\n"
    )
}

#[test]
fn of_the_document() {
    let text = document("{type: string}", "");
    let check = |change: &dyn Fn(&mut Limits), word: &str| {
        let error = with(change, &text, &[]).unwrap_err();
        assert!(error.contains(word), "{error}");
    };
    check(&|one| one.document_bytes = 10, "document_bytes");
    check(&|one| one.nodes = 5, "nodes");
    check(&|one| one.depth = 3, "depth");
    check(&|one| one.alias_nodes = 3, "alias_nodes");
    let two = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x: {get: {}, put: {}}\n";
    let error = with(|one| one.operations = 1, two, &[]).unwrap_err();
    assert!(error.contains("2 operations") && error.contains("r.yml:4:3"), "{error}");
    let merges = "a: &a {b: 1, c: 2}\nd: {<<: *a}\n";
    let error = with(|one| one.merged_members = 1, merges, &[]).unwrap_err();
    assert!(error.contains("merged_members"), "{error}");
}

#[test]
fn of_files() {
    let text = document("{$ref: a.yml}", "");
    let files = [
        ("a.yml", "type: object\nproperties: {b: {$ref: b.yml}}\nrequired: [b]\n"),
        ("b.yml", "type: string\n"),
    ];
    let check = |change: &dyn Fn(&mut Limits), word: &str| {
        let made = with(change, &text, &files).unwrap();
        assert_eq!(statuses(&made), [Status::Refused], "{word}");
        assert!(notes(&made).contains(word), "{}", notes(&made));
    };
    assert_eq!(statuses(&with(|_| {}, &text, &files).unwrap()), [Status::Exposed]);
    check(&|one| one.files = 1, "(files)");
    check(&|one| one.total_bytes = text.len() + 10, "(total_bytes)");
}

#[test]
fn of_references() {
    let chain: Vec<String> =
        (0..100).map(|i| format!("S{i}: {{$ref: '#/components/schemas/S{}'}}", i + 1)).collect();
    let components = format!("{}, S100: {{type: string}}", chain.join(", "));
    let text = document(
        "{type: object, required: [a], properties: {a: {$ref: '#/components/schemas/S0'}}}",
        &components,
    );
    let made = with(|_| {}, &text, &[]).unwrap();
    assert_eq!(statuses(&made), [Status::Refused]);
    assert!(notes(&made).contains("ref_chain"), "{}", notes(&made));
    assert_eq!(statuses(&with(|one| one.ref_chain = 200, &text, &[]).unwrap()), [Status::Exposed]);
}

#[test]
fn of_texts_patterns_and_values() {
    let text = document(
        "{type: object, properties: {a: {type: string, description: aaaa bbbb cccc, pattern: '^aaaaaaaaa$'}, b: {enum: [1, 2, 3]}}}",
        "",
    );
    let text = text.replace("operationId: x", "operationId: x\n      description: dddd eeee ffff");
    let made = with(
        |one| {
            one.description_chars = 10;
            one.member_description_chars = 10;
            one.pattern_bytes = 5;
            one.enum_values = 2;
        },
        &text,
        &[],
    )
    .unwrap();
    let (action, entry) = first(&made);
    let properties = schema(action)["properties"].clone();
    assert_eq!(action.description, "dddd eeee…");
    assert_eq!(properties["a"]["description"], "aaaa bbbb…");
    assert_eq!((properties["a"].get("pattern"), properties["b"].get("enum")), (None, None));
    assert_eq!(entry.status, Status::Degraded, "an enum is more than a check");
    assert!(
        notes(&made).contains("pattern_bytes") && notes(&made).contains("enum_values"),
        "{}",
        notes(&made)
    );
}

#[test]
fn of_members_and_media_types() {
    let text = document("{type: object, properties: {a: {}, b: {}, c: {}}}", "");
    let made = with(|one| one.members = 2, &text, &[]).unwrap();
    assert_eq!(statuses(&made), [Status::Refused]);
    assert!(notes(&made).contains("(members)"), "{}", notes(&made));
    let parameters = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x: {get: {parameters: [{name: a, in: query}, {name: b, in: query}, {name: c, in: query}]}}\n";
    assert_eq!(statuses(&with(|one| one.members = 2, parameters, &[]).unwrap()), [Status::Refused]);
    let media = document("{type: string}", "")
        .replace("application/json:", "text/plain: {schema: {type: string}}, application/json:");
    let made = with(|one| one.media_types = 1, &media, &[]).unwrap();
    assert_eq!(statuses(&made), [Status::Degraded]);
    assert!(notes(&made).contains("(media_types)"), "{}", notes(&made));
    let work = document("{$ref: '#/components/schemas/S0'}", &nested(5));
    let made = with(|one| one.schema_work = 10, &work, &[]).unwrap();
    assert!(notes(&made).contains("schema_work"), "{}", notes(&made));
}

/// A chain of objects, each with a required and an optional member.
fn nested(levels: usize) -> String {
    let one = |i: usize| {
        format!(
            "S{i}: {{type: object, required: [r], properties: {{r: {{type: string, description: '{}'}}, o: {{$ref: '#/components/schemas/S{}'}}, p{i}: {{type: object, properties: {{q: {{type: integer, description: '{}'}}}}}}}}}}",
            "Some words. And more of them, which are the first to go when it has to be shorter.",
            i + 1,
            "Other words. ".repeat(8)
        )
    };
    let all: Vec<String> = (0..levels).map(one).collect();
    format!("{}, S{levels}: {{type: string}}", all.join(", "))
}

#[test]
fn of_one_schema() {
    let text = document("{$ref: '#/components/schemas/S0'}", &nested(30));
    let size = |made: &Import| first(made).0.input_schema.get().len();
    let full = with(|one| one.schema_target_bytes = 1 << 20, &text, &[]).unwrap();
    let shorter = with(|one| one.schema_target_bytes = 5_000, &text, &[]).unwrap();
    assert!(size(&shorter) < size(&full) * 2 / 3, "{} {}", size(&shorter), size(&full));
    assert_eq!(
        statuses(&shorter),
        [Status::Exposed],
        "shorter words lose nothing that can be reached"
    );
    let cut = with(
        |one| {
            one.schema_target_bytes = 1_000;
            one.schema_bytes = 1_500;
        },
        &text,
        &[],
    )
    .unwrap();
    assert!(size(&cut) <= 1_500, "{}", size(&cut));
    super::compile(&schema(first(&cut).0));
    assert_eq!(statuses(&cut), [Status::Degraded]);
    assert!(notes(&cut).contains("schema_bytes: 1500"), "{}", notes(&cut));
    let nothing = with(
        |one| {
            one.schema_target_bytes = 20;
            one.schema_bytes = 20;
        },
        &text,
        &[],
    )
    .unwrap();
    assert_eq!(statuses(&nothing), [Status::Refused]);
    let nodes = with(|one| one.schema_nodes = 40, &text, &[]).unwrap();
    assert_eq!(statuses(&nodes), [Status::Degraded]);
}
