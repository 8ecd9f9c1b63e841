use crate::{Change, Error, Store, engine::on};
use model::{AccountId, Timestamp};

/// The answer to a creation that carried an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// SHA-256 of the request that it answered.
    pub digest: [u8; 32],
    /// The answer, sealed for [`Remembered::place`].
    pub sealed: Vec<u8>,
}

impl Remembered {
    /// The place that an answer is sealed for.
    #[must_use]
    pub fn place(account: AccountId, principal: &str, key: &str) -> String {
        format!("{account}|idempotency|{principal}|{key}|sealed")
    }
}

impl Store {
    /// What the principal's creation with that key was answered.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn remembered(
        &self,
        account: AccountId,
        principal: &str,
        key: &str,
    ) -> Result<Option<Remembered>, Error> {
        const SQL: &str = "select digest, sealed from idempotency \
             where account_id = $1 and principal = $2 and key = $3";
        let row: Option<(Vec<u8>, Vec<u8>)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(principal)
            .bind(key)
            .fetch_optional(db)
            .await?);
        row.map(|(digest, sealed)| {
            let digest =
                digest.try_into().map_err(|_| Error::Corrupt { column: "idempotency.digest" })?;
            Ok(Remembered { digest, sealed })
        })
        .transpose()
    }

    /// Forgets answers from before `then`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn forget_remembered(&self, then: Timestamp) -> Result<u64, Error> {
        const SQL: &str = "delete from idempotency where created_at < $1";
        Ok(on!(self.writer, |db| sqlx::query(SQL)
            .bind(then.as_millisecond())
            .execute(db)
            .await?
            .rows_affected()))
    }
}

impl Change {
    /// Remembers the answer to a creation, in the transaction that creates.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the key was used a moment ago.
    pub async fn remember(
        &mut self,
        account: AccountId,
        principal: &str,
        key: &str,
        answer: &Remembered,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into idempotency (account_id, principal, key, digest, sealed, created_at) \
             values ($1, $2, $3, $4, $5, $6)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(principal)
            .bind(key)
            .bind(answer.digest.as_slice())
            .bind(&answer.sealed)
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
