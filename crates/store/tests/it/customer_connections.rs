//! Connections of customers: of one customer each, with a number of changes of their own and one refresh at a time.

use crate::{
    customers::{customer, insert},
    sample,
    world::{World, account, at, audit, entropy, on_both, on_postgres},
};
use model::{AccountId, AppId, ConnectionId};
use store::{
    Change, Customer, CustomerConnection, CustomerName, Error, RefreshLease, Refreshed, Sealer,
    Store,
};

struct Sample {
    store: Store,
    sealer: Sealer,
    account: AccountId,
    app: AppId,
    ada: Customer,
    bob: Customer,
}

impl Sample {
    async fn new(world: &World) -> Self {
        let (store, sealer) = world.try_open().await.unwrap();
        let account = account(&store, "acme").await;
        let app = sample::app("crm");
        let (ada, bob) = (customer(account, "ada"), customer(account, "bob"));
        insert(&store, &ada, None).await.unwrap();
        insert(&store, &bob, None).await.unwrap();
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.put_app(account, &app, at(0)).await.unwrap();
        change.commit().await.unwrap();
        Self { store, sealer, account, app: app.id, ada, bob }
    }

    fn connection(&self, customer: &Customer, name: &str, made: i64) -> CustomerConnection {
        let id = ConnectionId::new(at(made), entropy());
        let place = CustomerConnection::place(self.account, customer.id, id);
        CustomerConnection {
            id,
            customer_id: customer.id,
            app_id: self.app,
            name: name.into(),
            is_default: false,
            way: Some("google".into()),
            sealed: self.sealer.seal(&place, entropy(), name.as_bytes()),
            generation: 1,
            status: "connected".into(),
            reason: None,
            label: Some("ada@example.com".into()),
            scopes: vec!["mail read".into(), "é".into()],
            expires_at: Some(at(5_000)),
            revision: 1,
            created_at: at(made),
            updated_at: at(made),
            last_used_at: None,
        }
    }

    async fn change(&self, with: impl AsyncFnOnce(&mut Change)) {
        let mut change = self.store.begin_uncounted(&audit(Some(self.account))).await.unwrap();
        with(&mut change).await;
        change.commit().await.unwrap();
    }

    async fn insert(&self, connection: &CustomerConnection) {
        let added = async |change: &mut Change| {
            change.insert_customer_connection(self.account, connection).await.unwrap();
        };
        self.change(added).await;
    }

    async fn all(&self, of: &Customer) -> Vec<CustomerConnection> {
        self.store.customer_connections(self.account, of.id).await.unwrap()
    }

    async fn read(&self, one: &CustomerConnection) -> CustomerConnection {
        let read = self.store.customer_connection(self.account, one.customer_id, one.id).await;
        read.unwrap().unwrap()
    }

    async fn refreshed(&self, before: &CustomerConnection, outcome: &Refreshed) -> bool {
        let done = self.store.customer_connection_refreshed(self.account, before, outcome, at(9));
        done.await.unwrap()
    }

    async fn defaults(&self) -> Vec<String> {
        let all = self.all(&self.ada).await;
        all.into_iter().filter(|one| one.is_default).map(|one| one.name).collect()
    }
}

fn granted(text: &str) -> Refreshed {
    let (sealed, scopes) = (text.as_bytes().to_vec(), vec!["x".into()]);
    Refreshed::Granted { sealed, scopes, expires_at: Some(at(9_000)), moved: false }
}

fn refused() -> Refreshed {
    Refreshed::Refused { status: "needs_attention".into(), reason: "it ended".into() }
}

#[test]
fn a_connection_is_one_customers_of_one_account() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let one = sample.connection(&sample.ada, "work", 1);
        sample.insert(&one).await;
        sample.insert(&sample.connection(&sample.bob, "work", 1)).await;
        assert_eq!(sample.all(&sample.ada).await, std::slice::from_ref(&one));
        assert_eq!(sample.read(&one).await, one);
        let other = account(&sample.store, "other").await;
        let store = &sample.store;
        assert_eq!(store.customer_connections(other, sample.ada.id).await.unwrap(), []);
        for (account, customer) in [(other, sample.ada.id), (sample.account, sample.bob.id)] {
            let read = store.customer_connection(account, customer, one.id).await.unwrap();
            assert_eq!(read, None);
        }
        // No query of the account's own connections meets it.
        assert_eq!(store.connections(sample.account, None, None, 9).await.unwrap(), []);
        assert_eq!(store.connection(sample.account, one.id).await.unwrap(), None);
        assert_eq!(store.customers_of_app(sample.account, sample.app).await.unwrap(), 2);
        assert_eq!(store.customers_of_app(other, sample.app).await.unwrap(), 0);
        let mut change = store.begin_uncounted(&audit(Some(sample.account))).await.unwrap();
        let again = sample.connection(&sample.ada, "work", 2);
        let added = change.insert_customer_connection(sample.account, &again).await;
        assert!(matches!(added, Err(Error::Duplicate)), "{added:?}");
    });
}

