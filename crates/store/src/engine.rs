use crate::{Error, dialect};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use std::{io, time::Duration};

/// How long PostgreSQL may take for one step. Its own statement time-out is shorter; this one is for a server that does not
/// answer at all, which no setting of its own can help.
const STEP_TIMEOUT: Duration = Duration::from_secs(7);

/// What there is of each engine: a pool of connections, or a transaction.
#[derive(Clone, Debug)]
pub(crate) enum Engine<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Connections to one database.
#[derive(Clone, Debug)]
pub(crate) struct Pool(pub(crate) Engine<SqlitePool, PgPool>);

/// A transaction that writes. One in which a statement has failed cannot be committed: PostgreSQL would answer the commit with a
/// silent rollback, and SQLite with half a change.
pub(crate) struct Tx {
    engine: Engine<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>,
    failed: bool,
}

/// Runs one statement on whichever engine there is: `on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?)`.
///
/// The text stands once and is compiled for both. In a [`Tx`], `db` is a transaction: `.execute(&mut **db)`.
macro_rules! on {
    ($on:expr, |$db:ident| $body:expr) => {{
        let answer = match $on.each() {
            $crate::engine::Engine::Sqlite($db) => async { Ok::<_, $crate::Error>($body) }.await,
            $crate::engine::Engine::Postgres($db) => {
                $crate::engine::within(async { Ok::<_, $crate::Error>($body) }).await
            }
        };
        $on.note(&answer);
        answer?
    }};
}
pub(crate) use on;

impl Pool {
    pub(crate) fn each(&self) -> &Engine<SqlitePool, PgPool> {
        &self.0
    }

    /// The other half of [`on!`]: a pool outlives a statement that fails.
    pub(crate) fn note<T>(&self, _answer: &Result<T, Error>) {}

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<Tx, Error> {
        let engine = match &self.0 {
            Engine::Sqlite(pool) => Engine::Sqlite(pool.begin_with(dialect::BEGIN_WRITE).await?),
            Engine::Postgres(pool) => {
                Engine::Postgres(within(async { Ok(pool.begin().await?) }).await?)
            }
        };
        Ok(Tx { engine, failed: false })
    }

    pub(crate) async fn close(&self) {
        match &self.0 {
            Engine::Sqlite(pool) => pool.close().await,
            // What it still had to say to a server that is gone is lost either way.
            Engine::Postgres(pool) => {
                drop(tokio::time::timeout(STEP_TIMEOUT, pool.close()).await);
            }
        }
    }
}

impl Tx {
    pub(crate) fn each(
        &mut self,
    ) -> &mut Engine<Transaction<'static, Sqlite>, Transaction<'static, Postgres>> {
        &mut self.engine
    }

    pub(crate) fn note<T>(&mut self, answer: &Result<T, Error>) {
        self.failed |= answer.is_err();
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        if self.failed {
            return Err(Error::HalfDone);
        }
        match self.engine {
            Engine::Sqlite(tx) => Ok(tx.commit().await?),
            Engine::Postgres(tx) => within(async { Ok(tx.commit().await?) }).await,
        }
    }
}

pub(crate) async fn within<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(STEP_TIMEOUT, step)
        .await
        .unwrap_or_else(|_| Err(Error::Sql(sqlx::Error::Io(io::ErrorKind::TimedOut.into()))))
}
