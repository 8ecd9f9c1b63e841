use super::{
    AdaptError,
    names::{Fate, Names},
};
use crate::{
    Validator,
    json::{Json, each_schema},
    projection::keep_reachable,
};
use model::RawJson;
use std::borrow::Cow;

/// Keywords at the root that leave each argument to itself, and those that are understood here.
const PLAIN: [&str; 13] = [
    "$schema",
    "$comment",
    "$defs",
    "definitions",
    "type",
    "title",
    "description",
    "deprecated",
    "examples",
    "properties",
    "required",
    "dependentRequired",
    "additionalProperties",
];

/// The input schema of the tool: arguments under their new names, and those that callers do not give gone.
pub(super) fn adapt(root: &Json<'_>, names: &Names) -> Result<RawJson, AdaptError> {
    let mut keywords = root.members().iter().map(|(keyword, _)| keyword.as_ref());
    if let Some(keyword) = keywords.find(|keyword| !PLAIN.contains(keyword)) {
        return Err(AdaptError::RootKeyword { keyword: keyword.to_owned() });
    }
    let mut schema = root.clone();
    let mut required = texts(schema.get("required"));
    if let Some(argument) = required.iter().find(|one| names.is_unseen(one) && !names.is_given(one))
    {
        return Err(AdaptError::HiddenRequired { argument: argument.clone() });
    }
    let dependencies = dependencies(&schema, names, &mut required)?;
    required.retain(|argument| !names.is_given(argument));
    let required: Vec<_> =
        required.iter().map(|argument| Json::string(names.name(argument))).collect();
    put(&mut schema, "required", (!required.is_empty()).then_some(Json::Array(required)));
    put(&mut schema, "dependentRequired", dependencies);
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        *properties = std::mem::take(properties)
            .into_iter()
            .filter(|(argument, _)| !names.is_unseen(argument))
            .map(|(argument, property)| offered(argument, property, names))
            .collect();
    }
    // No slot takes what is not listed, and what is fixed must be refused rather than ignored.
    schema.set("additionalProperties", Json::Scalar("false".into()));
    each_schema(&mut schema, &mut |schema| follow_rename(schema, names));
    keep_reachable(&mut schema).map_err(|reference| AdaptError::Reference { reference })?;
    RawJson::parse(schema.write()).map_err(|error| AdaptError::Schema(error.to_string()))
}

/// Checks the values of rules against the schemas of their arguments.
pub(super) fn check_values(root: &Json<'_>, names: &Names) -> Result<(), AdaptError> {
    let mut validator = None;
    for (argument, fate) in names.iter() {
        let (member, value) = match fate {
            Fate::Fixed(value) => ("fixed", value),
            Fate::Offered { default: Some(value), .. } => ("default", value),
            Fate::Offered { default: None, .. } | Fate::Withheld | Fate::Gone => continue,
        };
        let validator = match &validator {
            Some(validator) => validator,
            None => validator.insert(of_values(root)?),
        };
        if let Err(violations) = validator.check(&alone(argument, value)) {
            let said: Vec<_> = violations.iter().map(ToString::to_string).collect();
            let field = format!("arguments.{argument}.{member}");
            return Err(AdaptError::Value { field, expected: said.join("; ") });
        }
    }
    Ok(())
}

/// Whether an argument's schema takes a value.
pub(super) fn takes(root: &Json<'_>, argument: &str, value: &RawJson) -> Result<bool, AdaptError> {
    Ok(of_values(root)?.check(&alone(argument, value)).is_ok())
}

/// Arguments of which one alone is given.
pub(super) fn alone(argument: &str, value: &RawJson) -> String {
    Json::Object(vec![(argument.into(), Json::Scalar(value.get().into()))]).write()
}

/// A validator for any of the arguments without the others.
fn of_values(root: &Json<'_>) -> Result<Validator, AdaptError> {
    let mut schema = root.clone();
    for keyword in ["required", "dependentRequired", "additionalProperties"] {
        schema.remove(keyword);
    }
    let schema = RawJson::parse(schema.write()).map_err(|e| AdaptError::Schema(e.to_string()))?;
    Validator::compile(&schema).map_err(|error| AdaptError::Schema(error.to_string()))
}

/// What is left of `dependentRequired`; what an argument that is always given asks for becomes required.
fn dependencies<'a>(
    schema: &Json<'a>,
    names: &Names,
    required: &mut Vec<String>,
) -> Result<Option<Json<'a>>, AdaptError> {
    let mut kept = Vec::new();
    for (argument, needed) in schema.get("dependentRequired").map_or(&[][..], Json::members) {
        if names.is_unseen(argument) && !names.is_given(argument) {
            continue;
        }
        let mut needed = texts(Some(needed));
        needed.retain(|one| !names.is_given(one));
        if let Some(hidden) = needed.iter().find(|one| names.is_unseen(one)) {
            let (argument, by) = (hidden.clone(), argument.to_string());
            return Err(AdaptError::HiddenDependency { argument, by });
        }
        if names.is_given(argument) {
            needed.retain(|one| !required.contains(one));
            required.extend(needed);
        } else if !needed.is_empty() {
            let needed = needed.iter().map(|one| Json::string(names.name(one))).collect();
            kept.push((names.name(argument).to_owned().into(), Json::Array(needed)));
        }
    }
    Ok((!kept.is_empty()).then_some(Json::Object(kept)))
}

/// A property as its rule has it.
fn offered<'a>(
    argument: Cow<'a, str>,
    mut property: Json<'a>,
    names: &Names,
) -> (Cow<'a, str>, Json<'a>) {
    let Some(Fate::Offered { name, description, default }) = names.fate(&argument) else {
        return (argument, property);
    };
    if description.is_some() || default.is_some() {
        // A schema that is a word has no room for more.
        property = match property.scalar() {
            Some("false") => Json::Object(vec![("not".into(), Json::any())]),
            Some(_) => Json::any(),
            None => property,
        };
    }
    if let Some(description) = description {
        property.set("description", Json::string(description));
    }
    if let Some(default) = default {
        property.set("default", Json::Scalar(Cow::Owned(default.get().to_owned())));
    }
    (Cow::Owned(name.clone()), property)
}

/// Keeps references to a property that is renamed.
fn follow_rename(schema: &mut Json<'_>, names: &Names) {
    const PLACE: &str = "#/properties/";
    let Some(reference) = schema.get("$ref").and_then(Json::text) else { return };
    let Some(rest) = reference.strip_prefix(PLACE) else { return };
    let (name, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let argument = name.replace("~1", "/").replace("~0", "~");
    let Some(Fate::Offered { name, .. }) = names.fate(&argument) else { return };
    let moved = Json::string(&format!("{PLACE}{name}{after}"));
    schema.set("$ref", moved);
}

fn put<'a>(schema: &mut Json<'a>, keyword: &'static str, value: Option<Json<'a>>) {
    match value {
        Some(value) => schema.set(keyword, value),
        None => drop(schema.remove(keyword)),
    }
}

fn texts(list: Option<&Json<'_>>) -> Vec<String> {
    list.map_or(&[][..], Json::items).iter().filter_map(Json::text).map(Cow::into_owned).collect()
}
