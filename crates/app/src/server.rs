use crate::{App, Caller, Error, publication::Published};
use std::sync::Arc;
use tokio::sync::watch;

/// What the open streams of a server wait on.
#[derive(Clone, Debug)]
pub struct ServerWatch {
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    lists: u64,
    ended: bool,
    /// Grows when tokens may have been revoked.
    checks: u64,
}

/// What a stream is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The tool list is another.
    ListChanged,
    /// Look whether the caller's token still lives.
    Check,
    /// The server is gone or disabled, or the process ends.
    Ended,
}

impl Default for ServerWatch {
    fn default() -> Self {
        Self { state: watch::Sender::new(State::default()) }
    }
}

/// One stream's place at a [`ServerWatch`].
#[derive(Debug)]
pub struct Subscription {
    state: watch::Receiver<State>,
    seen: State,
}

impl ServerWatch {
    /// A place that sees what happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        let mut state = self.state.subscribe();
        let seen = *state.borrow_and_update();
        Subscription { state, seen }
    }

    /// How many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.state.receiver_count()
    }

    /// Whether anybody but its owner has it: a stream, or a request that may become one.
    pub(crate) fn is_held(&self) -> bool {
        self.state.receiver_count() > 0 || self.state.sender_count() > 1
    }

    pub(crate) fn list_changed(&self) {
        self.state.send_modify(|state| state.lists += 1);
    }

    pub(crate) fn check(&self) {
        self.state.send_modify(|state| state.checks += 1);
    }

    pub(crate) fn ended(&self) {
        self.state.send_modify(|state| state.ended = true);
    }
}

impl Subscription {
    /// Waits for the next signal. Several list changes in between are one.
    pub async fn next(&mut self) -> Signal {
        loop {
            let now = *self.state.borrow_and_update();
            let before = std::mem::replace(&mut self.seen, now);
            if now.ended {
                return Signal::Ended;
            }
            if now.lists != before.lists {
                return Signal::ListChanged;
            }
            if now.checks != before.checks {
                return Signal::Check;
            }
            if self.state.changed().await.is_err() {
                return Signal::Ended;
            }
        }
    }
}

/// A server, as a caller has reached it.
#[derive(Clone, Debug)]
pub struct Reached {
    /// What it serves.
    pub published: Arc<Published>,
    /// What its streams wait on.
    pub watch: ServerWatch,
    /// `{alias}/{server}` as it was asked for, when one of the two is a former name.
    pub asked_as: Option<Arc<str>>,
}

impl App {
    /// Alias and slug of the server whose own host name that is, in lower case and without a port. Says nothing of whether it
    /// exists for a caller.
    #[must_use]
    pub fn server_of_host(&self, host: &str) -> Option<(Box<str>, Box<str>)> {
        self.registry.load().hosts.get(host).cloned()
    }

    /// The server of that name, as published. Former names answer like those of today.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::NotFound`] when there is none, it is disabled, it is another account's, or the caller's token does not cover
    /// it, all alike.
    pub async fn server(&self, caller: &Caller, alias: &str, slug: &str) -> Result<Reached, Error> {
        let absent = || Error::not_found("there is no MCP server at this address");
        let registry = self.registry.load();
        let (slot, former) = registry
            .find(alias, slug, || self.clock.now())
            .filter(|(slot, _)| slot.server.enabled)
            .ok_or_else(absent)?;
        if slot.account_id != caller.account_id() || !caller.covers_server(slot.server.id) {
            return Err(absent());
        }
        let asked_as = former.then(|| format!("{alias}/{slug}").into());
        if let Some(published) = slot.published.get() {
            let published = Arc::clone(published);
            return Ok(Reached { published, watch: slot.watch.clone(), asked_as });
        }
        let slot = Arc::clone(slot);
        drop(registry);
        let published = slot.published.get_or_try_init(|| self.load_publication(&slot)).await?;
        let published = Arc::clone(published);
        Ok(Reached { published, watch: slot.watch.clone(), asked_as })
    }
}
