use super::{app::ConnectedApp, tools::AccountTools};
use crate::{
    App, Caller, Error, Kind, Published, Reached, ServerWatch,
    own::customer_of,
    registry::{AccountApps, Registry},
};
use arc_swap::ArcSwapOption;
use model::{AccountId, AppId, AppKey, CustomerId, UserId};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Selections of apps that are kept ready for one customer.
const SELECTIONS_MAX: usize = 16;

/// Apps that one request names.
const APPS_MAX: usize = 100;
/// Characters of an unknown name that an error shows.
const NAME_CHARS_SHOWN: usize = 80;

/// What one customer may call, kept for as long as nothing of it changes.
pub(crate) struct CustomerSlot {
    account_id: AccountId,
    customer_id: CustomerId,
    pub(crate) watch: ServerWatch,
    /// Grows with each change of what the customer has connected, or of its account's apps.
    changes: AtomicU64,
    held: ArcSwapOption<Held>,
    loading: tokio::sync::Mutex<()>,
}

/// What a customer has connected, as it was after so many changes.
struct Held {
    changes: u64,
    apps: Vec<Arc<ConnectedApp>>,
    /// All of them: what nearly every request is for.
    whole: OnceLock<Arc<Published>>,
    selections: Mutex<HashMap<Selection, Arc<Published>>>,
}

/// Which of the apps.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Selection {
    /// All when absent; sorted.
    only: Option<Vec<AppKey>>,
    /// Whether those are shown too that are not connected.
    named: bool,
}

/// The customers that this process serves.
#[derive(Default)]
pub(crate) struct Customers {
    slots: RwLock<HashMap<CustomerId, Arc<CustomerSlot>>>,
}

impl Customers {
    /// The customer's slot. When there are `most`, those that nobody uses make room.
    fn slot(&self, account: AccountId, customer: CustomerId, most: usize) -> Arc<CustomerSlot> {
        {
            let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(slot) = slots.get(&customer) {
                return Arc::clone(slot);
            }
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= most && !slots.contains_key(&customer) {
            slots.retain(|_, slot| slot.watch.is_held() || Arc::strong_count(slot) > 1);
        }
        let slot = slots.entry(customer).or_insert_with(|| {
            Arc::new(CustomerSlot {
                account_id: account,
                customer_id: customer,
                watch: ServerWatch::default(),
                changes: AtomicU64::new(0),
                held: ArcSwapOption::empty(),
                loading: tokio::sync::Mutex::default(),
            })
        });
        Arc::clone(slot)
    }

    /// Has what these customers may call read anew, and tells their streams.
    pub(crate) fn changed(&self, is_changed: impl Fn(AccountId, CustomerId) -> bool) {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        for slot in slots.values().filter(|slot| is_changed(slot.account_id, slot.customer_id)) {
            slot.changes.fetch_add(1, Ordering::AcqRel);
            slot.watch.list_changed();
        }
    }

    pub(crate) fn each(&self, act: impl Fn(&ServerWatch)) {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.values().for_each(|slot| act(&slot.watch));
    }
}

impl Held {
    fn app(&self, id: AppId) -> Option<Arc<ConnectedApp>> {
        self.apps.iter().find(|app| app.set.app.id == id).map(Arc::clone)
    }
}

impl CustomerSlot {
    fn fresh(&self) -> Option<Arc<Held>> {
        let held = self.held.load_full();
        let now = self.changes.load(Ordering::Acquire);
        held.filter(|held| held.changes == now)
    }
}

impl App {
    /// What the caller's customer may call: the actions of the apps that it has connected. Of those alone that `named` has, if it has
    /// any; they are there even when they are not connected.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] for a caller that stands for no customer, and for apps that its token is not for; [`Kind::Invalid`] for
    /// apps that the account does not have.
    pub async fn connected_apps(&self, caller: &Caller, named: &[&str]) -> Result<Reached, Error> {
        let customer = caller.customer_id().ok_or_else(super::no_customer)?;
        let account = caller.account_id();
        let mut registry = self.registry.load_full();
        if named.iter().any(|name| registry.app(account, name).is_none()) {
            // It may have been made a moment ago.
            Box::pin(self.refresh()).await?;
            registry = self.registry.load_full();
        }
        let none = AccountApps::default();
        let known = registry.apps.get(&account).map_or(&none, |apps| &**apps);
        let selection = Selection::of(caller, known, named)?;
        let slot = self.customer_slot(account, customer);
        let published = self.apps_at(&slot, selection).await?;
        Ok(Reached { published, watch: slot.watch.clone(), asked_as: None })
    }

