use crate::{
    Client, CredentialError, Origin, Request, SendError,
    client::Passed,
    token_answer,
    token_request::{MAX_ANSWER_BYTES, TokenRequest, basic},
};
use http::{HeaderValue, Uri};
use model::{AccountId, ClientCredentials, Secret, TokenRequestFormat};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// How long before its end a token is replaced; of a short-lived one, a tenth of its life.
const AHEAD: Duration = Duration::from_secs(30);
/// How soon a token that an API refused is replaced again: an API that refuses every token is no reason for more.
const RENEWED_AT_MOST_EACH: Duration = Duration::from_secs(10);
/// How long a failure is remembered at first; doubled for each that follows.
const FAILURE_FIRST: Duration = Duration::from_secs(1);
const FAILURE_LONGEST: Duration = Duration::from_secs(60);
/// Form fields that are set here.
const OWN_FIELDS: [&str; 5] = ["grant_type", "client_id", "client_secret", "scope", "audience"];

/// Tokens of one connection, by OAuth 2 client credentials (RFC 6749 §4.4). It does nothing by itself: a call that needs
/// a token asks for it with the client of its own runtime, one at a time; when that call goes away, the next asks.
pub(crate) struct TokenSource {
    connection: Box<str>,
    uri: Uri,
    client: ClientCredentials,
    /// What must not be shown, whatever the token.
    fixed: Vec<Secret>,
    slot: Mutex<Slot>,
    asking: tokio::sync::Mutex<()>,
}

struct Slot {
    token: Option<Arc<Token>>,
    /// What must not be shown: of the token and the one before it, which calls may still be under way with.
    secrets: Arc<[Secret]>,
    failure: Option<Failure>,
    /// When an API last refused a token.
    refused: Option<Instant>,
}

/// A token that was granted.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) header: HeaderValue,
    secret: Secret,
    ends: Instant,
    replaced_from: Instant,
}

struct Failure {
    reason: String,
    wait: Duration,
    until: Instant,
}

impl TokenSource {
    pub(crate) fn new(
        connection: &str,
        uri: Uri,
        client: &ClientCredentials,
    ) -> Result<Self, CredentialError> {
        let texts = [&client.client_secret]
            .into_iter()
            .chain(client.parameters.iter().map(|(_, value)| value));
        if texts.clone().any(|value| std::str::from_utf8(value.expose()).is_err()) {
            return Err(CredentialError::Value("client_secret".to_owned()));
        }
        if let Some((name, _)) =
            client.parameters.iter().find(|(name, _)| OWN_FIELDS.contains(&name.as_str()))
        {
            return Err(CredentialError::Field(name.clone()));
        }
        let mut fixed: Vec<Secret> = texts.cloned().collect();
        fixed.push(basic(&client.client_id, &client.client_secret));
        let secrets = fixed.clone().into();
        let slot = Slot { token: None, secrets, failure: None, refused: None };
        Ok(Self {
            connection: connection.into(),
            uri,
            client: client.clone(),
            fixed,
            slot: Mutex::new(slot),
            asking: tokio::sync::Mutex::new(()),
        })
    }

    /// What must not be shown of it.
    pub(crate) fn secrets(&self) -> Arc<[Secret]> {
        Arc::clone(&self.slot().secrets)
    }

    /// A token that is good, asked for if need be, by `deadline` at the latest.
    pub(crate) async fn token(
        &self,
        client: &Client,
        account: AccountId,
        deadline: Instant,
    ) -> Result<Arc<Token>, SendError> {
        let now = Instant::now();
        let Some(token) = self.good(now) else {
            return self.first(client, account, deadline).await;
        };
        if now < token.replaced_from || self.failure(now).is_some() {
            return Ok(token);
        }
        // It is good for a while yet, so only one call waits, and not for long.
        let Ok(_alone) = self.asking.try_lock() else { return Ok(token) };
        let soon = now + deadline.saturating_duration_since(now) / 2;
        match timeout_at(soon, self.ask(client, account)).await {
            Ok(Ok(fresh)) => Ok(fresh),
            Ok(Err(_)) | Err(_) => Ok(token),
        }
    }

    /// Another token than the one that an API refused: what was granted since, or a new one. `None` when the last one
    /// was refused just now.
    pub(crate) async fn renewed(
        &self,
        refused: &Arc<Token>,
        client: &Client,
        account: AccountId,
        deadline: Instant,
    ) -> Result<Option<Arc<Token>>, SendError> {
        if !self.refuse(refused) {
            return Ok(None);
        }
        self.token(client, account, deadline).await.map(Some)
    }

    /// Forgets a token that an API refused, and says whether there is a point in asking for another.
    pub(crate) fn refuse(&self, refused: &Arc<Token>) -> bool {
        let now = Instant::now();
        let mut slot = self.slot();
        if slot.token.as_ref().is_none_or(|token| !Arc::ptr_eq(token, refused)) {
            return true;
        }
        if slot.refused.is_some_and(|last| now - last < RENEWED_AT_MOST_EACH) {
            return false;
        }
        (slot.refused, slot.token) = (Some(now), None);
        true
    }

