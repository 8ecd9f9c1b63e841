use crate::{Error, Store};
use model::{AccountId, Timestamp};

/// What a legacy session keeps beside its sealed id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionState {
    /// The log level that the client set.
    pub log_level: Option<String>,
    /// Whether the client ended it.
    pub ended: bool,
}

impl Store {
    /// The state of a session, if it has any.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn session_state(&self, account: AccountId, session: &str) -> Result<Option<SessionState>, Error> {
        const SQL: &str = "select log_level, ended from mcp_session where account_id = $1 and id = $2";
        let row: Option<(Option<String>, i64)> =
            sqlx::query_as(SQL).bind(account.to_string()).bind(session).fetch_optional(&self.reader).await?;
        Ok(row.map(|(log_level, ended)| SessionState { log_level, ended: ended != 0 }))
    }

    /// Writes the state of a session, which is kept until `expires_at`. An ended session stays ended.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn put_session_state(
        &self,
        account: AccountId,
        session: &str,
        state: &SessionState,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into mcp_session (id, account_id, log_level, ended, expires_at) \
             values ($1, $2, $3, $4, $5) \
             on conflict (id) do update set log_level = excluded.log_level, \
             ended = case when mcp_session.ended = 1 then 1 else excluded.ended end \
             where mcp_session.account_id = excluded.account_id";
        sqlx::query(SQL)
            .bind(session)
            .bind(account.to_string())
            .bind(&state.log_level)
            .bind(i64::from(state.ended))
            .bind(expires_at.as_millisecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Removes the state of sessions that have expired: their ids are refused without it.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64, Error> {
        const SQL: &str = "delete from mcp_session where expires_at < $1";
        Ok(sqlx::query(SQL).bind(now.as_millisecond()).execute(&self.writer).await?.rows_affected())
    }
}
