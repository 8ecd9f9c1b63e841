use super::{Live, brand::Brand};
use crate::{App, Error, customer_connections::way_base, oauth_client::asked_scopes};
use model::{AppKey, AuthMethod, AuthWay, ConnectionField, FieldSource, OAuth2};

/// What a link's page shows.
#[derive(Clone, Debug)]
pub struct ConnectPage {
    /// How it looks.
    pub brand: Brand,
    /// Whom it connects for: the customer's name, or its key.
    pub customer: String,
    /// The apps to choose from, by title.
    pub apps: Vec<ConnectApp>,
    /// Whether a connection that there is gets another credential.
    pub is_again: bool,
    /// Why the last try failed.
    pub failure: Option<String>,
    /// Where the customer goes back to who does not want to connect.
    pub cancel_url: Option<String>,
    /// The host that it goes back to, either way.
    pub return_host: Option<String>,
}

/// An app that can be connected.
#[derive(Clone, Debug)]
pub struct ConnectApp {
    /// Its key.
    pub key: AppKey,
    /// Its title.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The ways to connect it; none when the account has not set any of them up.
    pub ways: Vec<ConnectWay>,
}

/// A way to connect.
#[derive(Clone, Debug)]
pub struct ConnectWay {
    /// Its name.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// Where its credential comes from.
    pub help: Option<String>,
    /// Whether the customer signs in at the app's own provider.
    pub is_sign_in: bool,
    /// The host where it signs in, or those that what it enters is sent to; none where one is the customer's own choice.
    pub host: Option<String>,
    /// What that provider is asked to allow, in words.
    pub scopes: Vec<String>,
    /// What the customer enters.
    pub inputs: Vec<ConnectInput>,
}

/// Something that the customer enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectInput {
    /// Its name in the form.
    pub name: String,
    /// What it is called.
    pub label: String,
    /// What it is, and where to find it.
    pub help: Option<String>,
    /// A value as it could be.
    pub example: Option<String>,
    /// The value when none is given.
    pub default: Option<String>,
    /// Whether it is not shown while it is typed.
    pub is_secret: bool,
    /// Whether it may be left out.
    pub is_optional: bool,
}

/// An app and the ways of it that a link lets a customer choose.
pub(super) struct Choice {
    pub(super) app: store::App,
    pub(super) ways: Vec<(AuthWay, Option<store::OAuthClient>)>,
}

impl App {
    /// What the page of the link with that secret shows. Opening it does not use the link up.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::NotFound`] for a link that is unknown, used or expired, all alike; [`crate::Kind::Wait`] when too many unknown
    /// ones have come.
    pub async fn connect_page(&self, secret: &str) -> Result<ConnectPage, Error> {
        let now = self.clock.now();
        let live = self.live_connect_link(secret, now).await?;
        if live.row.opened_at.is_none() {
            self.store.connect_link_opened(live.row.account_id, live.row.id, now).await?;
        }
        self.page_of(&live).await
    }

    pub(super) async fn page_of(&self, live: &Live) -> Result<ConnectPage, Error> {
        let account = self.known_account(live.row.account_id).await?;
        let mut apps: Vec<ConnectApp> =
            self.choices(live).await?.iter().map(ConnectApp::new).collect();
        apps.sort_by(|a, b| a.title.cmp(&b.title));
        let name = if live.customer.name.is_empty() {
            live.customer.key.to_string()
        } else {
            live.customer.name.clone()
        };
        Ok(ConnectPage {
            brand: Brand::of(&account),
            customer: name,
            apps,
            is_again: live.row.connection_id.is_some(),
            failure: live.row.failure.clone(),
            cancel_url: live.return_url("canceled", None),
            return_host: live.settings.return_url.as_deref().and_then(fixed_host),
        })
    }

    /// What the link lets its customer choose from.
    pub(super) async fn choices(&self, live: &Live) -> Result<Vec<Choice>, Error> {
        let account = live.row.account_id;
        let apps = match live.row.app_id {
            Some(id) => self.store.app(account, id).await?.into_iter().collect(),
            None => self.store.apps(account, None, APPS_MAX).await?,
        };
        let mut choices = Vec::new();
        for app in apps.into_iter().map(|entry| entry.app) {
            let ways: Vec<AuthWay> = app
                .definition
                .iter()
                .flat_map(|definition| definition.auth.iter().cloned())
                .filter(|way| live.settings.way.as_ref().is_none_or(|name| *name == way.name))
                .collect();
            if ways.is_empty() {
                continue;
            }
            let clients = self.store.oauth_clients(account, app.id).await?;
            let with_client = |way: AuthWay| {
                let client = clients.iter().find(|client| client.way == way.name).cloned();
                let is_ready = client.is_some() || !matches!(way.method, AuthMethod::OAuth2(_));
                is_ready.then_some((way, client))
            };
            let ways: Vec<_> = ways.into_iter().filter_map(with_client).collect();
            // Of many apps, those that are not set up are none of the customer's business.
            if !ways.is_empty() || live.row.app_id.is_some() {
                choices.push(Choice { app, ways });
            }
        }
        Ok(choices)
    }
}

/// Apps that one page offers.
const APPS_MAX: u32 = 200;

