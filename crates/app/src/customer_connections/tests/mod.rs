//! Customers' connections against token endpoints and APIs on sockets.

mod refresh;
mod ways;
mod world;

use crate::Database;
use model::Secret;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

/// A PostgreSQL superuser's URL, as for the tests of the store.
const POSTGRES: &str = "GATEWRIGHT_TEST_POSTGRES";

/// Runs a test on a PostgreSQL database of its own, which several processes can have. Without one, it is skipped on a laptop and fails
/// in CI.
fn on_postgres(test: impl AsyncFnOnce(Database, Arc<tempfile::TempDir>)) {
    let Some(url) = std::env::var_os(POSTGRES) else {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(!in_ci, "{POSTGRES} is not set");
        eprintln!("skipped: {POSTGRES} is not set");
        return;
    };
    let url = url.into_string().unwrap();
    let name = format!("gatewright_app_{}", std::process::id());
    let (server, _) = url.rsplit_once('/').unwrap();
    let own = Secret::from(format!("{server}/{name}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        execute(&url, &format!("create database {name}")).await;
        let dir = Arc::new(tempfile::tempdir().unwrap());
        test(Database::Postgres { url: own, max_connections: 4 }, dir).await;
        execute(&url, &format!("drop database {name} with (force)")).await;
    });
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// The write lock of a SQLite file, in somebody else's hands.
#[derive(Clone, Default)]
struct Lock(Arc<Mutex<(PathBuf, Option<SqliteConnection>)>>);

impl Lock {
    fn is_of(&self, dir: &Path) {
        self.0.lock().unwrap().0 = dir.join("gatewright.db");
    }

    /// Takes it, on a thread without a runtime.
    fn take(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut held = self.0.lock().unwrap();
        let path = format!("sqlite://{}", held.0.display());
        held.1 = Some(runtime.block_on(async {
            let mut connection = SqliteConnection::connect(&path).await.unwrap();
            sqlx::raw_sql("begin immediate").execute(&mut connection).await.unwrap();
            connection
        }));
    }

    fn free(&self) {
        drop(self.0.lock().unwrap().1.take());
    }
}
