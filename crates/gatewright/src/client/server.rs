use super::{
    api::{Api, Ask},
    connect, find,
    input::{self, Members},
    show::{self, Column},
    target::Target,
};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::{io::Write as _, path::PathBuf};

const COLUMNS: [Column; 7] = [
    Column::new("ID", "/id"),
    Column::new("SLUG", "/slug"),
    Column::new("NAME", "/name"),
    Column::new("ON", "/enabled"),
    Column::new("TOOLS", "/enabled_tool_count"),
    Column::new("VERSION", "/published/version"),
    Column::new("TOKENS", "/published/list_tokens"),
];
const TESTED: [Column; 4] = [
    Column::new("NAME", "/name"),
    Column::new("ON", "/enabled"),
    Column::new("SAFE", "/safe"),
    Column::new("TITLE", "/title"),
];
const VERSIONS: [Column; 6] = [
    Column::new("VERSION", "/version"),
    Column::new("PUBLISHED", "/published_at"),
    Column::new("BY", "/published_by"),
    Column::new("TOOLS", "/tool_count"),
    Column::new("TOKENS", "/list_tokens"),
    Column::new("NOTE", "/note"),
];

/// What makes a token for a server.
const TOKEN: &str = "gatewright token create --name …";

#[derive(Debug, Subcommand)]
pub(crate) enum ServerCommand {
    /// List MCP servers.
    List {
        /// Only those that have this text in name, slug or description
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Deleted ones, in the place of the others
        #[arg(long)]
        deleted: bool,
    },
    /// Make a server. It begins disabled, with a draft and nothing published.
    Create {
        /// For people
        name: String,
        /// Last part of its URL [default: made of the name]
        #[arg(long)]
        slug: Option<String>,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
        /// App whose actions become its tools at once, by key or id; may be repeated
        #[arg(long, value_name = "APP")]
        app: Vec<String>,
    },
    /// Show a server.
    Get {
        /// Slug or id
        server: String,
    },
    /// Change a server's settings.
    Update(Update),
    /// Let a server answer.
    Enable {
        /// Slug or id
        server: String,
    },
    /// Let a server answer no more: within a second, on open streams too.
    Disable {
        /// Slug or id
        server: String,
    },
    /// Show what publishing the draft would change.
    Diff {
        /// Slug or id
        server: String,
    },
    /// Publish the draft as the next version.
    Publish {
        /// Slug or id
        server: String,
        /// Why, for the list of versions
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List what was published.
    Versions {
        /// Slug or id
        server: String,
    },
    /// Publish an earlier version again, as a new one.
    Rollback {
        /// Slug or id
        server: String,
        /// Its number
        version: u32,
        /// Why, for the list of versions
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Make a server with the same settings and draft.
    Clone {
        /// Slug or id
        server: String,
        /// Name of the new one [default: the same]
        #[arg(long)]
        name: Option<String>,
        /// Slug of the new one [default: made of the old]
        #[arg(long)]
        slug: Option<String>,
    },
    /// Show the server's URLs, and what to paste into clients.
    Connect {
        /// Slug or id
        server: String,
        /// Host name of the server's own to write it for [default: the path with alias and slug]
        #[arg(long, value_name = "HOST")]
        host: Option<String>,
    },
    /// List the tools that `gatewright tool test` can call: the draft's, or those that are published.
    Test {
        /// Slug or id
        server: String,
        /// Those that are published, not the draft's
        #[arg(long)]
        published: bool,
    },
    /// Write a server's settings and draft as a YAML file, without ids and secrets.
    Export {
        /// Slug or id
        server: String,
        /// File to write [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Make a server of an exported file. It begins disabled, with nothing published.
    Import {
        /// The file; `-` is standard input
        file: String,
        /// Slug of the new server [default: the file's]
        #[arg(long, conflicts_with = "into")]
        slug: Option<String>,
        /// Server, by slug or id, whose draft the file takes the place of; no new server is made
        #[arg(long, value_name = "SERVER")]
        into: Option<String>,
    },
    /// Delete a server. It can be restored for 30 days.
    Delete {
        /// Slug or id
        server: String,
    },
    /// Restore a server that was deleted.
    Restore {
        /// Slug or id
        server: String,
    },
    /// Delete a deleted server for good.
    Purge {
        /// Slug or id
        server: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Slug or id
    server: String,
    /// New name
    #[arg(long)]
    name: Option<String>,
    /// New slug; the old one goes on answering for a while
    #[arg(long)]
    slug: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    /// What models are told before they use it
    #[arg(long)]
    instructions: Option<String>,
    /// Whether it sends safe methods only
    #[arg(long, value_name = "BOOL")]
    read_only: Option<bool>,
    /// Tokens of its tool list above which it cannot be published
    #[arg(long, value_name = "TOKENS")]
    token_budget: Option<u32>,
    /// Days that its rows of the request log are kept
    #[arg(long, value_name = "DAYS")]
    log_retention_days: Option<u32>,
    /// Whether the request log keeps arguments and results, redacted
    #[arg(long, value_name = "BOOL")]
    log_payloads: Option<bool>,
    /// Host name of its own, such as crm.example.com; may be repeated, and takes the place of those of before
    #[arg(long, value_name = "HOST")]
    host_name: Vec<String>,
    /// Connection for an app of it: its name or id, `caller` for that of whoever calls, or `default`; may be repeated
    #[arg(long, value_name = "APP=CONNECTION")]
    connection: Vec<String>,
    /// Any other settings, as a JSON merge patch or @FILE
    #[arg(long, value_name = "JSON")]
    patch: Option<String>,
}

impl Update {
    async fn patch(&self, api: &Api) -> anyhow::Result<Value> {
        let hosts = (!self.host_name.is_empty()).then(|| self.host_name.clone());
        let mut members = Members::default()
            .with("name", self.name.as_deref())
            .with("slug", self.slug.as_deref())
            .with("description", self.description.as_deref())
            .with("instructions", self.instructions.as_deref())
            .with("read_only", self.read_only)
            .with("token_budget", self.token_budget)
            .with("log_retention_days", self.log_retention_days)
            .with("log_payloads", self.log_payloads)
            .with("host_names", hosts)
            .with("connections", self.connections(api).await?);
        if let Some(patch) = &self.patch {
            members = members.merged(input::json("--patch", patch)?);
        }
        members.some()
    }

    async fn connections(&self, api: &Api) -> anyhow::Result<Option<Map<String, Value>>> {
        let mut chosen = Map::new();
        for pair in &self.connection {
            let (app, name) =
                pair.split_once('=').context("--connection is written APP=CONNECTION")?;
            let app = find::app(api, app).await?;
            let choice = match name {
                "default" => Value::Null,
                "caller" => name.into(),
                name => find::connection_of(api, &app, name).await?.into(),
            };
            chosen.insert(app, choice);
        }
        Ok((!chosen.is_empty()).then_some(chosen))
    }
}

/// Runs a command on servers.
pub(crate) async fn run(target: &Target, command: ServerCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        ServerCommand::List { search, deleted } => {
            let deleted = deleted.then(|| "true".to_owned());
            let query = [("search", search), ("deleted", deleted)];
            show::list(json, &api.items("/servers", &query).await?, &COLUMNS)?;
        }
        ServerCommand::Create { name, slug, description, app } => {
            let mut tools = Vec::new();
            for app in &app {
                tools.push(json!({ "app": find::app(&api, app).await? }));
            }
            let body = Members::default()
                .with("name", Some(name))
                .with("slug", slug)
                .with("description", description)
                .with("tools", Some(tools));
            show::one(json, &api.json(Ask::post("/servers", body.all())).await?)?;
        }
        ServerCommand::Get { server } => {
            show::one(json, &api.json(Ask::get(&path(&api, &server).await?)).await?)?;
        }
        ServerCommand::Update(update) => {
            let (path, patch) = (path(&api, &update.server).await?, update.patch(&api).await?);
            show::one(json, &api.json(Ask::patch(&path, patch)).await?)?;
        }
        ServerCommand::Enable { server } => enable(&api, json, &server, true).await?,
        ServerCommand::Disable { server } => enable(&api, json, &server, false).await?,
        ServerCommand::Diff { server } => {
            let path = format!("{}/diff", path(&api, &server).await?);
            show::one(json, &api.json(Ask::get(&path)).await?)?;
        }
        ServerCommand::Publish { server, note } => {
            let path = format!("{}/publish", path(&api, &server).await?);
            show::one(json, &api.json(Ask::post(&path, json!({ "note": note }))).await?)?;
        }
        ServerCommand::Versions { server } => {
            let path = format!("{}/versions", path(&api, &server).await?);
            show::list(json, &api.items(&path, &[]).await?, &VERSIONS)?;
        }
        ServerCommand::Rollback { server, version, note } => {
            let path = format!("{}/versions/{version}/rollback", path(&api, &server).await?);
            show::one(json, &api.json(Ask::post(&path, json!({ "note": note }))).await?)?;
        }
        ServerCommand::Clone { server, name, slug } => {
            let path = format!("{}/clone", path(&api, &server).await?);
            let body = Members::default().with("name", name).with("slug", slug).all();
            show::one(json, &api.json(Ask::post(&path, body)).await?)?;
        }
        ServerCommand::Connect { server, host } => {
            let path = format!("{}/connect", path(&api, &server).await?);
            connect::show(json, &api.json(Ask::get(&path)).await?, host.as_deref(), TOKEN)?;
        }
        ServerCommand::Test { server, published } => {
            let path = format!("{}/test/tools", path(&api, &server).await?);
            let query = [("version", published.then(|| "published".to_owned()))];
            show::list(json, &api.items(&path, &query).await?, &TESTED)?;
        }
        ServerCommand::Export { server, output } => {
            let path = format!("{}/export", path(&api, &server).await?);
            let file = api.send(Ask::get(&path)).await?.bytes().await?;
            match output {
                Some(output) => {
                    let cannot = || format!("cannot write {}: check the path", output.display());
                    std::fs::write(&output, &file).with_context(cannot)?;
                }
                None => std::io::stdout().lock().write_all(&file)?,
            }
        }
        ServerCommand::Import { file, slug, into } => {
            let document = input::text(&file)?;
            let path = match into {
                Some(server) => format!("{}/import", path(&api, &server).await?),
                None => "/servers/import".to_owned(),
            };
            let body = Members::default().with("document", Some(document)).with("slug", slug);
            show::one(json, &api.json(Ask::post(&path, body.all())).await?)?;
        }
        ServerCommand::Delete { server } => {
            let path = path(&api, &server).await?;
            api.json(Ask::delete(&path)).await?;
            let restore = format!("gatewright server restore {server}");
            show::say(json, &format!("deleted; `{restore}` brings it back within 30 days"))?;
        }
        ServerCommand::Restore { server } => {
            let id = find::deleted_server(&api, &server).await?;
            let path = format!("/servers/{id}/restore");
            show::one(json, &api.json(Ask::act(&path)).await?)?;
        }
        ServerCommand::Purge { server } => {
            let id = find::deleted_server(&api, &server).await?;
            api.json(Ask::act(&format!("/servers/{id}/purge"))).await?;
            show::say(json, &format!("{server} is gone for good"))?;
        }
    }
    api.close().await;
    Ok(())
}

async fn enable(api: &Api, json: bool, server: &str, enabled: bool) -> anyhow::Result<()> {
    let patch = json!({ "enabled": enabled });
    let path = path(api, server).await?;
    api.json(Ask::patch(&path, patch)).await?;
    show::say(json, if enabled { "it answers" } else { "it answers no more" })
}

pub(crate) async fn path(api: &Api, server: &str) -> anyhow::Result<String> {
    Ok(format!("/servers/{}", find::server(api, server).await?))
}
