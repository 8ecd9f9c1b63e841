use crate::{Error, Store, engine::on};
use model::{AccountId, CustomerId, Timestamp};

/// What an `x-chat-id` of a customer names: the session that the chat goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// The client's name for it.
    pub name: String,
    /// The id of its legacy session.
    pub session_id: String,
}

impl Store {
    /// The customer's chats that have not expired, in the order of their names, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn chats(
        &self,
        account: AccountId,
        customer: CustomerId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Chat>, Error> {
        const SQL: &str = "select name, session_id from chat \
             where account_id = $1 and customer_id = $2 and expires_at > $3 order by name limit $4";
        let rows: Vec<(String, String)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(now.as_millisecond())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        Ok(rows.into_iter().map(|(name, session_id)| Chat { name, session_id }).collect())
    }

    /// The session of the customer's chat of that name, if it has not expired.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn chat_session(
        &self,
        account: AccountId,
        customer: CustomerId,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        const SQL: &str = "select session_id from chat \
             where account_id = $1 and customer_id = $2 and name = $3 and expires_at > $4";
        Ok(on!(self.reader, |db| sqlx::query_scalar(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(name)
            .bind(now.as_millisecond())
            .fetch_optional(db)
            .await?))
    }

    /// Lets the customer's chat go on with that session. Of a customer that has `most` other chats, the one that expires first makes
    /// room.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn put_chat(
        &self,
        account: AccountId,
        customer: CustomerId,
        chat: &Chat,
        expires_at: Timestamp,
        most: u32,
    ) -> Result<(), Error> {
        const PUT: &str = "insert into chat (account_id, customer_id, name, session_id, expires_at) \
             values ($1, $2, $3, $4, $5) \
             on conflict (account_id, customer_id, name) do update set session_id = excluded.session_id, \
             expires_at = excluded.expires_at";
        const TRIM: &str = "delete from chat where account_id = $1 and customer_id = $2 and name <> $3 and name in \
             (select name from chat where account_id = $1 and customer_id = $2 and name <> $3 \
             order by expires_at desc, name limit 1000000 offset $4)";
        on!(self.writer, |db| sqlx::query(PUT)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(&chat.name)
            .bind(&chat.session_id)
            .bind(expires_at.as_millisecond())
            .execute(db)
            .await?
            .rows_affected());
        on!(self.writer, |db| sqlx::query(TRIM)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(&chat.name)
            .bind(i64::from(most))
            .execute(db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Removes chats that have expired.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_expired_chats(&self, now: Timestamp) -> Result<u64, Error> {
        const SQL: &str = "delete from chat where expires_at < $1";
        Ok(on!(self.writer, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .execute(db)
            .await?
            .rows_affected()))
    }
}
