use super::{
    api::Ask,
    app::USES,
    find,
    input::{self, Members},
    show::{self, Column},
    target::Target,
};
use crate::config;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

const COLUMNS: [Column; 6] = [
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("KIND", "/credential/kind"),
    Column::new("DEFAULT", "/default"),
    Column::new("STATUS", "/status"),
    Column::new("TESTED", "/tested_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// List connections.
    List {
        /// Only those of this app, by key or id
        #[arg(long)]
        app: Option<String>,
    },
    /// Keep credentials for an app, sealed.
    Create {
        /// Key or id of the app
        app: String,
        /// Its name
        name: String,
        /// Whether tools use it that name no other [default: yes for an app's first]
        #[arg(long, value_name = "BOOL")]
        default: Option<bool>,
        #[command(flatten)]
        credential: Credential,
    },
    /// Show a connection, never its secret.
    Get {
        /// Name or id
        connection: String,
    },
    /// Change a connection's name, or make it its app's default.
    Update {
        /// Name or id
        connection: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// Whether tools use it that name no other
        #[arg(long, value_name = "BOOL")]
        default: Option<bool>,
    },
    /// Put new credentials in place of the old, without an interruption.
    Rotate {
        /// Name or id
        connection: String,
        #[command(flatten)]
        credential: Credential,
    },
    /// Send one safe request with it, and say how that went.
    Test {
        /// Name or id
        connection: String,
        /// Path below the app's base URL, such as /me
        #[arg(long)]
        path: Option<String>,
        /// Action of the app, in place of a path
        #[arg(long, conflicts_with = "path")]
        action: Option<String>,
        /// The action's arguments as JSON, or @FILE
        #[arg(long, value_name = "JSON", requires = "action")]
        arguments: Option<String>,
    },
    /// Show who uses a connection.
    UsedBy {
        /// Name or id
        connection: String,
    },
    /// Remove a connection that nobody uses.
    Delete {
        /// Name or id
        connection: String,
    },
}

/// Secrets come from the environment: an argument could be read by others on this machine.
#[derive(Clone, Debug, Args)]
pub(crate) struct Credential {
    /// Variable that holds a bearer token
    #[arg(long, value_name = "VAR", group = "kind")]
    bearer_env: Option<String>,
    /// API key: where it is sent, as header:NAME, query:NAME or cookie:NAME
    #[arg(long, value_name = "PLACE:NAME", group = "kind", requires = "value_env")]
    api_key: Option<String>,
    /// Variable that holds the API key
    #[arg(long, value_name = "VAR")]
    value_env: Option<String>,
    /// User name of HTTP basic authentication
    #[arg(long, value_name = "NAME", group = "kind")]
    username: Option<String>,
    /// Variable that holds the password
    #[arg(long, value_name = "VAR")]
    password_env: Option<String>,
    /// Header and the variable that holds its value, as NAME:VAR; may be repeated
    #[arg(long, value_name = "NAME:VAR", group = "kind")]
    header_env: Vec<String>,
    /// Token endpoint of OAuth 2 client credentials
    #[arg(
        long,
        value_name = "URL",
        group = "kind",
        requires = "client_id",
        requires = "client_secret_env"
    )]
    token_url: Option<String>,
    /// OAuth 2 client id
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Variable that holds the OAuth 2 client secret
    #[arg(long, value_name = "VAR")]
    client_secret_env: Option<String>,
    /// OAuth 2 scopes, separated by spaces
    #[arg(long)]
    scope: Option<String>,
}

impl Credential {
    /// Whether any kind of it was given.
    pub(super) fn is_given(&self) -> bool {
        [&self.bearer_env, &self.api_key, &self.username, &self.token_url]
            .iter()
            .any(|given| given.is_some())
            || !self.header_env.is_empty()
    }

    /// What a way of an app asks for, in its own members.
    pub(super) fn of_way(&self) -> anyhow::Result<Members> {
        let variable =
            |name: &Option<String>| name.as_ref().map(|name| config::environment(name)).transpose();
        if self.api_key.is_some() || self.token_url.is_some() || !self.header_env.is_empty() {
            bail!("a way of an app says itself where its credential is sent");
        }
        Ok(Members::default()
            .with("key", variable(&self.value_env)?)
            .with("token", variable(&self.bearer_env)?)
            .with("username", self.username.as_deref())
            .with("password", variable(&self.password_env)?)
            .with("client_id", self.client_id.as_deref())
            .with("client_secret", variable(&self.client_secret_env)?))
    }

