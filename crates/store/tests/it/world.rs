//! A fresh database for a test, once on each engine.

use model::{AccountId, AuditId, Secret, Timestamp};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{
    Account, AuditActor, AuditFilter, AuditFrom, AuditRow, DataDir, Database, Error, KeySource,
    Sealer, Store,
};

/// A PostgreSQL superuser's URL: `postgres://user@host/postgres`.
const POSTGRES: &str = "GATEWRIGHT_TEST_POSTGRES";

/// A data directory, and an empty database.
pub(crate) struct World {
    pub(crate) data: DataDir,
    pub(crate) database: Database,
    postgres: Option<Admin>,
    _dir: tempfile::TempDir,
}

struct Admin {
    url: String,
    name: String,
}

/// Runs the test on SQLite and on PostgreSQL.
pub(crate) fn on_both(test: impl AsyncFn(&World)) {
    run(async {
        eprintln!("on SQLite");
        test(&World::sqlite()).await;
    });
    on_postgres(test);
}

/// Runs the test on PostgreSQL alone. Without one, it is skipped on a laptop and fails in CI.
pub(crate) fn on_postgres(test: impl AsyncFn(&World)) {
    let Some(url) = std::env::var_os(POSTGRES) else {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(!in_ci, "{POSTGRES} is not set");
        eprintln!("skipped on PostgreSQL: {POSTGRES} is not set");
        return;
    };
    run(async {
        eprintln!("on PostgreSQL");
        let world = World::postgres(url.into_string().unwrap()).await;
        test(&world).await;
        world.drop_database().await;
    });
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

impl World {
    pub(crate) fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::create(&dir.path().join("data")).unwrap();
        let database = Database::Sqlite(data.clone());
        Self { data, database, postgres: None, _dir: dir }
    }

    async fn postgres(url: String) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("gatewright_test_{}_{count}", std::process::id());
        let admin = Admin { url, name };
        // Ordered by a language, as many installations are: what needs the order of bytes must ask for it.
        admin.execute(&format!("drop database if exists {}", admin.name)).await;
        let language =
            "template template0 encoding 'utf8' locale_provider icu icu_locale 'en-US' locale 'C'";
        admin.execute(&format!("create database {} {language}", admin.name)).await;
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::create(&dir.path().join("data")).unwrap();
        let database =
            Database::Postgres { url: Secret::from(admin.database_url()), max_connections: 4 };
        Self { data, database, postgres: Some(admin), _dir: dir }
    }

    async fn drop_database(self) {
        let admin = self.postgres.unwrap();
        admin.execute(&format!("drop database {} with (force)", admin.name)).await;
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.postgres.is_none()
    }

    pub(crate) async fn open_with(&self, key: &KeySource) -> Result<(Store, Sealer), Error> {
        Store::open(&self.data, &self.database, key, entropy()).await
    }

    pub(crate) async fn try_open(&self) -> Result<(Store, Sealer), Error> {
        self.open_with(&KeySource::File).await
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_open().await.unwrap().0
    }

    /// Bytes as the engine writes them.
    pub(crate) fn blob(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.is_sqlite() { format!("x'{hex}'") } else { format!("'\\x{hex}'::bytea") }
    }

    /// What somebody with the database's password, or the file, can do to it.
    pub(crate) async fn execute(&self, sql: &str) -> Result<u64, sqlx::Error> {
        self.execute_in("gatewright.db", sql).await
    }

    /// The same in that file of SQLite; PostgreSQL has one database for all.
    pub(crate) async fn execute_in(&self, file: &str, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match &self.postgres {
            None => {
                let path = format!("sqlite://{}", self.data.path().join(file).display());
                let mut connection = SqliteConnection::connect(&path).await?;
                let done = sql.execute(&mut connection).await?.rows_affected();
                connection.close().await?;
                Ok(done)
            }
            Some(admin) => {
                let mut connection = PgConnection::connect(&admin.database_url()).await?;
                let done = sql.execute(&mut connection).await?.rows_affected();
                connection.close().await?;
                Ok(done)
            }
        }
    }

    /// What the administrator of the PostgreSQL server does, from another database.
    pub(crate) async fn administer(&self, statement: impl Fn(&str) -> String) {
        let admin = self.postgres.as_ref().unwrap();
        admin.execute(&statement(&admin.name)).await;
    }
}

impl Admin {
    fn database_url(&self) -> String {
        let (server, _) = self.url.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    async fn execute(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        sql.execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_763_000_000_000 + ms).unwrap()
}

pub(crate) fn entropy<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

pub(crate) fn audit(account: Option<AccountId>) -> AuditRow {
    AuditRow {
        id: AuditId::new(at(0), entropy()),
        account_id: account,
        at: at(0),
        actor: AuditActor { kind: "operator", id: String::new(), name: "operator".into() },
        source: None,
        via: "cli",
        event: "test.change",
        object: "thing".into(),
        before: None,
        after: Some("{}".into()),
        request_id: None,
    }
}

pub(crate) async fn account(store: &Store, alias: &str) -> AccountId {
    let account = Account::new(AccountId::new(at(0), entropy()), alias.parse().unwrap(), at(0));
    let mut change = store.begin(&audit(Some(account.id))).await.unwrap();
    change.insert_account(&account, at(0)).await.unwrap();
    change.commit().await.unwrap();
    account.id
}

/// Rows of the account's audit log.
pub(crate) async fn audit_length(store: &Store, account: AccountId) -> usize {
    let all = AuditFilter::default();
    store.audit_entries(Some(account), &all, AuditFrom::Newest, 1_000).await.unwrap().len()
}
