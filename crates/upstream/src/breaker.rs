use crate::HostLimits;
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// How a call that was let through may be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// One of many.
    Ordinary,
    /// The one call that tries whether the host is back.
    Probe,
}

/// What a call said about the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It answers.
    Healthy,
    /// It does not, or says itself that it cannot.
    Failed,
}

/// A circuit as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// Calls go through.
    Closed,
    /// No call goes through; when the time is up, one does.
    Open,
    /// One call is trying whether the host is back.
    Probing,
}

/// Keeps calls from a host that fails: one account's view of it.
///
/// Time and jitter are given. A call that began before the last change says nothing about what came after.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// Closed and without a failure in the window: nothing to look up and nothing to note.
    quiet: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    circuit: Circuit,
    since: Instant,
    /// The end of the open time.
    until: Instant,
    /// Results of the last calls, the newest in the lowest bit; 1 is a failure. Calls that never were count as healthy.
    history: u64,
    /// Times that it opened since it was last closed.
    openings: u32,
}

impl Breaker {
    pub(crate) fn new(now: Instant) -> Self {
        let circuit = Circuit::Closed;
        let state = State { circuit, since: now, until: now, history: 0, openings: 0 };
        Self { quiet: AtomicBool::new(true), state: Mutex::new(state) }
    }

