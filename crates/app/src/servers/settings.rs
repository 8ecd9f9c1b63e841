use crate::{Error, number};
use model::{AppId, ConnectionChoice, Slug};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::ServerRow;
use utoipa::ToSchema;

/// The longest name of a server.
const NAME_CHARS_MAX: usize = 300;
/// The longest description of a server.
const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// The longest instructions of a server.
const INSTRUCTIONS_CHARS_MAX: usize = 16_000;
/// The largest token budget.
const TOKEN_BUDGET_MAX: i64 = 10_000_000;
/// The longest that rows of the request log are kept: ten years.
const LOG_RETENTION_DAYS_MAX: i64 = 3_650;
/// The longest that a former slug answers: a year.
const FORMER_SLUG_DAYS_MAX: i64 = 365;
/// Host names of one server.
const HOST_NAMES_MAX: usize = 20;
/// The longest host name (RFC 1035 §2.3.4).
const HOST_NAME_BYTES_MAX: usize = 253;

/// What of a server can be changed. Name, description, instructions, kept results and connections are part of the draft: what is
/// published keeps its own until it is published again. The others hold at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// Its part of the URL; unique in the account.
    pub slug: Slug,
    /// For people.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(required, max_length = 1000)]
    pub description: String,
    /// What models are told before they use it.
    #[serde(default)]
    #[schema(required, max_length = 16000)]
    pub instructions: String,
    /// Whether it answers. It needs a published version with at least one tool.
    pub enabled: bool,
    /// Whether it sends safe methods only, and hides all other tools.
    pub read_only: bool,
    /// Whether results over budget are kept for a while, to be read on by a built-in tool.
    pub keeps_results: bool,
    /// Whether a row of the request log is on disk before its answer leaves.
    pub strict_log: bool,
    /// Whether the request log keeps arguments and results, redacted.
    pub log_payloads: bool,
    /// Tokens of its tool list above which it cannot be published.
    #[serde(
        default,
        deserialize_with = "number::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub token_budget: Option<i64>,
    /// Tokens of its tool list above which whoever publishes it is warned, and clients that ask for no mode are shown it in
    /// dynamic mode; the next version has it.
    #[serde(
        default,
        deserialize_with = "number::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub token_warning: Option<i64>,
    /// Days that its rows of the request log are kept, where it is not the installation's time.
    #[serde(
        default,
        deserialize_with = "number::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(minimum = 1, maximum = 3650)]
    pub log_retention_days: Option<i64>,
    /// Days that a slug goes on answering once it was replaced.
    #[serde(deserialize_with = "number::required")]
    #[schema(minimum = 0, maximum = 365)]
    pub former_slug_days: i64,
    /// The connection for each app, where it is not the app's default: the id of one of the account's, or `caller`: each call is made with
    /// the connection of the user whose token it has, and tells the user how to connect where there is none.
    #[serde(default)]
    #[schema(required)]
    pub connections: BTreeMap<AppId, ConnectionChoice>,
    /// Host names of its own, such as `crm.example.com`, under which it answers at `/mcp`.
    #[serde(default)]
    #[schema(required, max_items = 20)]
    pub host_names: Vec<String>,
}

impl ServerSettings {
    pub(crate) fn of(
        row: &ServerRow,
        host_names: Vec<String>,
        connections: BTreeMap<AppId, ConnectionChoice>,
    ) -> Self {
        let (server, settings) = (&row.server, &row.settings);
        Self {
            slug: server.slug.clone(),
            name: row.name.clone(),
            description: row.description.clone(),
            instructions: settings.instructions.clone(),
            enabled: server.enabled,
            read_only: server.read_only,
            keeps_results: settings.keeps_results,
            strict_log: server.strict_log,
            log_payloads: server.log_payloads,
            token_budget: settings.token_budget,
            token_warning: settings.token_warning,
            log_retention_days: row.log_retention_days,
            former_slug_days: settings.former_slug_days,
            connections,
            host_names,
        }
    }

    /// The row with these settings in the place of its own.
    pub(super) fn onto(&self, row: ServerRow) -> ServerRow {
        ServerRow {
            server: store::Server {
                slug: self.slug.clone(),
                enabled: self.enabled,
                read_only: self.read_only,
                strict_log: self.strict_log,
                log_payloads: self.log_payloads,
                ..row.server
            },
            name: self.name.clone(),
            description: self.description.clone(),
            settings: store::ServerSettings {
                instructions: self.instructions.clone(),
                keeps_results: self.keeps_results,
                token_budget: self.token_budget,
                token_warning: self.token_warning,
                former_slug_days: self.former_slug_days,
            },
            log_retention_days: self.log_retention_days,
            ..row
        }
    }

    /// Checks what needs nothing else to be checked, and writes host names in lower case.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] for the first member that breaks a rule.
    pub(crate) fn check(mut self) -> Result<Self, Error> {
        check_name(&self.name)?;
        check_text("description", &self.description, DESCRIPTION_CHARS_MAX)?;
        check_text("instructions", &self.instructions, INSTRUCTIONS_CHARS_MAX)?;
        for (field, value, least, most) in [
            ("token_budget", self.token_budget, 1, TOKEN_BUDGET_MAX),
            ("token_warning", self.token_warning, 1, TOKEN_BUDGET_MAX),
            ("log_retention_days", self.log_retention_days, 1, LOG_RETENTION_DAYS_MAX),
            ("former_slug_days", Some(self.former_slug_days), 0, FORMER_SLUG_DAYS_MAX),
        ] {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                return Err(Error::invalid(format!("{field} is {least} to {most}")).field(field));
            }
        }
        if self.host_names.len() > HOST_NAMES_MAX {
            let message = format!("a server has at most {HOST_NAMES_MAX} host names");
            return Err(Error::invalid(message).field("host_names"));
        }
        for (at, host) in self.host_names.iter_mut().enumerate() {
            host.make_ascii_lowercase();
            if !is_host_name(host) {
                let message = "this is no host name: write one such as crm.example.com";
                return Err(Error::invalid(message).field(format!("host_names[{at}]")));
            }
        }
        self.host_names.sort();
        self.host_names.dedup();
        Ok(self)
    }
}

pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let count = name.chars().count();
    if name.trim().is_empty() || count > NAME_CHARS_MAX || name.contains(char::is_control) {
        let message = format!("a name has 1 to {NAME_CHARS_MAX} visible characters");
        return Err(Error::invalid(message).field("name"));
    }
    Ok(())
}

fn check_text(field: &'static str, text: &str, most: usize) -> Result<(), Error> {
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.chars().count() > most || text.contains(control) {
        let message = format!("{field} has at most {most} characters, and no control characters");
        return Err(Error::invalid(message).field(field));
    }
    Ok(())
}

/// Whether it is a name of two labels or more (RFC 1123 §2.1), and no address.
fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let mut labels = text.split('.').rev();
    let top = labels.next().unwrap_or_default();
    text.len() <= HOST_NAME_BYTES_MAX
        && text.split('.').all(label)
        && text.contains('.')
        && top.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::is_host_name;

    #[test]
    fn host_names() {
        for (text, expected) in [
            ("crm.example.com", true),
            ("xn--bcher-kva.example", true),
            ("a.b", true),
            ("localhost", false),
            ("10.0.0.1", false),
            ("crm.example.com:443", false),
            ("crm.example.com.", false),
            ("-a.example.com", false),
            ("a_b.example.com", false),
            ("[::1]", false),
            ("*.example.com", false),
            ("", false),
        ] {
            assert_eq!(is_host_name(text), expected, "{text}");
        }
    }
}
