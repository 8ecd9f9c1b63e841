use crate::{DefinitionError, Head, ReadDefinition, read, read::head};

/// A definition that comes with Gatewright.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its key.
    pub key: &'static str,
    /// Its YAML.
    pub text: &'static str,
}

macro_rules! apps {
    ($($key:literal)*) => {
        /// In the order of their keys.
        const APPS: &[BuiltIn] = &[$(BuiltIn {
            key: $key,
            text: include_str!(concat!("../apps/", $key, ".yaml")),
        }),*];
    };
}

apps! {
    "github"
    "gmail"
    "google-calendar"
    "google-docs"
    "google-drive"
    "google-sheets"
    "hubspot"
    "jira"
    "linear"
    "notion"
    "salesforce"
    "slack"
    "stripe"
}

/// Every built-in definition, in the order of their keys.
#[must_use]
pub const fn built_ins() -> &'static [BuiltIn] {
    APPS
}

/// The built-in definition of that key.
#[must_use]
pub fn built_in(key: &str) -> Option<BuiltIn> {
    APPS.iter().find(|app| app.key == key).copied()
}

impl BuiltIn {
    /// What lists show, without reading the rest.
    ///
    /// # Errors
    ///
    /// [`DefinitionError`], which a test rules out.
    pub fn head(&self) -> Result<Head, DefinitionError> {
        head(self.text)
    }

    /// All of it.
    ///
    /// # Errors
    ///
    /// [`DefinitionError`], which a test rules out.
    pub fn read(&self) -> Result<ReadDefinition, DefinitionError> {
        read(self.text)
    }
}
