use crate::{
    Error, Store,
    engine::{Tx, on},
};
use model::AccountId;

/// What one row of hourly usage counts: the calls of one server in one hour.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HourKey {
    /// Whose.
    pub account_id: AccountId,
    /// Hours since 1970.
    pub hour: i64,
    /// The server's id.
    pub server: String,
}

/// How much was used in an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourCounts {
    /// Calls that were let in.
    pub calls: i64,
    /// Of these, those that ended in an error.
    pub failures: i64,
    /// Calls that were not let in.
    pub refused: i64,
    /// How long the calls took in all, in microseconds.
    pub duration_us: i64,
}

/// Which hours to read.
#[derive(Clone, Debug, Default)]
pub struct HourFilter {
    /// The first hour.
    pub from: i64,
    /// The last hour.
    pub to: i64,
    /// Only of that server; of all when empty.
    pub server: String,
    /// Only servers whose id comes after that.
    pub after: String,
    /// At most so many servers.
    pub limit: u32,
}

type Row = (String, i64, i64, i64, i64, i64);

impl Store {
    /// The hours of the account's servers in which there was anything, by server and hour.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn usage_hours(
        &self,
        account: AccountId,
        filter: &HourFilter,
    ) -> Result<Vec<(HourKey, HourCounts)>, Error> {
        const SQL: &str = "select server_id, hour, cast(sum(calls) as bigint), cast(sum(failures) as bigint), \
             cast(sum(refused) as bigint), cast(sum(duration_us) as bigint) from usage_hour \
             where account_id = $1 and hour >= $2 and hour <= $3 and server_id in \
             (select distinct server_id from usage_hour where account_id = $1 and hour >= $2 and hour <= $3 \
             and ($4 = '' or server_id = $4) and server_id > $5 order by server_id limit $6) \
             group by server_id, hour order by server_id, hour";
        let rows: Vec<Row> = on!(self.log_reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(filter.from)
            .bind(filter.to)
            .bind(&filter.server)
            .bind(&filter.after)
            .bind(i64::from(filter.limit))
            .fetch_all(db)
            .await?);
        let hour = |(server, hour, calls, failures, refused, duration_us): Row| {
            let key = HourKey { account_id: account, hour, server };
            (key, HourCounts { calls, failures, refused, duration_us })
        };
        Ok(rows.into_iter().map(hour).collect())
    }

    /// Removes the hours before `oldest`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_old_hours(&self, oldest: i64) -> Result<u64, Error> {
        const SQL: &str = "delete from usage_hour where hour < $1";
        Ok(on!(self.log_writer, |db| sqlx::query(SQL)
            .bind(oldest)
            .execute(db)
            .await?
            .rows_affected()))
    }
}

/// Adds to what the process `node` has counted, in the transaction of the rows that it counts.
pub(crate) async fn add(
    tx: &mut Tx,
    node: &str,
    hours: &[(HourKey, HourCounts)],
) -> Result<(), Error> {
    const SQL: &str = "insert into usage_hour (account_id, hour, server_id, node, calls, failures, refused, duration_us) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (account_id, hour, server_id, node) do update set \
         calls = usage_hour.calls + excluded.calls, failures = usage_hour.failures + excluded.failures, \
         refused = usage_hour.refused + excluded.refused, duration_us = usage_hour.duration_us + excluded.duration_us";
    for (key, counts) in hours {
        on!(tx, |db| sqlx::query(SQL)
            .bind(key.account_id.to_string())
            .bind(key.hour)
            .bind(&key.server)
            .bind(node)
            .bind(counts.calls)
            .bind(counts.failures)
            .bind(counts.refused)
            .bind(counts.duration_us)
            .execute(&mut **db)
            .await?
            .rows_affected());
    }
    Ok(())
}
