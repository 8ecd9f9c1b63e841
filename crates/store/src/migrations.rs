//! The one list of migrations. A new one is one file for both engines and one line here; a file that was released is never edited.

use crate::{Error, dialect};
use sqlx::{
    AssertSqlSafe, PgConnection, SqlSafeStr as _, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
};

/// Version, name and text of one file.
type File = (i64, &'static str, &'static str);

/// Our own data.
pub(crate) const MAIN: &[File] = &[
    (1, "main", include_str!("../migrations/main/0001_main.sql")),
    (2, "key check", include_str!("../migrations/main/0002_key_check.sql")),
    (3, "people", include_str!("../migrations/main/0003_people.sql")),
    (4, "audit chain", include_str!("../migrations/main/0004_audit_chain.sql")),
    (5, "servers", include_str!("../migrations/main/0005_servers.sql")),
    (6, "key in use", include_str!("../migrations/main/0006_key_in_use.sql")),
    (7, "tokens", include_str!("../migrations/main/0007_tokens.sql")),
    (8, "apps", include_str!("../migrations/main/0008_apps.sql")),
    (9, "limits", include_str!("../migrations/main/0009_limits.sql")),
    (10, "customers", include_str!("../migrations/main/0010_customers.sql")),
    (11, "app definitions", include_str!("../migrations/main/0011_app_definitions.sql")),
    (12, "customer tokens", include_str!("../migrations/main/0012_customer_tokens.sql")),
    (13, "enabled tools", include_str!("../migrations/main/0013_enabled_tools.sql")),
    (14, "customer connections", include_str!("../migrations/main/0014_customer_connections.sql")),
    (15, "connect", include_str!("../migrations/main/0015_connect.sql")),
    (16, "chats", include_str!("../migrations/main/0016_chats.sql")),
    (17, "embeddings", include_str!("../migrations/main/0017_embeddings.sql")),
    (18, "chat times", include_str!("../migrations/main/0018_chat_times.sql")),
    (19, "own connections", include_str!("../migrations/main/0019_own_connections.sql")),
];

/// The request log, which is a file of its own with SQLite.
const REQUESTS: &[File] = &[
    (1, "request log", include_str!("../migrations/requests/0001_request_log.sql")),
    (2, "asked as", include_str!("../migrations/requests/0002_asked_as.sql")),
    (3, "usage", include_str!("../migrations/requests/0003_usage.sql")),
    (4, "account key", include_str!("../migrations/requests/0004_account_key.sql")),
    (5, "origins", include_str!("../migrations/requests/0005_origins.sql")),
    (6, "hours", include_str!("../migrations/requests/0006_hours.sql")),
];

/// Brings the two SQLite files up to date.
pub(crate) async fn run_sqlite(main: &SqlitePool, requests: &SqlitePool) -> Result<(), Error> {
    let text = |sql| AssertSqlSafe(dialect::migration_for_sqlite(sql)).into_sql_str();
    migrator(MAIN, text).run(main).await?;
    Ok(migrator(REQUESTS, text).run(requests).await?)
}

/// Brings the PostgreSQL database up to date. Of several nodes that start at once, one does and the others wait for it.
pub(crate) async fn run_postgres(connection: &mut PgConnection) -> Result<(), Error> {
    let text = |sql| AssertSqlSafe(dialect::migration_for_postgres(sql)).into_sql_str();
    migrator(MAIN, text).run_direct(None, connection, false).await?;
    let mut requests = migrator(REQUESTS, text);
    requests.dangerous_set_table_name("_sqlx_migrations_requests");
    Ok(requests.run_direct(None, connection, false).await?)
}

fn migrator(files: &[File], text: fn(&'static str) -> sqlx::SqlStr) -> Migrator {
    let migration = |&(version, name, sql): &File| {
        let simple = MigrationType::Simple;
        let mut migration = Migration::new(version, name.into(), simple, sql.into_sql_str(), false);
        // The checksum stays that of the file, whatever is said to the engine.
        migration.sql = text(sql);
        migration
    };
    Migrator::with_migrations(files.iter().map(migration).collect())
}

#[cfg(test)]
mod tests {
    use super::{MAIN, REQUESTS};
    use sqlx::{Connection as _, SqlSafeStr as _, SqliteConnection};

    #[test]
    fn versions_rise() {
        // Not by one: changes that were made side by side have numbers of their own.
        for files in [MAIN, REQUESTS] {
            assert!(files.is_sorted_by(|(before, ..), (after, ..)| before < after));
        }
    }

    #[tokio::test]
    async fn connections_of_servers_outlive_the_table_that_they_were_in() {
        let mut db = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        // Nothing that the row names is there.
        sqlx::raw_sql("pragma foreign_keys = off").execute(&mut db).await.unwrap();
        for (version, _, sql) in MAIN {
            if *version == 19 {
                let row = "insert into server_connection (server_id, account_id, app_id, connection_id) \
                    values ('srv_1', 'acc_1', 'app_1', 'con_1')";
                sqlx::raw_sql(row).execute(&mut db).await.unwrap();
            }
            sqlx::raw_sql(sql.into_sql_str()).execute(&mut db).await.unwrap();
        }
        let rows: Vec<(String, String, Option<String>)> =
            sqlx::query_as("select server_id, app_id, connection_id from server_connection")
                .fetch_all(&mut db)
                .await
                .unwrap();
        assert_eq!(rows, [("srv_1".into(), "app_1".into(), Some("con_1".into()))]);
    }
}
