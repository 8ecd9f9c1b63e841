use crate::{
    MAX_ARGUMENT_DESCRIPTION_CHARS, MAX_DESCRIPTION_CHARS, MAX_TITLE_CHARS, PromptName,
    SettingsError, Template, or_default, tool_settings::text,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Arguments of one prompt.
pub const MAX_PROMPT_ARGUMENTS: usize = 50;
/// Messages of one prompt.
pub const MAX_PROMPT_MESSAGES: usize = 50;
/// Bytes of the text of one message, before anything is filled in.
pub const MAX_PROMPT_TEXT_BYTES: usize = 64 << 10;
/// The longest name of a prompt's argument.
pub const MAX_PROMPT_ARGUMENT_NAME_BYTES: usize = 64;

/// A prompt: messages with places that whoever asks for it fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// Unique among the prompts of its server.
    pub name: PromptName,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 8000)]
    pub description: Option<String>,
    /// What may be filled in.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<PromptArgument>>, max_items = 50)]
    pub arguments: Vec<PromptArgument>,
    /// What is said, in order.
    #[schema(min_items = 1, max_items = 50)]
    pub messages: Vec<PromptMessage>,
}

/// What may be filled into a prompt, always as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptArgument {
    /// Unique in the prompt.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.-]+$")]
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// What it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000)]
    pub description: Option<String>,
    /// Whether the prompt cannot do without.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

/// One message of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptMessage {
    /// Who says it.
    pub role: PromptRole,
    /// What is said. `{{name}}` stands for an argument, `{{{{` for two braces.
    #[schema(min_length = 1, max_length = 65536)]
    pub text: String,
}

/// Who says something in a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromptRole {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// Why a prompt cannot be filled in. Says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// A required argument is missing.
    #[error("the argument {0:?} is required")]
    Missing(String),
    /// An argument that the prompt does not have.
    #[error("the prompt has no argument {0:?}")]
    Unknown(String),
}

impl Prompt {
    /// Checks lengths, names and places.
    ///
    /// # Errors
    ///
    /// The first member that breaks a rule.
    pub fn check(&self) -> Result<(), SettingsError> {
        let refuse = |field: String, problem: String| Err(SettingsError { field, problem });
        text("title", self.title.as_deref(), MAX_TITLE_CHARS)?;
        text("description", self.description.as_deref(), MAX_DESCRIPTION_CHARS)?;
        if self.arguments.len() > MAX_PROMPT_ARGUMENTS {
            let problem = format!("has more than {MAX_PROMPT_ARGUMENTS} members");
            return refuse("arguments".into(), problem);
        }
        let mut names = BTreeSet::new();
        for (at, argument) in self.arguments.iter().enumerate() {
            argument.check(at)?;
            if !names.insert(argument.name.as_str()) {
                let problem = "is the name of an argument before it: choose another".into();
                return refuse(format!("arguments[{at}].name"), problem);
            }
        }
        if !(1..=MAX_PROMPT_MESSAGES).contains(&self.messages.len()) {
            let problem = format!("must have 1 to {MAX_PROMPT_MESSAGES} members");
            return refuse("messages".into(), problem);
        }
        for (at, message) in self.messages.iter().enumerate() {
            let field = format!("messages[{at}].text");
            if message.text.is_empty() || message.text.len() > MAX_PROMPT_TEXT_BYTES {
                return refuse(field, format!("must have 1 to {MAX_PROMPT_TEXT_BYTES} bytes"));
            }
            let template = match Template::parse(&message.text) {
                Ok(template) => template,
                Err(error) => return refuse(field, error.to_string()),
            };
            if let Some(unknown) = template.names().find(|name| !names.contains(name)) {
                let problem = format!("has a place for {unknown:?}, which is no argument: add it");
                return refuse(field, problem);
            }
        }
        Ok(())
    }

