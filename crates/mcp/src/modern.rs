//! What a modern request must carry: `_meta`, a served revision, and headers that repeat the body
//! (MCP 2026-07-28, basic/index `_meta`; Streamable HTTP, Server Validation).

use crate::{
    Code, Json, Kind, Revision, RpcError,
    envelope::Envelope,
    headers::{self, Single},
    text,
};
use http::HeaderMap;

/// Whether a message belongs to the modern lane. The header decides too, so that a modern request without `_meta`
/// gets the error that its client understands.
pub(crate) fn is_modern(
    envelope: Option<&Envelope<'_>>,
    version: Single<'_>,
    headers: &HeaderMap,
) -> bool {
    let by_body =
        envelope.is_some_and(|envelope| envelope.members.meta_members.protocol_version.is_some());
    by_body
        || match version {
            Single::Absent => false,
            Single::Value(date) => is_modern_date(date),
            Single::Malformed => headers
                .get_all(&headers::PROTOCOL_VERSION)
                .iter()
                .any(|value| value.to_str().is_ok_and(|date| is_modern_date(date.trim()))),
        }
}

fn is_modern_date(date: &str) -> bool {
    let shape = date
        .bytes()
        .enumerate()
        .all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    date.len() == 10 && shape && date >= Revision::V2026_07_28.as_str()
}

/// Checks `_meta`, the revision, and the headers that every modern request has; in that order.
pub(crate) fn check_request(
    envelope: &Envelope<'_>,
    method: &str,
    version: Single<'_>,
    headers: &HeaderMap,
) -> Result<Revision, RpcError> {
    let members = &envelope.members;
    if members.meta.is_none_or(|meta| meta.kind() != Kind::Object) {
        return Err(RpcError::new(
            Code::InvalidMeta,
            "params._meta is missing: send io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities in it",
        ));
    }
    let Some(asked) = members.meta_members.protocol_version.and_then(Json::string) else {
        return Err(RpcError::new(
            Code::InvalidMeta,
            "params._meta needs io.modelcontextprotocol/protocolVersion, a string",
        ));
    };
    if members.meta_members.client_capabilities.is_none_or(|all| all.kind() != Kind::Object) {
        return Err(RpcError::new(
            Code::InvalidMeta,
            "params._meta needs io.modelcontextprotocol/clientCapabilities, an object",
        ));
    }
    // A value beyond ASCII is no revision, but it is told so by the check that follows when it is the same.
    let same_bytes = |value: &http::HeaderValue| value.as_bytes() == asked.as_bytes();
    let mut values = headers.get_all(&headers::PROTOCOL_VERSION).iter();
    let same = version == Single::Value(&asked)
        || (values.next().is_some_and(same_bytes) && values.next().is_none());
    if !same {
        return Err(mismatch(
            "MCP-Protocol-Version",
            "io.modelcontextprotocol/protocolVersion in params._meta",
        ));
    }
    let revision = served(&asked)?;
    if headers::single(headers, &headers::METHOD) != Single::Value(method) {
        return Err(mismatch("Mcp-Method", "method"));
    }
    Ok(revision)
}

/// Checks what a modern notification carries. Nothing is required of it but that its headers do not lie.
pub(crate) fn check_notification(
    envelope: &Envelope<'_>,
    method: &str,
    version: Single<'_>,
    headers: &HeaderMap,
) -> Result<Revision, RpcError> {
    let in_body = envelope.members.meta_members.protocol_version.and_then(Json::string);
    let revision = match (version, in_body) {
        (Single::Malformed, _) => return Err(mismatch("MCP-Protocol-Version", "itself")),
        (Single::Value(header), Some(body)) if header != body => {
            return Err(mismatch(
                "MCP-Protocol-Version",
                "io.modelcontextprotocol/protocolVersion in params._meta",
            ));
        }
        (Single::Value(date), _) => served(date)?,
        (Single::Absent, Some(date)) => served(&date)?,
        (Single::Absent, None) => Revision::V2026_07_28,
    };
    match headers::single(headers, &headers::METHOD) {
        Single::Absent => Ok(revision),
        Single::Value(header) if header == method => Ok(revision),
        Single::Value(_) | Single::Malformed => Err(mismatch("Mcp-Method", "method")),
    }
}

fn served(asked: &str) -> Result<Revision, RpcError> {
    let revision = Revision::parse(asked);
    if let Some(revision) = revision.filter(|revision| revision.is_modern()) {
        return Ok(revision);
    }
    let mut error = RpcError::new(
        Code::UnsupportedProtocolVersion,
        match revision {
            Some(legacy) => {
                format!("MCP {legacy} begins with initialize and has no protocolVersion in _meta")
            }
            None => format!("MCP revision {} is not served", text::shown(asked)),
        },
    );
    // A legacy revision is served, but not like this: listing it would send the client round in a circle.
    let listed =
        Revision::ALL.into_iter().filter(|offered| revision.is_none() || offered.is_modern());
    error.data = Some(unsupported_data(listed, asked));
    Err(error)
}

pub(crate) fn unsupported_data(
    supported: impl Iterator<Item = Revision>,
    requested: &str,
) -> String {
    let supported: Vec<String> = supported.map(|revision| format!("\"{revision}\"")).collect();
    let mut data = format!("{{\"supported\":[{}],\"requested\":", supported.join(",")).into_bytes();
    // Echoed whole when it is short, since clients compare it; a long one is hostile.
    let short: String = requested.chars().take(64).collect();
    text::push_string(&mut data, &short);
    data.push(b'}');
    String::from_utf8(data).expect("made of strings")
}

/// Checks `Mcp-Name` against `name`, which is that member of the body.
pub(crate) fn check_name(headers: &HeaderMap, name: &str, member: &str) -> Result<(), RpcError> {
    match headers::single(headers, &headers::NAME) {
        // Literal first: it is the usual case, and needs no copy.
        Single::Value(value) if headers::decoded(value).is_some_and(|decoded| decoded == name) => {
            Ok(())
        }
        Single::Value(_) | Single::Absent | Single::Malformed => Err(mismatch("Mcp-Name", member)),
    }
}

pub(crate) fn mismatch(header: &str, member: &str) -> RpcError {
    RpcError::new(
        Code::HeaderMismatch,
        format!("send {header} exactly once, equal to {member} of the body"),
    )
}
