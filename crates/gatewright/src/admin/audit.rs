use crate::cli::Data;
use anyhow::{Context as _, bail};
use app::{AuditReport, Verdict};
use clap::Subcommand;
use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Look at every row of the audit log; exit 1 when one was edited, removed or added from outside.
    Verify {
        /// File with a server's log lines that say "audit checkpoint": they show that newer rows were removed
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(data: &Data, command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::Verify { checkpoint, json } = command;
    let checkpoints = checkpoint
        .map(|path| {
            fs::read_to_string(&path)
                .with_context(|| format!("cannot read the checkpoints in {}", path.display()))
        })
        .transpose()?;
    let installation = super::open(data).await?;
    let reports = installation.verify_audit(checkpoints.as_deref()).await?;
    installation.close().await;
    let stdout = &mut io::stdout().lock();
    for report in &reports {
        if json { line_json(stdout, report)? } else { line(stdout, report)? }
    }
    stdout.flush()?;
    if reports.iter().any(|report| matches!(report.verdict, Verdict::Broken { .. })) {
        bail!("the audit log was altered from outside: restore a backup, and compare");
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
