use crate::{HostLimits, HostState, Origin, gate::HostGate, host::Host};
use model::AccountId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

/// Hosts that are kept before the first look for those that nobody uses.
const SWEEP_FROM: usize = 256;

/// The hosts that the process calls, shared by all its clients.
pub(crate) struct Hosts {
    limits: HostLimits,
    known: Mutex<Known>,
}

struct Known {
    hosts: HashMap<Origin, Arc<Host>>,
    /// How many there are when they are next looked through.
    sweep_at: usize,
}

impl Hosts {
    pub(crate) fn new(limits: HostLimits) -> Self {
        let known = Known { hosts: HashMap::new(), sweep_at: SWEEP_FROM };
        Self { limits, known: Mutex::new(known) }
    }

    pub(crate) fn gate(&self, origin: Origin, account: AccountId, now: Instant) -> HostGate {
        let mut known = self.known();
        if let Some(host) = known.hosts.get(&origin) {
            // The account is noted while the hosts are locked: a sweep sees it.
            return HostGate { visitor: host.visitor(account, now), host: Arc::clone(host) };
        }
        if known.hosts.len() >= known.sweep_at {
            known.hosts.retain(|_, host| host.sweep(now));
            known.sweep_at = SWEEP_FROM.max(known.hosts.len() * 2);
        }
        let host = Arc::new(Host::new(origin.clone(), self.limits.clone(), now));
        known.hosts.insert(origin, Arc::clone(&host));
        HostGate { visitor: host.visitor(account, now), host }
    }

    pub(crate) fn states(&self, now: Instant) -> Vec<HostState> {
        let hosts: Vec<Arc<Host>> = self.known().hosts.values().cloned().collect();
        let mut states: Vec<HostState> = hosts.iter().map(|host| host.state(now)).collect();
        states.sort_by_cached_key(|state| state.origin.to_string());
        states
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Hosts, SWEEP_FROM};
    use crate::{BaseUrl, HostLimits};
    use model::{AccountId, Timestamp};
    use tokio::time::Instant;

    #[test]
    fn hosts_that_nobody_holds_are_forgotten() {
        let (hosts, now) = (Hosts::new(HostLimits::default()), Instant::now());
        let origin = |n: usize| BaseUrl::parse(&format!("https://h{n}.example")).unwrap().origin();
        let account = AccountId::new(Timestamp::UNIX_EPOCH, [1; 10]);
        let held = hosts.gate(origin(0), account, now);
        for n in 1..SWEEP_FROM * 3 {
            hosts.gate(origin(n), account, now);
        }
        assert!(hosts.states(now).len() <= SWEEP_FROM + 1);
        let again = hosts.gate(origin(0), account, now);
        assert!(std::sync::Arc::ptr_eq(&held.host, &again.host));
    }
}
