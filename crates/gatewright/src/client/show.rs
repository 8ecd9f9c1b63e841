use super::api::Reply;
use serde_json::Value;
use std::io::Write as _;

/// A column of a table: its head, and where its value is in an item (RFC 6901).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    head: &'static str,
    pointer: &'static str,
}

impl Column {
    pub(crate) const fn new(head: &'static str, pointer: &'static str) -> Self {
        Self { head, pointer }
    }
}

/// A list: a table for people, or one JSON array for programs.
pub(crate) fn list(json: bool, items: &[Value], columns: &[Column]) -> anyhow::Result<()> {
    let out = &mut std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut *out, items)?;
        return Ok(writeln!(out)?);
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::TableStyle::new());
    table.set_header(columns.iter().map(|column| column.head));
    for item in items {
        table.add_row(columns.iter().map(|column| text(item.pointer(column.pointer))));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    Ok(writeln!(out, "{}", table.trim_fmt())?)
}

/// One object: its members a line each for people, or JSON for programs.
pub(crate) fn one(json: bool, item: &Value) -> anyhow::Result<()> {
    let out = &mut std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut *out, item)?;
        return Ok(writeln!(out)?);
    }
    let Value::Object(members) = item else { return Ok(()) };
    let width = members.keys().map(String::len).max().unwrap_or_default();
    for (name, value) in members {
        writeln!(out, "{name:width$}  {}", text(Some(value)))?;
    }
    Ok(())
}

/// A block of a tool's result: its text line by line, or what it is.
pub(crate) fn block(block: &Value) -> anyhow::Result<()> {
    let out = &mut std::io::stdout().lock();
    let member = |name: &str| block.get(name).and_then(Value::as_str);
    match member("text") {
        Some(text) => {
            for line in text.lines() {
                writeln!(out, "{}", crate::report::shown(line))?;
            }
        }
        None => {
            let (kind, media) = (member("type"), member("mime_type"));
            let base64 = member("data").or(member("blob")).unwrap_or_default();
            let (kind, media) = (kind.unwrap_or_default(), media.unwrap_or_default());
            writeln!(
                out,
                "({kind} {}, {} characters of base64)",
                crate::report::shown(media),
                base64.len()
            )?;
        }
    }
    Ok(())
}

/// The body of an answer as it comes.
pub(crate) async fn whole(mut reply: Reply) -> anyhow::Result<()> {
    let out = &mut std::io::stdout().lock();
    while let Some(piece) = reply.chunk().await? {
        out.write_all(&piece)?;
    }
    Ok(out.flush()?)
}

/// The items of a page, or of a list that is none.
pub(crate) fn items(mut list: Value) -> Vec<Value> {
    match list.get_mut("items").map(Value::take).unwrap_or(list) {
        Value::Array(items) => items,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Vec::new()
        }
    }
}

/// Shows on a terminal that something takes its time, until it is dropped.
pub(crate) fn working(what: &'static str) -> Working {
    let bar = indicatif::ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    Working(bar)
}

/// Something that takes its time.
pub(crate) struct Working(indicatif::ProgressBar);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A line for people, and nothing for programs.
pub(crate) fn say(json: bool, line: &str) -> anyhow::Result<()> {
    if json { Ok(()) } else { Ok(writeln!(std::io::stdout().lock(), "{line}")?) }
}

/// A value in one cell. Text that came from outside cannot move the cursor or forge a line.
fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => crate::report::shown(&short_time(text)),
        Some(Value::Array(items)) => {
            items.iter().map(|item| text(Some(item))).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}

/// A point in time without what nobody reads in a table: `2026-11-26 22:45:10`.
fn short_time(text: &str) -> String {
    match text.parse::<model::Timestamp>() {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}
