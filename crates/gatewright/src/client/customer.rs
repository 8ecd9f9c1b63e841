use super::{
    api::{Ask, url_encoded},
    connect,
    connect_link::{self, ConnectLinkCommand},
    customer_connection::{self, CustomerConnectionCommand},
    input::{self, Members},
    life,
    show::{self, Column},
    target::Target,
    token,
};
use clap::{Args, Subcommand};

const COLUMNS: [Column; 5] = [
    Column::new("ID", "/id"),
    Column::new("KEY", "/key"),
    Column::new("NAME", "/name"),
    Column::new("DISABLED", "/disabled"),
    Column::new("MADE", "/created_at"),
];

const TOOLS: [Column; 5] = [
    Column::new("NAME", "/name"),
    Column::new("APP", "/app"),
    Column::new("CONNECTION", "/connection/name"),
    Column::new("WORKS", "/connection/works"),
    Column::new("TOKENS", "/tokens"),
];

const CHATS: [Column; 6] = [
    Column::new("CHAT", "/chat"),
    Column::new("OPEN", "/is_open"),
    Column::new("CLIENT", "/client_name"),
    Column::new("ENABLED", "/enabled_tools"),
    Column::new("USED", "/used_at"),
    Column::new("EXPIRES", "/expires_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum CustomerCommand {
    /// Add a customer.
    Create {
        /// What your product calls it; the `sub` of its tokens
        key: String,
        /// For people
        #[arg(long)]
        name: Option<String>,
        /// A JSON object to keep with it, or @FILE
        #[arg(long, value_name = "JSON")]
        metadata: Option<String>,
    },
    /// List the customers of the account.
    List {
        /// Only those whose key or name holds that text
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only those that are shut out, or that are not
        #[arg(long, value_name = "BOOL")]
        disabled: Option<bool>,
    },
    /// Show a customer.
    Get {
        /// Key or id
        customer: String,
    },
    /// Change a customer's name or metadata, or shut it out.
    Update {
        /// Key or id
        customer: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// A merge patch for its metadata as JSON, or @FILE
        #[arg(long, value_name = "JSON")]
        metadata: Option<String>,
        /// Shut it out, or let it in again
        #[arg(long, value_name = "BOOL")]
        disabled: Option<bool>,
    },
    /// Remove a customer for good, with its tokens and connections.
    Delete {
        /// Key or id
        customer: String,
    },
    /// Credentials of a customer for apps.
    #[command(subcommand)]
    Connection(Box<CustomerConnectionCommand>),
    /// Print a signed token of a customer, for trying out; it is kept nowhere.
    Token {
        /// Key or id
        customer: String,
        /// Life, such as 5m or 1h [default: 1h]
        #[arg(long, value_name = "TIME")]
        expires_in: Option<String>,
        /// App that it is for, by key; may be repeated [default: all]
        #[arg(long, value_name = "KEY")]
        app: Vec<String>,
    },
    /// Make an API token that stands for a customer at /mcp, and print it, once.
    CreateToken(CreateToken),
    /// Show how a customer's clients connect: the URL of its connected apps, and what to paste.
    ConnectInfo {
        /// Key or id
        customer: String,
    },
    /// List the tools that a customer's agent has, and the connection that each uses.
    Tools {
        /// Key or id
        customer: String,
    },
    /// List the chats of a customer that can be gone on with.
    Chats {
        /// Key or id
        customer: String,
    },
    /// End a chat of a customer, and forget what was enabled in it.
    DeleteChat {
        /// Key or id
        customer: String,
        /// What the agent calls it: its x-chat-id
        chat: String,
    },
    /// Pages on which a customer connects apps.
    #[command(subcommand)]
    ConnectLink(ConnectLinkCommand),
}

#[derive(Debug, Args)]
pub(crate) struct CreateToken {
    /// Key or id
    customer: String,
    /// What people call the token
    #[arg(long)]
    name: String,
    /// Only tools that change nothing
    #[arg(long)]
    read_only: bool,
    /// Let it be sent in the URL, as /mcp?token=…
    #[arg(long)]
    allow_in_url: bool,
    /// Life, such as 1h, 30d or 2w [default: until it is revoked]
    #[arg(long, value_name = "TIME")]
    expires_in: Option<String>,
}

/// Runs a command on customers.
pub(crate) async fn run(target: &Target, command: CustomerCommand) -> anyhow::Result<()> {
    let json = target.json;
    let metadata =
        |given: Option<String>| given.map(|given| input::json("--metadata", &given)).transpose();
    match command {
        CustomerCommand::Create { key, name, metadata: given } => {
            let body = Members::default()
                .with("key", Some(key))
                .with("name", name)
                .with("metadata", metadata(given)?);
            let api = target.open().await?;
            show::one(json, &api.json(Ask::post("/customers", body.all())).await?)?;
            api.close().await;
        }
        CustomerCommand::List { search, disabled } => {
            let query = [("search", search), ("disabled", disabled.map(|flag| flag.to_string()))];
            let api = target.open().await?;
            show::list(json, &api.items("/customers", &query).await?, &COLUMNS)?;
            api.close().await;
        }
        CustomerCommand::Get { customer } => {
            let api = target.open().await?;
            show::one(json, &api.json(Ask::get(&path(&customer))).await?)?;
            api.close().await;
        }
        CustomerCommand::Update { customer, name, metadata: given, disabled } => {
            let patch = Members::default()
                .with("name", name)
                .with("metadata", metadata(given)?)
                .with("disabled", disabled)
                .some()?;
            let api = target.open().await?;
            show::one(json, &api.json(Ask::patch(&path(&customer), patch)).await?)?;
            api.close().await;
        }
        CustomerCommand::Tools { customer } => {
            list(target, &(path(&customer) + "/tools"), &TOOLS).await?;
        }
        CustomerCommand::Chats { customer } => {
            list(target, &(path(&customer) + "/chats"), &CHATS).await?;
        }
        CustomerCommand::DeleteChat { customer, chat } => {
            let encoded: String = url_encoded(&chat).collect();
            let path = format!("{}/chats/{encoded}", path(&customer));
            remove(target, &path, &format!("the chat {chat}")).await?;
        }
        CustomerCommand::Delete { customer } => {
            remove(target, &path(&customer), &customer).await?;
        }
        CustomerCommand::Connection(command) => {
            let api = target.open().await?;
            customer_connection::run(&api, json, *command).await?;
            api.close().await;
        }
        CustomerCommand::Token { customer, expires_in, app } => {
            let life = expires_in.as_deref().map(|text| life::parse("--expires-in", text));
            let body = Members::default()
                .with("expires_in_seconds", life.transpose()?.map(|life| life.as_secs()))
                .with("apps", (!app.is_empty()).then_some(app));
            let path = format!("{}/sign-token", path(&customer));
            let api = target.open().await?;
            let signed = api.json(Ask::post(&path, body.all())).await?;
            if json {
                show::one(json, &signed)?;
            } else {
                show::say(json, signed["token"].as_str().unwrap_or_default())?;
            }
            api.close().await;
        }
        CustomerCommand::ConnectInfo { customer } => {
            let api = target.open().await?;
            let info = api.json(Ask::get(&format!("{}/connect", path(&customer)))).await?;
            let token = format!("gatewright customer create-token {customer} --name …");
            connect::show(json, &info, None, &token)?;
            api.close().await;
        }
        CustomerCommand::CreateToken(create) => {
            let life = create.expires_in.as_deref();
            let life = life.map(|text| life::parse("--expires-in", text)).transpose()?;
            let body = Members::default()
                .with("name", Some(create.name))
                .with("read_only", create.read_only.then_some(true))
                .with("allow_in_url", create.allow_in_url.then_some(true))
                .with("expires_in_seconds", life.map(|life| life.as_secs()));
            let path = format!("{}/tokens", path(&create.customer));
            let api = target.open().await?;
            token::shown_once(json, &api.json(Ask::post(&path, body.all())).await?)?;
            api.close().await;
        }
        CustomerCommand::ConnectLink(command) => {
            let api = target.open().await?;
            connect_link::run(&api, json, command).await?;
            api.close().await;
        }
    }
    Ok(())
}

async fn list(target: &Target, path: &str, columns: &[Column]) -> anyhow::Result<()> {
    let api = target.open().await?;
    show::list(target.json, &api.items(path, &[]).await?, columns)?;
    api.close().await;
    Ok(())
}

async fn remove(target: &Target, path: &str, what: &str) -> anyhow::Result<()> {
    let api = target.open().await?;
    api.json(Ask::delete(path)).await?;
    show::say(target.json, &format!("removed {what}"))?;
    api.close().await;
    Ok(())
}

fn path(customer: &str) -> String {
    format!("/customers/{}", url_encoded(customer).collect::<String>())
}
