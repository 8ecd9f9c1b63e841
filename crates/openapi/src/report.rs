use model::{Action, CredentialSlot};
use serde::Serialize;

/// An imported description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its title; never empty.
    pub title: String,
    /// Its own version, as it spells it.
    pub version: String,
    /// What it says of itself.
    pub description: Option<String>,
    /// The format it is written in.
    pub format: Format,
    /// Base URLs, the first one chosen: absolute, or relative to the document's own URL. Variables have their
    /// default values. No trailing slash, query or fragment. Empty when the document names none.
    pub servers: Vec<String>,
    /// The document's security schemes.
    pub slots: Vec<CredentialSlot>,
    /// One action per operation that is exposed or degraded, in the order of the document.
    pub actions: Vec<Action>,
    /// What became of every operation.
    pub report: Report,
}

/// A format of API description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Format {
    /// Swagger 2.0.
    #[serde(rename = "2.0")]
    Swagger20,
    /// OpenAPI 3.0.
    #[serde(rename = "3.0")]
    OpenApi30,
    /// OpenAPI 3.1.
    #[serde(rename = "3.1")]
    OpenApi31,
    /// OpenAPI 3.2.
    #[serde(rename = "3.2")]
    OpenApi32,
}

impl Format {
    /// The version as documents spell it, without the patch number.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Swagger20 => "2.0",
            Self::OpenApi30 => "3.0",
            Self::OpenApi31 => "3.1",
            Self::OpenApi32 => "3.2",
        }
    }
}

/// What became of every operation of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One entry per operation, in the order of the document.
    pub operations: Vec<OperationReport>,
    /// What concerns the document rather than one operation.
    pub notes: Vec<Note>,
}

impl Report {
    /// How many operations ended how. The four add up to all operations of the document.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let count = |status| self.operations.iter().filter(|one| one.status == status).count();
        Counts {
            exposed: count(Status::Exposed),
            degraded: count(Status::Degraded),
            excluded: count(Status::Excluded),
            refused: count(Status::Refused),
        }
    }
}

/// Operations by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Work as described.
    pub exposed: usize,
    /// Work, less something optional.
    pub degraded: usize,
    /// Left out by a rule.
    pub excluded: usize,
    /// Cannot work.
    pub refused: usize,
}

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationReport {
    /// Upper-case method.
    pub method: String,
    /// Path template.
    pub path: String,
    /// The operation id as the document spells it, less invisible characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    /// The tool's name; absent when excluded or refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// How it ended.
    pub status: Status,
    /// Why, and anything else worth knowing. Never empty unless exposed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// How an operation ended.
///
/// A constraint of a schema that had to be dropped or repaired leaves its operation exposed, with a note:
/// everything can still be reached. An optional parameter, a member or a body with a schema of its own that
/// cannot be reached makes it degraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Works as described.
    Exposed,
    /// Works, but something optional was left out.
    Degraded,
    /// Left out by a rule.
    Excluded,
    /// Cannot work.
    Refused,
}

/// Something that a reader of the report should know, with its place and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What was found.
    pub reason: String,
    /// What to do.
    pub fix: String,
    /// JSON pointer within the file.
    pub pointer: String,
    /// The file, when it is not the root document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}
