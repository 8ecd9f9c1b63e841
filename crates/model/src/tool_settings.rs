use crate::{FieldPath, FieldStep, Pagination, RawJson, object_or_default, or_default};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Characters of a tool's title.
pub const MAX_TITLE_CHARS: usize = 200;
/// Characters of a tool's description.
pub const MAX_DESCRIPTION_CHARS: usize = 8_000;
/// Characters of an argument's description.
pub const MAX_ARGUMENT_DESCRIPTION_CHARS: usize = 2_000;
/// Arguments that one tool has rules for.
pub const MAX_ARGUMENT_RULES: usize = 500;
/// Bytes of JSON of one fixed or default value.
pub const MAX_VALUE_BYTES: usize = 64 << 10;
/// The longest name of an argument.
pub const MAX_ARGUMENT_NAME_BYTES: usize = 64;
/// Fields that a projection chooses.
pub const MAX_PROJECTION_PATHS: usize = 500;
/// The smallest result budget: a summary fits.
pub const MIN_RESULT_BUDGET_TOKENS: u32 = 100;
/// The largest result budget.
pub const MAX_RESULT_BUDGET_TOKENS: u32 = 250_000;
/// The longest that an answer is kept for later calls: a day.
pub const MAX_CACHE_SECONDS: u32 = 86_400;
/// The shortest time-out.
pub const MIN_TIMEOUT_MS: u32 = 100;
/// The longest time-out.
pub const MAX_TIMEOUT_MS: u32 = 300_000;

/// How one server offers an action as a tool. Everything left out stays as the action has it.
///
/// The tool's name and the action that it calls are not among these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ToolSettings {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// For models.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 8000)]
    pub description: Option<String>,
    /// Hints that differ from the action's.
    #[serde(
        deserialize_with = "object_or_default",
        skip_serializing_if = "AnnotationRules::is_empty"
    )]
    #[schema(value_type = Option<AnnotationRules>)]
    pub annotations: AnnotationRules,
    /// What becomes of arguments, by their names in the action.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Option<BTreeMap<String, ArgumentRule>>)]
    pub arguments: BTreeMap<String, ArgumentRule>,
    /// The fields of a JSON answer that are passed on, such as `id`, `owner.login` and `items[].id`; the output schema
    /// shrinks with it. A field that an answer lacks is absent; `null` in the place of an object or a list stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 500)]
    pub projection: Option<Vec<FieldPath>>,
    /// How the API's own pages are walked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// Tokens that a result may cost before it becomes a summary and a handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 100, maximum = 250000)]
    pub result_budget_tokens: Option<u32>,
    /// How long an answer serves later calls of the same caller with the same arguments. Safe methods only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 86400)]
    pub cache_seconds: Option<u32>,
    /// How long the whole call may take, every page of a walk included.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 100, maximum = 300000)]
    pub timeout_ms: Option<u32>,
}

/// Hints for clients that differ from the action's. What is enforced follows the method, never these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnotationRules {
    /// Changes nothing. Cannot be claimed of an unsafe method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// May destroy something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destructive: Option<bool>,
    /// Twice is the same as once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// Reaches things outside Gatewright's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_world: Option<bool>,
}

impl AnnotationRules {
    /// Whether every hint stays.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What becomes of one argument.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ArgumentRule {
    /// Its name in the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.-]+$")]
    pub rename: Option<String>,
    /// What models are told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000)]
    pub description: Option<String>,
    /// The value that is sent, whoever calls; callers neither see the argument nor may give it. `null` is a value.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub fixed: Option<RawJson>,
    /// The value that is sent when a caller gives none. `null` is a value.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default: Option<RawJson>,
    /// Whether callers neither see the argument nor may give it. Its default is sent, or nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// Tells `null` from nothing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RawJson>, D::Error> {
    RawJson::deserialize(deserializer).map(Some)
}

/// A member of [`ToolSettings`] that breaks a rule which needs no action to be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct SettingsError {
    /// Such as `arguments.owner.rename`.
    pub field: String,
    /// What is wrong and what to do, as the rest of a sentence.
    pub problem: String,
}

impl SettingsError {
    /// The error with the place of what it is about in front of its field.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        let joint = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{place}{joint}{}", self.field);
        self
    }
}

