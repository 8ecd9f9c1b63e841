use crate::cli::{Data, Serving};
use anyhow::{Context as _, bail};
use app::{AllowRule, DataDir, Database, KeySource};
use model::Secret;
use serde::Deserialize;
use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

/// The configuration file. Every limit of the process has its name here; what is absent keeps its default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    allow_host: Option<Vec<String>>,
    allow_origin: Option<Vec<String>>,
    allow_private_networks: Option<bool>,
    allow_address: Option<Vec<String>>,
    metrics_listen: Option<SocketAddr>,
    workers: Option<usize>,
    mode: Option<app::Mode>,
    data_dir: Option<PathBuf>,
    key_file: Option<PathBuf>,
    database_url: Option<String>,
    database_url_file: Option<PathBuf>,
    #[serde(default)]
    limits: Limits,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    calls_per_second: Option<u32>,
    calls_in_flight: Option<usize>,
    calls_in_flight_per_account: Option<usize>,
    unknown_tokens_per_second: Option<u32>,
    token_days_max: Option<u32>,
    token_unused_days: Option<u32>,
    result_budget_tokens: Option<usize>,
    kept_results_bytes: Option<usize>,
    kept_results_minutes: Option<u64>,
    cache_bytes: Option<usize>,
    session_hours: Option<u64>,
    session_states_per_account: Option<usize>,
    chat_days: Option<u64>,
    chats_per_customer: Option<u32>,
    embeddings_batch: Option<usize>,
    embeddings_wait_ms: Option<u64>,
    embeddings_kept: Option<usize>,
    embeddings_queries_kept: Option<usize>,
    customers_kept: Option<usize>,
    sign_in_idle_minutes: Option<u64>,
    sign_in_hours: Option<u64>,
    sign_in_tries: Option<u32>,
    sign_in_delay_seconds: Option<u64>,
    log_queue_rows: Option<usize>,
    imports: Option<usize>,
    imports_per_account: Option<usize>,
    log_retention_days: Option<u64>,
    usage_retention_days: Option<u64>,
    body_bytes: Option<usize>,
    description_bytes: Option<usize>,
    json_depth: Option<usize>,
    json_nodes: Option<usize>,
    batch_messages: Option<usize>,
    header_timeout_seconds: Option<u64>,
    body_timeout_seconds: Option<u64>,
    connections: Option<usize>,
    connections_per_address: Option<usize>,
    streams_per_token: Option<usize>,
    sse_messages: Option<usize>,
    tools_per_page: Option<usize>,
    dynamic_above_tokens: Option<usize>,
    list_ttl_seconds: Option<u64>,
    keep_alive_seconds: Option<u64>,
    drain_seconds: Option<u64>,
    upstream_dns_ms: Option<u64>,
    upstream_connect_ms: Option<u64>,
    upstream_first_byte_ms: Option<u64>,
    upstream_idle_ms: Option<u64>,
    upstream_total_ms: Option<u64>,
    upstream_decoded_bytes: Option<usize>,
    upstream_header_bytes: Option<usize>,
    database_connections: Option<u32>,
    upstream_token_ms: Option<u64>,
    upstream_concurrency: Option<usize>,
    upstream_queue: Option<usize>,
    upstream_queue_wait_ms: Option<u64>,
    upstream_account_share: Option<u32>,
    upstream_breaker_failures: Option<u32>,
    upstream_breaker_window: Option<u32>,
    upstream_breaker_percent: Option<u32>,
    upstream_breaker_slow_ms: Option<u64>,
    upstream_backoff_first_ms: Option<u64>,
    upstream_backoff_longest_ms: Option<u64>,
}

/// What a serving process runs with: flag, then environment, then file, then default.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) data_dir: PathBuf,
    pub(crate) key: KeySource,
    /// Of PostgreSQL; none for SQLite in the data directory.
    database_url: Option<Secret>,
    database_connections: u32,
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) app: app::Config,
    pub(crate) web: web::Config,
}

const DEFAULT_DATA_DIR: &str = ".gatewright";

