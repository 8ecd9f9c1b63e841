use crate::{
    Error, HourCounts, HourKey, Store,
    engine::{Engine, Tx, on},
};
use model::AccountId;

/// What one row of usage counts: a day, and whose calls of what.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UsageKey {
    /// Whose.
    pub account_id: AccountId,
    /// Days since 1970, UTC.
    pub day: i32,
    /// The server's id; empty for all of them together.
    pub server: String,
    /// The tool's name; empty for all, and for calls of none.
    pub tool: String,
    /// The token's id; empty for all, and for calls without one.
    pub token: String,
    /// The id of the user that called or that owns the token; empty for all, and for calls of none.
    pub user: String,
}

/// How much was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageCounts {
    /// Calls that were let in.
    pub calls: i64,
    /// Of these, those that ended in an error.
    pub failures: i64,
    /// Calls that were not let in: over a limit, or of a tool that the caller may not call.
    pub refused: i64,
    /// Calls that were let in over a soft limit.
    pub over_soft_limit: i64,
    /// How long they took in all, in microseconds.
    pub duration_us: i64,
    /// Bytes of their requests.
    pub bytes_in: i64,
    /// Bytes of their answers.
    pub bytes_out: i64,
}

impl UsageCounts {
    /// Counts these too.
    pub fn add(&mut self, more: Self) {
        self.calls += more.calls;
        self.failures += more.failures;
        self.refused += more.refused;
        self.over_soft_limit += more.over_soft_limit;
        self.duration_us += more.duration_us;
        self.bytes_in += more.bytes_in;
        self.bytes_out += more.bytes_out;
    }
}

/// Which usage to read, and what to keep apart in it.
#[derive(Clone, Debug, Default)]
pub struct UsageFilter {
    /// The first day.
    pub from_day: i32,
    /// The last day.
    pub to_day: i32,
    /// Only of that server; of all when empty. So for the others.
    pub server: String,
    /// Only of that tool.
    pub tool: String,
    /// Only of that token.
    pub token: String,
    /// Only of that user.
    pub user: String,
    /// Whether days are kept apart.
    pub by_day: bool,
    /// Whether servers are.
    pub by_server: bool,
    /// Whether tools are.
    pub by_tool: bool,
    /// Whether tokens are.
    pub by_token: bool,
    /// Whether users are.
    pub by_user: bool,
    /// Only what comes after that key.
    pub after: Option<UsageKey>,
    /// At most so many.
    pub limit: u32,
}

/// Calls of one server, tool, token and user: of a day, and of the month that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageSum {
    /// The server's id.
    pub server: String,
    /// The tool's name.
    pub tool: String,
    /// The token's id.
    pub token: String,
    /// The user's id.
    pub user: String,
    /// Of this process alone, of the day and of the month.
    pub own: (i64, i64),
    /// Of all other processes, of the day and of the month.
    pub others: (i64, i64),
}

/// What rows of the request log add to usage, with the rows in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Used {
    /// To days, of each server, tool, token and user.
    pub days: Vec<(UsageKey, UsageCounts)>,
    /// To hours, of each server.
    pub hours: Vec<(HourKey, HourCounts)>,
}

type Row = (i64, String, String, String, String, i64, i64, i64, i64, i64, i64, i64);
type SumRow = (String, String, String, String, i64, i64, i64, i64);

