//! Server-sent events. No event ids are given, so nothing can be resumed and 2025-11-25's priming event has no place.

/// A comment that keeps a silent stream open.
pub const SSE_KEEP_ALIVE: &[u8] = b":\n\n";

/// Appends one `message` event that carries `json`.
///
/// A line break can stand in JSON only between tokens; it becomes a space, since it would end the event's line.
pub fn sse_event(out: &mut Vec<u8>, json: &[u8]) {
    out.reserve(json.len() + 24);
    out.extend_from_slice(b"event: message\ndata: ");
    let start = out.len();
    out.extend_from_slice(json);
    let mut at = start;
    while let Some(found) = memchr::memchr2(b'\n', b'\r', &out[at..]) {
        at += found;
        out[at] = b' ';
    }
    out.extend_from_slice(b"\n\n");
}

#[cfg(test)]
mod tests {
    use super::sse_event;

    #[test]
    fn one_event_is_one_line() {
        let mut out = Vec::new();
        sse_event(&mut out, b"{\n  \"a\": \"x\\ny\"\r\n}\n");
        assert_eq!(out, b"event: message\ndata: {   \"a\": \"x\\ny\"  } \n\n");
    }
}
