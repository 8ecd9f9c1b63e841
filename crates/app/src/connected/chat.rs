use crate::{App, Caller, Error, Kind, session::NewMcpSession};
use model::{AccountId, CustomerId, Timestamp};
use std::collections::BTreeMap;

/// The sessions of a customer's chats, by the chats' names.
pub type ChatSessions = BTreeMap<String, String>;

impl App {
    /// The sessions of the chats that the caller's customer has, of those that can be gone on with.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] for a caller that stands for no customer.
    pub async fn chat_sessions(&self, caller: &Caller) -> Result<ChatSessions, Error> {
        let (account, customer) = customer(caller)?;
        let most = self.config.chats_per_customer;
        let chats = self.store.chats(account, customer, self.clock.now(), "", most).await?;
        let open = chats
            .into_iter()
            .filter(|chat| self.session(caller, super::CONNECTED_NAME, &chat.session_id).is_ok());
        Ok(open.map(|chat| (chat.name, chat.session_id)).collect())
    }

    /// The id of the session that a chat goes on with: the one that it has had, or a new one when that has ended or its client speaks
    /// another revision now.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] for a caller that stands for no customer; [`Kind::Unavailable`] when the database does not answer.
    pub async fn resume_chat(
        &self,
        caller: &Caller,
        chat: &str,
        new: NewMcpSession<'_>,
    ) -> Result<String, Error> {
        let (account, customer) = customer(caller)?;
        let now = self.clock.now();
        let known =
            self.store.chat(account, customer, chat, now).await?.map(|chat| chat.session_id);
        let goes_on = |id: &String| {
            self.session(caller, super::CONNECTED_NAME, id).is_ok_and(|handle| {
                handle.session.revision == new.revision
                    && handle.session.url_elicitation == new.url_elicitation
            })
        };
        let session_id = match known.filter(goes_on) {
            Some(id) => id,
            None => self.create_mcp_session(caller, new)?,
        };
        let row = store::Chat {
            name: chat.to_owned(),
            session_id: session_id.clone(),
            created_at: Some(now),
            used_at: Some(now),
            expires_at: self.chat_end(now)?,
        };
        let most = self.config.chats_per_customer;
        self.store.put_chat(account, customer, &row, most.saturating_sub(1)).await?;
        Ok(session_id)
    }

    /// When a chat ends that is used now for the last time.
    pub(crate) fn chat_end(&self, now: Timestamp) -> Result<Timestamp, Error> {
        let life = jiff::SignedDuration::try_from(self.config.chat_life).unwrap_or_default();
        now.checked_add(life).map_err(|error| {
            Error::new(Kind::Internal, "the chat's expiry cannot be told").with_source(error)
        })
    }
}

fn customer(caller: &Caller) -> Result<(AccountId, CustomerId), Error> {
    let customer = caller.customer_id().ok_or_else(super::no_customer)?;
    Ok((caller.account_id(), customer))
}
