use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a count; those above are the window's number.
const COUNT_BITS: u32 = 40;
const COUNT: u64 = (1 << COUNT_BITS) - 1;

/// Calls in a window of the calendar, in memory: this process's, and what the others have written down.
///
/// Each number stands with its window in one word, so that a new window begins without a lock.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    own: AtomicU64,
    others: AtomicU64,
}

impl Tally {
    /// One that goes on from what was counted before.
    pub(crate) fn new(window: u32, own: u64, others: u64) -> Self {
        Self { own: pack(window, own).into(), others: pack(window, others).into() }
    }

    /// Counts a call if fewer than `most` are there, or whether or not there are. Says whether there were fewer.
    pub(crate) fn take(&self, window: u32, most: u64, anyway: bool) -> bool {
        let others = in_window(self.others.load(Ordering::Relaxed), window);
        let mut own = self.own.load(Ordering::Relaxed);
        loop {
            let count = in_window(own, window);
            let fits = count + others < most;
            if !fits && !anyway {
                return false;
            }
            let next = pack(window, count + 1);
            match self.own.compare_exchange_weak(own, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return fits,
                Err(current) => own = current,
            }
        }
    }

    /// Takes back a call that was counted and then not made.
    pub(crate) fn give_back(&self, window: u32) {
        let less = |own| {
            let count = in_window(own, window);
            (count > 0).then(|| pack(window, count - 1))
        };
        // In a new window there is nothing to give back.
        let _ = self.own.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Notes what other processes have counted.
    pub(crate) fn note_others(&self, window: u32, count: u64) {
        self.others.store(pack(window, count), Ordering::Relaxed);
    }
}

fn pack(window: u32, count: u64) -> u64 {
    u64::from(window) << COUNT_BITS | count.min(COUNT)
}

fn in_window(packed: u64, window: u32) -> u64 {
    if packed >> COUNT_BITS == u64::from(window) { packed & COUNT } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn a_window_holds_so_many_and_the_next_begins_anew() {
        let tally = Tally::new(7, 1, 2);
        assert!(tally.take(7, 5, false));
        assert!(tally.take(7, 5, false));
        assert!(!tally.take(7, 5, false));
        tally.give_back(7);
        assert!(tally.take(7, 5, false));
        assert!(!tally.take(7, 5, true), "it is over, and counted all the same");
        assert!(!tally.take(7, 6, false));
        tally.note_others(7, 0);
        assert!(tally.take(7, 6, false));
        for _ in 0..5 {
            assert!(tally.take(8, 5, false));
        }
        assert!(!tally.take(8, 5, false));
        tally.give_back(9);
        assert!(!tally.take(8, 5, false));
    }

    #[test]
    fn threads_together_take_no_more_than_there_is() {
        let tally = Tally::default();
        let taken: usize = std::thread::scope(|scope| {
            let take = || (0..10_000).filter(|_| tally.take(1, 12_345, false)).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 12_345);
    }
}
