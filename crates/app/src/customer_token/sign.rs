use super::{CUSTOMER_TOKEN_AUDIENCE, end};
use crate::{App, Caller, CustomerName, Error};
use model::{AppKey, Permission, Timestamp};
use oauth::{Key, SecretAlgorithm, sign};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use utoipa::ToSchema;

/// How long a token lives when nobody says.
const LIFE_SECONDS: u32 = 3_600;
/// The longest that a token lives: a day.
const LIFE_SECONDS_MAX: u32 = 86_400;

/// A token to be signed for a customer.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignToken {
    /// In how many seconds it ends; an hour when absent.
    #[serde(default, deserialize_with = "crate::number::optional")]
    #[schema(minimum = 1, maximum = 86_400)]
    pub expires_in_seconds: Option<u32>,
    /// The apps that it is for; all when absent.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub apps: Option<Vec<AppKey>>,
}

/// A customer's token that was just signed. It is kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedToken {
    /// The token itself, to be sent as `Authorization: Bearer …`.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String)]
    pub token: model::Secret,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The one place where it leaves the process: to whoever had it signed.
fn shown_once<S: Serializer>(token: &model::Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(token.expose()))
}

impl App {
    /// Signs a token for a customer with the account's newest signing secret, for trying out.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteTokens`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`];
    /// [`crate::Kind::Conflict`] when the account has no secret that signs.
    pub async fn sign_customer_token(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        asked: SignToken,
    ) -> Result<SignedToken, Error> {
        let account = caller.may(Permission::WriteTokens)?;
        let known = self.known_customer(account, customer).await?;
        let life = asked.expires_in_seconds.unwrap_or(LIFE_SECONDS);
        if !(1..=LIFE_SECONDS_MAX).contains(&life) {
            let message = format!("a customer's token lives 1 to {LIFE_SECONDS_MAX} seconds");
            return Err(Error::invalid(message).field("expires_in_seconds"));
        }
        if asked.apps.as_ref().is_some_and(|apps| apps.len() > super::APPS_MAX) {
            let message = format!("a token names at most {} apps", super::APPS_MAX);
            return Err(Error::invalid(message).field("apps"));
        }
        let secrets = self.store.signing_secrets(account).await?;
        let secret = secrets.iter().rfind(|row| row.retires_at.is_none()).ok_or_else(|| {
            Error::conflict("the account has no signing secret: `gatewright signing-secret create`")
                .code("no_signing_secret")
        })?;
        let now = self.clock.now();
        let expires_at = end(now, life);
        let mut claims = json!({
            "iss": account.to_string(), "aud": CUSTOMER_TOKEN_AUDIENCE, "sub": known.key,
            "iat": now.as_second(), "exp": expires_at.as_second(),
        });
        if let Some(apps) = asked.apps {
            claims["apps"] = json!(apps);
        }
        let place = store::SigningSecret::place(account, secret.id);
        let key = self.sealer.open(&place, &secret.sealed)?;
        let text = sign(algorithm(secret)?, key.expose(), &secret.id.to_string(), &claims)
            .map_err(|error| {
                Error::new(crate::Kind::Internal, "the token cannot be written").with_source(error)
            })?;
        let seen = json!({ "secret": secret.id, "expires_at": expires_at });
        let change = self
            .begin(caller, now, "customer.sign_token", &known.id, None::<&()>, Some(&seen))
            .await?;
        change.commit().await?;
        Ok(SignedToken { token: model::Secret::from(text), expires_at })
    }

    /// The key that checks what a secret has signed.
    pub(super) fn signing_key(&self, secret: &store::SigningSecret) -> Result<Key, Error> {
        let place = store::SigningSecret::place(secret.account_id, secret.id);
        let opened = self.sealer.open(&place, &secret.sealed)?;
        Ok(Key::secret(algorithm(secret)?, opened.expose()))
    }
}

fn algorithm(secret: &store::SigningSecret) -> Result<SecretAlgorithm, Error> {
    SecretAlgorithm::parse(&secret.algorithm)
        .ok_or_else(|| Error::corrupt("signing secret", "its algorithm is unknown"))
}
