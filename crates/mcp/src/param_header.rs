//! `Mcp-Param-*`: arguments of a tool that its schema repeats in headers (MCP 2026-07-28, Custom Headers).

use crate::{
    Json, Kind, RpcError,
    headers::{self, Single},
    modern::mismatch,
};
use http::{HeaderMap, HeaderName};
use std::borrow::Cow;

/// One `x-mcp-header` of a tool's input schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderParam {
    /// `mcp-param-` and the annotation's value.
    pub header: HeaderName,
    /// Where the argument is: member names from the root of the arguments.
    pub path: Vec<String>,
}

/// Checks that each annotated argument and its header say the same: both absent, or equal. Integers are compared as
/// numbers, so `42` and `42.0` are the same; an argument that is `null` is absent.
///
/// # Errors
///
/// The first that differs, is missing on one side, stands twice, or is malformed: `-32020`.
pub fn check_param_headers(
    headers: &HeaderMap,
    params: &[HeaderParam],
    arguments: Option<Json<'_>>,
) -> Result<(), RpcError> {
    for param in params {
        let mut value = arguments;
        for name in &param.path {
            value = value.and_then(|value| value.member(name));
        }
        let value = value.filter(|value| value.kind() != Kind::Null);
        let same = match (headers::single(headers, &param.header), value) {
            (Single::Absent, None) => true,
            // The schema refuses these; a header cannot hold them.
            (Single::Absent, Some(value)) => matches!(value.kind(), Kind::Object | Kind::Array),
            (Single::Value(text), Some(value)) => {
                headers::decoded(text).is_some_and(|text| says(&text, value))
            }
            (Single::Value(_), None) | (Single::Malformed, _) => false,
        };
        if !same {
            return Err(mismatch(
                param.header.as_str(),
                &format!("the argument {:?}", param.path.join(".")),
            ));
        }
    }
    Ok(())
}

fn says(text: &str, value: Json<'_>) -> bool {
    match value.kind() {
        Kind::String => value.string().is_some_and(|string| string == text),
        Kind::Bool => value.as_str() == text,
        Kind::Number => Decimal::parse(text)
            .is_some_and(|number| Decimal::parse(value.as_str()) == Some(number)),
        Kind::Object | Kind::Array | Kind::Null => false,
    }
}

/// A JSON number without its spelling: two are equal when they are the same number, at any length.
#[derive(PartialEq, Eq)]
struct Decimal<'a> {
    negative: bool,
    digits: Cow<'a, str>,
    exponent: i64,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let number = crate::check_json(text.as_bytes(), &crate::Limits::default()).ok()?;
        if number.kind() != Kind::Number || number.as_str() != text {
            return None;
        }
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let mut exponent: i64 = exponent.parse().ok()?;
        let digits = match mantissa.split_once('.') {
            None => Cow::Borrowed(mantissa),
            Some((whole, fraction)) => {
                exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
                Cow::Owned(format!("{whole}{fraction}"))
            }
        };
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self { negative: false, digits: Cow::Borrowed(""), exponent: 0 });
        }
        let dropped = digits.len() - digits.trim_end_matches('0').len();
        exponent = exponent.checked_add(i64::try_from(dropped).ok()?)?;
        Some(Self { negative, digits: Cow::Owned(significant.to_owned()), exponent })
    }
}

impl HeaderParam {
    /// The header for an annotation, or nothing when `suffix` is no header name.
    #[must_use]
    pub fn new(suffix: &str, path: Vec<String>) -> Option<Self> {
        let header = HeaderName::try_from(format!("mcp-param-{suffix}"))
            .ok()
            .filter(|_| !suffix.is_empty())?;
        Some(Self { header, path })
    }
}
