use super::{
    api::{Api, Ask},
    customer_connection::{COLUMNS, Secret, named},
    input::Members,
    show::{self, Column},
    target::Target,
};
use anyhow::bail;
use clap::Subcommand;
use serde_json::Value;

const APPS: [Column; 4] = [
    Column::new("ID", "/id"),
    Column::new("APP", "/key"),
    Column::new("TITLE", "/title"),
    Column::new("ON A PAGE", "/can_connect"),
];
const CONNECTIONS: &str = "/me/connections";

#[derive(Debug, Subcommand)]
pub(crate) enum MeCommand {
    /// List the apps that servers of yours call with your own connection.
    Apps,
    /// List what you have connected for yourself.
    Connections,
    /// Make a page on which you connect an app, once, and print its URL; or connect it with the credential that the options give.
    Connect {
        /// Key or id of the app
        app: String,
        /// Its name among your connections of the app
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        secret: Box<Secret>,
    },
    /// Change the name of a connection of yours, or make it the default.
    Update {
        /// Name or id
        connection: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// Whether calls use it that name no other
        #[arg(long, value_name = "BOOL")]
        default: Option<bool>,
    },
    /// Remove a connection of yours, and give its tokens back to the app where the app takes them.
    Disconnect {
        /// Name or id
        connection: String,
    },
}

/// Runs a command on what the caller has connected for itself.
pub(crate) async fn run(target: &Target, command: MeCommand) -> anyhow::Result<()> {
    let (api, json) = (target.open().await?, target.json);
    match command {
        MeCommand::Apps => show::list(json, &apps(&api).await?, &APPS)?,
        MeCommand::Connections => {
            show::list(json, &api.items(CONNECTIONS, &[]).await?, &COLUMNS)?;
        }
        MeCommand::Connect { app, name, secret } => {
            let body =
                Members::default().with("app", Some(id(&api, &app).await?)).with("name", name);
            if secret.is_given() {
                let body = body.merged(secret.members()?).all();
                show::one(json, &api.json(Ask::post(CONNECTIONS, body)).await?)?;
            } else {
                let made = api.json(Ask::post("/me/connect-links", body.all())).await?;
                let url = made.get("url").and_then(Value::as_str).unwrap_or_default();
                if json {
                    show::one(json, &made)?;
                } else {
                    show::say(json, &format!("{url}\n\nIt works once, for an hour."))?;
                }
            }
        }
        MeCommand::Update { connection, name, default } => {
            let patch = Members::default().with("name", name).with("default", default).some()?;
            let path = named(&api, CONNECTIONS, &connection).await?;
            show::one(json, &api.json(Ask::patch(&path, patch)).await?)?;
        }
        MeCommand::Disconnect { connection } => {
            let path = named(&api, CONNECTIONS, &connection).await?;
            show::one(json, &api.json(Ask::delete(&path)).await?)?;
        }
    }
    api.close().await;
    Ok(())
}

async fn apps(api: &Api) -> anyhow::Result<Vec<Value>> {
    let found = api.json(Ask::get("/me/apps")).await?;
    Ok(found.get("items").and_then(Value::as_array).cloned().unwrap_or_default())
}

/// The id of one of those apps: whoever connects for itself may see no others.
async fn id(api: &Api, app: &str) -> anyhow::Result<String> {
    let apps = apps(api).await?;
    let text = |item: &Value, name: &str| {
        item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let is = |item: &&Value| [text(item, "id"), text(item, "key")].contains(&app.to_owned());
    if let Some(found) = apps.iter().find(is) {
        return Ok(text(found, "id"));
    }
    let keys: Vec<String> = apps.iter().map(|item| text(item, "key")).collect();
    if keys.is_empty() {
        bail!("no server that you may call uses connections of your own");
    }
    bail!(
        "no server that you may call uses your own connection of {app}: there are {}",
        keys.join(", ")
    )
}
