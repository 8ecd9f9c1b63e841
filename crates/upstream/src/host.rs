use crate::{
    HostLimits, Origin,
    breaker::{Breaker, Circuit},
    fair_queue::{FairQueue, Ticket},
    gate::{HostGate, Place},
};
use model::AccountId;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::oneshot, time::Instant};

/// How long an account counts as using a host after its last call: as long, others leave room for it.
const PRESENT: Duration = Duration::from_secs(60);

/// One host and the calls to it, of all accounts and all runtimes of the process.
pub(crate) struct Host {
    pub(crate) origin: Origin,
    pub(crate) limits: HostLimits,
    made: Instant,
    in_flight: AtomicUsize,
    /// Those in the queue. Read without the lock, by newcomers and by who gives a place back.
    waiting: AtomicUsize,
    room: Mutex<Room>,
}

struct Room {
    visitors: HashMap<AccountId, Arc<Visitor>>,
    queue: FairQueue<AccountId, Waiter>,
}

/// One account at one host. The circuit is here and not at the host: what an account meets there (a path that times
/// out, a throttled key) must not shut the host for another.
pub(crate) struct Visitor {
    pub(crate) account: AccountId,
    pub(crate) breaker: Breaker,
    in_flight: AtomicUsize,
    /// Milliseconds from [`Host::made`] to the last call, and 1; 0 before the first.
    last_call: AtomicU64,
}

struct Waiter {
    gate: HostGate,
    place: oneshot::Sender<Place>,
}

/// What a call without a place does next.
pub(crate) enum Entry {
    /// It has one after all.
    Place(Place),
    /// It waits for one.
    Wait(Ticket, oneshot::Receiver<Place>),
    /// Too many wait already.
    Full,
}

/// One host, for those who watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostState {
    /// Scheme, host and port.
    pub origin: Origin,
    /// Calls under way.
    pub in_flight: usize,
    /// Calls that wait for a place.
    pub waiting: usize,
    /// The circuits that are not closed.
    pub circuits: Vec<CircuitState>,
}

/// A circuit that is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CircuitState {
    /// Whose calls it keeps back.
    pub account: AccountId,
    /// How it stands.
    pub circuit: Circuit,
    /// For how long it has stood so.
    pub since: Duration,
    /// How long it refuses calls.
    pub retry_after: Duration,
}

impl Host {
    pub(crate) fn new(origin: Origin, limits: HostLimits, now: Instant) -> Self {
        Self {
            origin,
            limits,
            made: now,
            in_flight: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            room: Mutex::new(Room { visitors: HashMap::new(), queue: FairQueue::new() }),
        }
    }

    pub(crate) fn visitor(&self, account: AccountId, now: Instant) -> Arc<Visitor> {
        let mut room = self.room();
        let visitor = room.visitors.entry(account).or_insert_with(|| {
            Arc::new(Visitor {
                account,
                breaker: Breaker::new(now),
                in_flight: AtomicUsize::new(0),
                last_call: AtomicU64::new(0),
            })
        });
        Arc::clone(visitor)
    }

    pub(crate) fn state(&self, now: Instant) -> HostState {
        let mut circuits: Vec<CircuitState> = Vec::new();
        for visitor in self.room().visitors.values() {
            let (circuit, since, retry_after) = visitor.breaker.look(&self.limits, now);
            if circuit != Circuit::Closed {
                let (account, since) = (visitor.account, now - since);
                circuits.push(CircuitState { account, circuit, since, retry_after });
            }
        }
        circuits.sort_by_key(|circuit| circuit.account);
        HostState {
            origin: self.origin.clone(),
            in_flight: self.in_flight.load(Ordering::Relaxed),
            waiting: self.waiting.load(Ordering::Relaxed),
            circuits,
        }
    }

    /// Forgets accounts that nobody holds a gate for and that there is nothing to remember of, and says whether any is
    /// left.
    pub(crate) fn sweep(&self, now: Instant) -> bool {
        let mut room = self.room();
        room.visitors.retain(|_, visitor| {
            let changed = visitor.breaker.look(&self.limits, now).1;
            Arc::strong_count(visitor) > 1
                || !visitor.breaker.is_quiet() && now - changed <= self.limits.backoff_longest
        });
        !room.visitors.is_empty()
    }

