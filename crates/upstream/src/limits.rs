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
    /// From the start of the call to the head of the answer. 30 s.
    pub first_byte: Duration,
    /// Between two pieces of the answer's body. 15 s.
    pub idle: Duration,
    /// For the whole call. 60 s.
    pub total: Duration,
    /// Of the answer's body, as received and as decoded. 8 MiB.
    pub decoded_bytes: usize,
    /// Of the answer's head. 64 KiB; only the one that the client was made with counts.
    pub header_bytes: usize,
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
        }
    }
}
