use crate::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Text that is no id of the kind asked for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "expected an id such as {prefix}_0190a5c2…: the prefix and 32 lower-case hexadecimal digits"
)]
pub struct IdError {
    prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// A UUID version 7, so ids sort by the time they were made. In text, the prefix and 32 hexadecimal digits.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// An id made at `now` from 80 bits of `entropy`. The same input gives the same id.
            #[must_use]
            pub fn new(now: Timestamp, entropy: [u8; 10]) -> Self {
                let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
            }

            /// Its 16 bytes, which sort as it does.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id of these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// When it was made, in milliseconds since 1970.
            #[must_use]
            pub fn millisecond(&self) -> i64 {
                let [a, b, c, d, e, f, ..] = *self.0.as_bytes();
                i64::from_be_bytes([0, 0, a, b, c, d, e, f])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text.strip_prefix(concat!($prefix, "_")).filter(|rest| {
                    rest.len() == 32 && rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
                });
                digits
                    .and_then(|digits| Uuid::try_parse(digits).ok())
                    .map(Self)
                    .ok_or(IdError { prefix: $prefix })
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<'de, str>::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// Names an account.
    AccountId "acc";
    /// Names an app.
    AppId "app";
    /// Names an action of an app.
    ActionId "act";
    /// Names an MCP server.
    ServerId "srv";
    /// Names an API token; not the token itself.
    TokenId "tok";
    /// Names a connection.
    ConnectionId "con";
    /// Names one MCP request in the request log.
    RequestId "req";
    /// Names one request to the control API: in its answer, and in the audit log.
    ApiRequestId "api";
    /// Names one row of the audit log.
    AuditId "aud";
    /// Names a user.
    UserId "usr";
    /// Names what a user was granted on a server.
    GrantId "grt";
    /// Names a one-time link; not the link itself.
    LinkId "lnk";
    /// Names a sign-in of a user; not its cookie.
    SignInId "ses";
    /// Names a rate limit or quota.
    LimitId "lim";
    /// Names a customer of an account.
    CustomerId "cus";
    /// Names a secret that signs customers' tokens; not the secret itself.
    SigningSecretId "sgn";
    /// Names whoever else signs customers' tokens.
    IssuerId "iss";
    /// Names a connect link; not its secret.
    ConnectLinkId "clk";
    /// Names a saved test case of a tool.
    TestCaseId "tst";
}

#[cfg(test)]
mod tests {
    use super::{AccountId, ServerId};
    use crate::Timestamp;

    #[test]
    fn text_round_trip_and_refusals() {
        let id = ServerId::new(Timestamp::from_millisecond(1_763_000_000_000).unwrap(), [7; 10]);
        let text = id.to_string();
        assert!(text.starts_with("srv_"));
        assert_eq!(text.parse(), Ok(id));
        assert!(text.parse::<AccountId>().is_err());
        for bad in [
            "",
            "srv_",
            &text.to_uppercase(),
            &text[..35],
            &format!("{text}0"),
            &text.replace("srv_", "srv-"),
        ] {
            assert!(bad.parse::<ServerId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn sorts_by_time() {
        let at = |ms| ServerId::new(Timestamp::from_millisecond(ms).unwrap(), [0xff; 10]);
        assert!(at(1_000).to_string() < at(2_000).to_string());
    }
}
