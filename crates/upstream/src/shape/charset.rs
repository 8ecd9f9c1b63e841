use super::kind::Media;
use bytes::Bytes;

/// 0x80 to 0x9f of windows-1252, which is what `iso-8859-1` means on the web.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a body. A byte order mark beats the declared charset and is removed; bytes that are no text in it, or
/// in UTF-8 where it is unknown, are replaced.
pub(super) fn decode(media: &Media, body: Bytes) -> String {
    match body.as_ref() {
        [0xef, 0xbb, 0xbf, rest @ ..] => return String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        _ => {}
    }
    match media.charset.as_deref() {
        Some("utf-16" | "utf-16le") => utf16(&body, u16::from_le_bytes),
        Some("utf-16be") => utf16(&body, u16::from_be_bytes),
        Some("iso-8859-1" | "iso8859-1" | "latin1" | "windows-1252" | "cp1252" | "iso-8859-15") => {
            body.iter().map(|byte| windows_1252(*byte)).collect()
        }
        _ => String::from_utf8(body.into())
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// Whether a body says that it is UTF-16.
pub(super) fn is_utf16(media: &Media, body: &[u8]) -> bool {
    matches!(body, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || matches!(media.charset.as_deref(), Some("utf-16" | "utf-16le" | "utf-16be"))
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks(2).map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        _ => 0xfffd,
    });
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Media, decode};
    use bytes::Bytes;

    #[test]
    fn charsets() {
        for (charset, body, expected) in [
            ("", &b"a\xc3\xa9"[..], "aé"),
            ("", b"\xef\xbb\xbf{}", "{}"),
            ("", b"a\xff", "a\u{fffd}"),
            ("utf-8", b"a\xc3\xa9", "aé"),
            ("ISO-8859-1", b"a\xe9\x80", "aé€"),
            ("iso-8859-1", b"\xef\xbb\xbf\xc3\xa9", "é"),
            ("utf-16le", b"a\0\xe9\0", "aé"),
            ("utf-16be", b"\0a\0\xe9", "aé"),
            ("utf-16", b"\xfe\xff\0a", "a"),
            ("", b"\xff\xfea\0=\xd8\x00\xde", "a😀"),
            ("utf-16le", b"\x3d\xd8a", "\u{fffd}\u{fffd}"),
            ("koi8-r", b"abc", "abc"),
        ] {
            let media = Media::parse(Some(&format!("text/plain; charset={charset}")));
            assert_eq!(decode(&media, Bytes::from_static(body)), expected, "{charset} {body:?}");
        }
    }
}
