use crate::{DataDir, Error};
use sqlx::{
    ConnectOptions as _, SqlSafeStr as _, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// How long a statement waits for another process's write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a caller waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read; one writes.
const READERS: u32 = 4;

/// The databases of one data directory.
///
/// Our own data and its audit rows are synced to disk at every commit. The request log is a file of its own, written in
/// batches and synced by the operating system in its own time.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) writer: SqlitePool,
    pub(crate) reader: SqlitePool,
    pub(crate) log_writer: SqlitePool,
    pub(crate) log_reader: SqlitePool,
}

impl Store {
    /// Opens the databases, makes them if they are missing, and brings them up to date.
    ///
    /// # Errors
    ///
    /// [`Error::Newer`] when a newer Gatewright wrote them; [`Error::Directory`] when the files cannot be made.
    pub async fn open(dir: &DataDir) -> Result<Self, Error> {
        for name in ["gatewright.db", "requests.db"] {
            dir.open_private(name).map_err(|source| dir.failed(name, source))?;
        }
        let (writer, reader) = pools(&dir.main_database(), SqliteSynchronous::Full).await?;
        let (log_writer, log_reader) =
            pools(&dir.request_database(), SqliteSynchronous::Normal).await?;
        let main = [(1, "main", include_str!("../migrations/sqlite/0001_main.sql"))];
        let requests = [(
            1,
            "request log",
            include_str!("../migrations/sqlite-requests/0001_request_log.sql"),
        )];
        migrator(&main).run(&writer).await?;
        migrator(&requests).run(&log_writer).await?;
        Ok(Self { writer, reader, log_writer, log_reader })
    }

    /// Whether the main database answers.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] when it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.epoch().await.map(|_| ())
    }

    /// The number of changes so far, by any process. A snapshot taken at the same number is fresh.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] when the database does not answer.
    pub async fn epoch(&self) -> Result<i64, Error> {
        const SQL: &str = "select value from change_epoch where name = 'all'";
        let (value,): (i64,) = sqlx::query_as(SQL).fetch_one(&self.reader).await?;
        Ok(value)
    }

    /// Closes every connection, so that the write-ahead logs are folded into the files.
    pub async fn close(&self) {
        self.reader.close().await;
        self.log_reader.close().await;
        self.writer.close().await;
        self.log_writer.close().await;
    }
}

async fn pools(
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
    let pool =
        || SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).test_before_acquire(false);
    let writer = pool().max_connections(1).connect_with(options.clone()).await?;
    let reader =
        pool().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
    Ok((writer, reader))
}

fn migrator(files: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |&(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(files.iter().map(migration).collect())
}
