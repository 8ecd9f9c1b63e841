use super::{
    Connected, Live,
    brand::Brand,
    input::{credential, fields},
    page::Choice,
};
use crate::{
    App, Context, Error, Outbound, clock::entropy, customer_connections::NewCustomerCredential,
    oauth_client::asked_scopes, one_time,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use model::{AuthMethod, AuthWay, OAuth2, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt::Write as _};
use url::Url;

/// How long a customer may be away at a provider.
const ATTEMPT_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What a customer has chosen and entered on a link's page.
#[derive(Clone, Default)]
pub struct Entered {
    /// The key of the app.
    pub app: String,
    /// The name of the way to connect.
    pub way: String,
    /// What was entered, by the names of the page's inputs.
    pub values: BTreeMap<String, Secret>,
}

// What was entered is mostly secret.
impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entered")
            .field("app", &self.app)
            .field("way", &self.way)
            .finish_non_exhaustive()
    }
}

/// What comes of it.
#[derive(Clone, Debug)]
pub enum Started {
    /// The customer goes on at the app's provider.
    Provider {
        /// Where.
        url: String,
        /// What the app is called.
        title: String,
        /// How the page looks.
        brand: Brand,
    },
    /// The app is connected.
    Connected(Box<Connected>),
}

/// What is kept of an attempt, sealed, while the customer is away.
#[derive(Serialize, Deserialize)]
pub(super) struct Away {
    /// RFC 7636; none where the provider knows it not.
    pub(super) verifier: Option<String>,
    /// The link's own secret, since a try that fails leads back to its page. The browser alone could keep it as well, but then in a
    /// cookie for each link.
    pub(super) link: String,
    /// What the customer has entered.
    pub(super) fields: BTreeMap<String, String>,
}

impl App {
    /// Does what a customer asks for on a link's page: connects the app, or sends the customer to the app's provider. `browser` is the
    /// secret of the browser, which it brings along when it comes back.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::NotFound`] for a link that is unknown, used or expired, all alike; [`crate::Kind::Invalid`] for what was entered,
    /// by the name of the input.
    pub async fn start_connect(
        &self,
        secret: &str,
        browser: &Secret,
        entered: Entered,
        context: Context,
        outbound: &Outbound,
    ) -> Result<Started, Error> {
        let now = self.clock.now();
        let live = self.live_connect_link(secret, now).await?;
        let mut choices = self.choices(&live).await?.into_iter();
        let chosen = choices.find(|choice| choice.app.key.as_str() == entered.app);
        let Choice { app, ways } = chosen.ok_or_else(|| unknown("app"))?;
        let found = ways.into_iter().find(|(way, _)| way.name == entered.way);
        let (way, client) = found.ok_or_else(|| unknown("way"))?;
        let fields = fields(&way, &entered.values)?;
        if let (AuthMethod::OAuth2(oauth), Some(client)) = (&way.method, &client) {
            let browser =
                one_time::digest(std::str::from_utf8(browser.expose()).unwrap_or_default())
                    .ok_or_else(|| unknown("browser"))?;
            let away = Away {
                verifier: oauth.pkce.then(|| URL_SAFE_NO_PAD.encode(entropy::<32>())),
                link: secret.to_owned(),
                fields,
            };
            let state = URL_SAFE_NO_PAD.encode(entropy::<32>());
            let url = self.authorization_url(&way, oauth, client, &away, &state)?;
            self.remember_attempt(&live, (&app, &way), &away, &state, browser, now).await?;
            let brand = Brand::of(&self.known_account(live.row.account_id).await?);
            return Ok(Started::Provider { url, title: app.title, brand });
        }
        let credential = credential(&way, &entered.values)?;
        let credential = NewCustomerCredential::Entered { way: way.name, fields, credential };
        let connected = self.connect(&live, &app, credential, None, context, outbound);
        Ok(Started::Connected(Box::new(connected.await?)))
    }

    async fn remember_attempt(
        &self,
        live: &Live,
        (app, way): (&store::App, &AuthWay),
        away: &Away,
        state: &str,
        browser: [u8; 32],
        now: Timestamp,
    ) -> Result<(), Error> {
        let account = live.row.account_id;
        let id = attempt_id(state);
        let plain = Secret::from(serde_json::to_string(away).expect("texts are JSON"));
        let place = store::ConnectAttempt::place(account, &id);
        let attempt = store::ConnectAttempt {
            account_id: account,
            link_id: live.row.id,
            app_id: app.id,
            way: way.name.clone(),
            browser,
            sealed: self.sealer.seal(&place, entropy(), plain.expose()),
            expires_at: now.checked_add(ATTEMPT_LIFE).unwrap_or(now).min(live.row.expires_at),
            id,
        };
        Ok(self.store.insert_connect_attempt(&attempt).await?)
    }

    /// Where the customer goes (RFC 6749 §4.1.1, RFC 7636 §4.3).
    fn authorization_url(
        &self,
        way: &AuthWay,
        oauth: &OAuth2,
        client: &store::OAuthClient,
        away: &Away,
        state: &str,
    ) -> Result<String, Error> {
        let redirect = self.redirect_uri().ok_or_else(|| {
            let message = "where providers send customers back to is not known: set public_url";
            Error::conflict(message).code("no_public_url")
        })?;
        let text = way
            .fill(&oauth.authorization_url, &away.fields)
            .map_err(|error| Error::invalid(error.to_string()).field("way"))?;
        let mut url =
            Url::parse(&text).map_err(|error| Error::corrupt("authorization URL", error))?;
        let scopes = asked_scopes(oauth, client).join(&oauth.scope_separator);
        let challenge = away.verifier.as_ref().map(|verifier| challenge(verifier));
        let own = [
            ("response_type", Some("code")),
            ("client_id", Some(client.client_id.as_str())),
            ("redirect_uri", Some(redirect.as_str())),
            ("state", Some(state)),
            (oauth.scope_parameter.as_str(), Some(scopes.as_str()).filter(|text| !text.is_empty())),
            ("code_challenge", challenge.as_deref()),
            ("code_challenge_method", challenge.as_ref().map(|_| "S256")),
        ];
        // What protects the request is no definition's to replace.
        let further = oauth
            .authorization_parameters
            .iter()
            .filter(|(name, _)| own.iter().all(|(known, _)| known != name));
        let own = own.iter().filter_map(|(name, value)| value.map(|value| (*name, value)));
        url.query_pairs_mut().extend_pairs(own).extend_pairs(further);
        Ok(url.into())
    }
}

/// RFC 7636 §4.2, S256.
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// What an attempt is kept under: not its `state`, which lets its customer in.
pub(super) fn attempt_id(state: &str) -> String {
    Sha256::digest(state.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all text");
        text
    })
}

fn unknown(field: &'static str) -> Error {
    Error::invalid("choose what this page offers").field(field)
}

#[cfg(test)]
mod tests {
    use super::challenge;

    #[test]
    fn s256() {
        // RFC 7636, Appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
