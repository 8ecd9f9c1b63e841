use crate::{AddressKind, breaker::Verdict};
use std::{fmt, net::IpAddr, time::Duration};

/// The part of a call that a deadline belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Name resolution.
    Dns,
    /// TCP and TLS.
    Connect,
    /// Waiting for the head of the answer.
    FirstByte,
    /// Between two pieces of the body.
    Idle,
    /// The whole call.
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "its name was not resolved",
            Self::Connect => "no connection was made",
            Self::FirstByte => "it did not begin to answer",
            Self::Idle => "it stopped in the middle of its answer",
            Self::Total => "its answer was not complete",
        })
    }
}

/// Why a request got no answer that can be used. Messages are for people and models: they name the host, never a
/// query, a header or a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The URL is none that is sent to: another scheme, no host, user information.
    #[error("the URL cannot be used: {0}")]
    Url(&'static str),
    /// A port that is not spoken to.
    #[error(
        "port {port} of {host} is not allowed: it belongs to a service that does not speak HTTP"
    )]
    RefusedPort {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// An address that is not connected to. Nothing was sent.
    #[error(
        "{host} is at {address}, {kind}, and Gatewright does not connect there. \
         An operator can allow private networks, or this address alone"
    )]
    RefusedAddress {
        /// The host as asked for.
        host: String,
        /// The address it resolved to.
        address: IpAddr,
        /// What that address is.
        kind: AddressKind,
    },
    /// The name has no address.
    #[error(
        "the name {host} could not be resolved; check that the API's base URL is spelled right"
    )]
    Dns {
        /// The host.
        host: String,
    },
    /// No TCP connection.
    #[error("no connection to {host} could be made ({reason}); the API may be down")]
    Connect {
        /// The host.
        host: String,
        /// The operating system's kind of error.
        reason: String,
    },
    /// No TLS session.
    #[error("no TLS session with {host} could be made ({reason})")]
    Tls {
        /// The host.
        host: String,
        /// What was wrong, such as an expired certificate.
        reason: String,
    },
    /// A deadline passed.
    #[error("the API took too long: after {} s {phase}. The request may have had its effect", .after.as_secs_f32())]
    Timeout {
        /// Which deadline.
        phase: Phase,
        /// Its length.
        after: Duration,
    },
    /// The answer is larger than is read.
    #[error("the API's answer is larger than {limit} bytes, the most that is read; ask for less")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The answer is a redirect, which is never followed with a call.
    #[error(
        "the API answered HTTP {status}, a redirect{}; redirects are not followed. \
         If the API has moved, its base URL must be set anew",
        .to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default()
    )]
    Redirect {
        /// The status.
        status: u16,
        /// Where it leads, less its query.
        to: Option<String>,
    },
    /// A document was redirected too often.
    #[error("the document was redirected more than {0} times")]
    TooManyRedirects(usize),
    /// The document's URL answered something else than a document.
    #[error("the document's URL answered HTTP {0}")]
    DocumentStatus(u16),
    /// The body's content coding is unknown, nested or broken.
    #[error("the API's answer could not be decoded: {0}")]
    Decode(&'static str),
    /// The connection broke before the answer was complete.
    #[error(
        "the connection broke before the API's answer was complete. The request may have had its effect"
    )]
    Broken,
    /// Every place at the host is taken, and so is the queue for them, or the wait was too long. Nothing was sent.
    #[error("{host} has too many calls under way through Gatewright; nothing was sent. Try again in {} s", seconds(*.retry_after))]
    Busy {
        /// The host.
        host: String,
        /// When a place may be free.
        retry_after: Duration,
    },
    /// The host has failed too often of late. Nothing was sent.
    #[error("{host} has failed repeatedly, so it is left alone for a while; nothing was sent. Try again in {} s", seconds(*.retry_after))]
    CircuitOpen {
        /// The host.
        host: String,
        /// When it is tried again.
        retry_after: Duration,
    },
    /// The connection has no token to sign the call with. Nothing was sent to the API.
    #[error("the connection {connection} cannot get a token: {reason}")]
    Token {
        /// Its name.
        connection: String,
        /// What was wrong, without anything that the token endpoint said in its own words.
        reason: String,
        /// When it is tried again.
        retry_after: Option<Duration>,
    },
    /// What came back is no HTTP answer.
    #[error("the API broke the HTTP protocol: {0}")]
    Protocol(&'static str),
}

impl SendError {
    /// The HTTP status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Redirect { status, .. } | Self::DocumentStatus(status) => Some(*status),
            Self::Url(_)
            | Self::RefusedPort { .. }
            | Self::RefusedAddress { .. }
            | Self::Dns { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Timeout { .. }
            | Self::TooLarge { .. }
            | Self::TooManyRedirects(_)
            | Self::Decode(_)
            | Self::Broken
            | Self::Busy { .. }
            | Self::CircuitOpen { .. }
            | Self::Token { .. }
            | Self::Protocol(_) => None,
        }
    }

    /// How long to wait before another try, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } | Self::CircuitOpen { retry_after, .. } => {
                Some(*retry_after)
            }
            Self::Token { retry_after, .. } => *retry_after,
            Self::Url(_)
            | Self::RefusedPort { .. }
            | Self::RefusedAddress { .. }
            | Self::Dns { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Timeout { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::TooManyRedirects(_)
            | Self::DocumentStatus(_)
            | Self::Decode(_)
            | Self::Broken
            | Self::Protocol(_) => None,
        }
    }

    /// What it says about the host. Of what we or the caller brought about: nothing.
    pub(crate) fn verdict(&self, slow: Duration) -> Option<Verdict> {
        match self {
            Self::Dns { .. } | Self::Connect { .. } | Self::Tls { .. } => Some(Verdict::Failed),
            Self::Broken | Self::Protocol(_) => Some(Verdict::Failed),
            Self::Timeout { phase: Phase::Dns | Phase::Connect, .. } => Some(Verdict::Failed),
            Self::Timeout { phase: Phase::FirstByte | Phase::Idle | Phase::Total, after } => {
                (*after >= slow).then_some(Verdict::Failed)
            }
            Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::TooManyRedirects(_)
            | Self::DocumentStatus(_)
            | Self::Decode(_) => Some(Verdict::Healthy),
            Self::Url(_)
            | Self::RefusedPort { .. }
            | Self::RefusedAddress { .. }
            | Self::Busy { .. }
            | Self::CircuitOpen { .. }
            | Self::Token { .. } => None,
        }
    }
}

/// Whole seconds, rounded up.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
