use super::{rules::Used, tally::Tally, window};
use crate::{
    Error, Kind,
    quota::{Quota, Rate},
};
use model::{LimitId, LimitMode, LimitTarget, LimitUnit, Timestamp};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use store::Limit;

/// How long a soft limit is silent in the log after it was named there.
const WARN_MILLIS: i64 = 600_000;

/// One limit as it applies to one caller and tool.
#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) rule: Arc<Limit>,
    pub(crate) count: Arc<Count>,
}

/// What one limit has counted of one thing.
#[derive(Debug)]
pub(crate) struct Count {
    rate: Quota,
    tally: Tally,
    warned_at: AtomicI64,
}

/// When a call comes: by the calendar, and by the clock that only goes forward.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    pub(crate) instant: Instant,
}

/// A limit that refused a call: what a program is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitHit {
    /// Names the limit.
    pub id: LimitId,
    /// The time that it counts in.
    pub per: LimitUnit,
    /// So many calls are allowed in it.
    pub calls: u32,
    /// When there is room again.
    pub retry_after: Duration,
}

impl Default for Count {
    fn default() -> Self {
        Self { rate: Quota::new(Instant::now()), tally: Tally::default(), warned_at: 0.into() }
    }
}

impl Count {
    /// One that begins with what was used of a quota.
    pub(crate) fn new(unit: LimitUnit, at: Timestamp, used: Used) -> Self {
        let (own, others) = of_unit(unit, used);
        Self { tally: Tally::new(window::number(unit, at), own, others), ..Self::default() }
    }

    /// Takes down what other processes have used.
    pub(crate) fn note(&self, unit: LimitUnit, at: Timestamp, used: Used) {
        self.tally.note_others(window::number(unit, at), of_unit(unit, used).1);
    }
}

fn of_unit(unit: LimitUnit, used: Used) -> (u64, u64) {
    match unit {
        LimitUnit::Month => (used.own.1, used.others.1),
        LimitUnit::Second | LimitUnit::Minute | LimitUnit::Hour | LimitUnit::Day => {
            (used.own.0, used.others.0)
        }
    }
}

/// Takes a call from each of the limits, or from none. Says whether it is over a soft one.
///
/// # Errors
///
/// [`Kind::Wait`] when a hard one is used up.
pub(crate) fn charge(meters: &[Meter], moment: Moment) -> Result<bool, Error> {
    let mut over = false;
    for (at, meter) in meters.iter().enumerate() {
        let Err(wait) = meter.take(moment) else { continue };
        match meter.rule.mode {
            LimitMode::Soft => {
                over = true;
                meter.warn(moment.now);
            }
            LimitMode::Hard => {
                meters[..at].iter().for_each(|taken| taken.give_back(moment));
                return Err(meter.used_up(wait));
            }
        }
    }
    Ok(over)
}

impl Meter {
    fn rate(&self) -> Option<Rate> {
        let (rule, calls) = (&self.rule, u64::from(self.rule.calls.max(1)));
        rule.unit.rate_seconds().map(|seconds| Rate {
            interval_ns: seconds * 1_000_000_000 / calls,
            burst: rule.burst.unwrap_or(rule.calls),
        })
    }

    fn take(&self, moment: Moment) -> Result<(), Duration> {
        if let Some(rate) = self.rate() {
            return self.count.rate.take(rate, moment.instant);
        }
        let (rule, soft) = (&self.rule, self.rule.mode == LimitMode::Soft);
        let window = window::number(rule.unit, moment.now);
        if self.count.tally.take(window, u64::from(rule.calls), soft) {
            return Ok(());
        }
        Err(window::until_next(rule.unit, moment.now))
    }

    /// A soft rate that was over has taken nothing, and gets one back too many: it refuses nothing either way.
    fn give_back(&self, moment: Moment) {
        match self.rate() {
            Some(rate) => self.count.rate.give_back(rate),
            None => self.count.tally.give_back(window::number(self.rule.unit, moment.now)),
        }
    }

    fn warn(&self, now: Timestamp) {
        let (now, before) = (now.as_millisecond(), self.count.warned_at.load(Ordering::Relaxed));
        let due = now - before >= WARN_MILLIS;
        let relaxed = Ordering::Relaxed;
        if due && self.count.warned_at.compare_exchange(before, now, relaxed, relaxed).is_ok() {
            let Limit { id, account_id, name, calls, unit, .. } = &*self.rule;
            tracing::warn!(limit = %id, account = %account_id, name, calls, per = unit.as_str(), "over a soft limit");
        }
    }