impl Live {
    /// Where the customer goes on.
    pub(super) fn return_url(&self, status: &str, connection: Option<&str>) -> Option<String> {
        let text = self.settings.return_url.as_ref()?;
        // It was checked when the link was made.
        let mut url = url::Url::parse(text).ok()?;
        let id = self.row.id.to_string();
        url.query_pairs_mut()
            .append_pair("connect_link", &id)
            .append_pair("connect_status", status)
            .extend_pairs(connection.map(|connection| ("connection", connection)));
        Some(url.into())
    }
}

impl ConnectApp {
    fn new(choice: &Choice) -> Self {
        let description = choice.app.definition.as_ref().map(|one| one.description.clone());
        Self {
            key: choice.app.key.clone(),
            title: choice.app.title.clone(),
            description: description.unwrap_or_default(),
            ways: choice
                .ways
                .iter()
                .map(|(way, client)| ConnectWay::new(&choice.app, way, client.as_ref()))
                .collect(),
        }
    }
}

impl ConnectWay {
    fn new(app: &store::App, way: &AuthWay, client: Option<&store::OAuthClient>) -> Self {
        let scopes = match (&way.method, client) {
            (AuthMethod::OAuth2(oauth), Some(client)) => described(oauth, client),
            (
                AuthMethod::OAuth2(_)
                | AuthMethod::ClientCredentials(_)
                | AuthMethod::ApiKey(_)
                | AuthMethod::Bearer
                | AuthMethod::Basic(_)
                | AuthMethod::Fields,
                Some(_) | None,
            ) => Vec::new(),
        };
        Self {
            name: way.name.clone(),
            title: way.title.clone(),
            help: way.help.clone(),
            is_sign_in: matches!(way.method, AuthMethod::OAuth2(_)),
            host: match &way.method {
                AuthMethod::OAuth2(oauth) => fixed_host(&oauth.authorization_url),
                AuthMethod::ClientCredentials(_)
                | AuthMethod::ApiKey(_)
                | AuthMethod::Bearer
                | AuthMethod::Basic(_)
                | AuthMethod::Fields => {
                    let further = app.trusted_hosts.iter().map(String::as_str);
                    let hosts = std::iter::once(way_base(app, way)).chain(further).map(fixed_host);
                    hosts.collect::<Option<Vec<_>>>().map(|hosts| hosts.join(", "))
                }
            },
            scopes,
            inputs: inputs(way),
        }
    }
}

/// The host of a URL, with … for what fields fill; none when they fill its end, so that it could be any.
fn fixed_host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let mut shown = String::new();
    let mut parts = host.split('{');
    shown.push_str(parts.next()?);
    for part in parts {
        let (_, fixed) = part.split_once('}')?;
        shown.push('…');
        shown.push_str(fixed);
    }
    (!shown.is_empty() && !shown.ends_with('…')).then_some(shown)
}

/// What a client asks for, in the words of the definition where it has some.
fn described(oauth: &OAuth2, client: &store::OAuthClient) -> Vec<String> {
    let known = |name: &String| {
        oauth.scopes.iter().find(|scope| scope.name == *name).map(|scope| scope.description.clone())
    };
    asked_scopes(oauth, client).iter().filter_map(known).collect()
}

/// What a customer enters to connect in that way: its credential, and the fields that are asked for.
pub(super) fn inputs(way: &AuthWay) -> Vec<ConnectInput> {
    let secret = |name: &str, label: &str| ConnectInput {
        name: name.to_owned(),
        label: label.to_owned(),
        help: None,
        example: None,
        default: None,
        is_secret: true,
        is_optional: false,
    };
    let asked = |field: &&ConnectionField| field.source == FieldSource::Asked;
    let mut all: Vec<ConnectInput> = way.fields.iter().filter(asked).map(of_field).collect();
    match &way.method {
        AuthMethod::OAuth2(_) | AuthMethod::Fields => {}
        AuthMethod::ClientCredentials(_) => {
            all.push(ConnectInput { is_secret: false, ..secret("client_id", "Client ID") });
            all.push(secret("client_secret", "Client secret"));
        }
        AuthMethod::ApiKey(_) => all.push(secret("api_key", "API key")),
        AuthMethod::Bearer => all.push(secret("token", "Access token")),
        AuthMethod::Basic(names) => {
            // Without a password, the user name is the secret.
            let is_secret = names.password.is_none();
            all.push(ConnectInput { is_secret, ..secret("username", &names.username) });
            all.extend(names.password.iter().map(|label| secret("password", label)));
        }
    }
    all
}

/// A field, in a form where other inputs have names of their own.
fn of_field(field: &ConnectionField) -> ConnectInput {
    ConnectInput {
        name: format!("field.{}", field.name),
        label: field.title.clone(),
        help: field.description.clone(),
        example: field.example.clone(),
        default: field.default.clone(),
        is_secret: field.secret,
        is_optional: field.default.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::fixed_host;

    #[test]
    fn a_host_is_shown_where_it_is_known() {
        for (url, host) in [
            ("https://api.example.com/v1?a=b", Some("api.example.com")),
            ("http://127.0.0.1:3000", Some("127.0.0.1:3000")),
            ("https://{site}.example.com/{more}", Some("….example.com")),
            ("https://api.{region}.example.com#x", Some("api.….example.com")),
            ("https://{host}/v1", None),
            ("https://api.{domain}", None),
            ("https://{broken", None),
            ("no URL", None),
        ] {
            assert_eq!(fixed_host(url).as_deref(), host, "{url}");
        }
    }
}
