use crate::{App, Caller, EnabledTools, Error, Published, clock::entropy, error::Kind};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{AccountId, ServerId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};
use store::SessionState;

/// Sessions with state of their own that are kept. A client that sets no log level and ends nothing needs none.
const STATES_MAX: usize = 100_000;

/// A legacy session: what its id says, which only we could have written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The protocol revision that was settled on.
    #[serde(rename = "r")]
    pub revision: String,
    /// What the client calls itself.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// The version that it names.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub client_version: Option<String>,
    /// The chat that it belongs to.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
    /// Whether the client opens URLs for its user (URL elicitation).
    #[serde(rename = "u", default, skip_serializing_if = "std::ops::Not::not")]
    pub url_elicitation: bool,
    #[serde(rename = "s")]
    server: String,
    #[serde(rename = "p")]
    principal: String,
    #[serde(rename = "e")]
    expires_at_ms: i64,
    #[serde(rename = "i")]
    nonce: u64,
}

/// A session that is to begin.
#[derive(Clone, Debug)]
pub struct NewMcpSession<'a> {
    /// The server's name.
    pub server: &'a str,
    /// The protocol revision that was settled on.
    pub revision: &'a str,
    /// What the client calls itself.
    pub client_name: Option<String>,
    /// The version that it names.
    pub client_version: Option<String>,
    /// Whether the client opens URLs for its user.
    pub url_elicitation: bool,
    /// The chat that it belongs to.
    pub chat: Option<&'a str>,
}

/// A session that was opened from its id.
#[derive(Clone, Debug)]
pub struct SessionHandle {
    /// What the id says.
    pub session: Session,
    /// The log level that the client set, if it did.
    pub log_level: Option<String>,
    /// What the session is called inside: not its id, which is a credential of sorts.
    pub key: [u8; 16],
}

/// States of sessions, as the database holds them.
#[derive(Debug, Default)]
pub(crate) struct SessionStates {
    states: RwLock<HashMap<(AccountId, String), Kept>>,
}

#[derive(Debug)]
struct Kept {
    state: SessionState,
    expires_at: Timestamp,
}

impl SessionStates {
    pub(crate) fn load(rows: Vec<(AccountId, String, SessionState, Timestamp)>) -> Self {
        let kept = |(account, id, state, expires_at)| ((account, id), Kept { state, expires_at });
        Self { states: RwLock::new(rows.into_iter().map(kept).collect()) }
    }

    fn get(&self, account: AccountId, key: &[u8; 16]) -> Option<SessionState> {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        if states.is_empty() {
            None
        } else {
            states.get(&(account, hex(key))).map(|kept| kept.state.clone())
        }
    }

    fn set(&self, account: AccountId, key: String, kept: Kept) -> Result<(), Error> {
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        let place = (account, key);
        if states.len() >= STATES_MAX && !states.contains_key(&place) {
            return Err(Error::new(
                Kind::Unavailable,
                "too many sessions: wait until some have expired",
            ));
        }
        states.insert(place, kept);
        Ok(())
    }

    pub(crate) fn forget_expired(&self, now: Timestamp) {
        self.states
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, kept| kept.expires_at > now);
    }
}

