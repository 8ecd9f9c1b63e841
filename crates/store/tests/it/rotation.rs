//! A new sealing key, while others serve.

use crate::{
    audit::{change, intact},
    sample,
    world::{World, account, at, audit, entropy, on_both, on_postgres},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{AccountId, AppId};
use std::{fs, time::Duration};
use store::{
    Checkpoint, Connection, Error, KeySource, OAuthClient, Remembered, Sealer, Store, Verdict,
};

/// More than two batches.
const VALUES: usize = 230;

fn nonce() -> [u8; 12] {
    entropy()
}

fn plain(number: usize) -> Vec<u8> {
    format!("secret {number}").into_bytes()
}

/// An account with many sealed values.
struct Vault {
    account: AccountId,
    app: AppId,
}

impl Vault {
    async fn fill(store: &Store, sealer: &Sealer) -> Self {
        let account = account(store, "acme").await;
        let app = sample::app("crm");
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.put_app(account, &app, at(0)).await.unwrap();
        for number in 0..VALUES {
            let connection = sample::connection(app.id, &number.to_string());
            let place = Connection::place(account, connection.id);
            let sealed = sealer.seal(&place, nonce(), &plain(number));
            change.insert_connection(account, &Connection { sealed, ..connection }).await.unwrap();
        }
        let client = sample::oauth_client(account, app.id);
        let place = OAuthClient::place(account, app.id, &client.way);
        let sealed = Some(sealer.seal(&place, nonce(), b"client secret"));
        change.insert_oauth_client(&OAuthClient { sealed, ..client }).await.unwrap();
        let public =
            OAuthClient { way: "public".to_owned(), ..sample::oauth_client(account, app.id) };
        change.insert_oauth_client(&public).await.unwrap();
        let place = Remembered::place(account, "tok_1", "once");
        let answer =
            Remembered { digest: [1; 32], sealed: sealer.seal(&place, nonce(), b"answer") };
        change.remember(account, "tok_1", "once", &answer, at(0)).await.unwrap();
        change.commit().await.unwrap();
        Self { account, app: app.id }
    }

    /// Opens every value.
    async fn check(&self, store: &Store, sealer: &Sealer) {
        let limit = u32::try_from(VALUES).unwrap() + 1;
        let found = store.connections(self.account, Some(self.app), None, limit).await.unwrap();
        assert_eq!(found.len(), VALUES);
        for Connection { id, name, sealed, .. } in found {
            let opened = sealer.open(&Connection::place(self.account, id), &sealed).unwrap();
            assert_eq!(opened.expose(), plain(name.parse().unwrap()));
        }
        let client = store.oauth_client(self.account, self.app, "oauth").await.unwrap().unwrap();
        let place = OAuthClient::place(self.account, self.app, "oauth");
        let opened = sealer.open(&place, &client.sealed.unwrap()).unwrap();
        assert_eq!(opened.expose(), b"client secret");
        let answer = store.remembered(self.account, "tok_1", "once").await.unwrap().unwrap();
        let place = Remembered::place(self.account, "tok_1", "once");
        assert_eq!(sealer.open(&place, &answer.sealed).unwrap().expose(), b"answer");
    }
}

fn keys(world: &World) -> Vec<String> {
    let text = fs::read_to_string(world.data.path().join("key")).unwrap();
    text.split_whitespace().map(str::to_owned).collect()
}

pub(crate) async fn finish(store: &Store) -> usize {
    let mut sealed = 0;
    loop {
        match store.seal_anew(nonce).await.unwrap() {
            0 => return sealed,
            count => sealed += count,
        }
    }
}

#[test]
fn a_rotation_is_gone_on_with_from_wherever_it_was_stopped() {
    on_both(async |world| {
        let (store, sealer) = world.try_open().await.unwrap();
        let vault = Vault::fill(&store, &sealer).await;
        let (node, node_sealer) = world.try_open().await.unwrap();
        let old = keys(world);

        // Stopped after the key was made, before it was used.
        store.add_key(entropy()).unwrap();
        store.close().await;
        let (store, sealer) = world.try_open().await.unwrap();
        assert_eq!(keys(world).len(), 2);
        assert!(!store.first_key_is_in_use().unwrap());
        assert_eq!(store.count_old_seals().await.unwrap(), 0);
        vault.check(&store, &sealer).await;

        // Stopped after it was put into use, before anything was sealed with it.
        store.use_first_key(&audit(None), nonce()).await.unwrap();
        assert!(store.first_key_is_in_use().unwrap());
        store.close().await;
        let (store, sealer) = world.try_open().await.unwrap();
        assert_eq!(store.count_old_seals().await.unwrap(), VALUES as i64 + 2);
        vault.check(&store, &sealer).await;
        assert!(matches!(store.retire_keys(&audit(None)).await, Err(Error::KeyInUse)));

        // Stopped after one batch.
        assert_eq!(store.seal_anew(nonce).await.unwrap(), 100);
        store.close().await;
        let (store, sealer) = world.try_open().await.unwrap();
        assert_eq!(store.count_old_seals().await.unwrap(), VALUES as i64 + 2 - 100);
        vault.check(&store, &sealer).await;

        // A node that ran all the time learns by its next look, and seals with the new key.
        node.epoch().await.unwrap();
        vault.check(&node, &node_sealer).await;
        let sealed = node_sealer.seal("x", [1; 12], b"a");
        assert_eq!(sealed, sealer.seal("x", [1; 12], b"a"));
        change(&node, &audit(Some(vault.account))).await.unwrap();

        // The other kinds of values, too; the seed of the old key was sealed with the new one from the beginning.
        assert_eq!(finish(&store).await, VALUES + 2 - 100);
        vault.check(&store, &sealer).await;
        store.retire_keys(&audit(None)).await.unwrap();
        store.close().await;
        let left = keys(world);
        assert_eq!(left.len(), 1);
        assert_ne!(left, old);
        let (store, sealer) = world.try_open().await.unwrap();
        vault.check(&store, &sealer).await;
        intact(&store, Some(vault.account)).await;
        // The old key is of no use any more.
        let with_old = world.open_with(&KeySource::Given(old[0].clone().into())).await;
        assert!(matches!(with_old, Err(Error::WrongKey)), "{with_old:?}");
    });
}

#[test]
fn the_audit_log_is_verified_across_rotations() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let mut anchors: Vec<Checkpoint> = Vec::new();
        for round in 1..=3 {
            change(&store, &audit(Some(id))).await.unwrap();
            anchors.extend(store.checkpoint(at(round), Duration::ZERO).await.unwrap());
            store.add_key(entropy()).unwrap();
            store.use_first_key(&audit(None), nonce()).await.unwrap();
            finish(&store).await;
            store.retire_keys(&audit(None)).await.unwrap();
        }
        change(&store, &audit(Some(id))).await.unwrap();
        store.close().await;
        let store = world.open().await;
        let verdict = store.verify_audit(Some(id), &anchors).await.unwrap();
        assert_eq!(verdict, Verdict::Intact { rows: 5 });
        let public: std::collections::BTreeSet<_> =
            anchors.iter().map(|it| &it.public_key).collect();
        assert_eq!(public.len(), 3);
        assert_eq!(intact(&store, None).await, 6);
    });
}

