use super::{
    CustomerConnectionStatus as Status, Unusable, fields,
    route::removed,
    signing::Opened,
    target::{Connection, State, open},
};
use crate::{Clock, clock::entropy};
use jiff::SignedDuration;
use model::{AccountId, OAuth2, Timestamp, WayCredential, WaySecret};
use std::{sync::Arc, time::Duration};
use store::{CustomerConnection, RefreshLease, Refreshed, Sealer, Store};
use tokio::time::{Instant, sleep};
use upstream::{Client, Grant, TokenEndpoint, TokenError, TokenGrant};

/// How long nobody else asks for a token while one process does, or is thought to. Longer than a token endpoint is waited for: then a
/// token is asked for twice only when a process has gone.
const LEASE: Duration = Duration::from_secs(30);
/// How often those that wait for another process look.
const LOOK_EACH: Duration = Duration::from_millis(100);
/// How often, and how soon one after another, the database is asked to keep what was granted.
const SAVES: u32 = 5;
const SAVE_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// One refresh of a customer's connection. It runs on its own, whoever waits for it.
pub(super) struct Refresh {
    pub(super) store: Store,
    pub(super) sealer: Sealer,
    pub(super) clock: Clock,
    pub(super) client: Client,
    pub(super) connection: Arc<Connection>,
}

impl Refresh {
    /// Gets a token in place of that of `generation`: from the database, where another process has put one, or from the provider.
    pub(super) async fn run(self, generation: i64) -> Result<Arc<State>, Unusable> {
        let refreshed = self.refresh(generation).await;
        let flight = &self.connection.flight;
        match &refreshed {
            Ok(_) => flight.succeeded(),
            Err(unusable) => tracing::warn!(
                connection = %self.connection.row.id,
                reason = unusable.reason,
                "a customer's connection was not refreshed"
            ),
        }
        refreshed
    }

    async fn refresh(&self, generation: i64) -> Result<Arc<State>, Unusable> {
        if let Some((before, granted)) = self.connection.flight.take_unsaved() {
            self.save(before, granted).await?;
        }
        let holder = format!("{:032x}", u128::from_ne_bytes(entropy()));
        let started = Instant::now();
        let lease_for = LEASE.max(self.client.limits().token * 2);
        loop {
            let row = self.read().await?;
            let opened = open(&self.sealer, self.connection.account, &self.connection.app, &row)?;
            if row.generation != generation {
                let state = self.connection.adopt(&self.client, &row, &opened)?;
                if !state.is_due(self.clock.now()) {
                    return Ok(state);
                }
            }
            let now = self.clock.now();
            let until = now + SignedDuration::try_from(lease_for).unwrap_or(SignedDuration::MAX);
            let lease = RefreshLease { holder: holder.clone(), now, until };
            let (account, id) = (self.connection.account, row.id);
            if self.store.lease_customer_connection(account, id, row.generation, &lease).await? {
                return self.ask(&row, opened, &holder).await;
            }
            if started.elapsed() > lease_for {
                return Err(Unusable::for_now("another process refreshes it, and has not ended"));
            }
            sleep(LOOK_EACH).await;
        }
    }

    /// Asks the provider. The lease is ours.
    async fn ask(
        &self,
        row: &CustomerConnection,
        opened: Opened,
        holder: &str,
    ) -> Result<Arc<State>, Unusable> {
        let started = self.clock.now();
        let granted = match self.token(row, &opened).await {
            Ok(granted) => granted,
            Err(error) if error.permanent => return self.refused(row, &error).await,
            Err(error) => {
                self.connection.flight.failed(&error.reason, error.retry_after);
                let (account, id) = (self.connection.account, row.id);
                // It ends by itself, but another process may fare better.
                drop(self.store.release_customer_connection(account, id, holder).await);
                return Err(Unusable::for_now(error.reason));
            }
        };
        let granted = self.sealed(row, &opened, granted, started)?;
        self.save(row.clone(), granted).await
    }

    async fn token(
        &self,
        row: &CustomerConnection,
        opened: &Opened,
    ) -> Result<TokenGrant, TokenError> {
        let unusable = |reason: &str| TokenError {
            permanent: false,
            reason: reason.to_owned(),
            retry_after: None,
        };
        let account = self.connection.account;
        let Some(((way, oauth, secret), (_, Some(token), _))) = opened.oauth().zip(opened.tokens())
        else {
            return Err(unusable("it has nothing to be refreshed with"));
        };
        let client = self.store.oauth_client(account, row.app_id, &way.name).await;
        let client = client
            .map_err(|_| unusable("the database does not answer"))?
            .ok_or_else(|| unusable("its app has no OAuth client any more"))?;
        let place = store::OAuthClient::place(account, row.app_id, &way.name);
        let client_secret =
            client.sealed.as_ref().map(|sealed| self.sealer.open(&place, sealed)).transpose();
        let client_secret =
            client_secret.map_err(|_| unusable("the secret of its OAuth client does not open"))?;
        let url = way
            .fill(&oauth.token_url, &secret.fields)
            .map_err(|error| unusable(&format!("its token URL cannot be used: {error}")))?;
        let endpoint = TokenEndpoint {
            url: &url,
            client_id: &client.client_id,
            client_secret: client_secret.as_ref(),
            auth_style: oauth.client_auth,
            format: oauth.token_request,
            parameters: &oauth.token_parameters,
            answer: &oauth.token_answer,
        };
        self.client.token(account, &endpoint, &Grant::RefreshToken(token)).await
    }

