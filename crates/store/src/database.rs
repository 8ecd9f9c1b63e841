use crate::DataDir;
use model::Secret;

/// Which engine keeps the rows, and where.
#[derive(Clone, Debug)]
pub enum Database {
    /// Two SQLite files in the data directory: for one process that serves.
    Sqlite(DataDir),
    /// A PostgreSQL database that several processes may share.
    Postgres {
        /// Its URL, `postgres://user:password@host/database`.
        url: Secret,
        /// Connections that this process opens at most.
        max_connections: u32,
    },
}

impl Database {
    /// Connections to PostgreSQL when nobody says how many.
    pub const MAX_CONNECTIONS: u32 = 10;
}
