use super::{
    api::{Api, Ask},
    find,
    show::{self, Column},
    target::Target,
};
use clap::Subcommand;
use serde_json::json;

const COLUMNS: [Column; 3] = [
    Column::new("SERVER", "/server"),
    Column::new("SCOPES", "/scopes"),
    Column::new("CREATED", "/created_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum GrantCommand {
    /// List what a person may call. Owners, admins and managers have every server without a grant.
    List {
        /// E-mail address or id
        user: String,
    },
    /// Grant a person a server, in the place of what it had there.
    Put {
        /// E-mail address or id
        user: String,
        /// Slug or id of the server; `all` for every server of today and of later
        server: String,
        /// `mcp:read` for tools that only read, `mcp:write` for those that write, `tool:NAME` for one tool
        #[arg(required = true, value_name = "SCOPE")]
        scopes: Vec<String>,
    },
    /// Take a grant away: within a second the person neither sees nor calls what it opened.
    Delete {
        /// E-mail address or id
        user: String,
        /// Slug or id of the server, or `all`
        server: String,
    },
}

/// Runs a command on grants.
pub(crate) async fn run(target: &Target, command: GrantCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        GrantCommand::List { user } => {
            let path = format!("/users/{}/grants", find::user(&api, &user).await?);
            show::list(json, &api.items(&path, &[]).await?, &COLUMNS)?;
        }
        GrantCommand::Put { user, server, scopes } => {
            let path = path(&api, &user, &server).await?;
            let granted = api.json(Ask::put(&path, json!({ "scopes": scopes }))).await?;
            show::one(json, &granted)?;
        }
        GrantCommand::Delete { user, server } => {
            api.json(Ask::delete(&path(&api, &user, &server).await?)).await?;
            show::say(json, &format!("{user} has no grant on {server} any more"))?;
        }
    }
    api.close().await;
    Ok(())
}

async fn path(api: &Api, user: &str, server: &str) -> anyhow::Result<String> {
    let user = find::user(api, user).await?;
    let server = match server {
        "all" => "all".to_owned(),
        server => find::server(api, server).await?,
    };
    Ok(format!("/users/{user}/grants/{server}"))
}
