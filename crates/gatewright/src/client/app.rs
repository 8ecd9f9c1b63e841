use super::{
    api::{Api, Ask},
    find,
    input::{self, Members},
    oauth_client::{self, OAuthClientCommand},
    show::{self, Column},
    target::Target,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

const COLUMNS: [Column; 5] = [
    Column::new("ID", "/id"),
    Column::new("KEY", "/key"),
    Column::new("TITLE", "/title"),
    Column::new("ACTIONS", "/actions"),
    Column::new("BASE URL", "/base_url"),
];
const OPERATIONS: [Column; 4] = [
    Column::new("STATUS", "/status"),
    Column::new("METHOD", "/method"),
    Column::new("PATH", "/path"),
    Column::new("WHY", "/notes/0/reason"),
];
pub(crate) const USES: [Column; 5] = [
    Column::new("SERVER", "/slug"),
    Column::new("PUBLISHED", "/published"),
    Column::new("DRAFT", "/draft"),
    Column::new("DELETED", "/deleted"),
    Column::new("TOOLS", "/tools"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum AppCommand {
    /// List apps.
    List,
    /// Make an app of an API description, of the catalog, of a definition, or, with --manual, one whose actions are made by hand.
    Create {
        /// File or URL of the description; `-` is standard input
        #[arg(required_unless_present_any = ["manual", "catalog", "definition"])]
        description: Option<String>,
        /// Key of an app of the catalog (`gatewright catalog list`)
        #[arg(long, value_name = "KEY", conflicts_with_all = ["description", "manual"])]
        catalog: Option<String>,
        /// File of an app definition (docs/catalog.md); `-` is standard input
        #[arg(long, value_name = "FILE", conflicts_with_all = ["description", "manual", "catalog"])]
        definition: Option<String>,
        /// Without a description: actions are made with `gatewright action create`
        #[arg(long, conflicts_with = "description", requires = "key", requires = "base_url")]
        manual: bool,
        /// Its key in the account [default: made of the title]
        #[arg(long)]
        key: Option<String>,
        /// For people [default: the description's]
        #[arg(long)]
        title: Option<String>,
        /// Where the API is, instead of the description's servers
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
        /// Further base URL whose host gets the credentials; may be repeated
        #[arg(long, value_name = "URL")]
        trust_host: Vec<String>,
        #[command(flatten)]
        rules: Rules,
    },
    /// Report what would become of each operation of a description; nothing is written.
    Preview {
        /// File or URL of the description; `-` is standard input
        description: String,
        #[command(flatten)]
        rules: Rules,
    },
    /// Show an app.
    Get {
        /// Key or id
        app: String,
    },
    /// Change an app's title or base URL.
    Update {
        /// Key or id
        app: String,
        /// New title
        #[arg(long)]
        title: Option<String>,
        /// New base URL
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
    },
    /// Read the description again and take over what changed. Nothing that is published changes by itself.
    Reimport {
        /// Key or id
        app: String,
        /// File or URL of the new description [default: where the last one came from, or the catalog]
        #[arg(long, value_name = "FILE")]
        from: Option<String>,
        /// File of the new definition, for an app of one
        #[arg(long, value_name = "FILE", conflicts_with = "from")]
        definition: Option<String>,
        /// Only show the difference
        #[arg(long)]
        dry_run: bool,
    },
    /// Show what the last import made of each operation.
    Report {
        /// Key or id
        app: String,
    },
    /// Show who uses an app.
    UsedBy {
        /// Key or id
        app: String,
    },
    /// The clients that you have registered with the app's provider, so that customers can sign in there.
    #[command(subcommand)]
    OauthClient(OAuthClientCommand),
    /// Remove an app that nobody uses.
    Delete {
        /// Key or id
        app: String,
    },
}

/// Which operations become actions.
#[derive(Clone, Debug, Args)]
pub(crate) struct Rules {
    /// Only operations of this rule: tag:NAME, method:GET, path:/users/**, operation:ID; may be repeated
    #[arg(long, value_name = "RULE")]
    include: Vec<String>,
    /// No operations of this rule; may be repeated
    #[arg(long, value_name = "RULE")]
    exclude: Vec<String>,
    /// Deprecated operations too
    #[arg(long)]
    deprecated: bool,
    /// Only operations that change nothing
    #[arg(long)]
    read_only: bool,
}

impl Rules {
    fn json(&self) -> Value {
        json!({
            "include": self.include, "exclude": self.exclude,
            "deprecated": self.deprecated, "read_only": self.read_only,
        })
    }
}

/// Where a description is: a URL is fetched by the server, a file is read here and sent.
fn source(members: Members, description: Option<&str>) -> anyhow::Result<Members> {
    let Some(place) = description else { return Ok(members) };
    if place.starts_with("https://") || place.starts_with("http://") {
        return Ok(members.with("location", Some(place)));
    }
    Ok(members.with("description", Some(input::text(place)?)))
}

/// Runs a command on apps.
pub(crate) async fn run(target: &Target, command: AppCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let json = target.json;
    match command {
        AppCommand::List => show::list(json, &api.items("/apps", &[]).await?, &COLUMNS)?,
        AppCommand::Create {
            description,
            catalog,
            definition,
            manual,
            key,
            title,
            base_url,
            trust_host,
            rules,
        } => {
            let definition = definition.as_deref().map(input::text).transpose()?;
            let body = Members::default()
                .with("kind", manual.then_some("manual"))
                .with("catalog", catalog)
                .with("definition", definition)
                .with("key", key)
                .with("title", title)
                .with("base_url", base_url)
                .with("trusted_hosts", Some(trust_host))
                .with("rules", Some(rules.json()));
            let body = source(body, description.as_deref())?.all();
            let _working = show::working("importing");
            show::one(json, &api.json(Ask::post("/apps", body)).await?)?;
        }
        AppCommand::Preview { description, rules } => {
            let body = Members::default().with("rules", Some(rules.json()));
            let body = source(body, Some(&description))?.all();
            let working = show::working("reading");
            let preview = api.json(Ask::post("/import-preview", body)).await?;
            drop(working);
            report(json, &preview)?;
        }
        AppCommand::Get { app } => {
            show::one(json, &api.json(Ask::get(&path(&api, &app).await?)).await?)?
        }
        AppCommand::Update { app, title, base_url } => {
            let patch =
                Members::default().with("title", title).with("base_url", base_url).some()?;
            let path = path(&api, &app).await?;
            show::one(json, &api.json(Ask::patch(&path, patch)).await?)?;
        }
        AppCommand::Reimport { app, from, definition, dry_run } => {
            let definition = definition.as_deref().map(input::text).transpose()?;
            let body =
                Members::default().with("dry_run", Some(dry_run)).with("definition", definition);
            let body = source(body, from.as_deref())?.all();
            let path = format!("{}/reimport", path(&api, &app).await?);
            let working = show::working("importing");
            let difference = api.json(Ask::post(&path, body)).await?;
            drop(working);
            show::one(json, &difference)?;
        }
        AppCommand::Report { app } => {
            let path = format!("{}/import-report", path(&api, &app).await?);
            report(json, &api.json(Ask::get(&path)).await?)?;
        }
        AppCommand::UsedBy { app } => {
            let path = format!("{}/used-by", path(&api, &app).await?);
            show::list(json, &show::items(api.json(Ask::get(&path)).await?), &USES)?;
        }
        AppCommand::OauthClient(command) => oauth_client::run(&api, json, command).await?,
        AppCommand::Delete { app } => {
            api.json(Ask::delete(&path(&api, &app).await?)).await?;
            show::say(json, &format!("removed {app}"))?;
        }
    }
    api.close().await;
    Ok(())
}

async fn path(api: &Api, app: &str) -> anyhow::Result<String> {
    Ok(format!("/apps/{}", find::app(api, app).await?))
}

fn report(json: bool, report: &Value) -> anyhow::Result<()> {
    if json {
        return show::one(json, report);
    }
    let inner = report.get("report").unwrap_or(report);
    let operations = inner.get("operations").and_then(Value::as_array);
    show::list(json, operations.map_or(&[], Vec::as_slice), &OPERATIONS)
}
