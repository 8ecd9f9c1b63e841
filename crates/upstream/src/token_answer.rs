use crate::MAX_HEADER_VALUE_BYTES;
use http::HeaderValue;
use model::Secret;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// The life of a token whose endpoint does not say.
const LIFE_UNSAID: Duration = Duration::from_secs(10 * 60);
const LIFE_SHORTEST: Duration = Duration::from_secs(60);
const LIFE_LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The error codes of RFC 6749 §5.2. No other text of an endpoint is shown: it may repeat the secret.
const CODES: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// What a token endpoint granted.
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

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    token_type: Option<Value>,
    expires_in: Option<Value>,
    scope: Option<Value>,
    error: Option<Value>,
}

/// Reads an answer, or says in words for people why it is none. Nothing of a token or secret is in them.
pub(crate) fn read(status: u16, body: &[u8], asked: Option<&str>) -> Result<Granted, String> {
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    let code = answer.as_ref().and_then(|answer| {
        let code = answer.error.as_ref()?.as_str()?;
        CODES.iter().find(|known| **known == code)
    });
    if (300..400).contains(&status) {
        return Err("its token endpoint answered with a redirect, which is not followed".to_owned());
    }
    if status != 200 || code.is_some() {
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        let advice = if matches!(status, 200 | 400 | 401 | 403) {
            "; check its client id, client secret and scope"
        } else {
            ""
        };
        return Err(format!("its token endpoint answered HTTP {status}{code}{advice}"));
    }
    let answer =
        answer.ok_or("its token endpoint did not answer with a JSON object that can be read")?;
    let token = answer.access_token.ok_or("its token endpoint's answer has no access_token")?;
    let kind = answer.token_type.as_ref().map(|kind| kind.as_str().unwrap_or_default());
    if !kind.unwrap_or("bearer").eq_ignore_ascii_case("bearer") {
        return Err("its token endpoint gave a token of another type than Bearer".to_owned());
    }
    // RFC 6750 §2.1 allows fewer characters; some endpoints use more.
    let sendable = !token.is_empty()
        && token.len() <= MAX_HEADER_VALUE_BYTES
        && token.bytes().all(|b| (0x21..=0x7e).contains(&b));
    let token = Secret::from(token);
    let header = Secret::new([b"Bearer ", token.expose()].concat());
    let mut header = Some(header)
        .filter(|_| sendable)
        .and_then(|header| HeaderValue::from_bytes(header.expose()).ok())
        .ok_or("its token endpoint gave a token that cannot be sent in a header")?;
    header.set_sensitive(true);
    let wider = wider(asked, answer.scope.as_ref());
    Ok(Granted { header, token, life: life(answer.expires_in.as_ref()), wider })
}

/// Seconds as a number or, as some endpoints write them, a string.
fn life(expires_in: Option<&Value>) -> Duration {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse::<f64>().ok(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    };
    let within =
        |seconds: f64| seconds.clamp(LIFE_SHORTEST.as_secs_f64(), LIFE_LONGEST.as_secs_f64());
    let known = seconds.filter(|seconds| !seconds.is_nan());
    known.map_or(LIFE_UNSAID, |seconds| Duration::from_secs_f64(within(seconds)))
}

fn wider(asked: Option<&str>, granted: Option<&Value>) -> bool {
    let (Some(asked), Some(granted)) = (asked, granted.and_then(Value::as_str)) else {
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
