use super::link::{LIFE, new_row};
use crate::principal::Principal;
use crate::{App, Caller, Context, Error, Via, customer_token::customer_rights, one_time};
use jiff::SignedDuration;
use model::{AccountId, AppId, ConnectionId, CustomerId, Secret, Timestamp};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Links of one customer for one app that were made for its tools and can be used. Every node makes its own; a page that is open on the
/// link of another goes on working.
const KEPT: i64 = 4;
/// How long a link must be good still to be given once more: time enough to sign in at a provider.
const LEFT_MIN: SignedDuration = SignedDuration::from_mins(15);
/// Links that are remembered at most, of all customers. Of one that is not, another is made.
const REMEMBERED_MAX: usize = 10_000;

type Key = (AccountId, CustomerId, AppId, Option<ConnectionId>);

/// Links that this process has made for tools without a connection: an agent that calls such a tool again is given the same one, which
/// its customer may have opened meanwhile.
#[derive(Default)]
pub(crate) struct AutomaticLinks(Mutex<HashMap<Key, (Secret, Timestamp)>>);

impl AutomaticLinks {
    fn get(&self, key: &Key, now: Timestamp) -> Option<(Secret, Timestamp)> {
        let links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        links.get(key).filter(|(_, end)| end.duration_since(now) >= LEFT_MIN).cloned()
    }

    fn put(&self, key: Key, link: (Secret, Timestamp), now: Timestamp) {
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() >= REMEMBERED_MAX {
            links.retain(|_, (_, end)| end.duration_since(now) >= LEFT_MIN);
        }
        if links.len() >= REMEMBERED_MAX {
            links.clear();
        }
        links.insert(key, link);
    }
}

impl App {
    /// The URL of a page on which the customer connects the app, or connects one of its connections again, and when it ends: for a tool
    /// that cannot go on without. The same one is given until it is used or about to end.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::NotFound`] when the customer is gone; [`crate::Kind::Conflict`] without a public URL.
    pub async fn connect_link_for(
        &self,
        account: AccountId,
        customer: CustomerId,
        app: AppId,
        connection: Option<ConnectionId>,
    ) -> Result<(String, Timestamp), Error> {
        let now = self.clock.now();
        let key = (account, customer, app, connection);
        if let Some(known) = self.automatic_links.get(&key, now)
            && self.is_live_url(&known.0, now).await?
        {
            return Ok((text(&known.0), known.1));
        }
        // Also a user's own.
        let name = store::CustomerName::Id(customer);
        let found = self.store.customer(account, &name).await?;
        let customer = found.ok_or_else(|| Error::not_found("there is no such customer"))?;
        let (url, hash) = self.minted_link()?;
        let row = store::ConnectLink {
            app_id: Some(app),
            connection_id: connection,
            is_automatic: true,
            ..new_row(account, customer.id, now, LIFE)
        };
        let caller = Caller {
            principal: Arc::new(Principal::new(customer_rights(&customer), Arc::default())),
            context: Context { via: Via::System, ..Context::default() },
        };
        let about = super::ConnectLink::new(row.clone(), now)?;
        let mut change = self
            .begin_uncounted(
                &caller,
                now,
                "connect_link.create",
                &row.id,
                None::<&()>,
                Some(&about),
            )
            .await?;
        change.delete_automatic_connect_links(account, customer.id, app, KEPT - 1).await?;
        change.insert_connect_link(&row, &hash).await?;
        change.commit().await?;
        let shown = (text(&url), row.expires_at);
        self.automatic_links.put(key, (url, row.expires_at), now);
        Ok(shown)
    }

    /// Whether the link of that URL can be used still.
    async fn is_live_url(&self, url: &Secret, now: Timestamp) -> Result<bool, Error> {
        let text = text(url);
        let secret = text.rsplit('/').next().unwrap_or_default();
        let Some(hash) = one_time::digest(secret) else { return Ok(false) };
        let row = self.store.connect_link_by_hash(&hash).await?;
        Ok(row.is_some_and(|row| row.used.is_none() && row.expires_at > now))
    }
}

/// The one place where it leaves: to the customer's own agent.
fn text(url: &Secret) -> String {
    String::from_utf8_lossy(url.expose()).into_owned()
}
