//! Servers that the tests need and that nobody here wrote.

pub(crate) mod postgres;