    pub(super) fn json(&self) -> anyhow::Result<Value> {
        let variable = |name: &Option<String>| match name {
            Some(name) => config::environment(name),
            None => bail!("name the variable that holds the secret"),
        };
        if let Some(name) = &self.bearer_env {
            return Ok(json!({ "kind": "bearer", "token": config::environment(name)? }));
        }
        if let Some(place) = &self.api_key {
            let (place, name) =
                place.split_once(':').context("--api-key is written header:NAME")?;
            let value = variable(&self.value_env)?;
            return Ok(json!({ "kind": "api_key", "place": place, "name": name, "value": value }));
        }
        if let Some(username) = &self.username {
            let password = self.password_env.as_ref().map(|name| config::environment(name));
            let basic = Members::default()
                .with("kind", Some("basic"))
                .with("username", Some(username.as_str()))
                .with("password", password.transpose()?);
            return Ok(basic.all());
        }
        if let Some(token_url) = &self.token_url {
            let client = Members::default()
                .with("kind", Some("oauth2_client_credentials"))
                .with("token_url", Some(token_url.as_str()))
                .with("client_id", self.client_id.as_deref())
                .with("client_secret", Some(variable(&self.client_secret_env)?))
                .with("scope", self.scope.as_deref());
            return Ok(client.all());
        }
        let headers = self.header_env.iter().map(|pair| {
            let (name, variable) =
                pair.split_once(':').context("--header-env is written NAME:VAR")?;
            Ok(json!({ "name": name, "value": config::environment(variable)? }))
        });
        let headers = headers.collect::<anyhow::Result<Vec<_>>>()?;
        if headers.is_empty() {
            bail!(
                "name a credential: --bearer-env, --api-key, --username, --header-env or --token-url"
            );
        }
        Ok(json!({ "kind": "headers", "headers": headers }))
    }
}

/// Runs a command on connections.
pub(crate) async fn run(target: &Target, command: ConnectionCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        ConnectionCommand::List { app } => {
            let app = match app {
                Some(app) => Some(find::app(&api, &app).await?),
                None => None,
            };
            show::list(json, &api.items("/connections", &[("app", app)]).await?, &COLUMNS)?;
        }
        ConnectionCommand::Create { app, name, default, credential } => {
            let body = Members::default()
                .with("app", Some(find::app(&api, &app).await?))
                .with("name", Some(name))
                .with("default", default)
                .with("credential", Some(credential.json()?));
            show::one(json, &api.json(Ask::post("/connections", body.all())).await?)?;
        }
        ConnectionCommand::Get { connection } => {
            let path = format!("/connections/{}", find::connection(&api, &connection).await?);
            show::one(json, &api.json(Ask::get(&path)).await?)?;
        }
        ConnectionCommand::Update { connection, name, default } => {
            let path = format!("/connections/{}", find::connection(&api, &connection).await?);
            let patch = Members::default().with("name", name).with("default", default).some()?;
            show::one(json, &api.json(Ask::patch(&path, patch)).await?)?;
        }
        ConnectionCommand::Rotate { connection, credential } => {
            let id = find::connection(&api, &connection).await?;
            let body = json!({ "credential": credential.json()? });
            let path = format!("/connections/{id}/rotate");
            show::one(json, &api.json(Ask::post(&path, body)).await?)?;
        }
        ConnectionCommand::Test { connection, path, action, arguments } => {
            let id = find::connection(&api, &connection).await?;
            let arguments = arguments.map(|text| input::json("--arguments", &text)).transpose()?;
            let body = Members::default()
                .with("path", path)
                .with("action", action)
                .with("arguments", arguments);
            let path = format!("/connections/{id}/test");
            show::one(json, &api.json(Ask::post(&path, body.all())).await?)?;
        }
        ConnectionCommand::UsedBy { connection } => {
            let id = find::connection(&api, &connection).await?;
            let uses = api.json(Ask::get(&format!("/connections/{id}/used-by"))).await?;
            show::list(json, &show::items(uses), &USES)?;
        }
        ConnectionCommand::Delete { connection } => {
            let path = format!("/connections/{}", find::connection(&api, &connection).await?);
            api.json(Ask::delete(&path)).await?;
            show::say(json, &format!("removed {connection}"))?;
        }
    }
    api.close().await;
    Ok(())
}
