//! JSON-RPC answers, written straight into bytes.

use crate::{
    CacheScope, Caching, Id, ListShape, Revision, RpcError, ServerInfo, text::push_string,
};
use bytes::Bytes;

/// What closes a [`response_head`] and its result.
pub const RESPONSE_TAIL: &[u8] = b"}";

/// What stands before the result in the answer to `id`.
#[must_use]
pub fn response_head(id: Id<'_>) -> Vec<u8> {
    head(id, 0)
}

pub(crate) fn head(id: Id<'_>, room: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(room + id.as_json().len() + 40);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    out.extend_from_slice(id.as_json().as_bytes());
    out.extend_from_slice(b",\"result\":");
    out
}

/// The answer to `id` with `result`, which is JSON.
#[must_use]
pub fn response(id: Id<'_>, result: &[u8]) -> Vec<u8> {
    let mut out = head(id, result.len());
    out.extend_from_slice(result);
    out.extend_from_slice(RESPONSE_TAIL);
    out
}

/// The same as [`response`], in parts to be sent one after the other, without copying the result.
#[must_use]
pub fn response_chunks(id: Id<'_>, result: impl IntoIterator<Item = Bytes>) -> Vec<Bytes> {
    let head = [Bytes::from(response_head(id))];
    head.into_iter().chain(result).chain([Bytes::from_static(RESPONSE_TAIL)]).collect()
}

/// The answer with an empty result: to `ping`, `logging/setLevel`.
#[must_use]
pub fn empty_response(id: Id<'_>, revision: Revision, info: &ServerInfo) -> Vec<u8> {
    let mut out = head(id, 128);
    if revision.is_modern() {
        out.extend_from_slice(b"{\"resultType\":\"complete\"");
        push_modern_tail(&mut out, info);
    } else {
        out.extend_from_slice(b"{}");
    }
    out.extend_from_slice(RESPONSE_TAIL);
    out
}

/// The answer with an error. Without an id, the member is left out: MCP's ids are never null, and the schemas of
/// 2025-11-25 and 2026-07-28 allow its absence only.
#[must_use]
pub fn error_response(id: Option<Id<'_>>, error: &RpcError) -> Vec<u8> {
    let mut out =
        Vec::with_capacity(96 + error.message.len() + error.data.as_ref().map_or(0, String::len));
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",");
    if let Some(id) = id {
        out.extend_from_slice(b"\"id\":");
        out.extend_from_slice(id.as_json().as_bytes());
        out.push(b',');
    }
    out.extend_from_slice(b"\"error\":{\"code\":");
    out.extend_from_slice(error.code.number().to_string().as_bytes());
    out.extend_from_slice(b",\"message\":");
    push_string(&mut out, &error.message);
    if let Some(data) = &error.data {
        out.extend_from_slice(b",\"data\":");
        out.extend_from_slice(data.as_bytes());
    }
    out.extend_from_slice(b"}}");
    out
}

/// The array of answers to a batch; `parts` are answers to its requests, in any order. With none, the batch held
/// only notifications and is answered with 202 and no body.
#[must_use]
pub fn batch_response(parts: &[Vec<u8>]) -> Option<Vec<u8>> {
    if parts.is_empty() {
        return None;
    }
    let mut out = Vec::with_capacity(parts.iter().map(Vec::len).sum::<usize>() + parts.len() + 2);
    for (at, part) in parts.iter().enumerate() {
        out.push(if at == 0 { b'[' } else { b',' });
        out.extend_from_slice(part);
    }
    out.push(b']');
    Some(out)
}

/// `ttlMs` and `cacheScope`, behind other members.
pub(crate) fn push_caching(out: &mut Vec<u8>, caching: Caching) {
    out.extend_from_slice(b",\"ttlMs\":");
    out.extend_from_slice(caching.ttl_ms.to_string().as_bytes());
    out.extend_from_slice(match caching.scope {
        CacheScope::Public => b",\"cacheScope\":\"public\"".as_slice(),
        CacheScope::Private => b",\"cacheScope\":\"private\"",
    });
}

/// `_meta` of a modern result, behind other members, and the result's end.
pub(crate) fn push_modern_tail(out: &mut Vec<u8>, info: &ServerInfo) {
    out.extend_from_slice(b",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":");
    out.extend_from_slice(info.json(ListShape::Modern));
    out.extend_from_slice(b"}}");
}
