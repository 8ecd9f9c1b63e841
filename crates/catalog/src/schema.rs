//! JSON Schemas as definitions abbreviate them, and what of an answer a schema names.

use crate::error::Problem;
use model::{FieldPath, FieldStep};
use serde_json::{Map, Value, json};

/// The types of JSON Schema.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "object", "array", "null"];
/// Keywords whose value is a schema.
const ONE: [&str; 6] = ["items", "additionalProperties", "not", "contains", "propertyNames", "if"];
/// Keywords whose value is a list of schemas.
const MANY: [&str; 4] = ["anyOf", "oneOf", "allOf", "prefixItems"];
/// The deepest place of a field that is chosen.
const STEPS_MAX: usize = FieldPath::MAX_STEPS;

/// The schema in full: a text is a type, with `?` behind it when `null` will do too; `properties` make an object, and `items` a
/// list.
pub(crate) fn expanded(schema: &Value, field: &str) -> Result<Value, Problem> {
    let members = match schema {
        Value::String(text) => return abbreviated(text, field),
        Value::Object(members) => members,
        Value::Bool(_) => return Ok(schema.clone()),
        Value::Null | Value::Number(_) | Value::Array(_) => {
            return Err(Problem::new(field, "a schema is an object, or the name of a type"));
        }
    };
    let mut full = Map::with_capacity(members.len() + 1);
    if !members.contains_key("type") {
        let implied = [("properties", "object"), ("items", "array")];
        if let Some((_, kind)) = implied.iter().find(|(key, _)| members.contains_key(*key)) {
            full.insert("type".to_owned(), json!(kind));
        }
    }
    for (keyword, value) in members {
        let place = if field.is_empty() { keyword.clone() } else { format!("{field}.{keyword}") };
        let value = match (keyword.as_str(), value) {
            ("type", Value::String(kind)) if !TYPES.contains(&kind.as_str()) => {
                return Err(no_type(kind, &place));
            }
            ("properties" | "$defs", Value::Object(named)) => {
                let one = |(name, schema): (&String, &Value)| {
                    Ok((name.clone(), expanded(schema, &format!("{place}.{name}"))?))
                };
                Value::Object(named.iter().map(one).collect::<Result<_, Problem>>()?)
            }
            (keyword, _) if ONE.contains(&keyword) => expanded(value, &place)?,
            (keyword, Value::Array(many)) if MANY.contains(&keyword) => {
                let one = |(at, schema)| expanded(schema, &format!("{place}[{at}]"));
                Value::Array(many.iter().enumerate().map(one).collect::<Result<_, _>>()?)
            }
            _ => value.clone(),
        };
        full.insert(keyword.clone(), value);
    }
    Ok(Value::Object(full))
}

fn abbreviated(text: &str, field: &str) -> Result<Value, Problem> {
    let (kind, or_null) = text.strip_suffix('?').map_or((text, false), |kind| (kind, true));
    if !TYPES.contains(&kind) {
        return Err(no_type(text, field));
    }
    Ok(if or_null { json!({"type": [kind, "null"]}) } else { json!({"type": kind}) })
}

fn no_type(text: &str, field: &str) -> Problem {
    Problem::new(field, format!("{text:?} is no type: use {}, or a schema", TYPES.join(", ")))
}

/// The schema of a result: whatever is not required may be `null`, since APIs answer so where their documents say nothing of it.
pub(crate) fn lenient(mut schema: Value) -> Value {
    if let Some(items) = schema.get_mut("items") {
        *items = lenient(items.take());
    }
    let required = schema.get("required").cloned().unwrap_or_default();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, property) in properties {
            let is_required =
                required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
            let inner = lenient(property.take());
            *property = if is_required { inner } else { or_null(inner) };
        }
    }
    schema
}

fn or_null(mut schema: Value) -> Value {
    if let Some(kind) = schema.get_mut("type") {
        match kind {
            Value::String(one) if one != "null" => *kind = json!([one, "null"]),
            Value::Array(many) if !many.contains(&json!("null")) => many.push(json!("null")),
            _ => {}
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    schema
}

/// The fields that a result's schema names, in order; none when it takes the whole.
pub(crate) fn fields(schema: &Value) -> Vec<FieldPath> {
    let (mut found, mut steps) = (Vec::new(), Vec::new());
    collect(schema, &mut steps, &mut found);
    found.retain(|path| !path.is_root());
    found
}

fn collect(schema: &Value, steps: &mut Vec<FieldStep>, found: &mut Vec<FieldPath>) {
    let open = schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
    let named = schema.get("properties").and_then(Value::as_object).filter(|_| !open);
    let items = schema.get("items").filter(|items| items.is_object());
    if steps.len() + 1 >= STEPS_MAX {
        found.push(steps.iter().cloned().collect());
    } else if let Some(named) = named {
        for (name, property) in named {
            steps.push(FieldStep::Member(name.clone()));
            collect(property, steps, found);
            steps.pop();
        }
    } else if let Some(items) = items.filter(|items| items.get("properties").is_some()) {
        steps.push(FieldStep::Items);
        collect(items, steps, found);
        steps.pop();
    } else {
        found.push(steps.iter().cloned().collect());
    }
}

#[cfg(test)]
mod tests {
    use super::{expanded, fields, lenient};
    use serde_json::{Value, json};

    #[test]
    fn abbreviations_are_written_out() {
        let short = json!({"properties": {"id": "string", "tags": {"items": "string?"}, "any": true}, "required": ["id"]});
        let long = json!({"type": "object", "properties": {"id": {"type": "string"},
            "tags": {"type": "array", "items": {"type": ["string", "null"]}}, "any": true}, "required": ["id"]});
        assert_eq!(expanded(&short, "x").unwrap(), long);
        let wrong = json!({"properties": {"id": "text"}});
        assert_eq!(expanded(&wrong, "x").unwrap_err().field, "x.properties.id");
        assert!(expanded(&json!(1), "x").is_err());
    }

    #[test]
    fn what_is_not_required_may_be_null() {
        let schema = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"},
            "on": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": ["string", "integer"]}}}}}});
        let expected = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"},
            "on": {"type": ["array", "null"], "items": {"type": "object",
                "properties": {"a": {"type": ["string", "integer", "null"]}}}}}});
        assert_eq!(lenient(schema), expected);
    }

    #[test]
    fn a_schema_names_fields() {
        let check = |schema: Value, expected: &[&str]| {
            let paths: Vec<String> = fields(&schema).iter().map(ToString::to_string).collect();
            assert_eq!(paths, expected, "{schema}");
        };
        let item =
            json!({"type": "object", "properties": {"id": {}, "on": {"properties": {"a.b": {}}}}});
        check(item.clone(), &["id", r"on.a\.b"]);
        check(json!({"type": "array", "items": item}), &["[].id", r"[].on.a\.b"]);
        check(
            json!({"properties": {"all": {"type": "object"}, "list": {"items": {"type": "string"}}}}),
            &["all", "list"],
        );
        check(json!({"properties": {"a": {}}, "additionalProperties": true}), &[]);
        check(json!({"type": "object"}), &[]);
    }
}
