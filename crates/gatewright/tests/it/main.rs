//! The real binary as a process: started, asked over HTTP, told to stop, killed, and started again.

#![allow(clippy::unwrap_used, reason = "the functions beside the tests are tests too")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test is a client: it connects to what it started, and reads its own settings"
)]

mod api;
mod audit;
mod bad_input;
mod binary;
mod chats;
mod client;
mod config;
mod connected_apps;
mod console;
mod crash;
mod crash_first;
mod crash_writer;
mod customers;
mod demo;
mod grants;
mod health;
mod http;
mod keeping;
mod limits;
mod logs;
mod lost_database;
mod mcp;
mod options;
mod postgres;
mod requests;
mod second_start;
mod secrets;
mod server_commands;
mod server_files;
mod setup;
mod signals;
mod tokens;
mod tool_tests;
mod traces;
