use super::AdaptError;
use model::{Action, ArgumentRule, BodyLayout, HttpCall, RawJson, ToolSettings};
use std::collections::BTreeMap;

/// Names that a message lists.
const MAX_NAMES: usize = 30;

/// What becomes of one argument.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// Callers give it under that name; the rest changes its schema.
    Offered { name: String, description: Option<String>, default: Option<RawJson> },
    /// It always has that value.
    Fixed(RawJson),
    /// It is never sent but by a walk through pages.
    Withheld,
    /// It is never sent.
    Gone,
}

/// What becomes of each argument that a rule names, and which arguments there are.
pub(super) struct Names {
    fates: BTreeMap<String, Fate>,
    all: Vec<String>,
}

impl Names {
    /// The fates, under `settings`, of the arguments in `properties` and in the call's slots.
    pub(super) fn new(
        action: &Action,
        properties: &[String],
        settings: &ToolSettings,
    ) -> Result<Self, AdaptError> {
        let mut all = properties.to_vec();
        for argument in slots(&action.call) {
            if !all.iter().any(|known| known == argument) {
                all.push(argument.to_owned());
            }
        }
        let mut names = Self { fates: BTreeMap::new(), all };
        let page = settings.pagination.as_ref().and_then(|paging| paging.parameter.as_deref());
        for (argument, rule) in &settings.arguments {
            names.check_known(argument, || format!("arguments.{argument}"))?;
            let fate = fate(argument, rule, page == Some(argument));
            names.fates.insert(argument.clone(), fate);
        }
        if let Some(paging) = &settings.pagination {
            names.check_paging(paging.parameter.as_deref(), paging.size_parameter.as_deref())?;
        }
        names.check_unique()?;
        Ok(names)
    }

    fn check_paging(&self, page: Option<&str>, size: Option<&str>) -> Result<(), AdaptError> {
        let fixed = |fate: Option<&Fate>| matches!(fate, Some(Fate::Fixed(_)));
        for (field, argument, is_taken) in [
            ("pagination.parameter", page, page.is_some_and(|page| fixed(self.fate(page)))),
            ("pagination.size_parameter", size, size.is_some_and(|size| self.fate(size).is_some())),
        ] {
            let Some(argument) = argument else { continue };
            self.check_known(argument, || field.to_owned())?;
            if is_taken {
                return Err(AdaptError::PageArgument { field, argument: argument.to_owned() });
            }
        }
        Ok(())
    }

    /// Gives an argument that no rule names a value of its own.
    pub(super) fn fix(&mut self, argument: &str, value: RawJson) {
        self.fates.insert(argument.to_owned(), Fate::Fixed(value));
    }

    fn check_known(
        &self,
        argument: &str,
        field: impl FnOnce() -> String,
    ) -> Result<(), AdaptError> {
        if self.all.iter().any(|known| known == argument) {
            return Ok(());
        }
        let shown = self.all.iter().take(MAX_NAMES).map(String::as_str).collect::<Vec<_>>();
        let known = match self.all.len() {
            0 => "it has none".to_owned(),
            1..=MAX_NAMES => format!("there are {}", shown.join(", ")),
            _ => format!("there are {}, …", shown.join(", ")),
        };
        Err(AdaptError::UnknownArgument { field: field(), argument: argument.to_owned(), known })
    }

    /// Slots are told apart by their arguments' names, so even one that callers do not see keeps its own.
    fn check_unique(&self) -> Result<(), AdaptError> {
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for argument in &self.all {
            let name = self.name(argument);
            if let Some(other) = taken.insert(name, argument) {
                let argument = if name == argument { other } else { argument }.to_owned();
                return Err(AdaptError::NameTaken { argument, name: name.to_owned() });
            }
        }
        Ok(())
    }

    /// What becomes of an argument; nothing when it stays as it is.
    pub(super) fn fate(&self, argument: &str) -> Option<&Fate> {
        self.fates.get(argument)
    }

    /// The name that an argument has in the tool.
    pub(super) fn name<'n>(&'n self, argument: &'n str) -> &'n str {
        match self.fate(argument) {
            Some(Fate::Offered { name, .. }) => name,
            Some(Fate::Fixed(_) | Fate::Withheld | Fate::Gone) | None => argument,
        }
    }

    pub(super) fn is_gone(&self, argument: &str) -> bool {
        matches!(self.fate(argument), Some(Fate::Gone))
    }

    /// Whether a value is sent when a caller gives none.
    pub(super) fn is_given(&self, argument: &str) -> bool {
        match self.fate(argument) {
            Some(Fate::Offered { default, .. }) => default.is_some(),
            Some(Fate::Fixed(_)) => true,
            Some(Fate::Withheld | Fate::Gone) | None => false,
        }
    }

    /// Whether callers cannot give it.
    pub(super) fn is_unseen(&self, argument: &str) -> bool {
        match self.fate(argument) {
            Some(Fate::Fixed(_) | Fate::Withheld | Fate::Gone) => true,
            Some(Fate::Offered { .. }) | None => false,
        }
    }

    /// Whether every argument stays as it is.
    pub(super) fn is_empty(&self) -> bool {
        self.fates.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Fate)> {
        self.fates.iter().map(|(argument, fate)| (argument.as_str(), fate))
    }
}

fn fate(argument: &str, rule: &ArgumentRule, is_page: bool) -> Fate {
    match (&rule.fixed, &rule.default, rule.hidden) {
        (Some(value), _, _) | (None, Some(value), true) => Fate::Fixed(value.clone()),
        (None, None, true) if is_page => Fate::Withheld,
        (None, None, true) => Fate::Gone,
        (None, default, false) => Fate::Offered {
            name: rule.rename.clone().unwrap_or_else(|| argument.to_owned()),
            description: rule.description.clone(),
            default: default.clone(),
        },
    }
}

/// The arguments that fill something of a request.
fn slots(call: &HttpCall) -> Vec<&str> {
    let mut found: Vec<&str> = call.parameters.iter().map(|one| one.argument.as_str()).collect();
    if let Some(body) = &call.body {
        match &body.layout {
            BodyLayout::Fields(fields) => {
                found.extend(fields.iter().map(|field| field.argument.as_str()));
            }
            BodyLayout::Whole { argument } | BodyLayout::Tagged { argument } => {
                found.push(argument);
            }
            BodyLayout::Template(template) => found.extend(template.arguments()),
        }
        found.extend(body.choice.as_deref());
    }
    found
}
