//! PostgreSQL goes away, or stops answering: an error within seconds, and everything works again when it is back.

use crate::world::{account, audit, entropy, on_postgres};
use model::Secret;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use store::{Database, Error, KeySource, Store, Used};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
};

#[test]
fn a_lost_database_is_an_error_until_it_is_back() {
    on_postgres(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let change = store.begin(&audit(Some(id))).await.unwrap();
        world.administer(|name| format!("alter database {name} allow_connections false")).await;
        let end = |name: &str| {
            format!(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
            )
        };
        world.administer(end).await;
        assert!(matches!(change.commit().await, Err(Error::Sql(_))));
        assert!(matches!(store.epoch().await, Err(Error::Sql(_))));
        assert!(matches!(store.begin(&audit(Some(id))).await, Err(Error::Sql(_))));
        assert!(matches!(
            store.insert_requests(&[], "a", &Used::default()).await,
            Err(Error::Sql(_))
        ));
        world.administer(|name| format!("alter database {name} allow_connections true")).await;
        assert_eq!(store.epoch().await.unwrap(), 1);
        account(&store, "other").await;
    });
}

#[test]
fn a_database_that_does_not_answer_keeps_nobody_waiting_for_ever() {
    on_postgres(async |world| {
        let Database::Postgres { url, .. } = &world.database else {
            panic!("{:?}", world.database)
        };
        let url: url::Url = std::str::from_utf8(url.expose()).unwrap().parse().unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let frozen = Arc::new(AtomicBool::new(false));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut through = url.clone();
        through.set_host(Some("127.0.0.1")).unwrap();
        through.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let wire = tokio::task::spawn_local(forward(listener, server, Arc::clone(&frozen)));

        let url = Secret::from(through.to_string());
        let database = Database::Postgres { url, max_connections: 4 };
        let (store, _) =
            Store::open(&world.data, &database, &KeySource::File, entropy()).await.unwrap();
        let id = account(&store, "acme").await;
        let change = store.begin(&audit(Some(id))).await.unwrap();
        frozen.store(true, Ordering::SeqCst);
        let (committed, epoch) = tokio::join!(change.commit(), store.epoch());
        assert!(matches!(committed, Err(Error::Sql(_))), "{committed:?}");
        assert!(matches!(epoch, Err(Error::Sql(_))), "{epoch:?}");
        wire.abort();
    });
}

/// Carries bytes both ways until it is frozen; then it takes them and carries nothing.
#[allow(clippy::disallowed_methods, reason = "the wire between the store and its database")]
async fn forward(listener: TcpListener, server: String, frozen: Arc<AtomicBool>) {
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let far = TcpStream::connect(&server).await.unwrap();
        let ((near_read, near_write), (far_read, far_write)) =
            (near.into_split(), far.into_split());
        tokio::task::spawn_local(carry(near_read, far_write, Arc::clone(&frozen)));
        tokio::task::spawn_local(carry(far_read, near_write, Arc::clone(&frozen)));
    }
}

async fn carry(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, frozen: Arc<AtomicBool>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 {
            return;
        }
        if !frozen.load(Ordering::SeqCst) && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