    async fn first(
        &self,
        client: &Client,
        account: AccountId,
        deadline: Instant,
    ) -> Result<Arc<Token>, SendError> {
        let late = || self.error("its token endpoint did not answer in time".to_owned(), None);
        let _alone = timeout_at(deadline, self.asking.lock()).await.map_err(|_| late())?;
        let now = Instant::now();
        if let Some(token) = self.good(now) {
            return Ok(token);
        }
        if let Some(failure) = self.failure(now) {
            return Err(failure);
        }
        timeout_at(deadline, self.ask(client, account)).await.map_err(|_| late())?
    }

    /// Asks the endpoint. The caller holds the lock.
    async fn ask(&self, client: &Client, account: AccountId) -> Result<Arc<Token>, SendError> {
        let started = Instant::now();
        let origin = Origin::of(&self.uri).expect("a token URL is absolute");
        let gate = client.hosts.gate(origin, account, started);
        let limits = client.limits().with_timeout(client.limits().token);
        let answer = client.pass(&gate, self.request(), &limits, started, MAX_ANSWER_BYTES).await;
        let granted = match answer {
            Ok(Passed { answer, .. }) => {
                let status = answer.parts.status.as_u16();
                token_answer::read(status, &answer.body, self.client.scope.as_deref())
            }
            // Nothing was asked, so nothing failed.
            Err(error @ (SendError::Busy { .. } | SendError::CircuitOpen { .. })) => {
                return Err(self.error(reason(&error), error.retry_after()));
            }
            Err(error) => Err(reason(&error)),
        };
        let mut slot = self.slot();
        let granted = match granted {
            Ok(granted) => granted,
            Err(reason) => {
                let now = Instant::now();
                let doubled = slot.failure.as_ref().map_or(FAILURE_FIRST, |last| last.wait * 2);
                let wait = doubled.min(FAILURE_LONGEST);
                slot.failure = Some(Failure { reason: reason.clone(), wait, until: now + wait });
                return Err(self.error(reason, Some(wait)));
            }
        };
        if granted.wider {
            tracing::warn!(connection = %self.connection, "a token endpoint granted more scopes than were asked for");
        }
        let ahead = AHEAD.min(granted.life / 10);
        let ends = started + granted.life;
        let token = Arc::new(Token {
            header: granted.header,
            secret: granted.token,
            ends,
            replaced_from: ends - ahead,
        });
        let before = slot.secrets.get(self.fixed.len()).cloned();
        let secrets = self.fixed.iter().cloned().chain([token.secret.clone()]).chain(before);
        slot.secrets = secrets.collect();
        (slot.token, slot.failure) = (Some(Arc::clone(&token)), None);
        Ok(token)
    }

    fn request(&self) -> Request {
        let own = [("scope", &self.client.scope), ("audience", &self.client.audience)];
        let own = own.into_iter().filter_map(|(name, value)| {
            value.as_ref().map(|value| (name, Secret::from(value.clone())))
        });
        let more = self.client.parameters.iter();
        let members = [("grant_type", Secret::from("client_credentials".to_owned()))]
            .into_iter()
            .chain(own)
            .chain(more.map(|(name, value)| (name.as_str(), value.clone())))
            .collect();
        let request = TokenRequest {
            client_id: &self.client.client_id,
            client_secret: Some(&self.client.client_secret),
            auth_style: self.client.auth_style,
            format: TokenRequestFormat::Form,
            members,
        };
        request.to(self.uri.clone())
    }

    fn good(&self, now: Instant) -> Option<Arc<Token>> {
        self.slot().token.as_ref().filter(|token| now < token.ends).cloned()
    }

    /// The last failure, while it is remembered.
    fn failure(&self, now: Instant) -> Option<SendError> {
        let slot = self.slot();
        let failure = slot.failure.as_ref().filter(|failure| now < failure.until)?;
        Some(self.error(failure.reason.clone(), Some(failure.until - now)))
    }

    fn error(&self, reason: String, retry_after: Option<Duration>) -> SendError {
        SendError::Token { connection: self.connection.to_string(), reason, retry_after }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("connection", &self.connection).finish_non_exhaustive()
    }
}

/// An error of a call to a token endpoint, in words of its own where those for an API would mislead.
pub(crate) fn reason(error: &SendError) -> String {
    match error {
        SendError::Timeout { after, .. } => {
            format!("its token endpoint did not answer within {} s", after.as_secs_f32())
        }
        SendError::TooLarge { limit } => {
            format!("its token endpoint's answer is larger than {limit} bytes")
        }
        SendError::Broken | SendError::Protocol(_) | SendError::Decode(_) => {
            "its token endpoint gave no HTTP answer that can be read".to_owned()
        }
        SendError::Url(_)
        | SendError::RefusedPort { .. }
        | SendError::RefusedAddress { .. }
        | SendError::Dns { .. }
        | SendError::Connect { .. }
        | SendError::Tls { .. }
        | SendError::Redirect { .. }
        | SendError::TooManyRedirects(_)
        | SendError::DocumentStatus(_)
        | SendError::Busy { .. }
        | SendError::CircuitOpen { .. }
        | SendError::Token { .. } => error.to_string(),
    }
}
