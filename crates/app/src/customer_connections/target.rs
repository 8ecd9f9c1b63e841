use super::{
    Unusable,
    flight::Flight,
    signing::{Opened, origins},
};
use crate::App;
use arc_swap::ArcSwap;
use jiff::SignedDuration;
use model::{AccountId, Secret, Timestamp};
use std::sync::{Arc, atomic::AtomicI64};
use store::CustomerConnection;
use upstream::{BaseUrl, Client, Origin, Route};

/// How long before its end an access token is refreshed; of a short-lived one, a tenth of its life.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// One connection of a customer, ready to sign calls.
pub(crate) struct CustomerTarget {
    base: BaseUrl,
    pub(super) connection: Arc<Connection>,
}

/// What stays of a connection while its tokens come and go.
pub(super) struct Connection {
    pub(super) account: AccountId,
    pub(super) app: Arc<store::App>,
    /// As it was when the target was made. Its secret and its state are those of then.
    pub(super) row: CustomerConnection,
    origin: Origin,
    origins: Vec<Origin>,
    pub(super) state: ArcSwap<State>,
    pub(super) flight: Arc<Flight>,
    /// When its use was last written down, in milliseconds.
    pub(super) used_at: AtomicI64,
}

/// What calls are signed with now.
pub(super) struct State {
    pub(super) route: Arc<Route>,
    /// Tells its secret from a later one.
    pub(super) generation: i64,
    /// The end of the access token, where that is known.
    pub(super) ends: Option<Timestamp>,
    /// From when on it is refreshed.
    pub(super) due: Option<Timestamp>,
    pub(super) refreshes: bool,
    access: Option<Secret>,
}

impl CustomerTarget {
    /// Where its calls go.
    pub(crate) fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// What must not be shown of what comes back: of its secret, and of the token before the one that it has.
    pub(crate) fn secrets(&self) -> Arc<[Secret]> {
        self.connection.state.load().route.credential().secrets()
    }
}

impl App {
    /// Makes a customer's connection of the app ready to sign calls.
    ///
    /// # Errors
    ///
    /// [`Unusable`] when it is known not to work, its secret does not open, or the app has no such way any more.
    pub(crate) fn customer_target(
        &self,
        account: AccountId,
        app: &Arc<store::App>,
        connection: &CustomerConnection,
    ) -> Result<CustomerTarget, Unusable> {
        if let Some(unusable) = Unusable::of(connection) {
            return Err(unusable);
        }
        let opened = open(&self.sealer, account, app, connection)?;
        let base = opened.base_url(app).map_err(Unusable::unreadable)?;
        let origins = origins(app, &base).map_err(Unusable::unreadable)?;
        let origin = base.origin();
        let signing = (&origin, &origins);
        let state = State::new(&self.client, account, connection, &opened, signing, None)?;
        let used_at = connection.last_used_at.map_or(i64::MIN, Timestamp::as_millisecond);
        let connection = Connection {
            account,
            app: Arc::clone(app),
            row: connection.clone(),
            state: ArcSwap::from_pointee(state),
            flight: self.flights.of(connection.id),
            used_at: AtomicI64::new(used_at),
            origin,
            origins,
        };
        Ok(CustomerTarget { base, connection: Arc::new(connection) })
    }
}

impl Connection {
    /// Takes over what a row holds: whoever asks from now on has its tokens.
    pub(super) fn adopt(
        &self,
        client: &Client,
        row: &CustomerConnection,
        opened: &Opened,
    ) -> Result<Arc<State>, Unusable> {
        let before = self.state.load();
        let signing = (&self.origin, &self.origins);
        // Calls that are under way have the token before, which their answers may repeat.
        let state = State::new(client, self.account, row, opened, signing, before.access.as_ref())?;
        let state = Arc::new(state);
        self.state.store(Arc::clone(&state));
        Ok(state)
    }
}

impl State {
    fn new(
        client: &Client,
        account: AccountId,
        row: &CustomerConnection,
        opened: &Opened,
        (origin, origins): (&Origin, &Vec<Origin>),
        before: Option<&Secret>,
    ) -> Result<Self, Unusable> {
        let credential =
            opened.credential(client, &row.name, origins.clone()).map_err(|error| {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    connection = %row.id,
                    "the secret of a customer's connection cannot be sent"
                );
                Unusable::unreadable("its secret cannot be sent: connect it again")
            })?;
        let credential = match before {
            Some(before) => credential.with_hidden(before),
            None => credential,
        };
        let tokens = opened.tokens();
        let refreshes = tokens.is_some_and(|(_, refresh, _)| refresh.is_some());
        let ends = row.expires_at.filter(|_| tokens.is_some());
        let due = ends.zip(tokens).map(|(ends, (_, _, granted_at))| {
            let life = ends.duration_since(granted_at);
            ends - AHEAD.min(life / 10)
        });
        let route = Arc::new(client.route(origin.clone(), account, credential));
        let access = tokens.map(|(access, ..)| access.clone());
        Ok(Self { route, generation: row.generation, ends, due, refreshes, access })
    }

    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        self.ends.is_none_or(|ends| now < ends)
    }

    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| due <= now)
    }
}

/// What the row holds, opened.
pub(super) fn open(
    sealer: &store::Sealer,
    account: AccountId,
    app: &store::App,
    row: &CustomerConnection,
) -> Result<Opened, Unusable> {
    let place = CustomerConnection::place(account, row.customer_id, row.id);
    let plain = sealer.open(&place, &row.sealed).map_err(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            connection = %row.id,
            "the secret of a customer's connection does not open"
        );
        Unusable::unreadable("its secret cannot be opened: connect it again")
    })?;
    Opened::read(app, row, &plain)
}
