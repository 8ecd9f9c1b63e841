use crate::MAX_HEADER_VALUE_BYTES;
use http::HeaderValue;
use model::{FieldPath, Secret};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// The life of a token whose endpoint does not say.
const LIFE_UNSAID: Duration = Duration::from_secs(10 * 60);
const LIFE_SHORTEST: Duration = Duration::from_secs(60);
const LIFE_LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest life of a token that cannot be had anew without anybody.
const LIFE_LONGEST_KEPT: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Error codes that are known: of RFC 6749 §5.2, and what some endpoints say in their place. No other text of an endpoint is shown: it
/// may repeat the secret. With each, whether only somebody who connects anew can help.
const CODES: [(&str, bool); 19] = [
    ("invalid_grant", true),
    ("invalid_request", false),
    ("invalid_client", false),
    ("unauthorized_client", false),
    ("unsupported_grant_type", false),
    ("invalid_scope", false),
    // GitHub.
    ("bad_verification_code", true),
    ("bad_refresh_token", true),
    ("incorrect_client_credentials", false),
    ("redirect_uri_mismatch", false),
    // Slack.
    ("invalid_code", true),
    ("code_already_used", true),
    ("invalid_refresh_token", true),
    ("token_revoked", true),
    ("token_expired", true),
    ("account_inactive", true),
    ("bad_client_secret", false),
    ("invalid_client_id", false),
    ("bad_redirect_uri", false),
];
/// Types of tokens that are sent as RFC 6750 says. The others are what Slack calls its own.
const BEARER_TYPES: [&str; 3] = ["bearer", "bot", "user"];

/// What a token endpoint granted by client credentials.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    /// `Bearer` and the token; marked sensitive.
    pub(crate) header: HeaderValue,
    /// The token alone.
    pub(crate) token: Secret,
    /// How long it is taken to be good: 1 minute to 24 hours.
    pub(crate) life: Duration,
    /// Whether more was granted than was asked for.
    pub(crate) wider: bool,
}

/// What an answer says, whatever was asked for.
pub(crate) struct Answered {
    /// `Bearer` and the access token; marked sensitive.
    pub(crate) header: HeaderValue,
    /// The access token alone.
    pub(crate) access: Secret,
    /// The refresh token.
    pub(crate) refresh: Option<Secret>,
    /// How long the access token is taken to be good, if the answer says it: 1 minute to 365 days.
    pub(crate) life: Option<Duration>,
    /// As it was granted.
    pub(crate) scope: Option<String>,
    /// The whole answer.
    pub(crate) members: Value,
}

/// Why there is no token, in words for people. Nothing of a token or secret is in them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Whether it will be the same for ever: only somebody who connects anew can help.
    pub(crate) permanent: bool,
    /// Why.
    pub(crate) reason: String,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    token_type: Option<Value>,
    refresh_token: Option<String>,
    expires_in: Option<Value>,
    scope: Option<Value>,
    error: Option<Value>,
}

impl From<&str> for Refused {
    fn from(reason: &str) -> Self {
        Self { permanent: false, reason: reason.to_owned() }
    }
}

/// Reads an answer to client credentials, or says in words for people why it is none.
pub(crate) fn read(status: u16, body: &[u8], asked: Option<&str>) -> Result<Granted, String> {
    let answered =
        read_answer(status, body, &FieldPath::default()).map_err(|refused| refused.reason)?;
    Ok(Granted {
        wider: wider(asked, answered.scope.as_deref()),
        header: answered.header,
        token: answered.access,
        life: answered.life.unwrap_or(LIFE_UNSAID).min(LIFE_LONGEST),
    })
}

/// Reads an answer whose members are at that place in it.
pub(crate) fn read_answer(status: u16, body: &[u8], at: &FieldPath) -> Result<Answered, Refused> {
    if (300..400).contains(&status) {
        return Err("its token endpoint answered with a redirect, which is not followed".into());
    }
    let unreadable =
        || Refused::from("its token endpoint did not answer with a JSON object that can be read");
    // Refuses an object that has a member twice, of which others may read the other one.
    let top: Option<Answer> = serde_json::from_slice(body).ok();
    let error = top.as_ref().and_then(|answer| answer.error.clone());
    if status != 200 || !matches!(error, None | Some(Value::Null)) {
        return Err(refused(status, error.as_ref().and_then(Value::as_str)));
    }
    let top = top.ok_or_else(unreadable)?;
    let members: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let answer = if at.is_root() {
        top
    } else {
        let inner = at.find(&members).ok_or_else(|| Refused {
            permanent: false,
            reason: format!("its token endpoint's answer has no {at}"),
        })?;
        Answer::deserialize(inner).map_err(|_| unreadable())?
    };
    let token = answer.access_token.ok_or("its token endpoint's answer has no access_token")?;
    let kind = answer.token_type.as_ref().map(|kind| kind.as_str().unwrap_or_default());
    if !BEARER_TYPES.iter().any(|known| kind.unwrap_or("bearer").eq_ignore_ascii_case(known)) {
        return Err("its token endpoint gave a token of another type than Bearer".into());
    }
    // RFC 6750 §2.1 allows fewer characters; some endpoints use more.
    let sendable = !token.is_empty()
        && token.len() <= MAX_HEADER_VALUE_BYTES
        && token.bytes().all(|b| (0x21..=0x7e).contains(&b));
    let access = Secret::from(token);
    let header = Secret::new([b"Bearer ", access.expose()].concat());
    let mut header = Some(header)
        .filter(|_| sendable)
        .and_then(|header| HeaderValue::from_bytes(header.expose()).ok())
        .ok_or("its token endpoint gave a token that cannot be sent in a header")?;
    header.set_sensitive(true);
    Ok(Answered {
        header,
        access,
        refresh: answer.refresh_token.filter(|token| !token.is_empty()).map(Secret::from),
        life: life(answer.expires_in.as_ref()),
        scope: answer.scope.as_ref().and_then(Value::as_str).map(str::to_owned),
        members,
    })
}

