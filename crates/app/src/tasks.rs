use crate::{App, limits::window, principal::PrincipalId};
use model::{AccountId, Timestamp, TokenId};
use std::{
    pin::Pin,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

/// How often the last use of tokens is written down.
const TOUCH_INTERVAL: Duration = Duration::from_secs(5);
/// How often expired and forgotten tokens are looked for.
const TEND_INTERVAL: Duration = Duration::from_secs(60);
/// How often quotas learn of the calls of other processes.
const USAGE_INTERVAL: Duration = Duration::from_secs(5);
/// How often what has expired is removed.
const PURGE_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// How long a connect link can be looked up after its end.
const CONNECT_LINKS_KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);
/// How long the answer to an idempotency key is remembered.
const REMEMBERED_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

type Act<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

impl App {
    /// Starts the background tasks on the runtime that it is called on. They end by [`App::close`].
    pub fn tasks(self: &Arc<Self>) {
        self.write_log();
        self.every(self.config.refresh_interval, |app| {
            Box::pin(async {
                if let Err(error) = app.refresh().await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the database does not answer"
                    );
                }
            })
        });
        self.every(TOUCH_INTERVAL, |app| Box::pin(app.touch_tokens()));
        self.every(TEND_INTERVAL, |app| {
            Box::pin(async {
                if let Err(error) = app.tend_tokens().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "expired and unused tokens were not ended"
                    );
                }
            })
        });
        self.every(USAGE_INTERVAL, |app| {
            Box::pin(async {
                if let Err(error) = app.poll_usage().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "what other processes have used is not known"
                    );
                }
            })
        });
        self.every(PURGE_INTERVAL, |app| Box::pin(app.purge()));
        self.tracker.spawn(Arc::clone(self).sign_audit_log());
    }

    /// Starts the one task without which no row of the request log is written: for a process that serves nobody, and ends soon.
    pub fn write_log(&self) {
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let listened = Arc::clone(&self.listened);
            self.tracker.spawn(writer.run(self.store.clone(), listened, self.stop.clone()));
        }
    }

    fn every(self: &Arc<Self>, interval: Duration, act: fn(&App) -> Act<'_>) {
        let (app, stop) = (Arc::clone(self), self.stop.clone());
        self.tracker.spawn(async move {
            while stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_some() {
                act(&app).await;
            }
        });
    }

    /// Stops the tasks and writes what is still to be written. Rows that come later are refused.
    pub async fn close(&self) {
        self.end_streams();
        self.stop.cancel();
        self.touch_tokens().await;
        self.tracker.close();
        self.tracker.wait().await;
        self.store.close().await;
    }

    /// Tells every open stream to end.
    pub fn end_streams(&self) {
        for slot in self.registry.load().slots() {
            slot.watch.ended();
        }
        self.connected.customers.each(crate::ServerWatch::ended);
    }

    async fn touch_tokens(&self) {
        let registry = self.registry.load_full();
        let uses: Vec<(AccountId, TokenId, Timestamp)> = registry
            .tokens
            .values()
            .filter_map(|principal| {
                let used = principal.last_used.swap(0, Ordering::Relaxed);
                let at = (used != 0).then(|| Timestamp::from_millisecond(used).ok())??;
                match principal.rights.id {
                    PrincipalId::Token(id) => Some((principal.rights.account_id, id, at)),
                    PrincipalId::Customer(_)
                    | PrincipalId::User(_)
                    | PrincipalId::Operator
                    | PrincipalId::System => None,
                }
            })
            .collect();
        if uses.is_empty() {
            return;
        }
        if let Err(error) = self.store.touch_tokens(&uses).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the last use of tokens was not written down"
            );
        }
    }

    async fn purge(&self) {
        let now = self.clock.now();
        if let Err(error) = self.store.delete_expired_sessions(now).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "expired sessions were not removed"
            );
        }
        if let Err(error) = self.store.delete_expired_chats(now).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "expired chats were not removed"
            );
        }
        self.sessions.forget_expired(now);
        self.results.forget_expired(now);
        self.cache.forget_expired(now);
        let idle = jiff::SignedDuration::try_from(self.config.sign_in_idle).unwrap_or_default();
        let idle_since = now.checked_sub(idle).unwrap_or(Timestamp::MIN);
        let ended = self.store.delete_ended_sign_ins(now, idle_since).await;
        if let Err(error) = ended.and(self.store.delete_expired_links(now).await) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "sign-ins and links that have ended were not removed"
            );
        }
        let forgotten = now.checked_sub(CONNECT_LINKS_KEPT).unwrap_or(Timestamp::MIN);
        let attempts = self.store.delete_expired_connect_attempts(now).await;
        if let Err(error) = attempts.and(self.store.delete_ended_connect_links(forgotten).await) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "connect links that have ended were not removed"
            );
        }
        let day_ago = now.checked_sub(REMEMBERED_FOR).unwrap_or(now);
        if let Err(error) = self.store.forget_remembered(day_ago).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "old answers to idempotency keys were not removed"
            );
        }
        if let Err(error) = self.purge_deleted_servers(now).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "deleted servers were not removed for good"
            );
        }
        let kept = jiff::SignedDuration::try_from(self.config.usage_retention).unwrap_or_default();
        let oldest = now.checked_sub(kept).map_or(0, window::day);
        if let Err(error) = self.store.compact_usage(oldest, window::first_of_month(now)).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "old usage was not removed");
        }
        if let Err(error) = self.forget_hours(now).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "old hours were not removed");
        }
        if let Err(error) = self.purge_requests(now).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "old request-log rows were not removed"
            );
        }
    }
}
