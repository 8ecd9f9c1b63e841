use super::{
    api::{Api, Ask, url_encoded},
    app::USES,
    find, input,
    show::{self, Column},
    target::Target,
};
use clap::Subcommand;

const COLUMNS: [Column; 4] = [
    Column::new("NAME", "/name"),
    Column::new("METHOD", "/method"),
    Column::new("PATH", "/path"),
    Column::new("TITLE", "/title"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum ActionCommand {
    /// List and search the actions of an app.
    List {
        /// Key or id of the app
        app: String,
        /// Only those that have this text in name, title, description or path
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only those with this tag
        #[arg(long)]
        tag: Option<String>,
        /// Only those with this method
        #[arg(long)]
        method: Option<String>,
    },
    /// Show an action: its schemas and how it is called.
    Get {
        /// Key or id of the app
        app: String,
        /// Its name
        action: String,
    },
    /// Make an action by hand.
    Create {
        /// Key or id of the app
        app: String,
        /// The action as JSON: name, description, method, path, parameters, body; or @FILE
        definition: String,
    },
    /// Change an action that was made by hand.
    Update {
        /// Key or id of the app
        app: String,
        /// Its name
        action: String,
        /// A merge patch as JSON, or @FILE
        patch: String,
    },
    /// Remove an action that was made by hand and that nobody uses.
    Delete {
        /// Key or id of the app
        app: String,
        /// Its name
        action: String,
    },
    /// Show who uses an action.
    UsedBy {
        /// Key or id of the app
        app: String,
        /// Its name
        action: String,
    },
}

/// Runs a command on actions.
pub(crate) async fn run(target: &Target, command: ActionCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        ActionCommand::List { app, search, tag, method } => {
            let path = format!("/apps/{}/actions", find::app(&api, &app).await?);
            let query = [("search", search), ("tag", tag), ("method", method)];
            show::list(json, &api.items(&path, &query).await?, &COLUMNS)?;
        }
        ActionCommand::Get { app, action } => {
            show::one(json, &api.json(Ask::get(&path(&api, &app, &action).await?)).await?)?;
        }
        ActionCommand::Create { app, definition } => {
            let path = format!("/apps/{}/actions", find::app(&api, &app).await?);
            let body = input::json("the definition", &definition)?;
            show::one(json, &api.json(Ask::post(&path, body)).await?)?;
        }
        ActionCommand::Update { app, action, patch } => {
            let path = path(&api, &app, &action).await?;
            let patch = input::json("the patch", &patch)?;
            show::one(json, &api.json(Ask::patch(&path, patch)).await?)?;
        }
        ActionCommand::Delete { app, action } => {
            api.json(Ask::delete(&path(&api, &app, &action).await?)).await?;
            show::say(json, &format!("removed {action}"))?;
        }
        ActionCommand::UsedBy { app, action } => {
            let path = format!("{}/used-by", path(&api, &app, &action).await?);
            show::list(json, &show::items(api.json(Ask::get(&path)).await?), &USES)?;
        }
    }
    api.close().await;
    Ok(())
}

async fn path(api: &Api, app: &str, action: &str) -> anyhow::Result<String> {
    let action: String = url_encoded(action).collect();
    Ok(format!("/apps/{}/actions/{action}", find::app(api, app).await?))
}
