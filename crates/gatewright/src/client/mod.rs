//! The command line as a client of the control API: of a server somewhere, or of the data directory itself.

pub(crate) mod account;
pub(crate) mod action;
pub(crate) mod api;
pub(crate) mod app;
pub(crate) mod audit;
pub(crate) mod catalog;
mod connect;
pub(crate) mod connection;
pub(crate) mod customer;
mod find;
pub(crate) mod grant;
mod input;
mod life;
pub(crate) mod limit;
pub(crate) mod logs;
pub(crate) mod part;
pub(crate) mod profile;
pub(crate) mod raw;
pub(crate) mod request;
pub(crate) mod server;
pub(crate) mod show;
pub(crate) mod target;
pub(crate) mod test_case;
pub(crate) mod token;
pub(crate) mod tool;
pub(crate) mod usage;
pub(crate) mod user;
