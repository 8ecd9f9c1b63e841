use crate::{
    Caller, Clock, Error, ServerWatch,
    call::{Cache, Results},
    clock::entropy,
    connect::AutomaticLinks,
    connected::ConnectedApps,
    customer_connections::Flights,
    customer_token::{KeySets, Passes},
    events::Listened,
    imports::Imports,
    password::Passwords,
    quota::{Quota, Rate},
    record::{LogQueue, queue},
    registry::{Registry, Rows},
    session::SessionStates,
    throttle::Throttle,
};
use arc_swap::ArcSwap;
use model::{AccountId, ApiRequestId, AuditId, Timestamp};
use serde::Serialize;
use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::{Duration, Instant},
};
use store::{AuditActor, AuditRow, Change, DataDir, Database, KeySource, Sealer, Store};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use upstream::{AllowRule, Client, Egress, Limits, Roots};

/// What a process is told when it starts. Every limit has its name here and in the configuration file.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether APIs in private networks and on this machine may be called.
    pub allow_private_networks: bool,
    /// Single addresses that may be called although they are private.
    pub allow_addresses: Vec<AllowRule>,
    /// Addresses of this process itself, which are never called.
    pub own_addresses: Vec<SocketAddr>,
    /// Time and size of a call to an API.
    pub upstream: Limits,
    /// Tokens (of four bytes) of a tool's result before it is cut.
    pub result_budget_tokens: usize,
    /// Calls per second of one token, and at once after a pause.
    pub calls_per_second: u32,
    /// Calls that one token may have under way.
    pub calls_in_flight: usize,
    /// Calls that all callers of one account may have under way.
    pub calls_in_flight_per_account: usize,
    /// Unknown but well-formed tokens per second, of all strangers together.
    pub unknown_tokens_per_second: u32,
    /// Bytes of results over budget that are kept to be read on, of all callers together.
    pub kept_results_bytes: usize,
    /// How long a result over budget is kept.
    pub kept_results_for: Duration,
    /// Bytes of answers that are kept for later calls, of all callers together.
    pub cache_bytes: usize,
    /// Days that a token lives at most; without end when absent.
    pub token_days_max: Option<u32>,
    /// Days after which a token that nobody used is revoked; never when absent.
    pub token_unused_days: Option<u32>,
    /// Life of a legacy session.
    pub session_life: Duration,
    /// Sessions of one account that were ended or have a log level and are remembered. Beyond them, the one that expires first makes room.
    pub session_states_per_account: usize,
    /// Life of a chat that nobody goes on with.
    pub chat_life: Duration,
    /// Chats of one customer. Beyond them, the one that would end first makes room.
    pub chats_per_customer: u32,
    /// Customers whose tools are kept ready.
    pub customers_kept: usize,
    /// Texts that an embeddings endpoint is sent in one request.
    pub embeddings_batch: usize,
    /// How long a search waits for an embeddings endpoint, before it goes on by words alone.
    pub embeddings_wait: Duration,
    /// Texts of one account whose meaning is kept, in memory and in the database.
    pub embeddings_kept: usize,
    /// Requests of one account whose meaning is kept in memory.
    pub embeddings_queries_kept: usize,
    /// Where people reach the console, for the links that they are given.
    pub public_url: Option<String>,
    /// How long a sign-in lives that nobody uses.
    pub sign_in_idle: Duration,
    /// How long a sign-in lives, however much it is used.
    pub sign_in_life: Duration,
    /// Passwords of one user that may be tried without a wait; ten times as many from one address.
    pub sign_in_tries: u32,
    /// The longest wait between two tries.
    pub sign_in_delay: Duration,
    /// Rows of the request log that may wait for the disk before callers wait too.
    pub log_queue_rows: usize,
    /// Imports of API descriptions under way in the process.
    pub imports: usize,
    /// Imports of API descriptions under way of one account.
    pub imports_per_account: usize,
    /// Age at which rows of the request log are removed.
    pub log_retention: Duration,
    /// Age at which days of usage are removed.
    pub usage_retention: Duration,
    /// How often the database is asked whether another process has changed it: bounds how late a revocation comes.
    pub refresh_interval: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            allow_private_networks: false,
            allow_addresses: Vec::new(),
            own_addresses: Vec::new(),
            upstream: Limits::default(),
            result_budget_tokens: 25_000,
            calls_per_second: 1_000,
            calls_in_flight: 256,
            calls_in_flight_per_account: 512,
            unknown_tokens_per_second: 20,
            kept_results_bytes: 64 << 20,
            kept_results_for: Duration::from_secs(15 * 60),
            cache_bytes: 64 << 20,
            token_days_max: None,
            token_unused_days: None,
            session_life: Duration::from_secs(24 * 60 * 60),
            session_states_per_account: 100_000,
            chat_life: Duration::from_secs(30 * 24 * 60 * 60),
            chats_per_customer: 1_000,
            customers_kept: 10_000,
            embeddings_batch: 64,
            embeddings_wait: Duration::from_millis(1_500),
            embeddings_kept: 50_000,
            embeddings_queries_kept: 1_000,
            public_url: None,
            sign_in_idle: Duration::from_secs(30 * 60),
            sign_in_life: Duration::from_secs(12 * 60 * 60),
            sign_in_tries: 5,
            sign_in_delay: Duration::from_secs(5 * 60),
            log_queue_rows: 10_000,
            imports: 2,
            imports_per_account: 1,
            log_retention: Duration::from_secs(30 * 24 * 60 * 60),
            usage_retention: Duration::from_secs(400 * 24 * 60 * 60),
            refresh_interval: Duration::from_millis(250),
        }
    }
}

