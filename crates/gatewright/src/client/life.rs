use anyhow::{Context as _, bail};
use jiff::{SignedDuration, civil::Date};
use model::Timestamp;

/// A length of time such as `90m`, `1h`, `30d` or `2w`.
pub(crate) fn parse(option: &str, text: &str) -> anyhow::Result<SignedDuration> {
    let wrong = || format!("{option} {text}: write a number and m, h, d or w, such as 30d");
    let split = text.len().saturating_sub(1);
    let (number, unit) = text.split_at_checked(split).with_context(wrong)?;
    let minutes: i64 = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => bail!(wrong()),
    };
    let count: i64 = number.parse().ok().filter(|count| *count > 0).with_context(wrong)?;
    let minutes = count.checked_mul(minutes).with_context(wrong)?;
    minutes.checked_mul(60).map(SignedDuration::from_secs).with_context(wrong)
}

/// A point in time, as the API takes it: as it stands, the beginning of a day in UTC, or so long before now.
pub(crate) fn moment(
    option: &str,
    text: Option<&str>,
    now: Timestamp,
) -> anyhow::Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(Some(time.to_string()));
    }
    if let Ok(day) = text.parse::<Date>() {
        return Ok(Some(format!("{day}T00:00:00Z")));
    }
    let wrong = || {
        format!(
            "{option} {text}: write a time, a day, or so long ago, such as 2026-11-26T08:00:00Z, 2026-11-26 or 2h"
        )
    };
    let ago = parse(option, text).ok().with_context(wrong)?;
    Ok(Some(now.checked_sub(ago).with_context(wrong)?.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{moment, parse};

    #[test]
    fn moments() {
        let now = "2026-11-27T03:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-11-26T08:00:00Z", "2026-11-26T08:00:00Z"),
            ("2026-11-26T08:00:00+02:00", "2026-11-26T06:00:00Z"),
            ("2026-11-26", "2026-11-26T00:00:00Z"),
            ("2h", "2026-11-27T01:00:00Z"),
            ("1d", "2026-11-26T03:00:00Z"),
        ] {
            let found = moment("--from", Some(text), now).unwrap();
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        assert_eq!(moment("--from", None, now).unwrap(), None);
        for wrong in ["", "yesterday", "2026-13-01", "9999999w"] {
            let error = moment("--from", Some(wrong), now).unwrap_err().to_string();
            assert!(error.contains("--from") && error.contains("2h"), "{error}");
        }
    }

    #[test]
    fn lives() {
        for (life, seconds) in
            [("1h", 3_600), ("90m", 5_400), ("30d", 2_592_000), ("2w", 1_209_600)]
        {
            assert_eq!(parse("--for", life).unwrap().as_secs(), seconds, "{life}");
        }
        for wrong in [
            "",
            "h",
            "1",
            "-1d",
            "0d",
            "1y",
            "1.5h",
            "99999999999999999999d",
            "9223372036854775807w",
            "1é",
        ] {
            assert!(parse("--for", wrong).is_err(), "{wrong}");
        }
    }
}
