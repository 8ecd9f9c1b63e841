//! What is asked, and what is answered.

use crate::document::Field;
use crate::index::Entry;

/// A request for tools.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// What is wanted, in words; [`REQUEST_LIMIT`](crate::REQUEST_LIMIT) bytes of it are read.
    pub text: &'a str,
    /// Only tools of this app.
    pub app: Option<&'a str>,
    /// Only tools that change nothing.
    pub read_only: bool,
    /// Whether the tool of a key may be seen at all.
    pub allowed: &'a dyn Fn(u32) -> bool,
    /// How like what is wanted the tool of a key is in meaning, from -1 to 1, where a model has said so. It is asked once of each tool.
    pub likeness: Option<&'a dyn Fn(u32) -> Option<f32>>,
}

impl<'a> Query<'a> {
    /// A request for any tool.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, app: None, read_only: false, allowed: &|_| true, likeness: None }
    }

    /// Whether a tool may be an answer at all.
    pub(crate) fn may_find(&self, entry: &Entry) -> bool {
        self.app.is_none_or(|app| entry.app == app)
            && (entry.read_only || !self.read_only)
            && (self.allowed)(entry.key)
    }
}

/// A tool that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The key that it was put under.
    pub key: u32,
    /// How well it fits: comparable within one answer alone.
    pub score: f32,
    /// Which words found it, the weightiest first; none for a tool that was found by its meaning alone.
    pub why: Vec<Match>,
    /// Tools that are the same but for app or version, best first: they are not listed on their own.
    pub others: Vec<u32>,
}

/// A word of the request that a tool answers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The word, as it was asked, in lower case.
    pub word: String,
    /// The stem that stands for it in the tool, when it is another word.
    pub stands_for: Option<String>,
    /// Where it stands, the weightiest place first.
    pub fields: Vec<Field>,
}
