/// What the store can meet.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique name or id is taken.
    #[error("a row of that name exists already")]
    Duplicate,
    /// A row holds what this version of Gatewright cannot read.
    #[error("the database holds an unreadable value in {column}")]
    Corrupt {
        /// `table.column`.
        column: &'static str,
    },
    /// The database was written by a newer Gatewright.
    #[error(
        "the database was made by a newer version of Gatewright; run that version, or restore a backup"
    )]
    Newer,
    /// A sealed value does not open: another key, another row, or altered bytes.
    #[error("a sealed value does not open with this key; start with the key that sealed it")]
    Sealed,
    /// The key is not the one that this database was sealed with.
    #[error(
        "the sealing key is not the one that this database was sealed with: start with that one, from the data directory or the backup of it"
    )]
    WrongKey,
    /// Values are still sealed with a key that should go.
    #[error("an older key is still needed: run `gatewright key rotate` to its end first")]
    KeyInUse,
    /// The URL of the database cannot be read. It may hold a password, so it is not quoted.
    #[error("the database URL is not right: write postgres://user:password@host:5432/database")]
    DatabaseUrl,
    /// PostgreSQL cannot be reached.
    #[error(
        "the database at {server} does not answer: check that it runs, and the database URL with its user, password and database"
    )]
    Connect {
        /// Host and port.
        server: String,
        /// The cause.
        source: sqlx::Error,
    },
    /// A statement of the change failed, so the change cannot be committed.
    #[error("a statement of this change failed, so it was not committed")]
    HalfDone,
    /// The audit log does not end with a row of ours, so no change can be added to it.
    #[error(
        "the audit log was altered from outside, so nothing is changed: see `gatewright audit verify`"
    )]
    AuditAltered,
    /// A checkpoint of the audit log has a signature that is not this installation's.
    #[error("the checkpoint was not signed by this installation")]
    Checkpoint,
    /// The data directory cannot be used.
    #[error("{message}")]
    Directory {
        /// What is wrong and what to do.
        message: String,
        /// The cause.
        source: Option<std::io::Error>,
    },
    /// Another process serves this data directory.
    #[error(
        "another gatewright process serves this data directory; stop it, or name another with --data-dir"
    )]
    Locked,
    /// Anything else that the database says.
    #[error("the database failed")]
    Sql(#[source] sqlx::Error),
    /// A migration failed.
    #[error("the database could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.is_unique_violation() => Self::Duplicate,
            _ => Self::Sql(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(_)
            | sqlx::migrate::MigrateError::VersionTooNew(..) => Self::Newer,
            other => Self::Migrate(other),
        }
    }
}
