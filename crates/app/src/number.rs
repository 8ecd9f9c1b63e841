use serde::{Deserialize, Deserializer};
use std::fmt::Display;

/// An integer as JSON Schema knows it: a number without a fraction, `5` or `5.0`; serde takes the former alone.
///
/// # Errors
///
/// When it is none, or outside the range of `T`.
pub(crate) fn whole<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<T, D::Error>
where
    T::Error: Display,
{
    read(Number::deserialize(deserializer)?)
}

/// The same for a member that may be absent or null.
///
/// # Errors
///
/// When it is none, or outside the range of `T`.
pub(crate) fn optional<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error>
where
    T::Error: Display,
{
    Option::<Number>::deserialize(deserializer)?.map(read).transpose()
}

/// The same for a member that must be there.
///
/// # Errors
///
/// When it is none, or outside the range of `T`.
pub(crate) fn required<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<T, D::Error>
where
    T::Error: Display,
{
    read(Number::deserialize(deserializer)?)
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a whole number")]
enum Number {
    Whole(i64),
    Other(f64),
}

fn read<T: TryFrom<i64>, E: serde::de::Error>(number: Number) -> Result<T, E>
where
    T::Error: Display,
{
    /// Beyond it, not every integer has a number of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let whole = match number {
        Number::Whole(whole) => whole,
        Number::Other(other) if other.fract() == 0.0 && other.abs() <= EXACT => {
            format!("{other:.0}").parse().map_err(E::custom)?
        }
        Number::Other(_) => return Err(E::custom("expected a whole number")),
    };
    T::try_from(whole).map_err(E::custom)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn integers_with_and_without_a_point() {
        let check = |value: Value, expected: Option<u32>| {
            let read = super::optional::<_, u32>(value.clone()).ok().flatten();
            assert_eq!(read, expected, "{value}");
        };
        check(json!(5), Some(5));
        check(json!(5.0), Some(5));
        check(json!(1e3), Some(1_000));
        check(json!(5.5), None);
        check(json!(-1), None);
        check(json!(1e300), None);
        check(json!("5"), None);
        check(json!(null), None);
        assert_eq!(super::optional::<_, u32>(json!(null)).ok(), Some(None));
    }
}