impl Config {
    pub(crate) fn result_life(&self) -> jiff::SignedDuration {
        jiff::SignedDuration::try_from(self.kept_results_for).unwrap_or(jiff::SignedDuration::MAX)
    }

    pub(crate) fn call_rate(&self) -> Rate {
        Rate::per_second(self.calls_per_second, self.calls_per_second.saturating_mul(2))
    }

    pub(crate) fn stranger_rate(&self) -> Rate {
        Rate::per_second(self.unknown_tokens_per_second, self.unknown_tokens_per_second)
    }
}

/// One process's Gatewright: the use cases over one database.
pub struct App {
    pub(crate) store: Store,
    pub(crate) sealer: Sealer,
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    pub(crate) registry: ArcSwap<Registry>,
    pub(crate) refreshing: tokio::sync::Mutex<()>,
    pub(crate) strangers: Quota,
    /// Tokens that were found in the wrong place, which anybody may send.
    pub(crate) leaks: Quota,
    pub(crate) sessions: SessionStates,
    /// Customers' tokens that were verified.
    pub(crate) passes: Passes,
    pub(crate) key_sets: KeySets,
    pub(crate) connected: ConnectedApps,
    /// Links for tools without a connection.
    pub(crate) automatic_links: AutomaticLinks,
    /// Refreshes of customers' connections.
    pub(crate) flights: Flights,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    /// Refused sign-ins that the audit log takes.
    pub(crate) refusals: Quota,
    pub(crate) results: Results,
    pub(crate) cache: Cache,
    /// How many publications were loaded.
    pub(crate) generations: AtomicU64,
    pub(crate) log: LogQueue,
    pub(crate) imports: Arc<Imports>,
    /// What this process's usage is kept under: another at each start.
    pub(crate) node: Arc<str>,
    /// What every way out is made from.
    pub(crate) client: Client,
    pub(crate) tracker: TaskTracker,
    pub(crate) stop: CancellationToken,
    pub(crate) writer: Mutex<Option<crate::record::LogWriter>>,
    /// Whose events are listened to.
    pub(crate) listened: Arc<Listened>,
}

/// The way out of one runtime: its own pool of connections, so that no call waits for another runtime's thread.
#[derive(Clone)]
pub struct Outbound {
    pub(crate) client: Client,
}