impl Settings {
    pub(crate) fn read(flags: &Serving) -> anyhow::Result<Self> {
        let file = match &flags.config {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        let listen =
            flags.listen.or(file.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3000)));
        let public_url = flags.public_url.clone().or(file.public_url);
        let mut hosts = either(&flags.allow_host, file.allow_host);
        if let Some(url) = &public_url {
            hosts.push(host_of(url)?);
        }
        let local = listen.ip().is_loopback() || listen.ip().is_unspecified();
        if !listen.ip().is_loopback() && hosts.is_empty() {
            bail!(
                "listening on {listen} opens Gatewright to the network: name the hosts that clients use with --allow-host, or --public-url"
            );
        }
        if !local {
            hosts.push(listen.ip().to_string());
        }
        let origins = either(&flags.allow_origin, file.allow_origin);
        let limits = file.limits;
        let database_connections = limits.database_connections.unwrap_or(Database::MAX_CONNECTIONS);
        let mut app = app::Config {
            allow_private_networks: flags.allow_private_networks
                || file.allow_private_networks.unwrap_or(false),
            allow_addresses: rules(&either(&flags.allow_address, file.allow_address))?,
            ..app::Config::default()
        };
        let mut web = web::Config {
            hosts: web::Hosts::new(local, &hosts, &origins),
            ..web::Config::default()
        };
        limits.apply(&mut app, &mut web)?;
        set(&mut app.calls_per_second, flags.calls_per_second);
        set(&mut app.result_budget_tokens, flags.result_budget_tokens);
        set(&mut web.workers, flags.workers.or(file.workers));
        set(&mut web.mode, flags.mode.or(file.mode));
        let mut data = flags.data.clone();
        data.data_dir = data.data_dir.or(file.data_dir);
        data.key_file = data.key_file.or(file.key_file);
        if data.database_url.is_none() && data.database_url_file.is_none() {
            (data.database_url, data.database_url_file) =
                (file.database_url, file.database_url_file);
        }
        Ok(Self {
            data_dir: data_dir(&data),
            key: key(&data),
            database_url: database_url(&data)?,
            database_connections,
            listen,
            public_url,
            metrics_listen: flags.metrics_listen.or(file.metrics_listen),
            app,
            web,
        })
    }

    /// The same in another folder, with a database and a key of its own there, whatever else is configured.
    pub(crate) fn afresh(self, folder: &Path) -> Self {
        let (data_dir, key) = (folder.to_owned(), KeySource::File);
        Self { data_dir, key, database_url: None, ..self }
    }

    /// The data directory, made if it is missing, and the database, which is there or elsewhere.
    pub(crate) fn places(&self) -> anyhow::Result<(DataDir, Database)> {
        let dir = DataDir::create(&self.data_dir)?;
        let database = match &self.database_url {
            Some(url) => {
                Database::Postgres { url: url.clone(), max_connections: self.database_connections }
            }
            None => Database::Sqlite(dir.clone()),
        };
        Ok((dir, database))
    }
}

