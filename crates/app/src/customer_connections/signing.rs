use super::Unusable;
use crate::Error;
use model::{
    AuthMethod, AuthWay, ClientCredentials, ConnectionSecret, OAuth2, Secret, Timestamp,
    WayCredential, WaySecret,
};
use store::CustomerConnection;
use upstream::{BaseUrl, Client, Credential, CredentialError, Origin};

/// What a customer's connection holds, opened.
pub(super) enum Opened {
    /// It says itself where it is sent.
    Plain(ConnectionSecret),
    /// The way of the app says it.
    Way(Box<AuthWay>, WaySecret),
}

impl Opened {
    /// Reads what was opened for a row.
    pub(super) fn read(
        app: &store::App,
        row: &CustomerConnection,
        plain: &Secret,
    ) -> Result<Self, Unusable> {
        let unreadable = |_| Unusable::unreadable("its secret cannot be read: connect it again");
        let Some(name) = &row.way else {
            let secret = ConnectionSecret::from_opened(plain).map_err(unreadable)?;
            return Ok(Self::Plain(secret));
        };
        let way = way(app, name).ok_or_else(|| {
            Unusable::needs_attention("the app no longer has its way to connect: connect it again")
        })?;
        let secret = WaySecret::from_opened(plain).map_err(unreadable)?;
        Ok(Self::Way(Box::new(way.clone()), secret))
    }

    /// Where its calls go. What the account has chosen for the app comes first, then what the way says, then the app's own; each may
    /// hold fields of the connection.
    pub(super) fn base_url(&self, app: &store::App) -> Result<BaseUrl, String> {
        let url = match self {
            Self::Plain(_) if app.base_url.contains('{') => {
                return Err("the app's base URL has fields: connect it in one of its ways".into());
            }
            Self::Plain(_) => app.base_url.clone(),
            Self::Way(way, secret) => {
                way.fill(way_base(app, way), &secret.fields).map_err(|error| error.to_string())?
            }
        };
        BaseUrl::parse(&url).map_err(|error| error.to_string())
    }

    /// What calls to `origins` are signed with.
    pub(super) fn credential(
        &self,
        client: &Client,
        name: &str,
        origins: Vec<Origin>,
    ) -> Result<Credential, CredentialError> {
        let (way, secret) = match self {
            Self::Plain(secret) => return client.credential(name, secret, origins),
            Self::Way(way, secret) => (way, secret),
        };
        let signed = match (&way.method, &secret.credential) {
            (AuthMethod::OAuth2(_), WayCredential::OAuth2 { access: token, .. })
            | (AuthMethod::Bearer, WayCredential::Bearer { token }) => {
                let secret = ConnectionSecret::Bearer { token: token.clone() };
                client.credential(name, &secret, origins)?
            }
            (AuthMethod::ApiKey(sender), WayCredential::ApiKey { value }) => {
                Credential::new(origins).with_sent(sender, value, true)?
            }
            (AuthMethod::Basic(names), WayCredential::Basic { username, password }) => {
                let suffix = names.username_suffix.as_bytes();
                let username = Secret::new([username.expose(), suffix].concat());
                let secret = ConnectionSecret::Basic { username, password: password.clone() };
                client.credential(name, &secret, origins)?
            }
            (
                AuthMethod::ClientCredentials(method),
                WayCredential::ClientCredentials { client_id, client_secret },
            ) => {
                let token_url = way
                    .fill(&method.token_url, &secret.fields)
                    .map_err(|_| CredentialError::TokenUrl("a field of it has no value"))?;
                let default = method.scopes.iter().filter(|scope| scope.default);
                let scopes: Vec<&str> = default.map(|scope| scope.name.as_str()).collect();
                let parameters = method.token_parameters.iter();
                let secret = ConnectionSecret::OAuth2ClientCredentials(ClientCredentials {
                    token_url,
                    client_id: client_id.clone(),
                    client_secret: client_secret.clone(),
                    scope: (!scopes.is_empty()).then(|| scopes.join(" ")),
                    audience: None,
                    auth_style: method.client_auth,
                    parameters: parameters
                        .map(|(name, value)| (name.clone(), Secret::from(value.clone())))
                        .collect(),
                });
                client.credential(name, &secret, origins)?
            }
            (AuthMethod::Fields, WayCredential::Fields) => Credential::new(origins),
            // The definition has changed since, and with it what the way asks for.
            (
                AuthMethod::OAuth2(_)
                | AuthMethod::ClientCredentials(_)
                | AuthMethod::ApiKey(_)
                | AuthMethod::Bearer
                | AuthMethod::Basic(_)
                | AuthMethod::Fields,
                _,
            ) => return Err(CredentialError::Value(way.name.clone())),
        };
        way.fields.iter().try_fold(signed, |signed, field| {
            let value = secret.fields.get(&field.name).or(field.default.as_ref());
            match (&field.send, value) {
                (Some(sender), Some(value)) => {
                    signed.with_sent(sender, &Secret::from(value.clone()), field.secret)
                }
                (Some(_) | None, _) => Ok(signed),
            }
        })
    }

