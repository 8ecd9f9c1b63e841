//! `x-mcp-header`: arguments that clients repeat in a header (MCP 2026-07-28, Custom Headers).
//!
//! A client drops a tool whose annotation breaks a rule, so one that does is left out of its schema.

use crate::{parameter::Draft, schema::Json, tree::Node};

/// Parts of names whose values do not belong into headers, which proxies write down.
const SECRET: [&str; 6] = ["password", "secret", "token", "key", "credential", "auth"];

/// The annotation of a parameter's schema, if it is a token and the value a plain string, integer or truth value.
pub(crate) fn annotation<'t>(node: Node<'t>, name: &str, schema: &Json<'t>) -> Option<&'t str> {
    let header = node.get("schema").unwrap_or(node).text("x-mcp-header")?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let plain = matches!(schema.types()[..], ["string" | "integer" | "boolean"]);
    let lower = name.to_ascii_lowercase();
    let secret = SECRET.iter().any(|part| lower.contains(part))
        || schema.get("format").and_then(Json::str) == Some("password");
    let fits = (1..=64).contains(&header.len()) && header.bytes().all(token);
    (fits && plain && !secret).then_some(header)
}

/// Takes the annotation away wherever two parameters name the same header, whatever its case.
pub(crate) fn keep_unique(drafts: &mut [Draft<'_>]) {
    let names: Vec<Option<String>> = drafts
        .iter()
        .map(|draft| Some(draft.schema.get("x-mcp-header")?.str()?.to_ascii_lowercase()))
        .collect();
    for (draft, name) in drafts.iter_mut().zip(&names) {
        if name.is_some() && names.iter().filter(|other| *other == name).count() > 1 {
            draft.schema.remove("x-mcp-header");
        }
    }
}
