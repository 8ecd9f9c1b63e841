use crate::{
    Client, Origin, SendError,
    client::{Answer, Passed},
    token_answer::{self, Refused},
    token_request::{MAX_ANSWER_BYTES, TokenRequest},
    token_source::reason,
};
use http::Uri;
use model::{AccountId, ClientAuthStyle, FieldPath, Secret, TokenRequestFormat};
use std::{collections::BTreeMap, fmt, time::Duration};
use tokio::time::Instant;

/// The endpoint of an OAuth server, and the client that asks it.
#[derive(Clone, Copy, Debug)]
pub struct TokenEndpoint<'a> {
    /// Absolute; `https` unless private networks are allowed.
    pub url: &'a str,
    /// The client.
    pub client_id: &'a str,
    /// None for a public client.
    pub client_secret: Option<&'a Secret>,
    /// Where client id and secret are sent.
    pub auth_style: ClientAuthStyle,
    /// What the endpoint reads.
    pub format: TokenRequestFormat,
    /// More members of the request. None of them takes the place of one that is set here.
    pub parameters: &'a BTreeMap<String, String>,
    /// Where the answer has its members.
    pub answer: &'a FieldPath,
}

/// What a token is asked for with.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    /// RFC 6749 §4.1.3.
    AuthorizationCode {
        /// The code.
        code: &'a Secret,
        /// Its verifier (RFC 7636 §4.5).
        verifier: Option<&'a Secret>,
        /// As the authorization request had it.
        redirect_uri: &'a str,
    },
    /// RFC 6749 §6.
    RefreshToken(&'a Secret),
}

/// What was granted.
pub struct TokenGrant {
    /// The access token; it can be sent in a header.
    pub access: Secret,
    /// The refresh token, if the answer has one.
    pub refresh: Option<Secret>,
    /// How long the access token is taken to be good, if the answer says it: 1 minute to 365 days.
    pub expires_in: Option<Duration>,
    /// What was granted, as the endpoint writes it.
    pub scope: Option<String>,
    /// The whole answer, tokens included.
    pub members: serde_json::Value,
}

/// Why there is no token. Quotes nothing of what the endpoint said in its own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TokenError {
    /// Whether it will be the same for ever, as with a refresh token that is no longer good: only somebody who connects anew can help.
    pub permanent: bool,
    /// Such as `its token endpoint answered HTTP 503`.
    pub reason: String,
    /// When there is a point in asking again, where that is known.
    pub retry_after: Option<Duration>,
}

impl Client {
    /// Asks for a token, for at most [`crate::Limits::token`]. The request is not sent twice: the endpoint may have granted what was lost
    /// on its way. Redirects are not followed.
    ///
    /// # Errors
    ///
    /// [`TokenError`].
    pub async fn token(
        &self,
        account: AccountId,
        endpoint: &TokenEndpoint<'_>,
        grant: &Grant<'_>,
    ) -> Result<TokenGrant, TokenError> {
        let answer = self.ask(account, endpoint, grant.members()).await?;
        let status = answer.parts.status.as_u16();
        let answered = token_answer::read_answer(status, &answer.body, endpoint.answer)?;
        Ok(TokenGrant {
            access: answered.access,
            refresh: answered.refresh,
            expires_in: answered.life,
            scope: answered.scope,
            members: answered.members,
        })
    }

    /// Gives a token back at the endpoint's revocation URL (RFC 7009).
    ///
    /// # Errors
    ///
    /// [`TokenError`].
    pub async fn revoke_token(
        &self,
        account: AccountId,
        endpoint: &TokenEndpoint<'_>,
        token: &Secret,
        hint: &'static str,
    ) -> Result<(), TokenError> {
        let members = vec![("token", token.clone()), ("token_type_hint", secret(hint))];
        let status = self.ask(account, endpoint, members).await?.parts.status.as_u16();
        match status {
            200..300 => Ok(()),
            _ => Err(TokenError {
                permanent: false,
                reason: format!("its revocation endpoint answered HTTP {status}"),
                retry_after: None,
            }),
        }
    }

    async fn ask(
        &self,
        account: AccountId,
        endpoint: &TokenEndpoint<'_>,
        mut members: Vec<(&str, Secret)>,
    ) -> Result<Answer, TokenError> {
        let uri: Uri = self.token_uri(endpoint.url).map_err(|why| TokenError {
            permanent: false,
            reason: format!("its token URL cannot be used: {why}"),
            retry_after: None,
        })?;
        let own = ["client_id", "client_secret"];
        for (name, value) in endpoint.parameters {
            let name = name.as_str();
            if !own.contains(&name) && !members.iter().any(|(taken, _)| *taken == name) {
                members.push((name, secret(value)));
            }
        }
        let request = TokenRequest {
            client_id: endpoint.client_id,
            client_secret: endpoint.client_secret,
            auth_style: endpoint.auth_style,
            format: endpoint.format,
            members,
        };
        let started = Instant::now();
        let origin = Origin::of(&uri).expect("a token URL is absolute");
        let gate = self.hosts.gate(origin, account, started);
        let limits = self.limits().with_timeout(self.limits().token);
        let passed = self.pass(&gate, request.to(uri), &limits, started, MAX_ANSWER_BYTES).await;
        let Passed { answer, .. } = passed?;
        Ok(answer)
    }
}

impl<'a> Grant<'a> {
    fn members(&self) -> Vec<(&'a str, Secret)> {
        match *self {
            Self::AuthorizationCode { code, verifier, redirect_uri } => {
                let verifier = verifier.map(|verifier| ("code_verifier", verifier.clone()));
                [
                    ("grant_type", secret("authorization_code")),
                    ("code", code.clone()),
                    ("redirect_uri", secret(redirect_uri)),
                ]
                .into_iter()
                .chain(verifier)
                .collect()
            }
            Self::RefreshToken(token) => {
                vec![("grant_type", secret("refresh_token")), ("refresh_token", token.clone())]
            }
        }
    }
}

impl From<SendError> for TokenError {
    fn from(error: SendError) -> Self {
        Self { permanent: false, reason: reason(&error), retry_after: error.retry_after() }
    }
}

impl From<Refused> for TokenError {
    fn from(refused: Refused) -> Self {
        Self { permanent: refused.permanent, reason: refused.reason, retry_after: None }
    }
}

impl fmt::Debug for TokenGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenGrant")
            .field("expires_in", &self.expires_in)
            .field("refreshable", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}
