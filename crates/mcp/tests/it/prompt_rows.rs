//! `prompts/…` and `completion/complete`, row by row.

use crate::{
    META, headers,
    mcp_rows::{body, taken},
    modern, refused,
};
use http::HeaderMap;
use mcp::{Call, Code, CompletionReference};

fn long(count: usize) -> String {
    let members: Vec<String> = (0..count).map(|at| format!("\"a{at}\":\"\"")).collect();
    members.join(",")
}

#[test]
fn lists_take_a_cursor() {
    for (params, expected) in
        [("", None), (r#""cursor":"""#, Some("")), (r#""cursor":"c""#, Some("c"))]
    {
        for method in ["prompts/list", "resources/list", "resources/templates/list"] {
            let text = body(method, params);
            let (_, request) = taken(&HeaderMap::new(), &text);
            assert_eq!(request.call.method(), method);
            let (Call::PromptsList { cursor }
            | Call::ResourcesList { cursor }
            | Call::ResourceTemplatesList { cursor }) = request.call
            else {
                panic!("{:?}", request.call)
            };
            assert_eq!(cursor.as_deref(), expected);
        }
    }
    for method in ["prompts/list", "resources/list", "resources/templates/list"] {
        let text = body(method, &format!(r#""cursor":"{}""#, "x".repeat(1025)));
        refused(&HeaderMap::new(), &text, 200, Code::InvalidParams, "1");
    }
}

#[test]
fn prompts_get() {
    let get = |params: &str, expected: &[(&str, &str)]| {
        let params = format!(r#""name":"review"{params}"#);
        let (legacy, stateless) =
            (body("prompts/get", &params), body("prompts/get", &format!("{params},{META}")));
        for (headers, text) in
            [(HeaderMap::new(), &legacy), (modern("prompts/get", "review"), &stateless)]
        {
            let Call::PromptsGet(get) = taken(&headers, text).1.call else { panic!("{text}") };
            assert_eq!(get.name, "review");
            let arguments: Vec<(&str, &str)> =
                get.arguments.iter().map(|(name, value)| (name.as_str(), value.as_ref())).collect();
            assert_eq!(arguments, expected);
        }
    };
    get("", &[]);
    get(r#","arguments":null"#, &[]);
    get(r#","arguments":{}"#, &[]);
    get(r#","arguments":{"b":"1","\u0061":"\u00e9\n","c":null}"#, &[("b", "1"), ("a", "é\n")]);
    let text = body("prompts/get", &format!(r#""name":"p","arguments":{{{}}}"#, long(64)));
    taken(&HeaderMap::new(), &text);
    for params in [
        String::new(),
        r#""name":null"#.into(),
        r#""name":7"#.into(),
        r#""name":"p","arguments":[]"#.into(),
        r#""name":"p","arguments":"{}""#.into(),
        r#""name":"p","arguments":{"a":1}"#.into(),
        r#""name":"p","arguments":{"a":["b"]}"#.into(),
        r#""name":"p","requestState":"forged""#.into(),
        r#""name":"p","inputResponses":[]"#.into(),
        format!(r#""name":"p","arguments":{{{}}}"#, long(65)),
    ] {
        refused(&HeaderMap::new(), body("prompts/get", &params), 200, Code::InvalidParams, "1");
    }
}

#[test]
fn m05_prompts_get_repeats_the_name() {
    let get = |name: &str| body("prompts/get", &format!(r#""name":"{name}",{META}"#));
    for (header, name) in [("p", "p"), (" p ", "p"), ("=?base64?w6k=?=", "é")] {
        taken(&modern("prompts/get", header), &get(name));
    }
    for (header, name) in [("", "p"), ("P", "p"), ("q", "p"), ("é", "é"), ("=?base64?w6k?=", "é")]
    {
        let answer =
            refused(&modern("prompts/get", header), get(name), 400, Code::HeaderMismatch, "1");
        assert!(answer["error"]["message"].as_str().unwrap().contains("params.name"));
    }
    let twice = headers(&[
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "prompts/get"),
        ("Mcp-Name", "p"),
        ("Mcp-Name", "p"),
    ]);
    refused(&twice, get("p"), 400, Code::HeaderMismatch, "1");
}

const PROMPT: &str = r#""ref":{"type":"ref/prompt","name":"p"}"#;

#[test]
fn completion_complete() {
    let complete = |params: &str| {
        let text = body("completion/complete", params);
        let (_, request) = taken(&HeaderMap::new(), &text);
        let Call::CompletionComplete(complete) = request.call else { panic!("{params}") };
        let reference = match complete.reference {
            CompletionReference::Prompt(name) => format!("prompt {name}"),
            CompletionReference::ResourceTemplate(uri) => format!("template {uri}"),
        };
        let context: Vec<String> =
            complete.context.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (reference, format!("{}={}", complete.argument, complete.value), context.join("&"))
    };
    let is = |reference: &str, argument: &str, context: &str| {
        (reference.to_owned(), argument.to_owned(), context.to_owned())
    };
    let argument = r#""argument":{"name":"a","value":"par"}"#;
    assert_eq!(complete(&format!("{PROMPT},{argument}")), is("prompt p", "a=par", ""));
    for context in ["null", "{}", r#"{"arguments":null}"#, r#"{"other":1}"#] {
        let params = format!(r#"{PROMPT},{argument},"context":{context}"#);
        assert_eq!(complete(&params), is("prompt p", "a=par", ""));
    }
    let params = format!(
        r#"{argument},"ref":{{"type":"ref/resource","uri":"x:/{{a}}/{{b}}","title":"t"}},"context":{{"arguments":{{"b":"1","c":"2"}}}}"#
    );
    assert_eq!(complete(&params), is("template x:/{a}/{b}", "a=par", "b=1&c=2"));
    let value = "v".repeat(1024);
    let params = format!(r#"{PROMPT},"argument":{{"name":"a","value":"{value}"}}"#);
    assert_eq!(complete(&params).1.len(), 2 + 1024);
    // No header repeats anything of it.
    let text = body("completion/complete", &format!("{PROMPT},{argument},{META}"));
    taken(&modern("completion/complete", ""), &text);
}

#[test]
fn completions_that_are_refused() {
    let argument = r#""argument":{"name":"a","value":"v"}"#;
    let uri = "x".repeat(8 * 1024 + 1);
    for params in [
        String::new(),
        PROMPT.to_owned(),
        argument.to_owned(),
        format!(r#"{argument},"ref":"p""#),
        format!(r#"{argument},"ref":{{}}"#),
        format!(r#"{argument},"ref":{{"type":"ref/tool","name":"p"}}"#),
        format!(r#"{argument},"ref":{{"type":"ref/prompt"}}"#),
        format!(r#"{argument},"ref":{{"type":"ref/prompt","uri":"p"}}"#),
        format!(r#"{argument},"ref":{{"type":"ref/resource","name":"p"}}"#),
        format!(r#"{argument},"ref":{{"type":"ref/resource","uri":"{uri}"}}"#),
        format!(r#"{PROMPT},"argument":"a""#),
        format!(r#"{PROMPT},"argument":{{"name":"a"}}"#),
        format!(r#"{PROMPT},"argument":{{"value":"a"}}"#),
        format!(r#"{PROMPT},"argument":{{"name":"a","value":1}}"#),
        format!(r#"{PROMPT},"argument":{{"name":"a","value":"{}"}}"#, "v".repeat(1025)),
        format!(r#"{PROMPT},{argument},"context":[]"#),
        format!(r#"{PROMPT},{argument},"context":{{"arguments":[]}}"#),
        format!(r#"{PROMPT},{argument},"context":{{"arguments":{{"a":1}}}}"#),
        format!(r#"{PROMPT},{argument},"context":{{"arguments":{{{}}}}}"#, long(65)),
    ] {
        let text = body("completion/complete", &params);
        refused(&HeaderMap::new(), text, 200, Code::InvalidParams, "1");
    }
}
