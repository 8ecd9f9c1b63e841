//! Connect links, which serve once, and attempts, which are taken once.

use crate::{
    customers::{customer, insert},
    rotation::finish,
    sample,
    world::{World, account, at, audit, entropy, on_both},
};
use model::{AccountId, AppId, ConnectLinkId, ConnectionId};
use store::{
    ConnectAttempt, ConnectLink, ConnectLinkUse, Customer, CustomerName, KeySource, Sealer, Store,
};

struct Sample {
    store: Store,
    sealer: Sealer,
    account: AccountId,
    app: AppId,
    ada: Customer,
}

impl Sample {
    async fn new(world: &World) -> Self {
        let (store, sealer) = world.try_open().await.unwrap();
        let account = account(&store, "acme").await;
        let app = sample::app("crm");
        let ada = customer(account, "ada");
        insert(&store, &ada, None).await.unwrap();
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.put_app(account, &app, at(0)).await.unwrap();
        change.commit().await.unwrap();
        Self { store, sealer, account, app: app.id, ada }
    }

    async fn link(&self, hash: u8, is_automatic: bool) -> ConnectLink {
        let link = ConnectLink {
            id: ConnectLinkId::new(at(i64::from(hash)), entropy()),
            account_id: self.account,
            customer_id: self.ada.id,
            app_id: Some(self.app),
            connection_id: None,
            settings: r#"{"way":"oauth"}"#.into(),
            is_automatic,
            opened_at: None,
            failure: None,
            used: None,
            created_at: at(0),
            expires_at: at(1_000),
        };
        let mut change = self.store.begin(&audit(Some(self.account))).await.unwrap();
        change.insert_connect_link(&link, &[hash; 32]).await.unwrap();
        change.commit().await.unwrap();
        link
    }

    async fn attempt(&self, link: &ConnectLink, name: &str, end: i64) {
        let id = format!("{name:0>64}");
        let place = ConnectAttempt::place(self.account, &id);
        let attempt = ConnectAttempt {
            account_id: self.account,
            link_id: link.id,
            app_id: self.app,
            way: "oauth".into(),
            browser: [7; 32],
            sealed: self.sealer.seal(&place, entropy(), name.as_bytes()),
            expires_at: at(end),
            id,
        };
        self.store.insert_connect_attempt(&attempt).await.unwrap();
    }

    async fn take(&self, name: &str, now: i64) -> Option<ConnectAttempt> {
        self.store.take_connect_attempt(&format!("{name:0>64}"), at(now)).await.unwrap()
    }

    async fn uses(&self, link: &ConnectLink, now: i64) -> bool {
        let connection_id = ConnectionId::new(at(now), entropy());
        let used = ConnectLinkUse { at: at(now), connection_id, app_id: self.app };
        let mut change = self.store.begin(&audit(Some(self.account))).await.unwrap();
        let done = change.use_connect_link(self.account, link.id, &used).await.unwrap();
        change.commit().await.unwrap();
        done
    }
}

#[test]
fn a_link_is_found_by_its_hash_and_serves_once() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let (store, account) = (&sample.store, sample.account);
        let link = sample.link(1, false).await;
        assert_eq!(store.connect_link_by_hash(&[1; 32]).await.unwrap(), Some(link.clone()));
        assert_eq!(store.connect_link_by_hash(&[2; 32]).await.unwrap(), None);
        store.connect_link_opened(account, link.id, at(5)).await.unwrap();
        store.connect_link_opened(account, link.id, at(6)).await.unwrap();
        store.connect_link_failed(account, link.id, "no").await.unwrap();
        let found = store.connect_link(account, sample.ada.id, link.id).await.unwrap().unwrap();
        assert_eq!((found.opened_at, found.failure.as_deref()), (Some(at(5)), Some("no")));
        let other = self::account(store, "other").await;
        assert_eq!(store.connect_link(other, sample.ada.id, link.id).await.unwrap(), None);
        assert_eq!(store.connect_link_of_attempt(other, link.id).await.unwrap(), None);
        assert_eq!(
            store.count_live_connect_links(account, sample.ada.id, at(999)).await.unwrap(),
            1
        );
        assert_eq!(
            store.count_live_connect_links(account, sample.ada.id, at(1_000)).await.unwrap(),
            0
        );
        assert!(!sample.uses(&link, 1_000).await, "its time is over");
        assert!(sample.uses(&link, 10).await);
        assert!(!sample.uses(&link, 11).await, "a second time");
        store.connect_link_failed(account, link.id, "late").await.unwrap();
        let found = store.connect_link_of_attempt(account, link.id).await.unwrap().unwrap();
        assert_eq!((found.used.map(|used| used.at), found.failure), (Some(at(10)), None));
    });
}

