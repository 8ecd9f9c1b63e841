use super::{
    api::Ask,
    find,
    input::{self, Members},
    life,
    show::{self, Column},
    target::Target,
};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use model::{Permission, Role, TokenId};
use serde_json::{Value, json};

const COLUMNS: [Column; 7] = [
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("STARTS", "/hint"),
    Column::new("STATE", "/state"),
    Column::new("EXPIRES", "/expires_at"),
    Column::new("LAST USED", "/last_used_at"),
    Column::new("OWNER", "/user_id"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it, once.
    Create(Create),
    /// List tokens.
    List {
        /// Only those that were not used for that long, such as 30d
        #[arg(long, value_name = "TIME")]
        unused_for: Option<String>,
        /// Only those that end within that time, such as 7d
        #[arg(long, value_name = "TIME")]
        expires_within: Option<String>,
    },
    /// Show a token's bounds; never itself.
    Get {
        /// tok_…
        id: String,
    },
    /// Change a token's name or bounds.
    Update {
        /// tok_…
        id: String,
        /// A merge patch as JSON, or @FILE
        patch: String,
    },
    /// Make a new token with the same bounds and print it, once.
    Rotate {
        /// tok_…
        id: String,
        /// How long the old one goes on working, such as 1h [default: it ends at once]
        #[arg(long, value_name = "TIME")]
        overlap: Option<String>,
    },
    /// Revoke a token: within a second nobody takes it any more.
    Revoke {
        /// tok_…
        id: String,
    },
    /// Remove a token that has expired or was revoked.
    Delete {
        /// tok_…
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What people call it
    #[arg(long)]
    name: String,
    /// MCP server that it opens; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    server: Vec<String>,
    /// Tool that it may call; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    tool: Vec<String>,
    /// Only tools that change nothing
    #[arg(long)]
    read_only: bool,
    /// What it may do through the control API: as much as a person of this role [default: nothing]
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Person that owns it and whose rights bound it, by e-mail address or id [default: the account itself]
    #[arg(long)]
    user: Option<String>,
    /// Network that it may come from, such as 10.0.0.0/8; may be repeated [default: any]
    #[arg(long, value_name = "NETWORK")]
    network: Vec<String>,
    /// Life, such as 1h, 30d or 2w [default: until it is revoked]
    #[arg(long, value_name = "TIME")]
    expires_in: Option<String>,
    /// Remove it from the list once it has expired
    #[arg(long)]
    purge: bool,
}

fn names(given: &[String]) -> Value {
    if given.is_empty() { json!("all") } else { json!({ "only": given }) }
}

fn permissions(role: &str) -> anyhow::Result<Vec<&'static str>> {
    let known =
        || format!("--role {role}: the roles are {}", Role::ALL.map(Role::as_str).join(", "));
    let role = Role::parse(role).with_context(known)?;
    Ok(role.permissions().iter().map(Permission::as_str).collect())
}

/// Runs a command on tokens.
pub(crate) async fn run(target: &Target, command: TokenCommand) -> anyhow::Result<()> {
    let now = model::Timestamp::now();
    let json = target.json;
    // What is wrong with the words is said before anything is opened.
    let time = |option: &str, text: &Option<String>| {
        text.as_deref().map(|text| life::parse(option, text)).transpose()
    };
    match command {
        TokenCommand::Create(create) => {
            let life = time("--expires-in", &create.expires_in)?.map(|life| life.as_secs());
            let permissions = create.role.as_deref().map(permissions).transpose()?;
            let body = Members::default()
                .with("name", Some(create.name))
                .with(
                    "scope",
                    Some(json!({
                        "servers": names(&create.server), "tools": names(&create.tool),
                        "read_only": create.read_only,
                    })),
                )
                .with("permissions", permissions)
                .with("networks", (!create.network.is_empty()).then_some(create.network))
                .with("expires_in_seconds", life)
                .with("purge", create.purge.then_some(true));
            let api = target.open().await?;
            let user = match &create.user {
                Some(user) => Some(find::user(&api, user).await?),
                None => None,
            };
            let body = body.with("user_id", user).all();
            shown_once(json, &api.json(Ask::post("/tokens", body)).await?)?;
            api.close().await;
        }
        TokenCommand::List { unused_for, expires_within } => {
            let unused = time("--unused-for", &unused_for)?.map(|life| now - life);
            let ending = time("--expires-within", &expires_within)?.map(|life| now + life);
            let query = [
                ("unused_since", unused.map(|at| at.to_string())),
                ("expires_before", ending.map(|at| at.to_string())),
            ];
            let api = target.open().await?;
            show::list(json, &api.items("/tokens", &query).await?, &COLUMNS)?;
            api.close().await;
        }
        TokenCommand::Get { id } => {
            let api = target.open().await?;
            show::one(json, &api.json(Ask::get(&format!("/tokens/{id}"))).await?)?;
            api.close().await;
        }
        TokenCommand::Update { id, patch } => {
            let patch = input::json("the patch", &patch)?;
            let api = target.open().await?;
            show::one(json, &api.json(Ask::patch(&format!("/tokens/{id}"), patch)).await?)?;
            api.close().await;
        }
        TokenCommand::Rotate { id, overlap } => {
            let overlap = time("--overlap", &overlap)?.map(|life| life.as_secs());
            let body = Members::default().with("overlap_seconds", overlap).all();
            let api = target.open().await?;
            let path = format!("/tokens/{id}/rotate");
            shown_once(json, &api.json(Ask::post(&path, body)).await?)?;
            api.close().await;
        }
        TokenCommand::Revoke { id } => {
            // Revoking in haste deserves a word on what is wrong.
            id.parse::<TokenId>()
                .context("name the token by its id: see `gatewright token list`")?;
            let api = target.open().await?;
            let token = api.json(Ask::act(&format!("/tokens/{id}/revoke"))).await?;
            if json {
                show::one(json, &token)?
            } else {
                show::say(json, &format!("revoked {id}"))?
            }
            api.close().await;
        }
        TokenCommand::Delete { id } => {
            let api = target.open().await?;
            api.json(Ask::delete(&format!("/tokens/{id}"))).await?;
            show::say(json, &format!("removed {id}"))?;
            api.close().await;
        }
    }
    Ok(())
}

/// Shows a token that was just made.
pub(super) fn shown_once(json: bool, created: &Value) -> anyhow::Result<()> {
    if json {
        return show::one(json, created);
    }
    let text = |name: &str| created.get(name).and_then(Value::as_str).unwrap_or_default();
    let (id, token) = (text("id"), text("token"));
    show::say(json, &format!("{id}\n{token}\n\nThis is the only time that the token is shown."))
}
