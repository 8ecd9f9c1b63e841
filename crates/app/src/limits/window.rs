use jiff::{civil::Date, tz::TimeZone};
use model::{LimitUnit, Timestamp};
use std::time::Duration;

const DAY_SECONDS: i64 = 86_400;

/// Days since 1970, UTC.
pub(crate) fn day(now: Timestamp) -> i32 {
    i32::try_from(now.as_second().div_euclid(DAY_SECONDS)).unwrap_or(i32::MAX)
}

/// The first of the month, in days since 1970, UTC.
pub(crate) fn first_of_month(now: Timestamp) -> i32 {
    day(now) - i32::from(date(now).day()) + 1
}

/// The date, UTC.
pub(crate) fn date(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

/// The date of a day since 1970.
pub(crate) fn date_of(day: i32) -> Option<Date> {
    Timestamp::from_second(i64::from(day) * DAY_SECONDS).ok().map(date)
}

/// The days since 1970 of a date.
pub(crate) fn day_of(date: Date) -> i32 {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_or(0, day)
}

/// The number of a quota's window at `now`: two moments of one window have the same.
pub(crate) fn number(unit: LimitUnit, now: Timestamp) -> u32 {
    let number = match unit {
        LimitUnit::Month => {
            let date = date(now);
            i32::from(date.year()) * 12 + i32::from(date.month())
        }
        LimitUnit::Second | LimitUnit::Minute | LimitUnit::Hour | LimitUnit::Day => day(now),
    };
    u32::try_from(number).unwrap_or(0)
}

/// How long until the quota's next window.
pub(crate) fn until_next(unit: LimitUnit, now: Timestamp) -> Duration {
    let next = match unit {
        LimitUnit::Month => {
            let date = date(now);
            let first = date.first_of_month().checked_add(jiff::Span::new().months(1));
            first.map_or(i32::MAX, day_of)
        }
        LimitUnit::Second | LimitUnit::Minute | LimitUnit::Hour | LimitUnit::Day => day(now) + 1,
    };
    let end = i64::from(next) * DAY_SECONDS * 1_000;
    Duration::from_millis(u64::try_from(end - now.as_millisecond()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{date_of, day, day_of, first_of_month, number, until_next};
    use model::{LimitUnit, Timestamp};

    #[test]
    fn windows_go_by_the_calendar_in_utc() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (eve, new_year) = (at("2026-12-31T23:59:59.500Z"), at("2027-01-01T00:00:00Z"));
        for unit in [LimitUnit::Day, LimitUnit::Month] {
            assert_eq!(number(unit, eve) + 1, number(unit, new_year));
            assert_eq!(until_next(unit, eve).as_millis(), 500);
        }
        assert_eq!(until_next(LimitUnit::Month, new_year).as_secs(), 31 * 86_400);
        assert_eq!(until_next(LimitUnit::Day, new_year).as_secs(), 86_400);
        assert_eq!(first_of_month(eve), day(at("2026-12-01T00:00:00Z")));
        assert_eq!(first_of_month(new_year), day(new_year));
        assert_eq!(date_of(day(eve)).map(day_of), Some(day(eve)));
        assert_eq!(date_of(0).unwrap().to_string(), "1970-01-01");
    }
}
