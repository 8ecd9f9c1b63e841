//! Headers of a POST: what they may say, and what they must repeat of the body.

use crate::{Code, Refusal, RpcError, SESSION_ID_BYTES_MAX};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE},
};
use std::borrow::Cow;

pub(crate) static PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub(crate) static METHOD: HeaderName = HeaderName::from_static("mcp-method");
pub(crate) static NAME: HeaderName = HeaderName::from_static("mcp-name");
static SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// A header that may stand at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Single<'h> {
    Absent,
    /// Its value without white space around it; visible ASCII, spaces and tabs.
    Value(&'h str),
    /// Twice, or with characters that a field value should not have.
    Malformed,
}

pub(crate) fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Single<'h> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Single::Absent,
        (Some(value), None) => value
            .to_str()
            .map_or(Single::Malformed, |text| Single::Value(text.trim_matches([' ', '\t']))),
        (Some(_), Some(_)) => Single::Malformed,
    }
}

/// Text as a header's value: itself, or `=?base64?…?=` around it where a header cannot hold it (MCP 2026-07-28, Streamable HTTP,
/// Value Encoding).
#[must_use]
pub fn header_text(text: &str) -> String {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && text.trim_ascii().len() == text.len()
        && !text.starts_with("=?base64?");
    if plain { text.to_owned() } else { format!("=?base64?{}?=", STANDARD.encode(text)) }
}

/// What `=?base64?…?=` stands for, or the value itself when it does not have that form. Nothing when the form is
/// there and what is inside is not strict base64 of UTF-8 (MCP 2026-07-28, Streamable HTTP, Value Encoding).
pub(crate) fn decoded(value: &str) -> Option<Cow<'_, str>> {
    let Some(inside) = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="))
    else {
        return Some(Cow::Borrowed(value));
    };
    String::from_utf8(STANDARD.decode(inside).ok()?).ok().map(Cow::Owned)
}

/// The forms of answer that a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accept {
    /// `application/json`.
    pub json: bool,
    /// `text/event-stream`.
    pub event_stream: bool,
}

/// What `Accept` allows. Absent or empty, it allows both, and `*/*`, `application/*` and `text/*` count: clients
/// differ more than the specification admits. A stream may be opened only when `event_stream` is set.
///
/// # Errors
///
/// 406 when it allows neither form.
pub fn accepts(headers: &HeaderMap) -> Result<Accept, Refusal> {
    let mut accept = Accept { json: false, event_stream: false };
    let mut ranges = 0;
    for value in headers.get_all(ACCEPT) {
        for range in value
            .as_bytes()
            .split(|&b| b == b',')
            .map(<[u8]>::trim_ascii)
            .filter(|range| !range.is_empty())
        {
            ranges += 1;
            let mut parts = range.split(|&b| b == b';').map(<[u8]>::trim_ascii);
            let media = parts.next().unwrap_or_default();
            if parts.any(is_zero_weight) {
                continue;
            }
            let is = |name: &str| media.eq_ignore_ascii_case(name.as_bytes());
            accept.json |= is("application/json") || is("*/*") || is("application/*");
            accept.event_stream |= is("text/event-stream") || is("*/*") || is("text/*");
        }
    }
    if ranges == 0 {
        return Ok(Accept { json: true, event_stream: true });
    }
    if !accept.json && !accept.event_stream {
        let error =
            RpcError::new(Code::InvalidRequest, "send Accept: application/json, text/event-stream");
        return Err(Refusal { status: 406, ..error.refuse(None, false) });
    }
    Ok(accept)
}

fn is_zero_weight(parameter: &[u8]) -> bool {
    let value = match parameter.split_first() {
        Some((b'q' | b'Q', rest)) => rest.trim_ascii_start(),
        _ => return false,
    };
    let Some(weight) = value.strip_prefix(b"=").map(<[u8]>::trim_ascii) else { return false };
    weight.first() == Some(&b'0') && weight.iter().all(|b| matches!(b, b'0' | b'.'))
}

/// Checks that the body is announced as JSON in UTF-8. This is also what keeps a web page from posting one without
/// asking first.
///
/// # Errors
///
/// 415 when `Content-Type` is absent, doubled, or anything else.
pub fn content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    match (values.next().map(HeaderValue::as_bytes), values.next()) {
        (Some(b"application/json"), None) => return Ok(()),
        (Some(value), None) => {
            let mut parts = value.split(|&b| b == b';').map(<[u8]>::trim_ascii);
            let is_json =
                parts.next().is_some_and(|media| media.eq_ignore_ascii_case(b"application/json"));
            if is_json && parts.all(|parameter| parameter.is_empty() || is_utf8(parameter)) {
                return Ok(());
            }
        }
        _ => {}
    }
    let error = RpcError::new(
        Code::InvalidRequest,
        "send Content-Type: application/json with a body in UTF-8",
    );
    Err(Refusal { status: 415, ..error.refuse(None, false) })
}

fn is_utf8(parameter: &[u8]) -> bool {
    let Some(at) = parameter.iter().position(|&b| b == b'=') else { return false };
    let (name, value) = (parameter[..at].trim_ascii(), parameter[at + 1..].trim_ascii());
    let value =
        value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(value);
    name.eq_ignore_ascii_case(b"charset")
        && (value.eq_ignore_ascii_case(b"utf-8") || value.eq_ignore_ascii_case(b"utf8"))
}

/// The `Mcp-Session-Id` of a legacy request. In the modern lane it is not to be asked for.
///
/// # Errors
///
/// 400 when it is doubled, empty, longer than [`SESSION_ID_BYTES_MAX`], or not visible ASCII.
pub fn session_id(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    match single(headers, &SESSION_ID) {
        Single::Absent => Ok(None),
        Single::Value(id)
            if (1..=SESSION_ID_BYTES_MAX).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            Ok(Some(id))
        }
        Single::Value(_) | Single::Malformed => {
            let error = RpcError::new(
                Code::InvalidRequest,
                "Mcp-Session-Id is no session id: send initialize again",
            );
            Err(error.refuse(None, false))
        }
    }
}
