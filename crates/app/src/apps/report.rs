use model::{CredentialSlot, Timestamp};
use openapi::{Import, Note, OperationReport, Status};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an import came to, in numbers. The four add up to all operations of the description.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportSummary {
    /// When it was.
    pub at: Timestamp,
    /// The format of the description: `2.0`, `3.0`, `3.1` or `3.2`.
    pub format: String,
    /// The description's own version, as it spells it.
    pub version: String,
    /// Operations that work as described.
    pub exposed: usize,
    /// Operations that work, less something optional.
    pub degraded: usize,
    /// Operations that a rule left out.
    pub excluded: usize,
    /// Operations that cannot work.
    pub refused: usize,
}

/// What became of every operation of a description.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// In numbers.
    pub summary: ImportSummary,
    /// Base URLs that the description names, the first one chosen unless another was given.
    pub servers: Vec<String>,
    /// One entry per operation, in the order of the description.
    pub operations: Vec<ImportedOperation>,
    /// What concerns the description rather than one operation.
    pub notes: Vec<ImportNote>,
}

/// What an import would come to. Nothing was written.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportPreview {
    /// The description's title.
    pub title: String,
    /// Where the API would be called; absent when the description does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub base_url: Option<String>,
    /// The credentials that it asks for.
    pub credential_slots: Vec<CredentialSlot>,
    /// What would become of every operation.
    pub report: ImportReport,
}

/// What became of one operation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportedOperation {
    /// Upper-case method.
    pub method: String,
    /// Path template.
    pub path: String,
    /// The operation id as the description spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub operation_id: Option<String>,
    /// The action's name; absent when excluded or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub action: Option<String>,
    /// How it ended.
    pub status: ImportStatus,
    /// Why, and anything else worth knowing. Never empty unless exposed.
    pub notes: Vec<ImportNote>,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
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
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportNote {
    /// What was found.
    pub reason: String,
    /// What to do.
    pub fix: String,
    /// JSON pointer within the file.
    pub pointer: String,
    /// The file, when it is not the description itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub file: Option<String>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl ImportReport {
    pub(crate) fn new(import: &Import, at: Timestamp) -> Self {
        let counts = import.report.counts();
        Self {
            summary: ImportSummary {
                at,
                format: import.format.as_str().to_owned(),
                version: import.version.clone(),
                exposed: counts.exposed,
                degraded: counts.degraded,
                excluded: counts.excluded,
                refused: counts.refused,
            },
            servers: import.servers.clone(),
            operations: import.report.operations.iter().map(ImportedOperation::new).collect(),
            notes: import.report.notes.iter().map(ImportNote::new).collect(),
        }
    }

    /// Summary and whole as they are stored.
    pub(crate) fn written(&self) -> (String, String) {
        let text = "its members are texts and numbers";
        (
            serde_json::to_string(&self.summary).expect(text),
            serde_json::to_string(self).expect(text),
        )
    }
}

/// What is stored of an import.
pub(crate) fn written_report(import: &Import, at: Timestamp) -> (String, String) {
    ImportReport::new(import, at).written()
}

impl ImportedOperation {
    fn new(entry: &OperationReport) -> Self {
        Self {
            method: entry.method.clone(),
            path: entry.path.clone(),
            operation_id: entry.operation_id.clone(),
            action: entry.tool.clone(),
            status: match entry.status {
                Status::Exposed => ImportStatus::Exposed,
                Status::Degraded => ImportStatus::Degraded,
                Status::Excluded => ImportStatus::Excluded,
                Status::Refused => ImportStatus::Refused,
            },
            notes: entry.notes.iter().map(ImportNote::new).collect(),
        }
    }
}

impl ImportNote {
    fn new(note: &Note) -> Self {
        Self {
            reason: note.reason.clone(),
            fix: note.fix.clone(),
            pointer: note.pointer.clone(),
            file: note.file.clone(),
            line: note.line,
            column: note.column,
        }
    }
}
