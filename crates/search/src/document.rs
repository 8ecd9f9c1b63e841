//! What is known of a tool before anyone asks for it.

use crate::text;
use serde_json::Value;

/// A tool as it is put into an index.
#[derive(Debug, Clone, Default)]
pub struct Document<'a> {
    /// Its name on the wire.
    pub name: &'a str,
    /// Its title for people, or nothing.
    pub title: &'a str,
    /// What it does.
    pub description: &'a str,
    /// The app that it belongs to, or nothing.
    pub app: &'a str,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// Its parameters; [`parameters`] reads them off a schema.
    pub parameters: Vec<Parameter>,
}

/// A parameter of a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it means.
    pub description: String,
    /// The values of its `enum`, as text.
    pub values: Vec<String>,
}

/// Where a word stands in a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The name.
    Name,
    /// The title, or the name of the app.
    Title,
    /// The description.
    Description,
    /// The name of a parameter.
    Parameter,
    /// The description of a parameter, or a value of its `enum`.
    ParameterText,
}

impl Field {
    pub(crate) const ALL: [Self; 5] =
        [Self::Name, Self::Title, Self::Description, Self::Parameter, Self::ParameterText];
}

/// Bytes of a tool's text that a model of embeddings is told: most models read no more.
const TOLD_BYTES: usize = 2_000;

/// What a model of embeddings is told of a tool: the words of its name, its title, and what it does.
#[must_use]
pub fn text_of(name: &str, title: &str, description: &str) -> String {
    let words: Vec<&str> = text::split(name).into_iter().map(|at| &name[at]).collect();
    let mut said = words.join(" ");
    for part in [title, description] {
        if !part.is_empty() {
            said.push_str(". ");
            said.push_str(part);
        }
    }
    said.truncate(said.floor_char_boundary(TOLD_BYTES));
    said
}

/// How deep [`parameters`] follows objects in objects. Below, names are those of data rather than of what is asked.
const DEPTH: usize = 2;

/// The parameters of an input schema, those of nested objects and of items among them.
#[must_use]
pub fn parameters(schema: &Value) -> Vec<Parameter> {
    let mut found = Vec::new();
    walk(schema, DEPTH, &mut found);
    found
}

fn walk(schema: &Value, depth: usize, found: &mut Vec<Parameter>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
        let values = property.get("enum").and_then(Value::as_array);
        found.push(Parameter {
            name: name.clone(),
            description: description.to_owned(),
            values: values.into_iter().flatten().filter_map(value).collect(),
        });
        if depth > 1 {
            walk(property, depth - 1, found);
            if let Some(items) = property.get("items") {
                walk(items, depth - 1, found);
            }
        }
    }
}

fn value(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
