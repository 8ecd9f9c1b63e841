use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// A rate limit by the generic cell rate algorithm: one number, no timer.
///
/// Holds the moment, in nanoseconds since `start`, at which the caller will have used up nothing.
#[derive(Debug)]
pub(crate) struct Quota {
    start: Instant,
    arrival: AtomicU64,
}

/// One call in so long, and so many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) interval_ns: u64,
    pub(crate) burst: u32,
}

impl Rate {
    /// So many calls a second, and so many at once after a pause.
    pub(crate) fn per_second(calls: u32, burst: u32) -> Self {
        Self { interval_ns: 1_000_000_000 / u64::from(calls.max(1)), burst }
    }
}

impl Quota {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start, arrival: AtomicU64::new(0) }
    }

    /// Takes one call at `now`, or says how long to wait for it.
    pub(crate) fn take(&self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let interval = rate.interval_ns;
        let tolerance = interval * u64::from(rate.burst.max(1) - 1);
        let now =
            u64::try_from(now.saturating_duration_since(self.start).as_nanos()).unwrap_or(u64::MAX);
        let mut arrival = self.arrival.load(Ordering::Relaxed);
        loop {
            if arrival > now + tolerance {
                return Err(Duration::from_nanos(arrival - now - tolerance));
            }
            let next = arrival.max(now) + interval;
            match self.arrival.compare_exchange_weak(
                arrival,
                next,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Ok(()),
                Err(current) => arrival = current,
            }
        }
    }

    /// Takes back a call that was taken and then not made.
    pub(crate) fn give_back(&self, rate: Rate) {
        let earlier = |arrival: u64| Some(arrival.saturating_sub(rate.interval_ns));
        // The closure always gives a value.
        let _ = self.arrival.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earlier);
    }
}

#[cfg(test)]
mod tests {
    use super::{Quota, Rate};
    use std::time::{Duration, Instant};

    #[test]
    fn a_burst_then_the_rate_then_a_refusal_with_the_wait() {
        let start = Instant::now();
        let quota = Quota::new(start);
        let rate = Rate::per_second(10, 3);
        for _ in 0..3 {
            assert_eq!(quota.take(rate, start), Ok(()));
        }
        assert_eq!(quota.take(rate, start), Err(Duration::from_millis(100)));
        let later = start + Duration::from_millis(100);
        assert_eq!(quota.take(rate, later), Ok(()));
        assert!(quota.take(rate, later).is_err());
        let rested = start + Duration::from_secs(60);
        assert_eq!((0..10).filter(|_| quota.take(rate, rested).is_ok()).count(), 3);
    }
}
