use app::{Import, PublishOutcome, Status};
use serde::Serialize;
use serde_json::Value;
use std::io::{self, Write};

/// Operations that the report of `up` names; `import --dry-run` names them all.
const NAMED_MAX: usize = 10;

/// Where people begin: what a start tells beside the MCP URL.
pub(crate) struct Begin {
    /// The console, if there is one.
    pub(crate) console_url: Option<String>,
    /// Where the first owner of an account that has no users chooses a password.
    pub(crate) setup_url: Option<String>,
}

impl Begin {
    /// For people.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if let Some(url) = &self.console_url {
            writeln!(out, "\nConsole  {url}")?;
        }
        let Some(url) = &self.setup_url else { return Ok(()) };
        writeln!(
            out,
            "\nSet up   {url}\n         (makes the first owner; once, within an hour; the next start shows another)"
        )
    }
}

/// The one line of `up --json`.
pub(crate) fn ready_line(
    url: &str,
    token: Option<&str>,
    begin: &Begin,
    list_bytes: usize,
    outcome: &PublishOutcome,
) -> String {
    let counts = outcome.import.report.counts();
    serde_json::json!({
        "mcp_url": url,
        "token": token,
        "console_url": begin.console_url,
        "setup_url": begin.setup_url,
        "tools": counts.exposed + counts.degraded,
        "tokens_estimate": model::tokens_estimate(list_bytes),
        "report": counts,
    })
    .to_string()
}

/// What `up` has done.
pub(crate) fn up(
    out: &mut impl Write,
    outcome: &PublishOutcome,
    list_bytes: usize,
) -> io::Result<()> {
    let import = &outcome.import;
    writeln!(
        out,
        "{} {} (OpenAPI {}) at {}",
        import.title,
        import.version,
        import.format.as_str(),
        outcome.base_url
    )?;
    summary(out, import)?;
    named(out, import, NAMED_MAX)?;
    if outcome.wrote {
        let (added, changed, removed) = (outcome.added, outcome.changed, outcome.removed);
        writeln!(out, "\nPublished: {added} tools new, {changed} changed, {removed} removed.")?;
    } else {
        writeln!(out, "\nNothing has changed since it was last published.")?;
    }
    let tokens = model::tokens_estimate(list_bytes);
    writeln!(
        out,
        "The tool list has {list_bytes} bytes, about {tokens} tokens for a model that reads it whole."
    )
}

fn summary(out: &mut impl Write, import: &Import) -> io::Result<()> {
    let counts = import.report.counts();
    writeln!(
        out,
        "{} operation{}: {} exposed, {} degraded, {} excluded, {} refused",
        import.report.operations.len(),
        if import.report.operations.len() == 1 { "" } else { "s" },
        counts.exposed,
        counts.degraded,
        counts.excluded,
        counts.refused
    )
}

/// The operations that are not simply exposed, the gravest first.
fn named(out: &mut impl Write, import: &Import, most: usize) -> io::Result<()> {
    let mut others: Vec<_> =
        import.report.operations.iter().filter(|one| one.status != Status::Exposed).collect();
    others.sort_by_key(|one| std::cmp::Reverse(one.status));
    for one in others.iter().take(most) {
        let status = match one.status {
            Status::Exposed => "exposed",
            Status::Degraded => "degraded",
            Status::Excluded => "excluded",
            Status::Refused => "refused",
        };
        writeln!(out, "  {status:9} {} {}", one.method, one.path)?;
        for note in &one.notes {
            let file = note.file.as_deref().map(|file| format!("{file} ")).unwrap_or_default();
            writeln!(out, "            {}: {}", note.reason, note.fix)?;
            writeln!(out, "            at {file}{}:{} {}", note.line, note.column, note.pointer)?;
        }
    }
    if others.len() > most {
        writeln!(
            out,
            "  … and {} more: `gatewright import --dry-run` shows all",
            others.len() - most
        )?;
    }
    Ok(())
}

/// The report of `import`, for people.
pub(crate) fn import(out: &mut impl Write, import: &Import) -> anyhow::Result<()> {
    writeln!(out, "{} {} (OpenAPI {})", import.title, import.version, import.format.as_str())?;
    summary(out, import)?;
    for note in &import.report.notes {
        writeln!(out, "  {}: {} (line {}, {})", note.reason, note.fix, note.line, note.pointer)?;
    }
    Ok(named(out, import, usize::MAX)?)
}

#[derive(Serialize)]
struct ImportReport<'a> {
    title: &'a str,
    version: &'a str,
    format: app::Format,
    servers: &'a [String],
    tools: usize,
    report: app::Counts,
    #[serde(flatten)]
    details: &'a app::Report,
}

/// The report of `import`, as one JSON document.
pub(crate) fn import_json(out: &mut impl Write, import: &Import) -> anyhow::Result<()> {
    let report = ImportReport {
        title: &import.title,
        version: &import.version,
        format: import.format,
        servers: &import.servers,
        tools: import.actions.len(),
        report: import.report.counts(),
        details: &import.report,
    };
    serde_json::to_writer(&mut *out, &report)?;
    Ok(writeln!(out)?)
}

/// One row of the request log, as the control API gives it.
pub(crate) fn row(out: &mut impl Write, row: &Value, json: bool) -> anyhow::Result<()> {
    if json {
        return Ok(writeln!(out, "{}", one_line(&row.to_string()))?);
    }
    let text = |name: &str| row[name].as_str().map(shown).unwrap_or_default();
    let upstream = row["upstream_status"].as_u64().map(|status| format!("HTTP {status}"));
    let at = row["at"].as_str().and_then(|at| at.parse::<model::Timestamp>().ok());
    writeln!(
        out,
        "{} {:10} {} {} {} {:.1} ms {} {} {}",
        at.map(|at| at.strftime("%Y-%m-%d %H:%M:%S%.3fZ").to_string()).unwrap_or_default(),
        text("outcome"),
        text("server"),
        text("method"),
        text("tool"),
        row["duration_us"].as_f64().unwrap_or_default() / 1_000.0,
        upstream.unwrap_or_default(),
        text("client_name"),
        text("error")
    )?;
    Ok(())
}

/// JSON text without what some readers take for the end of a line, or a terminal for an order: JSON allows it in strings as it is.
fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            line.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            line.push(c);
        }
    }
    line
}

/// Text that came from outside, on a terminal: what could move the cursor or forge a line is escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}
