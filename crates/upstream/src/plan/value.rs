use super::PlanError;
use crate::arguments::object_members;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Digits that a number may grow to when its exponent is written out.
const MAX_DIGITS: i64 = 40;

/// A parameter's value as the styles know it: text, a list of texts, or texts by name.
#[derive(Debug, PartialEq)]
pub(super) enum Flat<'a> {
    One(Cow<'a, str>),
    Many(Vec<Cow<'a, str>>),
    Pairs(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

/// Flattens a JSON value. `null` items and members are left out. What nests deeper than the styles reach, which
/// OpenAPI leaves undefined, is its JSON text: refusing it would make such operations useless.
pub(super) fn flatten<'a>(argument: &str, raw: &'a str) -> Result<Flat<'a>, PlanError> {
    Ok(match raw.as_bytes().first() {
        Some(b'[') => {
            let items = list(argument, raw)?.into_iter().filter(|item| *item != "null");
            Flat::Many(items.map(|item| scalar(argument, item)).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let members = map(argument, raw)?.into_iter().filter(|(_, value)| *value != "null");
            let pair = |(name, value)| Ok((name, scalar(argument, value)?));
            Flat::Pairs(members.map(pair).collect::<Result<_, _>>()?)
        }
        _ => Flat::One(scalar(argument, raw)?),
    })
}

/// The items of a JSON array as raw text.
pub(super) fn list<'a>(argument: &str, raw: &'a str) -> Result<Vec<&'a str>, PlanError> {
    let items: Vec<&RawValue> =
        serde_json::from_str(raw).map_err(|_| PlanError::NotText(argument.to_owned()))?;
    Ok(items.into_iter().map(RawValue::get).collect())
}

/// The members of a JSON object as raw text.
pub(super) fn map<'a>(
    argument: &str,
    raw: &'a str,
) -> Result<Vec<(Cow<'a, str>, &'a str)>, PlanError> {
    object_members(raw).ok_or_else(|| PlanError::NotText(argument.to_owned()))
}

/// The text of a JSON value: a string's characters, a number in plain digits, everything else as JSON.
pub(super) fn scalar<'a>(argument: &str, raw: &'a str) -> Result<Cow<'a, str>, PlanError> {
    match raw.as_bytes().first() {
        Some(b'"') => string(raw).ok_or_else(|| PlanError::NotText(argument.to_owned())),
        Some(b'-' | b'0'..=b'9') => Ok(number(raw)),
        Some(b'[' | b'{') => Ok(compact(raw)),
        _ => Ok(Cow::Borrowed(raw)),
    }
}

/// The characters of a JSON string; `None` for a lone surrogate, or what is no string.
pub(super) fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') {
        serde_json::from_str(raw).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inside))
    }
}

/// Integers of any length stay as they are; `1e3` is `1000`, `1.0` is `1` and `-0` is `0`.
fn number(raw: &str) -> Cow<'_, str> {
    if raw.bytes().all(|b| b.is_ascii_digit()) {
        return Cow::Borrowed(raw);
    }
    let (sign, digits) = raw.strip_prefix('-').map_or(("", raw), |rest| ("-", rest));
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Ok(exponent) = exponent.parse::<i64>() else { return Cow::Borrowed(raw) };
    let significant = format!("{whole}{fraction}");
    let zeros = significant.len() - significant.trim_start_matches('0').len();
    let significant = significant.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Cow::Borrowed("0");
    }
    if exponent == 0 && fraction.bytes().any(|b| b != b'0') {
        return Cow::Borrowed(raw); // 1.10 stays 1.10
    }
    let length = i64::try_from(significant.len()).unwrap_or(i64::MAX);
    // Places before the decimal point.
    let before = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(exponent);
    let before = before.saturating_sub(i64::try_from(zeros).unwrap_or(0));
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    let plain = if before >= length && (before <= MAX_DIGITS || exponent == 0) {
        format!("{sign}{significant}{}", zeros(before - length))
    } else if before <= 0 && before > -MAX_DIGITS {
        format!("{sign}0.{}{significant}", zeros(-before))
    } else if before > 0 && before < length {
        let (left, right) = significant.split_at(usize::try_from(before).unwrap_or(0));
        format!("{sign}{left}.{right}")
    } else {
        return Cow::Borrowed(raw);
    };
    Cow::Owned(plain)
}

/// JSON without white space between its tokens.
pub(super) fn compact(raw: &str) -> Cow<'_, str> {
    if !raw.bytes().any(|b| b.is_ascii_whitespace()) {
        return Cow::Borrowed(raw);
    }
    let mut compact = String::with_capacity(raw.len());
    let (mut inside, mut escaped) = (false, false);
    for c in raw.chars() {
        if inside || !c.is_ascii_whitespace() {
            compact.push(c);
        }
        if escaped {
            escaped = false;
        } else if inside && c == '\\' {
            escaped = true;
        } else if c == '"' {
            inside = !inside;
        }
    }
    Cow::Owned(compact)
}

/// JSON without white space, and with every character outside ASCII escaped.
pub(super) fn ascii(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    for c in compact(raw).chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Flat, ascii, compact, flatten, number, scalar};

    #[test]
    fn numbers() {
        for (raw, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0e10", "0"),
            ("-7", "-7"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("1e21", "1000000000000000000000"),
            ("1E+2", "100"),
            ("-12e-1", "-1.2"),
            ("1.5e3", "1500"),
            ("1.50e1", "15"),
            ("1e-7", "0.0000001"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("1.10", "1.10"),
            ("1.0", "1"),
            ("100.0", "100"),
            ("-10.00", "-10"),
            ("0.05", "0.05"),
            ("0.05e2", "5"),
            ("123.456e1", "1234.56"),
            ("1e400", "1e400"),
            ("1e-400", "1e-400"),
            ("1e99999999999999999999", "1e99999999999999999999"),
        ] {
            assert_eq!(number(raw), expected, "{raw}");
        }
    }

    #[test]
    fn scalars() {
        for (raw, expected) in [
            ("\"\"", ""),
            ("true", "true"),
            ("\"a\\nb\"", "a\nb"),
            ("\"é\"", "é"),
            ("{ \"a\" : \" x\" }", "{\"a\":\" x\"}"),
        ] {
            assert_eq!(scalar("a", raw).unwrap(), expected, "{raw}");
        }
        assert!(scalar("a", r#""\ud800""#).is_err());
        assert_eq!(scalar("a", r#""\ud83d\ude00""#).unwrap(), "😀");
    }

    #[test]
    fn nulls_are_left_out_and_depth_is_json() {
        assert_eq!(
            flatten("a", r#"[1,null,"b",[2]]"#).unwrap(),
            Flat::Many(vec!["1".into(), "b".into(), "[2]".into()])
        );
        let pairs = Flat::Pairs(vec![("k".into(), "1".into()), ("n".into(), "{\"m\":2}".into())]);
        assert_eq!(flatten("a", r#"{"k":1,"z":null,"n":{"m": 2}}"#).unwrap(), pairs);
    }

    #[test]
    fn json_text() {
        assert_eq!(compact("{ \"a b\" : [ 1 , \"\\\" x\" ] }"), "{\"a b\":[1,\"\\\" x\"]}");
        assert_eq!(ascii("{\"é\": \"😀\"}"), "{\"\\u00e9\":\"\\ud83d\\ude00\"}");
    }
}
