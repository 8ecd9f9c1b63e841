use crate::{FieldPath, RawJson};
use serde::{Deserialize, Serialize};

/// What is known of an API's answers beside their schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerRules {
    /// The fields that are passed on where a tool chooses none; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldPath>,
    /// Members that are trees of MIME parts, as Gmail's `payload`: they become the message that people read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mails: Vec<FieldPath>,
    /// What tells a failure that comes with a status of success; any one is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureMark>,
}

/// A member of an answer that tells a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureMark {
    /// Where it is: members alone.
    pub at: FieldPath,
    /// The value that means failure; any but `null`, `false`, `""`, `[]` and `{}` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<RawJson>,
}

impl AnswerRules {
    /// Whether nothing beside the schema is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
