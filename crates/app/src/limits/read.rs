use super::{Rules, UsedSoFar, window};
use crate::{App, Error, registry::Registry};
use model::{AccountId, Timestamp};
use std::{collections::HashMap, sync::Arc};

impl App {
    /// Puts limits in the place of those that hold. Quotas that are new know what was used before they hold.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when the database does not answer; the limits of some accounts are then the old ones.
    pub(crate) async fn put_limits(
        &self,
        registry: &Registry,
        limits: Vec<store::Limit>,
    ) -> Result<(), Error> {
        let mut by_account: HashMap<AccountId, Vec<store::Limit>> = HashMap::new();
        for limit in limits {
            by_account.entry(limit.account_id).or_default().push(limit);
        }
        let now = self.clock.now();
        for (account, state) in &registry.accounts {
            let rules = by_account.remove(account).unwrap_or_default();
            let before = state.rules.load_full();
            if before.as_ref().map_or(rules.is_empty(), |before| before.are(&rules)) {
                continue;
            }
            if rules.is_empty() {
                state.rules.store(None);
                continue;
            }
            let next = Rules::new(rules, before.as_deref());
            if next.has_quota() {
                next.note(&self.used_so_far(*account, now).await?);
            }
            state.rules.store(Some(Arc::new(next)));
        }
        Ok(())
    }

    /// Tells quotas what other processes have counted since.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when the database does not answer.
    pub(crate) async fn poll_usage(&self) -> Result<(), Error> {
        if !self.store.is_shared() {
            return Ok(());
        }
        let registry = self.registry.load_full();
        let now = self.clock.now();
        for (account, state) in &registry.accounts {
            if let Some(rules) = state.rules.load_full().filter(|rules| rules.has_quota()) {
                rules.note(&self.used_so_far(*account, now).await?);
            }
        }
        Ok(())
    }

    async fn used_so_far(&self, account: AccountId, now: Timestamp) -> Result<UsedSoFar, Error> {
        let days = (window::first_of_month(now), window::day(now));
        let sums = self.store.usage_sums(account, days, &self.node).await?;
        Ok(UsedSoFar::new(now, &sums))
    }
}
