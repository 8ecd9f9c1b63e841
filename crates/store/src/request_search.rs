use crate::{
    Error, RequestRow, Store,
    engine::on,
    request_log::{READ, ROWS},
};
use model::{AccountId, RequestId, ServerId, Timestamp};
use sqlx::AssertSqlSafe;

/// Rows that one statement passes over at most: none runs for long, however few rows fit the filter.
const WINDOW_ROWS: u32 = 20_000;

/// Which rows of the request log to read; every part that is there must fit.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Came not before.
    pub since: Option<Timestamp>,
    /// Came before.
    pub until: Option<Timestamp>,
    /// Only rows that were written after this one.
    pub after: Option<RequestId>,
    /// Only this server's.
    pub server: Option<LoggedServer>,
    /// Only calls of this tool.
    pub tool: Option<String>,
    /// Only this principal's, or this user's.
    pub principal: Option<String>,
    /// Only of clients that call themselves so.
    pub client: Option<String>,
    /// How it ended: `ok`, `tool_error`, `error`, or `failed` for the last two.
    pub outcome: Option<&'static str>,
    /// Only this MCP method.
    pub method: Option<String>,
    /// Only test calls, or none of them.
    pub test: Option<bool>,
    /// Text that the tool, the error, the client, the arguments or the result has in it, whatever the case of ASCII letters.
    pub text: Option<String>,
}

/// A server as rows name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoggedServer {
    /// By its id alone.
    Id(ServerId),
    /// By its id, and by its slug in rows that have no id.
    Known(ServerId, String),
    /// By a slug that no server has now.
    Gone(String),
}

/// The order of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestOrder {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
}

/// Some rows of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Those that fit, in order.
    pub rows: Vec<RequestRow>,
    /// The row after which the search goes on; absent at its end.
    pub next: Option<RequestId>,
}

/// Rows of an account that follow each other in the key.
pub(crate) struct Window {
    /// The oldest of them.
    pub(crate) oldest: RequestId,
    /// The newest of them.
    pub(crate) newest: RequestId,
    /// Whether there are more of those that were asked for.
    pub(crate) more: bool,
}

/// Rows of the key between two that are not among them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Between {
    pub(crate) above: Option<RequestId>,
    pub(crate) below: Option<RequestId>,
}

