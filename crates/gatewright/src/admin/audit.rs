use crate::cli::Data;
use anyhow::{Context as _, bail};
use app::{AuditReport, Verdict};
use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// What to do about a log that is not as it was written.
pub(crate) const ALTERED: &str =
    "the audit log was altered from outside: restore a backup, and compare";

/// The text of a file with checkpoints.
pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("cannot read the checkpoints in {}", path.display()))
}

/// Looks at every row of the installation's audit logs.
pub(crate) async fn verify(
    data: &Data,
    checkpoints: Option<&str>,
    json: bool,
) -> anyhow::Result<()> {
    let installation = super::open(data).await?;
    let reports = installation.verify_audit(checkpoints).await?;
    installation.close().await;
    let stdout = &mut io::stdout().lock();
    for report in &reports {
        if json { line_json(stdout, report)? } else { line(stdout, report)? }
    }
    stdout.flush()?;
    if reports.iter().any(|report| matches!(report.verdict, Verdict::Broken { .. })) {
        bail!(ALTERED);
    }
    Ok(())
}

pub(super) fn line(out: &mut impl Write, report: &AuditReport) -> io::Result<()> {
    let name = report.account.as_deref().unwrap_or("the installation");
    match &report.verdict {
        Verdict::Intact { rows } => writeln!(out, "{name}: {rows} rows, intact"),
        Verdict::Broken { seq, fault } => writeln!(out, "{name}: row {seq} {fault}"),
    }
}

fn line_json(out: &mut impl Write, report: &AuditReport) -> io::Result<()> {
    let value = match &report.verdict {
        Verdict::Intact { rows } => {
            serde_json::json!({ "account": report.account, "intact": true, "rows": rows })
        }
        Verdict::Broken { seq, fault } => serde_json::json!({
            "account": report.account,
            "intact": false,
            "seq": seq,
            "fault": fault.to_string(),
        }),
    };
    writeln!(out, "{value}")
}
