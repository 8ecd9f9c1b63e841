//! Tool definitions and the pages of `tools/list`.

use crate::{
    Caching, Json, Limits, ListShape, ServerInfo, check_json,
    list::{list_result, push_head, push_tail},
    text::push_string,
};
use bytes::Bytes;

/// A tool as clients are told of it.
#[derive(Clone, Copy, Debug)]
pub struct ToolDefinition<'a> {
    /// Unique on the server; at most 64 of `A–Z a–z 0–9 _ - .`.
    pub name: &'a str,
    /// For people.
    pub title: Option<&'a str>,
    /// For models; never empty.
    pub description: &'a str,
    /// JSON Schema whose root is `type: object`, as JSON text.
    pub input_schema: &'a str,
    /// JSON Schema of the structured result, as JSON text.
    pub output_schema: Option<&'a str>,
    /// Hints.
    pub annotations: Annotations,
}

/// Hints about a tool. Clients may act on them; nothing here does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Annotations {
    /// Changes nothing.
    pub read_only: bool,
    /// May destroy something.
    pub destructive: bool,
    /// Twice is the same as once.
    pub idempotent: bool,
    /// Reaches things outside the server's own.
    pub open_world: bool,
}

/// Appends the definition in that shape.
pub fn tool_definition(out: &mut Vec<u8>, tool: &ToolDefinition<'_>, shape: ListShape) {
    out.extend_from_slice(b"{\"name\":");
    push_string(out, tool.name);
    if let Some(title) = tool.title.filter(|_| shape != ListShape::Plain) {
        out.extend_from_slice(b",\"title\":");
        push_string(out, title);
    }
    out.extend_from_slice(b",\"description\":");
    push_string(out, tool.description);
    out.extend_from_slice(b",\"inputSchema\":");
    out.extend_from_slice(tool.input_schema.as_bytes());
    if let Some(schema) = tool.output_schema.filter(|schema| shows_output(schema, shape)) {
        out.extend_from_slice(b",\"outputSchema\":");
        out.extend_from_slice(schema.as_bytes());
    }
    out.extend_from_slice(b",\"annotations\":{");
    // 2025-03-26 has the title among the annotations only.
    if let Some(title) = tool.title.filter(|_| shape == ListShape::Plain) {
        out.extend_from_slice(b"\"title\":");
        push_string(out, title);
        out.push(b',');
    }
    let mut hint = |name: &str, value: bool, last: bool| {
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(if value { b"\":true" } else { b"\":false" });
        out.push(if last { b'}' } else { b',' });
    };
    hint("readOnlyHint", tool.annotations.read_only, false);
    hint("destructiveHint", tool.annotations.destructive, false);
    hint("idempotentHint", tool.annotations.idempotent, false);
    hint("openWorldHint", tool.annotations.open_world, true);
    out.push(b'}');
}

fn shows_output(schema: &str, shape: ListShape) -> bool {
    match shape {
        ListShape::Plain => false,
        // Clients of these revisions drop the whole list when one root is anything but an object.
        ListShape::Structured => {
            let limits =
                Limits { nodes: usize::MAX, depth: Limits::DEPTH_MAX, ..Limits::default() };
            let root = check_json(schema.as_bytes(), &limits).ok();
            let kind = root.and_then(|root| root.member("type")).and_then(Json::string);
            kind.as_deref() == Some("object")
        }
        ListShape::Modern => true,
    }
}

/// The result of `tools/list`: one page, complete, in that shape. `definitions` are of the same shape, in the
/// order in which they are always given. `next_cursor` is what the host makes of the place behind them.
#[must_use]
pub fn tools_list_result<'d>(
    definitions: impl IntoIterator<Item = &'d [u8]>,
    next_cursor: Option<&str>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<u8> {
    list_result("tools", definitions, next_cursor, shape, info, caching)
}

/// The same with all tools on one page, in pieces to be sent one after the other, without copying a definition. `definitions` come as many
/// to a piece as one likes, each with a comma before it.
#[must_use]
pub fn tools_list_chunks(
    definitions: impl IntoIterator<Item = Bytes>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<Bytes> {
    let (mut head, mut tail) = (Vec::with_capacity(64), Vec::with_capacity(256));
    push_head(&mut head, "tools", shape);
    push_tail(&mut tail, None, shape, info, caching);
    let mut chunks = vec![head.into()];
    let definitions = definitions.into_iter().filter(|piece| !piece.is_empty());
    // None stands before the first of all.
    chunks.extend(definitions.enumerate().map(|(at, mut piece)| match at {
        0 => piece.split_off(1),
        _ => piece,
    }));
    chunks.push(tail.into());
    chunks
}
