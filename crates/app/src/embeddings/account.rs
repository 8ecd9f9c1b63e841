use super::endpoint::Endpoint;
use model::{Secret, Timestamp};
use search::Meaning;
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, Instant},
};
use store::{EmbeddingsEndpoint, Sealer, Store};
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;
use upstream::Client;

/// How long an endpoint that failed is left alone at first, and at most.
const PAUSE_FIRST: Duration = Duration::from_secs(2);
const PAUSE_LONGEST: Duration = Duration::from_secs(300);
/// How often the log says that one endpoint fails.
const LOGGED_EACH: Duration = Duration::from_secs(600);

type Known = HashMap<[u8; 32], Arc<Meaning>>;

/// What this process knows of an account's embeddings, for as long as it has one endpoint.
pub(crate) struct AccountEmbeddings {
    pub(super) row: EmbeddingsEndpoint,
    endpoint: OnceLock<Result<Endpoint, String>>,
    /// By the digests of texts.
    known: RwLock<Known>,
    /// What was looked for of late.
    queries: Mutex<HashMap<Box<str>, Arc<Meaning>>>,
    health: Mutex<Health>,
    filling: Arc<tokio::sync::Mutex<()>>,
    /// Cancelled when the account has another endpoint, or none.
    pub(super) ended: CancellationToken,
}

/// How the endpoint has answered of late.
#[derive(Default)]
struct Health {
    failures: u32,
    paused_until: Option<Instant>,
    logged_at: Option<Instant>,
    /// What was written down last: why it fails, if it does.
    told: Option<String>,
}

/// What is to be written down.
pub(super) struct News {
    failure: Option<String>,
    is_logged: bool,
}

impl AccountEmbeddings {
    pub(crate) fn new(row: EmbeddingsEndpoint) -> Self {
        let health = Health { told: row.failure.clone(), ..Health::default() };
        Self {
            row,
            endpoint: OnceLock::new(),
            known: RwLock::default(),
            queries: Mutex::default(),
            health: Mutex::new(health),
            filling: Arc::default(),
            ended: CancellationToken::new(),
        }
    }

    /// Whether it is about the endpoint of that row.
    pub(crate) fn is_of(&self, row: &EmbeddingsEndpoint) -> bool {
        self.row.generation == row.generation
    }

    /// Sends nothing any more.
    pub(crate) fn end(&self) {
        self.ended.cancel();
    }

    pub(super) fn endpoint(&self, client: &Client, sealer: &Sealer) -> Result<&Endpoint, &str> {
        let made = self.endpoint.get_or_init(|| {
            let place = EmbeddingsEndpoint::place(self.row.account_id);
            let key = self.row.sealed.as_deref().map(|sealed| sealer.open(&place, sealed));
            let key: Option<Secret> =
                key.transpose().map_err(|_| "its key cannot be opened: set it again".to_owned())?;
            Endpoint::new(client, &self.row, key.as_ref()).map_err(|error| error.to_string())
        });
        made.as_ref().map_err(String::as_str)
    }

    /// The same once it was made.
    pub(super) fn made_endpoint(&self) -> Option<&Endpoint> {
        self.endpoint.get()?.as_ref().ok()
    }

    pub(super) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what texts mean; beyond `most`, nothing more.
    pub(super) fn learn(&self, found: impl Iterator<Item = ([u8; 32], Meaning)>, most: usize) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for (digest, meaning) in found {
            if known.len() < most {
                known.insert(digest, Arc::new(meaning));
            }
        }
    }

    /// What names a text in the database: another endpoint, model or number of dimensions gives another meaning.
    pub(super) fn key(&self, text: &[u8; 32]) -> [u8; 32] {
        let EmbeddingsEndpoint { url, model, vector_dimensions, .. } = &self.row;
        Sha256::new()
            .chain_update(format!("{url}\0{model}\0{vector_dimensions}\0"))
            .chain_update(text)
            .finalize()
            .into()
    }

    pub(super) fn asked_before(&self, query: &str) -> Option<Arc<Meaning>> {
        self.queries.lock().unwrap_or_else(PoisonError::into_inner).get(query).map(Arc::clone)
    }

    pub(super) fn remember(&self, query: &str, meaning: &Arc<Meaning>, most: usize) {
        let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        if queries.len() >= most {
            queries.clear();
        }
        if most > 0 {
            queries.insert(query.into(), Arc::clone(meaning));
        }
    }

    /// The right to embed tools, which one task has at a time, and none while the endpoint is left alone.
    pub(super) fn fills_alone(&self) -> Option<OwnedMutexGuard<()>> {
        if self.ended.is_cancelled() || self.is_paused(Instant::now()) {
            return None;
        }
        Arc::clone(&self.filling).try_lock_owned().ok()
    }

    pub(super) fn is_paused(&self, now: Instant) -> bool {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.paused_until.is_some_and(|until| now < until)
    }

    /// Takes down how the endpoint has answered: after a failure it is left alone for a while, twice as long each time.
    pub(super) fn note(
        &self,
        answered: Result<(), &str>,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> Option<News> {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        match answered {
            Ok(()) => (health.failures, health.paused_until) = (0, None),
            Err(_) => {
                let doubled = PAUSE_FIRST.saturating_mul(1 << health.failures.min(16));
                let pause = doubled.max(retry_after.unwrap_or_default()).min(PAUSE_LONGEST);
                health.failures = health.failures.saturating_add(1);
                health.paused_until = Some(now + pause);
            }
        }
        let failure = answered.err().map(str::to_owned);
        let is_logged = failure.is_some()
            && health.logged_at.is_none_or(|at| now.duration_since(at) >= LOGGED_EACH);
        if !is_logged && health.told == failure {
            return None;
        }
        if is_logged {
            health.logged_at = Some(now);
        }
        health.told.clone_from(&failure);
        Some(News { failure, is_logged })
    }

    /// Writes news down, for the account and, now and then, in the log.
    pub(super) async fn tell(&self, store: &Store, news: News, now: Timestamp) {
        let account = self.row.account_id;
        if news.is_logged {
            tracing::warn!(
                %account,
                reason = news.failure,
                "an embeddings endpoint does not answer as it should: its account's search goes by words alone"
            );
        }
        let failure = news.failure.as_deref().map(|reason| (reason, now));
        let told = store.embeddings_answered(account, self.row.generation, failure).await;
        if let Err(error) = told {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "how an embeddings endpoint has answered was not written down"
            );
        }
    }
}

