//! Rules that a definition keeps, whoever wrote it.

use crate::{ActionDefinition, Definition, error::Problem};
use std::collections::HashSet;

/// Actions of one definition.
const ACTIONS_MAX: usize = 1_000;
/// Headers of every request.
const HEADERS_MAX: usize = 20;
/// Hosts beside the base URL's own that get credentials.
const TRUSTED_HOSTS_MAX: usize = 20;
/// Words to find an app by.
const CATEGORIES_MAX: usize = 10;
/// Arguments of one action.
const ARGUMENTS_MAX: usize = 200;
/// The longest that key and action are together with what stands between them: a tool's name.
const TOOL_NAME_MAX: usize = model::ToolName::MAX;

pub(crate) fn definition(app: &Definition) -> Result<(), Problem> {
    text("name", &app.name, 100)?;
    text("description", &app.description, 500)?;
    https("homepage", &app.homepage)?;
    if let Some(icon) = &app.icon {
        https("icon", icon)?;
    }
    count("categories", app.categories.len(), CATEGORIES_MAX)?;
    for (at, category) in app.categories.iter().enumerate() {
        text(&format!("categories[{at}]"), category, 40)?;
    }
    count("trusted_hosts", app.trusted_hosts.len(), TRUSTED_HOSTS_MAX)?;
    for (at, host) in app.trusted_hosts.iter().enumerate() {
        callable(&format!("trusted_hosts[{at}]"), host)?;
    }
    headers(app)?;
    count("auth", app.auth.len(), model::MAX_AUTH_WAYS)?;
    let mut ways = HashSet::new();
    for (at, way) in app.auth.iter().enumerate() {
        let place = |problem: Problem| problem.within(&format!("auth[{at}]"));
        way.check().map_err(|error| place(error.into()))?;
        if !ways.insert(&way.name) {
            return Err(place(Problem::new("name", "another way has this name: choose another")));
        }
        if way.base_url.is_none() {
            way.check_url("base_url", &app.base_url).map_err(Problem::from)?;
        }
    }
    if app.auth.is_empty() {
        callable("base_url", &app.base_url)?;
    }
    if app.actions.is_empty() {
        return Err(Problem::new("actions", "an app does something: write at least one action"));
    }
    count("actions", app.actions.len(), ACTIONS_MAX)?;
    let mut keys = HashSet::new();
    for (at, action) in app.actions.iter().enumerate() {
        if !keys.insert(&action.key) {
            let message = "another action has this key: choose another";
            return Err(Problem::new(format!("actions[{at}].key"), message));
        }
    }
    Ok(())
}

pub(crate) fn action(app: &Definition, action: &ActionDefinition) -> Result<(), Problem> {
    let longest = TOOL_NAME_MAX.saturating_sub(app.key.len() + 1);
    if action.key.len() > longest || action.key.starts_with('.') {
        let message = format!(
            "with the app's key, a tool's name has at most {TOOL_NAME_MAX} characters: use at most {longest} here, and no . in front"
        );
        return Err(Problem::new("key", message));
    }
    text("title", &action.title, 120)?;
    text("description", &action.description, 1_024)?;
    count("arguments", action.arguments.len(), ARGUMENTS_MAX)?;
    if let Some(server) = &action.server {
        callable("server", server)?;
    }
    if action.accept.as_deref().is_some_and(|accept| !is_header_value(accept)) {
        return Err(Problem::new("accept", "must be printable ASCII"));
    }
    match (&action.request, &action.from) {
        (Some(text), None) => request(text).map(drop)?,
        (None, Some(_)) => {
            if !action.arguments.is_empty() || action.body.is_some() || !action.required.is_empty()
            {
                let message = "the operation of `api` says what its arguments and its body are: leave them out";
                return Err(Problem::new("from", message));
            }
        }
        (Some(_), Some(_)) | (None, None) => {
            let message = "say either `request: GET /path`, or `from:` an operation of `api`";
            return Err(Problem::new("request", message));
        }
    }
    let mut known = app.auth.iter().flat_map(|way| way.method.scopes()).map(|scope| &scope.name);
    let undeclared = action.scopes.iter().find(|scope| !known.clone().any(|one| one == *scope));
    if let Some(scope) = undeclared {
        let message = if known.next().is_none() {
            "no way to connect has scopes: list them there".to_owned()
        } else {
            format!("{scope:?} is no scope of a way to connect: list it there")
        };
        return Err(Problem::new("scopes", message));
    }
    Ok(())
}

/// Method and path.
pub(crate) fn request(text: &str) -> Result<(&str, &str), Problem> {
    let wrong = |message: &str| Problem::new("request", message);
    let parts = text.split_once(' ');
    let (method, path) =
        parts.ok_or_else(|| wrong("write method and path, such as GET /users/{id}"))?;
    let methods = ["GET", "HEAD", "OPTIONS", "QUERY", "POST", "PUT", "PATCH", "DELETE"];
    if !methods.contains(&method) {
        return Err(wrong(&format!("the method is one of {}", methods.join(", "))));
    }
    let allowed = |b: u8| matches!(b, b'!'..=b'~') && !br##"#\"<>^`|"##.contains(&b);
    let is_path = path.starts_with('/') && !path.starts_with("//") && path.len() <= 2_000;
    if !is_path || !path.bytes().all(allowed) {
        return Err(wrong(
            "the path begins with one / and holds what a URL may hold, percent-encoded where it must be",
        ));
    }
    let (before, _) = path.split_once('?').unwrap_or((path, ""));
    if before.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(wrong("the path has a segment . or .."));
    }
    Ok((method, path))
}

fn headers(app: &Definition) -> Result<(), Problem> {
    count("headers", app.headers.len(), HEADERS_MAX)?;
    for (name, value) in &app.headers {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty()
            || name.len() > 200
            || !name.bytes().all(token)
            || !is_header_value(value)
        {
            let message =
                "a header has a name of letters, digits and -, and a value of printable ASCII";
            return Err(Problem::new(format!("headers.{name}"), message));
        }
    }
    Ok(())
}

fn is_header_value(value: &str) -> bool {
    (1..=2_000).contains(&value.len())
        && value.bytes().all(|b| matches!(b, b' '..=b'~'))
        && value.trim().len() == value.len()
}

fn count(field: &str, count: usize, most: usize) -> Result<(), Problem> {
    if count <= most {
        Ok(())
    } else {
        Err(Problem::new(field, format!("has {count} items: {most} at most")))
    }
}

fn text(field: &str, text: &str, most: usize) -> Result<(), Problem> {
    let visible = !text.contains(|c: char| c.is_control() && c != '\n');
    if (1..=most).contains(&text.chars().count()) && visible && text.trim() == text {
        return Ok(());
    }
    let message =
        format!("it has 1 to {most} characters, all of them visible, and no space at either end");
    Err(Problem::new(field, message))
}

/// What is called: over TLS, or on this very machine.
fn callable(field: &str, url: &str) -> Result<(), Problem> {
    if model::is_loopback_url(url) && is_plain(url) { Ok(()) } else { https(field, url) }
}

fn is_plain(url: &str) -> bool {
    url.len() <= 2_000
        && url.bytes().all(|b| matches!(b, b'!'..=b'~'))
        && !url.contains(['#', '{', '}', '@', '\\'])
}

fn https(field: &str, url: &str) -> Result<(), Problem> {
    let host =
        url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if !host.is_empty() && is_plain(url) {
        return Ok(());
    }
    Err(Problem::new(field, "must be an absolute https URL"))
}
