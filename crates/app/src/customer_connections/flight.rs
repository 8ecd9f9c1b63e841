use model::ConnectionId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use store::{CustomerConnection, Refreshed};
use tokio::time::Instant;

/// How long a failure is remembered at first; doubled for each that follows.
const FAILURE_FIRST: Duration = Duration::from_secs(1);
const FAILURE_LONGEST: Duration = Duration::from_secs(60);
/// Connections of which something is remembered before those are forgotten that nobody has.
const KEPT_MIN: usize = 1_024;

/// What this process knows of refreshes, by connection: its targets are made anew whenever something of them changes.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<ConnectionId, Weak<Flight>>>);

/// The refreshes of one connection by this process.
#[derive(Default)]
pub(super) struct Flight {
    /// Whoever refreshes holds it.
    pub(super) alone: Arc<tokio::sync::Mutex<()>>,
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    failure: Option<Failure>,
    /// What was granted and could not be written down: it is not used before it is.
    unsaved: Option<(CustomerConnection, Refreshed)>,
    /// The generation that took the place of one that the app refused, and when.
    renewed: Option<(i64, Instant)>,
}

struct Failure {
    reason: String,
    wait: Duration,
    until: Instant,
}

impl Flights {
    pub(super) fn of(&self, id: ConnectionId) -> Arc<Flight> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&id).and_then(Weak::upgrade) {
            return flight;
        }
        if flights.len() >= KEPT_MIN && flights.len() == flights.capacity() {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Arc::<Flight>::default();
        flights.insert(id, Arc::downgrade(&flight));
        flight
    }
}

impl Flight {
    /// Why the last refresh failed, while there is no point in another.
    pub(super) fn failure(&self) -> Option<String> {
        let notes = self.notes();
        let failure = notes.failure.as_ref().filter(|failure| Instant::now() < failure.until)?;
        Some(failure.reason.clone())
    }

    pub(super) fn failed(&self, reason: &str, retry_after: Option<Duration>) {
        let mut notes = self.notes();
        let doubled = notes.failure.as_ref().map_or(FAILURE_FIRST, |last| last.wait * 2);
        let wait = doubled.min(FAILURE_LONGEST);
        let until = Instant::now() + retry_after.unwrap_or(wait).min(FAILURE_LONGEST);
        notes.failure = Some(Failure { reason: reason.to_owned(), wait, until });
    }

    pub(super) fn succeeded(&self) {
        self.notes().failure = None;
    }

    pub(super) fn keep_unsaved(&self, before: CustomerConnection, granted: Refreshed) {
        self.notes().unsaved = Some((before, granted));
    }

    pub(super) fn take_unsaved(&self) -> Option<(CustomerConnection, Refreshed)> {
        self.notes().unsaved.take()
    }

    pub(super) fn renewed(&self, generation: i64) {
        self.notes().renewed = Some((generation, Instant::now()));
    }

    /// Whether the secret of that generation took the place of a refused one less than `within` ago.
    pub(super) fn was_renewed(&self, generation: i64, within: Duration) -> bool {
        self.notes()
            .renewed
            .is_some_and(|(renewed, at)| renewed == generation && at.elapsed() < within)
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
