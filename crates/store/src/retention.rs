use crate::{
    Error, Store,
    engine::on,
    request_origin::day,
    request_search::{Between, RequestOrder, Window, request_id},
};
use model::{AccountId, RequestId, ServerId};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// Rows that one step of a purge passes over, so that the writer is never held for long.
const STEP_ROWS: u32 = 5_000;

/// Which rows of an account's request log are too old.
#[derive(Clone, Debug)]
pub struct Retention {
    /// Those before this one, of servers that say nothing else.
    pub before: RequestId,
    /// Servers with a time of their own: those of theirs before this one.
    pub own: BTreeMap<ServerId, RequestId>,
}

impl Store {
    /// Servers that keep their rows of the request log for a time of their own, in days.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn log_retentions(&self) -> Result<Vec<(AccountId, ServerId, i64)>, Error> {
        const SQL: &str = "select account_id, id, log_retention_days from server \
             where log_retention_days is not null order by id";
        let rows: Vec<(String, String, i64)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        let parsed = |(account, id, days): (String, String, i64)| {
            let account =
                account.parse().map_err(|_| Error::Corrupt { column: "server.account_id" })?;
            let id = id.parse().map_err(|_| Error::Corrupt { column: "server.id" })?;
            Ok((account, id, days))
        };
        rows.into_iter().map(parsed).collect()
    }

    /// One step of removing what is too old of the account's request log: how many rows were removed, and the row after which the
    /// next step goes on; none at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_old_requests(
        &self,
        account: AccountId,
        retention: &Retention,
        after: Option<RequestId>,
    ) -> Result<(u64, Option<RequestId>), Error> {
        let newest = retention.own.values().copied().fold(retention.before, RequestId::max);
        let order = RequestOrder::Oldest;
        let between = Between { above: after, below: Some(newest) };
        let Some(window) = self.window(account, order, between, STEP_ROWS).await? else {
            self.delete_old_origins(account, retention).await?;
            return Ok((0, None));
        };
        let mut by_time: BTreeMap<RequestId, Vec<ServerId>> = BTreeMap::new();
        for (server, before) in &retention.own {
            by_time.entry(*before).or_default().push(*server);
        }
        let own: Vec<ServerId> = retention.own.keys().copied().collect();
        let mut removed =
            self.delete_in(account, &window, retention.before, Servers::AllBut(&own)).await?;
        for (before, servers) in &by_time {
            removed += self.delete_in(account, &window, *before, Servers::These(servers)).await?;
        }
        let next = window.next(order);
        if next.is_none() {
            self.delete_old_origins(account, retention).await?;
        }
        Ok((removed, next))
    }

    /// Removes the origins that no row has any more.
    async fn delete_old_origins(
        &self,
        account: AccountId,
        retention: &Retention,
    ) -> Result<(), Error> {
        const OLDEST: &str = "select id from request_log where account_id = $1 order by id limit 1";
        const SQL: &str = "delete from request_origin where account_id = $1 and last_day < $2";
        let account = account.as_bytes();
        let oldest: Option<Vec<u8>> = on!(self.log_reader, |db| sqlx::query_scalar(OLDEST)
            .bind(&account[..])
            .fetch_optional(db)
            .await?);
        let first = || retention.own.values().copied().fold(retention.before, RequestId::min);
        let oldest = oldest.map_or_else(|| Ok(first()), request_id)?;
        // A day's grace: a row from before midnight may be written after one from behind it.
        on!(self.log_writer, |db| sqlx::query(SQL)
            .bind(&account[..])
            .bind(day(oldest) - 1)
            .execute(db)
            .await?
            .rows_affected());
        Ok(())
    }

    async fn delete_in(
        &self,
        account: AccountId,
        window: &Window,
        before: RequestId,
        servers: Servers<'_>,
    ) -> Result<u64, Error> {
        let (named, of_servers) = servers.words();
        let sql = format!(
            "delete from request_log where account_id = $1 and id >= $2 and id <= $3 and id < $4{of_servers}"
        );
        Ok(on!(self.log_writer, |db| {
            let mut query = sqlx::query(AssertSqlSafe(sql))
                .bind(&account.as_bytes()[..])
                .bind(&window.oldest.as_bytes()[..])
                .bind(&window.newest.as_bytes()[..])
                .bind(&before.as_bytes()[..]);
            for server in named {
                query = query.bind(server.to_string());
            }
            query.execute(db).await?.rows_affected()
        }))
    }
}

/// Whose rows.
enum Servers<'a> {
    These(&'a [ServerId]),
    AllBut(&'a [ServerId]),
}

impl<'a> Servers<'a> {
    /// The servers that are named, and the condition on origins with a place for each from `$5` on.
    fn words(&self) -> (&'a [ServerId], String) {
        let places = |servers: &[ServerId]| {
            (5..5 + servers.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
        };
        match *self {
            Self::These(servers) => {
                (servers, of_origins(&format!("server_id in ({})", places(servers))))
            }
            Self::AllBut([]) => (&[], String::new()),
            Self::AllBut(servers) => {
                let but = format!("(server_id is null or server_id not in ({}))", places(servers));
                (servers, of_origins(&but))
            }
        }
    }
}

fn of_origins(condition: &str) -> String {
    format!(" and origin in (select id from request_origin where account_id = $1 and {condition})")
}
