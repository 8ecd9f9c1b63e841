use super::{
    api::{Api, Ask},
    find,
    show::{self, Column},
    target::Target,
};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

const COLUMNS: [Column; 5] = [
    Column::new("ID", "/id"),
    Column::new("EMAIL", "/email"),
    Column::new("NAME", "/name"),
    Column::new("ROLE", "/role"),
    Column::new("LAST SEEN", "/last_seen_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// List the people of the account.
    List,
    /// Add a person, and print the link by which it chooses a password, once.
    Create {
        /// What it will sign in with
        email: String,
        /// What it is in the account
        #[arg(long)]
        role: Role,
        /// For people
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Show a person.
    Get {
        /// E-mail address or id
        user: String,
    },
    /// Change a person's name or role, or shut it out.
    Update {
        /// E-mail address or id
        user: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// New role
        #[arg(long)]
        role: Option<Role>,
        /// Shut it out, or let it in again
        #[arg(long, value_name = "BOOL")]
        disabled: Option<bool>,
    },
    /// Print a link by which a person chooses another password, once. Links of before end.
    ResetLink {
        /// E-mail address or id
        user: String,
    },
    /// Remove a person for good, with its grants, sign-ins and tokens.
    Delete {
        /// E-mail address or id
        user: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Role {
    Owner,
    Admin,
    Manager,
    Auditor,
    Member,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Auditor => "auditor",
            Self::Member => "member",
        }
    }
}

/// Runs a command on users.
pub(crate) async fn run(target: &Target, command: UserCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        UserCommand::List => show::list(json, &api.items("/users", &[]).await?, &COLUMNS)?,
        UserCommand::Create { email, role, name } => {
            let body = json!({ "email": email, "role": role.as_str(), "name": name });
            let mut made = api.json(Ask::post("/users", body)).await?;
            if json {
                show::one(json, &made)?;
            } else {
                let invitation = made.as_object_mut().and_then(|user| user.remove("invitation"));
                show::one(json, &made)?;
                shown_once(&invitation.unwrap_or_default())?;
            }
        }
        UserCommand::Get { user } => {
            show::one(json, &api.json(Ask::get(&path(&api, &user).await?)).await?)?;
        }
        UserCommand::Update { user, name, role, disabled } => {
            let mut patch = serde_json::Map::new();
            patch.extend(name.map(|name| ("name".to_owned(), Value::from(name))));
            patch.extend(role.map(|role| ("role".to_owned(), Value::from(role.as_str()))));
            patch.extend(disabled.map(|flag| ("disabled".to_owned(), Value::from(flag))));
            let path = path(&api, &user).await?;
            show::one(json, &api.json(Ask::patch(&path, Value::Object(patch))).await?)?;
        }
        UserCommand::ResetLink { user } => {
            let path = format!("{}/reset-link", path(&api, &user).await?);
            let link = api.json(Ask::act(&path)).await?;
            if json { show::one(json, &link)? } else { shown_once(&link)? }
        }
        UserCommand::Delete { user } => {
            api.json(Ask::delete(&path(&api, &user).await?)).await?;
            show::say(json, &format!("removed {user}"))?;
        }
    }
    api.close().await;
    Ok(())
}

async fn path(api: &Api, user: &str) -> anyhow::Result<String> {
    Ok(format!("/users/{}", find::user(api, user).await?))
}

/// A one-time link, for people: its page where the server's URL is known, else what the page would take.
fn shown_once(link: &Value) -> anyhow::Result<()> {
    let text = |name: &str| link.get(name).and_then(Value::as_str);
    let link = text("url").or(text("link")).unwrap_or_default();
    show::say(false, &format!("\n{link}\n\nIt works once. This is the only time that it is shown."))
}
