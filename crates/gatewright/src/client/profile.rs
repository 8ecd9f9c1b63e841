use super::show::{self, Column};
use anyhow::{Context as _, bail};
use clap::Subcommand;
use model::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

/// Servers and their tokens, in a file that only its owner can read.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    path: PathBuf,
    by_name: BTreeMap<String, Stored>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    url: String,
    token: String,
}

/// A server and a token for it.
pub(crate) struct Profile {
    pub(crate) url: String,
    pub(crate) token: Secret,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Remember a server and a token under a name, in place of what the name had.
    Add {
        /// The name, for --profile
        name: String,
        /// URL of the server
        #[arg(long, value_name = "URL")]
        url: String,
        /// Environment variable that holds the token; without it, the token is read from standard input
        #[arg(long, value_name = "VAR")]
        token_env: Option<String>,
    },
    /// List profiles.
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Forget a profile.
    Remove {
        /// Its name
        name: String,
    },
}

impl Profiles {
    /// The profiles of the user that runs this.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let path = crate::config::user_folder()?.join("profiles.toml");
        let by_name = match fs::read_to_string(&path) {
            Ok(text) => {
                toml::from_str(&text).with_context(|| format!("{} is not right", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        Ok(Self { path, by_name })
    }

    pub(crate) fn get(&self, name: &str) -> anyhow::Result<Profile> {
        let names = || self.by_name.keys().cloned().collect::<Vec<_>>().join(", ");
        let stored = self.by_name.get(name).with_context(|| {
            format!(
                "there is no profile {name}: add it with `gatewright profile add`; there are: {}",
                names()
            )
        })?;
        Ok(Profile { url: stored.url.clone(), token: stored.token.clone().into() })
    }

    // Written beside and renamed into place: another command never reads half of it.
    fn write(&self) -> anyhow::Result<()> {
        let folder = self.path.parent().context("profiles have a folder")?;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let beside = self.path.with_extension("toml.new");
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)
            .with_context(|| format!("cannot write {}", beside.display()))?;
        file.write_all(toml::to_string(&self.by_name)?.as_bytes())?;
        file.sync_all()?;
        Ok(fs::rename(&beside, &self.path)?)
    }
}

/// Runs a command on profiles.
pub(crate) fn run(command: ProfileCommand) -> anyhow::Result<()> {
    let mut profiles = Profiles::read()?;
    match command {
        ProfileCommand::Add { name, url, token_env } => {
            let token = match token_env {
                Some(variable) => crate::config::environment(&variable)?,
                None => read_token()?,
            };
            profiles.by_name.insert(name, Stored { url, token });
            profiles.write()
        }
        ProfileCommand::List { json } => {
            const COLUMNS: [Column; 2] = [Column::new("NAME", "/name"), Column::new("URL", "/url")];
            let rows: Vec<_> = profiles
                .by_name
                .iter()
                .map(|(name, stored)| json!({ "name": name, "url": stored.url }))
                .collect();
            show::list(json, &rows, &COLUMNS)
        }
        ProfileCommand::Remove { name } => {
            if profiles.by_name.remove(&name).is_none() {
                bail!("there is no profile {name}");
            }
            profiles.write()
        }
    }
}

fn read_token() -> anyhow::Result<String> {
    eprintln!("Paste the token, then press Enter:");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("cannot read the token")?;
    let token = line.trim();
    if token.is_empty() {
        bail!("there is no token: paste one, or name a variable with --token-env");
    }
    Ok(token.to_owned())
}
