//! Whatever the settings are, an argument stays in its slot.

use crate::{
    adapt::{action, raw},
    calls::{base, content, parameter, template},
};
use model::{
    Action, ArgumentRule, Body, BodyEncoding, BodyField, BodyLayout, BodyVariant, Place, Style,
    ToolSettings,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use upstream::{Arguments, Request, adapt, plan};

const NAMES: [&str; 8] = ["p", "r", "q", "l", "h", "c", "f", "g"];

/// An action with an argument in every place: `p` and `r` in the path, `f` and `g` in the body.
fn everywhere() -> Action {
    let mut call = template("/v/{p}/{r}/end");
    call.method = "POST".to_owned();
    call.parameters.insert(0, parameter("q", Place::Query, Style::Form, true));
    call.parameters.insert(1, content("l", Place::Query, "application/json"));
    for part in &mut call.path {
        if let model::PathPart::Parameter(number) = part {
            *number += 2;
        }
    }
    call.parameters.push(parameter("h", Place::Header, Style::Simple, false));
    call.parameters.push(parameter("c", Place::Cookie, Style::Form, true));
    let field = |name: &str| BodyField { argument: name.to_owned(), name: name.to_owned() };
    call.body = Some(Body {
        required: false,
        layout: BodyLayout::Fields(vec![field("f"), field("g")]),
        variants: vec![BodyVariant {
            media_type: "application/json".to_owned(),
            encoding: BodyEncoding::Json,
        }],
        choice: None,
    });
    let properties: Map<String, Value> =
        NAMES.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    let schema = json!({"type": "object", "properties": properties, "required": ["p", "r"], "additionalProperties": false});
    action(call, &schema.to_string(), None)
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z.%/?&#é]{1,6}".prop_map(|text| Value::from(text).to_string()),
        "[1-9][0-9]{0,30}(\\.[0-9]{1,3})?",
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just(r#"{"a": [1.10]}"#.to_owned()),
    ]
}

/// A rule, of which a sixth is nothing.
fn rule() -> impl Strategy<Value = ArgumentRule> {
    let none = ArgumentRule::default;
    prop_oneof![
        Just(none()),
        "[p-s]{1,2}".prop_map(move |name| ArgumentRule { rename: Some(name), ..none() }),
        value().prop_map(move |value| ArgumentRule { fixed: Some(raw(&value)), ..none() }),
        value().prop_map(move |value| ArgumentRule { default: Some(raw(&value)), ..none() }),
        value().prop_map(move |value| ArgumentRule {
            default: Some(raw(&value)),
            hidden: true,
            ..none()
        }),
        Just(ArgumentRule { hidden: true, ..none() }),
    ]
}

/// What the action itself would be called with: the definition of what rules mean.
fn equivalent(
    rules: &BTreeMap<String, ArgumentRule>,
    given: &BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let mut made = Vec::new();
    for argument in NAMES {
        let rule = rules.get(argument).cloned().unwrap_or_default();
        let name = rule.rename.as_deref().unwrap_or(argument);
        let unseen = rule.fixed.is_some() || rule.hidden;
        let own = given.get(name).filter(|_| !unseen).cloned();
        let other = rule.fixed.or(rule.default).map(|value| value.get().to_owned());
        made.extend(own.or(other).map(|value| (argument.to_owned(), value)));
    }
    made
}

fn object<'a>(members: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let members: Vec<_> =
        members.into_iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    format!("{{{}}}", members.join(","))
}

fn shown(request: Result<Request, upstream::PlanError>) -> Result<String, String> {
    let request = request
        .map_err(|error| std::mem::discriminant(&error))
        .map_err(|kind| format!("{kind:?}"))?;
    Ok(format!("{} {} {:?} {:?}", request.method, request.uri, request.headers, request.body))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_argument_leaves_its_slot(
        rules in proptest::collection::btree_map(proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), rule(), 0..6),
        given in proptest::collection::btree_map("[a-s]{1,2}|p|r|q|l|h|c|f|g", value(), 0..8),
    ) {
        let action = everywhere();
        let settings = ToolSettings { arguments: rules.clone(), ..ToolSettings::default() };
        // Names that meet, and hidden parts of the path.
        let Ok(tool) = adapt(action.clone(), &settings) else { return Ok(()) };
        let text = object(&given);
        let arguments = Arguments::parse(&text).unwrap().with(&tool.injected);
        let found = shown(plan(&tool.action.call, &base(), &arguments, [7; 16]));

        let expected = equivalent(&rules, &given);
        let text = object(expected.iter().map(|(name, value)| (name, value)));
        let expected = shown(plan(&action.call, &base(), &Arguments::parse(&text).unwrap(), [7; 16]));
        prop_assert_eq!(found, expected);

        // What callers cannot give is refused where arguments are checked.
        let schema: Value = serde_json::from_str(tool.action.input_schema.get()).unwrap();
        prop_assert_eq!(&schema["additionalProperties"], &json!(false));
        for (argument, rule) in &rules {
            if rule.fixed.is_some() || rule.hidden {
                prop_assert!(schema["properties"].get(argument).is_none());
            }
        }
    }
}