#[test]
fn there_is_one_default_and_the_oldest_comes_after_it() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        for (made, name) in [(1, "a"), (2, "b"), (3, "c")] {
            let one = sample.connection(&sample.ada, name, made);
            sample.insert(&CustomerConnection { is_default: made != 2, ..one }).await;
        }
        let of_bob = sample.connection(&sample.bob, "b", 1);
        sample.insert(&CustomerConnection { is_default: true, ..of_bob }).await;
        assert_eq!(sample.defaults().await, ["c"]);
        let account = sample.account;
        let [a, b, c] = <[_; 3]>::try_from(sample.all(&sample.ada).await).unwrap();
        let b = CustomerConnection { is_default: true, name: "B".into(), revision: 2, ..b };
        sample
            .change(async |change| {
                assert!(change.update_customer_connection(account, &b).await.unwrap());
                // Of another customer, it is not there.
                let bobs = CustomerConnection { customer_id: sample.bob.id, ..a.clone() };
                assert!(!change.delete_customer_connection(account, &bobs).await.unwrap());
            })
            .await;
        assert_eq!(sample.defaults().await, ["B"]);
        let mut change = sample.store.begin_uncounted(&audit(Some(account))).await.unwrap();
        assert!(
            !change.update_customer_connection(account, &b).await.unwrap(),
            "it has that revision"
        );
        drop(change);
        for (gone, left) in [(&c, &["B"][..]), (&b, &["a"]), (&a, &[])] {
            let removed = async |change: &mut Change| {
                assert!(change.delete_customer_connection(account, gone).await.unwrap());
            };
            sample.change(removed).await;
            assert_eq!(sample.defaults().await, left);
        }
        assert!(sample.all(&sample.bob).await[0].is_default);
    });
}

#[test]
fn its_changes_have_a_number_of_their_own_and_the_customer_knows_it() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let (store, account) = (&sample.store, sample.account);
        let (all, before) =
            (store.epoch().await.unwrap(), store.epochs().await.unwrap().connections);
        let one = sample.connection(&sample.ada, "work", 1);
        sample.insert(&one).await;
        let added = store.epochs().await.unwrap().connections;
        let ada = (account, sample.ada.id);
        assert!(added > before);
        assert_eq!(store.customers_changed(before).await.unwrap(), [ada]);
        assert_eq!(store.customers_changed(added).await.unwrap(), []);
        // A token that is refreshed changes no list; a state does.
        assert!(sample.refreshed(&one, &granted("a")).await);
        assert_eq!(store.epochs().await.unwrap().connections, added);
        assert!(sample.refreshed(&sample.read(&one).await, &refused()).await);
        assert_eq!(store.customers_changed(added).await.unwrap(), [ada]);
        sample.insert(&sample.connection(&sample.bob, "work", 1)).await;
        let both = [ada, (account, sample.bob.id)];
        assert_eq!(store.customers_changed(before).await.unwrap(), both);
        assert_eq!(store.epoch().await.unwrap(), all, "nothing else is read anew");
    });
}

#[test]
fn a_customer_goes_with_its_connections() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        for of in [&sample.ada, &sample.bob] {
            sample.insert(&sample.connection(of, "work", 1)).await;
        }
        let mut change = sample.store.begin(&audit(Some(sample.account))).await.unwrap();
        assert!(change.delete_customer(sample.account, sample.ada.id, 1).await.unwrap());
        change.commit().await.unwrap();
        let gone = CustomerName::Id(sample.ada.id);
        assert_eq!(sample.store.customer(sample.account, &gone).await.unwrap(), None);
        assert_eq!(sample.all(&sample.ada).await, []);
        assert_eq!(sample.all(&sample.bob).await.len(), 1);
    });
}

