use super::{
    api::{Ask, url_encoded},
    input::Members,
    show::{self, Column},
    target::Target,
};
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
    },
    /// Let a former alias answer no more.
    DropAlias {
        /// The former alias
        former: String,
    },
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