impl App {
    /// The id of a new session of the caller. Nothing is stored: the id holds it all, sealed.
    ///
    /// # Errors
    ///
    /// [`Kind::Internal`] when the session cannot be written.
    pub fn create_mcp_session(
        &self,
        caller: &Caller,
        new: NewMcpSession<'_>,
    ) -> Result<String, Error> {
        let life = i64::try_from(self.config.session_life.as_millis()).unwrap_or(i64::MAX);
        let session = Session {
            revision: new.revision.to_owned(),
            client_name: new.client_name.map(short),
            client_version: new.client_version.map(short),
            chat: new.chat.map(str::to_owned),
            url_elicitation: new.url_elicitation,
            server: new.server.to_owned(),
            principal: owner(caller),
            expires_at_ms: self.clock.now().as_millisecond().saturating_add(life),
            nonce: u64::from_le_bytes(entropy()),
        };
        let plain = serde_json::to_vec(&session).map_err(|error| {
            Error::new(Kind::Internal, "the session cannot be written").with_source(error)
        })?;
        let sealed = self.sealer.seal(&place(caller.account_id()), entropy(), &plain);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The session of that id, if it is the caller's, of that server, and neither ended nor expired.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] otherwise, whatever the reason: the client begins anew.
    pub fn session(&self, caller: &Caller, server: &str, id: &str) -> Result<SessionHandle, Error> {
        let account = caller.account_id();
        let open = self.opened_session(account, server, id);
        let open = open.filter(|session| session.principal == owner(caller));
        let session = open.ok_or_else(|| {
            Error::not_found("there is no such session: begin anew with initialize")
        })?;
        let key = key(id);
        let log_level = self.sessions.get(account, &key).unwrap_or_default().log_level;
        Ok(SessionHandle { session, log_level, key })
    }

    /// The session of that id, whosever it is, if it is of that server of the account, and neither ended nor expired.
    pub(crate) fn opened_session(
        &self,
        account: AccountId,
        server: &str,
        id: &str,
    ) -> Option<Session> {
        let sealed = URL_SAFE_NO_PAD.decode(id).ok()?;
        let plain = self.sealer.open(&place(account), &sealed).ok()?;
        let session: Session = serde_json::from_slice(plain.expose()).ok()?;
        let state = self.sessions.get(account, &key(id)).unwrap_or_default();
        let is_open = session.server == server
            && session.expires_at_ms > self.clock.now().as_millisecond()
            && !state.ended;
        is_open.then_some(session)
    }

    /// Remembers the log level that the client set.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when the database does not answer; then it was not set.
    pub async fn set_log_level(
        &self,
        caller: &Caller,
        handle: &SessionHandle,
        level: &str,
    ) -> Result<(), Error> {
        let state = self.sessions.get(caller.account_id(), &handle.key).unwrap_or_default();
        let state = SessionState { log_level: Some(level.to_owned()), ..state };
        self.put_session_state(caller, handle, state).await
    }

    /// Ends a session: from now on its id is unknown, after a restart too.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when the database does not answer; then it was not ended.
    pub async fn end_session(&self, caller: &Caller, handle: &SessionHandle) -> Result<(), Error> {
        let state = SessionState {
            log_level: handle.log_level.clone(),
            ended: true,
            enabled_tools: Vec::new(),
        };
        self.put_session_state(caller, handle, state).await
    }

    /// Ends a session that was opened from that id: see [`Self::end_session`].
    pub(crate) async fn end_opened(
        &self,
        account: AccountId,
        id: &str,
        session: &Session,
    ) -> Result<(), Error> {
        let state = SessionState { ended: true, ..SessionState::default() };
        self.put_state(account, &key(id), session.expires_at_ms, state).await
    }

    /// The tools that were enabled in a session or a chat, by whichever process.
    pub(crate) async fn session_tools(
        &self,
        caller: &Caller,
        key: &[u8; 16],
    ) -> Result<EnabledTools, Error> {
        let now = self.clock.now();
        let tools = self.store.enabled_tools(caller.account_id(), &hex(key), now).await?;
        Ok(EnabledTools(tools.into_iter().collect()))
    }

    pub(crate) async fn set_session_tools(
        &self,
        caller: &Caller,
        handle: &SessionHandle,
        tools: EnabledTools,
    ) -> Result<(), Error> {
        let state = self.sessions.get(caller.account_id(), &handle.key).unwrap_or_default();
        let state = SessionState { enabled_tools: tools.0.into_iter().collect(), ..state };
        self.put_session_state(caller, handle, state).await
    }

    /// What a chat of the caller at a server is called inside: two callers that give a chat the same name have two.
    pub(crate) fn chat_key(&self, caller: &Caller, server: &Published, chat: &str) -> [u8; 16] {
        chat_key(&owner(caller), server.id, chat)
    }

    /// Remembers the tools of a chat.
    pub(crate) async fn set_chat_tools(
        &self,
        caller: &Caller,
        key: [u8; 16],
        tools: EnabledTools,
    ) -> Result<(), Error> {
        let expires_at = self.chat_end(self.clock.now())?;
        let enabled_tools = tools.0.into_iter().collect();
        let state = SessionState { enabled_tools, ..SessionState::default() };
        self.store.put_session_state(caller.account_id(), &hex(&key), &state, expires_at).await?;
        self.sessions.set(caller.account_id(), hex(&key), Kept { state, expires_at })
    }

    async fn put_session_state(
        &self,
        caller: &Caller,
        handle: &SessionHandle,
        state: SessionState,
    ) -> Result<(), Error> {
        let end = handle.session.expires_at_ms;
        self.put_state(caller.account_id(), &handle.key, end, state).await
    }

    async fn put_state(
        &self,
        account: AccountId,
        key: &[u8; 16],
        expires_at_ms: i64,
        state: SessionState,
    ) -> Result<(), Error> {
        let key = hex(key);
        let expires_at = Timestamp::from_millisecond(expires_at_ms).map_err(|error| {
            Error::new(Kind::Internal, "the session's expiry cannot be read").with_source(error)
        })?;
        self.store.put_session_state(account, &key, &state, expires_at).await?;
        self.sessions.set(account, key, Kept { state, expires_at })
    }
}

fn chat_key(owner: &str, server: ServerId, chat: &str) -> [u8; 16] {
    key(&format!("chat|{owner}|{server}|{chat}"))
}

/// What the state of an owner's chat at a server is kept under.
pub(crate) fn chat_state(owner: &str, server: ServerId, chat: &str) -> String {
    hex(&chat_key(owner, server, chat))
}

/// Whose a session or a chat is: a customer's, whatever token it comes with, or else the caller's own.
fn owner(caller: &Caller) -> String {
    match caller.customer_id() {
        Some(customer) => customer.to_string(),
        None => caller.principal().to_string(),
    }
}

fn place(account: AccountId) -> String {
    format!("{account}|mcp session")
}

fn key(id: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    digest[..16].try_into().expect("16 of 32 bytes")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A session id travels in a header with every request: names in it are kept short.
fn short(text: String) -> String {
    text.chars().take(48).collect()
}
