use super::{
    CustomerConnectionStatus as Status, CustomerConnectionView, fields,
    refresh::ends,
    signing::{Opened, origins, way},
};
use crate::{App, Caller, Error, Outbound, clock::entropy};
use model::{
    AccountId, AuthMethod, AuthWay, ConnectLinkId, ConnectionId, ConnectionSecret, CustomerId,
    Timestamp, WayCredential, WaySecret,
};
use std::collections::BTreeMap;
use store::CustomerConnection;
use upstream::TokenGrant;

/// What names a connection whose owner says nothing.
const NAME_UNSAID: &str = "default";

/// What a customer has connected, to be kept.
pub(crate) struct KeptConnection<'a> {
    pub(crate) customer: CustomerId,
    pub(crate) app: &'a store::App,
    /// The connection whose secret it takes the place of. Without one, that of the same app whose label is the same; or else none.
    pub(crate) renews: Option<ConnectionId>,
    /// Among the customer's connections of the app; made of the label when absent.
    pub(crate) name: Option<String>,
    /// Whether calls use it that name no other; the first one is, unless this says no.
    pub(crate) default: Option<bool>,
    /// Whose account at the app it is, where that is known.
    pub(crate) label: Option<String>,
    pub(crate) credential: NewCustomerCredential,
    /// The connect link that is used up by it.
    pub(crate) link: Option<ConnectLinkId>,
}

/// A credential that a customer has connected.
pub(crate) enum NewCustomerCredential {
    /// One that says itself where it is sent.
    Plain(ConnectionSecret),
    /// One of a way of the app that somebody has entered.
    Entered { way: String, fields: BTreeMap<String, String>, credential: WayCredential },
    /// Tokens that were granted in a way of the app, with the scopes that were asked for.
    Granted {
        way: String,
        fields: BTreeMap<String, String>,
        grant: TokenGrant,
        scopes: Vec<String>,
    },
}

/// A credential that can be sent, and what is known of it.
struct Ready {
    opened: Opened,
    way: Option<String>,
    scopes: Vec<String>,
    expires_at: Option<Timestamp>,
}

impl App {
    /// Keeps what a customer has connected, sealed, once it is sure that it can be sent; what the app says of it beyond is asked for
    /// with `outbound`. Authorisation is the caller's matter: a connect link allows it too.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] for what cannot be sent; [`crate::Kind::NotFound`] for a connection to renew that is not there;
    /// [`crate::Kind::Conflict`] when the name is taken, or the customer has as many as it may.
    pub(crate) async fn keep_customer_connection(
        &self,
        caller: &Caller,
        account: AccountId,
        kept: KeptConnection<'_>,
        outbound: &Outbound,
    ) -> Result<CustomerConnectionView, Error> {
        let now = self.clock.now();
        let mut ready = ready(kept.app, kept.credential, now)?;
        fields::look_up(&outbound.client, account, &mut ready.opened).await?;
        let base = ready
            .opened
            .base_url(kept.app)
            .map_err(|why| Error::invalid(why).field("credential"))?;
        let origins =
            origins(kept.app, &base).map_err(|why| Error::corrupt("trusted host", why))?;
        ready
            .opened
            .credential(&outbound.client, "new", origins)
            .map_err(|error| Error::invalid(error.to_string()).field("credential"))?;
        let known = self.store.customer_connections(account, kept.customer).await?;
        let of_app = || known.iter().filter(|row| row.app_id == kept.app.id);
        let same_label = |row: &&CustomerConnection| {
            kept.label.is_some() && kept.name.is_none() && row.label == kept.label
        };
        let renewed = match kept.renews {
            Some(id) => Some(of_app().find(|row| row.id == id).ok_or_else(super::absent)?),
            None => of_app().find(same_label),
        };
        let id = renewed.map_or_else(|| ConnectionId::new(now, entropy()), |row| row.id);
        let place = CustomerConnection::place(account, kept.customer, id);
        let plain = ready.opened.to_sealable()?;
        let sealed = self.sealer.seal(&place, entropy(), plain.expose());
        let status = Status::Connected.as_str().to_owned();
        let row = match renewed {
            Some(row) => CustomerConnection {
                way: ready.way,
                sealed,
                generation: row.generation + 1,
                status,
                reason: None,
                label: kept.label.or_else(|| row.label.clone()),
                scopes: ready.scopes,
                expires_at: ready.expires_at,
                revision: row.revision + 1,
                updated_at: now,
                ..row.clone()
            },
            None => CustomerConnection {
                id,
                customer_id: kept.customer,
                app_id: kept.app.id,
                name: match kept.name {
                    Some(name) => crate::connections::name(name)?,
                    None => free_name(kept.label.as_deref(), of_app()),
                },
                is_default: kept.default.unwrap_or_else(|| of_app().next().is_none()),
                way: ready.way,
                sealed,
                generation: 1,
                status,
                reason: None,
                label: kept.label,
                scopes: ready.scopes,
                expires_at: ready.expires_at,
                revision: 1,
                created_at: now,
                updated_at: now,
                last_used_at: None,
            },
        };
        let before = renewed.cloned().map(CustomerConnectionView::try_from).transpose()?;
        let after = CustomerConnectionView::try_from(row.clone())?;
        let event = if renewed.is_some() {
            "customer_connection.rotate"
        } else {
            "customer_connection.create"
        };
        let mut change =
            self.begin_uncounted(caller, now, event, &id, before.as_ref(), Some(&after)).await?;
        if let Some(link) = kept.link {
            let used = store::ConnectLinkUse { at: now, connection_id: id, app_id: kept.app.id };
            if !change.use_connect_link(account, link, &used).await? {
                return Err(crate::connect::spent());
            }
        }
        if renewed.is_some() {
            if !change.rotate_customer_connection(account, &row).await? {
                return Err(Error::changed());
            }
            change.commit().await?;
        } else {
            // Asked while the change holds the lock: nobody adds one meanwhile, and the app and the customer stay.
            self.room_for_connection(account, &row).await?;
            change.insert_customer_connection(account, &row).await.map_err(super::name_taken)?;
            self.commit_created(change, caller, &after, now).await?;
        }
        self.refresh().await?;
        Ok(after)
    }