    /// What a customer of the account may call with all its apps, whoever asks.
    pub(super) async fn apps_of_customer(
        &self,
        account: AccountId,
        customer: CustomerId,
    ) -> Result<Arc<Published>, Error> {
        let slot = self.customer_slot(account, customer);
        self.apps_at(&slot, Selection { only: None, named: false }).await
    }

    /// The app as the user has connected it for itself; nothing when it has not.
    pub(crate) async fn own_app(
        &self,
        account: AccountId,
        user: UserId,
        app: AppId,
    ) -> Result<Option<Arc<ConnectedApp>>, Error> {
        let slot = self.customer_slot(account, customer_of(user));
        let held = match slot.fresh() {
            Some(held) => held,
            None => self.load_connected(&slot).await?,
        };
        Ok(held.app(app))
    }

    /// The same, if it is at hand.
    pub(crate) fn own_app_at_hand(
        &self,
        account: AccountId,
        user: UserId,
        app: AppId,
    ) -> Option<Arc<ConnectedApp>> {
        self.customer_slot(account, customer_of(user)).held.load_full()?.app(app)
    }

    fn customer_slot(&self, account: AccountId, customer: CustomerId) -> Arc<CustomerSlot> {
        self.connected.customers.slot(account, customer, self.config.customers_kept)
    }

    async fn apps_at(
        &self,
        slot: &CustomerSlot,
        selection: Selection,
    ) -> Result<Arc<Published>, Error> {
        let held = match slot.fresh() {
            Some(held) => held,
            // Boxed, as what else few requests need: all would carry its size.
            None => Box::pin(self.load_connected(slot)).await?,
        };
        if selection.is_whole() {
            let whole = || self.assembled(slot.account_id, &held, held.apps.clone());
            return Ok(Arc::clone(held.whole.get_or_init(whole)));
        }
        Box::pin(self.apps_of(slot.account_id, &held, selection)).await
    }

    async fn load_connected(&self, slot: &CustomerSlot) -> Result<Arc<Held>, Error> {
        let _alone = slot.loading.lock().await;
        if let Some(held) = slot.fresh() {
            return Ok(held);
        }
        // Read first, before the registry too: a change that comes between is seen by the next request, never lost.
        let changes = slot.changes.load(Ordering::Acquire);
        let registry = self.registry.load_full();
        let account = slot.account_id;
        let rows = self.store.customer_connections(account, slot.customer_id).await?;
        let mut by_app: BTreeMap<AppId, Vec<store::CustomerConnection>> = BTreeMap::new();
        for row in rows {
            by_app.entry(row.app_id).or_default().push(row);
        }
        let tools = self.connected.account(account);
        let mut apps = Vec::with_capacity(by_app.len());
        for (id, rows) in by_app {
            apps.extend(self.connected_app(account, &tools, &registry, id, rows).await?);
        }
        apps.sort_by_key(|app| app.set.place);
        let held =
            Arc::new(Held { changes, apps, whole: OnceLock::new(), selections: Mutex::default() });
        slot.held.store(Some(Arc::clone(&held)));
        Ok(held)
    }

    async fn connected_app(
        &self,
        account: AccountId,
        tools: &AccountTools,
        registry: &Registry,
        id: AppId,
        rows: Vec<store::CustomerConnection>,
    ) -> Result<Option<Arc<ConnectedApp>>, Error> {
        let known = registry.apps.get(&account).and_then(|apps| apps.stamp(id));
        // An app that came since the registry was read has its first stamp.
        let set = self.app_tools(account, tools, id, known.unwrap_or_default()).await?;
        let connected = set.map(|set| ConnectedApp::new(self, account, set, rows)).transpose()?;
        Ok(connected.map(Arc::new))
    }

