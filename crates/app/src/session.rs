use crate::{App, Caller, EnabledTools, Error, Published, clock::entropy, error::Kind};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{AccountId, ServerId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{PoisonError, RwLock},
};
use store::{SessionChange, SessionState};

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

/// The sessions that were ended, or have a log level. Others need nothing to be kept.
#[derive(Debug)]
pub(crate) struct SessionStates {
    /// Of one account.
    most: usize,
    accounts: RwLock<HashMap<AccountId, AccountStates>>,
}

/// Those of one account. When they are as many as may be, the one that expires first makes room.
#[derive(Debug, Default)]
struct AccountStates {
    by_key: HashMap<Key, Kept>,
    by_end: BTreeSet<(Timestamp, Key)>,
}

/// What a session is called inside.
type Key = [u8; 16];

#[derive(Clone, Debug)]
struct Kept {
    state: SessionState,
    expires_at: Timestamp,
}

impl SessionStates {
    pub(crate) fn load(
        rows: Vec<(AccountId, String, SessionState, Timestamp)>,
        most: usize,
    ) -> Self {
        let states = Self { most: most.max(1), accounts: RwLock::default() };
        for (account, id, state, expires_at) in rows {
            if let Some(key) = unhex(&id) {
                states.change(account, key, expires_at, |kept| *kept = state);
            }
        }
        states
    }

    fn get(&self, account: AccountId, key: &Key) -> SessionState {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let kept = accounts.get(&account).and_then(|states| states.by_key.get(key));
        kept.map(|kept| kept.state.clone()).unwrap_or_default()
    }

    fn change(
        &self,
        account: AccountId,
        key: Key,
        expires_at: Timestamp,
        change: impl FnOnce(&mut SessionState),
    ) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        let states = accounts.entry(account).or_default();
        let new = || Kept { state: SessionState::default(), expires_at };
        let kept = states.by_key.entry(key).or_insert_with(new);
        change(&mut kept.state);
        states.by_end.remove(&(kept.expires_at, key));
        kept.expires_at = expires_at;
        states.by_end.insert((expires_at, key));
        if states.by_key.len() > self.most
            && let Some((_, first)) = states.by_end.pop_first()
        {
            states.by_key.remove(&first);
        }
    }

    pub(crate) fn forget_expired(&self, now: Timestamp) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        accounts.retain(|_, states| {
            let later = states.by_end.split_off(&(now, [u8::MAX; 16]));
            for (_, key) in std::mem::replace(&mut states.by_end, later) {
                states.by_key.remove(&key);
            }
            !states.by_key.is_empty()
        });
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
        let log_level = self.sessions.get(account, &key).log_level;
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
        let state = self.sessions.get(account, &key(id));
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
        let (account, end) = (caller.account_id(), end(&handle.session)?);
        let change = SessionChange::LogLevel(level);
        self.store.change_session(account, &hex(&handle.key), change, end).await?;
        let level = Some(level.to_owned());
        self.sessions.change(account, handle.key, end, |state| state.log_level = level);
        Ok(())
    }

    /// Ends a session: from now on its id is unknown, after a restart too.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when the database does not answer; then it was not ended.
    pub async fn end_session(&self, caller: &Caller, handle: &SessionHandle) -> Result<(), Error> {
        self.end_of(caller.account_id(), handle.key, &handle.session).await
    }

    /// Ends a session that was opened from that id: see [`Self::end_session`].
    pub(crate) async fn end_opened(
        &self,
        account: AccountId,
        id: &str,
        session: &Session,
    ) -> Result<(), Error> {
        self.end_of(account, key(id), session).await
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
        self.enable(caller, &handle.key, tools, end(&handle.session)?).await
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
        self.enable(caller, &key, tools, expires_at).await
    }

    async fn enable(
        &self,
        caller: &Caller,
        key: &Key,
        tools: EnabledTools,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        let names: Vec<String> = tools.0.into_iter().collect();
        let change = SessionChange::EnabledTools(&names);
        Ok(self.store.change_session(caller.account_id(), &hex(key), change, expires_at).await?)
    }

    async fn end_of(&self, account: AccountId, key: Key, session: &Session) -> Result<(), Error> {
        let end = end(session)?;
        self.store.change_session(account, &hex(&key), SessionChange::Ended, end).await?;
        let ended = SessionState { ended: true, ..SessionState::default() };
        self.sessions.change(account, key, end, |state| *state = ended);
        Ok(())
    }
}

fn end(session: &Session) -> Result<Timestamp, Error> {
    Timestamp::from_millisecond(session.expires_at_ms).map_err(|error| {
        Error::new(Kind::Internal, "the session's expiry cannot be read").with_source(error)
    })
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

fn key(id: &str) -> Key {
    let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    digest[..16].try_into().expect("16 of 32 bytes")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Key> {
    let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes))?
}

/// A session id travels in a header with every request: names in it are kept short.
fn short(text: String) -> String {
    text.chars().take(48).collect()
}

#[cfg(test)]
mod tests {
    use super::{SessionStates, hex, unhex};
    use model::{AccountId, Timestamp};
    use store::SessionState;

    fn account(number: u8) -> AccountId {
        AccountId::new(Timestamp::UNIX_EPOCH, [number; 10])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_account_that_has_many_takes_the_place_of_its_own_alone() {
        let ended = || SessionState { ended: true, ..SessionState::default() };
        let key = |number: u8| [number; 16];
        let states = SessionStates::load(vec![(account(1), hex(&key(9)), ended(), at(5))], 3);
        let end = |of, number, at| states.change(of, key(number), at, |state| *state = ended());
        let is_ended = |of, number| states.get(of, &key(number)).ended;
        for (number, second) in [(1, 30), (2, 10), (3, 20)] {
            end(account(2), number, at(second));
        }
        // One more: the one that expires first goes, whenever it came. A change of one that is there takes no place.
        end(account(2), 1, at(31));
        end(account(2), 4, at(40));
        assert!(is_ended(account(1), 9) && !is_ended(account(2), 9));
        assert_eq!(
            [1, 2, 3, 4].map(|number| is_ended(account(2), number)),
            [true, false, true, true]
        );
        states.forget_expired(at(20));
        assert!(!is_ended(account(1), 9) && !is_ended(account(2), 3) && is_ended(account(2), 1));
        let held = states.accounts.read().unwrap();
        assert_eq!(held.len(), 1);
        assert_eq!((held[&account(2)].by_key.len(), held[&account(2)].by_end.len()), (2, 2));
    }

    #[test]
    fn what_a_session_is_called_inside_is_read_back() {
        let key = [0, 1, 2, 250, 251, 252, 253, 254, 255, 16, 17, 18, 19, 20, 21, 22];
        assert_eq!(unhex(&hex(&key)), Some(key));
        for wrong in ["", "00", "zz", &"0".repeat(33), &format!("+{}", "0".repeat(31))] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }
}
