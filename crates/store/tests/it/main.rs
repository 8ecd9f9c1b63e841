//! The store against real databases: SQLite files and PostgreSQL, a fresh one of each for every test.

#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

mod apps;
mod audit;
mod backup;
mod chats;
mod connect;
mod customer_connections;
mod customers;
mod embeddings;
mod files;
mod keys;
mod limits;
mod lost;
mod open;
mod people;
mod request_log;
mod rotation;
mod rows;
mod sample;
mod servers;
mod tampering;
mod tokens;
mod usage;
mod world;
