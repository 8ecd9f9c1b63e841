//! Tells those who look at an account that something of it has changed, by whichever process, so that they read it anew.

use crate::{App, Caller, Error};
use jiff::SignedDuration;
use model::{AccountId, Permission};
use serde::Serialize;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::Instant,
};
use utoipa::ToSchema;

/// Events that a slow listener may be behind. Beyond, it hears that anything may be another.
const BEHIND_MAX: usize = 64;
/// Rows of the audit log that are looked at in one go.
const ROWS: u32 = 1_000;
/// The time between two words about the request log, which may grow by thousands of rows in it.
const REQUESTS_EVERY: Duration = Duration::from_secs(1);

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Changed {
    /// Kinds of things, as events of the audit log name them: `server` for `server.publish`. Absent when anything may be another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kinds: Option<BTreeSet<String>>,
}

/// What a listener is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something of the account is another, or gone, or new.
    Changed(Changed),
    /// Rows have come to the account's request log.
    Requests,
    /// Nothing, for as long as was waited.
    Quiet,
}

/// Whose events are listened to in this process.
#[derive(Debug, Default)]
pub(crate) struct Listened {
    accounts: Mutex<HashMap<AccountId, Arc<Account>>>,
}

#[derive(Debug)]
struct Account {
    events: broadcast::Sender<Event>,
    /// Whether rows of the request log were written that nobody was told of.
    wrote: AtomicBool,
}

impl Listened {
    fn accounts(&self) -> MutexGuard<'_, HashMap<AccountId, Arc<Account>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes whose rows were written. Costs next to nothing as long as nobody listens.
    pub(crate) fn wrote_requests(&self, rows: impl Iterator<Item = AccountId>) {
        let accounts = self.accounts();
        if accounts.is_empty() {
            return;
        }
        for account in rows.filter_map(|account| accounts.get(&account)) {
            account.wrote.store(true, Ordering::Relaxed);
        }
    }

    /// Forgets an account that nobody listens to any more. Says whether it did.
    fn forget(&self, id: AccountId, account: &Account) -> bool {
        let mut accounts = self.accounts();
        // Under the lock: whoever begins to listen now has not found it yet, or is counted.
        let is_idle = account.events.receiver_count() == 0;
        if is_idle {
            accounts.remove(&id);
        }
        is_idle
    }
}

/// One listener's place.
pub struct Listening {
    app: Arc<App>,
    caller: Caller,
    events: broadcast::Receiver<Event>,
}

impl App {
    /// A place from which every change of the caller's account is heard that comes after now.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadAccount`].
    pub async fn watch_events(self: &Arc<Self>, caller: &Caller) -> Result<Listening, Error> {
        let id = caller.may(Permission::ReadAccount)?;
        // Before anything is heard: what changes between is told, once too often at worst.
        let end = self.store.audit_end(id).await?;
        let mut accounts = self.listened.accounts();
        let events = match accounts.get(&id) {
            Some(account) => account.events.subscribe(),
            None => {
                let (events, first) = broadcast::channel(BEHIND_MAX);
                let account = Arc::new(Account { events, wrote: AtomicBool::new(false) });
                accounts.insert(id, Arc::clone(&account));
                self.tracker.spawn(Arc::clone(self).tell(id, account, end));
                first
            }
        };
        drop(accounts);
        Ok(Listening { app: Arc::clone(self), caller: caller.clone(), events })
    }

    /// Looks what happened to an account, and tells, as long as somebody listens.
    async fn tell(self: Arc<Self>, id: AccountId, account: Arc<Account>, mut end: i64) {
        let interval = self.config.refresh_interval;
        let mut told_of_requests: Option<Instant> = None;
        while self.stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_some() {
            if self.listened.forget(id, &account) {
                return;
            }
            match self.changes_after(id, &mut end).await {
                // Nobody may be left to hear it, which is fine.
                Ok(Some(changed)) => drop(account.events.send(Event::Changed(changed))),
                Ok(None) => {}
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what has changed is not known: it is looked for again"
                ),
            }
            let may_tell = told_of_requests.is_none_or(|at| at.elapsed() >= REQUESTS_EVERY);
            if may_tell && account.wrote.swap(false, Ordering::Relaxed) {
                told_of_requests = Some(Instant::now());
                drop(account.events.send(Event::Requests));
            }
        }
        self.listened.accounts().remove(&id);
    }

    async fn changes_after(
        &self,
        account: AccountId,
        end: &mut i64,
    ) -> Result<Option<Changed>, Error> {
        let rows = self.store.audit_events_after(account, *end, ROWS).await?;
        let Some((last, _)) = rows.last() else { return Ok(None) };
        *end = *last;
        // A listener that has lost its rights by this very change must not hear of it before this process knows.
        self.refresh().await?;
        let kind = |event: &str| event.split('.').next().unwrap_or_default().to_owned();
        Ok(Some(Changed { kinds: Some(rows.iter().map(|(_, event)| kind(event)).collect()) }))
    }

    /// Whether what the caller came with still opens anything: a token, or a sign-in, which is not used by listening.
    async fn still_holds(&self, caller: &Caller) -> Result<bool, Error> {
        let now = self.clock.now();
        if !caller.is_live(now) {
            return Ok(false);
        }
        let Some(sign_in) = caller.context.sign_in else { return Ok(true) };
        let times = self.store.sign_in_times(caller.account_id(), sign_in).await?;
        let idle =
            SignedDuration::try_from(self.config.sign_in_idle).unwrap_or(SignedDuration::MAX);
        Ok(times.is_some_and(|(seen, end)| now < end && now.duration_since(seen) < idle))
    }
}

impl Listening {
    /// The next event, or that there was none for `wait`; nothing at the end: the token or the sign-in ended, or the process does.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when it cannot be said whether the sign-in has ended.
    pub async fn next(&mut self, wait: Duration) -> Result<Option<Event>, Error> {
        let deadline = Instant::now() + wait.min(self.time_left());
        loop {
            let event = match tokio::time::timeout_at(deadline, self.events.recv()).await {
                Ok(Ok(event)) => event,
                Ok(Err(RecvError::Lagged(_))) => Event::Changed(Changed { kinds: None }),
                Ok(Err(RecvError::Closed)) => return Ok(None),
                Err(_) => Event::Quiet,
            };
            if !self.app.still_holds(&self.caller).await? {
                return Ok(None);
            }
            let reads_requests = self.caller.permissions().contains(Permission::ReadRequests);
            if event != Event::Requests || reads_requests {
                return Ok(Some(event));
            }
        }
    }

    /// Until the token ends by itself.
    fn time_left(&self) -> Duration {
        let Some(end) = self.caller.expires_at() else { return Duration::MAX };
        Duration::try_from(end.duration_since(self.app.clock.now())).unwrap_or(Duration::ZERO)
    }
}
