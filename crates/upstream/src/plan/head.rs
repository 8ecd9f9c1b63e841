use super::{
    PlanError,
    form::{content_text, is_json},
    given,
    text::Encode,
    value::{Flat, ascii, flatten},
};
use crate::{Arguments, MAX_HEADER_VALUE_BYTES};
use http::{HeaderMap, HeaderName, HeaderValue, header::COOKIE};
use model::{FixedHeader, Parameter, ParameterEncoding, Style};

/// Headers that carry the credential, frame the message or belong to one connection: no argument sets them.
const RESERVED: [&str; 17] = [
    "authorization",
    "proxy-authorization",
    "proxy-authenticate",
    "proxy-connection",
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "cookie",
    "accept-encoding",
];

/// Whether no argument may set the header of that name: [`crate::plan`] refuses a call that tries to.
#[must_use]
pub fn is_reserved_header(name: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// Headers that every request has. A parameter of the same name takes the place of one.
pub(super) fn push_fixed(headers: &mut HeaderMap, fixed: &[FixedHeader]) -> Result<(), PlanError> {
    for one in fixed {
        let name = HeaderName::try_from(one.name.as_str()).ok();
        let name = name.filter(|name| !is_reserved_header(name.as_str()));
        let value = HeaderValue::try_from(one.value.as_str()).ok();
        let (Some(name), Some(value)) = (name, value) else {
            return Err(PlanError::Definition("a header of every request is none that may be set"));
        };
        headers.insert(name, value);
    }
    Ok(())
}

pub(super) fn push_header(
    headers: &mut HeaderMap,
    parameter: &Parameter,
    arguments: &Arguments<'_>,
) -> Result<(), PlanError> {
    let Some(raw) = given(parameter, arguments)? else { return Ok(()) };
    let argument = &parameter.argument;
    if is_reserved_header(&parameter.name) {
        return Err(PlanError::ReservedHeader(argument.clone()));
    }
    let name = HeaderName::try_from(parameter.name.as_str())
        .map_err(|_| PlanError::Definition("a header's name is no header name"))?;
    let text = match &parameter.encoding {
        ParameterEncoding::Style { explode, .. } => match flatten(argument, raw)? {
            Flat::Many(items) if items.is_empty() => return Ok(()),
            Flat::Pairs(pairs) if pairs.is_empty() => return Ok(()),
            value => joined(&value, *explode, Encode::Verbatim, ","),
        },
        ParameterEncoding::Content { media_type } if is_json(media_type) => ascii(raw),
        ParameterEncoding::Content { media_type } => {
            content_text(argument, media_type, raw)?.into_owned()
        }
    };
    let printable = text.bytes().all(|b| matches!(b, b' '..=b'~'));
    if !printable || text.len() > MAX_HEADER_VALUE_BYTES || text.trim_ascii().len() != text.len() {
        return Err(PlanError::NotAHeaderValue(argument.clone()));
    }
    let value =
        HeaderValue::try_from(text).map_err(|_| PlanError::NotAHeaderValue(argument.clone()))?;
    headers.insert(name, value);
    Ok(())
}

/// Appends the cookies of one parameter to the value of the `Cookie` header.
pub(super) fn push_cookie(
    cookies: &mut String,
    parameter: &Parameter,
    arguments: &Arguments<'_>,
) -> Result<(), PlanError> {
    let Some(raw) = given(parameter, arguments)? else { return Ok(()) };
    let argument = &parameter.argument;
    let separator = if cookies.is_empty() { "" } else { "; " };
    let mut name = String::new();
    Encode::Component.push(&mut name, &parameter.name);
    let (style, explode) = match &parameter.encoding {
        ParameterEncoding::Style { style, explode, .. } => (*style, *explode),
        ParameterEncoding::Content { media_type } => {
            cookies.push_str(separator);
            cookies.push_str(&name);
            cookies.push('=');
            Encode::Component.push(cookies, &content_text(argument, media_type, raw)?);
            return Ok(());
        }
    };
    let start = cookies.len();
    let encode = if style == Style::Cookie { Encode::Verbatim } else { Encode::Component };
    // OpenAPI's table has `&` between exploded items of `form` even in a cookie; `cookie` (3.2) is there to repair it.
    let between = if style == Style::Cookie { "; " } else { "&" };
    match flatten(argument, raw)? {
        Flat::Many(items) if items.is_empty() => return Ok(()),
        Flat::Pairs(pairs) if pairs.is_empty() => return Ok(()),
        Flat::Many(items) if explode => {
            for (index, item) in items.iter().enumerate() {
                cookies.push_str(if index == 0 { separator } else { between });
                cookies.push_str(&name);
                cookies.push('=');
                push_octets(cookies, argument, item, encode)?;
            }
        }
        Flat::Pairs(pairs) if explode => {
            for (index, (member, value)) in pairs.iter().enumerate() {
                cookies.push_str(if index == 0 { separator } else { between });
                Encode::Component.push(cookies, member);
                cookies.push('=');
                push_octets(cookies, argument, value, encode)?;
            }
        }
        Flat::One(text) => {
            cookies.push_str(separator);
            cookies.push_str(&name);
            cookies.push('=');
            push_octets(cookies, argument, &text, encode)?;
        }
        value => {
            cookies.push_str(separator);
            cookies.push_str(&name);
            cookies.push('=');
            // Here a comma is the delimiter of the style.
            let text = joined(&value, false, encode, ",");
            text.split(',').try_for_each(|piece| check_octets(argument, piece))?;
            cookies.push_str(&text);
        }
    }
    if cookies.len() - start > MAX_HEADER_VALUE_BYTES {
        Err(PlanError::CookiesTooLong)
    } else {
        Ok(())
    }
}

pub(super) fn finish_cookies(headers: &mut HeaderMap, cookies: String) -> Result<(), PlanError> {
    if cookies.is_empty() {
        return Ok(());
    }
    if cookies.len() > MAX_HEADER_VALUE_BYTES {
        return Err(PlanError::CookiesTooLong);
    }
    headers.insert(
        COOKIE,
        HeaderValue::try_from(cookies)
            .map_err(|_| PlanError::Definition("a cookie's name is none"))?,
    );
    Ok(())
}

fn push_octets(
    cookies: &mut String,
    argument: &str,
    text: &str,
    encode: Encode,
) -> Result<(), PlanError> {
    if encode == Encode::Verbatim {
        check_octets(argument, text)?;
    }
    encode.push(cookies, text);
    Ok(())
}

/// RFC 6265 §4.1.1 `cookie-octet`.
fn check_octets(argument: &str, text: &str) -> Result<(), PlanError> {
    let octet = |b: u8| matches!(b, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
    if text.bytes().all(octet) {
        Ok(())
    } else {
        Err(PlanError::NotACookieValue(argument.to_owned()))
    }
}

/// OpenAPI's `simple`: `a,b`, `k,v,k,v` or, exploded, `k=v,k=v`.
fn joined(value: &Flat<'_>, explode: bool, encode: Encode, delimiter: &str) -> String {
    let mut out = String::new();
    match value {
        Flat::One(text) => encode.push(&mut out, text),
        Flat::Many(items) => {
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { delimiter });
                encode.push(&mut out, item);
            }
        }
        Flat::Pairs(pairs) => {
            for (index, (name, value)) in pairs.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { delimiter });
                encode.push(&mut out, name);
                out.push_str(if explode { "=" } else { delimiter });
                encode.push(&mut out, value);
            }
        }
    }
    out
}
