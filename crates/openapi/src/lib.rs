//! API descriptions (Swagger 2.0, OpenAPI 3.0, 3.1 and 3.2; JSON or YAML) become actions, with a report on
//! every operation.
//!
//! Bytes in, values out: nothing here does I/O, reads a clock or follows a URL. Further files come through
//! [`Files`], which the caller implements and confines. One bad operation never fails the document.

mod answer;
mod arguments;
mod body;
mod context;
mod description;
mod document;
mod error;
mod files;
mod header;
mod names;
mod note;
mod operation;
mod options;
mod parameter;
mod path;
mod report;
mod schema;
mod security;
mod server;
mod text;
mod tree;
mod yaml;

pub use error::Error;
pub use files::{FileError, Files, NoFiles};
pub use options::{Limits, Options, OutputSchemas, Rule, RuleError};
pub use report::{Counts, Format, Import, Note, OperationReport, Report, Status};
pub use yaml::{OwnDocument, yaml_of_json};

/// Reads the description called `name` from `bytes`. For files, `name` is the path below the folder that `files` reads
/// from, which references may not leave; a URL is for messages alone.
///
/// The same input gives the same output, byte for byte, and the order of paths in the document changes no name.
///
/// # Errors
///
/// [`Error`] when the document as a whole cannot be read: no JSON or YAML, no API description, or beyond a limit.
pub fn import(
    name: &str,
    bytes: &[u8],
    files: &mut dyn Files,
    options: &Options,
) -> Result<Import, Error> {
    document::import(name, bytes, files, options)
}
