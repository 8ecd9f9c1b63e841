//! How long a look at every row of the audit log takes: `cargo run --release -p store --example verify_audit [ROWS] [PLACE]`.
//! The place is an empty folder, or the URL of an empty PostgreSQL database.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example: it reports, or it panics"
)]

use model::{AccountId, AuditId, Secret, Timestamp};
use std::time::{Duration, Instant};
use store::{AuditActor, AuditRow, DataDir, Database, KeySource, Store};

fn entropy<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

fn row(account: AccountId, number: i64) -> AuditRow {
    let at = Timestamp::from_millisecond(1_763_000_000_000 + number).unwrap();
    AuditRow {
        id: AuditId::new(at, entropy()),
        account_id: Some(account),
        at,
        actor: AuditActor { kind: "user", id: "usr_1".into(), name: "Ada".into() },
        source: Some([192, 0, 2, 7].into()),
        via: "api",
        event: "server.update",
        object: "srv_1".into(),
        before: Some(r#"{"name":"CRM","enabled":false,"description":"before"}"#.into()),
        after: Some(r#"{"name":"CRM","enabled":true,"description":"after"}"#.into()),
        request_id: None,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let rows: i64 = arguments.next().map_or(100_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (dir, database) = match arguments.next() {
        Some(url) if url.starts_with("postgres://") => (
            DataDir::create(folder.path()).unwrap(),
            Database::Postgres { url: Secret::from(url), max_connections: 4 },
        ),
        place => {
            let path = place.map_or_else(|| folder.path().to_owned(), Into::into);
            let dir = DataDir::create(&path).unwrap();
            (dir.clone(), Database::Sqlite(dir))
        }
    };
    let (store, _) = Store::open(&dir, &database, &KeySource::File, entropy()).await.unwrap();
    let account = AccountId::new(Timestamp::UNIX_EPOCH, entropy());
    let began = Instant::now();
    for number in 1..=rows {
        let row = row(account, number);
        store.begin(&row).await.unwrap().commit().await.unwrap();
        if number % 1_000 == 0 {
            store.checkpoint(row.at, Duration::ZERO).await.unwrap();
        }
    }
    println!("{rows} rows written in {:.1?}", began.elapsed());
    let began = Instant::now();
    let verdict = store.verify_audit(Some(account), &[]).await.unwrap();
    println!("{verdict:?} in {:.1?}", began.elapsed());
}
