use crate::Error;
use arc_swap::ArcSwapOption;
use model::IssuerId;
use oauth::{KEY_SET_BYTES_MAX, KeySet};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use store::Issuer;
use upstream::Client;

/// How long keys are used before they are fetched anew.
const FRESH: Duration = Duration::from_secs(15 * 60);
/// The shortest time between two fetches of one issuer's keys, however many unknown keys its tokens name.
const PAUSE: Duration = Duration::from_secs(30);

/// Keys that were fetched, by their issuers.
#[derive(Debug, Default)]
pub(crate) struct KeySets {
    slots: Mutex<HashMap<IssuerId, Arc<Slot>>>,
}

/// Keys of one issuer as it is at one revision.
#[derive(Debug)]
struct Slot {
    revision: i64,
    keys: ArcSwapOption<KeySet>,
    /// When they were last asked for, and when they last came. Locked while somebody asks.
    times: tokio::sync::Mutex<Times>,
}

#[derive(Debug, Default)]
struct Times {
    asked: Option<Instant>,
    came: Option<Instant>,
}

impl KeySets {
    /// The keys of an issuer, among which the named one should be. Old ones stay in use while new ones cannot be had.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::SignIn`] when there are none.
    pub(crate) async fn of(
        &self,
        issuer: &Issuer,
        kid: Option<&str>,
        client: &Client,
    ) -> Result<Arc<KeySet>, Error> {
        let Some(url) = &issuer.jwks_url else {
            let keys = issuer.jwks.as_deref().unwrap_or_default();
            return KeySet::read(keys.as_bytes()).map(Arc::new).map_err(|_| Error::sign_in());
        };
        let slot = self.slot(issuer);
        let mut times = slot.times.lock().await;
        let since = |at: Option<Instant>| at.map(|at| at.elapsed());
        let known = slot.keys.load().as_ref().is_some_and(|keys| keys.find(kid).is_some());
        let fresh = since(times.came).is_some_and(|age| age < FRESH);
        if !(known && fresh) && since(times.asked).is_none_or(|age| age >= PAUSE) {
            times.asked = Some(Instant::now());
            match fetch(client, url).await {
                Ok(keys) => {
                    times.came = times.asked;
                    slot.keys.store(Some(Arc::new(keys)));
                }
                Err(reason) => {
                    tracing::warn!(issuer = %issuer.id, reason, "keys of an issuer did not come");
                }
            }
        }
        drop(times);
        slot.keys.load_full().ok_or_else(Error::sign_in)
    }

    fn slot(&self, issuer: &Issuer) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slots.get(&issuer.id).filter(|slot| slot.revision == issuer.revision);
        if let Some(slot) = known {
            return Arc::clone(slot);
        }
        let times = tokio::sync::Mutex::new(Times::default());
        let keys = ArcSwapOption::empty();
        let slot = Arc::new(Slot { revision: issuer.revision, keys, times });
        slots.insert(issuer.id, Arc::clone(&slot));
        slot
    }
}

async fn fetch(client: &Client, url: &str) -> Result<KeySet, String> {
    let document = client.get_document(url, KEY_SET_BYTES_MAX).await;
    let document = document.map_err(|error| error.to_string())?;
    KeySet::read(&document.bytes).map_err(|error| error.to_string())
}
