use crate::{Change, Error, Store, engine::on};
use model::{AccountId, LimitId, LimitMode, LimitTarget, LimitUnit, Timestamp};

/// A rate limit or quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Names it.
    pub id: LimitId,
    /// Whose calls it counts.
    pub account_id: AccountId,
    /// For people.
    pub name: String,
    /// What it counts the calls of.
    pub target: LimitTarget,
    /// So many calls …
    pub calls: u32,
    /// … in this time.
    pub unit: LimitUnit,
    /// Of a rate, so many at once.
    pub burst: Option<u32>,
    /// What it does once it is used up.
    pub mode: LimitMode,
    /// Whether it counts at all.
    pub enabled: bool,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

type Row = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    String,
    Option<i64>,
    String,
    i64,
    i64,
    i64,
);

/// The columns of a [`Row`], and which rows.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, account_id, name, kind, server_id, tool, token_id, user_id, calls, unit, burst, mode, \
             enabled, revision, created_at from limit_rule ",
            $rest
        )
    };
}

fn limit(row: Row) -> Result<Limit, Error> {
    let (id, account_id, name, kind, server, tool, token, user, calls, unit, burst, ..) = row;
    let (.., mode, enabled, revision, created_at) = row;
    let corrupt = |column| Error::Corrupt { column };
    Ok(Limit {
        id: id.parse().map_err(|_| corrupt("limit_rule.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("limit_rule.account_id"))?,
        name,
        target: target(&kind, server, tool, token, user)
            .ok_or_else(|| corrupt("limit_rule target"))?,
        calls: u32::try_from(calls).map_err(|_| corrupt("limit_rule.calls"))?,
        unit: LimitUnit::parse(&unit).ok_or_else(|| corrupt("limit_rule.unit"))?,
        burst: burst.map(u32::try_from).transpose().map_err(|_| corrupt("limit_rule.burst"))?,
        mode: LimitMode::parse(&mode).ok_or_else(|| corrupt("limit_rule.mode"))?,
        enabled: enabled != 0,
        revision,
        created_at: Timestamp::from_millisecond(created_at)
            .map_err(|_| corrupt("limit_rule.created_at"))?,
    })
}

fn target(
    kind: &str,
    server: Option<String>,
    tool: Option<String>,
    token: Option<String>,
    user: Option<String>,
) -> Option<LimitTarget> {
    fn id<T: std::str::FromStr>(text: Option<String>) -> Option<Option<T>> {
        text.map(|text| text.parse()).transpose().ok()
    }
    match kind {
        "account" => Some(LimitTarget::Account {}),
        "server" => Some(LimitTarget::Server { server: id(server)? }),
        "tool" => Some(LimitTarget::Tool { server: id(server)?, tool: id(tool)? }),
        "token" => Some(LimitTarget::Token { token: id(token)? }),
        "user" => Some(LimitTarget::User { user: id(user)? }),
        _ => None,
    }
}

/// The columns of a target: kind, server, tool, token and user.
type Columns = (&'static str, Option<String>, Option<String>, Option<String>, Option<String>);

fn columns(target: &LimitTarget) -> Columns {
    fn text<T: ToString>(id: Option<&T>) -> Option<String> {
        id.map(ToString::to_string)
    }
    match target {
        LimitTarget::Account {} => ("account", None, None, None, None),
        LimitTarget::Server { server } => ("server", text(server.as_ref()), None, None, None),
        LimitTarget::Tool { server, tool } => {
            ("tool", text(server.as_ref()), text(tool.as_ref()), None, None)
        }
        LimitTarget::Token { token } => ("token", None, None, text(token.as_ref()), None),
        LimitTarget::User { user } => ("user", None, None, None, text(user.as_ref())),
    }
}

impl Store {
    /// The account's limits after that one, in the order of their making, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn limits(
        &self,
        account: AccountId,
        after: Option<LimitId>,
        limit_rows: u32,
    ) -> Result<Vec<Limit>, Error> {
        const SQL: &str = select!("where account_id = $1 and id > $2 order by id limit $3");
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit_rows))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(limit).collect()
    }

    /// The account's limit of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn limit(&self, account: AccountId, id: LimitId) -> Result<Option<Limit>, Error> {
        const SQL: &str = select!("where account_id = $1 and id = $2");
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(limit).transpose()
    }

    /// Every limit that counts, of all accounts: for the registry, which holds each to its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn enabled_limits(&self) -> Result<Vec<Limit>, Error> {
        const SQL: &str = select!("where enabled = 1 order by id");
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(limit).collect()
    }
}

impl Change {
    /// Adds a limit.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn insert_limit(&mut self, limit: &Limit) -> Result<(), Error> {
        const SQL: &str = "insert into limit_rule (id, account_id, name, kind, server_id, tool, token_id, user_id, \
             calls, unit, burst, mode, enabled, revision, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
        let (kind, server, tool, token, user) = columns(&limit.target);
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(limit.id.to_string())
            .bind(limit.account_id.to_string())
            .bind(&limit.name)
            .bind(kind)
            .bind(&server)
            .bind(&tool)
            .bind(&token)
            .bind(&user)
            .bind(i64::from(limit.calls))
            .bind(limit.unit.as_str())
            .bind(limit.burst.map(i64::from))
            .bind(limit.mode.as_str())
            .bind(i64::from(limit.enabled))
            .bind(limit.revision)
            .bind(limit.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives a limit its new settings, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_limit(&mut self, limit: &Limit) -> Result<bool, Error> {
        const SQL: &str = "update limit_rule set name = $1, calls = $2, unit = $3, burst = $4, mode = $5, enabled = $6, \
             revision = $7 where account_id = $8 and id = $9 and revision = $7 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&limit.name)
            .bind(i64::from(limit.calls))
            .bind(limit.unit.as_str())
            .bind(limit.burst.map(i64::from))
            .bind(limit.mode.as_str())
            .bind(i64::from(limit.enabled))
            .bind(limit.revision)
            .bind(limit.account_id.to_string())
            .bind(limit.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a limit, if it has that revision. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_limit(
        &mut self,
        account: AccountId,
        id: LimitId,
        revision: i64,
    ) -> Result<bool, Error> {
        const SQL: &str =
            "delete from limit_rule where account_id = $1 and id = $2 and revision = $3";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// How many limits the account has, as of this change.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn limit_count(&mut self, account: AccountId) -> Result<i64, Error> {
        const SQL: &str = "select count(*) from limit_rule where account_id = $1";
        let (count,): (i64,) = on!(self.tx, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_one(&mut **db)
            .await?);
        Ok(count)
    }
}
