use crate::{
    admin::{backup::Backup, key::KeyCommand, restore::Restore},
    client::{
        account::AccountCommand,
        action::ActionCommand,
        app::AppCommand,
        audit::AuditCommand,
        catalog::CatalogCommand,
        connection::ConnectionCommand,
        customer::CustomerCommand,
        grant::GrantCommand,
        limit::LimitCommand,
        me::MeCommand,
        part::PartCommand,
        profile::ProfileCommand,
        raw::ApiRequest,
        request::RequestCommand,
        server::ServerCommand,
        signer::{IssuerCommand, SigningSecretCommand},
        target::Target,
        test_case::TestCaseCommand,
        token::TokenCommand,
        tool::ToolCommand,
        usage::Usage,
        user::UserCommand,
    },
};
use clap::{Args, Parser, Subcommand};
use std::{net::SocketAddr, path::PathBuf};

/// Publish APIs as managed MCP servers.
#[derive(Debug, Parser)]
#[command(name = "gatewright", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Publish an API description as an MCP server, and serve it. Without one, a demo API.
    Up(Box<Up>),
    /// Serve what is published already, or a demo of connected apps.
    Serve(Box<Serve>),
    /// Read an API description and report what would become of each operation.
    Import(Import),
    /// Make, rotate, list and revoke API tokens.
    Token {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Make and rename accounts.
    Account {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Import API descriptions, and manage what they became.
    App {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: AppCommand,
    },
    /// Look at the apps that come with Gatewright.
    Catalog {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: CatalogCommand,
    },
    /// Search the actions of apps, and make some by hand.
    Action {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: ActionCommand,
    },
    /// Make, publish and govern MCP servers.
    Server {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: ServerCommand,
    },
    /// Choose and shape the tools of a server.
    Tool {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: ToolCommand,
    },
    /// Keep calls of tools, and run them as tests.
    TestCase {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: TestCaseCommand,
    },
    /// Write the prompts of a server.
    Prompt {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: PartCommand,
    },
    /// Store texts and files that a server offers.
    Resource {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: PartCommand,
    },
    /// Offer what read-only actions read as resources.
    ResourceTemplate {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: PartCommand,
    },
    /// Keep, test and rotate credentials for apps.
    Connection {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: ConnectionCommand,
    },
    /// Add, change and remove the people of an account.
    User {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Add, change and remove customers: the end users of your own product.
    Customer {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: CustomerCommand,
    },
    /// Connect apps for yourself, with a token of your own: for servers that call with the connection of whoever calls.
    Me {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: MeCommand,
    },
    /// Make and rotate the secrets that sign customers' tokens.
    SigningSecret {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: SigningSecretCommand,
    },
    /// Say who else signs customers' tokens, with public keys.
    Issuer {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: IssuerCommand,
    },
    /// Say which servers and tools a person may call.
    Grant {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: GrantCommand,
    },
    /// Set rate limits and quotas.
    Limit {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: LimitCommand,
    },
    /// Remember servers and tokens under names.
    Profile {
        #[command(subcommand)]
        command: ProfileCommand,
    },
    /// Send one request to the control API.
    Api(ApiRequest),
    /// Print what completes commands in a shell.
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Show the newest rows of the request log, and follow it.
    Logs(Logs),
    /// Print the OpenAPI document of the control API.
    #[command(hide = true)]
    Openapi,
    /// Search, show and export the request log, and see what a call would do today.
    Request {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: RequestCommand,
    },
    /// Show how much was used.
    Usage(Box<Usage>),
    /// Search, export and verify the audit log.
    Audit {
        #[command(flatten)]
        target: Target,
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Copy the databases into a new folder, while servers run.
    Backup(Backup),
    /// Make a data directory of a backup.
    Restore(Restore),
    /// Rotate the key that everything is sealed with.
    Key {
        #[command(flatten)]
        data: Data,
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Ask a running server whether it is ready; exit 0 when it is.
    Health {
        /// What to ask.
        #[arg(long, default_value = "http://127.0.0.1:3000/readyz")]
        url: String,
    },
}

/// Where the data is, and whose.
#[derive(Clone, Debug, Args)]
pub(crate) struct Data {
    /// Folder of the databases and the key [default: .gatewright]
    #[arg(long, env = "GATEWRIGHT_DATA_DIR", global = true, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// PostgreSQL database, postgres://user:password@host/database [default: SQLite in the data directory]
    #[arg(
        long,
        env = "GATEWRIGHT_DATABASE_URL",
        hide_env_values = true,
        global = true,
        value_name = "URL"
    )]
    pub(crate) database_url: Option<String>,
    /// File that holds the database URL, so that its password is seen in no list of processes
    #[arg(
        long,
        env = "GATEWRIGHT_DATABASE_URL_FILE",
        global = true,
        value_name = "FILE",
        conflicts_with = "database_url"
    )]
    pub(crate) database_url_file: Option<PathBuf>,
    /// Account alias, a part of every MCP URL
    #[arg(long, env = "GATEWRIGHT_ALIAS", default_value = "local", global = true)]
    pub(crate) alias: String,
    /// File that holds the sealing key, 32 bytes in base64, instead of the one in the data directory
    #[arg(long, env = "GATEWRIGHT_KEY_FILE", global = true, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The sealing key itself, from the environment only
    #[arg(long, env = "GATEWRIGHT_KEY", hide = true, hide_env_values = true, global = true)]
    pub(crate) sealing_key: Option<String>,
}

