use super::{
    Connected, LINK_SPENT, Live, UNKNOWN_STATE,
    brand::Brand,
    refused, spent,
    start::{Away, attempt_id},
};
use crate::{App, Context, Error, Outbound, customer_connections::NewCustomerCredential, one_time};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{AuthMethod, AuthWay, OAuth2, Timestamp};
use serde_json::Value;
use url::Url;

/// The longest code, in bytes.
const CODE_BYTES_MAX: usize = 4 << 10;
/// The longest text of whose account it is, in characters.
const LABEL_CHARS_MAX: usize = 100;

/// What a customer comes back with from a provider (RFC 6749 §4.1.2, RFC 9207).
#[derive(Clone, Default)]
pub struct Answer {
    /// What the customer was sent with.
    pub state: Option<String>,
    /// What becomes tokens.
    pub code: Option<String>,
    /// Why there is none.
    pub error: Option<String>,
    /// Who answers.
    pub iss: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Returned {
    /// The app is connected.
    Connected(Box<Connected>),
    /// It is not, and the link is as good as before.
    Failed {
        /// The link's secret, for another try.
        link: String,
        /// Why, in our own words.
        reason: String,
        /// How the page looks.
        brand: Brand,
        /// Where the customer goes back to who does not try again.
        cancel_url: Option<String>,
    },
}

/// What a customer who comes back was sent for.
pub(super) struct Trip {
    pub(super) live: Live,
    pub(super) app: store::App,
    pub(super) way: AuthWay,
    pub(super) oauth: OAuth2,
    pub(super) away: Away,
}

impl App {
    /// Takes a customer back from a provider, in the browser that was sent there, and connects the app. Each `state` serves once.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::NotFound`] for an answer that nobody waits for: of another browser, a second time, too late, or for a link that is
    /// used by now, all alike.
    pub async fn finish_connect(
        &self,
        answer: Answer,
        browser: Option<&str>,
        context: Context,
        outbound: &Outbound,
    ) -> Result<Returned, Error> {
        let now = self.clock.now();
        let trip = self.trip(&answer, browser, now).await?;
        let (account, link) = (trip.live.row.account_id, trip.live.row.id);
        match self.take_answer(&trip, &answer, context, outbound).await {
            Ok(connected) => Ok(Returned::Connected(Box::new(connected))),
            // Somebody was quicker, and used the link up.
            Err(error) if error.code == LINK_SPENT => Err(error),
            Err(error) => {
                tracing::info!(
                    error = &error as &dyn std::error::Error,
                    "an app was not connected"
                );
                let reason = error.message.into_owned();
                self.store.connect_link_failed(account, link, &reason).await?;
                let brand = Brand::of(&self.known_account(account).await?);
                let cancel_url = trip.live.return_url("failed", None);
                Ok(Returned::Failed { link: trip.away.link, reason, brand, cancel_url })
            }
        }
    }

    /// What the customer was sent for. Whoever comes takes the attempt away, so that nobody comes twice.
    async fn trip(
        &self,
        answer: &Answer,
        browser: Option<&str>,
        now: Timestamp,
    ) -> Result<Trip, Error> {
        let state = answer.state.as_deref().filter(|state| one_time::digest(state).is_some());
        let id = attempt_id(state.ok_or_else(unasked)?);
        let attempt = self.store.take_connect_attempt(&id, now).await?.ok_or_else(unasked)?;
        // Digests are compared: the time says nothing of the cookie.
        if browser.and_then(one_time::digest) != Some(attempt.browser) {
            return Err(unasked());
        }
        let account = attempt.account_id;
        let row = self.store.connect_link_of_attempt(account, attempt.link_id).await?;
        let live = self.live(row.ok_or_else(spent)?, now).await?;
        let place = store::ConnectAttempt::place(account, &id);
        let plain = self.sealer.open(&place, &attempt.sealed)?;
        let away = serde_json::from_slice(plain.expose())
            .map_err(|error| Error::corrupt("connect attempt", error))?;
        let app = self.store.app(account, attempt.app_id).await?.ok_or_else(unasked)?.app;
        let mut ways = app.definition.iter().flat_map(|definition| &definition.auth);
        let way = ways.find(|way| way.name == attempt.way).ok_or_else(unasked)?.clone();
        let AuthMethod::OAuth2(oauth) = &way.method else { return Err(unasked()) };
        let oauth = (**oauth).clone();
        Ok(Trip { live, app, way, oauth, away })
    }

