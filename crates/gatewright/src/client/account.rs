use super::{
    api::{Ask, url_encoded},
    input::Members,
    show::{self, Column},
    target::Target,
};
use crate::config;
use clap::Subcommand;
use serde_json::{Value, json};

const COLUMNS: [Column; 4] = [
    Column::new("ID", "/id"),
    Column::new("ALIAS", "/alias"),
    Column::new("NAME", "/name"),
    Column::new("CREATED", "/created_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List the accounts of the installation.
    List,
    /// Make an account. Its operator works on it with --alias.
    Create {
        /// Its part of every MCP URL
        #[arg(id = "new_alias", value_name = "ALIAS")]
        alias: String,
        /// For people
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Show the account, with its former aliases and who still uses them.
    Get,
    /// Change the account's alias or name.
    Update {
        /// New alias; the old one goes on answering for a while
        #[arg(id = "new_alias", long = "new-alias", value_name = "ALIAS")]
        alias: Option<String>,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// Days for which a former alias answers; 0 ends it at once
        #[arg(long, value_name = "DAYS")]
        former_alias_days: Option<u32>,
        /// What the pages call your product that your customers see
        #[arg(long, value_name = "NAME")]
        brand_name: Option<String>,
        /// Their color, as #rrggbb
        #[arg(long, value_name = "COLOR")]
        brand_color: Option<String>,
        /// Their picture, by its https URL
        #[arg(long, value_name = "URL")]
        brand_logo_url: Option<String>,
        #[command(flatten)]
        embeddings: Embeddings,
    },
    /// Let a former alias answer no more.
    DropAlias {
        /// The former alias
        former: String,
    },
}

/// Where the meaning of texts is found out, so that tools are found by it too.
#[derive(Debug, clap::Args)]
pub(crate) struct Embeddings {
    /// An OpenAI-compatible endpoint: tools' texts and what is looked for are sent there
    #[arg(long, value_name = "URL")]
    embeddings_url: Option<String>,
    /// What it calls its model
    #[arg(long, value_name = "MODEL")]
    embeddings_model: Option<String>,
    /// Variable that holds its key
    #[arg(long, value_name = "VARIABLE")]
    embeddings_key_env: Option<String>,
    /// How many dimensions are asked for; 0 for as many as the model has
    #[arg(long, value_name = "COUNT")]
    embeddings_dimensions: Option<u32>,
    /// How long it is waited for
    #[arg(long, value_name = "MILLISECONDS")]
    embeddings_timeout_ms: Option<u32>,
    /// Search by words alone again; nothing is sent any more
    #[arg(long, conflicts_with_all = ["embeddings_url", "embeddings_model", "embeddings_key_env", "embeddings_dimensions", "embeddings_timeout_ms"])]
    no_embeddings: bool,
}

impl Embeddings {
    /// What is to be changed of them, if anything.
    fn patch(self) -> anyhow::Result<Option<Value>> {
        if self.no_embeddings {
            return Ok(Some(Value::Null));
        }
        let dimensions = self.embeddings_dimensions.map(|count| match count {
            0 => Value::Null,
            count => count.into(),
        });
        let key = self.embeddings_key_env.map(|name| config::environment(&name)).transpose()?;
        let members = Members::default()
            .with("url", self.embeddings_url)
            .with("model", self.embeddings_model)
            .with("key", key)
            .with("dimensions", dimensions)
            .with("timeout_ms", self.embeddings_timeout_ms);
        Ok(members.some().ok())
    }
}

/// Runs a command on accounts.
pub(crate) async fn run(target: &Target, command: AccountCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        AccountCommand::List => show::list(json, &api.items("/accounts", &[]).await?, &COLUMNS)?,
        AccountCommand::Create { alias, name } => {
            let body = json!({ "alias": alias, "name": name });
            show::one(json, &api.json(Ask::post("/accounts", body)).await?)?;
        }
        AccountCommand::Get => show::one(json, &api.json(Ask::get("/account")).await?)?,
        AccountCommand::Update {
            alias,
            name,
            former_alias_days,
            brand_name,
            brand_color,
            brand_logo_url,
            embeddings,
        } => {
            // Without a text, the brand has none of it again.
            let chosen = |text: Option<String>| {
                text.map(|text| if text.is_empty() { Value::Null } else { text.into() })
            };
            let brand = Members::default()
                .with("name", chosen(brand_name))
                .with("color", chosen(brand_color))
                .with("logo_url", chosen(brand_logo_url));
            let patch = Members::default()
                .with("brand", brand.some().ok())
                .with("embeddings", embeddings.patch()?)
                .with("alias", alias)
                .with("name", name)
                .with("former_alias_days", former_alias_days)
                .some()?;
            show::one(json, &api.json(Ask::patch("/account", patch)).await?)?;
        }
        AccountCommand::DropAlias { former } => {
            let path =
                format!("/account/former-aliases/{}", url_encoded(&former).collect::<String>());
            api.json(Ask::delete(&path)).await?;
            show::say(json, &format!("{former} answers no more"))?;
        }
    }
    api.close().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Embeddings;
    use clap::Parser;
    use serde_json::{Value, json};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        embeddings: Embeddings,
    }

    #[test]
    fn what_of_an_endpoint_is_changed() {
        let check = |arguments: &str, expected: Option<Value>| {
            let line = Line::try_parse_from(format!("x {arguments}").split_whitespace()).unwrap();
            assert_eq!(line.embeddings.patch().unwrap(), expected, "{arguments}");
        };
        check("", None);
        check("--no-embeddings", Some(Value::Null));
        check(
            "--embeddings-url https://m.example/v1/embeddings --embeddings-model m --embeddings-timeout-ms 500",
            Some(
                json!({"url": "https://m.example/v1/embeddings", "model": "m", "timeout_ms": 500}),
            ),
        );
        check("--embeddings-dimensions 256", Some(json!({"dimensions": 256})));
        check("--embeddings-dimensions 0", Some(json!({"dimensions": null})));
        let both = "x --no-embeddings --embeddings-model m".split_whitespace();
        assert!(Line::try_parse_from(both).is_err());
    }
}
