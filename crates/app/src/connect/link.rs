use crate::{App, Caller, CustomerName, Error, Page, PageQuery, clock::entropy, one_time};
use jiff::SignedDuration;
use model::{
    AccountId, AppId, AppKey, ConnectLinkId, ConnectionId, CustomerId, Permission, Secret,
    Timestamp,
};
use serde::{Deserialize, Serialize, Serializer};
use url::Url;
use utoipa::ToSchema;

/// How long a link can be used when nobody says.
pub(super) const LIFE: SignedDuration = SignedDuration::from_hours(1);
/// How long it can be used at most: a week.
const LIFE_SECONDS_MAX: u32 = 604_800;
/// Links of one customer that can be used at the same time.
pub(super) const LIVE_LINKS_MAX: i64 = 100;
/// The longest URL, in bytes.
const URL_BYTES_MAX: usize = 2_000;
/// The longest name of a connection, in characters.
const NAME_CHARS_MAX: usize = 100;

/// A page on which one customer connects an app, once. Never its URL, which is a secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConnectLink {
    /// Names it.
    pub id: ConnectLinkId,
    /// Who connects.
    pub customer: CustomerId,
    /// The app that is connected; absent when the customer chooses among those that can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub app: Option<AppId>,
    /// The way to connect, where it was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub way: Option<String>,
    /// The connection: the one that was made, or that is connected again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub connection: Option<ConnectionId>,
    /// What the new connection is called, where it was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Where the customer goes on in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub return_url: Option<String>,
    /// The page that is told of the end, by its origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub origin: Option<String>,
    /// How far it is.
    pub status: ConnectLinkStatus,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// When the customer has connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub connected_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
}

/// How far a connect link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectLinkStatus {
    /// Nobody has opened it.
    Pending,
    /// Its page was opened.
    Opened,
    /// The customer has connected: it is used up.
    Connected,
    /// The last try failed. It can be used still.
    Failed,
    /// Its time is over.
    Expired,
}

/// A link that was just made: the only time that its URL is seen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CreatedConnectLink {
    /// The page. Whoever has it connects for the customer: give it to nobody else.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String)]
    pub url: Secret,
    /// All else about it.
    #[serde(flatten)]
    pub details: ConnectLink,
}

/// The one place where it leaves the process: to whoever had it made.
fn shown_once<S: Serializer>(url: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(url.expose()))
}

/// A link to be made.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnectLink {
    /// The app, by id or key. When absent, the page offers every app of the account that can be connected.
    #[schema(min_length = 1, max_length = 64)]
    pub app: Option<String>,
    /// The name of the way to connect. When absent, the page offers all that the app has.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$")]
    pub way: Option<String>,
    /// A connection of the customer to be connected again, in the place of its credential.
    pub connection: Option<ConnectionId>,
    /// What the new connection is called.
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// Where the customer goes on in the end: an https or http URL. `connect_link`, `connect_status` and `connection` are added to its
    /// query.
    #[schema(min_length = 1, max_length = 2000)]
    pub return_url: Option<String>,
    /// The origin of the page that opens the link with the snippet, such as `https://app.example.com`: it alone is told of the end.
    #[schema(min_length = 1, max_length = 2000)]
    pub origin: Option<String>,
    /// For how many seconds it can be used; an hour when absent.
    #[serde(default, deserialize_with = "crate::number::optional")]
    #[schema(minimum = 60, maximum = 604_800)]
    pub expires_in_seconds: Option<u32>,
}

/// What a link is kept with, beside what is asked for in the database.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LinkSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) way: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<String>,
}

impl LinkSettings {
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| Error::corrupt("connect link", error))
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("texts are JSON")
    }
}

impl App {
    /// The customer's links, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`]; [`crate::Kind::NotFound`].
    pub async fn list_connect_links(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        page: &PageQuery,
    ) -> Result<Page<ConnectLink>, Error> {
        let customer = self.customer_for(caller, customer, Permission::ReadCustomers).await?;
        let account = customer.account_id;
        let (size, after, now) = (page.size()?, page.after()?, self.clock.now());
        let rows = self.store.connect_links(account, customer.id, after, size + 1).await?;
        Page::new(rows, size, |row| row.id, |row| ConnectLink::new(row, now)).transpose()
    }

    /// One link of the customer.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`]; [`crate::Kind::NotFound`].
    pub async fn get_connect_link(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        id: ConnectLinkId,
    ) -> Result<ConnectLink, Error> {
        let customer = self.customer_for(caller, customer, Permission::ReadCustomers).await?;
        let account = customer.account_id;
        ConnectLink::new(self.known_link(account, customer.id, id).await?, self.clock.now())
    }

