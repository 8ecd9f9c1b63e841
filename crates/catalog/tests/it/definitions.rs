use catalog::{ReadDefinition, read};
use serde_json::{Value, json};

const HEAD: &str = "key: crm\nname: CRM\ndescription: Customers.\nhomepage: https://crm.example\n";
const BASE: &str = "base_url: https://api.crm.example/v1\n";

fn with(actions: &str) -> Result<ReadDefinition, catalog::DefinitionError> {
    read(&format!("{HEAD}{BASE}actions:\n{actions}"))
}

fn action(members: &str) -> String {
    format!("  - key: act\n    title: Act\n    description: Acts.\n{members}")
}

#[test]
fn an_action_by_hand_is_one_like_others() {
    let read = with(&action(
        "    request: POST /users/{id}/notes?v=2\n    arguments:\n      id: {type: integer, description: Who.}\n      text: {type: string, description: What., name: note_text}\n      notify: {type: boolean, description: Whether., in: query}\n      tags: {items: string, description: Words.}\n    required: [text]\n    result: {properties: {id: string, on: {properties: {at: integer}}}, required: [id]}\n",
    ))
    .unwrap();
    let action = &read.actions[0];
    let schema: Value = serde_json::from_str(action.input_schema.get()).unwrap();
    assert_eq!(
        schema,
        json!({"type": "object", "additionalProperties": false, "required": ["text", "id"], "properties": {
            "id": {"type": "integer", "description": "Who."}, "text": {"type": "string", "description": "What."},
            "notify": {"type": "boolean", "description": "Whether."},
            "tags": {"type": "array", "items": {"type": "string"}, "description": "Words."}}})
    );
    let call = serde_json::to_value(&action.call).unwrap();
    assert_eq!(
        call["path"],
        json!([{"literal": "/users/"}, {"parameter": 0}, {"literal": "/notes?v=2"}])
    );
    assert_eq!(
        call["body"]["layout"],
        json!({"fields": [{"argument": "text", "name": "note_text"}, {"argument": "tags", "name": "tags"}]})
    );
    assert_eq!(call["answer"]["fields"], json!(["id", "on.at"]));
    let output: Value = serde_json::from_str(action.output_schema.as_ref().unwrap().get()).unwrap();
    assert_eq!(output["properties"]["id"], json!({"type": "string"}));
    assert_eq!(
        output["properties"]["on"]["properties"]["at"],
        json!({"type": ["integer", "null"]})
    );
    assert!(!action.annotations.read_only && !action.annotations.destructive);
}

#[test]
fn an_action_may_be_an_operation_of_an_api_description() {
    let api = "api:\n  openapi: 3.1.0\n  info: {title: CRM, version: '1'}\n  servers: [{url: 'https://elsewhere.example'}]\n  paths:\n    /users/{id}:\n      get:\n        operationId: getUser\n        summary: Get\n        parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n        responses: {'200': {description: ok}}\n";
    let text = |from: &str| {
        format!(
            "{HEAD}{BASE}{api}headers: {{X-Version: '2'}}\nactions:\n{}",
            action(&format!("    from: {from}\n"))
        )
    };
    let read = catalog::read(&text("getUser")).unwrap();
    let made = &read.actions[0];
    assert_eq!((made.name.as_str(), made.description.as_str()), ("act", "Acts."));
    assert_eq!((made.call.method.as_str(), made.call.server.as_deref()), ("GET", None));
    assert_eq!(made.call.headers[0].name, "X-Version");
    let error = catalog::read(&text("other")).unwrap_err();
    assert_eq!(error.field, "actions[0].from");
}

#[test]
fn what_is_wrong_is_refused_with_its_line() {
    let check = |text: &str, line: u32, field: &str| {
        let error = read(text).unwrap_err();
        assert_eq!((error.line, error.field.as_str()), (line, field), "{error}\n{text}");
    };
    check("", 1, "");
    check("key: [", 1, "");
    check(HEAD, 1, "");
    check(&HEAD.replace("crm\n", "C R M\n"), 1, "key");
    check(&format!("{HEAD}{BASE}colour: red\nactions: []\n"), 6, "colour");
    check(&format!("{HEAD}{BASE}actions: []\n"), 6, "actions");
    check(
        &format!(
            "{HEAD}base_url: http://api.crm.example\nactions:\n{}",
            action("    request: GET /\n")
        ),
        5,
        "base_url",
    );
    check(
        &format!("{HEAD}{BASE}headers: {{'A B': c}}\nactions:\n{}", action("    request: GET /\n")),
        6,
        "headers.A B",
    );
    // Plain http is for this very machine alone.
    for base in ["http://127.0.0.1:4000/v1", "http://localhost:4000"] {
        let text = format!("{HEAD}base_url: {base}\nactions:\n{}", action("    request: GET /\n"));
        assert_eq!(read(&text).map(|it| it.definition.base_url).as_deref(), Ok(base));
    }
    for homepage in ["http://127.0.0.1:4000", "http://localhost"] {
        let head = HEAD.replace("https://crm.example", homepage);
        check(&format!("{head}{BASE}actions:\n{}", action("    request: GET /\n")), 4, "homepage");
    }
    let in_action = |members: &str, line: u32, field: &str| {
        check(
            &format!("{HEAD}{BASE}actions:\n{}", action(members)),
            line,
            &format!("actions[0]{field}"),
        );
    };
    in_action("", 7, ".request");
    in_action("    request: GET users\n", 10, ".request");
    in_action("    request: FETCH /users\n", 10, ".request");
    in_action("    request: GET /a/../b\n", 10, ".request");
    in_action("    request: GET /users/{id}\n", 10, ".request");
    in_action("    request: GET /a\n    colour: red\n", 11, ".colour");
    in_action("    request: GET /a\n    scopes: [read]\n", 11, ".scopes");
    in_action("    request: GET /a\n    required: [b]\n", 11, ".required");
    in_action("    request: GET /a\n    arguments: {b: string}\n", 11, ".arguments.b.description");
    in_action(
        "    request: GET /a\n    arguments: {b: {type: text, description: B.}}\n",
        11,
        ".arguments.b.type",
    );
    in_action(
        "    request: GET /a\n    arguments: {b: {in: cookie, description: B.}}\n",
        11,
        ".arguments.b.in",
    );
    in_action("    request: POST /a\n    body: {x: {$argument: b}}\n", 11, ".body");
    in_action("    request: POST /a\n    body: {$argument: b, y: 1}\n", 11, ".body");
    in_action(
        "    request: GET /a\n    result: {properties: {id: text}}\n",
        11,
        ".result.properties.id",
    );
    in_action("    request: GET /a\n    from: b\n", 10, ".request");
}

#[test]
fn a_definition_is_bounded() {
    let long = format!(
        "{HEAD}{BASE}actions:\n{}",
        action(&format!("    request: GET /{}\n", "a".repeat(3_000)))
    );
    assert_eq!(read(&long).unwrap_err().field, "actions[0].request");
    let key = "k".repeat(60);
    let text = format!("{HEAD}{BASE}actions:\n{}", action("    request: GET /a\n"))
        .replace("crm\n", &format!("{key}\n"));
    assert!(read(&text).is_ok());
    assert_eq!(read(&text.replace("key: act", "key: acts")).unwrap_err().field, "actions[0].key");
    assert!(read(&"a: &a [*a]\n".repeat(2)).is_err());
    assert!(read(&" ".repeat(5 << 20)).is_err());
}