#[test]
fn u15_one_asks_at_a_time_and_a_lease_ends_by_itself() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let one = sample.connection(&sample.ada, "work", 1);
        sample.insert(&one).await;
        let take = async |holder: &str, now: i64, generation: i64| {
            let (holder, now, until) = (holder.into(), at(now), at(now + 100));
            let lease = RefreshLease { holder, now, until };
            let taken =
                sample.store.lease_customer_connection(sample.account, one.id, generation, &lease);
            taken.await.unwrap()
        };
        assert!(take("a", 0, 1).await);
        assert!(!take("b", 99, 1).await);
        // Its holder is gone.
        assert!(take("b", 100, 1).await);
        let release = async |holder| {
            let released = sample.store.release_customer_connection(sample.account, one.id, holder);
            released.await.unwrap();
        };
        release("a").await;
        assert!(!take("c", 101, 1).await, "it is b's");
        release("b").await;
        assert!(take("c", 101, 1).await);
        assert!(sample.refreshed(&one, &granted("a")).await);
        assert!(!take("d", 102, 1).await, "there is a newer secret");
        assert!(take("d", 102, 2).await);
        // What comes late belongs to a secret that is replaced already, whether it is good or bad.
        assert!(!sample.refreshed(&one, &granted("late")).await);
        assert!(!sample.refreshed(&one, &refused()).await);
        let now = sample.read(&one).await;
        assert_eq!((now.sealed.as_slice(), now.generation), (&b"a"[..], 2));
        assert_eq!((now.scopes.as_slice(), now.expires_at), (&["x".into()][..], Some(at(9_000))));
        assert_eq!(now.revision, 1, "nobody changed it");
        // A refusal keeps the secret.
        assert!(sample.refreshed(&now, &refused()).await);
        let refused = sample.read(&one).await;
        assert_eq!(
            (refused.status.as_str(), refused.reason.as_deref()),
            ("needs_attention", Some("it ended"))
        );
        assert_eq!((refused.sealed, refused.generation), (b"a".to_vec(), 2));
    });
}

#[test]
fn a_new_secret_is_not_lost_to_a_refresh_of_the_old_one_nor_a_refreshed_one_to_a_new_name() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let one = sample.connection(&sample.ada, "work", 1);
        sample.insert(&one).await;
        assert!(sample.refreshed(&one, &granted("fresh")).await);
        let named = CustomerConnection { name: "home".into(), revision: 2, ..one.clone() };
        let account = sample.account;
        sample
            .change(async |change| {
                assert!(change.update_customer_connection(account, &named).await.unwrap());
            })
            .await;
        let read = sample.read(&one).await;
        assert_eq!((read.name.as_str(), read.sealed.as_slice()), ("home", &b"fresh"[..]));
        let rotated = CustomerConnection { sealed: b"new".to_vec(), revision: 3, ..read.clone() };
        sample
            .change(async |change| {
                assert!(change.rotate_customer_connection(account, &rotated).await.unwrap());
                assert!(!change.rotate_customer_connection(account, &rotated).await.unwrap());
            })
            .await;
        assert!(!sample.refreshed(&read, &granted("late")).await);
        assert_eq!(sample.read(&one).await.sealed, b"new");
        for used in [3_600_000, 0] {
            sample.store.customer_connection_used(account, one.id, at(used)).await.unwrap();
        }
        assert_eq!(sample.read(&one).await.last_used_at, Some(at(3_600_000)));
    });
}

#[test]
fn they_are_sealed_anew_with_a_new_key() {
    on_both(async |world| {
        let sample = Sample::new(world).await;
        let one = sample.connection(&sample.ada, "work", 1);
        sample.insert(&one).await;
        sample.store.add_key(entropy()).unwrap();
        sample.store.use_first_key(&audit(None), entropy()).await.unwrap();
        assert_eq!(sample.store.count_old_seals().await.unwrap(), 1);
        while sample.store.seal_anew(entropy).await.unwrap() > 0 {}
        let sealed = sample.read(&one).await.sealed;
        assert_ne!(sealed, one.sealed);
        let open = |customer| {
            let place = CustomerConnection::place(sample.account, customer, one.id);
            sample.sealer.open(&place, &sealed)
        };
        assert_eq!(open(sample.ada.id).unwrap().expose(), b"work");
        // A row that somebody gives to another customer opens nothing.
        assert!(open(sample.bob.id).is_err());
    });
}

#[test]
fn u15_of_two_nodes_one_gets_the_lease() {
    on_postgres(async |world| {
        let sample = Sample::new(world).await;
        let (node, _) = world.try_open().await.unwrap();
        let one = sample.connection(&sample.ada, "work", 1);
        sample.insert(&one).await;
        let take = async |store: &Store, holder: &str| {
            let lease = RefreshLease { holder: holder.into(), now: at(0), until: at(100) };
            store.lease_customer_connection(sample.account, one.id, 1, &lease).await.unwrap()
        };
        let (a, b) = tokio::join!(take(&sample.store, "a"), take(&node, "b"));
        assert!(a ^ b, "{a} {b}");
    });
}