impl Limits {
    fn apply(self, app: &mut app::Config, web: &mut web::Config) -> anyhow::Result<()> {
        let seconds = |value: Option<u64>| value.map(Duration::from_secs);
        set(&mut app.calls_per_second, self.calls_per_second);
        set(&mut app.calls_in_flight, self.calls_in_flight);
        set(&mut app.calls_in_flight_per_account, self.calls_in_flight_per_account);
        set(&mut app.unknown_tokens_per_second, self.unknown_tokens_per_second);
        app.token_days_max = self.token_days_max;
        app.token_unused_days = self.token_unused_days;
        set(&mut app.result_budget_tokens, self.result_budget_tokens);
        set(&mut app.kept_results_bytes, self.kept_results_bytes);
        set(
            &mut app.kept_results_for,
            seconds(self.kept_results_minutes.map(|minutes| minutes.saturating_mul(60))),
        );
        set(&mut app.cache_bytes, self.cache_bytes);
        set(
            &mut app.session_life,
            seconds(self.session_hours.map(|hours| hours.saturating_mul(3_600))),
        );
        set(&mut app.session_states_per_account, self.session_states_per_account);
        set(&mut app.chat_life, seconds(self.chat_days.map(|days| days.saturating_mul(86_400))));
        set(&mut app.chats_per_customer, self.chats_per_customer);
        set(&mut app.embeddings_batch, self.embeddings_batch);
        set(&mut app.embeddings_wait, self.embeddings_wait_ms.map(Duration::from_millis));
        set(&mut app.embeddings_kept, self.embeddings_kept);
        set(&mut app.embeddings_queries_kept, self.embeddings_queries_kept);
        set(&mut app.customers_kept, self.customers_kept);
        set(
            &mut app.sign_in_idle,
            seconds(self.sign_in_idle_minutes.map(|minutes| minutes.saturating_mul(60))),
        );
        set(
            &mut app.sign_in_life,
            seconds(self.sign_in_hours.map(|hours| hours.saturating_mul(3_600))),
        );
        set(&mut app.sign_in_tries, self.sign_in_tries);
        set(&mut app.sign_in_delay, seconds(self.sign_in_delay_seconds));
        set(&mut app.log_queue_rows, self.log_queue_rows);
        set(&mut app.imports, self.imports);
        set(&mut app.imports_per_account, self.imports_per_account);
        set(
            &mut app.log_retention,
            seconds(self.log_retention_days.map(|days| days.saturating_mul(86_400))),
        );
        set(
            &mut app.usage_retention,
            seconds(self.usage_retention_days.map(|days| days.saturating_mul(86_400))),
        );
        self.apply_upstream(&mut app.upstream)?;
        set(&mut web.body_bytes, self.body_bytes);
        set(&mut web.description_bytes, self.description_bytes);
        set(&mut web.json.depth, self.json_depth);
        set(&mut web.json.nodes, self.json_nodes);
        set(&mut web.json.batch, self.batch_messages);
        set(&mut web.header_timeout, seconds(self.header_timeout_seconds));
        set(&mut web.body_timeout, seconds(self.body_timeout_seconds));
        set(&mut web.connections, self.connections);
        set(&mut web.connections_per_address, self.connections_per_address);
        set(&mut web.streams_per_token, self.streams_per_token);
        set(&mut web.sse_messages, self.sse_messages);
        set(&mut web.tools_per_page, self.tools_per_page);
        set(&mut web.dynamic_above_tokens, self.dynamic_above_tokens);
        set(&mut web.list_ttl, seconds(self.list_ttl_seconds));
        set(&mut web.keep_alive, seconds(self.keep_alive_seconds));
        set(&mut web.drain, seconds(self.drain_seconds));
        if web.json.depth > 120 {
            bail!(
                "json_depth is at most 120: what parses deeper documents is not safe from stack overflow"
            );
        }
        Ok(())
    }

    fn apply_upstream(&self, to: &mut app::UpstreamLimits) -> anyhow::Result<()> {
        let millis = |value: Option<u64>| value.map(Duration::from_millis);
        set(&mut to.dns, millis(self.upstream_dns_ms));
        set(&mut to.connect, millis(self.upstream_connect_ms));
        set(&mut to.first_byte, millis(self.upstream_first_byte_ms));
        set(&mut to.idle, millis(self.upstream_idle_ms));
        set(&mut to.total, millis(self.upstream_total_ms));
        set(&mut to.decoded_bytes, self.upstream_decoded_bytes);
        set(&mut to.header_bytes, self.upstream_header_bytes);
        set(&mut to.token, millis(self.upstream_token_ms));
        let host = &mut to.host;
        set(&mut host.concurrency, self.upstream_concurrency);
        set(&mut host.queue, self.upstream_queue);
        set(&mut host.queue_wait, millis(self.upstream_queue_wait_ms));
        set(&mut host.account_share, self.upstream_account_share);
        set(&mut host.breaker_failures, self.upstream_breaker_failures);
        set(&mut host.breaker_window, self.upstream_breaker_window);
        set(&mut host.breaker_percent, self.upstream_breaker_percent);
        set(&mut host.breaker_slow, millis(self.upstream_breaker_slow_ms));
        set(&mut host.backoff_first, millis(self.upstream_backoff_first_ms));
        set(&mut host.backoff_longest, millis(self.upstream_backoff_longest_ms));
        if host.concurrency == 0 {
            bail!("upstream_concurrency is at least 1: with none, no API can be called");
        }
        for (key, value, most) in [
            ("upstream_account_share", host.account_share, 100),
            ("upstream_breaker_failures", host.breaker_failures, 64),
            ("upstream_breaker_window", host.breaker_window, 64),
            ("upstream_breaker_percent", host.breaker_percent, 100),
        ] {
            if !(1..=most).contains(&value) {
                bail!("{key} is {value}, and must be from 1 to {most}");
            }
        }
        if host.backoff_first.is_zero() || host.backoff_first > host.backoff_longest {
            bail!(
                "upstream_backoff_first_ms must be more than 0 and at most upstream_backoff_longest_ms"
            );
        }
        Ok(())
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn either(flags: &[String], file: Option<Vec<String>>) -> Vec<String> {
    if flags.is_empty() { file.unwrap_or_default() } else { flags.to_vec() }
}

fn read_file(path: &Path) -> anyhow::Result<File> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration {}", path.display()))?;
    toml::from_str(&text)
        .with_context(|| format!("the configuration {} is not right", path.display()))
}

/// Addresses that may be called although they are private.
pub(crate) fn rules(texts: &[String]) -> anyhow::Result<Vec<AllowRule>> {
    texts
        .iter()
        .map(|text| text.parse().with_context(|| format!("--allow-address {text}")))
        .collect()
}

fn host_of(url: &str) -> anyhow::Result<String> {
    let authority = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .and_then(|rest| rest.split('/').next())
        .filter(|authority| !authority.is_empty() && !authority.contains('@'));
    Ok(authority
        .context("--public-url is an http or https URL, such as https://mcp.example.com")?
        .to_owned())
}

/// The data directory of a command.
pub(crate) fn data_dir(data: &Data) -> PathBuf {
    data.data_dir.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_DATA_DIR))
}

