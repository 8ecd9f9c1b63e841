use crate::{
    App, Caller, Published,
    shelf::Shelf,
    tool::{HttpWork, Tool},
};
use model::{
    AccountId, Content, Outcome, RawJson, ResourceBody, ServerId, Timestamp, UpstreamFacts,
};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Answers of safe calls, each kept for its caller.
pub(crate) type Cache = Shelf<Asked, Arc<Outcome>>;

/// What was asked, by whom, of which version as it was loaded: an answer is never anybody else's, nor one that another version
/// or another credential gave.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    account: AccountId,
    principal: Arc<str>,
    server: ServerId,
    generation: u64,
    /// Of the caller's own connections, where it calls with one of them.
    connections: Option<u64>,
    tool: Box<str>,
    /// SHA-256 of the arguments as they were written.
    arguments: [u8; 32],
}

impl Asked {
    /// What is asked, where the tool's answers are kept at all.
    pub(super) fn new(
        caller: &Caller,
        server: &Published,
        tool: &Tool,
        work: &HttpWork,
        arguments: &str,
        connections: Option<u64>,
    ) -> Option<Self> {
        // Settings refuse it for other methods; what is sent is decided here.
        if work.cached_for.is_none() || !work.call.is_safe() {
            return None;
        }
        Some(Self {
            account: caller.account_id(),
            principal: Arc::clone(caller.principal()),
            server: server.id,
            generation: server.generation,
            connections,
            tool: tool.name.clone(),
            arguments: Sha256::digest(arguments.as_bytes()).into(),
        })
    }
}

impl App {
    /// The answer of before. Its call asked the API nothing, and its row says so.
    pub(super) fn kept_answer(&self, asked: &Asked, now: Timestamp) -> Option<Outcome> {
        let kept = self.cache.get(asked, now)?;
        Some(Outcome { upstream: UpstreamFacts::default(), ..Outcome::clone(&kept) })
    }

    /// Keeps a good and whole answer.
    pub(super) fn keep_answer(&self, asked: Asked, work: &HttpWork, outcome: &Outcome) {
        let Some(life) = work.cached_for else { return };
        if outcome.is_error || outcome.overflow.is_some() {
            return;
        }
        let Ok(until) = self.clock.now().checked_add(life) else { return };
        self.cache.put(asked, Arc::new(outcome.clone()), bytes(outcome), until);
    }
}

fn bytes(outcome: &Outcome) -> usize {
    let block = |content: &Content| match content {
        Content::Text(text) => text.len(),
        Content::Image { data, .. } | Content::Audio { data, .. } => data.len(),
        Content::Resource { body: ResourceBody::Text(text), .. } => text.len(),
        Content::Resource { body: ResourceBody::Blob(data), .. } => data.len(),
    };
    let structured = outcome.structured.as_ref().map_or(0, |json: &RawJson| json.get().len());
    outcome.content.iter().map(block).sum::<usize>() + structured + size_of::<Outcome>()
}
