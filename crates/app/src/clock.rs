use model::Timestamp;
use std::sync::Arc;

/// Where a use case reads the time and draws what must not be guessed: once each, then passed on as values.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self { now: Arc::new(Timestamp::now) }
    }

    /// A clock of the caller's, for tests that turn it by hand.
    #[must_use]
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now) }
    }

    /// The time in whole milliseconds, as it is stored: what was just made reads the same when it is read again.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = (self.now)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// Random bytes from the operating system.
pub(crate) fn entropy<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .expect("the operating system has a random source once it has booted");
    bytes
}
