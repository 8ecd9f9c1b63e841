use crate::{
    admin,
    cli::{Cli, Command, Import, Selection, Serving, Up},
    client::{self, part::Kind},
    config::{self, Settings},
    demo,
    process::Process,
    report,
    snippets::Snippets,
};
use anyhow::Context as _;
use app::{Context as Asked, Description, Fetching, ImportOptions, Prepared, Publish, Rule, Via};
use clap::CommandFactory as _;
use model::Secret;
use std::io::Write as _;

/// Where the demo API is, below this server's own URL.
const DEMO_PATH: &str = "/demo";

/// Does what the command line asks for.
pub(crate) fn run(cli: Cli) -> anyhow::Result<()> {
    // Both of rustls' providers may be linked in by dependencies; then it has no default of its own.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    // Serving threads have runtimes of their own; this one does the rest.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        match cli.command {
            Command::Up(up) => self::up(*up).await,
            Command::Serve(command) if command.demo => demo::serve(&command).await,
            Command::Serve(command) => serve(&command.serving).await,
            Command::Import(import) => self::import(&import).await,
            Command::Token { target, command } => client::token::run(&target, command).await,
            Command::Logs(logs) => client::logs::run(&logs).await,
            Command::Account { target, command } => client::account::run(&target, command).await,
            Command::App { target, command } => client::app::run(&target, command).await,
            Command::Catalog { target, command } => client::catalog::run(&target, command).await,
            Command::Action { target, command } => client::action::run(&target, command).await,
            Command::Server { target, command } => client::server::run(&target, command).await,
            Command::Tool { target, command } => client::tool::run(&target, command).await,
            Command::TestCase { target, command } => client::test_case::run(&target, command).await,
            Command::Prompt { target, command } => {
                client::part::run(&target, Kind::Prompt, command).await
            }
            Command::Resource { target, command } => {
                client::part::run(&target, Kind::Resource, command).await
            }
            Command::ResourceTemplate { target, command } => {
                client::part::run(&target, Kind::ResourceTemplate, command).await
            }
            Command::Connection { target, command } => {
                client::connection::run(&target, command).await
            }
            Command::User { target, command } => client::user::run(&target, command).await,
            Command::Customer { target, command } => client::customer::run(&target, command).await,
            Command::Me { target, command } => client::me::run(&target, command).await,
            Command::SigningSecret { target, command } => {
                client::signer::run_secret(&target, command).await
            }
            Command::Issuer { target, command } => {
                client::signer::run_issuer(&target, command).await
            }
            Command::Grant { target, command } => client::grant::run(&target, command).await,
            Command::Limit { target, command } => client::limit::run(&target, command).await,
            Command::Profile { command } => client::profile::run(command),
            Command::Api(request) => client::raw::run(&request).await,
            Command::Completion { shell } => completion(shell),
            Command::Openapi => openapi(),
            Command::Request { target, command } => client::request::run(&target, command).await,
            Command::Usage(usage) => client::usage::run(*usage).await,
            Command::Audit { target, command } => client::audit::run(&target, command).await,
            Command::Backup(backup) => admin::backup::run(&backup).await,
            Command::Restore(restore) => admin::restore::run(&restore).await,
            Command::Key { data, command } => admin::key::run(&data, command).await,
            Command::Health { url } => Ok(Description::probe(&url).await?),
        }
    });
    // Whoever insisted on the end with a second signal does not wait for the threads that the first one asked.
    runtime.shutdown_background();
    ended
}

async fn up(up: Up) -> anyhow::Result<()> {
    let settings = Settings::read(&up.serving)?;
    let fetching = fetching(&settings.app);
    let named = up.serving.data.alias.parse()?;
    let mut publish = publish(&up)?;
    // Read before anything is opened or written: a wrong path costs nothing.
    let description = match &up.description {
        Some(location) => Description::read(location, fetching).await?,
        None => Description::built_in("gatewright demo", web::DEMO_DESCRIPTION.as_bytes()),
    };
    let demo = up.description.is_none();
    let prepared = Prepared::new(description, &publish).await?;
    if !demo {
        prepared.base_url(&publish)?;
    }
    let process =
        Process::open(settings, if demo { web::Demo::Bookshop } else { web::Demo::Off }).await?;
    if demo {
        let own = config::reachable(process.address);
        publish.base_url.get_or_insert_with(|| format!("http://{own}{DEMO_PATH}"));
    }
    let operator = process.app.operator(&named, from_cli()).await?;
    let outcome = process.app.publish(&operator, prepared, publish).await?;
    let token = process.app.first_token(&operator, &outcome.server).await?;
    let published = process.app.published(&operator, &outcome.server).await?;
    let begin = begin(&process, &operator).await?;
    // It may have been named by a former one.
    let alias = process.app.get_account(&operator).await?.account.settings.alias;
    let list_bytes = web::list_bytes(&published);
    let url = format!("{}/mcp/{alias}/{}", process.url(), outcome.server);
    let token = token.map(|created| String::from_utf8_lossy(created.token.expose()).into_owned());
    let ready = move || {
        let stdout = &mut std::io::stdout().lock();
        if up.json {
            let line = report::ready_line(&url, token.as_deref(), &begin, list_bytes, &outcome);
            writeln!(stdout, "{line}")?;
        } else {
            report::up(stdout, &outcome, list_bytes)?;
            let another = "gatewright token create --name …";
            let (name, token) = (&outcome.server, token.as_deref());
            Snippets { name, url: &url, token, token_in_url: false, another }.write(stdout)?;
            begin.write(stdout)?;
        }
        Ok(stdout.flush()?)
    };
    process.serve(ready).await
}

