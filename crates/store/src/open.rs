use crate::{
    DataDir, Database, Error, KeySource, Sealer,
    audit::keys::AuditKeys,
    backup::RESTORING,
    engine::{Engine, Pool, on},
    key_check::{KeyRing, is_fresh},
    migrations,
    request_origin::Origins,
};
use model::Secret;
use sqlx::{
    ConnectOptions as _, Connection as _, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::Path,
    sync::{Arc, RwLock},
    time::Duration,
};

/// How long a statement waits for another process's write lock on a SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a caller waits for a free connection to a SQLite file.
const SQLITE_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read a SQLite file; one writes.
const READERS: u32 = 4;
/// How long a caller waits for a free connection to PostgreSQL, a new one and its greeting included.
const POSTGRES_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a start waits for PostgreSQL.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Of the connections to PostgreSQL, those for the request log: a slow search there takes none from the rest.
const LOG_CONNECTIONS: u32 = 2;
/// What PostgreSQL is told of each session: no statement holds a connection for longer, and no node that hangs holds a lock.
const SESSION: [(&str, &str); 2] =
    [("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")];

/// The database of one installation.
///
/// Our own data and its audit rows are synced to disk at every commit. The request log is written in batches and synced in the
/// engine's own time; with SQLite it is a file of its own.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) writer: Pool,
    pub(crate) reader: Pool,
    pub(crate) log_writer: Pool,
    pub(crate) log_reader: Pool,
    pub(crate) origins: Arc<Origins>,
    /// None while it is being opened.
    pub(crate) ring: Option<Arc<KeyRing>>,
    pub(crate) audit_keys: Arc<RwLock<Arc<AuditKeys>>>,
}

/// How many changes there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epochs {
    /// Of all that every process reads anew.
    pub all: i64,
    /// Of customers' connections, of which a process reads anew those that have changed: [`Store::customers_changed`].
    pub connections: i64,
}

impl Store {
    /// Opens the database, makes it if it is missing, brings it up to date, and checks that the key is its own. A new database gets a
    /// new key, made of `entropy`, when none is given.
    ///
    /// # Errors
    ///
    /// [`Error::Newer`] when a newer Gatewright wrote it; [`Error::WrongKey`] for another key than it was sealed with;
    /// [`Error::Directory`] when the files cannot be made, or the key is missing, unreadable or weak; [`Error::Connect`] when
    /// PostgreSQL cannot be reached.
    pub async fn open(
        dir: &DataDir,
        database: &Database,
        key: &KeySource,
        entropy: [u8; 32],
    ) -> Result<(Self, Sealer), Error> {
        let found = dir.find_keys(key)?;
        let mut store = match database {
            Database::Sqlite(files) => open_sqlite(files).await?,
            Database::Postgres { url, max_connections } => {
                open_postgres(url, *max_connections).await?
            }
        };
        let sealer = match found {
            Some(sealer) => sealer,
            None if is_fresh(&store).await? => dir.make_key(entropy)?,
            None => return Err(dir.key_is_gone()),
        };
        store.admit(KeyRing::new(sealer.clone(), dir, key)).await?;
        store.fill_actions().await?;
        Ok((store, sealer))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] when it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.epoch().await.map(|_| ())
    }

    /// How many changes there were so far, by any process. A snapshot taken at the same numbers is fresh.
    ///
    /// Every process asks often, so it learns here of a key that another one has put into use.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] when the database does not answer.
    pub async fn epochs(&self) -> Result<Epochs, Error> {
        const SQL: &str = "select one.value, other.value, one.key_id from change_epoch as one, change_epoch as other \
             where one.name = 'all' and other.name = 'connections'";
        let (all, connections, key_id): (i64, i64, Option<String>) =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_one(db).await?);
        if let Some(id) = key_id
            && id != self.ring().sealer.in_use().id()
        {
            // A process without the new key goes on with what it knows, revocations included; it can change nothing.
            drop(self.follow_key(&id).await);
        }
        Ok(Epochs { all, connections })
    }

    /// The number of changes of all that every process reads anew.
    ///
    /// # Errors
    ///
    /// As for [`Store::epochs`].
    pub async fn epoch(&self) -> Result<i64, Error> {
        Ok(self.epochs().await?.all)
    }

    /// Closes every connection, so that SQLite's write-ahead logs are folded into the files.
    pub async fn close(&self) {
        self.reader.close().await;
        self.log_reader.close().await;
        self.writer.close().await;
        self.log_writer.close().await;
    }
}

async fn open_sqlite(dir: &DataDir) -> Result<Store, Error> {
    let restoring = dir.path().join(RESTORING);
    if restoring.exists() {
        let message = format!(
            "a restore was interrupted here: run `gatewright restore` again, or remove {}",
            restoring.display()
        );
        return Err(Error::Directory { message, source: None });
    }
    for name in ["gatewright.db", "requests.db"] {
        dir.open_private(name).map_err(|source| dir.failed(name, source))?;
    }
    let (writer, reader) = sqlite_pools(&dir.main_database(), SqliteSynchronous::Full).await?;
    let (log_writer, log_reader) =
        sqlite_pools(&dir.request_database(), SqliteSynchronous::Normal).await?;
    migrations::run_sqlite(&writer, &log_writer).await?;
    let pool = |pool| Pool(Engine::Sqlite(pool));
    Ok(Store {
        writer: pool(writer),
        reader: pool(reader),
        log_writer: pool(log_writer),
        log_reader: pool(log_reader),
        origins: Arc::default(),
        ring: None,
        audit_keys: Arc::default(),
    })
}

async fn sqlite_pools(
    path: &Path,
    synchronous: SqliteSynchronous,
) -> Result<(SqlitePool, SqlitePool), Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging();
    // The first connection turns the file to WAL: it comes before the readers, so that they need not wait for its lock.
    let pool = || {
        SqlitePoolOptions::new().acquire_timeout(SQLITE_ACQUIRE_TIMEOUT).test_before_acquire(false)
    };
    let writer = pool().max_connections(1).connect_with(options.clone()).await?;
    let reader =
        pool().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
    Ok((writer, reader))
}

async fn open_postgres(url: &Secret, max_connections: u32) -> Result<Store, Error> {
    let options = std::str::from_utf8(url.expose())
        .ok()
        .and_then(|url| url.trim().parse::<PgConnectOptions>().ok())
        .ok_or(Error::DatabaseUrl)?
        .application_name("gatewright")
        .disable_statement_logging();
    // Migrations may take their time, and wait for another node's.
    let refused = |source| Error::Connect {
        server: format!("{}:{}", options.get_host(), options.get_port()),
        source,
    };
    let mut connection = tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut))
        .map_err(refused)?;
    migrations::run_postgres(&mut connection).await?;
    connection.close().await?;
    let pool = |connections: u32| -> PgPool {
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(POSTGRES_ACQUIRE_TIMEOUT)
            .connect_lazy_with(options.clone().options(SESSION))
    };
    let main = Pool(Engine::Postgres(pool(max_connections.saturating_sub(LOG_CONNECTIONS).max(1))));
    let log = Pool(Engine::Postgres(pool(LOG_CONNECTIONS)));
    Ok(Store {
        writer: main.clone(),
        reader: main,
        log_writer: log.clone(),
        log_reader: log,
        origins: Arc::default(),
        ring: None,
        audit_keys: Arc::default(),
    })
}