    /// What was granted, sealed in place of what `row` holds.
    fn sealed(
        &self,
        row: &CustomerConnection,
        opened: &Opened,
        granted: TokenGrant,
        at: Timestamp,
    ) -> Result<Refreshed, Unusable> {
        let ((way, oauth, secret), (_, refresh, _)) = opened
            .oauth()
            .zip(opened.tokens())
            .ok_or_else(|| Unusable::for_now("it has nothing to be refreshed with"))?;
        let mut values = secret.fields.clone();
        fields::follow(way, &granted.members, &mut values);
        let moved = values != secret.fields;
        let new = WaySecret {
            fields: values,
            credential: WayCredential::OAuth2 {
                access: granted.access,
                // One that is not replaced stays good.
                refresh: granted.refresh.or_else(|| refresh.cloned()),
                granted_at: at,
            },
        };
        let plain = new
            .to_sealable()
            .map_err(|_| Unusable::for_now("its token endpoint gave a token that is no text"))?;
        let place = CustomerConnection::place(self.connection.account, row.customer_id, row.id);
        let scopes = granted.scope.map(|scope| oauth.scopes_of(&scope));
        Ok(Refreshed::Granted {
            sealed: self.sealer.seal(&place, entropy(), plain.expose()),
            scopes: scopes.unwrap_or_else(|| row.scopes.clone()),
            expires_at: ends(oauth, granted.expires_in, at),
            moved,
        })
    }

    /// Keeps what was granted, and uses it from then on. What another process has put there meanwhile is newer.
    async fn save(
        &self,
        before: CustomerConnection,
        granted: Refreshed,
    ) -> Result<Arc<State>, Unusable> {
        let account = self.connection.account;
        for attempt in 0..SAVES {
            let now = self.clock.now();
            match self.store.customer_connection_refreshed(account, &before, &granted, now).await {
                Ok(_) => return self.take().await,
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    connection = %before.id,
                    "a token that was granted could not be kept"
                ),
            }
            sleep(SAVE_AGAIN_AFTER * 2_u32.pow(attempt)).await;
        }
        self.connection.flight.keep_unsaved(before, granted);
        Err(Unusable::for_now("the database does not answer"))
    }

    /// The provider will not grant another token, unless another process has had one meanwhile.
    async fn refused(
        &self,
        row: &CustomerConnection,
        error: &TokenError,
    ) -> Result<Arc<State>, Unusable> {
        let reason = format!(
            "the app takes its refresh token no more, so it has to be connected again: {error}"
        );
        let (account, now) = (self.connection.account, self.clock.now());
        match mark(&self.store, account, row, Status::NeedsAttention, &reason, now).await? {
            Some(unusable) => Err(unusable),
            None => self.take().await,
        }
    }

    /// Takes what the row holds.
    async fn take(&self) -> Result<Arc<State>, Unusable> {
        let row = self.read().await?;
        let opened = open(&self.sealer, self.connection.account, &self.connection.app, &row)?;
        self.connection.adopt(&self.client, &row, &opened)
    }

    async fn read(&self) -> Result<CustomerConnection, Unusable> {
        let (account, row) = (self.connection.account, &self.connection.row);
        let row = self.store.customer_connection(account, row.customer_id, row.id).await?;
        let row = row.ok_or_else(removed)?;
        match Unusable::of(&row) {
            Some(unusable) => Err(unusable),
            None => Ok(row),
        }
    }
}

/// Marks a connection, if its secret is still that of `row`. None when it is not.
pub(super) async fn mark(
    store: &Store,
    account: AccountId,
    row: &CustomerConnection,
    status: Status,
    reason: &str,
    now: Timestamp,
) -> Result<Option<Unusable>, Unusable> {
    let refused =
        Refreshed::Refused { status: status.as_str().to_owned(), reason: reason.to_owned() };
    let done = store.customer_connection_refreshed(account, row, &refused, now).await?;
    tracing::info!(connection = %row.id, status = status.as_str(), reason, "a customer's connection is marked");
    Ok(done.then(|| Unusable::marked(status, reason)))
}

/// The end of an access token that was granted at `at`, where it is known.
pub(super) fn ends(oauth: &OAuth2, said: Option<Duration>, at: Timestamp) -> Option<Timestamp> {
    let life = said.or_else(|| oauth.expires_in.map(|seconds| Duration::from_secs(seconds.into())));
    life.and_then(|life| at.checked_add(life).ok())
}
