use super::{
    api::{Ask, url_encoded},
    input, server,
    show::{self, Column},
    target::Target,
};
use clap::Subcommand;

/// What a draft has beside tools.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Prompt,
    Resource,
    ResourceTemplate,
}

impl Kind {
    const fn segment(self) -> &'static str {
        match self {
            Self::Prompt => "prompts",
            Self::Resource => "resources",
            Self::ResourceTemplate => "resource-templates",
        }
    }
}

const COLUMNS: [Column; 4] = [
    Column::new("NAME", "/name"),
    Column::new("URI", "/uri"),
    Column::new("TEMPLATE", "/uri_template"),
    Column::new("TITLE", "/title"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum PartCommand {
    /// List those of a server's draft.
    List {
        /// Slug or id of the server
        server: String,
    },
    /// Show one.
    Get {
        /// Slug or id of the server
        server: String,
        /// Its name
        name: String,
    },
    /// Add one to the draft.
    Create {
        /// Slug or id of the server
        server: String,
        /// Its definition as JSON, or @FILE
        definition: String,
    },
    /// Change one of the draft.
    Update {
        /// Slug or id of the server
        server: String,
        /// Its name
        name: String,
        /// A merge patch as JSON, or @FILE
        patch: String,
    },
    /// Remove one from the draft.
    Delete {
        /// Slug or id of the server
        server: String,
        /// Its name
        name: String,
    },
}

/// Runs a command on prompts, resources or resource templates.
pub(crate) async fn run(target: &Target, kind: Kind, command: PartCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    let named = |base: String, name: &str| {
        format!("{base}/{}/{}", kind.segment(), url_encoded(name).collect::<String>())
    };
    match command {
        PartCommand::List { server } => {
            let path = format!("{}/{}", server::path(&api, &server).await?, kind.segment());
            show::list(json, &api.items(&path, &[]).await?, &COLUMNS)?;
        }
        PartCommand::Get { server, name } => {
            let path = named(server::path(&api, &server).await?, &name);
            show::one(json, &api.json(Ask::get(&path)).await?)?;
        }
        PartCommand::Create { server, definition } => {
            let path = format!("{}/{}", server::path(&api, &server).await?, kind.segment());
            let body = input::json("the definition", &definition)?;
            show::one(json, &api.json(Ask::post(&path, body)).await?)?;
        }
        PartCommand::Update { server, name, patch } => {
            let path = named(server::path(&api, &server).await?, &name);
            let patch = input::json("the patch", &patch)?;
            show::one(json, &api.json(Ask::patch(&path, patch)).await?)?;
        }
        PartCommand::Delete { server, name } => {
            let path = named(server::path(&api, &server).await?, &name);
            api.json(Ask::delete(&path)).await?;
            show::say(json, &format!("removed {name} from the draft"))?;
        }
    }
    api.close().await;
    Ok(())
}
