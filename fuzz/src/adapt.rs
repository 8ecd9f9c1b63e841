use model::{
    Action, Annotations, HttpCall, Overflow, Parameter, ParameterEncoding, PathPart, Place,
    RawJson, Source, Style, ToolSettings,
};
use serde_json::Value;
use upstream::{Adapted, Projection, Reading, Shape, Span, Validator};

/// Settings, an input schema, an output schema and an answer, each on the lines after a line `---`: whatever they are, no
/// schema of a tool says what is not true of what passes through it.
pub fn adapt(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split("\n---\n");
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let (settings, input, output, answer) = (part(), part(), part(), part());
    let Ok(settings) = serde_json::from_str::<ToolSettings>(&settings) else { return };
    let Ok(input) = RawJson::parse(input) else { return };
    let action = action(input, RawJson::parse(output).ok());
    let before = action.output_schema.clone();
    let tool = match upstream::adapt(action, &settings) {
        Ok(tool) => tool,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    check_arguments(&tool, &settings);
    if let Some(projection) = &tool.projection {
        check_answer(projection, before.as_ref(), &tool, &answer);
    }
    check_reading(&tool, answer);
}

/// An action with a query parameter for every property.
fn action(input_schema: RawJson, output_schema: Option<RawJson>) -> Action {
    let schema: Value = serde_json::from_str(input_schema.get()).unwrap_or_default();
    let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name);
    let parameter = |name: &String| Parameter {
        argument: name.clone(),
        name: name.clone(),
        place: Place::Query,
        encoding: ParameterEncoding::Style {
            style: Style::Form,
            explode: true,
            allow_reserved: false,
        },
        required: false,
    };
    let call = HttpCall {
        method: "GET".to_owned(),
        server: None,
        path: vec![PathPart::Literal("/things".to_owned())],
        parameters: names.map(parameter).collect(),
        body: None,
        accept: "application/json".to_owned(),
        headers: Vec::new(),
        answer: model::AnswerRules::default(),
        security: Vec::new(),
    };
    Action {
        name: "act".to_owned(),
        title: None,
        description: "Acts.".to_owned(),
        input_schema,
        output_schema,
        annotations: Annotations {
            read_only: true,
            destructive: false,
            idempotent: true,
            open_world: true,
        },
        call,
        tags: Vec::new(),
        deprecated: false,
        scopes: Vec::new(),
        source: Source { path: "/things".to_owned(), operation_id: None, pointer: String::new() },
    }
}

/// What callers cannot give is in no schema, and the tool can be stored.
fn check_arguments(tool: &Adapted, settings: &ToolSettings) {
    let schema: Value = serde_json::from_str(tool.action.input_schema.get()).expect("JSON");
    for (argument, rule) in &settings.arguments {
        assert_eq!(schema["additionalProperties"], Value::Bool(false));
        if rule.hidden || rule.fixed.is_some() {
            assert!(schema["properties"].get(argument).is_none(), "{argument}");
        }
    }
    let stored = serde_json::to_string(tool).expect("a tool is JSON");
    assert_eq!(&serde_json::from_str::<Adapted>(&stored).expect("a tool"), tool);
}

/// Fields of an answer that fits the action's schema fit the tool's, and are chosen once and for all.
fn check_answer(projection: &Projection, before: Option<&RawJson>, tool: &Adapted, answer: &str) {
    let Some(part) = projection.apply(answer) else { return };
    assert!(serde_json::from_str::<&serde_json::value::RawValue>(&part).is_ok(), "{part}");
    assert_eq!(projection.apply(&part).as_deref(), Some(&*part));
    let compile = |schema: Option<&RawJson>| schema.and_then(|one| Validator::compile(one).ok());
    let (before, after) = (compile(before), compile(tool.action.output_schema.as_ref()));
    if let (Some(before), Some(after)) = (before, after)
        && before.check(answer).is_ok()
    {
        let check = after.check(&part);
        assert!(check.is_ok(), "{part} {:?} {check:?}", tool.action.output_schema);
    }
}

/// Shaping keeps what it cuts, and reading on finds it again.
fn check_reading(tool: &Adapted, answer: String) {
    let full = Overflow { is_json: serde_json::from_str::<Value>(&answer).is_ok(), text: answer };
    for reading in [
        Reading::Characters(Span { offset: 1, limit: Some(3) }),
        Reading::Part("items[0]".parse().expect("a path"), Span::default()),
        Reading::Part(model::FieldPath::default(), Span { offset: 1, limit: None }),
        Reading::Search("a".to_owned(), Span::default()),
    ] {
        if let Ok(text) = upstream::read_on(&full, &reading, 100) {
            assert!(text.len() <= 400, "{text}");
        }
    }
    assert!(upstream::reading_hint("h", &full).contains("read_result"));
    let response = upstream::Response {
        status: 200,
        content_type: Some("application/json".to_owned()),
        retry_after: None,
        location: None,
        link: None,
        body: full.text.into(),
        duration: std::time::Duration::ZERO,
        bytes_out: 0,
        credential_sent: true,
    };
    let options = Shape {
        budget_tokens: 10,
        keeps_overflow: true,
        projection: tool.projection.as_ref(),
        ..Shape::default()
    };
    let outcome = upstream::shape("", response, &options);
    assert_eq!(outcome.truncated, outcome.overflow.is_some());
}