    /// The messages with `values` in their places, exactly as they are: nothing in a value is read as a place. An
    /// argument that is not given is empty.
    ///
    /// # Errors
    ///
    /// [`FillError`], when an argument is missing or unknown.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> Result<Vec<PromptMessage>, FillError> {
        let unknown = |name: &&String| !self.arguments.iter().any(|known| known.name == **name);
        if let Some(name) = values.keys().find(unknown) {
            return Err(FillError::Unknown(name.clone()));
        }
        let missing = |known: &&PromptArgument| known.required && !values.contains_key(&known.name);
        if let Some(argument) = self.arguments.iter().find(missing) {
            return Err(FillError::Missing(argument.name.clone()));
        }
        let filled = self.messages.iter().map(|message| {
            let text = Template::parse(&message.text).map_or_else(
                |_| message.text.clone(),
                |template| {
                    template.fill(|name| values.get(name).map(String::as_str).unwrap_or_default())
                },
            );
            PromptMessage { role: message.role, text }
        });
        Ok(filled.collect())
    }
}

impl PromptArgument {
    fn check(&self, at: usize) -> Result<(), SettingsError> {
        let field = |member: &str| format!("arguments[{at}].{member}");
        if !crate::is_argument_name(&self.name) {
            let problem = format!(
                "must be 1 to {MAX_PROMPT_ARGUMENT_NAME_BYTES} of A–Z, a–z, 0–9, _, . and -"
            );
            return Err(SettingsError { field: field("name"), problem });
        }
        text(&field("title"), self.title.as_deref(), MAX_TITLE_CHARS)?;
        let description = self.description.as_deref();
        text(&field("description"), description, MAX_ARGUMENT_DESCRIPTION_CHARS)
    }
}

#[cfg(test)]
mod tests {
    use super::{FillError, Prompt};
    use std::collections::BTreeMap;

    fn read(text: &str) -> Prompt {
        serde_json::from_str(text).expect(text)
    }

    const REVIEW: &str = r#"{"name":"review","arguments":[{"name":"who","required":true},{"name":"tone"}],"messages":[{"role":"user","text":"Review {{who}}{{tone}}."}]}"#;

    #[test]
    fn values_are_inserted_as_they_are() {
        let prompt = read(REVIEW);
        assert_eq!(prompt.check(), Ok(()));
        let values = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let filled = prompt.fill(&values(&[("who", "{{tone}} $1 \\n"), ("tone", "!")])).unwrap();
        assert_eq!(filled[0].text, "Review {{tone}} $1 \\n!.");
        assert_eq!(prompt.fill(&values(&[("who", "Ada")])).unwrap()[0].text, "Review Ada.");
        assert_eq!(prompt.fill(&values(&[])), Err(FillError::Missing("who".into())));
        let unknown = values(&[("who", "Ada"), ("x", "1")]);
        assert_eq!(prompt.fill(&unknown), Err(FillError::Unknown("x".into())));
    }

    #[test]
    fn rules() {
        let check = |text: &str, field: &str| {
            assert_eq!(read(text).check().expect_err(text).field, field, "{text}");
        };
        let message = r#"[{"role":"user","text":"x"}]"#;
        check(&format!(r#"{{"name":"a","title":"","messages":{message}}}"#), "title");
        check(r#"{"name":"a","messages":[]}"#, "messages");
        check(r#"{"name":"a","messages":[{"role":"user","text":""}]}"#, "messages[0].text");
        check(r#"{"name":"a","messages":[{"role":"user","text":"{{x}}"}]}"#, "messages[0].text");
        check(r#"{"name":"a","messages":[{"role":"user","text":"{{x"}]}"#, "messages[0].text");
        check(
            &format!(r#"{{"name":"a","arguments":[{{"name":"b c"}}],"messages":{message}}}"#),
            "arguments[0].name",
        );
        check(
            &format!(
                r#"{{"name":"a","arguments":[{{"name":"b"}},{{"name":"b"}}],"messages":{message}}}"#
            ),
            "arguments[1].name",
        );
    }

    #[test]
    fn unknown_members_are_refused() {
        for text in [
            r#"{"name":"a","messages":[{"role":"system","text":"x"}]}"#,
            r#"{"name":"a b","messages":[{"role":"user","text":"x"}]}"#,
            r#"{"name":"a","messages":[{"role":"user","text":"x","image":"y"}]}"#,
            r#"{"name":"a","messages":[],"prompt":"x"}"#,
        ] {
            assert!(serde_json::from_str::<Prompt>(text).is_err(), "{text}");
        }
    }
}
