use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use memchr::memmem;
use model::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use std::fmt::Write as _;

/// What stands in the place of a secret.
const MASK: &str = "***";
/// Shorter secrets would blot out ordinary words.
const MIN_BYTES: usize = 4;
/// The same for results, where a mask inside a number would break the JSON.
const MIN_BYTES_OF_RESULTS: usize = 8;
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Takes secrets out of what an API answered.
pub(super) struct Redactor<'a> {
    secrets: &'a [Secret],
}

impl<'a> Redactor<'a> {
    pub(super) fn new(secrets: &'a [Secret]) -> Self {
        Self { secrets }
    }

    /// Replaces the secrets as they are: one search each, for answers of any size.
    pub(super) fn raw(&self, mut text: String) -> String {
        for secret in self.secrets {
            for part in parts(secret.expose()) {
                if part.len() >= MIN_BYTES_OF_RESULTS
                    && memmem::find(text.as_bytes(), part).is_some()
                {
                    text = replace(&text, part);
                }
            }
        }
        text
    }

    /// Replaces the secrets as they are, and in base64, hexadecimal, percent-encoded and as JSON strings.
    pub(super) fn text(&self, mut text: String) -> String {
        for secret in self.secrets {
            for part in parts(secret.expose()) {
                text = replace(&text, part);
                for form in forms(part) {
                    text = replace(&text, form.as_bytes());
                }
            }
        }
        text
    }
}

/// A secret, and what follows an authentication scheme in it; of `Basic`, the password too.
fn parts(secret: &[u8]) -> Vec<&[u8]> {
    let mut parts = vec![secret];
    if let Some(space) = secret.iter().position(|b| *b == b' ') {
        parts.push(&secret[space + 1..]);
    }
    if let Some(colon) = secret.iter().position(|b| *b == b':') {
        parts.push(&secret[colon + 1..]);
    }
    parts.retain(|part| part.len() >= MIN_BYTES);
    parts
}

fn forms(part: &[u8]) -> Vec<String> {
    let hexadecimal = part.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let mut forms = vec![
        STANDARD.encode(part),
        STANDARD_NO_PAD.encode(part),
        URL_SAFE_NO_PAD.encode(part),
        percent_encode(part, NON_ALPHANUMERIC).to_string(),
        percent_encode(part, RESERVED).to_string(),
        hexadecimal.to_ascii_uppercase(),
        hexadecimal,
    ];
    if let Ok(text) = std::str::from_utf8(part)
        && let Ok(quoted) = serde_json::to_string(text)
    {
        forms.push(quoted[1..quoted.len() - 1].to_owned());
        forms.push(quoted[1..quoted.len() - 1].replace('/', "\\/"));
    }
    if let Some(decoded) =
        STANDARD.decode(part).ok().and_then(|bytes| String::from_utf8(bytes).ok())
    {
        // `Basic`: the header holds base64, and an API may echo what is in it.
        forms.extend(decoded.split_once(':').map(|(_, password)| password.to_owned()));
        forms.push(decoded);
    }
    forms.retain(|form| form.len() >= MIN_BYTES);
    forms
}

fn replace(text: &str, secret: &[u8]) -> String {
    match std::str::from_utf8(secret) {
        Ok(secret) => text.replace(secret, MASK),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MASK, Redactor};
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use model::Secret;

    #[test]
    fn every_form() {
        let secrets = [Secret::from("Bearer s3cr/t+\"k\u{e9}y?".to_owned())];
        let key = "s3cr/t+\"k\u{e9}y?";
        for echoed in [
            key.to_owned(),
            STANDARD.encode(key),
            STANDARD.encode(key).replace('=', ""),
            STANDARD.encode(key).replace('+', "-").replace('/', "_").replace('=', ""),
            "s3cr%2Ft%2B%22k%C3%A9y%3F".to_owned(),
            "s3cr/t+\\\"k\u{e9}y?".to_owned(),
            "s3cr\\/t+\\\"k\u{e9}y?".to_owned(),
            "733363722f742b226bc3a9793f".to_owned(),
        ] {
            let text = Redactor::new(&secrets).text(format!("got <{echoed}> twice <{echoed}>"));
            assert_eq!(text, format!("got <{MASK}> twice <{MASK}>"), "{echoed}");
        }
    }

    #[test]
    fn basic_is_taken_apart() {
        let secrets = [Secret::from(format!("Basic {}", STANDARD.encode("user:hunter22")))];
        let text = Redactor::new(&secrets).text("password hunter22 of user:hunter22".to_owned());
        assert_eq!(text, "password *** of user:***");
        let secrets = [Secret::from("user:hunter22".to_owned())];
        assert_eq!(Redactor::new(&secrets).text("hunter22".to_owned()), MASK);
    }

    #[test]
    fn short_secrets_are_left() {
        let secrets = [Secret::from("a".to_owned()), Secret::new(vec![0xff, 0xfe, 0xfd, 0xfc])];
        assert_eq!(Redactor::new(&secrets).text("a banana".to_owned()), "a banana");
    }
}
