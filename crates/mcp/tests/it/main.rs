//! The wire as a table: what comes in, what goes out.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod golden;
mod golden_content;
mod header_rows;
mod json_rows;
mod mcp_rows;
mod param_headers;
mod prompt_rows;
mod resource_rows;
mod scan;

use http::{HeaderMap, HeaderName, HeaderValue};
use mcp::{
    Capabilities, Code, Incoming, Limits, PromptsCapability, Refusal, ResourcesCapability,
    ToolsCapability,
};

pub(crate) const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

pub(crate) const ALL: Capabilities = Capabilities {
    tools: Some(ToolsCapability { list_changed: true }),
    prompts: Some(PromptsCapability { list_changed: true }),
    resources: Some(ResourcesCapability { subscribe: true, list_changed: true }),
    completions: true,
    logging: true,
};

pub(crate) fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(
            HeaderName::try_from(*name).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    headers
}

/// The headers of a right modern request.
pub(crate) fn modern(method: &str, name: &str) -> HeaderMap {
    let mut pairs = vec![("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)];
    if !name.is_empty() {
        pairs.push(("Mcp-Name", name));
    }
    headers(&pairs)
}

pub(crate) fn read<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<Incoming<'a>, Refusal> {
    mcp::read(headers, body, &Limits::default(), &ALL)
}

/// Asserts that a POST is refused, with that status, code and id, in a body that is a JSON-RPC error.
#[track_caller]
pub(crate) fn refused(
    headers: &HeaderMap,
    body: impl AsRef<[u8]>,
    status: u16,
    code: Code,
    id: &str,
) -> serde_json::Value {
    let body = body.as_ref();
    let shown: String = String::from_utf8_lossy(body).chars().take(200).collect();
    let refusal = match read(headers, body) {
        Ok(incoming) => panic!("{shown} was accepted as {incoming:?}"),
        Err(refusal) => refusal,
    };
    assert_eq!((refusal.status, refusal.code), (status, code), "{shown}: {}", refusal.message);
    assert!(refusal.body.len() < 1024, "{shown}: the answer has {} bytes", refusal.body.len());
    let answer: serde_json::Value = serde_json::from_slice(&refusal.body).unwrap();
    assert_eq!(answer["jsonrpc"], "2.0", "{shown}");
    assert_eq!(answer["error"]["code"], code.number(), "{shown}");
    assert_eq!(answer["error"]["message"], *refusal.message, "{shown}");
    let echoed = answer.get("id").map(ToString::to_string).unwrap_or_default();
    assert_eq!(echoed, id, "{shown}");
    answer
}
