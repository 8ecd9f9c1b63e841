use crate::{
    App, Caller, Error, Outbound, Published,
    call::Companions,
    tool::{Tool, Work},
};
use model::{Outcome, Prompt, PromptMessage, RawJson, Resource, ResourceTemplate};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A family of resources of a published server: what is told of it, and the tool that reads one.
pub struct Template {
    /// What is told of it.
    pub template: ResourceTemplate,
    pub(crate) tool: Tool,
}

impl Template {
    /// Values that a variable may have, where the action's schema lists them.
    #[must_use]
    pub fn values(&self, variable: &str) -> Vec<String> {
        let values = property(&self.tool.input_schema, self.template.argument(variable));
        let texts = values.get("enum").and_then(Value::as_array).into_iter().flatten();
        texts.filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

impl Published {
    /// Its prompts: whoever may use the server may use them.
    #[must_use]
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// Its stored resources, for a caller that may read.
    #[must_use]
    pub fn resources(&self, caller: &Caller) -> &[Resource] {
        if caller.reads_resources(self.id) { &self.resources } else { &[] }
    }

    /// Its resource templates, for a caller that may read.
    #[must_use]
    pub fn templates(&self, caller: &Caller) -> &[Template] {
        if caller.reads_resources(self.id) { &self.templates } else { &[] }
    }

    /// Whether it has resources or templates at all.
    #[must_use]
    pub fn has_resources(&self) -> bool {
        !self.resources.is_empty() || !self.templates.is_empty()
    }

    /// Whether there is anything to complete.
    #[must_use]
    pub fn has_completions(&self) -> bool {
        !self.prompts.is_empty() || !self.templates.is_empty()
    }

    /// What models are told before they use the server.
    #[must_use]
    pub fn instructions(&self) -> Option<&str> {
        self.instructions.as_deref()
    }
}

impl App {
    /// The messages of a prompt with its arguments filled in.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::NotFound`] for a prompt that the server does not have; [`crate::Kind::Invalid`] for arguments that it does not
    /// take, or lacks.
    pub fn fill_prompt(
        &self,
        caller: &Caller,
        server: &Published,
        name: &str,
        arguments: &BTreeMap<String, String>,
    ) -> Result<Vec<PromptMessage>, Error> {
        debug_assert!(caller.covers_server(server.id));
        let prompt = server.prompts.iter().find(|prompt| *prompt.name == *name);
        let prompt = prompt.ok_or_else(|| Error::not_found("unknown prompt"))?;
        prompt.fill(arguments).map_err(|error| Error::invalid(error.to_string()))
    }

    /// Reads one resource of a template: its action is called like a tool, with the variables' values as arguments.
    ///
    /// # Errors
    ///
    /// As for [`Self::call_tool`].
    pub async fn read_template(
        &self,
        caller: &Caller,
        server: &Published,
        template: &Template,
        values: &[(&str, String)],
        outbound: &Outbound,
        with: Companions<'_>,
    ) -> Result<Outcome, Error> {
        if !caller.reads_resources(server.id) {
            return Err(Error::not_found("unknown resource"));
        }
        let arguments: Map<String, Value> = values
            .iter()
            .map(|(variable, text)| {
                let argument = template.template.argument(variable);
                (argument.to_owned(), typed(&template.tool.input_schema, argument, text))
            })
            .collect();
        let arguments = Value::Object(arguments).to_string();
        self.call(caller, server, &template.tool, &arguments, outbound, with).await
    }
}

impl Template {
    pub(crate) fn new(template: ResourceTemplate, tool: Tool) -> Option<Self> {
        let safe = match &tool.work {
            Work::Http(work) => work.call.is_safe(),
            Work::ReadResult | Work::Find(_) | Work::ConnectApp => false,
        };
        safe.then_some(Self { template, tool })
    }
}

fn property(schema: &RawJson, name: &str) -> Value {
    let schema: Value = serde_json::from_str(schema.get()).unwrap_or_default();
    schema.get("properties").and_then(|all| all.get(name)).cloned().unwrap_or_default()
}

/// The text of a URI as the argument's schema wants it: a number or a truth value where it takes no text. What does not fit is
/// left to the schema to refuse.
fn typed(schema: &RawJson, argument: &str, text: &str) -> Value {
    let property = property(schema, argument);
    let takes = |kind: &str| match property.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
        Some(_) | None => false,
    };
    let other = takes("integer") || takes("number") || takes("boolean");
    if takes("string") || !other {
        return Value::String(text.to_owned());
    }
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        Ok(_) | Err(_) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::typed;
    use model::RawJson;
    use serde_json::{Value, json};

    #[test]
    fn a_text_becomes_what_the_schema_takes() {
        let schema = r#"{"properties":{"id":{"type":"integer"},"name":{"type":"string"},"flag":{"type":["boolean","null"]},"any":{}}}"#;
        let schema = RawJson::parse(schema.into()).unwrap();
        let check = |argument: &str, text: &str, expected: Value| {
            assert_eq!(typed(&schema, argument, text), expected, "{argument} {text}");
        };
        check("id", "42", json!(42));
        check("id", "4x", json!("4x"));
        check("id", "[1]", json!("[1]"));
        check("name", "42", json!("42"));
        check("flag", "true", json!(true));
        check("any", "42", json!("42"));
        check("other", "42", json!("42"));
    }
}
