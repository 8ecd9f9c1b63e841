//! Versions: an older database is brought up to date, a newer or damaged one is refused.

use crate::world::{World, account, at, on_both, on_postgres, run};
use sqlx::{
    SqlSafeStr as _, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::SqliteConnectOptions,
};
use store::{Error, KeySource};

#[test]
fn a_newer_database_is_refused() {
    on_both(async |world| {
        world.open().await.close().await;
        let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
             select 9999, 'later', success, checksum, 0 from _sqlx_migrations where version = 1";
        assert_eq!(world.execute(sql).await.unwrap(), 1);
        let again = world.try_open().await;
        assert!(matches!(again, Err(Error::Newer)), "{again:?}");
    });
}

#[test]
fn a_database_is_opened_again_and_again() {
    on_both(async |world| {
        let store = world.open().await;
        account(&store, "acme").await;
        store.close().await;
        let store = world.open().await;
        assert!(store.account_by_alias(&"acme".parse().unwrap(), at(0)).await.unwrap().is_some());
        assert_eq!(store.epoch().await.unwrap(), 1);
    });
}

/// The first release had this one migration, and SQLite alone.
pub(crate) async fn first_release(world: &World) -> SqlitePool {
    let path = world.data.path().join("gatewright.db");
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let sql = include_str!("../../migrations/main/0001_main.sql").into_sql_str();
    let first = Migration::new(1, "main".into(), MigrationType::Simple, sql, false);
    Migrator::with_migrations(vec![first]).run(&pool).await.unwrap();
    pool
}

#[test]
fn the_database_of_the_first_release_is_brought_up_to_date() {
    run(async {
        let world = World::sqlite();
        let pool = first_release(&world).await;
        sqlx::query("insert into account (id, alias, created_at) values ($1, 'acme', 1)")
            .bind(model::AccountId::new(crate::world::at(0), [1; 10]).to_string())
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
        let store = world.open().await;
        assert!(store.account_by_alias(&"acme".parse().unwrap(), at(0)).await.unwrap().is_some());
    });
}

#[test]
fn nodes_that_start_at_once_do_not_hinder_each_other() {
    on_postgres(async |world| {
        let key =
            || KeySource::Given("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned().into());
        let keys = [key(), key(), key()];
        let (one, two, three) = tokio::join!(
            world.open_with(&keys[0]),
            world.open_with(&keys[1]),
            world.open_with(&keys[2])
        );
        for opened in [one, two, three] {
            assert_eq!(opened.unwrap().0.epoch().await.unwrap(), 0);
        }
    });
}

#[test]
fn the_url_of_the_database_is_never_shown() {
    run(async {
        let world = World::sqlite();
        for url in ["postgres://me:hunter2@127.0.0.1:1/db", "postgres://me:hunter2@[::1", "hunter2"]
        {
            let url = model::Secret::from(url.to_owned());
            let database = store::Database::Postgres { url, max_connections: 4 };
            assert!(!format!("{database:?}").contains("hunter2"));
            let key = KeySource::File;
            let opened = store::Store::open(&world.data, &database, &key, [0; 32]).await;
            let text = format!("{:?}", opened.unwrap_err());
            assert!(!text.contains("hunter2"), "{text}");
        }
        assert!(!world.data.path().join("key").exists(), "no key without a database");
    });
}
