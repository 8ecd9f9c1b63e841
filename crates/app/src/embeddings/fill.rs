use super::{account::AccountEmbeddings, endpoint::Failure};
use crate::{Clock, tool::Tool};
use search::Meaning;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::Store;
use tokio::{sync::OwnedMutexGuard, time::sleep};
use upstream::Client;

/// How often a batch is tried before it waits for the next search.
const TRIES: usize = 5;
/// How soon it is looked again whether an endpoint is still to be left alone.
const LOOK_EACH: Duration = Duration::from_secs(1);

/// The work of finding out what an account's tools mean.
pub(super) struct Fill {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) client: Client,
    /// Texts of one request.
    pub(super) batch: usize,
    /// Texts of one account.
    pub(super) most: usize,
    pub(super) account: Arc<AccountEmbeddings>,
    /// No other works at it in this process.
    pub(super) alone: OwnedMutexGuard<()>,
}

impl Fill {
    /// Goes through the tools batch by batch: what the database has is not asked for.
    pub(super) async fn run(self, tools: Vec<Arc<Tool>>) {
        let _alone = &self.alone;
        let ended = self.account.ended.clone();
        for tools in tools.chunks(self.batch) {
            match ended.run_until_cancelled(self.batch(tools)).await {
                Some(true) => {}
                Some(false) | None => return,
            }
        }
    }

    /// Whether the next one is to follow.
    async fn batch(&self, tools: &[Arc<Tool>]) -> bool {
        let missing = match self.kept(tools).await {
            Ok(missing) => missing,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what an account's tools mean was not read"
                );
                return false;
            }
        };
        if missing.is_empty() {
            return true;
        }
        for _ in 0..TRIES {
            while self.account.is_paused(Instant::now()) {
                sleep(LOOK_EACH).await;
            }
            let failure = match self.ask(&missing).await {
                Ok(()) => return true,
                Err(failure) => failure,
            };
            let (reason, again_after) = (failure.reason.as_str(), failure.retry_after);
            self.note(Err(reason), again_after).await;
        }
        false
    }

    /// Takes over what is kept of the tools' meanings, and gives the tools of which nothing is.
    async fn kept<'t>(&self, tools: &'t [Arc<Tool>]) -> Result<Vec<&'t Tool>, store::Error> {
        let keys: Vec<[u8; 32]> =
            tools.iter().map(|tool| self.account.key(tool.text_digest())).collect();
        let found = self.store.embeddings(self.account.row.account_id, &keys).await?;
        let dimensions = self.account.row.vector_dimensions;
        let (mut missing, mut known) = (Vec::new(), Vec::new());
        for (tool, key) in tools.iter().zip(&keys) {
            let vector = found.iter().find(|(found, _)| found == key);
            let meaning = vector.and_then(|(_, vector)| Meaning::from_bytes(vector));
            match meaning.filter(|meaning| i64::try_from(meaning.dimensions()) == Ok(dimensions)) {
                Some(meaning) => known.push((*tool.text_digest(), meaning)),
                None => missing.push(&**tool),
            }
        }
        self.account.learn(known.into_iter(), self.most);
        Ok(missing)
    }

    async fn ask(&self, tools: &[&Tool]) -> Result<(), Failure> {
        let Some(endpoint) = self.account.made_endpoint() else { return Ok(()) };
        let texts: Vec<String> = tools.iter().map(|tool| tool.text()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = endpoint.ask(&self.client, &texts, endpoint.timeout).await?;
        let digests: Vec<[u8; 32]> = tools.iter().map(|tool| *tool.text_digest()).collect();
        let kept: Vec<store::Embedding> = digests
            .iter()
            .zip(&found)
            .map(|(digest, meaning)| (self.account.key(digest), meaning.to_bytes()))
            .collect();
        let (row, most) = (&self.account.row, i64::try_from(self.most).unwrap_or(i64::MAX));
        let now = self.clock.now();
        let saved =
            self.store.keep_embeddings(row.account_id, row.generation, &kept, most, now).await;
        if let Err(error) = saved {
            // They serve this process all the same.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what an account's tools mean was not kept"
            );
        }
        self.account.learn(digests.into_iter().zip(found), self.most);
        self.note(Ok(()), None).await;
        Ok(())
    }

    async fn note(&self, answered: Result<(), &str>, retry_after: Option<Duration>) {
        if let Some(news) = self.account.note(answered, retry_after, Instant::now()) {
            self.account.tell(&self.store, news, self.clock.now()).await;
        }
    }
}
