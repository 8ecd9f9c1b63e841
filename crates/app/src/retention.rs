use crate::{App, Error};
use jiff::SignedDuration;
use model::{AccountId, RequestId, ServerId, Timestamp};
use std::collections::{BTreeMap, HashMap};
use store::Retention;

impl App {
    /// Removes what is too old of the request log: by the time that its server says, or else by the installation's.
    pub(crate) async fn purge_requests(&self, now: Timestamp) -> Result<(), Error> {
        let life = SignedDuration::try_from(self.config.log_retention);
        let before = cutoff(now, life.unwrap_or(SignedDuration::MAX));
        let mut own: HashMap<AccountId, BTreeMap<ServerId, RequestId>> = HashMap::new();
        for (account, server, days) in self.store.log_retentions().await? {
            let life = SignedDuration::from_secs(days.saturating_mul(24 * 60 * 60));
            own.entry(account).or_default().insert(server, cutoff(now, life));
        }
        for account in self.store.accounts().await? {
            let own = own.remove(&account.id).unwrap_or_default();
            let retention = Retention { before, own };
            let mut from = None;
            loop {
                (_, from) = self.store.delete_old_requests(account.id, &retention, from).await?;
                if from.is_none() || self.stop.is_cancelled() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The first row that is kept. What is kept for longer than there has been time is kept.
fn cutoff(now: Timestamp, life: SignedDuration) -> RequestId {
    RequestId::new(now.checked_sub(life).unwrap_or(Timestamp::MIN), [0; 10])
}
