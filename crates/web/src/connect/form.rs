//! What a browser sends when a form is sent (`application/x-www-form-urlencoded`).

use super::render::{self, Again, Page};
use app::{Entered, Error};
use axum::body::Body;
use http::{HeaderMap, StatusCode, header};
use model::Secret;
use percent_encoding::percent_decode;
use std::{borrow::Cow, collections::BTreeMap};

/// The largest form, in bytes.
const FORM_BYTES_MAX: usize = 64 << 10;
/// Inputs of one form.
const INPUTS_MAX: usize = 64;

/// The inputs of a form. `Debug` is not for them: most are secret.
pub(super) struct Form(BTreeMap<String, Secret>);

impl Form {
    /// Reads a form.
    ///
    /// # Errors
    ///
    /// A page that says what is wrong.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Page> {
        let wrong = |status, message| render::notice(status, "This cannot be read", message);
        let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = media.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(wrong(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send the page's own form."));
        }
        let body = axum::body::to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| {
            wrong(StatusCode::PAYLOAD_TOO_LARGE, "What was entered is too long, or did not arrive.")
        })?;
        let pairs = pairs(&body);
        let pairs =
            pairs.ok_or_else(|| wrong(StatusCode::BAD_REQUEST, "Send the page's own form."))?;
        Ok(Self(pairs.into_iter().map(|(name, value)| (name, Secret::from(value))).collect()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.0.get(name)?.expose()).ok()
    }

    /// What was chosen and entered.
    pub(super) fn entered(&self) -> Entered {
        let text = |name: &str| self.get(name).unwrap_or_default().to_owned();
        Entered { app: text("app"), way: text("way"), values: self.0.clone() }
    }

    /// The form once more, with what is wrong with it.
    pub(super) fn again(&self, error: &Error) -> Again {
        let text = |name: &str| self.get(name).unwrap_or_default().to_owned();
        Again {
            app: text("app"),
            way: text("way"),
            values: self.0.clone(),
            field: error.field.as_deref().map(str::to_owned),
            message: error.message.clone().into_owned(),
        }
    }
}

/// The pairs of a form or a query; none when one is there twice (RFC 6749 §3.1), when there are too many, or for what is no UTF-8.
pub(super) fn pairs(text: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for pair in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
        let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
        let name = decoded(&pair[..at])?;
        let value = decoded(pair.get(at + 1..).unwrap_or_default())?;
        if found.insert(name, value).is_some() || found.len() > INPUTS_MAX {
            return None;
        }
    }
    Some(found)
}

fn decoded(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    match percent_decode(&spaced).decode_utf8().ok()? {
        Cow::Borrowed(text) => Some(text.to_owned()),
        Cow::Owned(text) => Some(text),
    }
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn forms() {
        let check = |text: &str, expected: Option<&[(&str, &str)]>| {
            let found = pairs(text.as_bytes());
            let expected = expected.map(|pairs| {
                pairs
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect()
            });
            assert_eq!(found, expected, "{text}");
        };
        check("", Some(&[]));
        check("a=b&c=d%26+e", Some(&[("a", "b"), ("c", "d& e")]));
        check("a&b=", Some(&[("a", ""), ("b", "")]));
        check("a=b=c", Some(&[("a", "b=c")]));
        check("a=%C3%A9", Some(&[("a", "é")]));
        check("a=1&a=2", None);
        check("a=%FF", None);
        let many: String = (0..65).map(|at| format!("{at}=&")).collect();
        assert_eq!(pairs(many.as_bytes()), None);
    }
}
