//! What a customer enters, checked.

use crate::Error;
use model::{AuthMethod, AuthWay, FieldSource, Secret, WayCredential};
use std::collections::BTreeMap;

/// The longest secret, in bytes: what a header can hold.
const SECRET_BYTES_MAX: usize = 8 << 10;

type Values = BTreeMap<String, Secret>;

/// What was entered for the fields of that way.
///
/// # Errors
///
/// [`crate::Kind::Invalid`] with the name of the input, which quotes no value.
pub(super) fn fields(way: &AuthWay, values: &Values) -> Result<BTreeMap<String, String>, Error> {
    let mut found = BTreeMap::new();
    for field in way.fields.iter().filter(|field| field.source == FieldSource::Asked) {
        let input = format!("field.{}", field.name);
        let Some(value) = text(values, &input)?.or_else(|| field.default.clone()) else {
            return Err(missing(&input));
        };
        field.check_value(&value).map_err(|error| match error {
            model::FieldError::Value { expected, .. } => Error::invalid(expected).field(input),
            error @ (model::FieldError::Braces | model::FieldError::Missing(_)) => {
                Error::invalid(error.to_string()).field(input)
            }
        })?;
        found.insert(field.name.clone(), value);
    }
    Ok(found)
}

/// The credential that was entered for that way.
///
/// # Errors
///
/// [`crate::Kind::Invalid`] with the name of the input, which quotes no value.
pub(super) fn credential(way: &AuthWay, values: &Values) -> Result<WayCredential, Error> {
    let secret = |name: &str| secret(values, name);
    Ok(match &way.method {
        AuthMethod::OAuth2(_) => {
            return Err(Error::conflict(
                "this way to connect is not set up: it has no OAuth client",
            )
            .code("no_oauth_client"));
        }
        AuthMethod::ClientCredentials(_) => WayCredential::ClientCredentials {
            client_id: text(values, "client_id")?.ok_or_else(|| missing("client_id"))?,
            client_secret: secret("client_secret")?,
        },
        AuthMethod::ApiKey(_) => WayCredential::ApiKey { value: secret("api_key")? },
        AuthMethod::Bearer => WayCredential::Bearer { token: secret("token")? },
        AuthMethod::Basic(names) => WayCredential::Basic {
            username: secret("username")?,
            password: match &names.password {
                Some(_) => secret("password")?,
                None => Secret::new(Vec::new()),
            },
        },
        AuthMethod::Fields => WayCredential::Fields,
    })
}

/// A text without what was pasted around it; none when it is empty.
fn text(values: &Values, name: &str) -> Result<Option<String>, Error> {
    let Some(value) = values.get(name) else { return Ok(None) };
    let text = std::str::from_utf8(value.expose()).unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > SECRET_BYTES_MAX || text.contains(char::is_control) {
        let message = format!("it has at most {SECRET_BYTES_MAX} characters, all of them visible");
        return Err(Error::invalid(message).field(name.to_owned()));
    }
    Ok(Some(text.to_owned()))
}

fn secret(values: &Values, name: &str) -> Result<Secret, Error> {
    text(values, name)?.map(Secret::from).ok_or_else(|| missing(name))
}

fn missing(input: &str) -> Error {
    Error::invalid("this is needed").field(input.to_owned())
}
