use super::{Connected, Live, brand::Brand, callback::Trip, refused, spent};
use crate::{
    App, Context, Error, Kind, Outbound,
    customer_connections::{KeptConnection, NewCustomerCredential},
    one_time,
};
use model::{AppKey, ConnectionId, Secret};
use serde::Serialize;
use upstream::{Grant, TokenEndpoint, TokenGrant};

/// How far a link is, for the page that has opened it.
#[derive(Clone, Debug, Serialize)]
pub struct ConnectProgress {
    /// As [`super::ConnectLink::status`].
    pub status: super::ConnectLinkStatus,
    /// Whether the customer is away at a provider.
    pub waiting: bool,
    /// The app that was connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppKey>,
    /// The connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl App {
    /// A secret for a browser that has none.
    #[must_use]
    pub fn new_browser(&self) -> Secret {
        one_time::mint().0
    }

    /// How far the link of that secret is, used or not, if it was made for a page that wants to know.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] for all others.
    pub async fn connect_progress(&self, secret: &str) -> Result<ConnectProgress, Error> {
        let now = self.clock.now();
        let hash = one_time::digest(secret).ok_or_else(spent)?;
        let row = self.store.connect_link_by_hash(&hash).await?.ok_or_else(spent)?;
        if super::LinkSettings::read(&row.settings)?.origin.is_none() {
            return Err(spent());
        }
        let account = row.account_id;
        let waiting =
            row.used.is_none() && self.store.has_connect_attempt(account, row.id, now).await?;
        let view = super::ConnectLink::new(row.clone(), now)?;
        let app = match row.used {
            Some(used) => self.store.app(account, used.app_id).await?.map(|entry| entry.app.key),
            None => None,
        };
        let connection = row.used.map(|used| used.connection_id);
        Ok(ConnectProgress { status: view.status, waiting, app, connection, reason: view.reason })
    }

    /// Keeps what was connected, and uses the link up: both, or neither.
    pub(super) async fn connect(
        &self,
        live: &Live,
        app: &store::App,
        credential: NewCustomerCredential,
        label: Option<String>,
        context: Context,
        outbound: &Outbound,
    ) -> Result<Connected, Error> {
        let account = live.row.account_id;
        let kept = KeptConnection {
            customer: live.customer.id,
            app,
            renews: live.row.connection_id,
            name: live.settings.name.clone(),
            default: None,
            label,
            credential,
            link: Some(live.row.id),
        };
        let caller = live.caller(context);
        let view = self.keep_customer_connection(&caller, account, kept, outbound).await?;
        let connection = view.id;
        Ok(Connected {
            app: app.key.clone(),
            title: app.title.clone(),
            connection,
            return_url: live.return_url("connected", Some(&connection.to_string())),
            origin: live.settings.origin.clone(),
            brand: Brand::of(&self.known_account(account).await?),
        })
    }

    /// Makes tokens of a code (RFC 6749 §4.1.3), once.
    pub(super) async fn exchange(
        &self,
        trip: &Trip,
        code: &str,
        outbound: &Outbound,
    ) -> Result<(TokenGrant, Vec<String>), Error> {
        let Trip { live, app, way, oauth, away } = trip;
        let account = live.row.account_id;
        let client = self.store.oauth_client(account, app.id, &way.name).await?;
        let client = client.ok_or_else(|| {
            refused("This app is no longer set up. Ask whoever gave you this link.")
        })?;
        let place = store::OAuthClient::place(account, app.id, &way.name);
        let secret = client.sealed.as_ref().map(|sealed| self.sealer.open(&place, sealed));
        let secret = secret.transpose()?;
        let url = way
            .fill(&oauth.token_url, &away.fields)
            .map_err(|error| Error::invalid(error.to_string()))?;
        let redirect =
            self.redirect_uri().ok_or_else(|| refused("The address of this page is not known."))?;
        let endpoint = TokenEndpoint {
            url: &url,
            client_id: &client.client_id,
            client_secret: secret.as_ref(),
            auth_style: oauth.client_auth,
            format: oauth.token_request,
            parameters: &oauth.token_parameters,
            answer: &oauth.token_answer,
        };
        let verifier = away.verifier.clone().map(Secret::from);
        let code = Secret::from(code.to_owned());
        let grant = Grant::AuthorizationCode {
            code: &code,
            verifier: verifier.as_ref(),
            redirect_uri: &redirect,
        };
        let granted = outbound.client.token(account, &endpoint, &grant).await;
        let granted = granted.map_err(|error| {
            let message = format!("The sign-in could not be completed: {error}.");
            Error::new(Kind::Unavailable, message).code("not_connected")
        })?;
        Ok((granted, crate::oauth_client::asked_scopes(oauth, &client)))
    }
}
