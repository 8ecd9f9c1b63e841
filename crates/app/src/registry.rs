use crate::{ServerWatch, publication::Published, quota::Quota};
use model::{AccountId, Scope, ServerId, Timestamp, TokenId};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::sync::OnceCell;

/// What the data path needs of all accounts, in memory: replaced as a whole when the database has changed.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    /// The number of changes that it was read at.
    pub(crate) epoch: i64,
    pub(crate) tokens: HashMap<[u8; 32], Arc<LiveToken>>,
    /// By alias, then by slug.
    pub(crate) servers: HashMap<Box<str>, HashMap<Box<str>, Arc<ServerSlot>>>,
}

/// A token that is neither revoked nor expired, as far as the registry knows.
#[derive(Debug)]
pub(crate) struct LiveToken {
    pub(crate) id: TokenId,
    pub(crate) account_id: AccountId,
    pub(crate) principal: Arc<str>,
    pub(crate) scope: Scope,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked: AtomicBool,
    pub(crate) quota: Quota,
    pub(crate) in_flight: AtomicUsize,
    /// Milliseconds; 0 when it was not used since it was last written down.
    pub(crate) last_used: AtomicI64,
}

impl LiveToken {
    pub(crate) fn new(row: &store::Token) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            principal: row.id.to_string().into(),
            scope: row.scope.clone(),
            expires_at: row.expires_at,
            revoked: AtomicBool::new(false),
            quota: Quota::new(Instant::now()),
            in_flight: AtomicUsize::new(0),
            last_used: AtomicI64::new(0),
        }
    }

    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        !self.revoked.load(Ordering::Acquire) && self.expires_at.is_none_or(|at| now < at)
    }
}

/// A server that can be named, and what it publishes once that was asked for.
#[derive(Debug)]
pub(crate) struct ServerSlot {
    pub(crate) account_id: AccountId,
    pub(crate) server: store::Server,
    pub(crate) credentials_at: i64,
    pub(crate) published: OnceCell<Arc<Published>>,
    pub(crate) watch: ServerWatch,
}

impl Registry {
    pub(crate) fn slot(&self, alias: &str, slug: &str) -> Option<&Arc<ServerSlot>> {
        self.servers.get(alias)?.get(slug)
    }

    /// The registry as the rows say now. Tokens and servers that did not change keep their state.
    pub(crate) fn next(
        &self,
        epoch: i64,
        tokens: &[store::Token],
        servers: Vec<store::ServerEntry>,
    ) -> Self {
        let mut next = Self { epoch, ..Self::default() };
        for row in tokens {
            let known = self
                .tokens
                .get(&row.hash)
                .filter(|live| live.scope == row.scope && live.expires_at == row.expires_at);
            let live = known.map_or_else(|| Arc::new(LiveToken::new(row)), Arc::clone);
            next.tokens.insert(row.hash, live);
        }
        for (hash, live) in &self.tokens {
            if !next.tokens.get(hash).is_some_and(|kept| Arc::ptr_eq(kept, live)) {
                live.revoked.store(true, Ordering::Release);
            }
        }
        for entry in servers {
            let old = self
                .slot(&entry.alias, &entry.server.slug)
                .filter(|slot| slot.server.id == entry.server.id);
            let slot = match old {
                Some(slot)
                    if slot.server == entry.server
                        && slot.credentials_at == entry.credentials_at =>
                {
                    Arc::clone(slot)
                }
                old => Arc::new(ServerSlot {
                    account_id: entry.account_id,
                    watch: old.map_or_else(ServerWatch::default, |slot| slot.watch.clone()),
                    server: entry.server,
                    credentials_at: entry.credentials_at,
                    published: OnceCell::new(),
                }),
            };
            let by_slug = next.servers.entry(entry.alias.as_str().into()).or_default();
            by_slug.insert(slot.server.slug.as_str().into(), slot);
        }
        next
    }

    /// Tells the streams of each server what became of it since `before`.
    pub(crate) fn announce(&self, before: &Self) {
        let now: HashMap<ServerId, &Arc<ServerSlot>> =
            self.slots().map(|slot| (slot.server.id, slot)).collect();
        for old in before.slots() {
            match now.get(&old.server.id) {
                Some(new) if new.server.enabled => {
                    if new.server.version != old.server.version
                        || new.server.read_only != old.server.read_only
                    {
                        new.watch.list_changed();
                    }
                }
                _ => old.watch.ended(),
            }
        }
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = &Arc<ServerSlot>> {
        self.servers.values().flat_map(HashMap::values)
    }
}
