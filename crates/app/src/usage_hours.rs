//! Usage by the hour, of the last days: for a look at what goes on, which the days of [`crate::Usage`] are too coarse for.

use crate::{App, Caller, Error, Page, PageQuery, Record, usage};
use model::{AccountId, Permission, ServerId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use store::{HourCounts, HourFilter, HourKey};
use utoipa::{IntoParams, ToSchema};

const HOUR_SECONDS: i64 = 3_600;
/// Hours that are shown unless others are asked for.
const HOURS: u32 = 24;
/// Hours that can be asked for, and are kept: a week.
const HOURS_MAX: u32 = 168;

/// A server's hours, the oldest first: one number of each list an hour, also of hours without a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServerHours {
    /// The server, though it may be gone.
    pub server: ServerId,
    /// When the first hour begins.
    pub from: Timestamp,
    /// Calls that were let in, one for each invocation.
    pub calls: Vec<i64>,
    /// Of these, those that ended in an error.
    pub failures: Vec<i64>,
    /// Calls beside these that were not let in.
    pub refused: Vec<i64>,
    /// How long the calls took in all, in milliseconds.
    pub duration_ms: Vec<i64>,
}

/// Which hours.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HourQuery {
    /// How many hours, with the one that is not over yet.
    #[param(minimum = 1, maximum = 168, default = 24, nullable = false)]
    pub hours: Option<u32>,
    /// Only of that server.
    #[param(nullable = false)]
    pub server: Option<ServerId>,
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
}

impl App {
    /// The last hours of the account's servers, of those that were called in them.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadUsage`]; [`crate::Kind::Invalid`].
    pub async fn list_usage_hours(
        &self,
        caller: &Caller,
        query: &HourQuery,
    ) -> Result<Page<ServerHours>, Error> {
        let account = caller.may(Permission::ReadUsage)?;
        let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
        let (size, after) = (page.size()?, page.after::<ServerId>()?);
        let count = query.hours.unwrap_or(HOURS);
        if !(1..=HOURS_MAX).contains(&count) {
            let message = format!("hours is a number from 1 to {HOURS_MAX}");
            return Err(Error::invalid(message).field("hours"));
        }
        let to = hour(self.clock.now());
        let from = to - i64::from(count) + 1;
        let text = |id: Option<ServerId>| id.map(|id| id.to_string()).unwrap_or_default();
        let (server, after) = (text(query.server), text(after));
        let filter = HourFilter { from, to, server, after, limit: size + 1 };
        let mut servers: BTreeMap<String, ServerHours> = BTreeMap::new();
        for (key, counts) in self.store.usage_hours(account, &filter).await? {
            let corrupt = || Error::corrupt("usage_hour", "a server's id cannot be read");
            let id = key.server.parse().map_err(|_| corrupt())?;
            let hours =
                servers.entry(key.server).or_insert_with(|| ServerHours::none(id, from, count));
            hours.put(key.hour - from, counts);
        }
        let rows = servers.into_values().collect();
        Ok(Page::new(rows, size, |hours: &ServerHours| hours.server, |hours| hours))
    }

    /// Removes the hours that nobody can ask for any more.
    pub(crate) async fn forget_hours(&self, now: Timestamp) -> Result<(), Error> {
        self.store.delete_old_hours(hour(now) - i64::from(HOURS_MAX)).await?;
        Ok(())
    }
}

impl ServerHours {
    fn none(server: ServerId, from: i64, count: u32) -> Self {
        let zeros = || vec![0; count as usize];
        Self {
            server,
            from: Timestamp::from_second(from * HOUR_SECONDS).unwrap_or_default(),
            calls: zeros(),
            failures: zeros(),
            refused: zeros(),
            duration_ms: zeros(),
        }
    }

    fn put(&mut self, at: i64, counts: HourCounts) {
        let lists = [
            (&mut self.calls, counts.calls),
            (&mut self.failures, counts.failures),
            (&mut self.refused, counts.refused),
            (&mut self.duration_ms, counts.duration_us / 1_000),
        ];
        for (list, value) in lists {
            if let Some(place) = usize::try_from(at).ok().and_then(|at| list.get_mut(at)) {
                *place = value;
            }
        }
    }
}

/// What the rows of a batch add to their hours.
pub(crate) fn count<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<(HourKey, HourCounts)> {
    let mut counted: HashMap<(AccountId, i64, ServerId), HourCounts> = HashMap::new();
    for record in records.filter(|record| usage::is_counted(record)) {
        let among = (record.account_id, hour(record.at), record.server_id);
        let counts = usage::of(record);
        let sum = counted.entry(among).or_default();
        sum.calls += counts.calls;
        sum.failures += counts.failures;
        sum.refused += counts.refused;
        sum.duration_us += counts.duration_us;
    }
    let key = |(account_id, hour, server): (AccountId, i64, ServerId)| HourKey {
        account_id,
        hour,
        server: server.to_string(),
    };
    let mut counted: Vec<_> =
        counted.into_iter().map(|(among, counts)| (key(among), counts)).collect();
    // In one order everywhere, so that no two transactions wait for each other.
    counted.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    counted
}

/// Hours since 1970.
fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR_SECONDS)
}