/// The data directory and the database of a command that serves nothing. With SQLite they must exist.
pub(crate) fn places(data: &Data) -> anyhow::Result<(DataDir, Database)> {
    let path = data_dir(data);
    let dir = match database_url(data)? {
        Some(_) => DataDir::create(&path)?,
        None => DataDir::existing(&path)?,
    };
    let database = database(data, &dir)?;
    Ok((dir, database))
}

/// The database that a command names; without a name, SQLite in the data directory.
pub(crate) fn database(data: &Data, dir: &DataDir) -> anyhow::Result<Database> {
    Ok(match database_url(data)? {
        Some(url) => Database::Postgres { url, max_connections: Database::MAX_CONNECTIONS },
        None => Database::Sqlite(dir.clone()),
    })
}

/// The URL of a PostgreSQL database, if one is named.
fn database_url(data: &Data) -> anyhow::Result<Option<Secret>> {
    let url = match (&data.database_url, &data.database_url_file) {
        (Some(url), None) => url.clone(),
        (None, Some(path)) => fs::read_to_string(path)
            .with_context(|| format!("cannot read the database URL in {}", path.display()))?,
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => bail!("name the database by database_url or by database_url_file"),
    };
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.trim().starts_with(scheme)) {
        bail!("the database URL is written postgres://user:password@host:5432/database");
    }
    Ok(Some(Secret::from(url.trim().to_owned())))
}

/// Where the sealing keys of a command come from.
pub(crate) fn key(data: &Data) -> KeySource {
    match (&data.sealing_key, &data.key_file) {
        (Some(text), _) => KeySource::Given(Secret::from(text.clone())),
        (None, Some(path)) => KeySource::Path(path.clone()),
        (None, None) => KeySource::File,
    }
}

/// How clients on this machine name an address that is listened on.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], address.port())),
        IpAddr::V6(ip) if ip.is_unspecified() => {
            SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), address.port())
        }
        _ => address,
    }
}

/// The value of a variable that an option names.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the configuration: the option names the variable"
)]
pub(crate) fn environment(variable: &str) -> anyhow::Result<String> {
    let value = std::env::var(variable).ok().filter(|value| !value.trim().is_empty());
    Ok(value
        .with_context(|| format!("the environment variable {variable} is not set"))?
        .trim()
        .to_owned())
}

/// Where this user's settings are kept: `gatewright` in `$XDG_CONFIG_HOME` or `~/.config`.
#[allow(clippy::disallowed_methods, reason = "this is the configuration")]
pub(crate) fn user_folder() -> anyhow::Result<PathBuf> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let base = set("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".config")));
    Ok(base.context("neither XDG_CONFIG_HOME nor HOME is set")?.join("gatewright"))
}
