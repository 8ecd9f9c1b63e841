//! The result of `completion/complete`.

use crate::{Revision, ServerInfo, text::push_string, write::push_modern_tail};

/// The most values of one completion (MCP, Completion, `maxItems`).
pub const COMPLETION_VALUES_MAX: usize = 100;

/// What an argument may go on as.
#[derive(Clone, Copy, Debug)]
pub struct Completion<'a> {
    /// The best first. Those beyond [`COMPLETION_VALUES_MAX`] are not written.
    pub values: &'a [&'a str],
    /// How many there are, if that is known. At least as many as `values` has.
    pub total: Option<u64>,
    /// Whether there are more than `values` has.
    pub has_more: bool,
}

/// The result of `completion/complete`.
#[must_use]
pub fn completion_result(
    completion: &Completion<'_>,
    revision: Revision,
    info: &ServerInfo,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(if revision.is_modern() {
        b"{\"resultType\":\"complete\",\"completion\":{\"values\":[".as_slice()
    } else {
        b"{\"completion\":{\"values\":["
    });
    for (at, value) in completion.values.iter().take(COMPLETION_VALUES_MAX).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_string(&mut out, value);
    }
    out.push(b']');
    if let Some(total) = completion.total {
        out.extend_from_slice(format!(",\"total\":{total}").as_bytes());
    }
    let has_more = completion.has_more || completion.values.len() > COMPLETION_VALUES_MAX;
    out.extend_from_slice(format!(",\"hasMore\":{has_more}}}").as_bytes());
    if revision.is_modern() {
        push_modern_tail(&mut out, info);
    } else {
        out.push(b'}');
    }
    out
}
