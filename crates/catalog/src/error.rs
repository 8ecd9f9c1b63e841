/// A definition that cannot be used: where, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}{message}", place(field))]
pub struct DefinitionError {
    /// Line, from 1.
    pub line: u32,
    /// Such as `actions[2].arguments.to`; empty for the definition as a whole.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

fn place(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("{field}: ") }
}

/// What is wrong with a member, before its line is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) field: String,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// It with the place of what it is about in front.
    pub(crate) fn within(mut self, place: &str) -> Self {
        let joint = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{place}{joint}{}", self.field);
        self
    }
}

impl From<model::SettingsError> for Problem {
    fn from(error: model::SettingsError) -> Self {
        Self { message: format!("it {}", error.problem), field: error.field }
    }
}
