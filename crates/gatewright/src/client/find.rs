use super::api::Api;
use anyhow::bail;
use serde_json::Value;

/// The id of what somebody names: by its id, or by the member that people know it by.
///
/// # Errors
///
/// When the account has nothing of that name; then with the names that there are.
pub(crate) async fn id(
    api: &Api,
    (what, path, member): (&str, &str, &str),
    prefix: &str,
    name: &str,
) -> anyhow::Result<String> {
    if name.strip_prefix(prefix).is_some_and(|digits| digits.len() == 32) {
        return Ok(name.to_owned());
    }
    let items = api.items(path, &[]).await?;
    let known = |item: &Value| item.get(member).and_then(Value::as_str).map(str::to_owned);
    if let Some(found) = items.iter().find(|item| known(item).as_deref() == Some(name)) {
        return Ok(found.get("id").and_then(Value::as_str).unwrap_or_default().to_owned());
    }
    let names: Vec<String> = items.iter().filter_map(known).collect();
    bail!("there is no {what} {name}: there are {}", names.join(", "))
}

/// The id of an app, by its key.
pub(crate) async fn app(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, ("app", "/apps", "key"), "app_", name).await
}

/// The id of an MCP server, by its slug.
pub(crate) async fn server(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, ("MCP server", "/servers", "slug"), "srv_", name).await
}

/// The id of a user, by its e-mail address.
pub(crate) async fn user(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, ("user", "/users", "email"), "usr_", name).await
}

/// The id of a connection, by its name.
pub(crate) async fn connection(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, ("connection", "/connections", "name"), "con_", name).await
}
