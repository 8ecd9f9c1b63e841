//! Connected apps: the actions of all apps that a customer has connected, as the tools of one server.
//!
//! The tools of an app are made once for all customers of its account. What a customer has connected is read at its first request,
//! and again when any of it has changed; its streams are told. An app that does not work stays on the list, and its tools say what is
//! wrong and how it is mended.

mod app;
mod chat;
mod connect;
mod customer;
mod seen;
mod tools;

pub(crate) use app::{ConnectedApp, SELECTORS};
pub use chat::ChatSessions;
pub(crate) use connect::{Unconnected, built_in};
pub use seen::{CustomerChat, CustomerTool, ToolConnection};
pub(crate) use tools::{AccountIndex, put};

use crate::{App, Error, Kind, registry::Registry};
use customer::Customers;
use model::{AccountId, CustomerId, ServerId};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};
use tools::{AccountTools, Numbers};

/// What stands for connected apps where a server's id does: no server has it.
pub(crate) const CONNECTED_APPS: ServerId = ServerId::from_bytes([0; 16]);
/// And where its name does.
pub(crate) const CONNECTED_NAME: &str = "connected-apps";

pub(crate) fn connected_name() -> Arc<str> {
    static NAME: LazyLock<Arc<str>> = LazyLock::new(|| CONNECTED_NAME.into());
    Arc::clone(&NAME)
}

/// What this process knows of customers and of the tools of their apps.
#[derive(Default)]
pub(crate) struct ConnectedApps {
    pub(crate) customers: Customers,
    numbers: Numbers,
    accounts: Mutex<HashMap<AccountId, Arc<AccountTools>>>,
    /// The number of changes of connections that were seen.
    epoch: AtomicI64,
}

impl ConnectedApps {
    fn account(&self, account: AccountId) -> Arc<AccountTools> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(account).or_default())
    }

    /// Forgets apps of those accounts that are no more.
    pub(crate) fn keep_apps(&self, accounts: &[AccountId], registry: &Registry) {
        let held = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        for account in accounts {
            let Some(tools) = held.get(account) else { continue };
            let known = registry.apps.get(account);
            tools.keep(|app| known.is_some_and(|known| known.stamp(*app).is_some()));
        }
    }
}

impl App {
    /// Learns whose connections have changed up to that number. It was read before: a change that comes between is seen again at the
    /// next look, never lost.
    pub(crate) async fn note_customers(&self, epoch: i64) -> Result<(), Error> {
        let seen = self.connected.epoch.load(Ordering::Acquire);
        if epoch == seen {
            return Ok(());
        }
        let changed: HashSet<CustomerId> =
            self.store.customers_changed(seen).await?.into_iter().map(|(_, id)| id).collect();
        self.connected.customers.changed(|_, customer| changed.contains(&customer));
        self.connected.epoch.fetch_max(epoch, Ordering::AcqRel);
        Ok(())
    }
}

fn no_customer() -> Error {
    let message = "this token stands for no customer: send a customer's token";
    Error::new(Kind::Forbidden, message).code("no_customer")
}
