use crate::{Error, Store, engine::on};
use model::{AccountId, Timestamp};

/// What a process keeps of a legacy session beside its sealed id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionState {
    /// The log level that the client set.
    pub log_level: Option<String>,
    /// Whether the client ended it.
    pub ended: bool,
}

/// What changes of a legacy session, or of a chat. The rest of it stays, whichever process wrote it.
#[derive(Clone, Copy, Debug)]
pub enum SessionChange<'a> {
    /// The client sets a log level.
    LogLevel(&'a str),
    /// The client enables these tools, and no others.
    EnabledTools(&'a [String]),
    /// The client ends it.
    Ended,
}

type Row = (String, String, Option<String>, i64, i64);

impl Store {
    /// The state of every session that was ended, or has a log level, with its account: for the process that serves them, which answers
    /// each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn session_states(
        &self,
    ) -> Result<Vec<(AccountId, String, SessionState, Timestamp)>, Error> {
        const SQL: &str = "select account_id, id, log_level, ended, expires_at from mcp_session \
             where ended = 1 or log_level is not null";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter()
            .map(|(account, id, log_level, ended, expires_at)| {
                let account = account
                    .parse()
                    .map_err(|_| Error::Corrupt { column: "mcp_session.account_id" })?;
                let expires_at = Timestamp::from_millisecond(expires_at)
                    .map_err(|_| Error::Corrupt { column: "mcp_session.expires_at" })?;
                Ok((account, id, SessionState { log_level, ended: ended != 0 }, expires_at))
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

    /// Writes a change of a session, which is kept until `expires_at`. An ended session stays ended.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn change_session(
        &self,
        account: AccountId,
        session: &str,
        change: SessionChange<'_>,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        const LEVEL: &str = "insert into mcp_session (id, account_id, expires_at, ended, log_level) values ($1, $2, $3, 0, $4) \
             on conflict (id) do update set log_level = excluded.log_level, expires_at = excluded.expires_at \
             where mcp_session.account_id = excluded.account_id";
        const TOOLS: &str = "insert into mcp_session (id, account_id, expires_at, ended, enabled_tools) values ($1, $2, $3, 0, $4) \
             on conflict (id) do update set enabled_tools = excluded.enabled_tools, expires_at = excluded.expires_at \
             where mcp_session.account_id = excluded.account_id";
        const ENDED: &str = "insert into mcp_session (id, account_id, expires_at, ended, log_level) values ($1, $2, $3, 1, $4) \
             on conflict (id) do update set ended = 1, log_level = null, enabled_tools = null \
             where mcp_session.account_id = excluded.account_id";
        let (sql, value) = match change {
            SessionChange::LogLevel(level) => (LEVEL, Some(level.to_owned())),
            SessionChange::EnabledTools([]) => (TOOLS, None),
            SessionChange::EnabledTools(names) => {
                (TOOLS, Some(serde_json::Value::from(names).to_string()))
            }
            SessionChange::Ended => (ENDED, None),
        };
        on!(self.writer, |db| sqlx::query(sql)
            .bind(session)
            .bind(account.to_string())
            .bind(expires_at.as_millisecond())
            .bind(&value)
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
