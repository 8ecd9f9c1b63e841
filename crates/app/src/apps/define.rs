use super::create::Made;
use crate::{Error, actions::action_row, built_in};
use catalog::ReadDefinition;
use model::{AppDefinition, AppKey};

/// Where an app definition comes from.
pub(super) enum Given {
    /// The catalog.
    BuiltIn(AppKey),
    /// Whoever sends it.
    Own(String),
}

/// What an app of a definition begins with.
pub(super) fn made(given: Given) -> Result<Made, Error> {
    let (key, read) = match given {
        Given::BuiltIn(key) => {
            let read = built_in::known(&key).map_err(|error| match error.kind {
                crate::Kind::NotFound => Error::invalid(error.message.into_owned())
                    .code("no_such_definition")
                    .field("catalog"),
                crate::Kind::SignIn
                | crate::Kind::Forbidden
                | crate::Kind::Invalid
                | crate::Kind::Conflict
                | crate::Kind::Changed
                | crate::Kind::Wait { .. }
                | crate::Kind::Unavailable
                | crate::Kind::Internal => error,
            })?;
            (Some(key), read)
        }
        Given::Own(text) => (None, built_in::own(&text)?),
    };
    let ReadDefinition { definition, actions } = read;
    let rows =
        actions.iter().map(|action| action_row(action, None)).collect::<Result<_, Error>>()?;
    Ok(Made {
        key: definition.key.to_string(),
        title: definition.name.clone(),
        base_url: definition.base_url.clone(),
        origin: String::new(),
        trusted_hosts: definition.trusted_hosts.clone(),
        slots: definition.slots(),
        rows,
        report: None,
        definition: Some(AppDefinition {
            catalog: key,
            description: definition.description,
            homepage: definition.homepage,
            icon: definition.icon,
            categories: definition.categories,
            base_url: definition.base_url,
            auth: definition.auth,
        }),
    })
}