    async fn room_for_connection(
        &self,
        account: AccountId,
        row: &CustomerConnection,
    ) -> Result<(), Error> {
        let known = self.store.customer_connections(account, row.customer_id).await?;
        if known.len() >= CustomerConnection::MAX as usize {
            let message = format!("a customer has at most {} connections", CustomerConnection::MAX);
            return Err(Error::conflict(message).code("too_many_connections"));
        }
        if self.store.app(account, row.app_id).await?.is_none() {
            return Err(Error::not_found("there is no such app").field("app"));
        }
        let customer = store::CustomerName::Id(row.customer_id);
        if self.store.customer(account, &customer).await?.is_none() {
            return Err(Error::not_found("there is no such customer"));
        }
        Ok(())
    }
}

/// Puts a credential together with its way.
fn ready(
    app: &store::App,
    credential: NewCustomerCredential,
    now: Timestamp,
) -> Result<Ready, Error> {
    let known = |name: &str| {
        way(app, name).cloned().map(Box::new).ok_or_else(|| {
            let message = "the app has no such way to connect";
            Error::invalid(message).code("unknown_way").field("way")
        })
    };
    let (way, secret, scopes, expires_at) = match credential {
        NewCustomerCredential::Plain(secret) => {
            let opened = Opened::Plain(secret);
            return Ok(Ready { opened, way: None, scopes: Vec::new(), expires_at: None });
        }
        NewCustomerCredential::Entered { way, fields, credential } => {
            let way = known(&way)?;
            let fields = fields::entered(&way, fields)?;
            (way, WaySecret { fields, credential }, Vec::new(), None)
        }
        NewCustomerCredential::Granted { way, fields, grant, scopes } => {
            let way = known(&way)?;
            let AuthMethod::OAuth2(oauth) = &way.method else { return Err(other_method(&way)) };
            let mut fields = fields::entered(&way, fields)?;
            fields::answered(&way, &grant.members, &mut fields)?;
            let scopes = grant.scope.as_deref().map_or(scopes, |scope| oauth.scopes_of(scope));
            let expires_at = ends(oauth, grant.expires_in, now);
            let credential = WayCredential::OAuth2 {
                access: grant.access,
                refresh: grant.refresh,
                granted_at: now,
            };
            (way, WaySecret { fields, credential }, scopes, expires_at)
        }
    };
    let name = Some(way.name.clone());
    Ok(Ready { opened: Opened::Way(way, secret), way: name, scopes, expires_at })
}

fn other_method(way: &AuthWay) -> Error {
    let message = format!("the way {} is connected otherwise", way.name);
    Error::invalid(message).code("other_method").field("way")
}

/// The label, or a name for those that have none, that no connection of the app has.
pub(super) fn free_name<'a>(
    label: Option<&str>,
    taken: impl Iterator<Item = &'a CustomerConnection>,
) -> String {
    let taken: Vec<&str> = taken.map(|row| row.name.as_str()).collect();
    let first = label.filter(|label| crate::connections::name((*label).to_owned()).is_ok());
    let first = first.unwrap_or(NAME_UNSAID);
    let numbered = (2..).map(|number| format!("{first} {number}"));
    std::iter::once(first.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(&name.as_str()))
        .expect("the numbers do not end")
}
