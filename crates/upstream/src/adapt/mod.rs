//! From an action and the settings of one server to a tool. Pure, and done once when a version is published.

mod call;
mod error;
mod injected;
mod input;
mod names;
mod output;

pub use error::AdaptError;
pub use injected::{Injected, InjectedValue};

use crate::{Projection, json::Json};
use model::{Action, Pagination, RawJson, ToolSettings};
use names::{Fate, Names};
use serde::{Deserialize, Serialize};

/// An action as one server offers it: all that listing and calling the tool needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapted {
    /// The action with the tool's texts, schemas and slots. Arguments are checked against its input schema as the
    /// caller wrote them, then completed with `injected`. Its name is still the action's.
    pub action: Action,
    /// What is done to the arguments of every call.
    #[serde(default, skip_serializing_if = "Injected::is_empty")]
    pub injected: Injected,
    /// The fields of an answer that are passed on. Applied before anything else reads the answer but a walk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projection: Option<Projection>,
    /// How pages are walked, with the tool's names of arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// Tokens that a result may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_budget_tokens: Option<u32>,
    /// How long an answer serves later calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_seconds: Option<u32>,
    /// How long a call may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
}

/// Applies settings to an action.
///
/// An argument stays in its slot: the request for a tool's arguments is the one that the action makes for the same
/// arguments under their old names, with those that the settings add. Read-only is never claimed of an unsafe method,
/// whatever the action says.
///
/// # Errors
///
/// [`AdaptError`] for the first rule that the action cannot be offered with.
pub fn adapt(mut action: Action, settings: &ToolSettings) -> Result<Adapted, AdaptError> {
    settings.check()?;
    check_method(&action, settings)?;
    let input = action.input_schema.clone();
    let root = Json::parse(input.get())
        .filter(|root| matches!(root, Json::Object(_)))
        .ok_or_else(|| AdaptError::Schema("it is no object".to_owned()))?;
    let properties = root.get("properties").map_or(&[][..], Json::members);
    let properties: Vec<String> =
        properties.iter().map(|(name, _)| name.clone().into_owned()).collect();
    let mut names = Names::new(&action, &properties, settings)?;
    input::check_values(&root, &names)?;
    call::check_values(&action.call, &names)?;
    if let Some(paging) = &settings.pagination
        && let (Some(argument), Some(size)) = (&paging.size_parameter, paging.size)
    {
        names.fix(argument, page_size(&root, argument, size)?);
    }
    if !names.is_empty() {
        action.input_schema = input::adapt(&root, &names)?;
        call::adapt(&mut action.call, &names)?;
    }
    action.output_schema = output::adapt(action.output_schema.take(), settings)?;
    adapt_texts(&mut action, settings);
    let pagination = settings.pagination.clone().map(|paging| Pagination {
        parameter: paging.parameter.map(|argument| names.name(&argument).to_owned()),
        ..paging
    });
    let own = Some(&action.call.answer.fields[..]).filter(|fields| !fields.is_empty());
    let projection = settings.projection.as_deref().or(own);
    Ok(Adapted {
        injected: injected(&names),
        projection: projection.map(Projection::new),
        action,
        pagination,
        result_budget_tokens: settings.result_budget_tokens,
        cache_seconds: settings.cache_seconds,
        timeout_ms: settings.timeout_ms,
    })
}

fn check_method(action: &Action, settings: &ToolSettings) -> Result<(), AdaptError> {
    if action.call.is_safe() {
        return Ok(());
    }
    let method = action.call.method.clone();
    if settings.annotations.read_only == Some(true) {
        return Err(AdaptError::ReadOnly { method });
    }
    if settings.cache_seconds.is_some() {
        return Err(AdaptError::Unsafe { field: "cache_seconds", method });
    }
    if settings.pagination.is_some() {
        return Err(AdaptError::Unsafe { field: "pagination", method });
    }
    Ok(())
}

/// The length of a page as its argument takes it: a number, or its digits where a text is asked for.
fn page_size(root: &Json<'_>, argument: &str, size: u32) -> Result<RawJson, AdaptError> {
    for value in [size.to_string(), format!("\"{size}\"")] {
        let value = RawJson::parse(value).map_err(|error| AdaptError::Schema(error.to_string()))?;
        if input::takes(root, argument, &value)? {
            return Ok(value);
        }
    }
    Err(AdaptError::Value {
        field: "pagination.size".to_owned(),
        expected: format!("the argument {argument:?} does not take {size}"),
    })
}

fn adapt_texts(action: &mut Action, settings: &ToolSettings) {
    if let Some(title) = &settings.title {
        action.title = Some(title.clone());
    }
    if let Some(description) = &settings.description {
        description.clone_into(&mut action.description);
    }
    let (hints, rules) = (&mut action.annotations, &settings.annotations);
    hints.read_only = rules.read_only.unwrap_or(hints.read_only) && action.call.is_safe();
    hints.destructive = rules.destructive.unwrap_or(hints.destructive);
    hints.idempotent = rules.idempotent.unwrap_or(hints.idempotent);
    hints.open_world = rules.open_world.unwrap_or(hints.open_world);
}

fn injected(names: &Names) -> Injected {
    let mut injected = Injected::default();
    for (argument, fate) in names.iter() {
        let (name, value, fixed) = match fate {
            Fate::Fixed(value) => (argument, value, true),
            Fate::Offered { name, default: Some(value), .. } => (name.as_str(), value, false),
            Fate::Offered { default: None, .. } | Fate::Gone => continue,
            Fate::Withheld => {
                injected.withheld.push(argument.to_owned());
                continue;
            }
        };
        let (argument, value) = (name.to_owned(), value.clone());
        injected.values.push(InjectedValue { argument, value, fixed });
    }
    injected
}