impl Store {
    /// The next rows of the account's request log that fit: at most `limit`, of at most 20,000 that are looked at. `from` is where
    /// the search before has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn requests(
        &self,
        account: AccountId,
        filter: &RequestFilter,
        order: RequestOrder,
        from: Option<RequestId>,
        limit: u32,
    ) -> Result<Found, Error> {
        // A row's id is never older than the request.
        let since = filter.since.map(|at| RequestId::new(at, [0; 10]));
        let above = filter.after.max(since);
        let between = match order {
            RequestOrder::Oldest => Between { above: from.max(above), below: None },
            RequestOrder::Newest => Between { above, below: from },
        };
        let Some(window) = self.window(account, order, between, WINDOW_ROWS).await? else {
            return Ok(Found { rows: Vec::new(), next: None });
        };
        let rows = self.rows_within(account, filter, order, &window, limit).await?;
        let full = rows.len() >= limit as usize;
        let next = match rows.last() {
            Some(last) if full => Some(last.id),
            Some(_) | None => window.next(order),
        };
        Ok(Found { rows, next })
    }

    /// The first `size` rows of a part of the key, in that order; nothing when there are none.
    pub(crate) async fn window(
        &self,
        account: AccountId,
        order: RequestOrder,
        between: Between,
        size: u32,
    ) -> Result<Option<Window>, Error> {
        let direction = order.direction();
        let sql = format!(
            "with part as materialized (select id from request_log \
             where account_id = $1 and id > $2 and id < $3 order by id {direction} limit $4) \
             select (select id from part order by id limit 1), (select id from part order by id desc limit 1), \
             (select count(*) from part)"
        );
        let bound = |id: Option<RequestId>, none: u8| id.map_or([none; 16], |id| *id.as_bytes());
        let (above, below) = (bound(between.above, 0), bound(between.below, u8::MAX));
        let (oldest, newest, count): (Option<Vec<u8>>, Option<Vec<u8>>, i64) =
            on!(self.log_reader, |db| sqlx::query_as(AssertSqlSafe(sql))
                .bind(&account.as_bytes()[..])
                .bind(&above[..])
                .bind(&below[..])
                .bind(i64::from(size))
                .fetch_one(db)
                .await?);
        let more = count >= i64::from(size);
        let Some((oldest, newest)) = oldest.zip(newest) else { return Ok(None) };
        Ok(Some(Window { oldest: request_id(oldest)?, newest: request_id(newest)?, more }))
    }

    async fn rows_within(
        &self,
        account: AccountId,
        filter: &RequestFilter,
        order: RequestOrder,
        window: &Window,
        limit: u32,
    ) -> Result<Vec<RequestRow>, Error> {
        let direction = order.direction();
        let sql = format!(
            "select {READ} from {ROWS} where r.account_id = $1 and r.id >= $2 and r.id <= $3 \
             and r.at >= $4 and r.at < $5 \
             and ($6 is null or o.server_id = $6 or (o.server_id is null and o.server = $7)) \
             and ($7 is null or $6 is not null or o.server = $7) \
             and ($8 is null or o.tool = $8) and ($9 is null or o.principal = $9 or o.user_id = $9) \
             and ($10 is null or o.client_name = $10) \
             and ($11 is null or r.outcome = $11 or ($11 = 'failed' and r.outcome <> 'ok')) \
             and ($12 is null or o.method = $12) and ($13 < 0 or o.test = $13) \
             and ($14 is null or lower(o.tool) like $14 escape '!' or lower(r.error) like $14 escape '!' \
             or lower(o.client_name) like $14 escape '!' or lower(r.arguments) like $14 escape '!' \
             or lower(r.result) like $14 escape '!') \
             order by r.id {direction} limit $15"
        );
        let (server_id, server) = match &filter.server {
            None => (None, None),
            Some(LoggedServer::Id(id)) => (Some(id.to_string()), None),
            Some(LoggedServer::Known(id, slug)) => (Some(id.to_string()), Some(slug.as_str())),
            Some(LoggedServer::Gone(slug)) => (None, Some(slug.as_str())),
        };
        Ok(on!(self.log_reader, |db| sqlx::query_as(AssertSqlSafe(sql))
            .bind(&account.as_bytes()[..])
            .bind(&window.oldest.as_bytes()[..])
            .bind(&window.newest.as_bytes()[..])
            .bind(filter.since.map_or(i64::MIN, Timestamp::as_millisecond))
            .bind(filter.until.map_or(i64::MAX, Timestamp::as_millisecond))
            .bind(server_id)
            .bind(server)
            .bind(&filter.tool)
            .bind(&filter.principal)
            .bind(&filter.client)
            .bind(filter.outcome)
            .bind(&filter.method)
            .bind(filter.test.map_or(-1, i64::from))
            .bind(filter.text.as_deref().map(pattern))
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?))
    }

    /// One row of the account's request log.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when it cannot be read.
    pub async fn request(
        &self,
        account: AccountId,
        id: RequestId,
    ) -> Result<Option<RequestRow>, Error> {
        let sql = format!("select {READ} from {ROWS} where r.account_id = $1 and r.id = $2");
        Ok(on!(self.log_reader, |db| sqlx::query_as(AssertSqlSafe(sql))
            .bind(&account.as_bytes()[..])
            .bind(&id.as_bytes()[..])
            .fetch_optional(db)
            .await?))
    }
}

impl RequestOrder {
    const fn direction(self) -> &'static str {
        match self {
            Self::Newest => "desc",
            Self::Oldest => "asc",
        }
    }
}

impl Window {
    /// The row behind which the others are, if there are others.
    pub(crate) fn next(&self, order: RequestOrder) -> Option<RequestId> {
        let last = match order {
            RequestOrder::Newest => self.oldest,
            RequestOrder::Oldest => self.newest,
        };
        self.more.then_some(last)
    }
}

pub(crate) fn request_id(bytes: Vec<u8>) -> Result<RequestId, Error> {
    let bytes = bytes.try_into().map_err(|_| Error::Corrupt { column: "request_log.id" })?;
    Ok(RequestId::from_bytes(bytes))
}

/// Text as `like` finds it anywhere: nothing in it has a meaning of its own.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}
