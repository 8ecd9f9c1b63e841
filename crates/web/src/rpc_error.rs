use app::{Error, Kind, LimitHit};
use mcp::{Code, RpcError};
use std::time::Duration;

/// What an error of a use case is on the MCP wire.
pub(crate) fn rpc_error(error: &Error) -> RpcError {
    let data = error.limit.map(data);
    RpcError { data, ..RpcError::new(code(error.kind), error.message.clone()) }
}

/// What a program reads of the limit that refused a call.
fn data(hit: LimitHit) -> String {
    serde_json::json!({
        "limit": hit.id,
        "calls": hit.calls,
        "per": hit.per,
        "remaining": 0,
        "retry_after_seconds": hit.retry_after.as_millis().div_ceil(1_000),
    })
    .to_string()
}

const fn code(kind: Kind) -> Code {
    match kind {
        Kind::SignIn => Code::Unauthenticated,
        Kind::Forbidden => Code::Forbidden,
        Kind::NotFound => Code::NotFound,
        Kind::Invalid | Kind::Conflict | Kind::Changed => Code::InvalidParams,
        Kind::Wait { .. } => Code::TooManyRequests,
        Kind::Unavailable => Code::Unavailable,
        Kind::Internal => Code::Internal,
    }
}

/// The `Retry-After` of an error, if it has one.
pub(crate) const fn retry_after(error: &Error) -> Option<Duration> {
    match error.kind {
        Kind::Wait { retry_after } => Some(retry_after),
        Kind::Unavailable => Some(Duration::from_secs(1)),
        Kind::SignIn
        | Kind::Forbidden
        | Kind::NotFound
        | Kind::Invalid
        | Kind::Conflict
        | Kind::Changed
        | Kind::Internal => None,
    }
}

/// Writes the chain of causes down, once, where it leaves the process.
pub(crate) fn log(error: &Error) {
    if let Some(source) = &error.source {
        tracing::error!(error = source.as_ref() as &dyn std::error::Error, "{}", error.message);
    }
}
