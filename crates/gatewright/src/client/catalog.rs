use super::{
    api::Ask,
    show::{self, Column},
    target::Target,
};
use clap::Subcommand;
use serde_json::Value;

const COLUMNS: [Column; 3] = [
    Column::new("KEY", "/key"),
    Column::new("NAME", "/name"),
    Column::new("DESCRIPTION", "/description"),
];
const ACTIONS: [Column; 3] = [
    Column::new("ACTION", "/name"),
    Column::new("METHOD", "/method"),
    Column::new("TITLE", "/title"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// List the apps that come with Gatewright. `gatewright app create --catalog KEY` makes one.
    List,
    /// Show what an app of the catalog does; with --json, the ways to connect it too.
    Get {
        /// Its key
        key: String,
    },
}

/// Runs a command on the catalog.
pub(crate) async fn run(target: &Target, command: CatalogCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        CatalogCommand::List => show::list(json, &api.items("/catalog", &[]).await?, &COLUMNS)?,
        CatalogCommand::Get { key } => {
            let app = api.json(Ask::get(&format!("/catalog/{key}"))).await?;
            if json {
                show::one(json, &app)?;
            } else {
                let actions = app.get("actions").and_then(Value::as_array);
                show::list(json, actions.map_or(&[], Vec::as_slice), &ACTIONS)?;
            }
        }
    }
    api.close().await;
    Ok(())
}
