//! The command line as a client of the control API: of a server somewhere, or of the data directory itself.

pub(crate) mod api;
pub(crate) mod profile;
pub(crate) mod raw;
pub(crate) mod show;
pub(crate) mod target;
pub(crate) mod user;