    fn used_up(&self, wait: Duration) -> Error {
        let rule = &self.rule;
        let retry_after = wait.max(Duration::from_secs(1));
        let of = match rule.target {
            LimitTarget::Account {} => "of this account",
            LimitTarget::Server { .. } => "of this server",
            LimitTarget::Tool { .. } => "of this tool",
            LimitTarget::Token { .. } => "of this token",
            LimitTarget::User { .. } => "of this user",
        };
        let message = format!(
            "the limit {of} is used up: {} calls per {}. Do not call again for {}; an admin of the account can raise it",
            rule.calls,
            rule.unit.as_str(),
            in_words(retry_after),
        );
        let hit = LimitHit { id: rule.id, per: rule.unit, calls: rule.calls, retry_after };
        Error::new(Kind::Wait { retry_after }, message).code("limit_used_up").limit(hit)
    }
}

/// A wait as people say it, never shorter than it is.
fn in_words(wait: Duration) -> String {
    let seconds = u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX);
    let (minutes, hours, days) =
        (seconds.div_ceil(60), seconds.div_ceil(3_600), seconds.div_ceil(86_400));
    match seconds {
        0..=120 => format!("{seconds} s"),
        121..=7_200 => format!("{minutes} minutes"),
        7_201..=172_800 => format!("{hours} hours"),
        172_801.. => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Meter, Moment, charge, in_words};
    use crate::Kind;
    use model::{AccountId, LimitId, LimitMode, LimitTarget, LimitUnit, Timestamp};
    use std::{
        sync::Arc,
        time::{Duration, Instant},
    };
    use store::Limit;

    fn meter(unit: LimitUnit, calls: u32, burst: Option<u32>, mode: LimitMode) -> Meter {
        let now = Timestamp::UNIX_EPOCH;
        let rule = Limit {
            id: LimitId::new(now, [1; 10]),
            account_id: AccountId::new(now, [1; 10]),
            name: String::new(),
            target: LimitTarget::Account {},
            calls,
            unit,
            burst,
            mode,
            enabled: true,
            revision: 1,
            created_at: now,
        };
        Meter { rule: Arc::new(rule), count: Arc::new(Count::default()) }
    }

    fn moment(seconds: u64) -> Moment {
        // All counts began by now.
        let instant = Instant::now() + Duration::from_secs(1 + seconds);
        let now = Timestamp::from_second(1_763_000_000 + i64::try_from(seconds).unwrap()).unwrap();
        Moment { now, instant }
    }

    #[test]
    fn a_call_takes_from_each_limit_or_from_none() {
        let meters = [
            meter(LimitUnit::Day, 10, None, LimitMode::Hard),
            meter(LimitUnit::Minute, 2, Some(2), LimitMode::Hard),
        ];
        let start = moment(0);
        assert!(!charge(&meters, start).unwrap());
        assert!(!charge(&meters, start).unwrap());
        // The rate refuses, and the quota has its calls back.
        for _ in 0..20 {
            let refused = charge(&meters, start).unwrap_err();
            assert_eq!(refused.kind, Kind::Wait { retry_after: Duration::from_secs(30) });
            assert_eq!(refused.limit.unwrap().per, LimitUnit::Minute);
        }
        for _ in 0..8 {
            charge(&meters[..1], start).unwrap();
        }
        let refused = charge(&meters, start).unwrap_err();
        assert_eq!(refused.limit.unwrap().per, LimitUnit::Day);
        assert!(refused.message.contains("of this account is used up: 10 calls per day"));
        // And the rate kept what the quota refused.
        charge(&meters[1..], moment(30)).unwrap();
        charge(&meters, moment(86_400)).unwrap();
    }

    #[test]
    fn a_soft_limit_lets_through_and_says_so() {
        for unit in [LimitUnit::Hour, LimitUnit::Month] {
            let meters = [meter(unit, 1, None, LimitMode::Soft)];
            let start = moment(0);
            assert!(!charge(&meters, start).unwrap());
            assert!(charge(&meters, start).unwrap());
            assert!(charge(&meters, start).unwrap());
        }
    }

    #[test]
    fn waits_in_words() {
        let check = |seconds: u64, expected: &str| {
            assert_eq!(in_words(Duration::from_secs(seconds)), expected);
        };
        check(1, "1 s");
        check(121, "3 minutes");
        check(7_300, "3 hours");
        check(200_000, "3 days");
    }
}
