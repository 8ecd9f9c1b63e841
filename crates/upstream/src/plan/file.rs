use super::{
    PlanError,
    form::essence,
    value::{map, string},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// What is sent for a file whose type nobody said.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// A file that an argument holds.
pub(super) struct File {
    pub(super) bytes: Vec<u8>,
    /// Less its folders.
    pub(super) filename: Option<String>,
    media_type: Option<String>,
}

/// Reads `{"text": …}` or `{"base64": …}`, both with optional `filename` and `contentType`.
pub(super) fn read(argument: &str, raw: &str) -> Result<File, PlanError> {
    let not_a_file = || PlanError::NotAFile(argument.to_owned());
    if !raw.starts_with('{') {
        return Err(not_a_file());
    }
    let members = map(argument, raw)?;
    let member = |wanted: &str| {
        let found = members.iter().find(|(name, raw)| name == wanted && *raw != "null");
        found.map(|(_, raw)| string(raw).ok_or_else(not_a_file)).transpose()
    };
    let bytes = match (member("text")?, member("base64")?) {
        (Some(text), None) => text.into_owned().into_bytes(),
        (None, Some(text)) => {
            let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
            alphabet
                .decode(text.as_bytes())
                .map_err(|_| PlanError::NotBase64(argument.to_owned()))?
        }
        (None, None) | (Some(_), Some(_)) => return Err(not_a_file()),
    };
    let media_type = member("contentType")?.map(|text| text.into_owned());
    if media_type.as_deref().is_some_and(|text| !is_media_type(text)) {
        let argument = format!("{argument}.contentType");
        return Err(PlanError::MediaType { argument, expected: "image/png".to_owned() });
    }
    let filename = member("filename")?.and_then(|name| {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        (!matches!(last, "" | "." | "..")).then(|| last.to_owned())
    });
    Ok(File { bytes, filename, media_type })
}

impl File {
    /// The media type to send where `allowed` is asked for: one type, a range, or a list of both. The file's own when
    /// it fits, else the first that is no range; for a range alone what the bytes look like.
    pub(super) fn media_type_within(
        &self,
        argument: &str,
        allowed: &str,
    ) -> Result<String, PlanError> {
        let ranges = || allowed.split(',').map(str::trim_ascii).filter(|range| !range.is_empty());
        let concrete = ranges().find(|range| !range.contains('*'));
        match &self.media_type {
            Some(own) if ranges().any(|range| covers(range, own)) => Ok(own.clone()),
            // The description is exact: what it says is what the API takes.
            _ if ranges().count() == 1 && concrete.is_some() => Ok(allowed.trim_ascii().to_owned()),
            Some(_) => Err(PlanError::MediaType {
                argument: format!("{argument}.contentType"),
                expected: ranges().collect::<Vec<_>>().join(", "),
            }),
            None => Ok(concrete
                .map_or_else(|| self.guess(ranges().next().unwrap_or("*/*")), str::to_owned)),
        }
    }

    /// The file's own media type, or `application/octet-stream`.
    pub(super) fn media_type(&self) -> &str {
        self.media_type.as_deref().unwrap_or(UNKNOWN)
    }

    fn guess(&self, range: &str) -> String {
        let signatures: [(&[u8], &str); 6] = [
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"\xff\xd8\xff", "image/jpeg"),
            (b"GIF8", "image/gif"),
            (b"%PDF-", "application/pdf"),
            (b"PK\x03\x04", "application/zip"),
            (b"OggS", "audio/ogg"),
        ];
        let seen = signatures
            .iter()
            .find(|(bytes, media_type)| self.bytes.starts_with(bytes) && covers(range, media_type));
        // An API that takes images takes no octet streams, so the commonest of the family is the better guess.
        let common = [UNKNOWN, "image/png", "audio/mpeg", "video/mp4", "text/plain", "font/woff2"];
        let common = || common.into_iter().find(|media_type| covers(range, media_type));
        seen.map(|(_, media_type)| *media_type).or_else(common).unwrap_or(UNKNOWN).to_owned()
    }
}

