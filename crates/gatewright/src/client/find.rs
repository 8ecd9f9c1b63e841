use super::api::Api;
use anyhow::bail;
use serde_json::Value;

/// Something that people name otherwise than by its id.
struct Noun<'a> {
    what: &'static str,
    /// Begins its ids.
    prefix: &'static str,
    /// The list that has it.
    path: &'static str,
    /// Narrows that list.
    filter: Option<(&'static str, &'a str)>,
    /// The member that people know it by.
    member: &'static str,
}

const APP: Noun<'_> =
    Noun { what: "app", prefix: "app_", path: "/apps", filter: None, member: "key" };
const SERVER: Noun<'_> =
    Noun { what: "MCP server", prefix: "srv_", path: "/servers", filter: None, member: "slug" };
const USER: Noun<'_> =
    Noun { what: "user", prefix: "usr_", path: "/users", filter: None, member: "email" };
const CONNECTION: Noun<'_> =
    Noun { what: "connection", prefix: "con_", path: "/connections", filter: None, member: "name" };
const DELETED_SERVER: Noun<'_> =
    Noun { what: "deleted MCP server", filter: Some(("deleted", "true")), ..SERVER };

/// The id of what somebody names: by its id, or by the member that people know it by.
///
/// # Errors
///
/// When the account has nothing of that name; then with the names that there are.
async fn id(api: &Api, noun: &Noun<'_>, name: &str) -> anyhow::Result<String> {
    let is_id = |digits: &str| digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if name.strip_prefix(noun.prefix).is_some_and(is_id) {
        return Ok(name.to_owned());
    }
    let query = noun.filter.map(|(name, value)| (name, Some(value.to_owned())));
    let items = api.items(noun.path, query.as_slice()).await?;
    let known = |item: &Value| item.get(noun.member).and_then(Value::as_str).map(str::to_owned);
    if let Some(found) = items.iter().find(|item| known(item).as_deref() == Some(name)) {
        return Ok(found.get("id").and_then(Value::as_str).unwrap_or_default().to_owned());
    }
    let names: Vec<String> = items.iter().filter_map(known).collect();
    if names.is_empty() {
        bail!("there is no {} {name}: the account has none", noun.what);
    }
    bail!("there is no {} {name}: there are {}", noun.what, names.join(", "))
}

/// The id of an app, by its key.
pub(crate) async fn app(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, &APP, name).await
}

/// The id of an MCP server, by its slug.
pub(crate) async fn server(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, &SERVER, name).await
}

/// The id of an MCP server that was deleted, by its slug.
pub(crate) async fn deleted_server(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, &DELETED_SERVER, name).await
}

/// The id of a user, by its e-mail address.
pub(crate) async fn user(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, &USER, name).await
}

/// The id of a connection of that app, by its name: those of other apps may have the same.
pub(crate) async fn connection_of(api: &Api, app: &str, name: &str) -> anyhow::Result<String> {
    id(api, &Noun { filter: Some(("app", app)), ..CONNECTION }, name).await
}

/// The id of a connection, by its name.
pub(crate) async fn connection(api: &Api, name: &str) -> anyhow::Result<String> {
    id(api, &CONNECTION, name).await
}
