use crate::{error::Problem, schema::expanded};
use serde_json::{Value, json};

/// Characters of an argument's description.
const DESCRIPTION_CHARS_MAX: usize = 512;

/// An argument of an action, and where it is sent.
pub(crate) struct Argument<'d> {
    pub(crate) name: &'d str,
    /// What it is called on the wire.
    pub(crate) wire: &'d str,
    pub(crate) place: Place,
    /// Whether items become pairs of their own.
    pub(crate) explode: bool,
    /// In full.
    pub(crate) schema: Value,
}

/// Where an argument is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    /// A member of the body.
    Body,
    /// Where the body's template has it.
    Template,
}

impl<'d> Argument<'d> {
    /// Reads what is written beside the name: a schema, with `in`, `name` and `explode` in it.
    pub(crate) fn read(
        name: &'d str,
        written: &'d Value,
        otherwise: Place,
    ) -> Result<Self, Problem> {
        if !model::is_argument_name(name) {
            let message = "a name has 1 to 64 of A–Z, a–z, 0–9, _, . and -";
            return Err(Problem::new("", message));
        }
        let member = |name: &str| written.as_object().and_then(|members| members.get(name));
        let place = match member("in").map(Value::as_str) {
            None => otherwise,
            Some(Some("path")) => Place::Path,
            Some(Some("query")) => Place::Query,
            Some(Some("header")) => Place::Header,
            Some(Some("body")) => Place::Body,
            Some(_) => return Err(Problem::new("in", "use path, query, header or body")),
        };
        if (otherwise == Place::Template || otherwise == Place::Path) && place != otherwise {
            let message = "the path or the body has this argument already: leave `in` out";
            return Err(Problem::new("in", message));
        }
        if place == Place::Path && otherwise != Place::Path {
            return Err(Problem::new(
                "in",
                "the path does not hold it: write its name in braces there",
            ));
        }
        let wire = match member("name") {
            None => name,
            Some(Value::String(wire)) if !wire.is_empty() => wire,
            Some(_) => return Err(Problem::new("name", "a name is a text that is not empty")),
        };
        let explode = match member("explode") {
            None => true,
            Some(Value::Bool(explode)) => *explode,
            Some(_) => return Err(Problem::new("explode", "use true or false")),
        };
        let mut schema = expanded(written, "")?;
        if let Some(members) = schema.as_object_mut() {
            members.retain(|key, _| !matches!(key.as_str(), "in" | "name" | "explode"));
        }
        let described =
            schema.get("description").map_or("", |text| text.as_str().unwrap_or_default());
        let characters = described.chars().count();
        if !(1..=DESCRIPTION_CHARS_MAX).contains(&characters) {
            let message = format!("say what it means, in 1 to {DESCRIPTION_CHARS_MAX} characters");
            return Err(Problem::new("description", message));
        }
        Ok(Self { name, wire, place, explode, schema })
    }

    /// Whether its value is made of values.
    pub(crate) fn is_compound(&self) -> bool {
        let kind = self.schema.get("type");
        !kind.is_some_and(|kind| {
            let simple = |one: &Value| *one != json!("object") && *one != json!("array");
            kind.as_array().map_or_else(|| simple(kind), |many| many.iter().all(simple))
        })
    }
}
