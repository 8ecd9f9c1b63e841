//! The crate from outside: requests as they are built, sent to servers on loopback, and answered in every bad way.

#![allow(clippy::unwrap_used, reason = "the functions beside the tests are tests too")]

mod adapt;
mod adapt_property;
mod arguments;
mod bodies;
mod calls;
mod egress;
mod gates;
mod property;
mod server;
mod shapes;
mod specs;
mod styles;
mod tls;
mod token_grants;
mod tokens;
mod upstreams;
mod walks;
