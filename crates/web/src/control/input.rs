use super::{
    BASE,
    asked::{Asked, context},
    forgery,
    replay::replay,
};
use crate::{Shared, problem::Problem};
use app::{Caller, Context, Expected, Idempotency, Patch};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use model::RawJson;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The caller and the input of a creation, or of another POST. With an `Idempotency-Key` that was seen before, its answer of then is given, and
/// the handler never runs.
/// `DOCUMENT` opens it to bodies that hold an API description.
pub(crate) struct Create<T, const DOCUMENT: bool = false>(pub(crate) Caller, pub(crate) T);

/// The caller, the revision that it has read, and a merge patch for it.
pub(crate) struct Change(pub(crate) Caller, pub(crate) Expected, pub(crate) Patch);

/// The input of a POST that needs no credential, and what is known of its sender.
pub(crate) struct Anonymous<T>(pub(crate) Context, pub(crate) T);

/// The caller, the revision that it has read, if it says so, and what shall be there in its place.
pub(crate) struct Put<T>(pub(crate) Caller, pub(crate) Expected, pub(crate) T);

/// `If-Match`, for operations that go without one too.
pub(crate) struct IfMatch(pub(crate) Expected);

/// Query parameters. One that `T` does not have is refused.
pub(crate) struct Query<T>(pub(crate) T);

/// An id in the path. Text that is none names nothing.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, const DOCUMENT: bool> FromRequest<Arc<Shared>>
    for Create<T, DOCUMENT>
{
    type Rejection = Response;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Asked(mut caller) = Asked::from_request_parts(&mut parts, shared)
            .await
            .map_err(IntoResponse::into_response)?;
        let config = &shared.config;
        let limit = if DOCUMENT { config.description_bytes } else { config.body_bytes };
        let body = read_json(&parts.headers, DOCUMENT_TYPES, body, limit).await?;
        let input = parse(&body)?;
        if let Some(idempotency) = idempotency(&parts, &body)? {
            let context =
                Context { idempotency: Some(Arc::new(idempotency)), ..caller.context().clone() };
            caller = caller.with_context(context);
            let known = shared.app.remembered(&caller).await;
            if let Some(answer) = known.map_err(|error| Problem::from(error).into_response())? {
                // The router has taken the API's own path away.
                let path = format!("{BASE}{}", parts.uri.path());
                return Err(replay(&path, answer.expose()));
            }
        }
        Ok(Self(caller, input))
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<Shared>> for Anonymous<T> {
    type Rejection = Response;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        forgery::check_anonymous(&parts.headers, shared.config.https)
            .map_err(IntoResponse::into_response)?;
        let body =
            read_json(&parts.headers, DOCUMENT_TYPES, body, shared.config.body_bytes).await?;
        Ok(Self(context(&parts.extensions), parse(&body)?))
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<Shared>> for Put<T> {
    type Rejection = Response;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Asked(caller) = Asked::from_request_parts(&mut parts, shared)
            .await
            .map_err(IntoResponse::into_response)?;
        let body =
            read_json(&parts.headers, DOCUMENT_TYPES, body, shared.config.body_bytes).await?;
        let input = parse(&body)?;
        let expected = if_match(&parts.headers).map_err(IntoResponse::into_response)?;
        Ok(Self(caller, expected.unwrap_or(Expected::Any), input))
    }
}

impl FromRequest<Arc<Shared>> for Change {
    type Rejection = Response;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Asked(caller) = Asked::from_request_parts(&mut parts, shared)
            .await
            .map_err(IntoResponse::into_response)?;
        let body = read_json(&parts.headers, PATCH_TYPES, body, shared.config.body_bytes).await?;
        let members = parse(&body)?;
        let text = RawJson::parse(String::from_utf8_lossy(&body).into_owned());
        let text = text
            .map_err(|error| Problem::invalid("invalid_json", error.to_string()).into_response())?;
        let expected = if_match(&parts.headers).map_err(IntoResponse::into_response)?;
        let missing = || {
            let detail = "send If-Match with the ETag that you have read, or If-Match: *";
            let status = StatusCode::PRECONDITION_REQUIRED;
            Problem::new(status, "if_match_required", detail).into_response()
        };
        Ok(Self(caller, expected.ok_or_else(missing)?, Patch::new(members, text)))
    }
}

impl FromRequestParts<Arc<Shared>> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shared>) -> Result<Self, Problem> {
        Ok(Self(if_match(&parts.headers)?.unwrap_or(Expected::Any)))
    }
}

impl<T: DeserializeOwned> FromRequestParts<Arc<Shared>> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shared>) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        if percent_encoding::percent_decode_str(query).any(|byte| byte == 0) {
            return Err(Problem::invalid(
                "invalid_query",
                "a query parameter holds a NUL character",
            ));
        }
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|rejection| {
                let cause = std::error::Error::source(&rejection).map(ToString::to_string);
                Problem::invalid("invalid_query", cause.unwrap_or_else(|| rejection.body_text()))
            })
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Shared>> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        // Who asks comes first: a stranger learns nothing of what an id looks like.
        Asked::from_request_parts(parts, shared).await?;
        let absent = |_| Problem::new(StatusCode::NOT_FOUND, "not_found", "there is no such thing");
        let path = axum::extract::Path::<T>::from_request_parts(parts, shared).await;
        path.map(|axum::extract::Path(id)| Self(id)).map_err(absent)
    }
}

