use model::RawJson;
use serde::{Deserialize, Serialize};

/// What is done to the arguments of every call of a tool before they fill their slots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Injected {
    /// Values that are added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<InjectedValue>,
    /// Arguments that callers may not give, and that get no value either: a walk through pages sets them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
}

/// A value that is added to the arguments of every call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InjectedValue {
    /// The argument.
    pub argument: String,
    /// Its value.
    pub value: RawJson,
    /// Whether it takes the place of a caller's; otherwise it is for calls without one.
    pub fixed: bool,
}

impl Injected {
    /// Whether arguments stay as callers write them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.withheld.is_empty()
    }

    /// Whether callers cannot give that argument, which so is none to tell them of.
    #[must_use]
    pub fn hides(&self, argument: &str) -> bool {
        self.withheld.iter().any(|one| one == argument)
            || self.values.iter().any(|one| one.fixed && one.argument == argument)
    }
}
