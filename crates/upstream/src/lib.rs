//! One HTTP call to an API: `plan` builds the request, `Client` sends it, `shape` turns the answer into an outcome.
//!
//! [`adapt`] makes a tool of an action, once for each published version. It, [`plan`] and [`shape`] are pure: they do no
//! I/O, read no clock and draw no randomness. [`Client`] is the only way
//! out of the process: it checks every address after DNS and before it connects, follows no redirect with a
//! credential, reads no proxy from the environment, and bounds time and bytes of everything it reads. It keeps accounts
//! and slow hosts from starving each other, and leaves a host alone that fails.
//! An argument of a call never leaves the slot that the description gives it.

mod adapt;
mod address;
mod arguments;
mod base_url;
mod breaker;
mod client;
mod connect;
mod connection;
mod credential;
mod decode;
mod document;
mod egress;
mod error;
mod fair_queue;
mod gate;
mod host;
mod hosts;
mod json;
mod limits;
mod link;
mod plan;
mod pool;
mod projection;
mod reading;
mod resolve;
mod response;
mod route;
mod shape;
mod timer;
mod token_answer;
mod token_grant;
mod token_request;
mod token_source;
mod validator;
mod walk;

pub use adapt::{AdaptError, Adapted, Injected, InjectedValue, adapt};
pub use address::{AddressKind, classify};
pub use arguments::{Arguments, ArgumentsError};
pub use base_url::{BaseUrl, BaseUrlError, Origin};
pub use breaker::Circuit;
pub use client::Client;
pub use credential::{Credential, CredentialError, CredentialPlace};
pub use document::Document;
pub use egress::{AllowRule, AllowRuleError, Egress};
pub use error::{Phase, SendError};
pub use host::{CircuitState, HostState};
pub use limits::{HostLimits, Limits, MAX_BODY_BYTES, MAX_HEADER_VALUE_BYTES, MAX_URL_BYTES};
pub use plan::{PlanError, Request, is_reserved_header, plan};
pub use pool::{ClientError, Roots};
pub use projection::Projection;
pub use reading::{
    READ_RESULT, READ_RESULT_DESCRIPTION, READ_RESULT_SCHEMA, ReadError, ReadRequest, Reading,
    Span, read_on, reading_hint,
};
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use response::Response;
pub use route::Route;
pub use shape::{Shape, failure, not_connected, refusal, shape, unsent};
pub use token_grant::{Grant, TokenEndpoint, TokenError, TokenGrant};
pub use validator::{Validator, ValidatorError, Violation};
pub use walk::{Next, Walk, Walked, suggest as suggest_pagination};
