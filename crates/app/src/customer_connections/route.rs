use super::{
    CustomerConnectionStatus as Status, CustomerTarget, Unusable, UnusableKind,
    refresh::{Refresh, mark},
    target::{Connection, State, open},
};
use crate::{App, Outbound};
use model::Timestamp;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    sync::OwnedMutexGuard,
    time::{Instant, timeout_at},
};
use upstream::Route;

/// How often the last use of a connection is written down.
const USED_EACH_MS: i64 = 60 * 60 * 1_000;
/// A token that an app refuses so soon after it was granted in place of a refused one is no reason for another.
const RENEWED_AT_MOST_EACH: Duration = Duration::from_secs(60);

impl App {
    /// What a call of the connection is signed with, when that is at hand: not when its token is due to be refreshed.
    pub(crate) fn ready_route(&self, target: &CustomerTarget) -> Option<Arc<Route>> {
        let (state, now) = (target.connection.state.load(), self.clock.now());
        if state.is_due(now) {
            return None;
        }
        self.note_use(&target.connection, now);
        Some(Arc::clone(&state.route))
    }

    /// The same where [`Self::ready_route`] has nothing. Its token is refreshed ahead of its end: once for all calls of this process and of
    /// all others. While it is good, one call asks for another and the others go on with it.
    ///
    /// # Errors
    ///
    /// [`Unusable`] when there is no token that is good, and none to be had by `deadline`.
    pub(crate) async fn customer_route(
        &self,
        target: &CustomerTarget,
        outbound: &Outbound,
        deadline: Instant,
    ) -> Result<Arc<Route>, Unusable> {
        let connection = &target.connection;
        let (state, now) = (connection.state.load_full(), self.clock.now());
        self.note_use(connection, now);
        if !state.is_due(now) {
            return Ok(Arc::clone(&state.route));
        }
        if !state.is_good(now) {
            return self.renewed(connection, &state, outbound, deadline).await;
        }
        if !state.refreshes || connection.flight.failure().is_some() {
            return Ok(Arc::clone(&state.route));
        }
        let Ok(alone) = Arc::clone(&connection.flight.alone).try_lock_owned() else {
            return Ok(Arc::clone(&state.route));
        };
        // It is good for a while yet, so this call does not wait for long.
        let soon = Instant::now() + deadline.saturating_duration_since(Instant::now()) / 2;
        let refreshed = self.refresh_customer(connection, &state, outbound, alone);
        match timeout_at(soon, refreshed).await {
            Ok(Ok(state)) => Ok(Arc::clone(&state.route)),
            Ok(Err(_)) | Err(_) => Ok(Arc::clone(&state.route)),
        }
    }

    /// What to sign a call with, once, that the app refused with HTTP 401: a token that came since, or a new one. Is there none, the
    /// connection is marked, and tells its customer why.
    ///
    /// # Errors
    ///
    /// [`Unusable`], as it is marked; of the temporary kind when there is no new token for now.
    pub(crate) async fn customer_refused(
        &self,
        target: &CustomerTarget,
        used: &Arc<Route>,
        outbound: &Outbound,
        deadline: Instant,
    ) -> Result<Option<Arc<Route>>, Unusable> {
        let connection = &target.connection;
        let state = connection.state.load_full();
        if !Arc::ptr_eq(&state.route, used) {
            return Ok(Some(Arc::clone(&state.route)));
        }
        let flight = &connection.flight;
        if state.refreshes && !flight.was_renewed(state.generation, RENEWED_AT_MOST_EACH) {
            let route = self.renewed(connection, &state, outbound, deadline).await?;
            flight.renewed(connection.state.load().generation);
            return Ok(Some(route));
        }
        let (status, reason) = if state.is_good(self.clock.now()) {
            (Status::NeedsAttention, "the app refused its credential (HTTP 401)")
        } else {
            (Status::Expired, ENDED)
        };
        let state = self.marked(connection, &state, status, reason).await?;
        Ok(Some(Arc::clone(&state.route)))
    }

