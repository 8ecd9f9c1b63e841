use super::signing::Opened;
use crate::Error;
use model::{AccountId, AuthWay, ConnectionField, FieldPath, FieldSource};
use serde_json::Value;
use std::collections::BTreeMap;
use upstream::{Client, Request};

/// The values that somebody entered, if they are all that the way asks for, and fit.
///
/// # Errors
///
/// [`crate::Kind::Invalid`], which quotes no value.
pub(super) fn entered(
    way: &AuthWay,
    given: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Error> {
    let at = |name: &str| format!("fields.{name}");
    for (name, value) in &given {
        let Some(field) = way.fields.iter().find(|field| field.name == *name) else {
            let message = "this way of the app has no such field";
            return Err(Error::invalid(message).code("unknown_field").field(at(name)));
        };
        field
            .check_value(value)
            .map_err(|error| Error::invalid(error.to_string()).field(at(name)))?;
    }
    let is_missing = |field: &&ConnectionField| {
        field.source == FieldSource::Asked
            && field.default.is_none()
            && !given.contains_key(&field.name)
    };
    if let Some(field) = way.fields.iter().find(is_missing) {
        let message = format!("{}: a value is needed", field.title);
        return Err(Error::invalid(message).code("missing_field").field(at(&field.name)));
    }
    Ok(given)
}

/// Adds the values that a token endpoint's answer has.
///
/// # Errors
///
/// [`crate::Kind::Invalid`] when it has one not, or one that does not fit.
pub(super) fn answered(
    way: &AuthWay,
    answer: &Value,
    values: &mut BTreeMap<String, String>,
) -> Result<(), Error> {
    for field in &way.fields {
        let FieldSource::TokenAnswer(path) = &field.source else { continue };
        if !values.contains_key(&field.name) {
            let value = value_of(field, path, answer)?;
            values.insert(field.name.clone(), value);
        }
    }
    Ok(())
}

/// The same for the answer to a refresh, which may have them anew or not at all.
pub(super) fn follow(way: &AuthWay, answer: &Value, values: &mut BTreeMap<String, String>) {
    for field in &way.fields {
        if let FieldSource::TokenAnswer(path) = &field.source
            && let Ok(value) = value_of(field, path, answer)
        {
            values.insert(field.name.clone(), value);
        }
    }
}

/// Asks for the values that a request with the new credential finds.
///
/// # Errors
///
/// [`crate::Kind::Invalid`] when it does not find one, or one that does not fit.
pub(super) async fn look_up(
    client: &Client,
    account: AccountId,
    opened: &mut Opened,
) -> Result<(), Error> {
    let Opened::Way(way, _) = &*opened else { return Ok(()) };
    for field in way.fields.clone() {
        let (FieldSource::Lookup(lookup), Opened::Way(way, secret)) = (&field.source, &*opened)
        else {
            continue;
        };
        if secret.fields.contains_key(&field.name) {
            continue;
        }
        let failed = |why: String| {
            let message = format!("{} could not be looked up: {why}", field.title);
            Error::invalid(message).code("lookup_failed")
        };
        let url =
            way.fill(&lookup.url, &secret.fields).map_err(|error| failed(error.to_string()))?;
        let request = Request::get(&url).map_err(|error| failed(error.to_string()))?;
        let origin = request.origin();
        let credential = opened
            .credential(client, "new", vec![origin.clone()])
            .map_err(|error| failed(error.to_string()))?;
        let route = client.route(origin, account, credential);
        let answer = client
            .send(request, &route, &client.limits().with_timeout(client.limits().token))
            .await
            .map_err(|error| failed(error.to_string()))?;
        if answer.status != 200 {
            return Err(failed(format!("the app answered HTTP {}", answer.status)));
        }
        let answer: Value = serde_json::from_slice(&answer.body)
            .map_err(|_| failed("the app did not answer with JSON".to_owned()))?;
        let value = value_of(&field, &lookup.value, &answer)?;
        if let Opened::Way(_, secret) = opened {
            secret.fields.insert(field.name.clone(), value);
        }
    }
    Ok(())
}

fn value_of(field: &ConnectionField, path: &FieldPath, answer: &Value) -> Result<String, Error> {
    let invalid = |why: String| Error::invalid(why).code("field_not_answered");
    let value = match path.find(answer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
            return Err(invalid(format!("{}: the app's answer has no {path}", field.title)));
        }
    };
    // The origin of some answers ends with a slash.
    let value = value.trim_end_matches('/').to_owned();
    field.check_value(&value).map_err(|error| {
        invalid(format!("{}: the app answered something else: {error}", field.title))
    })?;
    Ok(value)
}
