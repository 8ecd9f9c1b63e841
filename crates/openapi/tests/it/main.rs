//! The importer seen from outside: descriptions in, actions and a report out.

mod bad_input;
mod bodies;
mod documents;
mod golden;
mod limits;
mod others;
mod parameters;
mod schemas;
mod security;
mod specs;

use model::Action;
use openapi::{FileError, Files, Import, OperationReport, Options, Status, import};
use serde_json::Value;
use std::collections::HashMap;

/// Files by path, and which of them were read.
#[derive(Default)]
struct Memory {
    files: HashMap<String, String>,
    read: Vec<String>,
}

impl Memory {
    fn of(files: &[(&str, &str)]) -> Self {
        let files =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { files, read: Vec::new() }
    }
}

impl Files for Memory {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        self.read.push(path.to_owned());
        self.files
            .get(path)
            .map(|text| text.clone().into_bytes())
            .ok_or_else(|| FileError("no such file".to_owned()))
    }
}

fn take_with(text: &str, options: &Options) -> Import {
    import("test.yaml", text.as_bytes(), &mut Memory::default(), options)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn take(text: &str) -> Import {
    take_with(text, &Options::default())
}

/// A 3.0 document of one operation: `body` is YAML below `post:`, indented by six spaces.
fn one(body: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    post:\n{body}\n")
}

fn first(import: &Import) -> (&Action, &OperationReport) {
    let entry = &import.report.operations[0];
    (import.actions.first().unwrap_or_else(|| panic!("{entry:#?}")), entry)
}

fn schema(action: &Action) -> Value {
    serde_json::from_str(action.input_schema.get()).expect("schemas are JSON")
}

/// The input schema of the first operation of a 3.0 document, once it compiles.
fn input(body: &str) -> Value {
    let made = take(&one(body));
    let schema = schema(first(&made).0);
    compile(&schema);
    schema
}

fn compile(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(schema)
        .unwrap_or_else(|error| panic!("{error}\n{schema:#}"))
}

fn statuses(import: &Import) -> Vec<Status> {
    import.report.operations.iter().map(|one| one.status).collect()
}

/// All that the notes of the report say.
fn notes(import: &Import) -> String {
    let operations = import.report.operations.iter().flat_map(|one| &one.notes);
    operations
        .chain(&import.report.notes)
        .map(|note| format!("{} | {} | {}\n", note.reason, note.fix, note.pointer))
        .collect()
}
