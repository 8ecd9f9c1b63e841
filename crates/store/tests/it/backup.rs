//! Copies of the databases while they are written, and what becomes of them.

use crate::{
    audit::{change, intact},
    request_log::request,
    world::{World, account, audit, on_both, run},
};
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};
use store::{DataDir, Database, Error, KeySource, RequestFilter, RequestOrder, Store, Used};

async fn open(dir: &DataDir) -> Result<Store, Error> {
    let database = Database::Sqlite(dir.clone());
    Ok(Store::open(dir, &database, &KeySource::File, [0; 32]).await?.0)
}

/// A new data directory with the key of another.
fn with_key(world: &World, path: &Path) -> DataDir {
    let dir = DataDir::create(path).unwrap();
    fs::copy(world.data.path().join("key"), path.join("key")).unwrap();
    dir
}

#[test]
fn a_backup_under_load_is_whole_and_opens() {
    run(async {
        let world = World::sqlite();
        let (store, writer) = (world.open().await, world.open().await);
        let id = account(&store, "acme").await;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("backup");
        let done = std::cell::Cell::new(false);
        let write = async {
            let mut written = 0;
            while !done.get() {
                change(&writer, &audit(Some(id))).await.unwrap();
                writer
                    .insert_requests(&[request(id, written, "list", "ok")], "a", &Used::default())
                    .await
                    .unwrap();
                written += 1;
            }
            written
        };
        let backup = async {
            while store.epoch().await.unwrap() < 50 {
                tokio::task::yield_now().await;
            }
            let before = store.epoch().await.unwrap();
            store.backup(&target).await.unwrap();
            done.set(true);
            before
        };
        let (written, before) = tokio::join!(write, backup);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&target), 0o700);
        let mut names = Vec::new();
        for entry in fs::read_dir(&target).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{path:?}");
            names.push(path.file_name().unwrap().to_owned());
        }
        names.sort();
        assert_eq!(names, ["gatewright.db", "requests.db"], "no key, and nothing unfinished");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(
            matches!(store.backup(&target).await, Err(Error::Directory { .. })),
            "there already"
        );

        let dir = with_key(&world, &folder.path().join("restored"));
        let place = dir.begin_restore(&target).await.unwrap();
        let refused = open(&dir).await;
        assert!(matches!(refused, Err(Error::Directory { .. })), "not before it is finished");
        let database = Database::Sqlite(place);
        let checked = Store::open(&dir, &database, &KeySource::File, [0; 32]).await.unwrap().0;
        let rows = intact(&checked, Some(id)).await;
        checked.close().await;
        dir.finish_restore().unwrap();
        let restored = open(&dir).await.unwrap();
        assert_eq!(intact(&restored, Some(id)).await, rows);
        assert!(rows >= before && rows <= written + 1, "{before} {rows} {written}");
        let all = RequestFilter::default();
        let found = restored.requests(id, &all, RequestOrder::Oldest, None, 1_000).await.unwrap();
        assert!(found.rows.len() >= 48);
        change(&restored, &audit(Some(id))).await.unwrap();
    });
}

#[test]
fn a_restore_that_was_interrupted_is_begun_again() {
    run(async {
        let world = World::sqlite();
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("backup");
        store.backup(&target).await.unwrap();
        let dir = with_key(&world, &folder.path().join("restored"));
        for moved in [&[][..], &["gatewright.db"], &["gatewright.db", "requests.db"]] {
            dir.begin_restore(&target).await.unwrap();
            for name in moved {
                fs::rename(dir.path().join("restoring").join(name), dir.path().join(name)).unwrap();
            }
            let refused = open(&dir).await;
            assert!(matches!(refused, Err(Error::Directory { .. })), "{moved:?}: {refused:?}");
        }
        dir.begin_restore(&target).await.unwrap();
        dir.finish_restore().unwrap();
        assert_eq!(intact(&open(&dir).await.unwrap(), Some(id)).await, 1);
        let full = dir.begin_restore(&target).await;
        assert!(matches!(full, Err(Error::Directory { .. })), "{full:?}");
    });
}

#[test]
fn what_is_no_backup_is_not_restored() {
    run(async {
        let world = World::sqlite();
        let store = world.open().await;
        account(&store, "acme").await;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("backup");
        store.backup(&target).await.unwrap();
        let main = target.join("gatewright.db");
        let whole = fs::read(&main).unwrap();
        let mut flipped = whole.clone();
        for byte in &mut flipped[4_096..4_200] {
            *byte ^= 0xff;
        }
        let dir = with_key(&world, &folder.path().join("restored"));
        for (what, bytes) in [
            ("cut", Some(&whole[..whole.len() - 4_096])),
            ("flipped", Some(&flipped[..])),
            ("text", Some(&b"not a database at all, but text that is long enough"[..])),
            ("missing", None),
        ] {
            match bytes {
                Some(bytes) => fs::write(&main, bytes).unwrap(),
                None => fs::remove_file(&main).unwrap(),
            }
            assert!(dir.begin_restore(&target).await.is_err(), "{what}");
            dir.abandon_restore().unwrap();
            assert!(!dir.path().join("gatewright.db").exists(), "{what}");
        }
    });
}

#[test]
fn a_backup_of_postgresql_is_its_own_affair() {
    on_both(async |world| {
        let store = world.open().await;
        let folder = tempfile::tempdir().unwrap();
        let made = store.backup(&folder.path().join("backup")).await;
        assert_eq!(made.is_ok(), world.is_sqlite(), "{made:?}");
        assert!(made.is_ok() || fs::read_dir(folder.path()).unwrap().next().is_none());
    });
}
