//! Actions as servers offer them: one row a rule.

use crate::calls::{base, content, parameter, template};
use model::{
    Action, Annotations, Body, BodyEncoding, BodyField, BodyLayout, BodyVariant, Place, RawJson,
    Source, Style, ToolSettings,
};
use serde_json::Value;
use upstream::{AdaptError, Adapted, Arguments, adapt, plan};

pub(crate) fn raw(text: &str) -> RawJson {
    RawJson::parse(text.to_owned()).expect(text)
}

pub(crate) fn action(call: model::HttpCall, input: &str, output: Option<&str>) -> Action {
    let read_only = call.is_safe();
    Action {
        name: "act".to_owned(),
        title: Some("Title".to_owned()),
        description: "Description.".to_owned(),
        input_schema: raw(input),
        output_schema: output.map(raw),
        annotations: Annotations {
            read_only,
            destructive: false,
            idempotent: false,
            open_world: true,
        },
        call,
        tags: Vec::new(),
        deprecated: false,
        scopes: Vec::new(),
        source: Source { path: "/".to_owned(), operation_id: None, pointer: String::new() },
    }
}

pub(crate) fn settings(text: &str) -> ToolSettings {
    serde_json::from_str(text).expect(text)
}

const INPUT: &str = r##"{"type":"object","properties":{"owner":{"type":"string","description":"Who."},"id":{"type":"integer"},"page":{"type":"integer","default":1},"per_page":{"type":"integer","maximum":100},"region":{"type":"string","x-mcp-header":"Region"},"filter":{"$ref":"#/$defs/filter"},"mode":{"enum":["a","b"]}},"required":["owner","id"],"dependentRequired":{"filter":["mode"]},"additionalProperties":false,"$defs":{"filter":{"type":"object","properties":{"big":{"maximum":12345678901234567890123},"deep":{"$ref":"#/$defs/deep"}}},"deep":{"type":"string"}}}"##;
const OUTPUT: &str = r#"{"type":"object","properties":{"total":{"type":["number","null"]},"items":{"type":["array","null"],"maxItems":100,"items":{"type":["object","null"],"properties":{"id":{"type":["number","null"]},"name":{"type":["string","null"]}}}},"next":{"type":["string","null"]}}}"#;

/// `GET /o/{owner}/i/{id}` with a query, a header and a JSON parameter.
fn listing() -> Action {
    let mut call = template("/o/{owner}/i/{id}");
    call.parameters.iter_mut().for_each(|one| one.required = true);
    for name in ["page", "per_page", "mode"] {
        call.parameters.push(parameter(name, Place::Query, Style::Form, true));
    }
    // Before the parameters of the path, whose numbers then move.
    call.parameters.insert(0, parameter("region", Place::Header, Style::Simple, false));
    for part in &mut call.path {
        if let model::PathPart::Parameter(number) = part {
            *number += 1;
        }
    }
    call.parameters.push(content("filter", Place::Query, "application/json"));
    action(call, INPUT, Some(OUTPUT))
}

/// `POST /o/{owner}` with members of a body and a choice of media types.
fn writing() -> Action {
    let mut call = template("/o/{owner}");
    call.method = "POST".to_owned();
    call.parameters[0].required = true;
    let field = |name: &str| BodyField { argument: name.to_owned(), name: name.to_owned() };
    let variant =
        |media_type: &str, encoding| BodyVariant { media_type: media_type.into(), encoding };
    call.body = Some(Body {
        required: true,
        layout: BodyLayout::Fields(vec![field("title"), field("text")]),
        variants: vec![
            variant("application/json", BodyEncoding::Json),
            variant("application/x-www-form-urlencoded", BodyEncoding::Form(Vec::new())),
        ],
        choice: Some("contentType".to_owned()),
    });
    let input = r#"{"type":"object","properties":{"owner":{"type":"string"},"title":{"type":"string"},"text":true,"contentType":{"enum":["application/json","application/x-www-form-urlencoded"]}},"required":["owner","title"],"additionalProperties":false}"#;
    action(call, input, None)
}

