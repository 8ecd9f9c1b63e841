//! The MCP endpoint over real sockets: a real database, a real API on loopback, and requests written byte by byte.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: it is the client, and a panic is its report"
)]

mod api;
mod api_accounts;
mod api_actions;
mod api_apps;
mod api_audit;
mod api_catalog;
mod api_connect;
mod api_connect_links;
mod api_connections;
mod api_customer_agent;
mod api_customer_connections;
mod api_customers;
mod api_events;
mod api_export;
mod api_grants;
mod api_headers;
mod api_limits;
mod api_links;
mod api_matrix;
mod api_oauth_clients;
mod api_parts;
mod api_publish;
mod api_requests;
mod api_servers;
mod api_session;
mod api_tests;
mod api_tokens;
mod api_tools;
mod api_usage;
mod api_users;
mod api_uses;
mod browser;
mod calls;
mod canary;
mod connect_pages;
mod connect_provider;
mod connected_apps;
mod connected_calls;
mod console;
mod customer_tokens;
mod demo_apps;
mod dynamic;
mod embeddings;
mod http_layer;
mod json_layer;
mod legacy;
mod mcp_layer;
mod own_connections;
mod provider;
mod rows_c;
mod rows_k;
mod streams;
mod threats;
mod tokens;
mod world;
