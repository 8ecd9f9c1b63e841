use super::{
    action_row,
    settings::{self, ActionSettings, ParameterPlace, ParameterSettings, SCHEMA_BYTES_MAX},
};
use crate::Error;
use model::{Action, Place, RawJson, Style, ToolName};
use openapi::{NoFiles, Options, OutputSchemas, Status};
use serde_json::{Value, json};
use store::ActionRow;

/// What the importer calls the document that one action is made from.
const DOCUMENT: &str = "action";

/// The row of an action that is made by hand: it is written as an API description of one operation, and imported, so that
/// whatever holds for imported actions holds for it.
pub(super) fn made_row(name: &ToolName, settings: &ActionSettings) -> Result<ActionRow, Error> {
    let own = serde_json::to_string(settings).map_err(|error| Error::corrupt("action", error))?;
    action_row(&made(name, settings)?, Some(own))
}

fn made(name: &ToolName, settings: &ActionSettings) -> Result<Action, Error> {
    settings::check(name, settings)?;
    let document = document(settings).to_string();
    let options = Options {
        deprecated: true,
        output_schema: OutputSchemas { operations: 1, bytes: SCHEMA_BYTES_MAX },
        ..Options::default()
    };
    let imported = openapi::import(DOCUMENT, document.as_bytes(), &mut NoFiles, &options);
    let mut imported = imported.map_err(|error| Error::invalid(error.to_string()))?;
    let report = imported.report.operations.first();
    if let Some(report) = report.filter(|report| report.status != Status::Exposed) {
        let note = report.notes.first();
        let message = note.map_or_else(
            || "this action cannot be called".to_owned(),
            |note| format!("{}: {}", note.reason, note.fix),
        );
        let error = Error::invalid(message).code("action_cannot_work");
        return Err(match note.and_then(|note| member(&note.pointer)) {
            Some(field) => error.field(field),
            None => error,
        });
    }
    let found = (imported.actions.len() == 1).then(|| imported.actions.remove(0));
    let mut action = found.ok_or_else(|| {
        let message = "the path is none: begin it with /, and with no second /";
        Error::invalid(message).code("action_cannot_work").field("path")
    })?;
    let notes = imported.report.operations.first().map_or(&[][..], |report| &report.notes);
    for (at, asked) in settings.parameters.iter().enumerate() {
        if !is_sent(&action, asked) {
            let field = format!("parameters[{at}]");
            let note = notes.iter().find(|note| member(&note.pointer).as_ref() == Some(&field));
            let message = note.map_or_else(
                || "this parameter could not be sent".to_owned(),
                |note| format!("{}: {}", note.reason, note.fix),
            );
            return Err(Error::invalid(message).code("action_cannot_work").field(field));
        }
    }
    action.name = name.to_string();
    if let Some(schema) = &settings.output_schema {
        let text = RawJson::of(schema).map_err(|error| Error::corrupt("action", error))?;
        upstream::Validator::compile(&text).map_err(|error| {
            Error::invalid(error.to_string()).code("action_cannot_work").field("output_schema")
        })?;
        action.output_schema = Some(text);
    }
    Ok(action)
}

/// Whether the action sends the parameter: headers of the HTTP client's own, for one, are left out by an import.
fn is_sent(action: &Action, asked: &ParameterSettings) -> bool {
    let place = match asked.place {
        ParameterPlace::Path => Place::Path,
        ParameterPlace::Query => Place::Query,
        ParameterPlace::Header => Place::Header,
        ParameterPlace::Cookie => Place::Cookie,
    };
    action.call.parameters.iter().any(|one| one.place == place && one.name == asked.name)
}

/// An API description of that one operation.
fn document(settings: &ActionSettings) -> Value {
    let parameters: Vec<Value> = settings.parameters.iter().map(parameter).collect();
    let mut operation = json!({
        "description": settings.description,
        "parameters": parameters,
        "tags": settings.tags,
        "deprecated": settings.deprecated,
        "responses": {"default": {"description": "The answer."}},
    });
    if !settings.title.is_empty() {
        // A summary would come into the description too.
        operation["x-mcp"] = json!({"title": settings.title});
    }
    if let Some(body) = &settings.body {
        operation["requestBody"] = json!({
            "required": body.required, "content": {&body.media_type: {"schema": body.schema}},
        });
    }
    let method = settings.method.to_ascii_lowercase();
    let known = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
    let item = if known.contains(&method.as_str()) {
        json!({&method: operation})
    } else {
        json!({"additionalOperations": {settings.method.to_ascii_uppercase(): operation}})
    };
    json!({
        "openapi": "3.2.0",
        "info": {"title": DOCUMENT, "version": "1"},
        "paths": {&settings.path: item},
    })
}

fn parameter(one: &ParameterSettings) -> Value {
    let schema = one.schema.clone().map_or_else(|| json!({"type": "string"}), Value::Object);
    let mut made = json!({
        "name": one.name,
        "in": one.place,
        "required": one.required || one.place == ParameterPlace::Path,
        "schema": schema,
    });
    if let Some(description) = &one.description {
        made["description"] = json!(description);
    }
    if let Some(style) = one.style {
        made["style"] = json!(style_name(style));
    }
    if let Some(explode) = one.explode {
        made["explode"] = json!(explode);
    }
    made
}

/// A style as OpenAPI spells it.
const fn style_name(style: Style) -> &'static str {
    match style {
        Style::Form => "form",
        Style::Simple => "simple",
        Style::Label => "label",
        Style::Matrix => "matrix",
        Style::SpaceDelimited => "spaceDelimited",
        Style::PipeDelimited => "pipeDelimited",
        Style::DeepObject => "deepObject",
        Style::Cookie => "cookie",
        Style::TabDelimited => "tabDelimited",
    }
}

/// The member of the input that a pointer into [`document`] means.
fn member(pointer: &str) -> Option<String> {
    let mut parts = pointer.trim_start_matches('/').split('/').skip(2);
    let method = parts.next();
    let rest: Vec<&str> = match method {
        Some("additionalOperations") => parts.skip(1).collect(),
        Some(_) | None => parts.collect(),
    };
    match rest.as_slice() {
        [] => Some("path".to_owned()),
        ["parameters", at, ..] => Some(format!("parameters[{at}]")),
        ["requestBody", ..] => Some("body".to_owned()),
        _ => None,
    }
}
