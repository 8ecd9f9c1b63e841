//! The keywords whose values have to be checked, respelled or repaired.

use super::{
    Json,
    convert::{Converter, extent},
    json::Members,
};
use crate::{
    note::Finding,
    tree::{Node, Value},
};
use std::borrow::Cow;

impl<'t> Converter<'_, 't> {
    /// A numeric keyword; nothing for any other one.
    pub(super) fn number(
        &mut self,
        node: Node<'t>,
        key: &str,
        value: Node<'t>,
    ) -> Option<Json<'t>> {
        match key {
            // The format says it already, and a generator that takes the bound at its word makes numbers that
            // no client in JavaScript can hold.
            "minimum" | "maximum" if node.text("format") == Some("int64") && beyond_i64(value) => {
                None
            }
            "minimum" | "maximum" => {
                let exclusive =
                    if key == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
                if node.flag(exclusive) { None } else { self.numeric(value) }
            }
            "exclusiveMinimum" | "exclusiveMaximum" => match value.bool() {
                Some(true) => {
                    let bound = if key == "exclusiveMinimum" { "minimum" } else { "maximum" };
                    node.get(bound).and_then(|bound| self.numeric(bound))
                }
                Some(false) => None,
                None => self.numeric(value),
            },
            "multipleOf" => {
                let made = self.numeric(value)?;
                let Json::Number(text) = &made else { return None };
                if text.parse::<f64>().is_ok_and(|number| number > 0.0) {
                    return Some(made);
                }
                self.info(
                    value,
                    "`multipleOf` must be above 0, so it is left out",
                    "correct the number",
                );
                None
            }
            "maxLength" => self.max_length(value),
            "minLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
            | "minContains" | "maxContains" => self.count(value),
            _ => None,
        }
    }

    // A model is told what a call can carry, rather than refused when it has sent it.
    fn max_length(&mut self, value: Node<'t>) -> Option<Json<'t>> {
        let most = self.schemas.library.limits().string_chars;
        match self.count(value)? {
            Json::Number(text) if text.parse::<usize>().is_ok_and(|length| length > most) => {
                Some(Json::Number(Cow::Owned(most.to_string())))
            }
            other => Some(other),
        }
    }

    fn numeric(&mut self, value: Node<'t>) -> Option<Json<'t>> {
        match value.value() {
            Value::Number(text) => Some(Json::Number(Cow::Borrowed(text))),
            Value::String(text) if is_number(text) => {
                self.info(
                    value,
                    "a number stands in quotes here; it is read as a number",
                    "remove the quotes",
                );
                Some(Json::Number(Cow::Borrowed(text)))
            }
            Value::Null => None,
            _ => {
                self.info(value, "this bound is no number, so it is left out", "write a number");
                None
            }
        }
    }

    fn count(&mut self, value: Node<'t>) -> Option<Json<'t>> {
        let text = value.scalar()?;
        let whole = text.strip_suffix(".0").unwrap_or(text);
        if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) && is_number(whole)
        {
            // Beyond what any reader counts to.
            return Some(Json::Number(Cow::Borrowed(if whole.len() > 15 {
                "999999999999999"
            } else {
                whole
            })));
        }
        match text.parse::<f64>() {
            Ok(number) if (0.0..1e15).contains(&number) && number.fract() == 0.0 => {
                Some(Json::Number(Cow::Owned(format!("{number:.0}"))))
            }
            _ => {
                self.info(
                    value,
                    "this bound is no whole number from 0, so it is left out",
                    "correct the number",
                );
                None
            }
        }
    }

    /// A pattern that both readers of the schema can run, or nothing and a note.
    pub(super) fn pattern(&mut self, value: Node<'t>) -> Option<Json<'t>> {
        let made = self.portable(value, value.str()?)?;
        Some(Json::String(made))
    }

    fn portable(&mut self, place: Node<'t>, text: &'t str) -> Option<Cow<'t, str>> {
        let limit = self.schemas.library.limits().pattern_bytes;
        match self.schemas.patterns.portable(text, limit) {
            Ok(made) => {
                if !made.linear {
                    let shown: String = text.chars().take(60).collect();
                    let reason = format!(
                        "the pattern {shown:?} looks around, so it is not checked before the API does"
                    );
                    self.info(place, reason, "write it without look-around and back references");
                }
                let same = *made.text == *text;
                Some(if same { Cow::Borrowed(text) } else { Cow::Owned(made.text.to_string()) })
            }
            Err(why) => {
                let shown: String = text.chars().take(60).collect();
                self.info(
                    place,
                    format!("the pattern {shown:?} is left out: {why}"),
                    "write it as ECMAScript knows it, or leave the check to the API",
                );
                None
            }
        }
    }

    pub(super) fn pattern_properties(&mut self, value: Node<'t>) -> Option<Json<'t>> {
        let mut out: Members<'t> = Vec::new();
        for (key, schema) in value.members() {
            if let Some(pattern) = self.portable(schema, key) {
                let schema = self.schema(schema, &[]);
                out.push((pattern, schema));
            }
        }
        Some(Json::Object(out)).filter(|map| !map.members().is_empty())
    }

    /// Draft 7's `dependencies`, which 2020-12 has split.
    pub(super) fn dependencies(&mut self, value: Node<'t>, out: &mut Members<'t>) {
        let (mut names, mut schemas): (Members<'t>, Members<'t>) = (Vec::new(), Vec::new());
        for (key, one) in value.members() {
            if one.is_array() {
                let list = one.items().filter_map(Node::str).map(Json::string).collect();
                names.push((Cow::Borrowed(key), Json::Array(list)));
            } else {
                let schema = self.schema(one, &[]);
                schemas.push((Cow::Borrowed(key), schema));
            }
        }
        for (key, members) in [("dependentRequired", names), ("dependentSchemas", schemas)] {
            if !members.is_empty() {
                out.push((Cow::Borrowed(key), Json::Object(members)));
            }
        }
    }

    /// The values of an `enum`: each once, those that fit the type where some do.
    pub(super) fn enumeration(
        &mut self,
        node: Node<'t>,
        value: Node<'t>,
        types: &[&str],
    ) -> Option<Json<'t>> {
        let limit = self.schemas.library.limits().enum_values;
        if value.len() == 0 {
            self.info(value, "an empty or malformed `enum` is left out", "list its values");
            return None;
        }
        if extent(value, limit.saturating_add(1)) > limit.saturating_add(1) {
            let reason = format!("an `enum` of more than {limit} values is left out (enum_values)");
            self.findings.push(Finding::degrades(
                value,
                reason,
                "let the API check the value, or split the enum",
            ));
            return None;
        }
        let mut values: Vec<Json<'t>> = Vec::with_capacity(value.len());
        let fits =
            |item: &Node<'t>| types.is_empty() || types.iter().any(|kind| of_type(*item, kind));
        let fitting = value.items().filter(&fits).count();
        for item in value.items() {
            let made = if fitting > 0 && !fits(&item) {
                continue;
            } else if fitting == 0 {
                as_type(item, types)
            } else {
                Json::data(item)
            };
            if values.len() > 64 || !values.contains(&made) {
                values.push(made);
            }
        }
        if fitting < value.len() {
            self.info(
                value,
                format!(
                    "{} of the values of this `enum` are not of its type",
                    value.len() - fitting
                ),
                "write the values in the type of the schema, strings in quotes",
            );
        }
        let nullable =
            types.contains(&"null") && (node.flag("nullable") || node.flag("x-nullable"));
        if nullable && !values.contains(&Json::Null) {
            values.push(Json::Null);
        }
        if values.len() > 64 {
            dedup(&mut values);
        }
        Some(Json::Array(values))
    }
}

fn beyond_i64(value: Node<'_>) -> bool {
    value.scalar().and_then(|text| text.parse::<f64>().ok()).is_some_and(|n| n.abs() >= 9.2e18)
}

fn dedup(values: &mut Vec<Json<'_>>) {
    let mut seen = std::collections::HashSet::new();
    values.retain(|value| match value {
        Json::String(text) => seen.insert(format!("s{text}")),
        Json::Number(text) => seen.insert(format!("n{text}")),
        _ => true,
    });
}

fn of_type(item: Node<'_>, kind: &str) -> bool {
    match item.value() {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::Number(text) => kind == "number" || (kind == "integer" && whole(text)),
        Value::String(_) => kind == "string",
        Value::Array => kind == "array",
        Value::Object => kind == "object",
    }
}

fn whole(text: &str) -> bool {
    !text.contains(['.', 'e', 'E']) || text.parse::<f64>().is_ok_and(|number| number.fract() == 0.0)
}

/// A value of another type, read as it is meant.
fn as_type<'t>(item: Node<'t>, types: &[&str]) -> Json<'t> {
    match item.value() {
        Value::Number(text) if types.contains(&"string") => Json::string(text),
        Value::Bool(value) if types.contains(&"string") => {
            Json::string(if value { "true" } else { "false" })
        }
        Value::String(text)
            if types.iter().any(|kind| matches!(*kind, "integer" | "number"))
                && is_number(text) =>
        {
            Json::Number(Cow::Borrowed(text))
        }
        Value::String("true") if types.contains(&"boolean") => Json::Bool(true),
        Value::String("false") if types.contains(&"boolean") => Json::Bool(false),
        _ => Json::data(item),
    }
}

/// Whether a text is a JSON number as it stands.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && serde_json::from_str::<serde_json::Number>(text).is_ok()
}
