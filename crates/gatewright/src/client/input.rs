use anyhow::{Context as _, bail};
use serde_json::{Map, Value};

/// The text of a file; `-` is standard input.
pub(crate) fn text(path: &str) -> anyhow::Result<String> {
    if path == "-" {
        return std::io::read_to_string(std::io::stdin()).context("cannot read standard input");
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {path}: check the path"))
}

/// JSON that was given on the command line, or as `@file`, or as `@-` for standard input.
pub(crate) fn json(option: &str, given: &str) -> anyhow::Result<Value> {
    let text = match given.strip_prefix('@') {
        Some(path) => text(path)?,
        None => given.to_owned(),
    };
    serde_json::from_str(&text).with_context(|| format!("{option} is no JSON"))
}

/// Members of an object that were given; those that were not are left out.
#[derive(Default)]
pub(crate) struct Members(Map<String, Value>);

impl Members {
    pub(crate) fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        self.0.extend(value.map(|value| (name.to_owned(), value.into())));
        self
    }

    /// Those members too.
    pub(crate) fn merged(mut self, others: Value) -> Self {
        if let Value::Object(others) = others {
            self.0.extend(others);
        }
        self
    }

    /// The members, of which there must be some.
    pub(crate) fn some(self) -> anyhow::Result<Value> {
        if self.0.is_empty() {
            bail!("say what to change: see --help");
        }
        Ok(self.all())
    }

    pub(crate) fn all(self) -> Value {
        Value::Object(self.0)
    }
}