impl fmt::Debug for AccountEmbeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountEmbeddings")
            .field("generation", &self.row.generation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountEmbeddings, LOGGED_EACH, PAUSE_FIRST, PAUSE_LONGEST};
    use model::{AccountId, Timestamp};
    use std::time::{Duration, Instant};
    use store::EmbeddingsEndpoint;

    fn account() -> AccountEmbeddings {
        AccountEmbeddings::new(EmbeddingsEndpoint {
            account_id: AccountId::new(Timestamp::UNIX_EPOCH, [0; 10]),
            url: "https://m.example/v1/embeddings".to_owned(),
            model: "m".to_owned(),
            sealed: None,
            dimensions: None,
            vector_dimensions: 2,
            timeout_ms: 100,
            generation: 1,
            failing_since: None,
            failure: None,
        })
    }

    #[test]
    fn an_endpoint_that_fails_is_left_alone_twice_as_long_each_time() {
        let (account, now) = (account(), Instant::now());
        let paused = |after: Duration| account.is_paused(now + after);
        assert!(!paused(Duration::ZERO));
        account.note(Err("down"), None, now);
        assert!(paused(PAUSE_FIRST / 2) && !paused(PAUSE_FIRST));
        account.note(Err("down"), None, now);
        assert!(paused(PAUSE_FIRST * 3 / 2) && !paused(PAUSE_FIRST * 2));
        account.note(Err("HTTP 429"), Some(Duration::from_secs(60)), now);
        assert!(paused(Duration::from_secs(59)) && !paused(Duration::from_secs(60)));
        (0..40).for_each(|_| drop(account.note(Err("down"), None, now)));
        assert!(paused(PAUSE_LONGEST / 2) && !paused(PAUSE_LONGEST));
        account.note(Err("down"), Some(Duration::MAX), now);
        assert!(!paused(PAUSE_LONGEST));
        account.note(Ok(()), None, now);
        assert!(!paused(Duration::ZERO));
    }

    #[test]
    fn that_it_fails_is_told_once_and_logged_now_and_then() {
        let (account, now) = (account(), Instant::now());
        let told = |answered, after| {
            let news = account.note(answered, None, now + after);
            news.map(|news| (news.failure.is_some(), news.is_logged))
        };
        assert_eq!(told(Ok(()), Duration::ZERO), None);
        assert_eq!(told(Err("down"), Duration::ZERO), Some((true, true)));
        assert_eq!(told(Err("down"), Duration::ZERO), None);
        assert_eq!(told(Err("slow"), Duration::ZERO), Some((true, false)));
        assert_eq!(told(Ok(()), Duration::ZERO), Some((false, false)));
        assert_eq!(told(Err("down"), LOGGED_EACH), Some((true, true)));
    }

    #[test]
    fn of_queries_and_texts_so_many_are_kept() {
        let account = account();
        let meaning = |number: u8| search::Meaning::new(&[f32::from(number), 1.0]).unwrap();
        for number in 0..9 {
            let query = std::sync::Arc::new(meaning(number));
            account.remember(&number.to_string(), &query, 4);
            account.learn(std::iter::once(([number; 32], meaning(number))), 4);
        }
        assert_eq!(account.known().len(), 4);
        assert!(account.queries.lock().unwrap().len() <= 4);
        assert!(account.asked_before("8").is_some());
        let again = std::sync::Arc::new(meaning(1));
        account.remember("x", &again, 0);
        assert!(account.asked_before("x").is_none());
    }
}