/// `If-Match`: `*`, or the ETag of one revision.
fn if_match(headers: &HeaderMap) -> Result<Option<Expected>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(Some(Expected::Any));
    }
    let revision = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .and_then(|digits| digits.parse().ok());
    // Whatever is no ETag of ours is none of the object's: its precondition fails, as RFC 9110 §13.1.1 has it.
    Ok(Some(Expected::Revision(revision.unwrap_or(-1))))
}

/// The media types of a body, the proper one first.
const DOCUMENT_TYPES: &[&str] = &["application/json"];
const PATCH_TYPES: &[&str] = &["application/merge-patch+json", "application/json"];

async fn read_json(
    headers: &HeaderMap,
    types: &[&str],
    body: Body,
    limit: usize,
) -> Result<Bytes, Response> {
    let refused = |code, detail: String| {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Err(Problem::new(status, code, detail).into_response())
    };
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = media_type.is_some_and(|text| {
        let essence = text.split(';').next().unwrap_or_default().trim();
        types.iter().any(|known| essence.eq_ignore_ascii_case(known))
    });
    if !is_json {
        return refused("not_json", format!("send JSON: Content-Type: {}", types[0]));
    }
    let coding = headers.get(header::CONTENT_ENCODING);
    if coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return refused("coded", "send the body as it is, without a Content-Encoding".to_owned());
    }
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let too_large = std::error::Error::source(&error)
            .is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
        let problem = if too_large {
            let detail = format!("the body is larger than {limit} bytes");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
        } else {
            Problem::invalid("body_incomplete", "the body did not arrive whole")
        };
        problem.into_response()
    })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Response> {
    if holds_nul(body) {
        let problem = Problem::invalid("invalid_text", "a string holds a NUL character: remove it");
        return Err(problem.into_response());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let parsed = model::object(tracked).map_err(|error| {
        let path = track.path().to_string();
        let code = if error.is_data() { "invalid" } else { "invalid_json" };
        let message = error.to_string();
        let place = place(&path, &message);
        let problem = Problem::invalid(code, message);
        if place.is_empty() { problem } else { problem.field(place) }
    });
    let ended = |parsed| {
        let end = deserializer.end();
        end.map(|()| parsed).map_err(|error| Problem::invalid("invalid_json", error.to_string()))
    };
    parsed.and_then(ended).map_err(IntoResponse::into_response)
}

/// The member that is at fault: the one that was read, or the one of it that is missing. The input as a whole, and a member that was
/// cut off, have no name.
fn place(path: &str, message: &str) -> String {
    let path = if matches!(path, "." | "?") { "" } else { path };
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    match missing {
        Some((name, _)) if path.is_empty() => name.to_owned(),
        Some((name, _)) => format!("{path}.{name}"),
        None => path.to_owned(),
    }
}

/// Whether JSON text has an escaped NUL in it, which no database text can hold.
fn holds_nul(body: &[u8]) -> bool {
    let mut rest = body;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        if rest[at + 1..].starts_with(b"u0000") {
            return true;
        }
        // The escaped character, which may be a backslash itself.
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

fn idempotency(parts: &Parts, body: &[u8]) -> Result<Option<Idempotency>, Response> {
    let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| !key.is_empty() && key.len() <= app::IDEMPOTENCY_KEY_BYTES_MAX);
    let Some(key) = key else {
        let detail = format!(
            "an idempotency key has 1 to {} visible ASCII characters",
            app::IDEMPOTENCY_KEY_BYTES_MAX
        );
        return Err(Problem::invalid("invalid_idempotency_key", detail).into_response());
    };
    let mut digest = Sha256::new();
    digest.update(parts.method.as_str());
    digest.update(b"\0");
    digest.update(parts.uri.path());
    digest.update(b"\0");
    digest.update(body);
    Ok(Some(Idempotency { key: key.to_owned(), digest: digest.finalize().into() }))
}

#[cfg(test)]
mod tests {
    use super::{holds_nul, place};

    #[test]
    fn a_missing_member_is_named() {
        for (path, message, expected) in [
            (".", "missing field `email` at line 1 column 2", "email"),
            ("?", "EOF while parsing a value", ""),
            ("credential", "missing field `token` at line 1 column 2", "credential.token"),
            ("tools[1].app", "invalid type: integer `1`, expected a string", "tools[1].app"),
        ] {
            assert_eq!(place(path, message), expected);
        }
    }

    #[test]
    fn an_escaped_nul_is_found_and_an_escaped_backslash_is_none() {
        for (text, expected) in [
            (r#"{"a":"\u0000"}"#, true),
            (r#"{"a":"\\\u0000"}"#, true),
            (r#"{"a":"\\u0000"}"#, false),
            (r#"{"a":"\u0001"}"#, false),
            (r#"\"#, false),
            ("", false),
        ] {
            assert_eq!(holds_nul(text.as_bytes()), expected, "{text}");
        }
    }
}