    /// A token in place of that of `state`, which is good no more.
    async fn renewed(
        &self,
        connection: &Arc<Connection>,
        state: &Arc<State>,
        outbound: &Outbound,
        deadline: Instant,
    ) -> Result<Arc<Route>, Unusable> {
        let late = |_| Unusable::for_now("its token endpoint did not answer in time");
        let flight = &connection.flight;
        let alone = Arc::clone(&flight.alone).lock_owned();
        let alone = timeout_at(deadline, alone).await.map_err(late)?;
        let now = connection.state.load_full();
        if now.generation != state.generation && now.is_good(self.clock.now()) {
            return Ok(Arc::clone(&now.route));
        }
        if !now.refreshes {
            let state = self.marked(connection, &now, Status::Expired, ENDED).await?;
            return Ok(Arc::clone(&state.route));
        }
        if let Some(reason) = flight.failure() {
            return Err(Unusable::for_now(reason));
        }
        let refreshed = self.refresh_customer(connection, &now, outbound, alone);
        let state = timeout_at(deadline, refreshed).await.map_err(late)??;
        Ok(Arc::clone(&state.route))
    }

    /// Refreshes on, whether or not anybody waits for it: what a provider grants once must not be lost with a call.
    async fn refresh_customer(
        &self,
        connection: &Arc<Connection>,
        state: &Arc<State>,
        outbound: &Outbound,
        alone: OwnedMutexGuard<()>,
    ) -> Result<Arc<State>, Unusable> {
        let refresh = Refresh {
            store: self.store.clone(),
            sealer: self.sealer.clone(),
            clock: self.clock.clone(),
            client: outbound.client.clone(),
            connection: Arc::clone(connection),
        };
        let generation = state.generation;
        let task = self.tracker.spawn(async move {
            let _alone = alone;
            refresh.run(generation).await
        });
        task.await.unwrap_or_else(|_| Err(Unusable::for_now("its refresh was interrupted")))
    }

    /// Marks the connection, if its secret is still that of `state`; otherwise takes the newer one.
    async fn marked(
        &self,
        connection: &Connection,
        state: &State,
        status: Status,
        reason: &str,
    ) -> Result<Arc<State>, Unusable> {
        let (account, row) = (connection.account, &connection.row);
        let found = self.store.customer_connection(account, row.customer_id, row.id).await?;
        let row = found.ok_or_else(removed)?;
        if let Some(unusable) = Unusable::of(&row) {
            return Err(unusable);
        }
        if row.generation != state.generation {
            let opened = open(&self.sealer, account, &connection.app, &row)?;
            return connection.adopt(&self.client, &row, &opened);
        }
        let marked = mark(&self.store, account, &row, status, reason, self.clock.now()).await?;
        Err(marked.unwrap_or_else(|| Unusable::for_now("it was changed just now")))
    }

    fn note_use(&self, connection: &Connection, now: Timestamp) {
        let (used, ms) = (&connection.used_at, now.as_millisecond());
        let last = used.load(Ordering::Relaxed);
        if ms.saturating_sub(last) < USED_EACH_MS
            || used.compare_exchange(last, ms, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return;
        }
        let (store, account, id) = (self.store.clone(), connection.account, connection.row.id);
        self.tracker.spawn(async move {
            if let Err(error) = store.customer_connection_used(account, id, now).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the last use of a customer's connection was not written down"
                );
            }
        });
    }
}

const ENDED: &str =
    "its access token has ended, and there is none to refresh it with: connect it again";

pub(super) fn removed() -> Unusable {
    Unusable::needs_attention("it was removed")
}

impl Unusable {
    pub(super) fn marked(status: Status, reason: &str) -> Self {
        let kind = match status {
            Status::Connected | Status::NeedsAttention => UnusableKind::NeedsAttention,
            Status::Expired => UnusableKind::Expired,
        };
        Self { reason: reason.to_owned(), kind }
    }
}
