//! The catalog seen from outside: definitions are read and refused, and each built-in action makes the request that its API's
//! documents show, and a result of the answer that they show.

#![allow(clippy::unwrap_used, reason = "the functions beside the tests are tests too")]

mod api;
mod built_in;
mod definitions;
mod shapes;
