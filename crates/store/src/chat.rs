use crate::{Change, Error, Store, engine::on};
use model::{AccountId, CustomerId, Timestamp};

/// What an `x-chat-id` of a customer names: the session that the chat goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// The client's name for it.
    pub name: String,
    /// The id of its legacy session.
    pub session_id: String,
    /// When it began, if that is known.
    pub created_at: Option<Timestamp>,
    /// When it was last gone on with.
    pub used_at: Option<Timestamp>,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

type Row = (String, String, i64, i64, i64);

fn chat((name, session_id, created_at, used_at, expires_at): Row) -> Result<Chat, Error> {
    let time = |millis: i64| {
        Timestamp::from_millisecond(millis).map_err(|_| Error::Corrupt { column: "chat times" })
    };
    let known = |millis: i64| (millis != 0).then(|| time(millis)).transpose();
    Ok(Chat {
        name,
        session_id,
        created_at: known(created_at)?,
        used_at: known(used_at)?,
        expires_at: time(expires_at)?,
    })
}

impl Store {
    /// The customer's chats that have not expired, in the order of their names, those after `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn chats(
        &self,
        account: AccountId,
        customer: CustomerId,
        now: Timestamp,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Chat>, Error> {
        const SQL: &str = "select name, session_id, created_at, used_at, expires_at from chat \
             where account_id = $1 and customer_id = $2 and expires_at > $3 and name > $4 order by name limit $5";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(now.as_millisecond())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(chat).collect()
    }

    /// The customer's chat of that name, if it has not expired.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn chat(
        &self,
        account: AccountId,
        customer: CustomerId,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<Chat>, Error> {
        const SQL: &str = "select name, session_id, created_at, used_at, expires_at from chat \
             where account_id = $1 and customer_id = $2 and name = $3 and expires_at > $4";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(name)
            .bind(now.as_millisecond())
            .fetch_optional(db)
            .await?);
        row.map(chat).transpose()
    }

    /// Lets the customer's chat go on with that session; when it began stays as it is known. Of a customer that has `most` other chats, the one that expires first makes
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
        most: u32,
    ) -> Result<(), Error> {
        const PUT: &str = "insert into chat (account_id, customer_id, name, session_id, created_at, used_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7) \
             on conflict (account_id, customer_id, name) do update set session_id = excluded.session_id, \
             used_at = excluded.used_at, expires_at = excluded.expires_at";
        const TRIM: &str = "delete from chat where account_id = $1 and customer_id = $2 and name <> $3 and name in \
             (select name from chat where account_id = $1 and customer_id = $2 and name <> $3 \
             order by expires_at desc, name limit 1000000 offset $4)";
        on!(self.writer, |db| sqlx::query(PUT)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(&chat.name)
            .bind(&chat.session_id)
            .bind(chat.created_at.map_or(0, Timestamp::as_millisecond))
            .bind(chat.used_at.map_or(0, Timestamp::as_millisecond))
            .bind(chat.expires_at.as_millisecond())
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

impl Change {
    /// Removes the customer's chat of that name. Says whether there was one.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_chat(
        &mut self,
        account: AccountId,
        customer: CustomerId,
        name: &str,
    ) -> Result<bool, Error> {
        const SQL: &str =
            "delete from chat where account_id = $1 and customer_id = $2 and name = $3";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(customer.to_string())
            .bind(name)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes what a session or a chat keeps under that key, if it does.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_session_state(
        &mut self,
        account: AccountId,
        key: &str,
    ) -> Result<(), Error> {
        const SQL: &str = "delete from mcp_session where account_id = $1 and id = $2";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(key)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