    async fn take_answer(
        &self,
        trip: &Trip,
        answer: &Answer,
        context: Context,
        outbound: &Outbound,
    ) -> Result<Connected, Error> {
        let Trip { live, app, way, oauth, away } = trip;
        if let Some(iss) = &answer.iss
            && !is_issuer(iss, way, oauth, away)
        {
            return Err(refused("The answer came from another provider than you were sent to."));
        }
        if let Some(code) = &answer.error {
            return Err(refused(in_words(code)));
        }
        let code = answer.code.as_deref().filter(|code| {
            (1..=CODE_BYTES_MAX).contains(&code.len()) && !code.contains(char::is_control)
        });
        let code = code.ok_or_else(|| refused("The provider answered without a code."))?;
        let (grant, scopes) = self.exchange(trip, code, outbound).await?;
        let label = label(&grant.members);
        let (way, fields) = (way.name.clone(), away.fields.clone());
        let credential = NewCustomerCredential::Granted { way, fields, grant, scopes };
        self.connect(live, app, credential, label, context, outbound).await
    }
}

/// What an answer is refused with that nobody waits for, whatever is wrong with it.
fn unasked() -> Error {
    Error::not_found("nobody waits for this answer: open the link again that you were given")
        .code(UNKNOWN_STATE)
}

/// A provider's error (RFC 6749 §4.1.2.1) in words of ours: its own may be anybody's.
fn in_words(code: &str) -> &'static str {
    match code {
        "access_denied" => "Access was not granted, so nothing was connected.",
        "server_error" | "temporarily_unavailable" => {
            "The provider cannot do it at the moment. Try again in a little while."
        }
        "invalid_scope" => {
            "The provider does not grant what was asked for. Tell whoever gave you this link."
        }
        "invalid_request" | "unauthorized_client" | "unsupported_response_type" => {
            "The provider does not accept the request. Tell whoever gave you this link."
        }
        _ => "The provider refused, and gave no reason that is known.",
    }
}

/// Whether an answer's `iss` is that of the provider that the customer was sent to (RFC 9207 §2.4).
fn is_issuer(iss: &str, way: &AuthWay, oauth: &OAuth2, away: &Away) -> bool {
    let filled = |url: &str| way.fill(url, &away.fields).ok();
    match &oauth.issuer {
        Some(issuer) => filled(issuer).is_some_and(|issuer| issuer == iss),
        None => {
            let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
            let asked = filled(&oauth.authorization_url).as_deref().and_then(origin);
            asked.is_some_and(|asked| asked.is_tuple() && origin(iss) == Some(asked))
        }
    }
}

/// Whose account it is, as far as the answer says. It is shown and nothing else: nobody has checked a signature.
fn label(members: &Value) -> Option<String> {
    let claims = members.get("id_token").and_then(Value::as_str).and_then(|token| {
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        serde_json::from_slice::<Value>(&payload).ok()
    });
    let places = [
        claims.as_ref().and_then(|claims| claims.get("email")),
        claims.as_ref().and_then(|claims| claims.get("preferred_username")),
        claims.as_ref().and_then(|claims| claims.get("name")),
        members.get("email"),
        members.pointer("/team/name"),
        members.get("workspace_name"),
    ];
    let texts = places.into_iter().flatten().filter_map(Value::as_str);
    let mut fitting = texts.filter(|text| {
        (1..=LABEL_CHARS_MAX).contains(&text.chars().count()) && !text.contains(char::is_control)
    });
    fitting.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Away, is_issuer, label};
    use model::{AuthMethod, AuthWay};
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn an_answer_is_of_the_provider_that_was_asked() {
        let check = |issuer: Option<&str>, iss: &str, expected: bool| {
            let oauth = json!({
                "authorization_url": "https://{site}.example.com/authorize", "token_url": "https://a.example/t", "issuer": issuer,
            });
            let way: AuthWay = serde_json::from_value(json!({
                "name": "a", "title": "A", "fields": [{"name": "site", "title": "Site"}], "method": {"oauth2": oauth},
            }))
            .unwrap();
            let AuthMethod::OAuth2(oauth) = &way.method else { panic!("{way:?}") };
            let fields = BTreeMap::from([("site".to_owned(), "acme".to_owned())]);
            let away = Away { verifier: None, link: String::new(), fields };
            assert_eq!(is_issuer(iss, &way, oauth, &away), expected, "{issuer:?} {iss}");
        };
        check(None, "https://acme.example.com", true);
        check(None, "https://acme.example.com/oidc", true);
        for iss in [
            "",
            "acme.example.com",
            "http://acme.example.com",
            "https://acme.example.com:444",
            "https://evil.example",
            "null",
            "data:x",
        ] {
            check(None, iss, false);
        }
        check(Some("https://{site}.example.com/oidc"), "https://acme.example.com/oidc", true);
        check(Some("https://{site}.example.com/oidc"), "https://acme.example.com/oidc/", false);
        check(Some("https://{site}.example.com/oidc"), "https://acme.example.com", false);
    }

    #[test]
    fn whose_account_it_is() {
        let id_token = |claims: &str| {
            use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
            format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims))
        };
        let check = |members: serde_json::Value, expected: Option<&str>| {
            assert_eq!(label(&members).as_deref(), expected, "{members}");
        };
        check(
            json!({"id_token": id_token(r#"{"email":"ada@example.com","name":"Ada"}"#)}),
            Some("ada@example.com"),
        );
        check(json!({"id_token": id_token(r#"{"name":"Ada"}"#)}), Some("Ada"));
        check(json!({"id_token": id_token("{\"email\":\"a\\nb\",\"name\":\"Ada\"}")}), Some("Ada"));
        check(json!({"team": {"name": "Acme"}}), Some("Acme"));
        for members in [
            json!({}),
            json!({"id_token": "x"}),
            json!({"id_token": 1}),
            json!({"email": "n".repeat(101)}),
        ] {
            check(members, None);
        }
    }
}