impl App {
    /// Opens the database and reads the registry. The data directory holds the key, and the database itself with SQLite. Nothing
    /// runs yet: see [`App::tasks`].
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] when the directory, its key or its database cannot be used; [`crate::Kind::Unavailable`] when
    /// PostgreSQL does not answer.
    pub async fn open(
        dir: &DataDir,
        database: &Database,
        key: &KeySource,
        config: Config,
        clock: Clock,
    ) -> Result<Self, Error> {
        let (store, sealer) = Store::open(dir, database, key, entropy()).await?;
        let egress = Egress {
            allow_private: config.allow_private_networks,
            allow: config.allow_addresses.clone(),
            deny: config.own_addresses.clone(),
        };
        let client = Client::new(egress, config.upstream.clone(), &Roots::System)
            .map_err(|error| Error::new(crate::Kind::Internal, error.to_string()))?;
        let node: Arc<str> = format!("{:016x}", u64::from_ne_bytes(entropy())).into();
        let (log, writer) = queue(config.log_queue_rows, Arc::clone(&node));
        let app = Self {
            sealer,
            clock,
            registry: ArcSwap::from_pointee(Registry { epoch: -1, ..Registry::default() }),
            refreshing: tokio::sync::Mutex::new(()),
            strangers: Quota::new(Instant::now()),
            results: Results::new(config.kept_results_bytes),
            cache: Cache::new(config.cache_bytes),
            generations: AtomicU64::new(0),
            leaks: Quota::new(Instant::now()),
            passes: Passes::default(),
            key_sets: KeySets::default(),
            connected: ConnectedApps::default(),
            automatic_links: AutomaticLinks::default(),
            flights: Flights::default(),
            passwords: Passwords::new(),
            throttle: Throttle::new(),
            refusals: Quota::new(Instant::now()),
            sessions: SessionStates::load(
                store.session_states().await?,
                config.session_states_per_account,
            ),
            log,
            imports: Imports::new(config.imports, config.imports_per_account),
            node,
            client,
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            writer: Mutex::new(Some(writer)),
            listened: Arc::default(),
            config,
            store,
        };
        app.make_missing_drafts(app.clock.now()).await?;
        app.upgrade().await?;
        app.refresh().await?;
        Ok(app)
    }

    /// A way out for the runtime that it is called on.
    #[must_use]
    pub fn outbound(&self) -> Outbound {
        Outbound { client: self.client.with_own_connections() }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when it does not.
    pub async fn health(&self) -> Result<(), Error> {
        Ok(self.store.ping().await?)
    }

    /// The time, read once for a use case.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A name for a request to the control API.
    #[must_use]
    pub fn new_request_id(&self) -> ApiRequestId {
        ApiRequestId::new(self.clock.now(), entropy())
    }

    /// A name for a stream of a client, which nobody can guess.
    #[must_use]
    pub fn new_stream_name(&self) -> String {
        entropy::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Begins a change of the caller's account with its audit row: who did what to which object, which was `before` and
    /// is `after`. Neither may hold a secret.
    pub(crate) async fn begin(
        &self,
        caller: &Caller,
        now: Timestamp,
        event: &'static str,
        object: &(impl fmt::Display + ?Sized),
        before: Option<&impl Serialize>,
        after: Option<&impl Serialize>,
    ) -> Result<Change, Error> {
        Ok(self.store.begin(&audit_row(caller, now, event, object, before, after)).await?)
    }

    /// The same for a change that no process reads anything anew for: see [`Store::begin_uncounted`].
    pub(crate) async fn begin_uncounted(
        &self,
        caller: &Caller,
        now: Timestamp,
        event: &'static str,
        object: &(impl fmt::Display + ?Sized),
        before: Option<&impl Serialize>,
        after: Option<&impl Serialize>,
    ) -> Result<Change, Error> {
        let audit = audit_row(caller, now, event, object, before, after);
        Ok(self.store.begin_uncounted(&audit).await?)
    }

    /// Reads the registry anew when the database has changed since.
    pub(crate) async fn refresh(&self) -> Result<(), Error> {
        let _one_at_a_time = self.refreshing.lock().await;
        let before = self.registry.load_full();
        // The epoch is read first: a change that comes between is seen at the next refresh, never lost.
        let epochs = self.store.epochs().await?;
        self.note_customers(epochs.connections).await?;
        let epoch = epochs.all;
        if epoch == before.epoch {
            return Ok(());
        }
        let rows = Rows {
            epoch,
            tokens: self.store.live_tokens().await?,
            users: self.store.live_users().await?,
            grants: self.store.all_grants().await?,
            aliases: self.store.account_aliases().await?,
            servers: self.store.server_entries().await?,
            former_slugs: self.store.all_former_slugs().await?,
            hosts: self.store.server_hosts().await?,
            signing_secrets: self.store.all_signing_secrets().await?,
            issuers: self.store.all_issuers().await?,
            customer_gates: self.store.customer_gates().await?,
            apps: self.store.app_stamps().await?,
            embeddings: self.store.all_embeddings_endpoints().await?,
        };
        let limits = self.store.enabled_limits().await?;
        let next = Arc::new(before.next(rows));
        self.put_limits(&next, limits).await?;
        self.registry.store(Arc::clone(&next));
        next.announce(&before);
        let other_apps = next.apps_changed(&before);
        if !other_apps.is_empty() {
            self.connected.keep_apps(&other_apps, &next);
            self.connected.customers.changed(|account, _| other_apps.contains(&account));
        }
        // Before streams look whether their callers are live.
        let reviewed = self.review_passes(&next.signers).await;
        for slot in next.slots() {
            slot.watch.check();
        }
        self.connected.customers.each(ServerWatch::check);
        reviewed
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what is audited has text keys only")
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}

fn audit_row(
    caller: &Caller,
    now: Timestamp,
    event: &'static str,
    object: &(impl fmt::Display + ?Sized),
    before: Option<&impl Serialize>,
    after: Option<&impl Serialize>,
) -> AuditRow {
    AuditRow {
        id: AuditId::new(now, entropy()),
        account_id: Some(caller.account_id()),
        at: now,
        actor: caller.actor(),
        source: caller.context().source,
        via: caller.context().via.as_str(),
        event,
        object: object.to_string(),
        before: before.map(json),
        after: after.map(json),
        request_id: caller.context().request_id.map(|id| id.to_string()),
    }
}

/// The audit row of what Gatewright does by itself to an account's object.
pub(crate) fn system_row(
    account: AccountId,
    now: Timestamp,
    event: &'static str,
    object: &impl fmt::Display,
) -> AuditRow {
    AuditRow {
        id: AuditId::new(now, entropy()),
        account_id: Some(account),
        at: now,
        actor: AuditActor { kind: "system", id: String::new(), name: "gatewright".to_owned() },
        source: None,
        via: "system",
        event,
        object: object.to_string(),
        before: None,
        after: None,
        request_id: None,
    }
}
