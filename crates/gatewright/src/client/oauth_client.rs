use super::{
    api::{Api, Ask, url_encoded},
    find,
    input::Members,
    show::{self, Column},
};
use crate::config;
use clap::Subcommand;

const COLUMNS: [Column; 4] = [
    Column::new("WAY", "/way"),
    Column::new("TITLE", "/title"),
    Column::new("CLIENT ID", "/client/client_id"),
    Column::new("REDIRECT URI", "/redirect_uri"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum OAuthClientCommand {
    /// List an app's ways to connect that need a client, with the redirect URI to register at the provider.
    List {
        /// Key or id of the app
        app: String,
    },
    /// Show a client, never its secret.
    Get {
        /// Key or id of the app
        app: String,
        /// Name of the way to connect
        way: String,
    },
    /// Say which client a way uses.
    Put {
        /// Key or id of the app
        app: String,
        /// Name of the way to connect
        way: String,
        /// What the provider calls it
        #[arg(long, value_name = "ID")]
        client_id: String,
        /// Variable that holds its secret; what is kept for the same client id stays when left out
        #[arg(long, value_name = "VAR")]
        client_secret_env: Option<String>,
        /// Scope to ask customers for; may be repeated [default: those of the way]
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<String>,
    },
    /// Remove a client: nobody can connect by its way any more.
    Delete {
        /// Key or id of the app
        app: String,
        /// Name of the way to connect
        way: String,
    },
}

/// Runs a command on OAuth clients.
pub(crate) async fn run(api: &Api, json: bool, command: OAuthClientCommand) -> anyhow::Result<()> {
    let path = async |app: &str, way: &str| {
        let app = find::app(api, app).await?;
        anyhow::Ok(format!("/apps/{app}/oauth-clients/{}", url_encoded(way).collect::<String>()))
    };
    match command {
        OAuthClientCommand::List { app } => {
            let path = format!("/apps/{}/oauth-clients", find::app(api, &app).await?);
            show::list(json, &show::items(api.json(Ask::get(&path)).await?), &COLUMNS)
        }
        OAuthClientCommand::Get { app, way } => {
            show::one(json, &api.json(Ask::get(&path(&app, &way).await?)).await?)
        }
        OAuthClientCommand::Put { app, way, client_id, client_secret_env, scope } => {
            let secret = client_secret_env.map(|name| config::environment(&name)).transpose()?;
            let body = Members::default()
                .with("client_id", Some(client_id))
                .with("client_secret", secret)
                .with("scopes", (!scope.is_empty()).then_some(scope));
            let path = path(&app, &way).await?;
            show::one(json, &api.json(Ask::put(&path, body.all())).await?)
        }
        OAuthClientCommand::Delete { app, way } => {
            api.json(Ask::delete(&path(&app, &way).await?)).await?;
            show::say(json, &format!("removed the client of {way}"))
        }
    }
}
