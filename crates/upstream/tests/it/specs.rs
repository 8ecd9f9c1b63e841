//! Every operation of real descriptions under rules made of its own arguments and fields.

use crate::adapt::raw;
use model::{Action, ArgumentRule, FieldPath, FieldStep, ToolSettings};
use openapi::{NoFiles, Options, OutputSchemas, import};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use upstream::{Validator, adapt, suggest_pagination};

const FILES: [&str; 7] = [
    "github-rest-3.0.json",
    "slack-2.0.json",
    "box-3.0.json",
    "adyen-checkout-3.1.json",
    "spotify-3.0.yaml",
    "museum-3.1.yaml",
    "okta-oauth-3.0.yaml",
];

/// The corpus; nothing, and a word about it, on a machine without it.
pub(crate) fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    let root = std::env::var_os("GATEWRIGHT_SPECS").map_or(root, PathBuf::from);
    if root.join("INDEX.md").is_file() {
        return Some(root);
    }
    assert!(std::env::var_os("CI").is_none(), "no descriptions: set GATEWRIGHT_SPECS");
    eprintln!("skipped: no descriptions at {}", root.display());
    None
}

/// The actions of a description, with output schemas whatever its size.
pub(crate) fn actions(root: &Path, file: &str) -> Vec<Action> {
    let bytes = std::fs::read(root.join(file)).expect(file);
    let output_schema = OutputSchemas { operations: usize::MAX, bytes: 64 << 10 };
    let options = Options { deprecated: true, output_schema, ..Options::default() };
    import(file, &bytes, &mut NoFiles, &options).expect(file).actions
}

/// The last field at each of six levels that a schema describes.
fn paths(schema: &Value) -> Vec<FieldPath> {
    let mut found = Vec::new();
    let mut steps = Vec::new();
    let mut at = schema;
    for _ in 0..6 {
        if let Some((name, member)) =
            at["properties"].as_object().and_then(|all| all.iter().next_back())
        {
            steps.push(FieldStep::Member(name.clone()));
            at = member;
        } else if at["items"].is_object() {
            steps.push(FieldStep::Items);
            at = &at["items"];
        } else {
            break;
        }
        found.push(steps.iter().cloned().collect());
    }
    found
}

/// A value that fits an imported output schema: every member there, lists of two.
fn example(schema: &Value) -> Value {
    let types = |kind: &str| {
        schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all[0] == kind)
    };
    if types("object") {
        let members = schema["properties"].as_object().into_iter().flatten();
        return members
            .map(|(name, member)| (name.clone(), example(member)))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    if types("array") {
        return vec![example(&schema["items"]), Value::Null].into();
    }
    if types("number") {
        7.into()
    } else if types("boolean") {
        true.into()
    } else if types("string") {
        "x".into()
    } else {
        Value::Null
    }
}

/// A rule for two arguments of three: the first of each three gets a name, the second goes.
fn rules(input: &Value) -> BTreeMap<String, ArgumentRule> {
    let is_required = |name: &str| {
        input["required"].as_array().into_iter().flatten().any(|required| required == name)
    };
    let mut rules = BTreeMap::new();
    for (index, (name, property)) in input["properties"].as_object().unwrap().iter().enumerate() {
        let any_text = property["type"] == "string"
            && !["enum", "pattern", "minLength", "maxLength"]
                .iter()
                .any(|key| property.get(key).is_some());
        let mut rule = ArgumentRule::default();
        match index % 3 {
            0 => rule.rename = Some(format!("renamed_{index}")),
            1 if !is_required(name) => rule.hidden = true,
            1 if any_text => rule.fixed = Some(raw("\"fixed\"")),
            _ => continue,
        }
        rules.insert(name.clone(), rule);
    }
    rules
}

#[test]
fn every_operation_adapts_and_projects() {
    let Some(root) = corpus() else { return };
    let (mut adapted, mut projected) = (0, 0);
    for file in FILES {
        for action in actions(&root, file) {
            let name = format!("{file} {}", action.name);
            let input: Value = serde_json::from_str(action.input_schema.get()).unwrap();
            let output: Option<Value> = action
                .output_schema
                .as_ref()
                .map(|schema| serde_json::from_str(schema.get()).unwrap());
            let settings = ToolSettings {
                arguments: rules(&input),
                projection: output.as_ref().map(paths).filter(|paths| !paths.is_empty()),
                ..ToolSettings::default()
            };
            let tool =
                adapt(action.clone(), &settings).unwrap_or_else(|error| panic!("{name}: {error}"));
            adapted += 1;
            // What differs is always told.
            let told = model::changes(&action, &tool.action);
            assert_eq!(told.is_empty(), action == tool.action, "{name}: {told:?}");
            Validator::compile(&tool.action.input_schema)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let (Some(output), Some(projection)) = (&output, &tool.projection) else { continue };
            let shrunk = tool.action.output_schema.unwrap_or_else(|| panic!("{name}: dropped"));
            assert!(shrunk.get().len() <= output.to_string().len(), "{name}");
            let whole = example(output).to_string();
            let part = projection.apply(&whole).unwrap_or_else(|| panic!("{name}: {whole}"));
            let check = Validator::compile(&shrunk).unwrap().check(&part);
            assert!(check.is_ok(), "{name}: {part} {shrunk:?} {check:?}");
            assert_eq!(projection.apply(&part).as_deref(), Some(&*part), "{name}");
            projected += 1;
        }
    }
    assert!(adapted > 1_500 && projected > 500, "{adapted} {projected}");
}

#[test]
fn proposals_for_walks_can_be_taken() {
    let Some(root) = corpus() else { return };
    let mut styles: BTreeMap<String, usize> = BTreeMap::new();
    for file in ["github-rest-3.0.json", "slack-2.0.json", "box-3.0.json", "spotify-3.0.yaml"] {
        for action in actions(&root, file) {
            let Some(pagination) = suggest_pagination(&action, None) else { continue };
            *styles.entry(format!("{file} {:?}", pagination.style)).or_default() += 1;
            let settings = ToolSettings { pagination: Some(pagination), ..ToolSettings::default() };
            let name = action.name.clone();
            adapt(action, &settings).unwrap_or_else(|error| panic!("{file} {name}: {error}"));
        }
    }
    let at_least = |key: &str, count: usize| {
        assert!(styles.get(key).is_some_and(|found| *found >= count), "{key}: {styles:?}");
    };
    at_least("github-rest-3.0.json Page", 50);
    at_least("slack-2.0.json Cursor", 5);
    at_least("box-3.0.json Cursor", 5);
    at_least("spotify-3.0.yaml Offset", 5);
}
