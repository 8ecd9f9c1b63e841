use std::time::Duration;

/// The longest URL that [`crate::plan`] builds, in bytes.
pub const MAX_URL_BYTES: usize = 8 << 10;
/// The longest header or cookie value that an argument may fill, in bytes.
pub const MAX_HEADER_VALUE_BYTES: usize = 8 << 10;
/// The longest request body that [`crate::plan`] builds, in bytes.
pub const MAX_BODY_BYTES: usize = 16 << 20;

/// How long and how much one call may take. [`crate::Client`] has its own; a call may bring others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For name resolution. 5 s.
    pub dns: Duration,
    /// For TCP and TLS together, counted from the end of name resolution. 3 s.
    pub connect: Duration,
    /// From the sending of the request to the head of the answer. 30 s.
    pub first_byte: Duration,
    /// Between two pieces of the answer's body. 15 s.
    pub idle: Duration,
    /// For the whole call, its waits for a place and for a token included. 60 s.
    pub total: Duration,
    /// Of the answer's body, as received and as decoded. 8 MiB.
    pub decoded_bytes: usize,
    /// Of the answer's head. 64 KiB; only the one that the client was made with counts.
    pub header_bytes: usize,
    /// For a token endpoint to answer. 10 s; only the one that the client was made with counts.
    pub token: Duration,
    /// Of one host; only those that the client was made with count.
    pub host: HostLimits,
}

impl Limits {
    /// The same with another time for the whole call, all of which it may wait for the first byte. No allocation.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { first_byte: timeout, total: timeout, ..self.clone() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            dns: Duration::from_secs(5),
            connect: Duration::from_secs(3),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(15),
            total: Duration::from_secs(60),
            decoded_bytes: 8 << 20,
            header_bytes: 64 << 10,
            token: Duration::from_secs(10),
            host: HostLimits::default(),
        }
    }
}

/// What one host (scheme, name and port) is asked at once, and when it is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostLimits {
    /// Calls under way, at least 1. 64.
    pub concurrency: usize,
    /// Calls that wait for one of those places. 256.
    pub queue: usize,
    /// How long a call waits for a place. 1 s.
    pub queue_wait: Duration,
    /// Percent of the places that one account may hold beside others that use the host, at least one place. 50.
    pub account_share: u32,
    /// Failures in a row that open the circuit, 1 to 64. 5.
    pub breaker_failures: u32,
    /// The last calls that are counted for [`HostLimits::breaker_percent`], 1 to 64. 20.
    pub breaker_window: u32,
    /// Percent of failures among those that open the circuit. 50.
    pub breaker_percent: u32,
    /// A shorter deadline that passes is no failure: whoever set it did not wait long enough to tell. 5 s.
    pub breaker_slow: Duration,
    /// How long the circuit stays open at first; doubled each time that the probe fails. 1 s.
    pub backoff_first: Duration,
    /// How long it stays open at most. 60 s.
    pub backoff_longest: Duration,
}

impl HostLimits {
    /// The places of one account beside others.
    pub(crate) fn share(&self) -> usize {
        let percent = usize::try_from(self.account_share.clamp(1, 100)).unwrap_or(100);
        (self.concurrency.max(1).saturating_mul(percent) / 100).max(1)
    }
}

impl Default for HostLimits {
    fn default() -> Self {
        Self {
            concurrency: 64,
            queue: 256,
            queue_wait: Duration::from_secs(1),
            account_share: 50,
            breaker_failures: 5,
            breaker_window: 20,
            breaker_percent: 50,
            breaker_slow: Duration::from_secs(5),
            backoff_first: Duration::from_secs(1),
            backoff_longest: Duration::from_secs(60),
        }
    }
}
