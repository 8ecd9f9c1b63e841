use mcp::OwnedId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio_util::sync::CancellationToken;

const SHARDS: usize = 16;

type Shard = Mutex<HashMap<([u8; 16], OwnedId), CancellationToken>>;

/// Calls of legacy sessions that are under way, so that `notifications/cancelled` finds them.
#[derive(Default)]
pub(crate) struct Cancels {
    shards: [Shard; SHARDS],
}

/// A call's place among them, given up when dropped.
pub(crate) struct Cancellable {
    shared: Arc<crate::Shared>,
    key: ([u8; 16], OwnedId),
    pub(crate) token: CancellationToken,
}

impl Cancels {
    fn shard(&self, session: &[u8; 16]) -> &Shard {
        &self.shards[usize::from(session[0]) % SHARDS]
    }

    /// Cancels the call of that session with that id, if it is under way.
    pub(crate) fn cancel(&self, session: [u8; 16], id: OwnedId) {
        let calls = self.shard(&session).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = calls.get(&(session, id)) {
            token.cancel();
        }
    }
}

impl Cancellable {
    pub(crate) fn new(shared: &Arc<crate::Shared>, session: [u8; 16], id: OwnedId) -> Self {
        let token = CancellationToken::new();
        let key = (session, id);
        let mut calls =
            shared.cancels.shard(&session).lock().unwrap_or_else(PoisonError::into_inner);
        calls.insert(key.clone(), token.clone());
        drop(calls);
        Self { shared: Arc::clone(shared), key, token }
    }
}

impl Drop for Cancellable {
    fn drop(&mut self) {
        let mut calls =
            self.shared.cancels.shard(&self.key.0).lock().unwrap_or_else(PoisonError::into_inner);
        calls.remove(&self.key);
    }
}