    /// Makes a link on which the customer connects an app.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`] for an
    /// app, a way or a connection that there is not, and for a URL that is none; [`crate::Kind::Conflict`] without a public URL, for a
    /// customer that is shut out, and when it has too many links.
    pub async fn create_connect_link(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        new: NewConnectLink,
    ) -> Result<CreatedConnectLink, Error> {
        let customer = self.customer_for(caller, customer, Permission::WriteCustomers).await?;
        let account = customer.account_id;
        if customer.disabled_at.is_some() {
            let message = "the customer is shut out: let it in again first";
            return Err(Error::conflict(message).code("customer_disabled"));
        }
        let now = self.clock.now();
        let life = new.expires_in_seconds.map_or(Ok(LIFE), checked_life)?;
        let (app_id, connection_id) = self.asked_app(account, customer.id, &new).await?;
        self.check_own_app(caller, &customer, app_id).await?;
        let settings = LinkSettings {
            way: new.way,
            name: new.name.map(checked_name).transpose()?,
            return_url: new.return_url.map(checked_return_url).transpose()?,
            origin: new.origin.map(checked_origin).transpose()?,
        };
        if self.store.count_live_connect_links(account, customer.id, now).await? >= LIVE_LINKS_MAX {
            let message = format!(
                "a customer has at most {LIVE_LINKS_MAX} links that can be used: delete one first"
            );
            return Err(Error::conflict(message).code("too_many_links"));
        }
        if customer.user_id.is_some() {
            self.keep_own_customer(caller).await?;
        }
        let row = store::ConnectLink {
            app_id,
            connection_id,
            settings: settings.text(),
            ..new_row(account, customer.id, now, life)
        };
        let (url, hash) = self.minted_link()?;
        let details = ConnectLink::new(row.clone(), now)?;
        let mut change = self
            .begin_uncounted(
                caller,
                now,
                "connect_link.create",
                &row.id,
                None::<&()>,
                Some(&details),
            )
            .await?;
        change.insert_connect_link(&row, &hash).await?;
        let created = CreatedConnectLink { url, details };
        self.commit_created(change, caller, &created, now).await?;
        Ok(created)
    }

    /// Removes a link: its page is gone at once.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::NotFound`].
    pub async fn delete_connect_link(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        id: ConnectLinkId,
    ) -> Result<(), Error> {
        let customer = self.customer_for(caller, customer, Permission::WriteCustomers).await?;
        let account = customer.account_id;
        let now = self.clock.now();
        let before = ConnectLink::new(self.known_link(account, customer.id, id).await?, now)?;
        let mut change = self
            .begin_uncounted(caller, now, "connect_link.delete", &id, Some(&before), None::<&()>)
            .await?;
        if !change.delete_connect_link(account, customer.id, id).await? {
            return Err(absent());
        }
        Ok(change.commit().await?)
    }

    /// The URL of a new link, and the hash that is kept of it.
    pub(super) fn minted_link(&self) -> Result<(Secret, [u8; 32]), Error> {
        let base = self.config.public_url.as_ref().ok_or_else(|| {
            let message = "where customers reach Gatewright is not known: set public_url";
            Error::conflict(message).code("no_public_url")
        })?;
        let (secret, hash) = one_time::mint();
        let text = String::from_utf8_lossy(secret.expose());
        Ok((Secret::from(format!("{}/connect/{text}", base.trim_end_matches('/'))), hash))
    }

    async fn known_link(
        &self,
        account: AccountId,
        customer: CustomerId,
        id: ConnectLinkId,
    ) -> Result<store::ConnectLink, Error> {
        self.store.connect_link(account, customer, id).await?.ok_or_else(absent)
    }

    /// The app and the connection that a link is to be for.
    async fn asked_app(
        &self,
        account: AccountId,
        customer: CustomerId,
        new: &NewConnectLink,
    ) -> Result<(Option<AppId>, Option<ConnectionId>), Error> {
        let mut app = match &new.app {
            Some(name) => Some(self.named_app(account, name).await?),
            None => None,
        };
        if let Some(id) = new.connection {
            let known = self.store.customer_connection(account, customer, id).await?;
            let known = known.ok_or_else(|| {
                Error::invalid("the customer has no such connection").field("connection")
            })?;
            if app.as_ref().is_some_and(|app| app.id != known.app_id) {
                let message = "the connection is for another app: leave the app out";
                return Err(Error::invalid(message).field("connection"));
            }
            app = self.store.app(account, known.app_id).await?.map(|entry| entry.app);
        }
        let Some(app) = app else {
            return match &new.way {
                Some(_) => Err(Error::invalid("say of which app the way is: `app`").field("way")),
                None => Ok((None, new.connection)),
            };
        };
        let mut ways = app.definition.iter().flat_map(|definition| &definition.auth);
        if let Some(name) = &new.way {
            if !ways.any(|way| way.name == *name) {
                return Err(Error::invalid("the app has no such way to connect").field("way"));
            }
        } else if ways.next().is_none() {
            let message = "this app has no way to connect: only apps of a definition do";
            return Err(Error::invalid(message).code("no_way_to_connect").field("app"));
        }
        Ok((Some(app.id), new.connection))
    }

    async fn named_app(&self, account: AccountId, name: &str) -> Result<store::App, Error> {
        let found = match (name.parse::<AppId>(), name.parse::<AppKey>()) {
            (Ok(id), _) => self.store.app(account, id).await?.map(|entry| entry.app),
            (Err(_), Ok(key)) => self.store.app_by_key(account, &key).await?,
            (Err(_), Err(_)) => None,
        };
        found.ok_or_else(|| Error::invalid("there is no such app").field("app"))
    }
}

