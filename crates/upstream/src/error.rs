use crate::AddressKind;
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
            | Self::Protocol(_) => None,
        }
    }
}
