use super::{
    api::Api,
    find,
    show::{self, Column},
    target::Target,
};
use clap::{Args, ValueEnum};
use serde_json::Value;

const FIGURES: [Column; 7] = [
    Column::new("CALLS", "/calls"),
    Column::new("FAILED", "/failures"),
    Column::new("REFUSED", "/refused"),
    Column::new("OVER SOFT", "/over_soft_limit"),
    Column::new("MS", "/duration_ms"),
    Column::new("BYTES IN", "/bytes_in"),
    Column::new("BYTES OUT", "/bytes_out"),
];

/// Which usage, and what is kept apart in it.
#[derive(Debug, Args)]
pub(crate) struct Usage {
    #[command(flatten)]
    pub(crate) target: Target,
    /// What is kept apart, with commas between [default: one sum]
    #[arg(long, value_delimiter = ',', value_name = "KINDS")]
    by: Vec<By>,
    /// First day, UTC, such as 2026-11-01 [default: 29 days before the last]
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Last day, UTC [default: today]
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Only of this MCP server, by slug or id
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Only of tools with that name
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// Only of this token, by its id
    #[arg(long = "of-token", value_name = "TOKEN")]
    held: Option<String>,
    /// Only of this person and its tokens, by e-mail address or id
    #[arg(long)]
    user: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Server,
    Tool,
    Token,
    User,
}

impl By {
    fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Server => "server",
            Self::Tool => "tool",
            Self::Token => "token",
            Self::User => "user",
        }
    }

    fn column(self) -> Column {
        match self {
            Self::Day => Column::new("DAY", "/day"),
            Self::Server => Column::new("SERVER", "/server"),
            Self::Tool => Column::new("TOOL", "/tool"),
            Self::Token => Column::new("TOKEN", "/token"),
            Self::User => Column::new("USER", "/user"),
        }
    }

    /// Where the names of such objects are read, and which member people know them by.
    fn names(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Server => Some(("/servers", "slug")),
            Self::Token => Some(("/tokens", "name")),
            Self::User => Some(("/users", "email")),
            Self::Day | Self::Tool => None,
        }
    }
}

/// Prints how much was used.
pub(crate) async fn run(usage: Usage) -> anyhow::Result<()> {
    let json = usage.target.json;
    let api = usage.target.open().await?;
    let server = match &usage.server {
        Some(server) => Some(find::server(&api, server).await?),
        None => None,
    };
    let user = match &usage.user {
        Some(user) => Some(find::user(&api, user).await?),
        None => None,
    };
    let kinds: Vec<&str> = usage.by.iter().map(|by| by.as_str()).collect();
    let query = [
        ("group_by", (!kinds.is_empty()).then(|| kinds.join(","))),
        ("from", usage.from),
        ("to", usage.to),
        ("server", server),
        ("tool", usage.tool),
        ("token", usage.held),
        ("user", user),
    ];
    let mut rows = api.items("/usage", &query).await?;
    if !json {
        for by in &usage.by {
            name(&api, *by, &mut rows).await;
        }
    }
    let columns: Vec<Column> = usage.by.iter().map(|by| by.column()).chain(FIGURES).collect();
    show::list(json, &rows, &columns)?;
    api.close().await;
    Ok(())
}

/// Puts names in the place of ids. Who may not list such objects, and what is gone, keeps the id.
async fn name(api: &Api, by: By, rows: &mut [Value]) {
    let Some((path, member)) = by.names() else { return };
    let known = api.items(path, &[]).await.unwrap_or_default();
    for row in rows {
        let Some(id) = row.get_mut(by.as_str()) else { continue };
        if let Some(found) = known.iter().find(|one| one.get("id") == Some(id)) {
            *id = found.get(member).cloned().unwrap_or_default();
        }
    }
}
