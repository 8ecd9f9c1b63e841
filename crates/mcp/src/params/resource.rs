use super::{given, invalid, object, unasked_input};
use crate::{
    Capabilities, Json, Kind, Listen, RESOURCE_SUBSCRIPTIONS_MAX, RpcError, URI_BYTES_MAX,
    envelope::Params, is_uri,
};
use std::borrow::Cow;

pub(super) fn resource<'a>(params: &Params<'a>) -> Result<Cow<'a, str>, RpcError> {
    let uri = uri(params.uri, "params.uri")?;
    unasked_input(params)?;
    Ok(uri)
}

fn uri<'a>(json: Option<Json<'a>>, member: &str) -> Result<Cow<'a, str>, RpcError> {
    json.and_then(Json::string).filter(|text| is_uri(text)).ok_or_else(|| {
        invalid(format!(
            "{member} must be a URI with a scheme, percent-encoded, of at most {URI_BYTES_MAX} bytes"
        ))
    })
}

/// What is asked for and declared. The specification has a server leave out silently what it does not offer.
pub(super) fn listen<'a>(
    params: &Params<'a>,
    capabilities: &Capabilities,
) -> Result<Listen<'a>, RpcError> {
    const FILTER: &str = "params.notifications must be an object that names what to listen for";
    let filter = object(params.notifications, FILTER)?.ok_or_else(|| invalid(FILTER))?;
    let flag = |name: &str| match given(filter.member(name)) {
        None => Ok(false),
        Some(json) => json
            .bool()
            .ok_or_else(|| invalid(format!("params.notifications.{name} must be true or false"))),
    };
    let (tools, prompts) = (flag("toolsListChanged")?, flag("promptsListChanged")?);
    let resources = flag("resourcesListChanged")?;
    let uris = subscriptions(filter.member("resourceSubscriptions"))?;
    let offered = capabilities.resources.unwrap_or_default();
    Ok(Listen {
        tools_list_changed: tools && capabilities.tools.is_some_and(|tools| tools.list_changed),
        prompts_list_changed: prompts
            && capabilities.prompts.is_some_and(|prompts| prompts.list_changed),
        resources_list_changed: resources && offered.list_changed,
        resource_subscriptions: if offered.subscribe { uris } else { Vec::new() },
    })
}

fn subscriptions<'a>(json: Option<Json<'a>>) -> Result<Vec<Cow<'a, str>>, RpcError> {
    const MEMBER: &str = "params.notifications.resourceSubscriptions";
    let Some(json) = given(json) else { return Ok(Vec::new()) };
    if json.kind() != Kind::Array {
        return Err(invalid(format!("{MEMBER} must be an array of URIs")));
    }
    let items = json.items();
    if items.len() > RESOURCE_SUBSCRIPTIONS_MAX {
        return Err(invalid(format!(
            "{MEMBER} has {} URIs: send at most {RESOURCE_SUBSCRIPTIONS_MAX}",
            items.len()
        )));
    }
    let mut uris = Vec::with_capacity(items.len());
    for item in items {
        let uri = uri(Some(item), MEMBER)?;
        // Twice the same would be told twice.
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    Ok(uris)
}
