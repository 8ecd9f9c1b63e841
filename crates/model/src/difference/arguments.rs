use super::{Changes, listed};
use crate::{Action, RawJson};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use std::collections::{BTreeMap, BTreeSet};

/// References that are followed to find a type.
const MAX_REFERENCES: usize = 8;

/// The members of a schema that are compared, in the order of the text.
#[derive(Default, Deserialize)]
pub(super) struct Schema<'a> {
    #[serde(borrow, default)]
    pub(super) properties: Members<'a>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(borrow, default, rename = "$defs")]
    definitions: Members<'a>,
}

/// Members by name, as they are written. Later ones of one name count.
pub(super) type Members<'a> = BTreeMap<String, &'a RawValue>;

impl<'a> Schema<'a> {
    /// An empty one where the text is no such schema.
    pub(super) fn read(schema: &'a RawJson) -> Self {
        serde_json::from_str(schema.get()).unwrap_or_default()
    }

    fn definition(&self, reference: &str) -> Option<&'a RawValue> {
        self.definitions.get(reference.strip_prefix("#/$defs/")?).copied()
    }

    /// A property and all definitions that it reaches, as they are written.
    fn whole(&self, name: &str) -> BTreeMap<&str, &'a str> {
        let mut found: BTreeMap<&str, &str> = BTreeMap::new();
        let mut waiting: Vec<&'a str> =
            self.properties.get(name).iter().map(|raw| raw.get()).collect();
        found.extend(waiting.first().map(|raw| ("", *raw)));
        while let Some(text) = waiting.pop() {
            for (name, definition) in &self.definitions {
                let reference = format!("\"#/$defs/{name}\"");
                if !found.contains_key(name.as_str()) && text.contains(&reference) {
                    found.insert(name, definition.get());
                    waiting.push(definition.get());
                }
            }
        }
        found
    }

    /// A property with its references followed.
    fn property(&self, name: &str) -> Value {
        let mut raw = self.properties.get(name).copied();
        for _ in 0..MAX_REFERENCES {
            let value = raw.map(|raw| serde_json::from_str::<Value>(raw.get()).unwrap_or_default());
            let Some(value) = value else { break };
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => raw = self.definition(reference),
                None => return value,
            }
        }
        Value::Null
    }
}

/// The arguments of two actions.
pub(super) fn compare(old: &Action, new: &Action, made: &mut Changes) {
    if old.input_schema == new.input_schema {
        return;
    }
    let (before, after) = (Schema::read(&old.input_schema), Schema::read(&new.input_schema));
    let is_required =
        |schema: &Schema<'_>, name: &str| schema.required.iter().any(|one| one == name);
    for name in before.properties.keys().filter(|name| !after.properties.contains_key(*name)) {
        made.add_argument(name, "is gone", true);
    }
    for name in after.properties.keys() {
        let required = is_required(&after, name);
        if !before.properties.contains_key(name) {
            let text = if required { "is new and required" } else { "is new" };
            made.add_argument(name, text, required);
            continue;
        }
        match (is_required(&before, name), required) {
            (false, true) => made.add_argument(name, "is required now", true),
            (true, false) => made.add_argument(name, "is no longer required", false),
            (true, true) | (false, false) => {}
        }
        if before.whole(name) != after.whole(name) {
            compare_property(name, &before, &after, made);
        }
    }
}

fn compare_property(name: &str, old: &Schema<'_>, new: &Schema<'_>, made: &mut Changes) {
    let (before, after) = (old.property(name), new.property(name));
    let (old_types, new_types) = (types(&before), types(&after));
    if old_types != new_types {
        let text = format!("takes {} instead of {}", words(&new_types), words(&old_types));
        let wider = new_types.is_empty()
            || (!old_types.is_empty() && old_types.iter().all(|one| new_types.contains(one)));
        made.add_argument(name, &text, !wider);
        return;
    }
    let mut told = compare_choices(name, &before, &after, made);
    for (keyword, text) in [
        ("default", "has another default"),
        ("title", "has another title"),
        ("description", "has another description"),
        ("examples", "has other examples"),
    ] {
        if before.get(keyword) != after.get(keyword) {
            made.add_argument(name, text, false);
            told = true;
        }
    }
    // What was not told yet differs in a definition, or in digits that a float does not hold.
    if !told || constraints(before) != constraints(after) {
        made.add_argument(name, "takes other values", true);
    }
}

/// What a schema says beside its texts, and what is compared on its own.
fn constraints(mut schema: Value) -> Value {
    if let Value::Object(members) = &mut schema {
        for keyword in ["default", "description", "title", "examples", "enum"] {
            members.remove(keyword);
        }
    }
    schema
}

/// The values of `enum`: whether they differ.
fn compare_choices(name: &str, old: &Value, new: &Value, made: &mut Changes) -> bool {
    let choices = |value: &Value| -> BTreeSet<String> {
        value["enum"].as_array().into_iter().flatten().map(Value::to_string).collect()
    };
    let (before, after) = (choices(old), choices(new));
    if before == after || before.is_empty() || after.is_empty() {
        if before != after {
            made.add_argument(name, "takes other values", before.is_empty());
        }
        return before != after;
    }
    let gone = listed(before.difference(&after).map(String::as_str));
    let more = listed(after.difference(&before).map(String::as_str));
    if !gone.is_empty() {
        made.add_argument(name, &format!("no longer takes {gone}"), true);
    }
    if !more.is_empty() {
        made.add_argument(name, &format!("takes {more} too"), false);
    }
    true
}

fn types(schema: &Value) -> BTreeSet<String> {
    match &schema["type"] {
        Value::String(one) => BTreeSet::from([one.clone()]),
        Value::Array(many) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}

fn words(types: &BTreeSet<String>) -> String {
    let word = |kind: &String| match kind.as_str() {
        "integer" | "array" | "object" => format!("an {kind}"),
        "boolean" => "true or false".to_owned(),
        "null" => "null".to_owned(),
        _ => format!("a {kind}"),
    };
    match types.len() {
        0 => "anything".to_owned(),
        _ => types.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}
