use crate::{
    SendError,
    breaker::{Pass, Verdict},
    fair_queue::Ticket,
    host::{Entry, Host, Visitor},
};
use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// Where one account's calls to one host pass: made once, and held by whoever makes them.
///
/// There are only so many calls to a host at a time, and fewer of one account while others use the host too. Those that
/// wait are served account by account. A host that fails is left alone.
#[derive(Clone)]
pub(crate) struct HostGate {
    pub(crate) host: Arc<Host>,
    pub(crate) visitor: Arc<Visitor>,
}

impl HostGate {
    /// Whether the circuit keeps calls back now.
    pub(crate) fn check(&self, now: Instant) -> Result<(), SendError> {
        match self.visitor.breaker.refuses(&self.host.limits, now) {
            Some(wait) => Err(self.open(wait)),
            None => Ok(()),
        }
    }

    /// Waits for a place, until `deadline` at most. `now` is the time of the call.
    pub(crate) async fn enter(&self, now: Instant, deadline: Instant) -> Result<Place, SendError> {
        if self.host.enter_at_once(&self.visitor, now) {
            return Place::new(self.clone(), now).admitted();
        }
        let (ticket, granted) = match self.host.enter(self, now) {
            Entry::Place(place) => return place.admitted(),
            Entry::Wait(ticket, granted) => (ticket, granted),
            Entry::Full => return Err(self.busy()),
        };
        let mut queued = Queued { gate: self, ticket: Some(ticket) };
        let deadline = deadline.min(now + self.host.limits.queue_wait);
        // Late, or turned away for another account's call.
        let Ok(Ok(place)) = timeout_at(deadline, granted).await else { return Err(self.busy()) };
        queued.ticket = None;
        place.admitted()
    }

    /// Whether a request may be sent twice: not to a host that has failed of late.
    pub(crate) fn is_quiet(&self) -> bool {
        self.visitor.breaker.is_quiet()
    }

    fn busy(&self) -> SendError {
        let retry_after = self.host.limits.queue_wait.max(Duration::from_secs(1));
        SendError::Busy { host: self.host.origin.host().to_owned(), retry_after }
    }

    fn open(&self, retry_after: Duration) -> SendError {
        SendError::CircuitOpen { host: self.host.origin.host().to_owned(), retry_after }
    }
}

impl fmt::Debug for HostGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostGate({} of {})", self.host.origin, self.visitor.account)
    }
}

/// One who waits; when it is dropped, it waits no longer.
struct Queued<'a> {
    gate: &'a HostGate,
    ticket: Option<Ticket>,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.gate.host.leave_queue(self.gate.visitor.account, ticket);
        }
    }
}

/// A place among the calls that are under way to a host. Dropping it gives it back.
pub(crate) struct Place {
    gate: HostGate,
    /// When the call was let through.
    pub(crate) since: Instant,
    /// Whether it has the circuit's probe and has not settled it.
    probe: bool,
    counted: bool,
}

impl Place {
    /// A place that was counted already.
    pub(crate) fn new(gate: HostGate, since: Instant) -> Self {
        Self { gate, since, probe: false, counted: true }
    }

    /// Asks the circuit, now that there is a place.
    fn admitted(mut self) -> Result<Self, SendError> {
        match self.gate.visitor.breaker.admit(&self.gate.host.limits, self.since) {
            Ok(pass) => self.probe = pass == Pass::Probe,
            Err(wait) => return Err(self.gate.open(wait)),
        }
        Ok(self)
    }

    /// Gives the place back with what the call said about the host: `None` when that is nothing.
    pub(crate) fn settle(mut self, verdict: Option<Verdict>) {
        let Some(verdict) = verdict else { return };
        let pass = if std::mem::take(&mut self.probe) { Pass::Probe } else { Pass::Ordinary };
        let Self { gate, since, .. } = &self;
        let breaker = &gate.visitor.breaker;
        if verdict == Verdict::Healthy && pass == Pass::Ordinary && breaker.is_quiet() {
            return;
        }
        breaker.settle(pass, verdict, &gate.host.limits, *since, Instant::now(), jitter());
    }

    /// Ends it without giving it to another.
    pub(crate) fn dissolve(mut self) {
        self.counted = false;
        self.gate.host.uncount(&self.gate.visitor);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.probe {
            self.gate.visitor.breaker.give_back(Instant::now());
        }
        if self.counted {
            self.gate.host.leave(&self.gate.visitor);
        }
    }
}

/// From 0 to 1, different each time: the keys of a hasher are.
fn jitter() -> f64 {
    f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX)
}
