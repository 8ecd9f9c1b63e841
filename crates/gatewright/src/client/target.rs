use super::{
    api::{Api, Remote, SILENCE},
    profile,
};
use crate::{cli::Data, config};
use anyhow::{Context as _, bail};
use app::{App, Clock, Context as Asked, Via};
use clap::Args;
use model::Secret;
use std::sync::Arc;

/// Whose API: a server's by URL, a profile's, or the data directory's on this machine.
#[derive(Clone, Debug, Args)]
pub(crate) struct Target {
    /// URL of a Gatewright server; without it and without a profile, the data directory is worked on itself
    #[arg(long, env = "GATEWRIGHT_URL", global = true, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// API token for that server
    #[arg(
        long,
        env = "GATEWRIGHT_TOKEN",
        hide_env_values = true,
        global = true,
        value_name = "TOKEN"
    )]
    pub(crate) token: Option<String>,
    /// Profile with a URL and a token; see `gatewright profile`
    #[arg(long, env = "GATEWRIGHT_PROFILE", global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Call APIs in private networks and on this machine too, while the data directory is worked on itself
    #[arg(long, env = "GATEWRIGHT_ALLOW_PRIVATE_NETWORKS", global = true)]
    pub(crate) allow_private_networks: bool,
    /// Private address, network or address:port that may be called then; may be repeated
    #[arg(
        long,
        env = "GATEWRIGHT_ALLOW_ADDRESS",
        value_delimiter = ',',
        global = true,
        value_name = "ADDRESS"
    )]
    pub(crate) allow_address: Vec<String>,
    /// URL by which clients reach the server, where the data directory is worked on itself
    #[arg(long, env = "GATEWRIGHT_PUBLIC_URL", global = true, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: Data,
}

impl Target {
    /// Opens the API that is meant.
    pub(crate) async fn open(&self) -> anyhow::Result<Api> {
        match (&self.url, &self.profile) {
            (Some(_), Some(_)) => bail!("name a server by --url or by --profile, not by both"),
            (Some(url), None) => {
                let token = self.token.clone().context(
                    "--url needs a token: --token, GATEWRIGHT_TOKEN or a profile (`gatewright profile add`)",
                )?;
                remote(url, token.into())
            }
            (None, Some(name)) => {
                let profile = profile::Profiles::read()?.get(name)?;
                let token = self.token.clone().map_or(profile.token, Into::into);
                remote(&profile.url, token)
            }
            (None, None) if self.token.is_some() => {
                bail!("--token needs the server's --url")
            }
            (None, None) => self.local().await,
        }
    }

    /// Whether it is a server's API, by URL or by profile.
    pub(crate) fn is_remote(&self) -> bool {
        self.url.is_some() || self.profile.is_some()
    }

    async fn local(&self) -> anyhow::Result<Api> {
        let (dir, database) = config::places(&self.data)?;
        let key = config::key(&self.data);
        let app = app::Config {
            public_url: self.public_url.clone(),
            allow_private_networks: self.allow_private_networks,
            allow_addresses: config::rules(&self.allow_address)?,
            ..app::Config::default()
        };
        let app = Arc::new(App::open(&dir, &database, &key, app, Clock::system()).await?);
        let context = Asked { via: Via::Cli, ..Asked::default() };
        // A test of a tool has its row in the request log.
        app.write_log();
        let operator = app.operator_of(&self.data.alias.parse()?, context).await?;
        let api = web::LocalApi::new(Arc::clone(&app), operator, web::Config::default());
        Ok(Api::Local(Box::new(api), app))
    }
}

fn remote(url: &str, token: Secret) -> anyhow::Result<Api> {
    let url = url.trim_end_matches('/');
    if !url.starts_with("https://") && !url.starts_with("http://") {
        bail!("{url} is no URL of a server: write one such as https://mcp.example.com");
    }
    let http = reqwest::Client::builder()
        .user_agent(concat!("gatewright/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .read_timeout(SILENCE)
        .build()
        .context("the HTTP client cannot be set up")?;
    Ok(Api::Remote(Remote { http, url: url.to_owned(), token }))
}
