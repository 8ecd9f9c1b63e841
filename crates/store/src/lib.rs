//! All of Gatewright's SQL, and the sealing of what must not be read from a stolen file.
//!
//! Every statement is one text for SQLite and PostgreSQL, run by `on!`; what cannot be stands in `dialect.rs` with the reason.
//! Every query on an account's rows takes an [`model::AccountId`]; there is no lookup by id alone. A change to our own
//! data goes through [`Change`], which writes the audit row in the same transaction, so none can be without one. Nothing here
//! decides who may do what, reads a clock or draws an id: these come in as values.

mod account;
mod action;
mod alias;
mod app;
mod audit;
mod backup;
mod binding;
mod change;
mod chat;
mod connect_attempt;
mod connect_link;
mod connection;
mod customer;
mod customer_connection;
mod customer_refresh;
mod database;
mod dialect;
mod directory;
mod draft_action;
mod draft_part;
mod draft_tool;
mod engine;
mod error;
mod former_use;
mod grant;
mod idempotency;
mod issuer;
mod key_check;
mod key_file;
mod limit;
mod link;
mod migrations;
mod oauth_client;
mod open;
mod principal_name;
mod request_log;
mod request_origin;
mod request_search;
mod retention;
mod rotate;
mod seal;
mod server;
mod server_name;
mod server_row;
mod session;
mod sign_in;
mod signing_secret;
mod test_case;
mod token;
mod token_change;
mod usage;
mod usage_hour;
mod user;
mod version;

pub use account::Account;
pub use action::{ActionEntry, ActionFilter, ActionIndex, ActionRow, ImportedAction};
pub use alias::AccountAlias;
pub use app::{App, AppEntry, AppStamp};
pub use audit::{
    AuditActor, AuditEntry, AuditFilter, AuditFrom, AuditRow, Checkpoint, Fault, Verdict,
};
pub use binding::Binding;
pub use change::Change;
pub use chat::Chat;
pub use connect_attempt::ConnectAttempt;
pub use connect_link::{ConnectLink, ConnectLinkUse};
pub use connection::{Connection, ConnectionHealth};
pub use customer::{Customer, CustomerFilter, CustomerGate, CustomerName};
pub use customer_connection::CustomerConnection;
pub use customer_refresh::{RefreshLease, Refreshed};
pub use database::Database;
pub use directory::DataDir;
pub use draft_action::{AppPlace, DraftAction, DraftUse};
pub use draft_part::{DraftPart, PartKind};
pub use draft_tool::{DraftTool, ToolCount};
pub use error::Error;
pub use former_use::FormerUse;
pub use grant::Grant;
pub use idempotency::Remembered;
pub use issuer::Issuer;
pub use key_file::KeySource;
pub use limit::Limit;
pub use link::{Link, LinkPurpose};
pub use oauth_client::OAuthClient;
pub use open::{Epochs, Store};
pub use request_log::RequestRow;
pub use request_search::{Found, LoggedServer, RequestFilter, RequestOrder};
pub use retention::Retention;
pub use seal::{Sealer, WeakKey};
pub use server::{Server, ServerEntry};
pub use server_name::{ServerHost, ServerSlug};
pub use server_row::{ServerRow, ServerSettings};
pub use session::SessionState;
pub use sign_in::SignIn;
pub use signing_secret::SigningSecret;
pub use test_case::TestCase;
pub use token::{Token, TokenFilter, TokenOwner, TokenState};
pub use usage::{UsageCounts, UsageFilter, UsageKey, UsageSum, Used};
pub use usage_hour::{HourCounts, HourFilter, HourKey};
pub use user::User;
pub use version::{PublishedUse, Version};