impl ConnectLink {
    pub(super) fn new(row: store::ConnectLink, now: Timestamp) -> Result<Self, Error> {
        let settings = LinkSettings::read(&row.settings)?;
        let status = match (&row.used, row.failure.is_some(), row.opened_at) {
            (Some(_), _, _) => ConnectLinkStatus::Connected,
            (None, _, _) if row.expires_at <= now => ConnectLinkStatus::Expired,
            (None, true, _) => ConnectLinkStatus::Failed,
            (None, false, Some(_)) => ConnectLinkStatus::Opened,
            (None, false, None) => ConnectLinkStatus::Pending,
        };
        Ok(Self {
            id: row.id,
            customer: row.customer_id,
            app: row.used.map(|used| used.app_id).or(row.app_id),
            way: settings.way,
            connection: row.used.map(|used| used.connection_id).or(row.connection_id),
            name: settings.name,
            return_url: settings.return_url,
            origin: settings.origin,
            status,
            reason: row.failure,
            connected_at: row.used.map(|used| used.at),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

/// A link for every app, of nobody's making yet.
pub(super) fn new_row(
    account_id: AccountId,
    customer_id: CustomerId,
    now: Timestamp,
    life: SignedDuration,
) -> store::ConnectLink {
    store::ConnectLink {
        id: ConnectLinkId::new(now, entropy()),
        account_id,
        customer_id,
        app_id: None,
        connection_id: None,
        settings: LinkSettings::default().text(),
        is_automatic: false,
        opened_at: None,
        failure: None,
        used: None,
        created_at: now,
        expires_at: now.checked_add(life).unwrap_or(now),
    }
}

fn absent() -> Error {
    Error::not_found("there is no such connect link")
}

fn checked_life(seconds: u32) -> Result<SignedDuration, Error> {
    if (60..=LIFE_SECONDS_MAX).contains(&seconds) {
        return Ok(SignedDuration::from_secs(i64::from(seconds)));
    }
    let message = format!("a link can be used for 60 to {LIFE_SECONDS_MAX} seconds");
    Err(Error::invalid(message).field("expires_in_seconds"))
}

fn checked_name(text: String) -> Result<String, Error> {
    let length = text.chars().count();
    if (1..=NAME_CHARS_MAX).contains(&length) && !text.contains(char::is_control) {
        return Ok(text);
    }
    let message = format!("a name has 1 to {NAME_CHARS_MAX} characters, all of them visible");
    Err(Error::invalid(message).field("name"))
}

fn web_url(text: &str) -> Option<Url> {
    // `Url` strips tabs and line breaks, and reads a backslash as a slash.
    let plain = text.len() <= URL_BYTES_MAX
        && !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
    let url = Url::parse(text).ok().filter(|_| plain)?;
    let is_web = matches!(url.scheme(), "https" | "http");
    (is_web && url.username().is_empty() && url.password().is_none()).then_some(url)
}

fn checked_return_url(text: String) -> Result<String, Error> {
    let message = "a return URL is an absolute https or http URL without a user name";
    let url = web_url(&text).ok_or_else(|| Error::invalid(message).field("return_url"))?;
    Ok(url.into())
}

fn checked_origin(text: String) -> Result<String, Error> {
    let origin = web_url(&text).map(|url| url.origin().ascii_serialization());
    origin.filter(|origin| *origin == text.trim_end_matches('/')).ok_or_else(|| {
        let message =
            "an origin is scheme, host and port of a page, such as https://app.example.com";
        Error::invalid(message).field("origin")
    })
}

#[cfg(test)]
mod tests {
    use super::{checked_origin, checked_return_url};

    #[test]
    fn nobody_is_sent_anywhere_but_to_a_web_page() {
        for good in ["https://app.example.com/a?b=c#d", "http://localhost:3000/"] {
            assert_eq!(checked_return_url(good.to_owned()).ok().as_deref(), Some(good));
        }
        for bad in [
            "",
            "/a",
            "//evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a.example",
            "https://",
            "https://a.example@evil.example/",
            "https://u:p@a.example/",
            "https:\\\\evil.example",
            "java\nscript:alert(1)",
            " https://a.example",
            "https://a.example/\u{2028}",
        ] {
            assert!(checked_return_url(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(checked_return_url(format!("https://a.example/{}", "a".repeat(2_000))).is_err());
    }

    #[test]
    fn an_origin_is_one() {
        for (text, expected) in [
            ("https://app.example.com", "https://app.example.com"),
            ("http://localhost:3000/", "http://localhost:3000"),
        ] {
            assert_eq!(checked_origin(text.to_owned()).ok().as_deref(), Some(expected));
        }
        for bad in [
            "*",
            "null",
            "https://a.example/b",
            "https://A.example",
            "https://a.example:443",
            "a.example",
            "file:///",
        ] {
            assert!(checked_origin(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
