use super::charset;

/// A `Content-Type` in parts, in lower case.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Media {
    /// `type/subtype`; empty when there is none.
    pub(super) essence: String,
    pub(super) charset: Option<String>,
}

impl Media {
    pub(super) fn parse(content_type: Option<&str>) -> Self {
        let mut parts = content_type.unwrap_or_default().split(';').map(str::trim_ascii);
        let essence = parts.next().unwrap_or_default();
        let token = essence.bytes().all(|b| b.is_ascii_graphic())
            && essence.contains('/')
            && essence.len() <= 127;
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim_ascii()
                .eq_ignore_ascii_case("charset")
                .then(|| value.trim_ascii().trim_matches('"').to_ascii_lowercase())
        });
        Self { essence: if token { essence.to_ascii_lowercase() } else { String::new() }, charset }
    }

    pub(super) fn is_json(&self) -> bool {
        matches!(self.essence.as_str(), "application/json" | "text/json" | "application/x-json")
            || self.essence.ends_with("+json")
    }

    pub(super) fn is_html(&self) -> bool {
        matches!(self.essence.as_str(), "text/html" | "application/xhtml+xml")
    }

    fn is_text(&self) -> bool {
        const TEXTS: [&str; 16] = [
            "application/graphql",
            "application/javascript",
            "application/json-seq",
            "application/jsonl",
            "application/ndjson",
            "application/sql",
            "application/toml",
            "application/x-javascript",
            "application/x-jsonlines",
            "application/x-ndjson",
            "application/x-sh",
            "application/x-www-form-urlencoded",
            "application/x-yaml",
            "application/xml",
            "application/xml-dtd",
            "application/yaml",
        ];
        self.essence.starts_with("text/")
            || self.essence.ends_with("+xml")
            || self.essence.ends_with("+yaml")
            || TEXTS.binary_search(&self.essence.as_str()).is_ok()
    }
}

/// What a body is to a model.
#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    Json,
    Text,
    Image(String),
    Audio(String),
    Binary(String),
}

impl Kind {
    pub(super) fn mime_type(&self) -> &str {
        match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::Image(mime_type) | Self::Audio(mime_type) | Self::Binary(mime_type) => mime_type,
        }
    }
}

/// What a body is: by its declared type where its bytes do not contradict it.
pub(super) fn of(media: &Media, body: &[u8]) -> Kind {
    let named = |otherwise: &str| {
        if media.essence.is_empty() { otherwise.to_owned() } else { media.essence.clone() }
    };
    if media.is_json() {
        return Kind::Json;
    }
    if media.is_text() {
        // A text has no NUL but in UTF-16.
        let binary = memchr::memchr(0, body).is_some() && !charset::is_utf16(media, body);
        return if binary {
            Kind::Binary(image(body).unwrap_or("application/octet-stream").to_owned())
        } else {
            Kind::Text
        };
    }
    let unknown = matches!(
        media.essence.as_str(),
        "" | "application/octet-stream" | "binary/octet-stream" | "*/*"
    );
    // An image that is none would make the model's provider refuse the whole conversation.
    if let Some(mime_type) = image(body).filter(|_| unknown || media.essence.starts_with("image/"))
    {
        return Kind::Image(mime_type.to_owned());
    }
    if media.essence.starts_with("audio/") {
        return Kind::Audio(media.essence.clone());
    }
    let readable = || std::str::from_utf8(body).is_ok_and(|text| !text.chars().any(is_control));
    if unknown && media.essence.is_empty() && looks_like_json(body) {
        return Kind::Json;
    }
    if (unknown || media.essence.starts_with("image/")) && readable() {
        return Kind::Text;
    }
    Kind::Binary(named("application/octet-stream"))
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}')
}

fn looks_like_json(body: &[u8]) -> bool {
    matches!(
        body.trim_ascii_start().first(),
        Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
    )
}

/// The image types that models take, by their first bytes.
fn image(body: &[u8]) -> Option<&'static str> {
    match body {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Media, of};

    #[test]
    fn kinds() {
        let png: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";
        let image = |mime_type: &str| Kind::Image(mime_type.to_owned());
        let binary = |mime_type: &str| Kind::Binary(mime_type.to_owned());
        for (content_type, body, expected) in [
            ("application/json", &b"{}"[..], Kind::Json),
            ("Application/Problem+JSON; charset=UTF-8", b"<html>", Kind::Json),
            ("", b" [1]", Kind::Json),
            ("", b"hello", Kind::Text),
            ("nonsense", b"hello", Kind::Text),
            ("", b"\0\x01", binary("application/octet-stream")),
            ("text/plain", b"hello", Kind::Text),
            ("text/plain", b"h\0llo", binary("application/octet-stream")),
            ("text/plain", png, binary("image/png")),
            ("text/plain; charset=utf-16le", b"h\0i\0", Kind::Text),
            ("text/plain", b"\xff\xfeh\0i\0", Kind::Text),
            ("text/plain", b"{}", Kind::Text),
            ("application/xml", b"<a/>", Kind::Text),
            ("application/atom+xml", b"<a/>", Kind::Text),
            ("image/svg+xml", b"<svg/>", Kind::Text),
            ("image/png", png, image("image/png")),
            ("image/jpeg", png, image("image/png")),
            ("image/png", b"<html>no image</html>", Kind::Text),
            ("image/tiff", b"II*\0", binary("image/tiff")),
            ("image/png", b"\0\x01", binary("image/png")),
            ("application/octet-stream", png, image("image/png")),
            ("application/octet-stream", b"plain", Kind::Text),
            ("application/octet-stream", b"\x7fELF\x02\x01", binary("application/octet-stream")),
            ("audio/wav", b"RIFF\0\0\0\0WAVE", Kind::Audio("audio/wav".to_owned())),
            ("application/pdf", b"%PDF-1.7", binary("application/pdf")),
            ("video/mp4", b"\0\0", binary("video/mp4")),
        ] {
            let media = Media::parse(Some(content_type));
            assert_eq!(
                of(&media, body),
                expected,
                "{content_type} {:?}",
                String::from_utf8_lossy(body)
            );
        }
        assert_eq!(Media::parse(None), Media::default());
        assert_eq!(
            Media::parse(Some("text/plain; x=y; Charset=\"ISO-8859-1\"")).charset.as_deref(),
            Some("iso-8859-1")
        );
    }
}
