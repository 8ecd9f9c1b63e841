//! Who the server is and what it offers: the results of `initialize` and `server/discover`.

use crate::{
    Capabilities, ListShape, Revision,
    text::push_string,
    write::{push_caching, push_modern_tail},
};

/// Who the server is, kept as JSON since every modern result repeats it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    plain: Box<[u8]>,
    titled: Box<[u8]>,
}

impl ServerInfo {
    /// `name` is for programs, `title` for people.
    #[must_use]
    pub fn new(name: &str, title: Option<&str>, version: &str) -> Self {
        let json = |title: Option<&str>| {
            let mut out = b"{\"name\":".to_vec();
            push_string(&mut out, name);
            if let Some(title) = title {
                out.extend_from_slice(b",\"title\":");
                push_string(&mut out, title);
            }
            out.extend_from_slice(b",\"version\":");
            push_string(&mut out, version);
            out.push(b'}');
            out.into_boxed_slice()
        };
        Self { plain: json(None), titled: json(title) }
    }

    pub(crate) fn json(&self, shape: ListShape) -> &[u8] {
        match shape {
            ListShape::Plain => &self.plain,
            ListShape::Structured | ListShape::Modern => &self.titled,
        }
    }
}

/// What a server tells of itself when it is first asked.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Who it is.
    pub info: &'a ServerInfo,
    /// What it offers.
    pub capabilities: Capabilities,
    /// How a model should use it.
    pub instructions: Option<&'a str>,
}

/// How long a modern list may be kept and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caching {
    /// Milliseconds for which it stays true.
    pub ttl_ms: u64,
    /// Who may share it.
    pub scope: CacheScope,
}

/// Who may share a cached result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheScope {
    /// Anyone: only where every caller gets the same bytes.
    Public,
    /// The one who asked.
    Private,
}

/// The result of `initialize`.
#[must_use]
pub fn initialize_result(about: &About<'_>, revision: Revision) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(b"{\"protocolVersion\":");
    push_string(&mut out, revision.as_str());
    out.push(b',');
    about.capabilities.push(&mut out);
    out.extend_from_slice(b",\"serverInfo\":");
    out.extend_from_slice(about.info.json(revision.list_shape()));
    push_instructions(&mut out, about.instructions);
    out.push(b'}');
    out
}

/// The result of `server/discover`. It lists every revision that is served at the same URL, legacy ones too.
#[must_use]
pub fn discover_result(about: &About<'_>, caching: Caching) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(b"{\"resultType\":\"complete\",\"supportedVersions\":[");
    for (at, revision) in Revision::ALL.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_string(&mut out, revision.as_str());
    }
    out.extend_from_slice(b"],");
    about.capabilities.push(&mut out);
    push_instructions(&mut out, about.instructions);
    push_caching(&mut out, caching);
    push_modern_tail(&mut out, about.info);
    out
}

fn push_instructions(out: &mut Vec<u8>, instructions: Option<&str>) {
    if let Some(instructions) = instructions {
        out.extend_from_slice(b",\"instructions\":");
        push_string(out, instructions);
    }
}
