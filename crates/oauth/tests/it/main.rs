//! Signed tokens as attackers send them, and as everybody else does.

#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

mod key_sets;
mod property;
mod tokens;
mod world;