impl ToolSettings {
    /// Checks lengths, ranges and contradictions. What depends on the action is checked when the two meet.
    ///
    /// # Errors
    ///
    /// The first member that breaks a rule.
    pub fn check(&self) -> Result<(), SettingsError> {
        text("title", self.title.as_deref(), MAX_TITLE_CHARS)?;
        text("description", self.description.as_deref(), MAX_DESCRIPTION_CHARS)?;
        if self.arguments.len() > MAX_ARGUMENT_RULES {
            return refuse("arguments", format!("has more than {MAX_ARGUMENT_RULES} members"));
        }
        self.arguments.iter().try_for_each(|(name, rule)| rule.check(name))?;
        if let Some(paths) = &self.projection {
            check_projection(paths)?;
        }
        if let Some(pagination) = &self.pagination {
            pagination.check()?;
        }
        let budget = MIN_RESULT_BUDGET_TOKENS..=MAX_RESULT_BUDGET_TOKENS;
        within("result_budget_tokens", self.result_budget_tokens, budget)?;
        within("cache_seconds", self.cache_seconds, 1..=MAX_CACHE_SECONDS)?;
        within("timeout_ms", self.timeout_ms, MIN_TIMEOUT_MS..=MAX_TIMEOUT_MS)
    }
}

impl ArgumentRule {
    fn check(&self, name: &str) -> Result<(), SettingsError> {
        let field = |member: &str| format!("arguments.{name}.{member}");
        if let Some(new) = &self.rename
            && !is_argument_name(new)
        {
            let problem = format!(
                "must be 1 to {MAX_ARGUMENT_NAME_BYTES} of A–Z, a–z, 0–9, _, . and -, and not __proto__"
            );
            return refuse(&field("rename"), problem);
        }
        let description = self.description.as_deref();
        text(&field("description"), description, MAX_ARGUMENT_DESCRIPTION_CHARS)?;
        for (member, value) in [("fixed", &self.fixed), ("default", &self.default)] {
            if value.as_ref().is_some_and(|value| value.get().len() > MAX_VALUE_BYTES) {
                return refuse(
                    &field(member),
                    format!("has more than {MAX_VALUE_BYTES} bytes of JSON"),
                );
            }
        }
        if self.fixed.is_some() && self.default.is_some() {
            return refuse(
                &field("default"),
                "has no meaning beside fixed: leave one of them out".into(),
            );
        }
        let unseen = self.fixed.is_some() || self.hidden;
        if unseen && (self.rename.is_some() || self.description.is_some()) {
            let member = if self.rename.is_some() { "rename" } else { "description" };
            return refuse(
                &field(member),
                "has no meaning for an argument that callers do not see: leave it out".into(),
            );
        }
        Ok(())
    }
}

/// Whether an argument may be called so: what every model provider takes as a name of a property.
#[must_use]
pub fn is_argument_name(name: &str) -> bool {
    (1..=MAX_ARGUMENT_NAME_BYTES).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        && name != "__proto__"
}

fn check_projection(paths: &[FieldPath]) -> Result<(), SettingsError> {
    if paths.is_empty() {
        return refuse("projection", "chooses no field: name some, or leave it out for all".into());
    }
    if paths.len() > MAX_PROJECTION_PATHS {
        return refuse("projection", format!("has more than {MAX_PROJECTION_PATHS} fields"));
    }
    for (index, path) in paths.iter().enumerate() {
        let field = format!("projection[{index}]");
        if path.is_root() {
            return refuse(&field, "is empty: name a field, such as id or items[].id".into());
        }
        if path.steps().iter().any(|step| matches!(step, FieldStep::Item(_))) {
            return refuse(&field, "names one item: write [] for every item of the list".into());
        }
    }
    Ok(())
}

pub(crate) fn text(field: &str, text: Option<&str>, most: usize) -> Result<(), SettingsError> {
    match text {
        Some(text) if text.trim().is_empty() => {
            refuse(field, "is empty: write something, or leave it out".into())
        }
        Some(text) if text.chars().count() > most => {
            refuse(field, format!("has more than {most} characters"))
        }
        Some(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) => {
            refuse(field, "has control characters: take them out".into())
        }
        Some(_) | None => Ok(()),
    }
}

fn within(
    field: &str,
    value: Option<u32>,
    range: std::ops::RangeInclusive<u32>,
) -> Result<(), SettingsError> {
    match value {
        Some(value) if !range.contains(&value) => {
            refuse(field, format!("must be {} to {}", range.start(), range.end()))
        }
        Some(_) | None => Ok(()),
    }
}

fn refuse(field: &str, problem: String) -> Result<(), SettingsError> {
    Err(SettingsError { field: field.to_owned(), problem })
}

