//! The result of `tools/call`, fitted to what each revision knows.

use crate::{
    Id, Revision, ServerInfo,
    text::push_string,
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

/// One content block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// Text.
    Text(&'a str),
    /// An image, in base64.
    Image {
        /// Base64.
        data: &'a str,
        /// Such as `image/png`.
        mime_type: &'a str,
    },
    /// A sound, in base64.
    Audio {
        /// Base64.
        data: &'a str,
        /// Such as `audio/wav`.
        mime_type: &'a str,
    },
    /// Anything else.
    Resource {
        /// What it is called.
        uri: &'a str,
        /// Its media type.
        mime_type: &'a str,
        /// Its bytes.
        body: ResourceBody<'a>,
    },
}

/// The bytes of an embedded resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceBody<'a> {
    /// Text.
    Text(&'a str),
    /// Base64.
    Blob(&'a str),
}

/// The whole answer to a `tools/call`.
#[must_use]
pub fn tool_response(
    id: Id<'_>,
    result: &ToolResult<'_>,
    revision: Revision,
    info: &ServerInfo,
) -> Vec<u8> {
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
        push_block(&mut out, block);
    }
    if let Some(structured) = result.structured
        && !result.content.iter().any(|block| matches!(block, Block::Text(_)))
    {
        if !result.content.is_empty() {
            out.push(b',');
        }
        push_block(&mut out, &Block::Text(structured));
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

// An eighth more than the text, for escapes.
fn room(result: &ToolResult<'_>) -> usize {
    let block = |block: &Block<'_>| match block {
        Block::Text(text) => text.len() + text.len() / 8 + 32,
        Block::Image { data, mime_type } | Block::Audio { data, mime_type } => {
            data.len() + mime_type.len() + 48
        }
        Block::Resource {
            uri,
            mime_type,
            body: ResourceBody::Text(body) | ResourceBody::Blob(body),
        } => uri.len() + mime_type.len() + body.len() + body.len() / 8 + 80,
    };
    let structured = result.structured.map_or(0, str::len);
    result.content.iter().map(block).sum::<usize>() + structured * 9 / 4
}

fn push_block(out: &mut Vec<u8>, block: &Block<'_>) {
    match *block {
        Block::Text(text) => {
            out.extend_from_slice(b"{\"type\":\"text\",\"text\":");
            push_string(out, text);
        }
        Block::Image { data, mime_type } => {
            push_media(out, b"{\"type\":\"image\",\"data\":", data, mime_type)
        }
        Block::Audio { data, mime_type } => {
            push_media(out, b"{\"type\":\"audio\",\"data\":", data, mime_type)
        }
        Block::Resource { uri, mime_type, body } => {
            out.extend_from_slice(b"{\"type\":\"resource\",\"resource\":{\"uri\":");
            push_string(out, uri);
            out.extend_from_slice(b",\"mimeType\":");
            push_string(out, mime_type);
            let (name, body) = match body {
                ResourceBody::Text(text) => (b",\"text\":", text),
                ResourceBody::Blob(blob) => (b",\"blob\":", blob),
            };
            out.extend_from_slice(name);
            push_string(out, body);
            out.push(b'}');
        }
    }
    out.push(b'}');
}

fn push_media(out: &mut Vec<u8>, head: &[u8], data: &str, mime_type: &str) {
    out.extend_from_slice(head);
    push_string(out, data);
    out.extend_from_slice(b",\"mimeType\":");
    push_string(out, mime_type);
}
