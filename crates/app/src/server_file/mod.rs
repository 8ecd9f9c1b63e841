//! A server as a YAML file: to be read, kept beside code, and brought to another account or installation. Apps are named by their
//! keys and connections by their names, so it holds no id and no secret.

mod export;
mod import;
mod read;

pub use import::{ImportServer, ServerDocument};

use crate::ResourceTemplateSettings;
use model::{AppKey, Prompt, Resource, ResourceTemplate, Slug, ToolName, ToolSettings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the file says that it is.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) enum FileFormat {
    /// The only one there is.
    #[default]
    #[serde(rename = "server/1")]
    Server1,
}

/// A server in a file: its settings and its draft. Host names, tokens and limits are the installation's, and are not in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerFile {
    pub(crate) gatewright: FileFormat,
    pub(crate) slug: Slug,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) instructions: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) read_only: bool,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub(crate) keeps_results: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) strict_log: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) log_payloads: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_budget: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_warning: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) log_retention_days: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) former_slug_days: Option<i64>,
    /// The name of the connection for each app, where it is not the app's default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) connections: BTreeMap<AppKey, String>,
    /// The apps that are called with the connection of whoever calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) caller_connections: Vec<AppKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tools: Vec<FileTool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) prompts: Vec<Prompt>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<Resource>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resource_templates: Vec<FileTemplate>,
}

/// A tool in a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileTool {
    pub(crate) name: ToolName,
    pub(crate) app: AppKey,
    pub(crate) action: String,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub(crate) enabled: bool,
    /// The name of its own connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connection: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) settings: ToolSettings,
}

/// A resource template in a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileTemplate {
    pub(crate) app: AppKey,
    pub(crate) action: String,
    pub(crate) template: ResourceTemplate,
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_yes(value: &bool) -> bool {
    *value
}

fn is_default(settings: &ToolSettings) -> bool {
    *settings == ToolSettings::default()
}

impl FileTemplate {
    fn settings(self, app: model::AppId) -> ResourceTemplateSettings {
        let template = self.template;
        ResourceTemplateSettings {
            name: template.name,
            uri_template: template.uri_template,
            title: template.title,
            description: template.description,
            mime_type: template.mime_type,
            app,
            action: self.action,
            arguments: template.arguments,
        }
    }
}