    /// Whether no call of the window failed.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet.load(Ordering::Acquire)
    }

    /// How long a call would be kept from the host now.
    pub(crate) fn refuses(&self, limits: &HostLimits, now: Instant) -> Option<Duration> {
        if self.is_quiet() {
            return None;
        }
        self.state().refuses(limits, now)
    }

    /// Lets a call through, or says how long to wait. A probe must be settled or given back.
    pub(crate) fn admit(&self, limits: &HostLimits, now: Instant) -> Result<Pass, Duration> {
        if self.is_quiet() {
            return Ok(Pass::Ordinary);
        }
        let mut state = self.state();
        if let Some(wait) = state.refuses(limits, now) {
            return Err(wait);
        }
        match state.circuit {
            Circuit::Closed => Ok(Pass::Ordinary),
            Circuit::Open | Circuit::Probing => {
                (state.circuit, state.since) = (Circuit::Probing, now);
                Ok(Pass::Probe)
            }
        }
    }

    /// Notes what the call that was let through at `admitted` said. `jitter` is from 0 to 1.
    pub(crate) fn settle(
        &self,
        pass: Pass,
        verdict: Verdict,
        limits: &HostLimits,
        admitted: Instant,
        now: Instant,
        jitter: f64,
    ) {
        if verdict == Verdict::Healthy && pass == Pass::Ordinary && self.is_quiet() {
            return;
        }
        let mut state = self.state();
        match (pass, verdict) {
            (Pass::Probe, Verdict::Healthy) => {
                (state.circuit, state.since) = (Circuit::Closed, now);
                (state.history, state.openings) = (0, 0);
            }
            (Pass::Probe, Verdict::Failed) => state.open(limits, now, jitter),
            (Pass::Ordinary, verdict) => {
                if state.circuit == Circuit::Closed
                    && admitted >= state.since
                    && state.note(verdict, limits)
                {
                    state.open(limits, now, jitter);
                }
            }
        }
        self.quiet.store(state.circuit == Circuit::Closed && state.history == 0, Ordering::Release);
    }

    /// Gives back a probe that came to nothing, as when its caller went away: the next call is one.
    pub(crate) fn give_back(&self, now: Instant) {
        let mut state = self.state();
        (state.circuit, state.since, state.until) = (Circuit::Open, now, now);
    }

    /// The circuit, since when, and how long it refuses.
    pub(crate) fn look(&self, limits: &HostLimits, now: Instant) -> (Circuit, Instant, Duration) {
        let state = self.state();
        (state.circuit, state.since, state.refuses(limits, now).unwrap_or_default())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn refuses(&self, limits: &HostLimits, now: Instant) -> Option<Duration> {
        match self.circuit {
            Circuit::Closed => None,
            Circuit::Open => Some(self.until - now).filter(|left| !left.is_zero()),
            // Nobody knows how long the probe takes.
            Circuit::Probing => Some(limits.backoff_first),
        }
    }

    /// Adds a result to the window, and says whether that is too much.
    fn note(&mut self, verdict: Verdict, limits: &HostLimits) -> bool {
        let lowest = |bits: u32| u64::MAX >> (64 - bits.clamp(1, 64));
        self.history = (self.history << 1) | u64::from(verdict == Verdict::Failed);
        let row = lowest(limits.breaker_failures);
        let failed_in_a_row = self.history & row == row;
        let window = limits.breaker_window.clamp(1, 64);
        // What is kept must hold the longer of the two.
        self.history &= lowest(window.max(limits.breaker_failures));
        let failures = (self.history & lowest(window)).count_ones();
        verdict == Verdict::Failed
            && (failed_in_a_row || failures * 100 >= limits.breaker_percent * window)
    }

    fn open(&mut self, limits: &HostLimits, now: Instant, jitter: f64) {
        let longest = limits.backoff_longest;
        let doubled = limits.backoff_first.saturating_mul(1 << self.openings.min(20));
        // Longer, never shorter, so that probes are no more than the backing off allows.
        let wait = doubled.min(longest).mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 5.0).min(longest);
        (self.circuit, self.since, self.until) = (Circuit::Open, now, now + wait);
        self.history = 0;
        self.openings = self.openings.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::{Breaker, Circuit, Pass, Verdict};
    use crate::HostLimits;
    use std::time::Duration;
    use tokio::time::Instant;

    const SECOND: Duration = Duration::from_secs(1);

    struct Case {
        breaker: Breaker,
        limits: HostLimits,
        now: Instant,
    }

    impl Case {
        fn new() -> Self {
            let now = Instant::now();
            Self { breaker: Breaker::new(now), limits: HostLimits::default(), now }
        }

        fn admit(&self) -> Result<Pass, Duration> {
            self.breaker.admit(&self.limits, self.now)
        }

        fn settle(&self, pass: Pass, verdict: Verdict) {
            self.breaker.settle(pass, verdict, &self.limits, self.now, self.now, 0.0);
        }

        /// One call for each letter: `f` fails, `.` does not.
        fn calls(&self, results: &str) {
            for result in results.chars() {
                let pass = self.admit().unwrap();
                self.settle(pass, if result == 'f' { Verdict::Failed } else { Verdict::Healthy });
            }
        }

        fn circuit(&self) -> Circuit {
            self.breaker.look(&self.limits, self.now).0
        }
    }

    #[test]
    fn what_opens_it() {
        for (results, expected) in [
            ("", Circuit::Closed),
            ("ffff", Circuit::Closed),
            ("fffff", Circuit::Open),
            ("ffff.ffff", Circuit::Closed),
            ("ffff.fffff", Circuit::Open),
            ("f.f.f.f.f.f.f.f.f.", Circuit::Closed),
            ("f.f.f.f.f.f.f.f.f.f", Circuit::Open),
            ("ff.ff.ff.ff.f.......", Circuit::Closed),
            ("ff.ff.ff.ff.f...........f", Circuit::Closed),
        ] {
            let case = Case::new();
            case.calls(results);
            assert_eq!(case.circuit(), expected, "{results}");
        }
    }

    #[test]
    fn a_clean_window_is_quiet_again() {
        let case = Case::new();
        case.calls("f");
        assert!(!case.breaker.is_quiet());
        case.calls(&".".repeat(19));
        assert!(!case.breaker.is_quiet());
        case.calls(".");
        assert!(case.breaker.is_quiet());
    }

    #[test]
    fn it_probes_with_one_call_and_backs_off_to_a_minute() {
        let mut case = Case::new();
        case.calls("fffff");
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert_eq!(case.admit(), Err(seconds * SECOND));
            case.now += seconds * SECOND - Duration::from_millis(1);
            assert_eq!(case.admit(), Err(Duration::from_millis(1)));
            case.now += Duration::from_millis(1);
            assert_eq!(case.admit(), Ok(Pass::Probe));
            assert_eq!(case.admit(), Err(SECOND), "a second call beside the probe");
            case.settle(Pass::Probe, Verdict::Failed);
        }
        case.now += 60 * SECOND;
        assert_eq!(case.admit(), Ok(Pass::Probe));
        case.settle(Pass::Probe, Verdict::Healthy);
        assert!(case.breaker.is_quiet());
        case.calls("fffff");
        assert_eq!(case.admit(), Err(SECOND), "it begins anew");
    }

    #[test]
    fn a_probe_without_a_verdict_is_given_back() {
        let mut case = Case::new();
        case.calls("fffff");
        case.now += SECOND;
        assert_eq!(case.admit(), Ok(Pass::Probe));
        case.breaker.give_back(case.now);
        assert_eq!(case.admit(), Ok(Pass::Probe));
        case.settle(Pass::Probe, Verdict::Failed);
        assert_eq!(case.admit(), Err(2 * SECOND), "what came to nothing does not count");
    }

    #[test]
    fn calls_from_before_say_nothing() {
        let mut case = Case::new();
        let began = case.now;
        case.calls("fffff");
        let late = |case: &Case, verdict| {
            case.breaker.settle(Pass::Ordinary, verdict, &case.limits, began, case.now, 0.0);
        };
        late(&case, Verdict::Healthy);
        assert_eq!(case.circuit(), Circuit::Open);
        case.now += SECOND;
        assert_eq!(case.admit(), Ok(Pass::Probe));
        late(&case, Verdict::Failed);
        case.settle(Pass::Probe, Verdict::Healthy);
        (0..64).for_each(|_| late(&case, Verdict::Failed));
        assert_eq!((case.circuit(), case.breaker.is_quiet()), (Circuit::Closed, true));
    }

    #[test]
    fn jitter_makes_the_wait_longer() {
        let case = Case::new();
        for _ in 0..5 {
            let (pass, verdict) = (Pass::Ordinary, Verdict::Failed);
            case.breaker.settle(pass, verdict, &case.limits, case.now, case.now, 0.5);
        }
        assert_eq!(case.admit(), Err(Duration::from_millis(1_100)));
    }
}
