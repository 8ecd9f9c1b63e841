use crate::{Admitted, App, Caller, Error, Page, PageQuery, Record, RecordOutcome, limits::window};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::civil::Date;
use model::{AccountId, Permission, ServerId, TokenId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{UsageCounts, UsageFilter, UsageKey};
use utoipa::{IntoParams, ToSchema};

/// The longest name of a tool that is asked for: what MCP allows.
const TOOL_CHARS_MAX: usize = 128;
/// Days that are shown unless others are asked for.
const DAYS: i32 = 30;

/// How much was used: of what `group_by` keeps apart, and of all else together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Usage {
    /// The day, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub day: Option<Date>,
    /// The server, though it may be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub server: Option<ServerId>,
    /// The tool; absent for what was none that its caller may call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tool: Option<String>,
    /// The token; absent for calls of users that are signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token: Option<TokenId>,
    /// The user that called or that owns the token; absent for tokens of the account itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user: Option<UserId>,
    /// Calls that were let in, one for each invocation.
    pub calls: i64,
    /// Of these, those that ended in an error.
    pub failures: i64,
    /// Calls beside these that were not let in: over a limit, or of a tool that their caller may not call.
    pub refused: i64,
    /// Of the calls, those over a soft limit.
    pub over_soft_limit: i64,
    /// How long the calls took in all, in milliseconds.
    pub duration_ms: i64,
    /// Bytes of their requests.
    pub bytes_in: i64,
    /// Bytes of their answers.
    pub bytes_out: i64,
}

/// Which usage, and what is kept apart in it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UsageQuery {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
    /// The first day, UTC; 29 days before the last when absent.
    #[param(nullable = false)]
    pub from: Option<Date>,
    /// The last day, UTC; today when absent.
    #[param(nullable = false)]
    pub to: Option<Date>,
    /// What is kept apart, with commas between: `day`, `server`, `tool`, `token`, `user`. Without it, one sum.
    #[param(
        pattern = "^(day|server|tool|token|user)(,(day|server|tool|token|user))*$",
        max_length = 64,
        nullable = false
    )]
    pub group_by: Option<String>,
    /// Only of that server.
    #[param(nullable = false)]
    pub server: Option<ServerId>,
    /// Only of tools with that name.
    #[param(max_length = 128, nullable = false)]
    pub tool: Option<String>,
    /// Only of that token.
    #[param(nullable = false)]
    pub token: Option<TokenId>,
    /// Only of that user and its tokens.
    #[param(nullable = false)]
    pub user: Option<UserId>,
}

impl App {
    /// How much of the account's servers was used, as of the rows of the request log that are written.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadUsage`]; [`crate::Kind::Invalid`].
    pub async fn get_usage(
        &self,
        caller: &Caller,
        query: &UsageQuery,
    ) -> Result<Page<Usage>, Error> {
        let account = caller.may(Permission::ReadUsage)?;
        let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
        let size = page.size()?;
        let mut filter = self.usage_filter(query)?;
        filter.limit = size + 1;
        if let Some(Place(day, server, tool, token, user)) = page.after::<Place>()? {
            filter.after = Some(UsageKey { account_id: account, day, server, tool, token, user });
        }
        let rows = self.store.usage(account, &filter).await?;
        let by_day = filter.by_day;
        Ok(Page::new(rows, size, |(key, _)| Place::of(key), |row| Usage::of(row, by_day)))
    }

    fn usage_filter(&self, query: &UsageQuery) -> Result<UsageFilter, Error> {
        let to_day = query.to.map_or_else(|| window::day(self.clock.now()), window::day_of);
        let from_day = query.from.map_or(to_day.saturating_sub(DAYS - 1), window::day_of);
        if from_day > to_day {
            return Err(Error::invalid("the first day is not after the last").field("from"));
        }
        if query.tool.as_ref().is_some_and(|tool| tool.chars().count() > TOOL_CHARS_MAX) {
            let message = format!("a tool's name has at most {TOOL_CHARS_MAX} characters");
            return Err(Error::invalid(message).field("tool"));
        }
        fn text<T: ToString>(id: Option<&T>) -> String {
            id.map(ToString::to_string).unwrap_or_default()
        }
        let mut filter = UsageFilter {
            from_day,
            to_day,
            server: text(query.server.as_ref()),
            tool: text(query.tool.as_ref()),
            token: text(query.token.as_ref()),
            user: text(query.user.as_ref()),
            ..UsageFilter::default()
        };
        for name in query.group_by.iter().flat_map(|names| names.split(',')) {
            let kept = match name {
                "day" => &mut filter.by_day,
                "server" => &mut filter.by_server,
                "tool" => &mut filter.by_tool,
                "token" => &mut filter.by_token,
                "user" => &mut filter.by_user,
                _ => {
                    let message = "group by day, server, tool, token and user, with commas between";
                    return Err(Error::invalid(message).field("group_by"));
                }
            };
            if std::mem::replace(kept, true) {
                return Err(Error::invalid("group by each of them once").field("group_by"));
            }
        }
        Ok(filter)
    }
}

