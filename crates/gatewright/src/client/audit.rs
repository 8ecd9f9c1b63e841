use super::{
    api::{Api, Ask, Query},
    input, life,
    request::Format,
    show::{self, Column},
    target::Target,
};
use crate::admin;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

const COLUMNS: [Column; 8] = [
    Column::new("ROW", "/seq"),
    Column::new("ID", "/id"),
    Column::new("AT", "/at"),
    Column::new("WHO", "/actor_name"),
    Column::new("VIA", "/via"),
    Column::new("FROM", "/source"),
    Column::new("EVENT", "/event"),
    Column::new("OBJECT", "/object"),
];
/// What a checkpoint is made of; a line of a server's log holds more.
const CHECKPOINT: [&str; 6] = ["chain", "seq", "hash", "at_ms", "public_key", "signature"];

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Search the audit log, newest first.
    List {
        #[command(flatten)]
        filter: Filter,
        /// Rows at most
        #[arg(long, short = 'n', default_value_t = 50, value_name = "N")]
        lines: usize,
    },
    /// Show a row: who, when, from where, what, before and after.
    Get {
        /// aud_…
        row: String,
    },
    /// Print every row that fits, oldest first.
    Export {
        #[command(flatten)]
        filter: Filter,
        /// JSON Lines, or comma-separated values for a spreadsheet
        #[arg(long, default_value = "jsonl")]
        format: Format,
    },
    /// Sign the end of the log as it is now. Keep what is printed where the keeper of the database cannot reach it.
    Checkpoint,
    /// Look at every row of the audit log; exit 1 when one was edited, removed or added from outside.
    ///
    /// On a data directory, every account's and the installation's; on a server elsewhere, the account's.
    Verify {
        /// File with checkpoints, or with a server's log lines that say "audit checkpoint": they show that newer rows were removed
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
}

/// Which rows.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Since then: a time, a day, or so long ago, such as 2026-11-26T08:00:00Z, 2026-11-26 or 2h
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before then, written likewise
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// By whom: operator, user, token or system; or an id, or a name as it was then
    #[arg(long, value_name = "WHO")]
    actor: Option<String>,
    /// What was done, such as token.create
    #[arg(long)]
    event: Option<String>,
    /// To which object, by its id
    #[arg(long, value_name = "ID")]
    object: Option<String>,
}

impl Filter {
    fn query(self) -> anyhow::Result<Query> {
        let now = model::Timestamp::now();
        Ok(vec![
            ("from", life::moment("--from", self.from.as_deref(), now)?),
            ("to", life::moment("--to", self.to.as_deref(), now)?),
            ("actor", self.actor),
            ("event", self.event),
            ("object", self.object),
        ])
    }
}

/// Runs a command on the audit log.
pub(crate) async fn run(target: &Target, command: AuditCommand) -> anyhow::Result<()> {
    let json = target.json;
    match command {
        AuditCommand::List { filter, lines } => {
            let query = filter.query()?;
            let api = target.open().await?;
            show::list(json, &api.first(lines, "/audit", &query).await?, &COLUMNS)?;
            api.close().await;
        }
        AuditCommand::Get { row } => {
            let api = target.open().await?;
            show::one(json, &api.json(Ask::get(&format!("/audit/{row}"))).await?)?;
            api.close().await;
        }
        AuditCommand::Export { filter, format } => {
            let mut query = filter.query()?;
            query.push(("format", Some(format.as_str().to_owned())));
            let api = target.open().await?;
            let reply = api.send(Ask::get("/audit/export").all(&query)).await?;
            show::whole(reply).await?;
            api.close().await;
        }
        AuditCommand::Checkpoint => {
            let api = target.open().await?;
            // For a file, whoever reads it.
            show::one(true, &api.json(Ask::get("/audit/checkpoint")).await?)?;
            api.close().await;
        }
        AuditCommand::Verify { checkpoint } => {
            let checkpoint = checkpoint.as_deref().map(admin::audit::read).transpose()?;
            if !target.is_remote() {
                return admin::audit::verify(&target.data, checkpoint.as_deref(), json).await;
            }
            let api = target.open().await?;
            verify(&api, checkpoint.as_deref(), json).await?;
            api.close().await;
        }
    }
    Ok(())
}

async fn verify(api: &Api, checkpoints: Option<&str>, json: bool) -> anyhow::Result<()> {
    let checkpoint = match checkpoints {
        Some(text) => {
            let account = api.json(Ask::get("/account")).await?;
            Some(own(text, account.get("id")).context(
                "there is no checkpoint of this account: give what `gatewright audit checkpoint` has printed",
            )?)
        }
        None => None,
    };
    let body = input::Members::default().with("checkpoint", checkpoint).all();
    let verdict = api.json(Ask::post("/audit/verify", body)).await?;
    if json {
        show::one(json, &verdict)?;
    }
    let number = |name: &str| verdict.get(name).and_then(Value::as_i64).unwrap_or_default();
    if verdict.get("intact") == Some(&json!(true)) {
        return show::say(json, &format!("{} rows, intact", number("rows")));
    }
    let fault = verdict.get("fault").and_then(Value::as_str).unwrap_or_default();
    show::say(json, &format!("row {} {fault}", number("seq")))?;
    bail!(admin::audit::ALTERED)
}

/// The last checkpoint of an account in a file.
fn own(text: &str, account: Option<&Value>) -> Option<Value> {
    let lines =
        text.lines().filter_map(|line| serde_json::from_str::<Map<String, Value>>(line).ok());
    let mut own =
        lines.filter(|line| line.get("chain") == account && line.contains_key("signature"));
    let mut last = own.next_back()?;
    last.retain(|name, _| CHECKPOINT.contains(&name.as_str()));
    Some(Value::Object(last))
}
