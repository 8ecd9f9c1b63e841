//! Content blocks, of tool results and of prompts.

use crate::{
    ListShape, ResourceDefinition, list::push_member, resource::push_resource, text::push_string,
};

/// One content block.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// Anything else, with its bytes.
    Resource {
        /// What it is called.
        uri: &'a str,
        /// Its media type.
        mime_type: &'a str,
        /// Its bytes.
        body: ResourceBody<'a>,
    },
    /// A resource to be read, or fetched by the client. 2025-03-26 has no such block: there it is text.
    ResourceLink(&'a ResourceDefinition<'a>),
}

/// The bytes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceBody<'a> {
    /// Text.
    Text(&'a str),
    /// Base64.
    Blob(&'a str),
}

impl<'a> ResourceBody<'a> {
    /// The text, or the base64.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        match self {
            Self::Text(body) | Self::Blob(body) => body,
        }
    }
}

/// Bytes that a block is likely to take: an eighth more than its text, for escapes.
pub(crate) fn room(block: &Block<'_>) -> usize {
    match block {
        Block::Text(text) => text.len() + text.len() / 8 + 32,
        Block::Image { data, mime_type } | Block::Audio { data, mime_type } => {
            data.len() + mime_type.len() + 48
        }
        Block::Resource { uri, mime_type, body } => {
            let body = body.as_str().len();
            uri.len() + mime_type.len() + body + body / 8 + 80
        }
        Block::ResourceLink(link) => link.uri.len() + 256,
    }
}

/// Appends the block as far as the revisions of that shape know it.
pub(crate) fn push_block(out: &mut Vec<u8>, block: &Block<'_>, shape: ListShape) {
    match *block {
        Block::Text(text) => push_text(out, text),
        Block::Image { data, mime_type } => {
            push_media(out, b"{\"type\":\"image\",\"data\":", data, mime_type);
        }
        Block::Audio { data, mime_type } => {
            push_media(out, b"{\"type\":\"audio\",\"data\":", data, mime_type);
        }
        Block::Resource { uri, mime_type, body } => {
            out.extend_from_slice(b"{\"type\":\"resource\",\"resource\":");
            push_body(out, uri, Some(mime_type), body);
            out.push(b'}');
        }
        Block::ResourceLink(link) => match shape {
            ListShape::Plain => {
                push_text(out, &format!("{}: {}", link.title.unwrap_or(link.name), link.uri));
            }
            ListShape::Structured | ListShape::Modern => {
                out.extend_from_slice(b"{\"type\":\"resource_link\",");
                push_resource(out, link, shape);
                out.push(b'}');
            }
        },
    }
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(b"{\"type\":\"text\",\"text\":");
    push_string(out, text);
    out.push(b'}');
}

fn push_media(out: &mut Vec<u8>, head: &[u8], data: &str, mime_type: &str) {
    out.extend_from_slice(head);
    push_string(out, data);
    push_member(out, "mimeType", Some(mime_type));
    out.push(b'}');
}

/// Appends what a resource holds, as an object.
pub(crate) fn push_body(
    out: &mut Vec<u8>,
    uri: &str,
    mime_type: Option<&str>,
    body: ResourceBody<'_>,
) {
    out.extend_from_slice(b"{\"uri\":");
    push_string(out, uri);
    push_member(out, "mimeType", mime_type);
    let member = match body {
        ResourceBody::Text(_) => "text",
        ResourceBody::Blob(_) => "blob",
    };
    push_member(out, member, Some(body.as_str()));
    out.push(b'}');
}
