//! A database that the first release wrote.

use app::{App, Clock, Config, DataDir, Database, KeySource};
use model::{AccountId, Names, Timestamp};
use sqlx::{
    SqlSafeStr as _, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::SqliteConnectOptions,
};
use store::{AuditFilter, AuditFrom, Store, Token};

/// Tokens as they are in the database now, and the audit rows of the upgrade: their actors and objects.
async fn look(
    data: &DataDir,
    account: AccountId,
) -> (Vec<(String, Names, bool, i64)>, Vec<(String, String)>) {
    let database = Database::Sqlite(data.clone());
    let (store, _) = Store::open(data, &database, &KeySource::File, [0; 32]).await.unwrap();
    let mut tokens: Vec<Token> = store.live_tokens().await.unwrap();
    tokens.retain(|token| token.account_id == account);
    let tokens = tokens
        .into_iter()
        .map(|token| (token.name, token.scope.servers, token.scope.read_only, token.revision));
    let tokens = tokens.collect();
    let filter = AuditFilter { event: Some("token.upgrade".into()), ..AuditFilter::default() };
    let rows = store.audit_entries(Some(account), &filter, AuditFrom::After(0), 100).await.unwrap();
    let rows = rows.into_iter().map(|row| (row.actor_kind, row.object)).collect();
    store.close().await;
    (tokens, rows)
}

#[tokio::test]
async fn tokens_that_name_servers_by_slug_name_them_by_id() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::create(dir.path()).unwrap();
    let options = SqliteConnectOptions::new()
        .filename(dir.path().join("gatewright.db"))
        .create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let schema = include_str!("../../../store/migrations/main/0001_main.sql").into_sql_str();
    let first = Migration::new(1, "main".into(), MigrationType::Simple, schema, false);
    Migrator::with_migrations(vec![first]).run(&pool).await.unwrap();
    sqlx::raw_sql(include_str!("first_release.sql")).execute(&pool).await.unwrap();
    pool.close().await;
    std::fs::write(dir.path().join("key"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();

    let id = |digit: char| format!("srv_0190a5c200007000800000000000000{digit}");
    let acme: AccountId = "acc_0190a5c2000070008000000000000001".parse().unwrap();
    let other: AccountId = "acc_0190a5c2000070008000000000000002".parse().unwrap();
    // The second start finds nothing to do.
    for _ in 0..2 {
        let database = Database::Sqlite(data.clone());
        let clock = Clock::from_fn(|| Timestamp::from_second(1_763_000_000).unwrap());
        let app = App::open(&data, &database, &KeySource::File, Config::default(), clock).await;
        app.unwrap().close().await;
        let (tokens, rows) = look(&data, acme).await;
        let expected = [
            ("two", Names::Only(vec![id('2'), id('1')]), true, 2),
            ("all", Names::All, false, 1),
            ("none", Names::Only(vec![]), false, 2),
        ];
        assert_eq!(
            tokens,
            expected.map(|(name, servers, safe, rev)| (name.into(), servers, safe, rev))
        );
        let tokens =
            ["tok_0190a5c2000070008000000000000001", "tok_0190a5c2000070008000000000000003"];
        assert_eq!(rows, tokens.map(|token| ("system".to_owned(), token.to_owned())));
        let (tokens, rows) = look(&data, other).await;
        assert_eq!(tokens, [("foreign".into(), Names::Only(vec![id('3')]), false, 2)]);
        assert_eq!(rows.len(), 1);
    }
}
