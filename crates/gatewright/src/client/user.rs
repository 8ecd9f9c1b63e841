use super::{
    api::Ask,
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
    /// Add a person.
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
        /// usr_…
        user: String,
    },
    /// Change a person's name or role, or shut it out.
    Update {
        /// usr_…
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
    /// Remove a person for good, with its grants, sign-ins and tokens.
    Delete {
        /// usr_…
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
            show::one(json, &api.json(Ask::post("/users", body)).await?)?;
        }
        UserCommand::Get { user } => {
            show::one(json, &api.json(Ask::get(&format!("/users/{user}"))).await?)?;
        }
        UserCommand::Update { user, name, role, disabled } => {
            let mut patch = serde_json::Map::new();
            patch.extend(name.map(|name| ("name".to_owned(), Value::from(name))));
            patch.extend(role.map(|role| ("role".to_owned(), Value::from(role.as_str()))));
            patch.extend(disabled.map(|flag| ("disabled".to_owned(), Value::from(flag))));
            let path = format!("/users/{user}");
            show::one(json, &api.json(Ask::patch(&path, Value::Object(patch))).await?)?;
        }
        UserCommand::Delete { user } => {
            api.json(Ask::delete(&format!("/users/{user}"))).await?;
            show::say(json, &format!("removed {user}"))?;
        }
    }
    api.close().await;
    Ok(())
}