/// Whether a media range such as `image/*` covers a media type, parameters aside.
fn covers(range: &str, media_type: &str) -> bool {
    let (range, media_type) = (essence(range), essence(media_type));
    match range.strip_suffix("/*") {
        Some("*") => true,
        Some(family) => {
            media_type.split('/').next().is_some_and(|own| own.eq_ignore_ascii_case(family))
        }
        None => range == "*" || range.eq_ignore_ascii_case(media_type),
    }
}

/// `type/subtype`, perhaps with parameters, in printable ASCII.
fn is_media_type(text: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'+-.^_`|~".contains(&b))
    };
    text.len() <= 255
        && text.bytes().all(|b| matches!(b, b' '..=b'~'))
        && essence(text).split_once('/').is_some_and(|(family, kind)| token(family) && token(kind))
}

#[cfg(test)]
mod tests {
    use super::{PlanError, read};

    #[test]
    fn contents() {
        let bytes = |raw: &str| read("f", raw).map(|file| file.bytes);
        assert_eq!(bytes(r#"{"text":"aé"}"#).unwrap(), "aé".as_bytes());
        for text in ["_-8=", "_-8", "/+8=", "/+8"] {
            assert_eq!(
                bytes(&format!(r#"{{"base64":"{text}"}}"#)).unwrap(),
                [0xff, 0xef],
                "{text}"
            );
        }
        assert_eq!(bytes(r#"{"base64":"","text":null}"#).unwrap(), b"");
        for text in ["/+8\\n", " /+8", "é", "/+8-", "A", "a==="] {
            let refused = bytes(&format!(r#"{{"base64":"{text}"}}"#));
            assert_eq!(refused, Err(PlanError::NotBase64("f".into())), "{text}");
        }
        for raw in [r#""a""#, "{}", r#"{"text":"a","base64":"aa"}"#, r#"{"text":7}"#, "[]"] {
            assert_eq!(bytes(raw), Err(PlanError::NotAFile("f".into())), "{raw}");
        }
    }

    #[test]
    fn file_names_have_no_folders() {
        for (name, expected) in [
            ("a.png", Some("a.png")),
            ("../../x", Some("x")),
            ("..\\\\..\\\\x", Some("x")),
            ("/etc/passwd", Some("passwd")),
            ("..", None),
            ("a/", None),
            ("", None),
        ] {
            let raw = format!(r#"{{"text":"","filename":"{name}"}}"#);
            assert_eq!(read("f", &raw).unwrap().filename.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn media_types() {
        let sent = |own: Option<&str>, allowed: &str, base64: &str| {
            let own = own.map(|own| format!(r#","contentType":"{own}""#)).unwrap_or_default();
            read("f", &format!(r#"{{"base64":"{base64}"{own}}}"#))?.media_type_within("f", allowed)
        };
        for (own, allowed, expected) in [
            (None, "image/png", "image/png"),
            (Some("image/gif"), "image/png", "image/png"),
            (Some("image/gif"), "image/*", "image/gif"),
            (Some("text/csv; charset=x"), "*/*", "text/csv; charset=x"),
            (Some("image/gif"), "image/png, image/gif", "image/gif"),
            (None, "image/*, image/gif", "image/gif"),
            (None, "*/*", "application/octet-stream"),
            (None, "image/*", "image/png"),
            (None, "text/*, image/*", "text/plain"),
            (None, "application/*", "application/octet-stream"),
            (None, "chemical/*", "application/octet-stream"),
        ] {
            assert_eq!(sent(own, allowed, "AAAA").unwrap(), expected, "{own:?} {allowed}");
        }
        assert_eq!(sent(None, "image/*", "iVBORw0KGgoAAAA").unwrap(), "image/png");
        assert!(sent(Some("text/plain"), "image/*", "").is_err());
        for bad in ["", "png", "image/", "/png", "image/p ng", "a/b\\r\\nx: y", "image/*"] {
            assert!(sent(Some(bad), "*/*", "").is_err(), "{bad}");
        }
    }
}