fn completion(shell: clap_complete::Shell) -> anyhow::Result<()> {
    let (mut command, mut script) = (Cli::command(), Vec::new());
    clap_complete::generate(shell, &mut command, "gatewright", &mut script);
    Ok(std::io::stdout().lock().write_all(&script)?)
}

fn openapi() -> anyhow::Result<()> {
    Ok(std::io::stdout().lock().write_all(web::document_text().as_bytes())?)
}

fn publish(up: &Up) -> anyhow::Result<Publish> {
    let mut credentials = Vec::new();
    for header in &up.header {
        let (name, value) = header.split_once(':').context("--header is written 'Name: value'")?;
        credentials.push((name.trim().to_owned(), Secret::from(value.trim().to_owned())));
    }
    if let Some(variable) = &up.bearer_env {
        let value = config::environment(variable).context("--bearer-env")?;
        credentials.push(("authorization".to_owned(), Secret::from(format!("Bearer {value}"))));
    }
    Ok(Publish {
        server: up.server.as_deref().map(str::parse).transpose()?,
        base_url: up.base_url.clone(),
        credentials,
        trusted_hosts: up.trust_host.clone(),
        read_only: up.read_only,
        strict_log: up.strict_log,
        log_payloads: up.log_payloads,
        options: options(&up.selection, up.read_only, &up.trust_host)?,
        list_bytes: Some(web::list_bytes),
    })
}

fn options(
    selection: &Selection,
    read_only: bool,
    trust_hosts: &[String],
) -> anyhow::Result<ImportOptions> {
    let rules = |texts: &[String]| {
        texts.iter().map(|text| Ok(text.parse()?)).collect::<anyhow::Result<Vec<Rule>>>()
    };
    let include = rules(&selection.include)?;
    Ok(ImportOptions {
        // Whoever asks for deprecated operations means to have them.
        deprecated: include.contains(&Rule::Deprecated),
        include: include.into_iter().filter(|rule| *rule != Rule::Deprecated).collect(),
        exclude: rules(&selection.exclude)?,
        read_only,
        trust_hosts: trust_hosts.to_vec(),
        ..ImportOptions::default()
    })
}

fn fetching(config: &app::Config) -> Fetching {
    Fetching {
        allow_private_networks: config.allow_private_networks,
        allow_addresses: config.allow_addresses.clone(),
    }
}

async fn serve(serving: &Serving) -> anyhow::Result<()> {
    let settings = Settings::read(serving)?;
    let named = serving.data.alias.parse()?;
    let process = Process::open(settings, web::Demo::Off).await?;
    let operator = process.app.operator(&named, from_cli()).await?;
    let servers = process.app.list_slugs(&operator).await?;
    let begin = begin(&process, &operator).await?;
    let alias = process.app.get_account(&operator).await?.account.settings.alias;
    let url = process.url();
    process
        .serve(move || {
            let stdout = &mut std::io::stdout().lock();
            for server in servers {
                writeln!(stdout, "{url}/mcp/{alias}/{server}")?;
            }
            begin.write(stdout)?;
            Ok(stdout.flush()?)
        })
        .await
}

/// The console, and a link for the account's first owner, as long as there is none: for the terminal alone, since whoever reads it may
/// use it.
pub(crate) async fn begin(
    process: &Process,
    operator: &app::Caller,
) -> anyhow::Result<report::Begin> {
    let link = process.app.create_setup_link(operator).await?;
    Ok(report::Begin {
        console_url: process.console_url(),
        setup_url: link.and_then(|link| link.url),
    })
}

async fn import(import: &Import) -> anyhow::Result<()> {
    let fetching = Fetching {
        allow_private_networks: import.allow_private_networks,
        allow_addresses: Vec::new(),
    };
    let description = Description::read(&import.description, fetching).await?;
    let imported = description.import(&options(&import.selection, import.read_only, &[])?)?;
    let stdout = &mut std::io::stdout().lock();
    if import.json {
        report::import_json(stdout, &imported)
    } else {
        report::import(stdout, &imported)
    }
}

pub(crate) fn from_cli() -> Asked {
    Asked { via: Via::Cli, ..Asked::default() }
}
