use super::{
    api::{Api, Ask, url_encoded},
    find,
    input::{self, Members},
    server,
    show::{self, Column},
    target::Target,
};
use anyhow::bail;
use clap::Subcommand;
use serde_json::{Value, json};

const COLUMNS: [Column; 4] = [
    Column::new("NAME", "/name"),
    Column::new("ON", "/enabled"),
    Column::new("ACTION", "/action"),
    Column::new("APP", "/app"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum ToolCommand {
    /// List the tools of a server's draft.
    List {
        /// Slug or id of the server
        server: String,
    },
    /// Show a tool: its settings, and what clients are told of it.
    Get {
        /// Slug or id of the server
        server: String,
        /// Its name
        tool: String,
    },
    /// Make a tool of an action.
    Add {
        /// Slug or id of the server
        server: String,
        /// Key or id of the app
        app: String,
        /// Name of the action
        action: String,
        /// Name of the tool [default: the action's]
        #[arg(long)]
        name: Option<String>,
        /// Settings as JSON: title, description, arguments, projection, pagination …; or @FILE
        #[arg(long, value_name = "JSON")]
        settings: Option<String>,
        /// Connection of its own, by name or id
        #[arg(long)]
        connection: Option<String>,
    },
    /// Make tools of many actions of an app.
    AddAll {
        /// Slug or id of the server
        server: String,
        /// Key or id of the app
        app: String,
        /// Only actions with this tag; may be repeated
        #[arg(long)]
        tag: Vec<String>,
        /// Only actions that change nothing
        #[arg(long)]
        read_only: bool,
    },
    /// Change a tool of the draft.
    Update {
        /// Slug or id of the server
        server: String,
        /// Its name
        tool: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// Whether the next version has it
        #[arg(long, value_name = "BOOL")]
        enabled: Option<bool>,
        /// Settings as a JSON merge patch, or @FILE
        #[arg(long, value_name = "JSON")]
        settings: Option<String>,
    },
    /// Call a tool to try it: the draft's, or the one that is published. Its row of the request log is marked as a test.
    Test {
        /// Slug or id of the server
        server: String,
        /// Its name
        tool: String,
        /// The arguments as JSON, or @FILE
        #[arg(long, value_name = "JSON", default_value = "{}")]
        arguments: String,
        /// Call the tool that is published, not the draft's
        #[arg(long)]
        published: bool,
    },
    /// Remove a tool from the draft.
    Remove {
        /// Slug or id of the server
        server: String,
        /// Its name
        tool: String,
    },
}

/// Runs a command on tools.
pub(crate) async fn run(target: &Target, command: ToolCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let done = act(&api, target.json, command).await;
    // Whatever a test has come to, its row of the request log is written before this ends.
    api.close().await;
    done
}

async fn act(api: &Api, json: bool, command: ToolCommand) -> anyhow::Result<()> {
    let settings =
        |text: Option<String>| text.map(|text| input::json("--settings", &text)).transpose();
    match command {
        ToolCommand::List { server } => {
            let path = format!("{}/tools", server::path(api, &server).await?);
            show::list(json, &api.items(&path, &[]).await?, &COLUMNS)?;
        }
        ToolCommand::Get { server, tool } => {
            show::one(json, &api.json(Ask::get(&path(api, &server, &tool).await?)).await?)?;
        }
        ToolCommand::Add { server, app, action, name, settings: given, connection } => {
            let connection = match connection {
                Some(name) => Some(find::connection(api, &name).await?),
                None => None,
            };
            let body = Members::default()
                .with("app", Some(find::app(api, &app).await?))
                .with("action", Some(action))
                .with("name", name)
                .with("settings", settings(given)?)
                .with("connection", connection);
            let path = format!("{}/tools", server::path(api, &server).await?);
            show::one(json, &api.json(Ask::post(&path, body.all())).await?)?;
        }
        ToolCommand::AddAll { server, app, tag, read_only } => {
            let body = Members::default()
                .with("app", Some(find::app(api, &app).await?))
                .with("tags", (!tag.is_empty()).then_some(tag))
                .with("read_only", Some(read_only));
            let path = format!("{}/tools/select", server::path(api, &server).await?);
            let added = api.json(Ask::post(&path, body.all())).await?;
            show::list(json, &show::items(added), &COLUMNS)?;
        }
        ToolCommand::Update { server, tool, name, enabled, settings: given } => {
            let patch = Members::default()
                .with("name", name)
                .with("enabled", enabled)
                .with("settings", settings(given)?)
                .some()?;
            let path = path(api, &server, &tool).await?;
            show::one(json, &api.json(Ask::patch(&path, patch)).await?)?;
        }
        ToolCommand::Test { server, tool, arguments, published } => {
            let version = if published { "published" } else { "draft" };
            let arguments = input::json("--arguments", &arguments)?;
            let tool: String = url_encoded(&tool).collect();
            let path = format!("{}/test/tools/{tool}", server::path(api, &server).await?);
            let body = json!({ "version": version, "arguments": arguments });
            tested(json, &api.json(Ask::post(&path, body)).await?)?;
        }
        ToolCommand::Remove { server, tool } => {
            api.json(Ask::delete(&path(api, &server, &tool).await?)).await?;
            show::say(json, &format!("removed {tool} from the draft"))?;
        }
    }
    Ok(())
}

/// What a test came to, as a model would read it.
fn tested(json: bool, result: &Value) -> anyhow::Result<()> {
    if json {
        show::one(json, result)?;
    } else {
        for block in result.get("content").and_then(Value::as_array).into_iter().flatten() {
            show::block(block)?;
        }
    }
    if result.get("is_error") == Some(&Value::Bool(true)) {
        bail!("the call ended with an error");
    }
    Ok(())
}

async fn path(api: &Api, server: &str, tool: &str) -> anyhow::Result<String> {
    let tool: String = url_encoded(tool).collect();
    Ok(format!("{}/tools/{tool}", server::path(api, server).await?))
}
