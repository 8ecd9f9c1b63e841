//! The sealing key: made once, and never replaced by another.

use crate::{
    open::first_release,
    world::{World, account, at, entropy, on_both, run},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{AccountId, AppId, ConnectionId};
use std::fs;
use store::{Connection, Error, KeySource, Sealer};

fn given() -> KeySource {
    KeySource::Given(STANDARD.encode(entropy::<32>()).into())
}

#[test]
fn a_key_is_made_once() {
    on_both(async |world| {
        let (store, sealer) = world.try_open().await.unwrap();
        let sealed = sealer.seal("x", [1; 12], b"secret");
        store.close().await;
        let (_store, again) = world.try_open().await.unwrap();
        assert_eq!(again.open("x", &sealed).unwrap().expose(), b"secret");
    });
}

#[test]
fn another_key_is_refused() {
    on_both(async |world| {
        // Even before anything was sealed.
        world.open().await.close().await;
        let other = world.open_with(&given()).await;
        assert!(matches!(other, Err(Error::WrongKey)), "{other:?}");
        for weak in ["changeme", "", "c2VjcmV0"] {
            let weak = world.open_with(&KeySource::Given(weak.to_owned().into())).await;
            assert!(matches!(weak, Err(Error::Directory { .. })), "{weak:?}");
        }
        assert!(world.try_open().await.is_ok());
    });
}

#[test]
fn a_missing_key_is_not_made_anew() {
    on_both(async |world| {
        let store = world.open().await;
        account(&store, "acme").await;
        store.close().await;
        let path = world.data.path().join("key");
        let key = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let without = world.try_open().await;
        assert!(matches!(without, Err(Error::Directory { .. })), "{without:?}");
        assert!(!path.exists(), "a new key would lose what is sealed");
        fs::write(&path, key).unwrap();
        assert!(world.try_open().await.is_ok());
    });
}

#[test]
fn of_two_first_starts_with_two_keys_one_is_refused() {
    on_both(async |world| {
        let (one, other) = (given(), given());
        // SQLite's files are made by one process at a time: the lock sees to it.
        let (one, other) = if world.is_sqlite() {
            (world.open_with(&one).await, world.open_with(&other).await)
        } else {
            tokio::join!(world.open_with(&one), world.open_with(&other))
        };
        let refused = match (one, other) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
            both => panic!("{both:?}"),
        };
        assert!(matches!(refused, Error::WrongKey), "{refused:?}");
    });
}

#[test]
fn the_first_release_s_key_is_known_by_what_it_sealed() {
    run(async {
        let world = World::sqlite();
        let pool = first_release(&world).await;
        let (account, app) = (AccountId::new(at(0), [1; 10]), AppId::new(at(0), [2; 10]));
        let connection = ConnectionId::new(at(0), [3; 10]);
        let key: [u8; 32] = entropy();
        let place = Connection::place(account, connection);
        let sealed = Sealer::new(&key).unwrap().seal(&place, [7; 12], b"secret");
        let sql = format!(
            "insert into account values ('{account}', 'acme', 1); \
             insert into app values ('{app}', '{account}', 'crm', 'CRM', 'crm.yaml', 'https://a', '[]', '[]', 1, 1); \
             insert into connection values ('{connection}', '{account}', '{app}', 'default', x'{}', 1, 1); \
             update change_epoch set value = 1",
            sealed.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
        pool.close().await;
        let missing = world.try_open().await;
        assert!(matches!(missing, Err(Error::Directory { .. })), "{missing:?}");
        let other = world.open_with(&given()).await;
        assert!(matches!(other, Err(Error::WrongKey)), "{other:?}");
        assert!(world.open_with(&KeySource::Given(STANDARD.encode(key).into())).await.is_ok());
        let other = world.open_with(&given()).await;
        assert!(matches!(other, Err(Error::WrongKey)), "{other:?}");
    });
}