/// How to serve. What is not given here comes from the environment, then from the configuration file, then a default.
#[derive(Clone, Debug, Args)]
pub(crate) struct Serving {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Configuration file, in TOML; its keys are the options' names with underscores
    #[arg(long, env = "GATEWRIGHT_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "GATEWRIGHT_LISTEN", value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// URL by which clients reach this server, when it is not the address itself
    #[arg(long, env = "GATEWRIGHT_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Host name that is answered, beside loopback names; may be repeated
    #[arg(long, env = "GATEWRIGHT_ALLOW_HOST", value_delimiter = ',', value_name = "HOST")]
    pub(crate) allow_host: Vec<String>,
    /// Web origin that may call from a browser; may be repeated
    #[arg(long, env = "GATEWRIGHT_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,
    /// Call APIs in private networks and on this machine too
    #[arg(long, env = "GATEWRIGHT_ALLOW_PRIVATE_NETWORKS")]
    pub(crate) allow_private_networks: bool,
    /// Private address, network or address:port that may be called; may be repeated
    #[arg(long, env = "GATEWRIGHT_ALLOW_ADDRESS", value_delimiter = ',', value_name = "ADDRESS")]
    pub(crate) allow_address: Vec<String>,
    /// Address of the Prometheus metrics; none are served without it
    #[arg(long, env = "GATEWRIGHT_METRICS_LISTEN", value_name = "ADDRESS")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Threads that serve [default: one a core]
    #[arg(long, env = "GATEWRIGHT_WORKERS", value_name = "N")]
    pub(crate) workers: Option<usize>,
    /// Tools that clients are shown which do not say it by `?mode=`: `static` all of them, `dynamic` those that find the others,
    /// `auto` dynamic for lists above 25,000 tokens, or what the server says [default: static]
    #[arg(long, env = "GATEWRIGHT_MODE", value_name = "MODE", value_parser = mode)]
    pub(crate) mode: Option<app::Mode>,
    /// Calls per second of one token [default: 1000]
    #[arg(long, env = "GATEWRIGHT_CALLS_PER_SECOND", value_name = "N")]
    pub(crate) calls_per_second: Option<u32>,
    /// Tokens of a tool's result before it is cut [default: 25000]
    #[arg(long, env = "GATEWRIGHT_RESULT_BUDGET_TOKENS", value_name = "N")]
    pub(crate) result_budget_tokens: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Serve a customer with four connected apps, which need no network and no set-up; without --data-dir, in a new folder that goes
    /// at the end
    #[arg(long)]
    pub(crate) demo: bool,
    /// Print one line of JSON when ready, and nothing else to stdout
    #[arg(long, requires = "demo")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) serving: Serving,
}