    /// The customer's apps of a selection, as a server.
    async fn apps_of(
        &self,
        account: AccountId,
        held: &Held,
        selection: Selection,
    ) -> Result<Arc<Published>, Error> {
        {
            let ready = held.selections.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(published) = ready.get(&selection) {
                return Ok(Arc::clone(published));
            }
        }
        let tools = self.connected.account(account);
        let chosen = |app: &&Arc<ConnectedApp>| selection.has(&app.set.app.key);
        let mut apps: Vec<Arc<ConnectedApp>> =
            held.apps.iter().filter(chosen).map(Arc::clone).collect();
        if selection.named {
            // That of now: what is held may have been read later than what the caller's request began with.
            let registry = self.registry.load_full();
            let known = registry.apps.get(&account);
            for key in selection.only.iter().flatten() {
                let Some((id, stamp)) = known.and_then(|known| known.find(key)) else { continue };
                if apps.iter().any(|app| app.set.app.id == id) {
                    continue;
                }
                if let Some(set) = self.app_tools(account, &tools, id, stamp).await? {
                    apps.push(Arc::new(ConnectedApp::new(self, account, set, Vec::new())?));
                }
            }
            apps.sort_by_key(|app| app.set.place);
        }
        let published = self.assembled(account, held, apps);
        let mut ready = held.selections.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.len() >= SELECTIONS_MAX {
            ready.clear();
        }
        ready.insert(selection, Arc::clone(&published));
        Ok(published)
    }

    fn assembled(
        &self,
        account: AccountId,
        held: &Held,
        apps: Vec<Arc<ConnectedApp>>,
    ) -> Arc<Published> {
        let version = i64::try_from(held.changes).unwrap_or(i64::MAX);
        let index = Arc::clone(&self.connected.account(account).index);
        Arc::new(self.assemble_connected(version, apps, index))
    }
}

impl Selection {
    fn is_whole(&self) -> bool {
        self.only.is_none()
    }

    fn of(caller: &Caller, known: &AccountApps, named: &[&str]) -> Result<Self, Error> {
        let own = caller.apps();
        if named.is_empty() {
            let only = own.map(|own| sorted(own.iter().cloned()));
            return Ok(Self { only, named: false });
        }
        if named.len() > APPS_MAX {
            return Err(Error::invalid(format!("at most {APPS_MAX} apps can be named")));
        }
        let unknown: Vec<String> = named
            .iter()
            .filter(|name| known.key(name).is_none())
            .map(|name| name.chars().take(NAME_CHARS_SHOWN).collect())
            .collect();
        if !unknown.is_empty() {
            let message =
                format!("unknown apps: {}; this account has {}", unknown.join(", "), known.keys());
            return Err(Error::invalid(message).code("unknown_app"));
        }
        let named: Vec<AppKey> = named.iter().filter_map(|name| known.key(name)).collect();
        if let Some(key) = named.iter().find(|key| own.is_some_and(|own| !own.contains(key))) {
            let message = format!("this token is not for the app {key}");
            return Err(Error::new(Kind::Forbidden, message).code("other_app"));
        }
        Ok(Self { only: Some(sorted(named.into_iter())), named: true })
    }

    fn has(&self, key: &AppKey) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(key))
    }
}

fn sorted(keys: impl Iterator<Item = AppKey>) -> Vec<AppKey> {
    let mut keys: Vec<AppKey> = keys.collect();
    keys.sort();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::Customers;
    use model::{AccountId, CustomerId, Timestamp};
    use std::sync::Arc;

    #[test]
    fn a_slot_that_somebody_waits_at_does_not_make_room() {
        let account = AccountId::new(Timestamp::UNIX_EPOCH, [0; 10]);
        let customer = |number| CustomerId::new(Timestamp::UNIX_EPOCH, [number; 10]);
        let customers = Customers::default();
        let slot = |number| customers.slot(account, customer(number), 1);
        // A request that may become a stream, and one that has.
        let watch = slot(1).watch.clone();
        let (first, second) = (Arc::downgrade(&slot(1)), Arc::downgrade(&slot(2)));
        assert!(first.upgrade().is_some() && second.upgrade().is_some());
        let stream = watch.subscribe();
        drop(watch);
        slot(3);
        assert!(first.upgrade().is_some() && second.upgrade().is_none());
        drop(stream);
        slot(4);
        assert!(first.upgrade().is_none());
    }
}
