//! The nouns of Gatewright and the rules that hold for each of them.
//!
//! Values only: nothing here does I/O, reads a clock, draws randomness or blocks, and nothing here knows
//! HTTP servers, SQL or MCP. Every other crate may use this one; this one uses none of ours.

mod action;
mod call;
mod credential;
mod grant;
mod id;
mod json;
mod name;
mod outcome;
mod secret;
mod time;

pub use action::{Action, Annotations, Source};
pub use call::{
    Body, BodyEncoding, BodyField, BodyLayout, BodyVariant, FieldEncoding, HttpCall, Parameter,
    ParameterEncoding, PartEncoding, PartKind, PathPart, Place, Style,
};
pub use credential::{CredentialSlot, SlotKind};
pub use grant::{Names, Scope};
pub use id::{
    AccountId, ActionId, AppId, AuditId, ConnectionId, IdError, RequestId, ServerId, TokenId,
};
pub use json::RawJson;
pub use name::{Alias, AppKey, NameError, Slug, ToolName};
pub use outcome::{Content, Outcome, ResourceBody, UpstreamFacts};
pub use secret::Secret;
pub use time::Timestamp;

/// Bytes per token in every estimate that Gatewright prints: English JSON runs at about four.
pub const BYTES_PER_TOKEN: usize = 4;

/// Tokens that `bytes` of JSON cost a model, rounded up. An estimate: no tokenizer is run.
#[must_use]
pub const fn tokens_estimate(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_PER_TOKEN)
}
