use super::{
    api::{Api, Ask, url_encoded},
    input::Members,
    life,
    show::{self, Column},
};
use clap::{Args, Subcommand};
use serde_json::Value;

const COLUMNS: [Column; 5] = [
    Column::new("ID", "/id"),
    Column::new("APP", "/app"),
    Column::new("STATUS", "/status"),
    Column::new("CONNECTION", "/connection"),
    Column::new("EXPIRES", "/expires_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectLinkCommand {
    /// Make a page on which a customer connects an app, once, and print its URL.
    Create(CreateConnectLink),
    /// List a customer's links, never their URLs.
    List {
        /// Key or id of the customer
        customer: String,
    },
    /// Show how far a link is.
    Get {
        /// Key or id of the customer
        customer: String,
        /// clk_…
        id: String,
    },
    /// Remove a link: its page is gone.
    Delete {
        /// Key or id of the customer
        customer: String,
        /// clk_…
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateConnectLink {
    /// Key or id of the customer
    customer: String,
    /// Key or id of the app [default: the customer chooses]
    #[arg(long)]
    app: Option<String>,
    /// Name of the way to connect [default: the customer chooses]
    #[arg(long, requires = "app")]
    way: Option<String>,
    /// Connection of the customer to be connected again: con_…
    #[arg(long, value_name = "ID")]
    connection: Option<String>,
    /// What the new connection is called
    #[arg(long)]
    name: Option<String>,
    /// Where the customer goes on in the end
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// Origin of the page that opens it with the snippet
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// How long it can be used, such as 30m or 7d [default: 1h]
    #[arg(long, value_name = "TIME")]
    expires_in: Option<String>,
}

/// Runs a command on connect links.
pub(crate) async fn run(api: &Api, json: bool, command: ConnectLinkCommand) -> anyhow::Result<()> {
    let path = |customer: &str| {
        format!("/customers/{}/connect-links", url_encoded(customer).collect::<String>())
    };
    match command {
        ConnectLinkCommand::Create(create) => {
            let life = create.expires_in.as_deref().map(|text| life::parse("--expires-in", text));
            let body = Members::default()
                .with("app", create.app)
                .with("way", create.way)
                .with("connection", create.connection)
                .with("name", create.name)
                .with("return_url", create.return_url)
                .with("origin", create.origin)
                .with("expires_in_seconds", life.transpose()?.map(|life| life.as_secs()));
            let made = api.json(Ask::post(&path(&create.customer), body.all())).await?;
            if json {
                return show::one(json, &made);
            }
            let text = |name: &str| made.get(name).and_then(Value::as_str).unwrap_or_default();
            let (id, url) = (text("id"), text("url"));
            show::say(json, &format!("{id}\n{url}\n\nThis is the only time that the URL is shown."))
        }
        ConnectLinkCommand::List { customer } => {
            show::list(json, &api.items(&path(&customer), &[]).await?, &COLUMNS)
        }
        ConnectLinkCommand::Get { customer, id } => {
            show::one(json, &api.json(Ask::get(&format!("{}/{id}", path(&customer)))).await?)
        }
        ConnectLinkCommand::Delete { customer, id } => {
            api.json(Ask::delete(&format!("{}/{id}", path(&customer)))).await?;
            show::say(json, &format!("removed {id}"))
        }
    }
}