#[derive(Debug, Args)]
pub(crate) struct Up {
    /// File or URL of an API description: Swagger 2.0 or OpenAPI 3.0–3.2, JSON or YAML
    pub(crate) description: Option<String>,
    /// Name of the MCP server, the last part of its URL [default: made from the description's title]
    #[arg(long, value_name = "NAME")]
    pub(crate) server: Option<String>,
    /// Where the API is, instead of the description's servers
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Header that is sent to the API with every call, `Name: value`, stored sealed; may be repeated
    #[arg(long, value_name = "HEADER")]
    pub(crate) header: Vec<String>,
    /// Environment variable that holds the API's bearer token, stored sealed
    #[arg(long, value_name = "VAR")]
    pub(crate) bearer_env: Option<String>,
    /// Further base URL whose host gets the API's credentials; may be repeated
    #[arg(long, value_name = "URL")]
    pub(crate) trust_host: Vec<String>,
    /// Send read-only requests only; writing operations become no tools
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Answer a call only when its row of the request log is on disk
    #[arg(long)]
    pub(crate) strict_log: bool,
    /// Keep arguments and results in the request log, redacted
    #[arg(long)]
    pub(crate) log_payloads: bool,
    /// Print one line of JSON when ready, and nothing else to stdout
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) serving: Serving,
}

/// Which operations become tools.
#[derive(Clone, Debug, Args)]
pub(crate) struct Selection {
    /// Only operations of this rule: tag:NAME, method:GET, path:/users/**, operation:ID, deprecated; may be repeated
    #[arg(long, value_name = "RULE")]
    pub(crate) include: Vec<String>,
    /// No operations of this rule; may be repeated
    #[arg(long, value_name = "RULE")]
    pub(crate) exclude: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// File or URL of an API description
    pub(crate) description: String,
    /// Report only; the one thing that this command does as yet
    #[arg(long, required = true)]
    pub(crate) dry_run: bool,
    /// Report as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Leave out operations that write
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Fetch descriptions from private networks too
    #[arg(long)]
    pub(crate) allow_private_networks: bool,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

#[derive(Debug, Args)]
pub(crate) struct Logs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Go on and print rows as they come
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Only this MCP server
    #[arg(long, value_name = "NAME")]
    pub(crate) server: Option<String>,
    /// Only calls of this tool
    #[arg(long, value_name = "NAME")]
    pub(crate) tool: Option<String>,
    /// Only failures
    #[arg(long)]
    pub(crate) errors: bool,
    /// Rows to begin with
    #[arg(long, short = 'n', default_value_t = 50)]
    pub(crate) lines: u32,
}

fn mode(name: &str) -> Result<app::Mode, &'static str> {
    app::Mode::parse(name).ok_or("it is one of static, dynamic and auto")
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::{Command, CommandFactory as _};
    use std::collections::BTreeSet;

    /// Clap takes an argument of a subcommand for the global one of the same name, and says nothing.
    fn hidden(command: &Command, path: &str, above: &BTreeSet<String>, found: &mut Vec<String>) {
        let mut global = above.clone();
        for argument in command.get_arguments() {
            let id = argument.get_id().to_string();
            if above.contains(&id) {
                found.push(format!("{path}: {id}"));
            } else if argument.is_global_set() {
                global.insert(id);
            }
        }
        for one in command.get_subcommands() {
            hidden(one, &format!("{path} {}", one.get_name()), &global, found);
        }
    }

    #[test]
    fn no_argument_hides_a_global_one() {
        let mut found = Vec::new();
        hidden(&Cli::command(), "gatewright", &BTreeSet::new(), &mut found);
        assert_eq!(found, [""; 0]);
    }
}
