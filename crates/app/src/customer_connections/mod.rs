//! Connections of customers, as calls use them.

use crate::{App, Outbound};
use model::{AccountId, ConnectionSecret, Secret};
use std::sync::Arc;
use store::CustomerConnection;
use tokio::time::Instant;
use upstream::{BaseUrl, Route};

/// One connection, ready to sign calls.
pub(crate) struct CustomerTarget {
    base: BaseUrl,
    route: Arc<Route>,
}

/// Why a connection cannot be used. Nothing is sent with it.
pub(crate) struct Unusable {
    /// For people.
    pub(crate) reason: String,
    pub(crate) kind: UnusableKind,
}

/// What can be done about it.
pub(crate) enum UnusableKind {
    /// The customer connects anew.
    Unreadable,
}

impl CustomerTarget {
    pub(crate) fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// What must not be shown of what comes back.
    pub(crate) fn secrets(&self) -> Arc<[Secret]> {
        self.route.credential().secrets()
    }
}

impl App {
    /// The connection, ready to be used.
    pub(crate) fn customer_target(
        &self,
        account: AccountId,
        app: &store::App,
        connection: &CustomerConnection,
    ) -> Result<CustomerTarget, Unusable> {
        let unreadable = |reason: String| Unusable { reason, kind: UnusableKind::Unreadable };
        let base = BaseUrl::parse(&app.base_url).map_err(|error| unreadable(error.to_string()))?;
        let mut origins = vec![base.origin()];
        for host in &app.trusted_hosts {
            let host = BaseUrl::parse(host).map_err(|error| unreadable(error.to_string()))?;
            origins.push(host.origin());
        }
        let place = CustomerConnection::place(account, connection.customer_id, connection.id);
        let plain = self.sealer.open(&place, &connection.sealed);
        let secret = plain.ok().and_then(|plain| ConnectionSecret::from_opened(&plain).ok());
        let secret = secret.ok_or_else(|| unreadable("its secret cannot be opened".to_owned()))?;
        let credential = self.client.credential(&connection.name, &secret, origins);
        let credential = credential.map_err(|error| unreadable(error.to_string()))?;
        let route = Arc::new(self.client.route(base.origin(), account, credential));
        Ok(CustomerTarget { base, route })
    }

    /// What a call goes out with.
    pub(crate) async fn customer_route(
        &self,
        target: &CustomerTarget,
        _outbound: &Outbound,
        _deadline: Instant,
    ) -> Result<Arc<Route>, Unusable> {
        Ok(Arc::clone(&target.route))
    }

    /// What a call that the API refused goes out with again.
    pub(crate) async fn customer_refused(
        &self,
        _target: &CustomerTarget,
        _used: &Arc<Route>,
        _outbound: &Outbound,
        _deadline: Instant,
    ) -> Result<Option<Arc<Route>>, Unusable> {
        Ok(None)
    }
}
