use crate::{ID_BYTES_MAX, Json, Kind};
use std::fmt;

/// A request id, or a progress token: a string of at most [`ID_BYTES_MAX`] bytes or an integer within 64 bits.
///
/// Kept as the JSON text that the client wrote, so that it is echoed byte for byte and never rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id<'a>(&'a str);

/// What a client calls the progress of a request.
pub type ProgressToken<'a> = Id<'a>;

impl<'a> Id<'a> {
    /// The id that `json` is, or nothing when it is neither a short string nor an integer.
    #[must_use]
    pub fn new(json: Json<'a>) -> Option<Self> {
        let fits = match json.kind() {
            Kind::String => json.string().is_some_and(|text| text.len() <= ID_BYTES_MAX),
            Kind::Number => {
                let digits = json.as_str();
                json.is_integer()
                    && (digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok())
            }
            Kind::Object | Kind::Array | Kind::Bool | Kind::Null => false,
        };
        fits.then_some(Self(json.as_str()))
    }

    /// Its JSON text.
    #[must_use]
    pub const fn as_json(self) -> &'a str {
        self.0
    }

    /// A copy that outlives the body.
    #[must_use]
    pub fn to_owned(self) -> OwnedId {
        OwnedId(self.0.into())
    }
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// An [`Id`] that outlives the body it came in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OwnedId(Box<str>);

impl OwnedId {
    /// The id.
    #[must_use]
    pub fn get(&self) -> Id<'_> {
        Id(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Id;
    use crate::Json;

    #[test]
    fn strings_and_integers_only() {
        let check = |text: &str, fits: bool| {
            let id = Id::new(Json::scanned(text));
            assert_eq!(id.map(Id::as_json), fits.then_some(text), "{text}");
        };
        for id in [
            "0",
            "-0",
            "1",
            "-7",
            "9223372036854775808",
            "18446744073709551615",
            "-9223372036854775808",
            r#""""#,
        ] {
            check(id, true);
        }
        for id in [
            "null",
            "1.5",
            "1.0",
            "{}",
            "[]",
            "true",
            "1e3",
            "18446744073709551616",
            "-9223372036854775809",
        ] {
            check(id, false);
        }
        check(&format!("\"{}\"", "a".repeat(256)), true);
        check(&format!("\"{}\"", "\\u0061".repeat(256)), true);
        check(&format!("\"{}\"", "a".repeat(257)), false);
    }
}