impl Usage {
    fn of((key, counts): (UsageKey, UsageCounts), by_day: bool) -> Self {
        Self {
            day: window::date_of(key.day).filter(|_| by_day),
            server: key.server.parse().ok(),
            tool: Some(key.tool).filter(|name| !name.is_empty()),
            token: key.token.parse().ok(),
            user: key.user.parse().ok(),
            calls: counts.calls,
            failures: counts.failures,
            refused: counts.refused,
            over_soft_limit: counts.over_soft_limit,
            duration_ms: counts.duration_us / 1_000,
            bytes_in: counts.bytes_in,
            bytes_out: counts.bytes_out,
        }
    }
}

/// A place in a list of usage: the key of a row, without its account.
#[derive(Serialize, Deserialize)]
struct Place(i32, String, String, String, String);

impl Place {
    fn of(key: &UsageKey) -> Self {
        let UsageKey { account_id: _, day, server, tool, token, user } = key.clone();
        Self(day, server, tool, token, user)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl std::str::FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| ())?;
        let place: Self = serde_json::from_slice(&json).map_err(|_| ())?;
        // No text of a database holds a NUL.
        let texts = [&place.1, &place.2, &place.3, &place.4];
        if texts.iter().any(|text| text.contains('\0')) { Err(()) } else { Ok(place) }
    }
}

/// Whose calls of what a row counts among, as the row has it: the texts of a key are made once for a batch.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Among<'a> {
    account_id: AccountId,
    day: i32,
    server: ServerId,
    tool: &'a str,
    principal: &'a str,
    user: Option<UserId>,
}

/// Whether a row is a call, let in or not.
pub(crate) fn is_counted(record: &Record) -> bool {
    record.admission != Admitted::No || record.method == "tools/call"
}

/// What the rows of a batch add to the usage of their days.
pub(crate) fn count<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<(UsageKey, UsageCounts)> {
    let mut counted: HashMap<Among<'a>, UsageCounts> = HashMap::new();
    for record in records.filter(|record| is_counted(record)) {
        let admitted = record.admission;
        // Whatever else was asked for is no tool, and its name may be anything.
        let tool = record.tool.as_deref().filter(|_| admitted != Admitted::No);
        let among = Among {
            account_id: record.account_id,
            day: window::day(record.at),
            server: record.server_id,
            tool: tool.unwrap_or_default(),
            principal: &record.principal,
            user: record.user_id,
        };
        counted.entry(among).or_default().add(of(record));
    }
    let key = |among: Among<'a>| UsageKey {
        account_id: among.account_id,
        day: among.day,
        server: among.server.to_string(),
        tool: among.tool.to_owned(),
        token: Some(among.principal)
            .filter(|name| name.starts_with("tok_"))
            .unwrap_or_default()
            .to_owned(),
        user: among.user.map(|id| id.to_string()).unwrap_or_default(),
    };
    let mut counted: Vec<_> =
        counted.into_iter().map(|(among, counts)| (key(among), counts)).collect();
    // In one order everywhere, so that no two transactions wait for each other.
    counted.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    counted
}

/// What a row counts.
pub(crate) fn of(record: &Record) -> UsageCounts {
    let number = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
    let mut counts = UsageCounts::default();
    match record.admission {
        Admitted::No | Admitted::Refused => {
            counts.refused = 1;
            return counts;
        }
        Admitted::Yes => {}
        Admitted::OverSoftLimit => counts.over_soft_limit = 1,
    }
    counts.calls = 1;
    counts.failures = i64::from(record.outcome != RecordOutcome::Ok);
    counts.duration_us = i64::try_from(record.duration.as_micros()).unwrap_or(i64::MAX);
    counts.bytes_in = number(record.bytes_in);
    counts.bytes_out = number(record.bytes_out);
    counts
}
