use crate::{Error, Store, engine::on};
use model::{AccountId, Timestamp};

/// What a legacy session keeps beside its sealed id, and a chat beside its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionState {
    /// The log level that the client set.
    pub log_level: Option<String>,
    /// Whether the client ended it.
    pub ended: bool,
    /// The tools that the client has enabled, where tools are enabled.
    pub enabled_tools: Vec<String>,
}

type Row = (String, String, Option<String>, i64, Option<String>, i64);

impl Store {
    /// The state of every session that has some, with its account: for the process that serves them, which answers
    /// each by its own. A session without a row is in its first state.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn session_states(
        &self,
    ) -> Result<Vec<(AccountId, String, SessionState, Timestamp)>, Error> {
        const SQL: &str =
            "select account_id, id, log_level, ended, enabled_tools, expires_at from mcp_session";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter()
            .map(|(account, id, log_level, ended, enabled, expires_at)| {
                let account = account
                    .parse()
                    .map_err(|_| Error::Corrupt { column: "mcp_session.account_id" })?;
                let expires_at = Timestamp::from_millisecond(expires_at)
                    .map_err(|_| Error::Corrupt { column: "mcp_session.expires_at" })?;
                let enabled =
                    enabled.map_or_else(|| Ok(Vec::new()), |names| serde_json::from_str(&names));
                let enabled_tools =
                    enabled.map_err(|_| Error::Corrupt { column: "mcp_session.enabled_tools" })?;
                let state = SessionState { log_level, ended: ended != 0, enabled_tools };
                Ok((account, id, state, expires_at))
            })
            .collect()
    }

    /// The tools that were enabled in a session, or a chat, that has not expired.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn enabled_tools(
        &self,
        account: AccountId,
        session: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, Error> {
        const SQL: &str = "select enabled_tools from mcp_session \
             where account_id = $1 and id = $2 and ended = 0 and expires_at > $3";
        let row: Option<(Option<String>,)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(session)
            .bind(now.as_millisecond())
            .fetch_optional(db)
            .await?);
        let names = row.and_then(|(names,)| names);
        let names = names.map_or_else(|| Ok(Vec::new()), |names| serde_json::from_str(&names));
        names.map_err(|_| Error::Corrupt { column: "mcp_session.enabled_tools" })
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
        const SQL: &str = "insert into mcp_session (id, account_id, log_level, ended, enabled_tools, expires_at) \
             values ($1, $2, $3, $4, $5, $6) \
             on conflict (id) do update set log_level = excluded.log_level, \
             enabled_tools = excluded.enabled_tools, expires_at = excluded.expires_at, \
             ended = case when mcp_session.ended = 1 then 1 else excluded.ended end \
             where mcp_session.account_id = excluded.account_id";
        let enabled = &state.enabled_tools;
        let enabled =
            (!enabled.is_empty()).then(|| serde_json::Value::from(enabled.as_slice()).to_string());
        on!(self.writer, |db| sqlx::query(SQL)
            .bind(session)
            .bind(account.to_string())
            .bind(&state.log_level)
            .bind(i64::from(state.ended))
            .bind(&enabled)
            .bind(expires_at.as_millisecond())
            .execute(db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Removes the state of sessions that have expired: their ids are refused without it.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64, Error> {
        const SQL: &str = "delete from mcp_session where expires_at < $1";
        Ok(on!(self.writer, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .execute(db)
            .await?
            .rows_affected()))
    }
}
