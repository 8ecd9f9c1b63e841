use anyhow::{Context as _, bail};
use jiff::SignedDuration;

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

#[cfg(test)]
mod tests {
    use super::parse;

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