fn adapted(action: Action, text: &str) -> Adapted {
    adapt(action, &settings(text)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(action: Action, text: &str, field: &str, words: &str) {
    let error = adapt(action, &settings(text)).expect_err(text);
    assert_eq!(error.field(), field, "{text}: {error}");
    assert!(error.to_string().contains(words), "{text}: {error}");
}

fn properties(adapted: &Adapted) -> Vec<String> {
    let schema: Value = serde_json::from_str(adapted.action.input_schema.get()).unwrap();
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

fn member(adapted: &Adapted, pointer: &str) -> Value {
    let schema: Value = serde_json::from_str(adapted.action.input_schema.get()).unwrap();
    schema.pointer(pointer).cloned().unwrap_or_default()
}

/// Method, target, headers of its own and body of the request that a tool sends.
fn sent(adapted: &Adapted, arguments: &str) -> String {
    let arguments = Arguments::parse(arguments).unwrap().with(&adapted.injected);
    let request = plan(&adapted.action.call, &base(), &arguments, [7; 16]).expect("a request");
    let region = request.headers.get("region").map(|value| value.to_str().unwrap());
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    format!(
        "{} {} {} {body}",
        request.method,
        request.uri.path_and_query().unwrap(),
        region.unwrap_or("-")
    )
}

#[test]
fn nothing_set_changes_nothing() {
    for action in [listing(), writing()] {
        let same = adapted(action.clone(), "{}");
        assert_eq!(same.action, action);
        assert!(same.injected.is_empty() && same.projection.is_none() && same.pagination.is_none());
    }
}

#[test]
fn texts_and_hints() {
    let tool = adapted(
        listing(),
        r#"{"title":"T","description":"D","annotations":{"read_only":false,"destructive":true,"idempotent":true,"open_world":false}}"#,
    );
    assert_eq!((tool.action.title.as_deref(), &*tool.action.description), (Some("T"), "D"));
    let hints = tool.action.annotations;
    assert_eq!(
        (hints.read_only, hints.destructive, hints.idempotent, hints.open_world),
        (false, true, true, false)
    );
    assert_eq!(tool.action.input_schema, listing().input_schema);
    // What the description claims of an unsafe method is not passed on either.
    let mut claims = writing();
    claims.annotations.read_only = true;
    assert!(!adapted(claims, "{}").action.annotations.read_only);
    refused(writing(), r#"{"annotations":{"read_only":true}}"#, "annotations.read_only", "POST");
    refused(writing(), r#"{"cache_seconds":5}"#, "cache_seconds", "POST");
    assert_eq!(adapted(listing(), r#"{"cache_seconds":5}"#).cache_seconds, Some(5));
}

#[test]
fn renamed_arguments_keep_their_slots() {
    let tool = adapted(
        listing(),
        r#"{"arguments":{"owner":{"rename":"account","description":"Whose."},"filter":{"rename":"where"},"region":{"rename":"place"},"id":{"rename":"owner"}}}"#,
    );
    assert_eq!(
        properties(&tool),
        ["account", "owner", "page", "per_page", "place", "where", "mode"]
    );
    assert_eq!(member(&tool, "/required"), serde_json::json!(["account", "owner"]));
    assert_eq!(member(&tool, "/dependentRequired"), serde_json::json!({"where": ["mode"]}));
    assert_eq!(member(&tool, "/properties/account/description"), "Whose.");
    assert_eq!(member(&tool, "/properties/place/x-mcp-header"), "Region");
    assert!(tool.action.input_schema.get().contains("12345678901234567890123"));
    assert_eq!(
        sent(
            &tool,
            r#"{"account":"a","owner":12345678901234567890123,"place":"eu","where":{"big": 1.10}}"#
        ),
        "GET /v1/o/a/i/12345678901234567890123?filter=%7B%22big%22%3A1.10%7D eu "
    );
    let tool = adapted(
        writing(),
        r#"{"arguments":{"title":{"rename":"subject"},"contentType":{"rename":"format"},"text":{"description":"Any."}}}"#,
    );
    assert_eq!(member(&tool, "/properties/text"), serde_json::json!({"description": "Any."}));
    assert_eq!(
        sent(&tool, r#"{"owner":"o","subject":"s","format":"application/x-www-form-urlencoded"}"#),
        "POST /v1/o/o - title=s"
    );
}

#[test]
fn fixed_arguments_are_out_of_reach() {
    let tool = adapted(
        listing(),
        r#"{"arguments":{"owner":{"fixed":"acme"},"region":{"fixed":"eu"},"mode":{"hidden":true,"default":"b"},"page":{"hidden":true}}}"#,
    );
    assert_eq!(properties(&tool), ["id", "per_page", "filter"]);
    assert_eq!(member(&tool, "/required"), serde_json::json!(["id"]));
    assert_eq!(member(&tool, "/dependentRequired"), Value::Null);
    assert_eq!(member(&tool, "/additionalProperties"), Value::Bool(false));
    assert!(!tool.action.input_schema.get().contains("x-mcp-header"));
    let expected = "GET /v1/o/acme/i/7?mode=b eu ";
    assert_eq!(sent(&tool, r#"{"id":7}"#), expected);
    assert_eq!(
        ["owner", "region", "mode", "id", "per_page"].map(|name| tool.injected.hides(name)),
        [true, true, true, false, false]
    );
    // Even where nobody checked the arguments.
    assert_eq!(
        sent(&tool, r#"{"id":7,"owner":"evil","region":"us","mode":"a","page":9}"#),
        expected
    );
    let check = upstream::Validator::compile(&tool.action.input_schema).unwrap();
    for bad in [r#"{"id":7,"owner":"acme"}"#, r#"{"id":7,"page":1}"#, r#"{"id":7,"mode":"b"}"#] {
        assert!(check.check(bad).is_err(), "{bad}");
    }
}

#[test]
fn fixed_values_keep_every_byte() {
    let tool = adapted(
        listing(),
        r#"{"arguments":{"id":{"fixed":12345678901234567890123},"filter":{"fixed":{"big":1.10}},"mode":{"fixed":"a"}}}"#,
    );
    assert_eq!(
        sent(&tool, r#"{"owner":"a"}"#),
        "GET /v1/o/a/i/12345678901234567890123?mode=a&filter=%7B%22big%22%3A1.10%7D - "
    );
    assert_eq!(member(&tool, "/$defs"), Value::Null, "unused definitions go");
    let stored = serde_json::to_string(&tool).unwrap();
    assert_eq!(serde_json::from_str::<Adapted>(&stored).unwrap(), tool);
}

#[test]
fn defaults_are_for_calls_without_a_value() {
    let tool = adapted(
        listing(),
        r#"{"arguments":{"owner":{"default":"acme","rename":"who"},"page":{"default":2},"filter":{"default":{}}}}"#,
    );
    assert_eq!(member(&tool, "/required"), serde_json::json!(["id", "mode"]));
    assert_eq!(member(&tool, "/properties/who/default"), "acme");
    assert_eq!(member(&tool, "/properties/page/default"), 2);
    assert_eq!(
        sent(&tool, r#"{"id":7,"mode":"a"}"#),
        "GET /v1/o/acme/i/7?page=2&mode=a&filter=%7B%7D - "
    );
    assert_eq!(
        sent(&tool, r#"{"id":7,"mode":"a","page":3,"who":"me","filter":null}"#),
        "GET /v1/o/me/i/7?page=3&mode=a - "
    );
}

#[test]
fn hidden_parts_of_a_body_are_not_sent() {
    let tool = adapted(
        writing(),
        r#"{"arguments":{"title":{"fixed":"t"},"text":{"hidden":true},"contentType":{"hidden":true}}}"#,
    );
    assert_eq!(properties(&tool), ["owner"]);
    assert_eq!(sent(&tool, r#"{"owner":"o","text":"x"}"#), r#"POST /v1/o/o - {"title":"t"}"#);
    let whole = |required: bool| {
        let mut call = crate::calls::posting("application/json", BodyEncoding::Json);
        call.body.as_mut().unwrap().required = required;
        action(call, r#"{"type":"object","properties":{"body":{}}}"#, None)
    };
    let hide = r#"{"arguments":{"body":{"hidden":true}}}"#;
    assert_eq!(sent(&adapted(whole(false), hide), r#"{"body":1}"#), "POST /v1/things - ");
    refused(whole(true), hide, "arguments.body.hidden", "needs this argument");
}

#[test]
fn rules_that_cannot_hold() {
    let arguments = |text: &str| format!(r#"{{"arguments":{{{text}}}}}"#);
    for (rule, field, words) in [
        (r#""ownr":{"hidden":true}"#, "arguments.ownr", "there are owner, id, page"),
        (r#""owner":{"hidden":true}"#, "arguments.owner.hidden", "fixed or a default"),
        (r#""mode":{"hidden":true}"#, "arguments.mode.hidden", "\"filter\""),
        (r#""owner":{"rename":"id"}"#, "arguments.owner.rename", "another argument"),
        (
            r#""owner":{"rename":"x"},"id":{"rename":"x"}"#,
            "arguments.id.rename",
            "another argument",
        ),
        (
            r#""owner":{"fixed":"x"},"id":{"rename":"owner"}"#,
            "arguments.id.rename",
            "another argument",
        ),
        (r#""id":{"fixed":"seven"}"#, "arguments.id.fixed", "id: expected an integer"),
        (r#""per_page":{"default":101}"#, "arguments.per_page.default", "at most 100"),
        (r#""owner":{"fixed":null}"#, "arguments.owner.fixed", "expected a string"),
        (r#""mode":{"fixed":"c"}"#, "arguments.mode.fixed", "one of"),
        (r#""filter":{"fixed":{"deep":1}}"#, "arguments.filter.fixed", "filter.deep"),
        (r#""owner":{"fixed":""}"#, "arguments.owner.fixed", "owner: expected"),
        (r#""owner":{"default":".."}"#, "arguments.owner.default", "owner: expected"),
        (r#""region":{"fixed":"a\nb"}"#, "arguments.region.fixed", "region: expected"),
        (r#""owner":{"rename":"no spaces"}"#, "arguments.owner.rename", "must be 1 to 64"),
    ] {
        refused(listing(), &arguments(rule), field, words);
    }
    refused(
        writing(),
        &arguments(r#""title":{"rename":"contentType"}"#),
        "arguments.title.rename",
        "another argument",
    );
}

#[test]
fn schemas_that_speak_of_several_arguments() {
    let with = |root: &str| {
        let mut call = template("/x");
        call.parameters.push(parameter("a", Place::Query, Style::Form, true));
        call.parameters.push(parameter("b", Place::Query, Style::Form, true));
        action(call, root, None)
    };
    let tree =
        r##"{"type":"object","properties":{"a":{"type":"string"},"b":{"$ref":"#/properties/a"}}}"##;
    let tool = adapted(with(tree), r#"{"arguments":{"a":{"rename":"c"}}}"#);
    assert_eq!(member(&tool, "/properties/b/$ref"), "#/properties/c");
    refused(
        with(tree),
        r#"{"arguments":{"a":{"hidden":true}}}"#,
        "arguments",
        "\"#/properties/a\"",
    );
    let several = r#"{"type":"object","properties":{"a":{},"b":{}},"if":{"required":["a"]}}"#;
    refused(with(several), r#"{"arguments":{"a":{"hidden":true}}}"#, "arguments", "\"if\"");
    let broken = adapt(with("[]"), &ToolSettings::default());
    assert!(matches!(broken, Err(AdaptError::Schema(_))));
}

#[test]
fn output_schemas_shrink_with_the_fields() {
    let output = |text: &str| {
        let tool = adapted(listing(), text);
        tool.action.output_schema.map(|schema| schema.get().to_owned())
    };
    assert_eq!(
        output(r#"{"projection":["items[].id"]}"#).as_deref(),
        Some(
            r#"{"type":"object","properties":{"items":{"type":["array","null"],"maxItems":100,"items":{"type":["object","null"],"properties":{"id":{"type":["number","null"]}}}}}}"#
        )
    );
    let walked = output(r#"{"pagination":{"style":"page","parameter":"page","items":"items"}}"#);
    assert_eq!(walked.unwrap(), OUTPUT.replace(r#""maxItems":100,"#, ""));
    for (text, field, words) in [
        (r#"{"projection":["total","itms"]}"#, "projection[1]", "there are total, items, next"),
        (r#"{"projection":["items.id"]}"#, "projection[0]", "write [] for every item"),
        (r#"{"projection":["items[].id.x"]}"#, "projection[0]", "no fields"),
        (
            r#"{"pagination":{"style":"page","parameter":"page","items":"data"}}"#,
            "pagination.items",
            "there are total",
        ),
        (
            r#"{"pagination":{"style":"next_url","items":"items","cursor":"meta.next"}}"#,
            "pagination.cursor",
            "knows no meta",
        ),
    ] {
        refused(listing(), text, field, words);
    }
    // Without a schema nothing is known, and nothing refused.
    let mut open = listing();
    open.output_schema = None;
    let tool = adapted(open, r#"{"projection":["anything[].at.all"]}"#);
    assert!(tool.action.output_schema.is_none() && tool.projection.is_some());
}

#[test]
fn walks_have_their_arguments() {
    let paging = r#""pagination":{"style":"page","parameter":"page","size_parameter":"per_page","size":50,"items":"items"}"#;
    let tool = adapted(listing(), &format!("{{{paging}}}"));
    assert_eq!(properties(&tool), ["owner", "id", "page", "region", "filter", "mode"]);
    assert_eq!(
        sent(&tool, r#"{"owner":"a","id":1,"page":3}"#),
        "GET /v1/o/a/i/1?page=3&per_page=50 - "
    );
    let renamed =
        adapted(listing(), &format!(r#"{{"arguments":{{"page":{{"rename":"from"}}}},{paging}}}"#));
    assert_eq!(renamed.pagination.unwrap().parameter.as_deref(), Some("from"));
    // The walk may still set what callers may not.
    let hidden =
        adapted(listing(), &format!(r#"{{"arguments":{{"page":{{"hidden":true}}}},{paging}}}"#));
    assert_eq!(properties(&hidden), ["owner", "id", "region", "filter", "mode"]);
    assert_eq!(sent(&hidden, r#"{"owner":"a","id":1,"page":3}"#), "GET /v1/o/a/i/1?per_page=50 - ");
    assert!(hidden.action.call.parameters.iter().any(|one| one.argument == "page"));
    for (rule, field, words) in [
        (r#""page":{"fixed":1}"#, "pagination.parameter", "remove one"),
        (r#""per_page":{"default":1}"#, "pagination.size_parameter", "remove one"),
    ] {
        refused(listing(), &format!(r#"{{"arguments":{{{rule}}},{paging}}}"#), field, words);
    }
    refused(listing(), &format!("{{{}}}", paging.replace("50", "101")), "pagination.size", "101");
    refused(
        listing(),
        r#"{"pagination":{"style":"page","parameter":"p"}}"#,
        "pagination.parameter",
        "there are",
    );
    refused(writing(), r#"{"pagination":{"style":"link"}}"#, "pagination", "POST");
}

#[test]
fn a_template_follows_its_arguments() {
    let mut call = crate::calls::posting("application/json", BodyEncoding::Json);
    let template = r#"{"object":[["a",{"argument":"x"}],["b",{"list":[{"argument":"y"}]}],["c",{"argument":"x"}]]}"#;
    call.body.as_mut().unwrap().layout =
        BodyLayout::Template(serde_json::from_str(template).unwrap());
    let input = r#"{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"string"}}}"#;
    let rules = settings(r#"{"arguments":{"x":{"rename":"name"},"y":{"fixed":"always"}}}"#);
    let tool = adapt(action(call.clone(), input, None), &rules).unwrap();
    let arguments = Arguments::parse(r#"{"name":"n"}"#).unwrap().with(&tool.injected);
    let request = plan(&tool.action.call, &base(), &arguments, crate::calls::BOUNDARY).unwrap();
    assert_eq!(&request.body[..], br#"{"a":"n","b":["always"],"c":"n"}"#);
    let rules = settings(r#"{"arguments":{"y":{"hidden":true}}}"#);
    let tool = adapt(action(call, input, None), &rules).unwrap();
    let arguments = Arguments::parse(r#"{"x":"n"}"#).unwrap();
    let request = plan(&tool.action.call, &base(), &arguments, crate::calls::BOUNDARY).unwrap();
    assert_eq!(&request.body[..], br#"{"a":"n","c":"n"}"#);
}

#[test]
fn an_actions_own_fields_are_for_tools_that_choose_none() {
    let mut listing = listing();
    listing.call.answer.fields = vec!["total".parse().unwrap()];
    let paths = |rules: &str| {
        let tool = adapt(listing.clone(), &settings(rules)).unwrap();
        let paths = tool.projection.unwrap();
        paths.paths().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(paths("{}"), ["total"]);
    assert_eq!(paths(r#"{"projection":["items[].id"]}"#), ["items[].id"]);
}
