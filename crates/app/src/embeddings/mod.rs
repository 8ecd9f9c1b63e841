//! Search by meaning, for accounts that have set an embeddings endpoint: what their tools say, and what is looked for, is sent there.
//!
//! Nothing is sent for any other account. Tools' texts are embedded in the background, and what came is kept in the database; of an
//! account's tools without a vector, and while the endpoint does not answer as it should, search goes by words alone.

mod account;
mod endpoint;
mod fill;
mod settings;

pub(crate) use account::AccountEmbeddings;
pub(crate) use settings::read;
pub use settings::{EmbeddingsSettings, EmbeddingsState, EmbeddingsStatus};

use crate::{App, Outbound, Published, tool::Tool};
use fill::Fill;
use model::AccountId;
use search::Meaning;
use sha2::{Digest as _, Sha256};
use std::{sync::Arc, time::Instant};

/// The meaning of a request, and of the tools that it is compared with.
pub(crate) struct Meanings {
    account: Arc<AccountEmbeddings>,
    wanted: Arc<Meaning>,
}

impl Meanings {
    /// Has the search know how like the request each tool is.
    pub(crate) fn with_likeness<'t, T>(
        &self,
        tool: impl Fn(u32) -> Option<&'t Tool>,
        search: impl FnOnce(&dyn Fn(u32) -> Option<f32>) -> T,
    ) -> T {
        let known = self.account.known();
        search(&|key| known.get(tool(key)?.text_digest())?.likeness(&self.wanted))
    }
}

/// What names a text: the same for the same words, whatever tool they are of.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl App {
    /// What is looked for, and what the server's tools say, by their meaning: nothing when the account has no endpoint, or none that
    /// answers. Tools whose meaning is not known yet are seen to in the background.
    pub(crate) async fn meanings(
        &self,
        account: AccountId,
        server: &Published,
        query: &str,
        outbound: &Outbound,
    ) -> Option<Meanings> {
        let account = Arc::clone(self.registry.load().embeddings.get(&account)?);
        let now = Instant::now();
        let endpoint = match account.endpoint(&self.client, &self.sealer) {
            Ok(endpoint) => endpoint,
            Err(reason) => {
                self.note_embeddings(&account, Err(reason), None);
                return None;
            }
        };
        let tools = server.all_tools().filter(|tool| !tool.is_built_in());
        let mut count = 0;
        let missing: Vec<Arc<Tool>> = {
            let known = account.known();
            let tools = tools.inspect(|_| count += 1);
            tools.filter(|tool| !known.contains_key(tool.text_digest())).map(Arc::clone).collect()
        };
        let none_is_known = missing.len() == count;
        if !missing.is_empty()
            && let Some(alone) = account.fills_alone()
        {
            let fill = Fill {
                store: self.store.clone(),
                clock: self.clock.clone(),
                client: outbound.client.clone(),
                batch: self.config.embeddings_batch.max(1),
                most: self.config.embeddings_kept,
                account: Arc::clone(&account),
                alone,
            };
            let stop = self.stop.child_token();
            self.tracker.spawn(async move {
                stop.run_until_cancelled(fill.run(missing)).await;
            });
        }
        if none_is_known {
            return None;
        }
        if let Some(wanted) = account.asked_before(query) {
            return Some(Meanings { account, wanted });
        }
        if account.is_paused(now) {
            return None;
        }
        let wait = endpoint.timeout.min(self.config.embeddings_wait);
        match endpoint.ask(&outbound.client, &[query], wait).await {
            Ok(mut found) => {
                let wanted = Arc::new(found.pop()?);
                account.remember(query, &wanted, self.config.embeddings_queries_kept);
                self.note_embeddings(&account, Ok(()), None);
                Some(Meanings { account, wanted })
            }
            Err(failure) => {
                self.note_embeddings(&account, Err(&failure.reason), failure.retry_after);
                None
            }
        }
    }

    /// Takes down how the endpoint has answered. That is written, where it has changed, while the caller goes on.
    fn note_embeddings(
        &self,
        account: &Arc<AccountEmbeddings>,
        answered: Result<(), &str>,
        retry_after: Option<std::time::Duration>,
    ) {
        let Some(news) = account.note(answered, retry_after, Instant::now()) else { return };
        let (store, now) = (self.store.clone(), self.clock.now());
        let account = Arc::clone(account);
        self.tracker.spawn(async move { account.tell(&store, news, now).await });
    }
}
