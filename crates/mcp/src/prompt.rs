//! Prompts: their definitions, the pages of `prompts/list`, and what `prompts/get` gives.

use crate::{
    Block, Caching, ListShape, Revision, ServerInfo,
    content::push_block,
    list::{list_result, push_member, push_texts},
    text::push_string,
    write::push_modern_tail,
};

/// A prompt as clients are told of it.
#[derive(Clone, Copy, Debug)]
pub struct PromptDefinition<'a> {
    /// Unique on the server.
    pub name: &'a str,
    /// For people.
    pub title: Option<&'a str>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// What may be filled in.
    pub arguments: &'a [PromptArgument<'a>],
}

/// What may be filled in, always as text.
#[derive(Clone, Copy, Debug)]
pub struct PromptArgument<'a> {
    /// Unique in the prompt.
    pub name: &'a str,
    /// For people.
    pub title: Option<&'a str>,
    /// What it means.
    pub description: Option<&'a str>,
    /// Whether the prompt cannot do without.
    pub required: bool,
}

/// A prompt, filled in.
#[derive(Clone, Copy, Debug)]
pub struct PromptResult<'a> {
    /// What the prompt is for.
    pub description: Option<&'a str>,
    /// In their order.
    pub messages: &'a [PromptMessage<'a>],
}

/// One message of a prompt.
#[derive(Clone, Copy, Debug)]
pub struct PromptMessage<'a> {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: Block<'a>,
}

/// Who says something, or for whom something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// Appends the definition in that shape.
pub fn prompt_definition(out: &mut Vec<u8>, prompt: &PromptDefinition<'_>, shape: ListShape) {
    out.extend_from_slice(b"{\"name\":");
    push_string(out, prompt.name);
    push_texts(out, prompt.title, prompt.description, shape);
    for (at, argument) in prompt.arguments.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b",\"arguments\":[".as_slice() } else { b"," });
        out.extend_from_slice(b"{\"name\":");
        push_string(out, argument.name);
        push_texts(out, argument.title, argument.description, shape);
        out.extend_from_slice(if argument.required {
            b",\"required\":true}".as_slice()
        } else {
            b",\"required\":false}"
        });
    }
    if !prompt.arguments.is_empty() {
        out.push(b']');
    }
    out.push(b'}');
}

/// The result of `prompts/list`: one page, complete, in that shape; as [`crate::tools_list_result`].
#[must_use]
pub fn prompts_list_result<'d>(
    definitions: impl IntoIterator<Item = &'d [u8]>,
    next_cursor: Option<&str>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<u8> {
    list_result("prompts", definitions, next_cursor, shape, info, caching)
}

/// The result of `prompts/get`.
#[must_use]
pub fn prompt_result(result: &PromptResult<'_>, revision: Revision, info: &ServerInfo) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(if revision.is_modern() {
        b"{\"resultType\":\"complete\",\"messages\":[".as_slice()
    } else {
        b"{\"messages\":["
    });
    for (at, message) in result.messages.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"role\":");
        push_string(&mut out, message.role.as_str());
        out.extend_from_slice(b",\"content\":");
        push_block(&mut out, &message.content, revision.list_shape());
        out.push(b'}');
    }
    out.push(b']');
    push_member(&mut out, "description", result.description);
    if revision.is_modern() {
        push_modern_tail(&mut out, info);
    } else {
        out.push(b'}');
    }
    out
}
