use super::{
    api::{Api, Ask},
    find,
    input::Members,
    show::{self, Column},
    target::Target,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

const COLUMNS: [Column; 9] = [
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("CALLS", "/calls"),
    Column::new("PER", "/per"),
    Column::new("MODE", "/mode"),
    Column::new("ON", "/enabled"),
    Column::new("OF", "/target/kind"),
    Column::new("SERVER", "/target/server"),
    Column::new("TOOL", "/target/tool"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum LimitCommand {
    /// List rate limits and quotas.
    List,
    /// Make a limit: so many calls in so much time, of the account or of a part of it.
    Create(Create),
    /// Show a limit.
    Get {
        /// lim_…
        limit: String,
    },
    /// Change a limit. What it counts the calls of stays: make another for that.
    Update {
        /// lim_…
        limit: String,
        #[command(flatten)]
        change: Change,
    },
    /// Remove a limit.
    Delete {
        /// lim_…
        limit: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// So many calls …
    #[arg(long, value_name = "N")]
    calls: u32,
    /// … in this time: a rate by second, minute or hour, a quota by day or month (UTC)
    #[arg(long)]
    per: Unit,
    /// What people call it
    #[arg(long)]
    name: Option<String>,
    /// Of a rate, so many at once after a pause [default: all of its calls]
    #[arg(long, value_name = "N")]
    burst: Option<u32>,
    /// Count what is over it apart, and let it in
    #[arg(long)]
    soft: bool,
    #[command(flatten)]
    of: Of,
}

/// What the calls of are counted; the account as a whole, where nothing is named.
#[derive(Debug, Args)]
struct Of {
    /// Of this MCP server, by slug or id
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Of this tool, of --server or of every server that has it
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// Of this token, by its id
    #[arg(long = "of-token", value_name = "TOKEN", conflicts_with_all = ["server", "tool", "user"])]
    held: Option<String>,
    /// Of this person with all of its tokens, by e-mail address or id
    #[arg(long, conflicts_with_all = ["server", "tool"])]
    user: Option<String>,
    /// Of each of them, with a count of its own; `--each tool --server NAME` means the tools of that server
    #[arg(long, value_name = "KIND", conflicts_with_all = ["tool", "held", "user"])]
    each: Option<Kind>,
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// So many calls
    #[arg(long, value_name = "N")]
    calls: Option<u32>,
    /// In this time
    #[arg(long)]
    per: Option<Unit>,
    /// What people call it
    #[arg(long)]
    name: Option<String>,
    /// Of a rate, so many at once after a pause
    #[arg(long, value_name = "N")]
    burst: Option<u32>,
    /// Whether what is over it is refused, or let in and counted apart
    #[arg(long)]
    mode: Option<Mode>,
    /// Whether it counts at all
    #[arg(long, value_name = "BOOL")]
    enabled: Option<bool>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Month,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    Hard,
    Soft,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Server,
    Tool,
    Token,
    User,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

impl Mode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }
}

impl Of {
    async fn target(&self, api: &Api) -> anyhow::Result<Value> {
        let server = match &self.server {
            Some(server) => Some(find::server(api, server).await?),
            None => None,
        };
        let kind = |kind: &str| Members::default().with("kind", Some(kind));
        let target = match (self.each, &self.tool) {
            (Some(Kind::Tool), _) => kind("tool").with("server", server),
            (Some(Kind::Server), _) => kind("server").with("server", server),
            (Some(Kind::Token), _) => kind("token"),
            (Some(Kind::User), _) => kind("user"),
            (None, Some(tool)) => {
                kind("tool").with("server", server).with("tool", Some(tool.as_str()))
            }
            (None, None) => match (server, &self.held, &self.user) {
                (Some(server), _, _) => kind("server").with("server", Some(server)),
                (None, Some(token), _) => kind("token").with("token", Some(token.as_str())),
                (None, None, Some(user)) => {
                    kind("user").with("user", Some(find::user(api, user).await?))
                }
                (None, None, None) => kind("account"),
            },
        };
        Ok(target.all())
    }
}

/// Runs a command on limits.
pub(crate) async fn run(target: &Target, command: LimitCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        LimitCommand::List => show::list(json, &api.items("/limits", &[]).await?, &COLUMNS)?,
        LimitCommand::Create(create) => {
            let body = Members::default()
                .with("calls", Some(create.calls))
                .with("per", Some(create.per.as_str()))
                .with("name", create.name)
                .with("burst", create.burst)
                .with("mode", create.soft.then_some(Mode::Soft.as_str()))
                .with("target", Some(create.of.target(&api).await?));
            show::one(json, &api.json(Ask::post("/limits", body.all())).await?)?;
        }
        LimitCommand::Get { limit } => {
            show::one(json, &api.json(Ask::get(&format!("/limits/{limit}"))).await?)?;
        }
        LimitCommand::Update { limit, change } => {
            let patch = Members::default()
                .with("calls", change.calls)
                .with("per", change.per.map(Unit::as_str))
                .with("name", change.name)
                .with("burst", change.burst)
                .with("mode", change.mode.map(Mode::as_str))
                .with("enabled", change.enabled)
                .some()?;
            show::one(json, &api.json(Ask::patch(&format!("/limits/{limit}"), patch)).await?)?;
        }
        LimitCommand::Delete { limit } => {
            api.json(Ask::delete(&format!("/limits/{limit}"))).await?;
            show::say(json, &format!("removed {limit}"))?;
        }
    }
    api.close().await;
    Ok(())
}