/// What an error of an endpoint comes to.
pub(crate) fn refused(status: u16, code: Option<&str>) -> Refused {
    let known = code.and_then(|code| CODES.iter().find(|(known, _)| *known == code));
    let permanent = known.is_some_and(|(_, permanent)| *permanent);
    let code = known.map(|(code, _)| format!(" ({code})")).unwrap_or_default();
    let advice = if !permanent && matches!(status, 200 | 400 | 401 | 403) {
        "; check its client id, client secret and scope"
    } else {
        ""
    };
    Refused {
        permanent,
        reason: format!("its token endpoint answered HTTP {status}{code}{advice}"),
    }
}

/// Seconds as a number or, as some endpoints write them, a string.
fn life(expires_in: Option<&Value>) -> Option<Duration> {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse::<f64>().ok(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    };
    let within =
        |seconds: f64| seconds.clamp(LIFE_SHORTEST.as_secs_f64(), LIFE_LONGEST_KEPT.as_secs_f64());
    let known = seconds.filter(|seconds| !seconds.is_nan());
    known.map(|seconds| Duration::from_secs_f64(within(seconds)))
}

fn wider(asked: Option<&str>, granted: Option<&str>) -> bool {
    let (Some(asked), Some(granted)) = (asked, granted) else {
        return false;
    };
    granted
        .split_ascii_whitespace()
        .any(|one| !asked.split_ascii_whitespace().any(|own| own == one))
}

#[cfg(test)]
mod tests {
    use super::read;

    const TOKEN: &str = "canary-token-1";

    fn life(rest: &str) -> u64 {
        let body = format!(r#"{{"access_token":"{TOKEN}"{rest}}}"#);
        read(200, body.as_bytes(), None).expect(rest).life.as_secs()
    }

    #[test]
    fn u14_lives() {
        for (rest, expected) in [
            ("", 600),
            (r#","expires_in":null"#, 600),
            (r#","expires_in":"soon""#, 600),
            (r#","expires_in":"NaN""#, 600),
            (r#","expires_in":[1]"#, 600),
            (r#","expires_in":-1"#, 60),
            (r#","expires_in":0"#, 60),
            (r#","expires_in":59.9"#, 60),
            (r#","expires_in":3600"#, 3_600),
            (r#","expires_in":"3600""#, 3_600),
            (r#","expires_in":" 3600.7""#, 3_600),
            (r#","expires_in":1000000000000"#, 86_400),
            (r#","expires_in":1e300"#, 86_400),
            (r#","expires_in":"inf""#, 86_400),
        ] {
            assert_eq!(life(rest), expected, "{rest}");
        }
    }

    #[test]
    fn u14_what_is_refused_is_not_quoted() {
        let long = format!(r#"{{"access_token":"{TOKEN}{}"}}"#, "a".repeat(8 << 10));
        for (status, body, word) in [
            (200, r#"{"access_token":"canary\r\nX: y"}"#, "cannot be sent"),
            (200, r#"{"access_token":"canary token"}"#, "cannot be sent"),
            (200, r#"{"access_token":"canarÿ"}"#, "cannot be sent"),
            (200, r#"{"access_token":""}"#, "cannot be sent"),
            (200, &long, "cannot be sent"),
            (200, r#"{"access_token":"canary","token_type":"mac"}"#, "another type"),
            (200, r#"{"access_token":"canary","token_type":["bearer"]}"#, "another type"),
            (200, r#"{"access_token":["canary"]}"#, "JSON object"),
            (200, r#"{"access_token":"canary","access_token":"b"}"#, "JSON object"),
            (200, r#"{"token":"canary"}"#, "no access_token"),
            (200, r#"{"access_token":"canary","error":"invalid_scope"}"#, "invalid_scope"),
            (200, "access_token=canary&token_type=bearer", "JSON object"),
            (200, "", "JSON object"),
            (201, r#"{"access_token":"canary"}"#, "HTTP 201"),
            (302, "", "redirect"),
            (
                400,
                r#"{"error":"invalid_client","error_description":"canary"}"#,
                "(invalid_client); check",
            ),
            (401, r#"{"error":"canary"}"#, "HTTP 401; check"),
            (200, r#"{"ok":false,"error":"canary","access_token":"a"}"#, "HTTP 200; check"),
            (500, "canary", "HTTP 500"),
        ] {
            let error = read(status, body.as_bytes(), None).unwrap_err();
            assert!(error.contains(word) && !error.contains("canar"), "{body}: {error}");
        }
    }

    #[test]
    fn a_grant() {
        let read = |scope: &str, asked| {
            let body =
                format!(r#"{{"access_token":"{TOKEN}","token_type":"bEARER","scope":{scope}}}"#);
            read(200, body.as_bytes(), asked).unwrap()
        };
        let granted = read("null", None);
        assert_eq!(granted.header, format!("Bearer {TOKEN}"));
        assert!(granted.header.is_sensitive() && !format!("{granted:?}").contains("canary"));
        for (scope, asked, wider) in [
            ("\"a b\"", Some("b a"), false),
            ("\"a\"", Some("a b"), false),
            ("\"a b c\"", Some("a b"), true),
            ("\"a\"", None, false),
            ("[\"a\"]", Some("b"), false),
        ] {
            assert_eq!(read(scope, asked).wider, wider, "{scope} {asked:?}");
        }
    }
}