impl Store {
    /// Whether other processes may write to this database while it is open.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        match self.log_reader.each() {
            Engine::Sqlite(_) => false,
            Engine::Postgres(_) => true,
        }
    }

    /// The account's usage, summed over what is not kept apart, in the order of its keys.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn usage(
        &self,
        account: AccountId,
        filter: &UsageFilter,
    ) -> Result<Vec<(UsageKey, UsageCounts)>, Error> {
        const SQL: &str = "select k1, k2, k3, k4, k5, calls, failures, refused, over_soft_limit, duration_us, \
             bytes_in, bytes_out from (select case when $8 = 1 then day else 0 end as k1, \
             case when $9 = 1 then server_id else '' end as k2, case when $10 = 1 then tool else '' end as k3, \
             case when $11 = 1 then token_id else '' end as k4, case when $12 = 1 then user_id else '' end as k5, \
             cast(sum(calls) as bigint) as calls, cast(sum(failures) as bigint) as failures, \
             cast(sum(refused) as bigint) as refused, cast(sum(over_soft_limit) as bigint) as over_soft_limit, \
             cast(sum(duration_us) as bigint) as duration_us, cast(sum(bytes_in) as bigint) as bytes_in, \
             cast(sum(bytes_out) as bigint) as bytes_out \
             from usage where account_id = $1 and day >= $2 and day <= $3 and ($4 = '' or server_id = $4) \
             and ($5 = '' or tool = $5) and ($6 = '' or token_id = $6) and ($7 = '' or user_id = $7) \
             group by 1, 2, 3, 4, 5) as grouped \
             where (k1, k2, k3, k4, k5) > ($13, $14, $15, $16, $17) order by k1, k2, k3, k4, k5 limit $18";
        // Before every key: days are not negative here.
        let after = filter.after.clone();
        let day = after.as_ref().map_or(-1, |key| i64::from(key.day));
        let [server, tool, token, user] =
            after.map_or_else(Default::default, |key| [key.server, key.tool, key.token, key.user]);
        let rows: Vec<Row> = on!(self.log_reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(i64::from(filter.from_day))
            .bind(i64::from(filter.to_day))
            .bind(&filter.server)
            .bind(&filter.tool)
            .bind(&filter.token)
            .bind(&filter.user)
            .bind(i64::from(filter.by_day))
            .bind(i64::from(filter.by_server))
            .bind(i64::from(filter.by_tool))
            .bind(i64::from(filter.by_token))
            .bind(i64::from(filter.by_user))
            .bind(day)
            .bind(&server)
            .bind(&tool)
            .bind(&token)
            .bind(&user)
            .bind(i64::from(filter.limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(|row| usage(account, row)).collect()
    }

    /// The calls of an account on a day and since the first of its month, those of the process `node` apart.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn usage_sums(
        &self,
        account: AccountId,
        (first, day): (i32, i32),
        node: &str,
    ) -> Result<Vec<UsageSum>, Error> {
        const SQL: &str = "select server_id, tool, token_id, user_id, \
             cast(sum(case when node = $4 and day = $3 then calls else 0 end) as bigint), \
             cast(sum(case when node = $4 then calls else 0 end) as bigint), \
             cast(sum(case when node <> $4 and day = $3 then calls else 0 end) as bigint), \
             cast(sum(case when node <> $4 then calls else 0 end) as bigint) \
             from usage where account_id = $1 and day >= $2 and day <= $3 \
             group by server_id, tool, token_id, user_id";
        let rows: Vec<SumRow> = on!(self.log_reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(i64::from(first))
            .bind(i64::from(day))
            .bind(node)
            .fetch_all(db)
            .await?);
        let sum =
            |(server, tool, token, user, own_day, own, others_day, others): SumRow| UsageSum {
                server,
                tool,
                token,
                user,
                own: (own_day, own),
                others: (others_day, others),
            };
        Ok(rows.into_iter().map(sum).collect())
    }

    /// Removes what is older than `oldest`, and makes one row of what several processes counted before `first`, the first of this month:
    /// no quota looks at it any more.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`]; then nothing was changed.
    pub async fn compact_usage(&self, oldest: i32, first: i32) -> Result<(), Error> {
        const FORGET: &str = "delete from usage where day < $1";
        const GATHER: &str = "insert into usage (account_id, day, server_id, tool, token_id, user_id, node, calls, failures, \
             refused, over_soft_limit, duration_us, bytes_in, bytes_out) \
             select account_id, day, server_id, tool, token_id, user_id, '', cast(sum(calls) as bigint), \
             cast(sum(failures) as bigint), cast(sum(refused) as bigint), cast(sum(over_soft_limit) as bigint), \
             cast(sum(duration_us) as bigint), cast(sum(bytes_in) as bigint), cast(sum(bytes_out) as bigint) \
             from usage where day < $1 and node <> '' group by account_id, day, server_id, tool, token_id, user_id \
             on conflict (account_id, day, server_id, tool, token_id, user_id, node) do update set \
             calls = usage.calls + excluded.calls, failures = usage.failures + excluded.failures, \
             refused = usage.refused + excluded.refused, \
             over_soft_limit = usage.over_soft_limit + excluded.over_soft_limit, \
             duration_us = usage.duration_us + excluded.duration_us, bytes_in = usage.bytes_in + excluded.bytes_in, \
             bytes_out = usage.bytes_out + excluded.bytes_out";
        const DROP: &str = "delete from usage where day < $1 and node <> ''";
        let mut tx = self.log_writer.begin().await?;
        for (sql, day) in [(FORGET, oldest), (GATHER, first), (DROP, first)] {
            on!(tx, |db| sqlx::query(sql)
                .bind(i64::from(day))
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        tx.commit().await
    }
}

/// Adds to what the process `node` has counted, in the transaction of the rows that it counts.
pub(crate) async fn add(
    tx: &mut Tx,
    node: &str,
    usage: &[(UsageKey, UsageCounts)],
) -> Result<(), Error> {
    const SQL: &str = "insert into usage (account_id, day, server_id, tool, token_id, user_id, node, calls, failures, \
         refused, over_soft_limit, duration_us, bytes_in, bytes_out) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         on conflict (account_id, day, server_id, tool, token_id, user_id, node) do update set \
         calls = usage.calls + excluded.calls, failures = usage.failures + excluded.failures, \
         refused = usage.refused + excluded.refused, \
         over_soft_limit = usage.over_soft_limit + excluded.over_soft_limit, \
         duration_us = usage.duration_us + excluded.duration_us, bytes_in = usage.bytes_in + excluded.bytes_in, \
         bytes_out = usage.bytes_out + excluded.bytes_out";
    for (key, counts) in usage {
        on!(tx, |db| sqlx::query(SQL)
            .bind(key.account_id.to_string())
            .bind(i64::from(key.day))
            .bind(&key.server)
            .bind(&key.tool)
            .bind(&key.token)
            .bind(&key.user)
            .bind(node)
            .bind(counts.calls)
            .bind(counts.failures)
            .bind(counts.refused)
            .bind(counts.over_soft_limit)
            .bind(counts.duration_us)
            .bind(counts.bytes_in)
            .bind(counts.bytes_out)
            .execute(&mut **db)
            .await?
            .rows_affected());
    }
    Ok(())
}

fn usage(account_id: AccountId, row: Row) -> Result<(UsageKey, UsageCounts), Error> {
    let (day, server, tool, token, user, calls, failures, refused, ..) = row;
    let (.., over_soft_limit, duration_us, bytes_in, bytes_out) = row;
    let day = i32::try_from(day).map_err(|_| Error::Corrupt { column: "usage.day" })?;
    let key = UsageKey { account_id, day, server, tool, token, user };
    Ok((
        key,
        UsageCounts { calls, failures, refused, over_soft_limit, duration_us, bytes_in, bytes_out },
    ))
}
