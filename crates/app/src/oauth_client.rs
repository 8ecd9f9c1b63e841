//! OAuth clients: what an account has registered with the provider of one of its apps, so that its customers can sign in there.

use crate::{App, Caller, Error, Expected, WriteOnly};
use model::{
    AccountId, AppId, AuthMethod, AuthWay, MAX_AUTH_SCOPES, OAuth2, Permission, Secret, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where providers send customers back to, below the public URL.
pub const CALLBACK_PATH: &str = "/connect/callback";
/// The longest client id, in characters.
const CLIENT_ID_CHARS_MAX: usize = 2_000;
/// The longest scope, in bytes.
const SCOPE_BYTES_MAX: usize = 200;

/// The client that an account has registered with the provider of one of an app's ways to connect. Never its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OAuthClient {
    /// The name of the way to connect.
    pub way: String,
    /// What the provider calls the client.
    pub client_id: String,
    /// Whether a secret is kept. A public client has none.
    pub has_secret: bool,
    /// The scopes that customers are asked for.
    pub scopes: Vec<String>,
    /// Where the provider sends customers back to: register it there. Absent where the public URL is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub redirect_uri: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// A way to connect an app that needs a client, with the one that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OAuthWay {
    /// Its name.
    pub way: String,
    /// What the connect page calls it.
    pub title: String,
    /// Where a client comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub help: Option<String>,
    /// Where the provider sends customers back to: register it there. Absent where the public URL is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub redirect_uri: Option<String>,
    /// The client; absent until it is put there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub client: Option<OAuthClient>,
}

/// Every way to connect an app that needs a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OAuthWays {
    /// The ways, as the app's definition has them.
    pub items: Vec<OAuthWay>,
}

/// What an account says of its client.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuthClientSettings {
    /// What the provider calls the client.
    #[schema(min_length = 1, max_length = 2000)]
    pub client_id: String,
    /// Its secret. When absent, the one that is kept for the same client id stays; another client id then is that of a public
    /// client, which has none.
    pub client_secret: Option<WriteOnly>,
    /// The scopes that customers are asked for; those that the way asks for by itself when absent.
    #[schema(max_items = 200)]
    pub scopes: Option<Vec<String>>,
}

impl App {
    /// The ways to connect an app that need a client, and the account's clients.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadConnections`]; [`crate::Kind::NotFound`].
    pub async fn list_oauth_clients(
        &self,
        caller: &Caller,
        app: AppId,
    ) -> Result<OAuthWays, Error> {
        let account = caller.may(Permission::ReadConnections)?;
        let entry = self.known_app(account, app).await?;
        let rows = self.store.oauth_clients(account, app).await?;
        let one = |(way, oauth): (&AuthWay, &OAuth2)| OAuthWay {
            way: way.name.clone(),
            title: way.title.clone(),
            help: way.help.clone(),
            redirect_uri: self.redirect_uri(),
            client: rows
                .iter()
                .find(|row| row.way == way.name)
                .map(|row| self.oauth_client_view(oauth, row)),
        };
        Ok(OAuthWays { items: oauth_ways(&entry.app).map(one).collect() })
    }

    /// The client of one way.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadConnections`]; [`crate::Kind::NotFound`] when there is none, too.
    pub async fn get_oauth_client(
        &self,
        caller: &Caller,
        app: AppId,
        way: &str,
    ) -> Result<OAuthClient, Error> {
        let account = caller.may(Permission::ReadConnections)?;
        let oauth = self.oauth_way(account, app, way).await?;
        let row = self.store.oauth_client(account, app, way).await?.ok_or_else(absent)?;
        Ok(self.oauth_client_view(&oauth, &row))
    }

    /// Says which client a way uses, in the place of the one before. Connections that the old client has made go on being refreshed
    /// with the new one, which their provider may refuse.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteConnections`]; [`crate::Kind::NotFound`] for a way that the app does
    /// not have or that needs no client; [`crate::Kind::Invalid`]; [`crate::Kind::Changed`].
    pub async fn put_oauth_client(
        &self,
        caller: &Caller,
        app: AppId,
        way: &str,
        expected: Expected,
        settings: OAuthClientSettings,
    ) -> Result<OAuthClient, Error> {
        let account = caller.may(Permission::WriteConnections)?;
        let oauth = self.oauth_way(account, app, way).await?;
        let client_id = checked_client_id(settings.client_id)?;
        let secret = settings.client_secret.map(|secret| secret.checked_at("client_secret"));
        let scopes = settings.scopes.map(checked_scopes).transpose()?;
        let known = self.store.oauth_client(account, app, way).await?;
        let now = self.clock.now();
        let sealed = match (secret.transpose()?, &known) {
            (Some(secret), _) => Some(self.seal_client_secret(account, app, way, &secret)),
            (None, Some(known)) if known.client_id == client_id => known.sealed.clone(),
            (None, Some(_) | None) => None,
        };
        let row = match &known {
            Some(known) => {
                expected.check(known.revision)?;
                store::OAuthClient {
                    client_id,
                    sealed,
                    scopes,
                    revision: known.revision + 1,
                    updated_at: now,
                    ..known.clone()
                }
            }
            None if matches!(expected, Expected::Revision(_)) => return Err(Error::changed()),
            None => store::OAuthClient {
                account_id: account,
                app_id: app,
                way: way.to_owned(),
                client_id,
                sealed,
                scopes,
                revision: 1,
                created_at: now,
                updated_at: now,
            },
        };
        let before = known.as_ref().map(|known| self.oauth_client_view(&oauth, known));
        let after = self.oauth_client_view(&oauth, &row);
        let object = object(app, way);
        let mut change = self
            .begin(caller, now, "oauth_client.put", &object, before.as_ref(), Some(&after))
            .await?;
        let done = if known.is_some() {
            change.update_oauth_client(&row).await?
        } else {
            match change.insert_oauth_client(&row).await {
                Ok(()) => true,
                Err(store::Error::Duplicate) => false,
                Err(error) => return Err(error.into()),
            }
        };
        if !done {
            return Err(Error::changed());
        }
        change.commit().await?;
        Ok(after)
    }

