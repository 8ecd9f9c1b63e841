//! How a customer connects an app in a browser: by a link that serves once, on a page of the account's looks, at the app's own
//! provider if need be.

mod automatic;
mod brand;
mod callback;
mod finish;
mod input;
mod link;
mod page;
mod start;

pub(crate) use automatic::AutomaticLinks;
pub use brand::Brand;
pub use callback::{Answer, Returned};
pub use finish::ConnectProgress;
pub use link::{ConnectLink, ConnectLinkStatus, CreatedConnectLink, NewConnectLink};
pub use page::{ConnectApp, ConnectInput, ConnectPage, ConnectWay};
pub use start::{Entered, Started};

use crate::principal::Principal;
use crate::{App, Caller, Context, Error, Kind, customer_token::customer_rights, one_time};
use link::LinkSettings;
use model::{AppKey, ConnectionId, Timestamp};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What came of a link: what the page tells whoever opened it.
#[derive(Clone, Debug)]
pub struct Connected {
    /// The app.
    pub app: AppKey,
    /// Its title.
    pub title: String,
    /// The connection that was made, or whose credential was replaced.
    pub connection: ConnectionId,
    /// Where the customer goes on.
    pub return_url: Option<String>,
    /// The page that is told, by its origin.
    pub origin: Option<String>,
    /// How the page looks.
    pub brand: Brand,
}

/// The code of [`Error`]s about a link that cannot be used.
pub const LINK_SPENT: &str = "link_spent";
/// The code of [`Error`]s about an answer of a provider that nobody waits for.
pub const UNKNOWN_STATE: &str = "unknown_state";

/// A link that can be used, and who uses it.
pub(crate) struct Live {
    pub(crate) row: store::ConnectLink,
    pub(crate) settings: LinkSettings,
    pub(crate) customer: store::Customer,
}

impl Live {
    /// The customer, as who acts.
    pub(crate) fn caller(&self, context: Context) -> Caller {
        let principal = Principal::new(customer_rights(&self.customer), Arc::default());
        Caller { principal: Arc::new(principal), context }
    }
}

impl App {
    /// The link of that secret, if it can be used.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] for one that is unknown, used or expired, and for a customer that is shut out, all alike; [`Kind::Wait`] when
    /// too many unknown ones have come.
    pub(crate) async fn live_connect_link(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Live, Error> {
        let hash = one_time::digest(secret).ok_or_else(spent)?;
        let Some(row) = self.store.connect_link_by_hash(&hash).await? else {
            self.strangers.take(self.config.stranger_rate(), Instant::now()).map_err(|wait| {
                let retry_after = wait.max(Duration::from_secs(1));
                Error::new(Kind::Wait { retry_after }, "too many unknown links: wait a moment")
            })?;
            return Err(spent());
        };
        self.live(row, now).await
    }

    pub(crate) async fn live(
        &self,
        row: store::ConnectLink,
        now: Timestamp,
    ) -> Result<Live, Error> {
        if row.used.is_some() || row.expires_at <= now {
            return Err(spent());
        }
        let name = store::CustomerName::Id(row.customer_id);
        let customer = self.store.customer(row.account_id, &name).await?;
        let customer = customer.filter(|one| one.disabled_at.is_none()).ok_or_else(spent)?;
        if let Some(id) = customer.user_id {
            let user = self.store.user(row.account_id, id).await?;
            user.filter(|user| user.disabled_at.is_none()).ok_or_else(spent)?;
        }
        let settings = LinkSettings::read(&row.settings)?;
        Ok(Live { row, settings, customer })
    }
}

/// What a link is refused with, whatever is wrong with it.
pub(crate) fn spent() -> Error {
    Error::not_found("this link is unknown, used or expired: ask for a new one").code(LINK_SPENT)
}

/// Why an app was not connected, for the customer.
fn refused(message: &'static str) -> Error {
    Error::conflict(message).code("not_connected")
}