    /// Access and refresh token of OAuth 2, and when they were granted.
    pub(super) fn tokens(&self) -> Option<(&Secret, Option<&Secret>, Timestamp)> {
        match self {
            Self::Way(_, WaySecret { credential, .. }) => match credential {
                WayCredential::OAuth2 { access, refresh, granted_at } => {
                    Some((access, refresh.as_ref(), *granted_at))
                }
                WayCredential::ClientCredentials { .. }
                | WayCredential::ApiKey { .. }
                | WayCredential::Bearer { .. }
                | WayCredential::Basic { .. }
                | WayCredential::Fields => None,
            },
            Self::Plain(_) => None,
        }
    }

    /// The way and the secret of OAuth 2 with somebody's consent.
    pub(super) fn oauth(&self) -> Option<(&AuthWay, &OAuth2, &WaySecret)> {
        match self {
            Self::Way(way, secret) => match &way.method {
                AuthMethod::OAuth2(oauth) => Some((way, oauth, secret)),
                AuthMethod::ClientCredentials(_)
                | AuthMethod::ApiKey(_)
                | AuthMethod::Bearer
                | AuthMethod::Basic(_)
                | AuthMethod::Fields => None,
            },
            Self::Plain(_) => None,
        }
    }

    /// The bytes to seal.
    pub(super) fn to_sealable(&self) -> Result<Secret, Error> {
        let bytes = match self {
            Self::Plain(secret) => secret.to_sealable(),
            Self::Way(_, secret) => secret.to_sealable(),
        };
        bytes.map_err(|error| Error::invalid(error.to_string()).field("credential"))
    }
}

/// The app's way of that name.
pub(super) fn way<'a>(app: &'a store::App, name: &str) -> Option<&'a AuthWay> {
    app.definition.as_ref()?.auth.iter().find(|way| way.name == name)
}

/// The base URL of a way of the app, with its fields: the way's own, unless the account has chosen another for the app.
pub(crate) fn way_base<'a>(app: &'a store::App, way: &'a AuthWay) -> &'a str {
    let defined = app.definition.as_ref().map(|definition| definition.base_url.as_str());
    let is_chosen = defined.is_some_and(|defined| defined != app.base_url);
    way.base_url.as_deref().filter(|_| !is_chosen).unwrap_or(&app.base_url)
}

/// What credentials of the app may be sent to: its base URL for this connection, and the hosts that the app trusts.
pub(super) fn origins(app: &store::App, base: &BaseUrl) -> Result<Vec<Origin>, String> {
    let trusted = app.trusted_hosts.iter().map(|host| {
        BaseUrl::parse(host).map(|host| host.origin()).map_err(|error| error.to_string())
    });
    std::iter::once(Ok(base.origin())).chain(trusted).collect()
}