#[cfg(test)]
mod tests {
    use super::ToolSettings;

    fn read(text: &str) -> Result<ToolSettings, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn round_trip_keeps_every_byte() {
        for text in [
            "{}",
            r#"{"arguments":{"id":{"fixed":12345678901234567890123},"n":{"default":null},"t":{"fixed":{"b": 1.10,"a":null}}}}"#,
            r#"{"title":"T","annotations":{"destructive":false},"arguments":{"a":{"rename":"b","description":"d"},"c":{"hidden":true}},"projection":["id","items[].id"],"pagination":{"style":"page","parameter":"page","size_parameter":"per_page","size":100,"max_pages":5,"max_items":500},"result_budget_tokens":1000,"cache_seconds":60,"timeout_ms":1000}"#,
        ] {
            let settings = read(text).expect(text);
            assert_eq!(settings.check(), Ok(()), "{text}");
            assert_eq!(serde_json::to_string(&settings).unwrap(), text);
        }
    }

    #[test]
    fn unknown_members_are_refused() {
        for text in [
            r#"{"name":"x"}"#,
            r#"{"arguments":{"a":{"fix":1}}}"#,
            r#"{"annotations":{"title":"x"}}"#,
            r#"{"projection":["a..b"]}"#,
            r#"{"pagination":{"style":"pages"}}"#,
            r#"{"pagination":{"style":"link","limit":1}}"#,
            r#"{"timeout_ms":-1}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    fn check(text: &str, field: &str) {
        let error = read(text).expect(text).check().expect_err(text);
        assert_eq!(error.field, field, "{text}: {error}");
    }

    #[test]
    fn limits_and_contradictions() {
        let title = format!(r#"{{"title":"{}"}}"#, "é".repeat(201));
        check(&title, "title");
        check(r#"{"title":" "}"#, "title");
        check(r#"{"description":"a\u0007"}"#, "description");
        check(r#"{"arguments":{"a":{"rename":"b c"}}}"#, "arguments.a.rename");
        check(r#"{"arguments":{"a":{"rename":"__proto__"}}}"#, "arguments.a.rename");
        check(r#"{"arguments":{"a":{"fixed":1,"default":2}}}"#, "arguments.a.default");
        check(r#"{"arguments":{"a":{"fixed":null,"rename":"b"}}}"#, "arguments.a.rename");
        check(
            r#"{"arguments":{"a":{"hidden":true,"description":"b"}}}"#,
            "arguments.a.description",
        );
        let large = format!(r#"{{"arguments":{{"a":{{"fixed":"{}"}}}}}}"#, "x".repeat(64 << 10));
        check(&large, "arguments.a.fixed");
        check(r#"{"projection":[]}"#, "projection");
        check(r#"{"projection":["a",""]}"#, "projection[1]");
        check(r#"{"projection":["a[0].b"]}"#, "projection[0]");
        check(r#"{"result_budget_tokens":99}"#, "result_budget_tokens");
        check(r#"{"cache_seconds":0}"#, "cache_seconds");
        check(r#"{"cache_seconds":86401}"#, "cache_seconds");
        check(r#"{"timeout_ms":300001}"#, "timeout_ms");
    }

    #[test]
    fn pagination_is_whole() {
        let check = |members: &str, field: &str| {
            check(&format!(r#"{{"pagination":{{{members}}}}}"#), &format!("pagination.{field}"));
        };
        check(r#""style":"page""#, "parameter");
        check(r#""style":"link","parameter":"page""#, "parameter");
        check(r#""style":"page","parameter":"p","max_pages":51"#, "max_pages");
        check(r#""style":"page","parameter":"p","max_items":10001"#, "max_items");
        check(r#""style":"page","parameter":"p","max_pages":0"#, "max_pages");
        check(r#""style":"page","parameter":"p","size_parameter":"s""#, "size");
        check(r#""style":"page","parameter":"p","size_parameter":"p","size":1"#, "size_parameter");
        check(r#""style":"page","parameter":"p","cursor":"next""#, "cursor");
        check(r#""style":"cursor","parameter":"p","cursor":"a[]""#, "cursor");
        check(r#""style":"cursor","parameter":"p""#, "cursor");
        check(r#""style":"cursor","parameter":"p","cursor":"c","first":1"#, "first");
        check(r#""style":"next_url""#, "cursor");
        check(r#""style":"link","items":"a[]""#, "items");
    }
}
