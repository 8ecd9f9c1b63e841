use super::show;
use crate::snippets;
use anyhow::Context as _;
use serde_json::Value;
use std::io::Write as _;

/// The URLs, and the snippets of one of them; `token` is the command that makes one.
pub(crate) fn show(
    json: bool,
    info: &Value,
    host: Option<&str>,
    token: &str,
) -> anyhow::Result<()> {
    if json {
        return show::one(json, info);
    }
    let urls = info.get("urls").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_asked = |one: &&Value| match host {
        Some(host) => text(one, "url").split(['/', ':']).any(|part| part == host),
        None => true,
    };
    let asked = urls.iter().find(is_asked).with_context(|| {
        format!("the server has no host name {}: see its settings", host.unwrap_or_default())
    })?;
    let out = &mut std::io::stdout().lock();
    for one in urls {
        writeln!(out, "MCP URL  {}", text(one, "url"))?;
    }
    if info.get("answers") == Some(&Value::Bool(false)) {
        writeln!(
            out,
            "         (it does not answer now: it is off, shut out, or nothing is published)"
        )?;
    }
    writeln!(out, "Token    `{token}` makes one")?;
    for one in asked.get("snippets").and_then(Value::as_array).into_iter().flatten() {
        let file = one.get("file").and_then(Value::as_str);
        let link = one.get("link").and_then(Value::as_str);
        snippets::snippet(out, text(one, "title"), file, text(one, "text"), link)?;
    }
    Ok(())
}

fn text<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}
