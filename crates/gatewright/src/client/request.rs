use super::{
    api::{Api, Ask, Query},
    find, life,
    show::{self, Column},
    target::Target,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

const COLUMNS: [Column; 10] = [
    Column::new("ID", "/id"),
    Column::new("AT", "/at"),
    Column::new("OUTCOME", "/outcome"),
    Column::new("SERVER", "/server"),
    Column::new("METHOD", "/method"),
    Column::new("TOOL", "/tool"),
    Column::new("WHO", "/principal_name"),
    Column::new("CLIENT", "/client_name"),
    Column::new("HTTP", "/upstream_status"),
    Column::new("ERROR", "/error"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum RequestCommand {
    /// Search the request log, newest first.
    List {
        #[command(flatten)]
        filter: Filter,
        /// Rows at most
        #[arg(long, short = 'n', default_value_t = 50, value_name = "N")]
        lines: usize,
    },
    /// Show a request, with arguments and result where the server keeps them.
    Get {
        /// req_…
        request: String,
    },
    /// Print a call as commands for a shell: at the MCP server, and at the API. Secrets are variables.
    Curl {
        /// req_…
        request: String,
    },
    /// Show what a call would send to the API today; nothing is sent.
    Replay {
        /// req_…
        request: String,
    },
    /// Print every row that fits, oldest first.
    Export {
        #[command(flatten)]
        filter: Filter,
        /// JSON Lines, or comma-separated values for a spreadsheet
        #[arg(long, default_value = "jsonl")]
        format: Format,
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
    /// Of this MCP server, by slug or id; earlier slugs too
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Of this tool
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// By this token, by its id, or by this person with all of its tokens, by e-mail address or id
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// By clients that call themselves so
    #[arg(long, value_name = "NAME")]
    client: Option<String>,
    /// That ended so; `failed` is either of the two errors
    #[arg(long)]
    outcome: Option<Outcome>,
    /// Of this MCP method, such as tools/call
    #[arg(long)]
    method: Option<String>,
    /// Only of somebody who tried a tool, or none of those
    #[arg(long, value_name = "BOOL")]
    test: Option<bool>,
    /// With this text in the tool, the error, the client's name, or what was kept of arguments and results
    #[arg(long)]
    text: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Outcome {
    Ok,
    ToolError,
    Error,
    Failed,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    Jsonl,
    Csv,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool_error",
            Self::Error => "error",
            Self::Failed => "failed",
        }
    }
}

impl Format {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

impl Filter {
    async fn query(self, api: &Api) -> anyhow::Result<Query> {
        let now = model::Timestamp::now();
        let principal = match self.by {
            Some(token) if token.starts_with("tok_") => Some(token),
            Some(user) => Some(find::user(api, &user).await?),
            None => None,
        };
        Ok(vec![
            ("from", life::moment("--from", self.from.as_deref(), now)?),
            ("to", life::moment("--to", self.to.as_deref(), now)?),
            ("server", self.server),
            ("tool", self.tool),
            ("principal", principal),
            ("client", self.client),
            ("outcome", self.outcome.map(|outcome| outcome.as_str().to_owned())),
            ("method", self.method),
            ("test", self.test.map(|test| test.to_string())),
            ("text", self.text),
        ])
    }
}

/// Runs a command on the request log.
pub(crate) async fn run(target: &Target, command: RequestCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        RequestCommand::List { filter, lines } => {
            let query = filter.query(&api).await?;
            show::list(json, &api.first(lines, "/requests", &query).await?, &COLUMNS)?;
        }
        RequestCommand::Get { request } => {
            show::one(json, &api.json(Ask::get(&format!("/requests/{request}"))).await?)?;
        }
        RequestCommand::Curl { request } => {
            let commands = api.json(Ask::get(&format!("/requests/{request}/curl"))).await?;
            if json { show::one(json, &commands)? } else { curl(&commands)? }
        }
        RequestCommand::Replay { request } => {
            let path = format!("/requests/{request}/replay");
            show::one(json, &api.json(Ask::act(&path)).await?)?;
        }
        RequestCommand::Export { filter, format } => {
            let mut query = filter.query(&api).await?;
            query.push(("format", Some(format.as_str().to_owned())));
            let reply = api.send(Ask::get("/requests/export").all(&query)).await?;
            show::whole(reply).await?;
        }
    }
    api.close().await;
    Ok(())
}

/// Two commands to be pasted into a shell, and what to set before.
fn curl(commands: &Value) -> anyhow::Result<()> {
    let text = |name: &str| commands.get(name).and_then(Value::as_str).unwrap_or_default();
    let variables = commands.get("variables").and_then(Value::as_array);
    let names = variables.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
    show::say(false, &format!("# Set before: {}", names.join(", ")))?;
    if commands.get("redacted").is_some_and(|redacted| redacted == true) {
        show::say(
            false,
            "# Something in the arguments is hidden: this is not quite what was sent.",
        )?;
    }
    show::say(false, &format!("\n# At the MCP server\n{}", text("mcp")))?;
    show::say(false, &format!("\n# At the API\n{}", text("upstream")))
}
