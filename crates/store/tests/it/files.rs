//! The data directory.

use crate::world::{World, account, run};
use std::{fs, os::unix::fs::PermissionsExt as _};
use store::{DataDir, Error};

#[test]
fn a_damaged_database_is_refused_not_replaced() {
    run(async {
        let world = World::sqlite();
        let path = world.data.path().join("gatewright.db");
        fs::write(&path, vec![0x5a; 8192]).unwrap();
        assert!(world.try_open().await.is_err());
        assert_eq!(fs::read(&path).unwrap(), vec![0x5a; 8192]);
    });
}

#[test]
fn files_are_private() {
    run(async {
        let world = World::sqlite();
        let store = world.open().await;
        account(&store, "acme").await;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(world.data.path().to_owned()), 0o700);
        let mut names = Vec::new();
        for entry in fs::read_dir(world.data.path()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(mode(entry.path()), 0o600, "{:?}", entry.path());
            names.push(entry.file_name().into_string().unwrap());
        }
        for name in ["gatewright.db", "gatewright.db-wal", "requests.db", "key"] {
            assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
        }
    });
}

#[test]
fn one_process_serves_a_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::create(dir.path()).unwrap();
    let held = data.lock().unwrap();
    assert!(matches!(data.lock(), Err(Error::Locked)));
    drop(held);
    assert!(data.lock().is_ok());
    assert!(DataDir::existing(dir.path()).is_err());
}