#[test]
fn a_node_without_the_new_key_changes_nothing() {
    on_both(async |world| {
        let (store, sealer) = world.try_open().await.unwrap();
        let vault = Vault::fill(&store, &sealer).await;
        let given = KeySource::Given(keys(world).remove(0).into());
        let (node, node_sealer) = world.open_with(&given).await.unwrap();
        store.add_key(entropy()).unwrap();
        store.use_first_key(&audit(None), nonce()).await.unwrap();
        // It goes on seeing changes, and opening what it can.
        assert_eq!(node.epoch().await.unwrap(), store.epoch().await.unwrap());
        vault.check(&node, &node_sealer).await;
        let changed = change(&node, &audit(Some(vault.account))).await;
        assert!(matches!(changed, Err(Error::WrongKey)), "{changed:?}");
        // Its keys come from the environment: there is no file to write.
        assert!(matches!(node.add_key(entropy()), Err(Error::Directory { .. })));
    });
}

#[test]
fn nodes_with_files_of_their_own_rotate_to_a_key_that_all_have() {
    on_postgres(async |world| {
        let other_dir = tempfile::tempdir().unwrap();
        let (old, new): ([u8; 32], [u8; 32]) = (entropy(), entropy());
        let both = format!("{}\n{}\n", STANDARD.encode(new), STANDARD.encode(old));
        let (one, other) = (world.data.path().join("one"), other_dir.path().join("other"));
        fs::write(&one, STANDARD.encode(old)).unwrap();
        fs::write(&other, STANDARD.encode(old)).unwrap();
        let (store, sealer) = world.open_with(&KeySource::Path(one.clone())).await.unwrap();
        let (node, node_sealer) = world.open_with(&KeySource::Path(other.clone())).await.unwrap();
        let vault = Vault::fill(&store, &sealer).await;
        fs::write(&other, &both).unwrap();
        fs::write(&one, &both).unwrap();
        // Whoever starts now goes on sealing with the old key until it is told.
        let (_, third) = world.open_with(&KeySource::Path(other)).await.unwrap();
        assert_eq!(third.seal("x", [1; 12], b"a"), sealer.seal("x", [1; 12], b"a"));
        assert!(!store.first_key_is_in_use().unwrap());
        store.use_first_key(&audit(None), nonce()).await.unwrap();
        assert_eq!(finish(&store).await, VALUES + 2);
        change(&node, &audit(Some(vault.account))).await.unwrap();
        vault.check(&node, &node_sealer).await;
    });
}