#[test]
fn an_attempt_is_taken_once_in_time_and_a_link_has_few() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let link = sample.link(1, false).await;
        sample.attempt(&link, "a", 100).await;
        let taken = sample.take("a", 99).await.unwrap();
        let place = ConnectAttempt::place(sample.account, &taken.id);
        assert_eq!(sample.sealer.open(&place, &taken.sealed).unwrap().expose(), b"a");
        assert_eq!((taken.browser, taken.link_id), ([7; 32], link.id));
        assert_eq!(sample.take("a", 99).await, None);
        sample.attempt(&link, "b", 100).await;
        assert_eq!(sample.take("b", 100).await, None, "its time is over");
        for number in 0..12 {
            sample.attempt(&link, &format!("c{number}"), 100 + number).await;
        }
        let (store, account) = (&sample.store, sample.account);
        assert!(store.has_connect_attempt(account, link.id, at(110)).await.unwrap());
        assert!(!store.has_connect_attempt(account, link.id, at(111)).await.unwrap());
        assert_eq!((sample.take("c0", 1).await, sample.take("c1", 1).await), (None, None));
        assert!(sample.take("c2", 1).await.is_some());
        assert_eq!(store.delete_expired_connect_attempts(at(105)).await.unwrap(), 3);
        assert_eq!(store.delete_ended_connect_links(at(1_000)).await.unwrap(), 1);
        assert_eq!(sample.take("c9", 1).await, None);
    });
}

#[test]
fn links_of_tools_take_the_place_of_older_ones_and_all_go_with_customer_and_app() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let (store, account) = (&sample.store, sample.account);
        let of_people = sample.link(1, false).await;
        for hash in 2..8 {
            let link = sample.link(hash, true).await;
            sample.attempt(&link, &hash.to_string(), 100).await;
        }
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.delete_automatic_connect_links(account, sample.ada.id, sample.app, 2).await.unwrap();
        change.commit().await.unwrap();
        let left = store.connect_links(account, sample.ada.id, None, 10).await.unwrap();
        assert_eq!(left.len(), 3);
        assert_eq!(left[0].id, of_people.id);
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        assert!(change.delete_app(account, sample.app, 1).await.unwrap());
        change.commit().await.unwrap();
        assert!(store.connect_links(account, sample.ada.id, None, 10).await.unwrap().is_empty());

        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.put_app(account, &sample::app("erp"), at(0)).await.unwrap();
        change.commit().await.unwrap();
        let app = store.app_by_key(account, &"erp".parse().unwrap()).await.unwrap().unwrap().id;
        let sample = Sample { app, ..sample };
        let link = sample.link(9, false).await;
        sample.attempt(&link, "x", 100).await;
        let mut change = sample.store.begin(&audit(Some(account))).await.unwrap();
        assert!(change.delete_connect_link(account, sample.ada.id, link.id).await.unwrap());
        assert!(!change.delete_connect_link(account, sample.ada.id, link.id).await.unwrap());
        change.commit().await.unwrap();
        let link = sample.link(10, false).await;
        sample.attempt(&link, "y", 100).await;
        let mut change = sample.store.begin(&audit(Some(account))).await.unwrap();
        assert!(change.delete_customer(account, sample.ada.id, 1).await.unwrap());
        change.commit().await.unwrap();
        let name = CustomerName::Id(sample.ada.id);
        assert_eq!(sample.store.customer(account, &name).await.unwrap(), None);
        assert_eq!(sample.take("y", 1).await, None);
    });
}

#[test]
fn what_an_attempt_keeps_follows_a_new_key() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let link = sample.link(1, false).await;
        sample.attempt(&link, "a", 100).await;
        sample.store.add_key(entropy()).unwrap();
        sample.store.use_first_key(&audit(None), entropy()).await.unwrap();
        assert!(finish(&sample.store).await > 0);
        assert_eq!(sample.store.count_old_seals().await.unwrap(), 0);
        let taken = sample.take("a", 1).await.unwrap();
        let place = ConnectAttempt::place(sample.account, &taken.id);
        let (_, sealer) = world.open_with(&KeySource::File).await.unwrap();
        assert_eq!(sealer.open(&place, &taken.sealed).unwrap().expose(), b"a");
    });
}
