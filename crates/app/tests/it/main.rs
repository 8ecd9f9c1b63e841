//! The use cases over databases that were there before.

#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

mod upgrade;
