use model::{Action, PathPart, Place, ToolName};
use openapi::{Import, Limits, NoFiles, Options, Status};
use serde_json::Value;
use std::collections::HashSet;
use upstream::{Arguments, BaseUrl, PlanError};

/// Small, so that every limit is met.
fn limits() -> Limits {
    Limits {
        document_bytes: 128 << 10,
        total_bytes: 128 << 10,
        files: 4,
        nodes: 20_000,
        alias_nodes: 20_000,
        depth: 64,
        operations: 200,
        ref_chain: 16,
        merged_members: 200,
        schema_nodes: 2_000,
        schema_target_bytes: 4 << 10,
        schema_bytes: 16 << 10,
        description_chars: 256,
        member_description_chars: 128,
        pattern_bytes: 512,
        enum_values: 200,
        ..Limits::default()
    }
}

/// Any bytes as an API description: an error that says what to do, or an import whose counts add up and whose every
/// tool is one that a client can be told of and a call can be planned for.
pub fn importer(data: &[u8]) {
    let options = Options { limits: limits(), deprecated: true, ..Options::default() };
    let first = openapi::import("fuzz.yaml", data, &mut NoFiles, &options);
    let second = openapi::import("fuzz.yaml", data, &mut NoFiles, &options);
    assert_eq!(first, second, "the same bytes come to the same");
    match first {
        Ok(import) => check(&import, &options),
        Err(error) => assert!(!error.message.trim().is_empty() && error.name == "fuzz.yaml"),
    }
}

fn check(import: &Import, options: &Options) {
    let (report, counts) = (&import.report, import.report.counts());
    assert!(!import.title.is_empty());
    let all = counts.exposed + counts.degraded + counts.excluded + counts.refused;
    assert_eq!(all, report.operations.len(), "every operation is counted once");
    assert_eq!(import.actions.len(), counts.exposed + counts.degraded);
    assert!(report.operations.len() <= options.limits.operations);
    let tools: Vec<&str> = report.operations.iter().filter_map(|one| one.tool.as_deref()).collect();
    let actions: Vec<&str> = import.actions.iter().map(|action| action.name.as_str()).collect();
    assert_eq!(tools, actions, "the report names the tools, in their order");
    assert_eq!(actions.iter().collect::<HashSet<_>>().len(), actions.len(), "names are unique");
    for one in &report.operations {
        let works = matches!(one.status, Status::Exposed | Status::Degraded);
        assert_eq!(one.tool.is_some(), works, "{one:?}");
        assert!(one.status == Status::Exposed || !one.notes.is_empty(), "{one:?} has no reason");
        for note in &one.notes {
            assert!(!note.reason.is_empty() && !note.fix.is_empty() && note.line > 0, "{note:?}");
        }
    }
    for action in &import.actions {
        check_action(action, options);
    }
}

fn check_action(action: &Action, options: &Options) {
    ToolName::new(&action.name).expect("a valid name");
    assert!(action.name.len() <= options.name_limit, "{}", action.name);
    assert!(!action.description.trim().is_empty(), "{}", action.name);
    let input = action.input_schema.get();
    assert!(input.len() <= options.limits.schema_bytes, "{}: {} bytes", action.name, input.len());
    let schema: Value = serde_json::from_str(input).expect("a schema is JSON");
    assert_eq!(schema["type"], "object", "{input}");
    for combinator in ["oneOf", "anyOf", "allOf"] {
        assert!(schema.get(combinator).is_none(), "{combinator} at the root: {input}");
    }
    if let Err(error) = upstream::Validator::compile(&action.input_schema) {
        panic!("{error}: {input}");
    }
    if let Some(output) = &action.output_schema {
        let schema: Value = serde_json::from_str(output.get()).expect("a schema is JSON");
        assert_eq!(schema["type"], "object", "{}", output.get());
        upstream::Validator::compile(output).expect("an output schema can be used");
    }
    check_call(action, &schema);
}

/// Every argument that the call takes is one that the schema shows, and the call is one that `plan` can take.
fn check_call(action: &Action, schema: &Value) {
    let call = &action.call;
    let shown = |argument: &str| schema["properties"].get(argument).is_some();
    for part in &call.path {
        if let PathPart::Parameter(index) = part {
            assert_eq!(call.parameters[*index].place, Place::Path);
        }
    }
    for parameter in &call.parameters {
        assert!(shown(&parameter.argument), "{} is not in {schema}", parameter.argument);
        let reserved =
            parameter.place == Place::Header && upstream::is_reserved_header(&parameter.name);
        assert!(!reserved, "{} is no argument's to set", parameter.name);
    }
    let base = BaseUrl::parse("https://api.example.com/v1").expect("a base URL");
    let filled: serde_json::Map<String, Value> =
        call.parameters.iter().map(|one| (one.argument.clone(), Value::from("a"))).collect();
    for arguments in ["{}".to_owned(), Value::Object(filled).to_string()] {
        let arguments = Arguments::parse(&arguments).expect("an object");
        match upstream::plan(call, &base, &arguments, [7; 16]) {
            Ok(request) => assert_eq!(request.method.as_str(), call.method),
            Err(PlanError::Definition(what)) => panic!("{what}: {call:?}"),
            Err(_) => {}
        }
    }
}