    /// A place without the lock: none waits, one is free, and the account is within its share.
    pub(crate) fn enter_at_once(&self, visitor: &Visitor, now: Instant) -> bool {
        visitor.last_call.store(self.since_made(now), Ordering::Relaxed);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            return false;
        }
        let share = self.limits.share();
        let within = visitor.in_flight.fetch_add(1, Ordering::Relaxed) < share;
        if within && self.take_place() {
            return true;
        }
        visitor.in_flight.fetch_sub(1, Ordering::Relaxed);
        false
    }

    /// A place, or one in the queue.
    pub(crate) fn enter(&self, gate: &HostGate, now: Instant) -> Entry {
        let account = gate.visitor.account;
        let mut room = self.room();
        // It counts as one who waits before it looks: who gives a place back then either is seen here or looks there.
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let first = !room.queue.holds(account);
        let others = room.queue.holds_others(account);
        if first && self.may(&room.visitors, account, others, now) && self.take_place() {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            gate.visitor.in_flight.fetch_add(1, Ordering::Relaxed);
            return Entry::Place(Place::new(gate.clone(), now));
        }
        let (place, granted) = oneshot::channel();
        let before = room.queue.len();
        let waiter = Waiter { gate: gate.clone(), place };
        let ticket = room.queue.push(account, waiter, self.limits.queue);
        if room.queue.len() == before {
            // It was turned away, or another was for it.
            self.waiting.fetch_sub(1, Ordering::SeqCst);
        }
        ticket.map_or(Entry::Full, |ticket| Entry::Wait(ticket, granted))
    }

    /// One who waits waits no longer.
    pub(crate) fn leave_queue(&self, account: AccountId, ticket: Ticket) {
        if self.room().queue.remove(account, ticket).is_some() {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Takes a place back without giving it to another.
    pub(crate) fn uncount(&self, visitor: &Visitor) {
        visitor.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
    }

    /// Takes a place back, and gives it to one who waits.
    pub(crate) fn leave(&self, visitor: &Visitor) {
        self.uncount(visitor);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.serve(Instant::now());
        }
    }

    fn serve(&self, now: Instant) {
        let mut room = self.room();
        while room.queue.len() > 0 && self.take_place() {
            let Room { visitors, queue } = &mut *room;
            let next = queue.pop(|account, others| self.may(visitors, account, others, now));
            let Some(Waiter { gate, place }) = next else {
                self.in_flight.fetch_sub(1, Ordering::SeqCst);
                return;
            };
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            gate.visitor.in_flight.fetch_add(1, Ordering::Relaxed);
            if let Err(unwanted) = place.send(Place::new(gate, now)) {
                // Its caller went away just now. To drop it would ask for the lock that is held here.
                unwanted.dissolve();
            }
        }
    }

    /// Whether the account may have one more place: within its share, or while no other uses the host.
    fn may(
        &self,
        visitors: &HashMap<AccountId, Arc<Visitor>>,
        account: AccountId,
        others_wait: bool,
        now: Instant,
    ) -> bool {
        let held = visitors.get(&account).map_or(0, |one| one.in_flight.load(Ordering::Relaxed));
        held < self.limits.share()
            || !others_wait
                && !visitors.values().any(|one| one.account != account && self.present(one, now))
    }

    fn present(&self, visitor: &Visitor, now: Instant) -> bool {
        let last_call = visitor.last_call.load(Ordering::Relaxed);
        visitor.in_flight.load(Ordering::Relaxed) > 0
            || last_call > 0 && self.since_made(now).saturating_sub(last_call) < millis(PRESENT)
    }

    fn since_made(&self, now: Instant) -> u64 {
        millis(now - self.made) + 1
    }

    fn take_place(&self) -> bool {
        let most = self.limits.concurrency.max(1);
        let more = |taken| (taken < most).then_some(taken + 1);
        self.in_flight.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).is_ok()
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX - 1)
}
