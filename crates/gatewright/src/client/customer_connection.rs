use super::{
    api::{Api, Ask, url_encoded},
    connection::Credential,
    find,
    input::Members,
    show::{self, Column},
};
use crate::config;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

pub(crate) const COLUMNS: [Column; 8] = [
    Column::new("ID", "/id"),
    Column::new("APP", "/app"),
    Column::new("NAME", "/name"),
    Column::new("DEFAULT", "/default"),
    Column::new("WAY", "/way"),
    Column::new("STATUS", "/status"),
    Column::new("REASON", "/reason"),
    Column::new("USED", "/last_used_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum CustomerConnectionCommand {
    /// List what a customer has connected.
    List {
        /// Key or id
        customer: String,
        /// Only connections of this app, by key or id
        #[arg(long)]
        app: Option<String>,
    },
    /// Keep credentials of a customer for an app, sealed.
    Create {
        /// Key or id
        customer: String,
        /// Key or id of the app
        app: String,
        /// Its name among the customer's connections of the app
        #[arg(long)]
        name: Option<String>,
        /// Whether calls use it that name no other [default: yes for the customer's first of an app]
        #[arg(long, value_name = "BOOL")]
        default: Option<bool>,
        /// Whose account at the app it is
        #[arg(long)]
        label: Option<String>,
        #[command(flatten)]
        secret: Secret,
    },
    /// Show a connection, never its secret.
    Get {
        /// Key or id
        customer: String,
        /// Name or id
        connection: String,
    },
    /// Change a connection's name, or make it the default.
    Update {
        /// Key or id
        customer: String,
        /// Name or id
        connection: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// Whether calls use it that name no other
        #[arg(long, value_name = "BOOL")]
        default: Option<bool>,
    },
    /// Put new credentials in place of the old.
    Rotate {
        /// Key or id
        customer: String,
        /// Name or id
        connection: String,
        #[command(flatten)]
        secret: Secret,
    },
    /// Remove a connection, and give its tokens back to the app where the app takes them.
    Delete {
        /// Key or id
        customer: String,
        /// Name or id
        connection: String,
    },
}

/// A credential, as it is or in a way of the app.
#[derive(Clone, Debug, Args)]
pub(crate) struct Secret {
    /// Way of the app to connect; the options below give what it asks for
    #[arg(long, value_name = "NAME")]
    way: Option<String>,
    /// Field of the way and its value; may be repeated
    #[arg(long, value_name = "NAME=VALUE", requires = "way")]
    field: Vec<String>,
    /// Field of the way and the variable that holds its value, as NAME:VAR; may be repeated
    #[arg(long, value_name = "NAME:VAR", requires = "way")]
    field_env: Vec<String>,
    /// Variable that holds an OAuth access token
    #[arg(long, value_name = "VAR", requires = "way")]
    access_token_env: Option<String>,
    /// Variable that holds the refresh token that came with it
    #[arg(long, value_name = "VAR", requires = "access_token_env")]
    refresh_token_env: Option<String>,
    #[command(flatten)]
    credential: Credential,
}

impl Secret {
    /// Whether any of it was given.
    pub(crate) fn is_given(&self) -> bool {
        self.way.is_some() || self.credential.is_given()
    }

    pub(crate) fn members(&self) -> anyhow::Result<Value> {
        let Some(way) = &self.way else {
            return Ok(json!({ "credential": self.credential.json()? }));
        };
        let variable =
            |name: &Option<String>| name.as_ref().map(|name| config::environment(name)).transpose();
        let mut fields = Map::new();
        for pair in &self.field {
            let (name, value) = pair.split_once('=').context("--field is written NAME=VALUE")?;
            fields.insert(name.to_owned(), value.into());
        }
        for pair in &self.field_env {
            let (name, value) = pair.split_once(':').context("--field-env is written NAME:VAR")?;
            fields.insert(name.to_owned(), config::environment(value)?.into());
        }
        let way = self
            .credential
            .of_way()?
            .with("name", Some(way.as_str()))
            .with("fields", (!fields.is_empty()).then_some(fields))
            .with("access_token", variable(&self.access_token_env)?)
            .with("refresh_token", variable(&self.refresh_token_env)?);
        Ok(json!({ "way": way.all() }))
    }
}

/// Runs a command on a customer's connections.
pub(crate) async fn run(
    api: &Api,
    json: bool,
    command: CustomerConnectionCommand,
) -> anyhow::Result<()> {
    match command {
        CustomerConnectionCommand::List { customer, app } => {
            let app = match app {
                Some(app) => Some(find::app(api, &app).await?),
                None => None,
            };
            let items = api.items(&list(&customer), &[("app", app)]).await?;
            show::list(json, &items, &COLUMNS)
        }
        CustomerConnectionCommand::Create { customer, app, name, default, label, secret } => {
            let body = Members::default()
                .with("app", Some(find::app(api, &app).await?))
                .with("name", name)
                .with("default", default)
                .with("label", label)
                .merged(secret.members()?);
            show::one(json, &api.json(Ask::post(&list(&customer), body.all())).await?)
        }
        CustomerConnectionCommand::Get { customer, connection } => {
            show::one(json, &api.json(Ask::get(&path(api, &customer, &connection).await?)).await?)
        }
        CustomerConnectionCommand::Update { customer, connection, name, default } => {
            let patch = Members::default().with("name", name).with("default", default).some()?;
            let path = path(api, &customer, &connection).await?;
            show::one(json, &api.json(Ask::patch(&path, patch)).await?)
        }
        CustomerConnectionCommand::Rotate { customer, connection, secret } => {
            let path = format!("{}/rotate", path(api, &customer, &connection).await?);
            show::one(json, &api.json(Ask::post(&path, secret.members()?)).await?)
        }
        CustomerConnectionCommand::Delete { customer, connection } => {
            let path = path(api, &customer, &connection).await?;
            show::one(json, &api.json(Ask::delete(&path)).await?)
        }
    }
}

fn list(customer: &str) -> String {
    format!("/customers/{}/connections", url_encoded(customer).collect::<String>())
}

async fn path(api: &Api, customer: &str, connection: &str) -> anyhow::Result<String> {
    named(api, &list(customer), connection).await
}

/// The connection of that id or name, of those at `list`. Connections of several apps may have the same name: then the id tells them apart.
pub(crate) async fn named(api: &Api, list: &str, connection: &str) -> anyhow::Result<String> {
    let items = api.items(list, &[]).await?;
    let is = |item: &&Value| {
        [item.get("id"), item.get("name")].contains(&Some(&Value::from(connection)))
    };
    let mut found = items.iter().filter(is);
    match (found.next(), found.next()) {
        (Some(one), None) => {
            Ok(format!("{list}/{}", one.get("id").and_then(Value::as_str).unwrap_or_default()))
        }
        (Some(_), Some(_)) => bail!("several connections are called {connection}: give the id"),
        (None, _) => bail!("there is no connection {connection}"),
    }
}
