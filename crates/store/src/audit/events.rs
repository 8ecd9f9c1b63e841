use super::chain_of;
use crate::{Error, Store, engine::on};
use model::AccountId;

impl Store {
    /// How many rows the account's chain of the audit log has: the number of its newest.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn audit_end(&self, account: AccountId) -> Result<i64, Error> {
        const SQL: &str = "select seq from audit_head where chain = $1";
        let end: Option<(i64,)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(chain_of(Some(account)))
            .fetch_optional(db)
            .await?);
        Ok(end.map_or(0, |(seq,)| seq))
    }

    /// What happened to the account's things after the row with that number: numbers and events, at most `limit`. Every change of theirs
    /// is a row of the log, by whichever process, and a row is seen when its change is.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn audit_events_after(
        &self,
        account: AccountId,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<(i64, String)>, Error> {
        const SQL: &str =
            "select seq, event from audit_row where chain = $1 and seq > $2 order by seq limit $3";
        Ok(on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(chain_of(Some(account)))
            .bind(seq)
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?))
    }
}
