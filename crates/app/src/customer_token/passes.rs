use super::{Signer, Signers};
use crate::{App, Error, principal::Principal};
use model::{CustomerId, Timestamp};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, atomic::Ordering},
};

/// Tokens that are remembered. Any other is verified each time that it comes.
const PASSES_MAX: usize = 100_000;

/// Tokens that were verified, by their digests.
#[derive(Debug, Default)]
pub(crate) struct Passes {
    known: RwLock<HashMap<[u8; 32], Pass>>,
}

/// A token that was verified, and what that rests on.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub(crate) principal: Arc<Principal>,
    pub(crate) signer: Signer,
    /// The account's number of customers that were shut out or removed, as it was then.
    pub(crate) customers: i64,
}

impl Pass {
    fn end(&self) {
        self.principal.revoked.store(true, Ordering::Release);
    }
}

impl Passes {
    pub(crate) fn get(&self, digest: &[u8; 32]) -> Option<Arc<Principal>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(digest).map(|pass| Arc::clone(&pass.principal))
    }

    pub(crate) fn put(&self, digest: [u8; 32], pass: Pass, now: Timestamp) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PASSES_MAX {
            known.retain(|_, pass| pass.principal.is_live(now));
        }
        if known.len() < PASSES_MAX {
            known.insert(digest, pass);
        }
    }

    pub(crate) fn forget(&self, digest: &[u8; 32]) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(pass) = known.remove(digest) {
            pass.end();
        }
    }

    /// Ends passes whose signer signs no longer, and gives those of accounts where a customer was shut out.
    fn sweep(&self, signers: &Signers) -> Vec<([u8; 32], Pass)> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, pass| {
            let stays = signers.has(&pass.signer);
            if !stays {
                pass.end();
            }
            stays
        });
        let doubtful = known.iter().filter(|(_, pass)| !signers.stand_by(pass));
        doubtful.map(|(digest, pass)| (*digest, pass.clone())).collect()
    }

    fn confirm(&self, digest: &[u8; 32], customers: i64) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(pass) = known.get_mut(digest) {
            pass.customers = customers;
        }
    }
}

impl App {
    /// Looks again at tokens that were let in, where anything has changed that they rest on.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when the database does not answer; then all that are in doubt have ended.
    pub(crate) async fn review_passes(&self, signers: &Signers) -> Result<(), Error> {
        let doubtful = self.passes.sweep(signers);
        let mut live: HashSet<CustomerId> = HashSet::new();
        let mut failed = None;
        for (digest, pass) in doubtful {
            let account = pass.signer.account_id();
            let gate = signers.gate(account);
            if let (Some(id), None) = (pass.principal.rights.customer_id, &failed)
                && !live.contains(&id)
            {
                match self.store.customer(account, &store::CustomerName::Id(id)).await {
                    Ok(Some(row)) if row.disabled_at.is_none() => drop(live.insert(id)),
                    Ok(_) => {}
                    Err(error) => failed = Some(error),
                }
            }
            let stays = pass.principal.rights.customer_id.is_some_and(|id| live.contains(&id));
            match gate.filter(|_| stays) {
                Some(gate) => self.passes.confirm(&digest, gate.customers),
                None => self.passes.forget(&digest),
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}