    /// Removes the client of a way: nobody can connect by it, and connections by it are refreshed no more.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteConnections`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn delete_oauth_client(
        &self,
        caller: &Caller,
        app: AppId,
        way: &str,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteConnections)?;
        let oauth = self.oauth_way(account, app, way).await?;
        let known = self.store.oauth_client(account, app, way).await?.ok_or_else(absent)?;
        expected.check(known.revision)?;
        let before = self.oauth_client_view(&oauth, &known);
        let now = self.clock.now();
        let object = object(app, way);
        let mut change = self
            .begin(caller, now, "oauth_client.delete", &object, Some(&before), None::<&()>)
            .await?;
        if !change.delete_oauth_client(account, app, way, known.revision).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        Ok(())
    }

    /// Where providers send customers back to.
    pub(crate) fn redirect_uri(&self) -> Option<String> {
        let base = self.config.public_url.as_ref()?;
        Some(format!("{}{CALLBACK_PATH}", base.trim_end_matches('/')))
    }

    async fn oauth_way(&self, account: AccountId, app: AppId, way: &str) -> Result<OAuth2, Error> {
        let entry = self.known_app(account, app).await?;
        let found = oauth_ways(&entry.app).find(|(known, _)| known.name == way);
        found.map(|(_, oauth)| oauth.clone()).ok_or_else(absent)
    }

    fn seal_client_secret(
        &self,
        account: AccountId,
        app: AppId,
        way: &str,
        secret: &Secret,
    ) -> Vec<u8> {
        let place = store::OAuthClient::place(account, app, way);
        self.sealer.seal(&place, crate::clock::entropy(), secret.expose())
    }

    fn oauth_client_view(&self, oauth: &OAuth2, row: &store::OAuthClient) -> OAuthClient {
        OAuthClient {
            way: row.way.clone(),
            client_id: row.client_id.clone(),
            has_secret: row.sealed.is_some(),
            scopes: asked_scopes(oauth, row),
            redirect_uri: self.redirect_uri(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            revision: row.revision,
        }
    }
}

/// The scopes that customers are asked for.
pub(crate) fn asked_scopes(oauth: &OAuth2, client: &store::OAuthClient) -> Vec<String> {
    client.scopes.clone().unwrap_or_else(|| {
        let default = oauth.scopes.iter().filter(|scope| scope.default);
        default.map(|scope| scope.name.clone()).collect()
    })
}

fn oauth_ways(app: &store::App) -> impl Iterator<Item = (&AuthWay, &OAuth2)> {
    let ways = app.definition.iter().flat_map(|definition| &definition.auth);
    ways.filter_map(|way| match &way.method {
        AuthMethod::OAuth2(oauth) => Some((way, oauth.as_ref())),
        AuthMethod::ClientCredentials(_)
        | AuthMethod::ApiKey(_)
        | AuthMethod::Bearer
        | AuthMethod::Basic(_)
        | AuthMethod::Fields => None,
    })
}

fn object(app: AppId, way: &str) -> String {
    format!("{app}/{way}")
}

fn absent() -> Error {
    Error::not_found("there is no such OAuth client")
}

fn checked_client_id(text: String) -> Result<String, Error> {
    let length = text.chars().count();
    if (1..=CLIENT_ID_CHARS_MAX).contains(&length)
        && !text.contains(|c: char| c.is_control() || c.is_whitespace())
    {
        return Ok(text);
    }
    let message = format!("a client id has 1 to {CLIENT_ID_CHARS_MAX} characters, and no space");
    Err(Error::invalid(message).field("client_id"))
}

fn checked_scopes(scopes: Vec<String>) -> Result<Vec<String>, Error> {
    if scopes.len() > MAX_AUTH_SCOPES {
        return Err(Error::invalid(format!("at most {MAX_AUTH_SCOPES} are taken")).field("scopes"));
    }
    // RFC 6749 §3.3.
    let is_scope = |scope: &str| {
        (1..=SCOPE_BYTES_MAX).contains(&scope.len())
            && scope.bytes().all(|b| matches!(b, b'!'..=b'~') && b != b'"' && b != b'\\')
    };
    match scopes.iter().position(|scope| !is_scope(scope)) {
        None => Ok(scopes),
        Some(at) => {
            let message =
                format!("a scope has 1 to {SCOPE_BYTES_MAX} ASCII characters, and no space");
            Err(Error::invalid(message).field(format!("scopes[{at}]")))
        }
    }
}
