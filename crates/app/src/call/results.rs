use crate::{App, Caller, Published, clock::entropy, shelf::Shelf};
use model::{AccountId, Content, Outcome, Overflow, ServerId, Timestamp, UpstreamFacts};
use std::sync::Arc;
use upstream::{ReadRequest, read_on, reading_hint, refusal};

/// Results that were too large to be shown whole, each kept for its caller.
pub(crate) type Results = Shelf<Place, Arc<Overflow>>;

/// Whose a kept result is, and its handle: nobody else finds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    account: AccountId,
    principal: Arc<str>,
    server: ServerId,
    handle: String,
}

impl Place {
    fn new(caller: &Caller, server: &Published, handle: String) -> Self {
        let principal = Arc::clone(caller.principal());
        Self { account: caller.account_id(), principal, server: server.id, handle }
    }
}

impl App {
    /// Keeps what an outcome has too much, and tells its reader how to read on.
    pub(super) fn keep_overflow(&self, caller: &Caller, server: &Published, outcome: &mut Outcome) {
        let Some(overflow) = outcome.overflow.take() else { return };
        let handle = format!("res_{}", hex(entropy()));
        let hint = reading_hint(&handle, &overflow);
        let bytes = overflow.text.len();
        let place = Place::new(caller, server, handle);
        let Ok(until) = self.clock.now().checked_add(self.config.result_life()) else { return };
        if !self.results.put(place, Arc::new(overflow), bytes, until) {
            return;
        }
        match outcome.content.first_mut() {
            Some(Content::Text(summary)) => {
                summary.push(' ');
                summary.push_str(&hint);
            }
            Some(Content::Image { .. } | Content::Audio { .. } | Content::Resource { .. })
            | None => {
                outcome.content.insert(0, Content::Text(hint));
            }
        }
    }

    /// The built-in tool that reads on.
    pub(super) fn read_result(
        &self,
        caller: &Caller,
        server: &Published,
        arguments: &str,
        now: Timestamp,
    ) -> Outcome {
        let request = match ReadRequest::parse(arguments) {
            Ok(request) => request,
            Err(error) => return refusal(&[error]),
        };
        let place = Place::new(caller, server, request.handle);
        let Some(kept) = self.results.get(&place, now) else {
            return refusal(&["there is no such result, or not any more: call its tool again"]);
        };
        match read_on(&kept, &request.reading, self.config.result_budget_tokens) {
            Ok(text) => Outcome {
                content: vec![Content::Text(text)],
                structured: None,
                is_error: false,
                truncated: false,
                overflow: None,
                connect: None,
                upstream: UpstreamFacts::default(),
            },
            Err(error) => refusal(&[error]),
        }
    }
}

fn hex(bytes: [u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
