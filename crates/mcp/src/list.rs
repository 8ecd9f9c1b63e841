//! One page of a list: the frame that tools, prompts, resources and resource templates share.

use crate::{
    Caching, ListShape, ServerInfo,
    text::push_string,
    write::{push_caching, push_modern_tail},
};

/// The result of a list method. `definitions` are of the same shape, in the order in which they are always given.
pub(crate) fn list_result<'d>(
    member: &str,
    definitions: impl IntoIterator<Item = &'d [u8]>,
    next_cursor: Option<&str>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    push_head(&mut out, member, shape);
    for (at, definition) in definitions.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(definition);
    }
    push_tail(&mut out, next_cursor, shape, info, caching);
    out
}

/// What stands before the definitions of a page.
pub(crate) fn push_head(out: &mut Vec<u8>, member: &str, shape: ListShape) {
    let modern = shape == ListShape::Modern;
    out.extend_from_slice(if modern { b"{\"resultType\":\"complete\",".as_slice() } else { b"{" });
    push_string(out, member);
    out.extend_from_slice(b":[");
}

/// And what stands behind them.
pub(crate) fn push_tail(
    out: &mut Vec<u8>,
    next_cursor: Option<&str>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) {
    out.push(b']');
    if let Some(cursor) = next_cursor {
        out.extend_from_slice(b",\"nextCursor\":");
        push_string(out, cursor);
    }
    if shape == ListShape::Modern {
        push_caching(out, caching);
        push_modern_tail(out, info);
    } else {
        out.push(b'}');
    }
}

/// Appends `,"name":"value"`, if there is a value.
pub(crate) fn push_member(out: &mut Vec<u8>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.push(b',');
        push_string(out, name);
        out.push(b':');
        push_string(out, value);
    }
}

/// A title and a description, as far as the shape has them. 2025-03-26 knows no titles, so there a title stands in for a
/// description that is missing.
pub(crate) fn push_texts(
    out: &mut Vec<u8>,
    title: Option<&str>,
    description: Option<&str>,
    shape: ListShape,
) {
    match shape {
        ListShape::Plain => push_member(out, "description", description.or(title)),
        ListShape::Structured | ListShape::Modern => {
            push_member(out, "title", title);
            push_member(out, "description", description);
        }
    }
}
