//! The result of `tools/call`, fitted to what each revision knows.

use crate::{
    Block, Id, Revision, ServerInfo,
    content::{push_block, room as block_room},
    write::{RESPONSE_TAIL, head, push_modern_tail},
};

/// What a call came to, before a revision shapes it.
#[derive(Clone, Copy, Debug)]
pub struct ToolResult<'a> {
    /// For the model.
    pub content: &'a [Block<'a>],
    /// Any JSON value, as JSON text. Shown where the revision has a place for it; and as text too, when `content` has
    /// no text block, so that no client misses it.
    pub structured: Option<&'a str>,
    /// Whether the call failed in a way that the model may mend.
    pub is_error: bool,
}

/// The whole answer to a `tools/call`.
#[must_use]
pub fn tool_response(
    id: Id<'_>,
    result: &ToolResult<'_>,
    revision: Revision,
    info: &ServerInfo,
) -> Vec<u8> {
    let shape = revision.list_shape();
    let mut out = head(id, room(result) + 256);
    out.extend_from_slice(if revision.is_modern() {
        b"{\"resultType\":\"complete\",\"content\":[".as_slice()
    } else {
        b"{\"content\":["
    });
    for (at, block) in result.content.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_block(&mut out, block, shape);
    }
    if let Some(structured) = result.structured
        && !result.content.iter().any(|block| matches!(block, Block::Text(_)))
    {
        if !result.content.is_empty() {
            out.push(b',');
        }
        push_block(&mut out, &Block::Text(structured), shape);
    }
    out.push(b']');
    if let Some(structured) = result.structured.filter(|json| has_place(json, revision)) {
        out.extend_from_slice(b",\"structuredContent\":");
        out.extend_from_slice(structured.as_bytes());
    }
    if result.is_error {
        out.extend_from_slice(b",\"isError\":true");
    }
    if revision.is_modern() {
        push_modern_tail(&mut out, info);
    } else {
        out.push(b'}');
    }
    out.extend_from_slice(RESPONSE_TAIL);
    out
}

fn has_place(structured: &str, revision: Revision) -> bool {
    match revision {
        Revision::V2025_03_26 => false,
        Revision::V2025_06_18 | Revision::V2025_11_25 => {
            structured.trim_ascii_start().starts_with('{')
        }
        Revision::V2026_07_28 => true,
    }
}

fn room(result: &ToolResult<'_>) -> usize {
    let structured = result.structured.map_or(0, str::len);
    result.content.iter().map(block_room).sum::<usize>() + structured * 9 / 4
}
