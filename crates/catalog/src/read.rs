use crate::{Definition, DefinitionError, Head, error::Problem};
use model::Action;
use openapi::OwnDocument;
use serde::de::DeserializeOwned;

/// Bytes of a definition.
const DEFINITION_BYTES_MAX: usize = 4 << 20;
/// Values in a definition, its YAML aliases written out.
const DEFINITION_VALUES_MAX: usize = 200_000;
/// How deep values may stand.
const DEFINITION_DEPTH_MAX: usize = 64;

/// A definition that was read and checked.
#[derive(Clone, Debug)]
pub struct ReadDefinition {
    /// What was written.
    pub definition: Definition,
    /// Its actions, as every other app has them, in order.
    pub actions: Vec<Action>,
}

/// Reads a definition, YAML or JSON, and checks all of it.
///
/// # Errors
///
/// [`DefinitionError`] with the line of the first thing that is wrong.
pub fn read(text: &str) -> Result<ReadDefinition, DefinitionError> {
    let document = document(text)?;
    let definition: Definition = typed(&document)?;
    let actions = definition.actions().map_err(|problem| placed(&document, problem))?;
    Ok(ReadDefinition { definition, actions })
}

/// Reads the first paragraph of a definition.
pub(crate) fn head(text: &str) -> Result<Head, DefinitionError> {
    let end = text.find("\n\n").map_or(text.len(), |end| end + 1);
    typed(&document(&text[..end])?)
}

fn document(text: &str) -> Result<OwnDocument, DefinitionError> {
    let limits = openapi::Limits {
        document_bytes: DEFINITION_BYTES_MAX,
        nodes: DEFINITION_VALUES_MAX,
        alias_nodes: DEFINITION_VALUES_MAX,
        merged_members: DEFINITION_VALUES_MAX,
        depth: DEFINITION_DEPTH_MAX,
        ..openapi::Limits::default()
    };
    OwnDocument::read("definition", text.as_bytes(), &limits).map_err(|error| DefinitionError {
        line: error.line,
        field: String::new(),
        message: error.message,
    })
}

fn typed<T: DeserializeOwned>(document: &OwnDocument) -> Result<T, DefinitionError> {
    let json = document.json();
    let mut deserializer = serde_json::Deserializer::from_str(&json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let text = error.into_inner().to_string();
        // The place in the JSON is one that nobody has seen.
        let words = text.rsplit_once(" at line ").map_or(text.as_str(), |(words, _)| words);
        placed(document, Problem::new(if path == "." { "" } else { &path }, words))
    })
}

fn placed(document: &OwnDocument, problem: Problem) -> DefinitionError {
    let Problem { field, message } = problem;
    DefinitionError { line: document.line(&field), field, message }
}
