//! Text in JSON strings: finding its end, undoing and making escapes, and cutting it for people.

use std::borrow::Cow;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// A bit in each byte of `word` that is a quote, a backslash or a control character. The lowest is right; those above
/// it may be a borrow's doing.
fn specials(word: u64) -> u64 {
    let quote = word ^ (LOW * u64::from(b'"'));
    let backslash = word ^ (LOW * u64::from(b'\\'));
    let control = word.wrapping_sub(LOW * 0x20) & !word;
    ((quote.wrapping_sub(LOW) & !quote) | (backslash.wrapping_sub(LOW) & !backslash) | control)
        & HIGH
}

/// How many bytes from the start of `bytes` stand for themselves in a JSON string: up to the first quote, backslash
/// or control character, or to the end.
pub(crate) fn plain_prefix(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let hit = specials(u64::from_le_bytes(*chunk));
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = &bytes[at..];
    at + rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20).unwrap_or(rest.len())
}

/// Appends `text` as a JSON string, quotes included.
pub(crate) fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    push_escaped(out, text.as_bytes());
    out.push(b'"');
}

/// Appends `text`, which is UTF-8, escaped as the inside of a JSON string.
pub(crate) fn push_escaped(out: &mut Vec<u8>, mut text: &[u8]) {
    // Eight bytes are copied before it is known how many of them stay: cheaper than a call for each short run.
    while let Some(chunk) = text.first_chunk::<8>() {
        let end = out.len();
        out.extend_from_slice(chunk);
        let hit = specials(u64::from_le_bytes(*chunk));
        if hit == 0 {
            text = &text[8..];
        } else {
            let plain = (hit.trailing_zeros() / 8) as usize;
            out.truncate(end + plain);
            push_special(out, chunk[plain]);
            text = &text[plain + 1..];
        }
    }
    for &byte in text {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            push_special(out, byte);
        } else {
            out.push(byte);
        }
    }
}

fn push_special(out: &mut Vec<u8>, special: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match special {
        b'"' | b'\\' => special,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        control => {
            let (high, low) = (HEX[usize::from(control >> 4)], HEX[usize::from(control & 15)]);
            return out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// The text that the inside of a JSON string stands for. `inner` passed the scanner, so its escapes are whole and
/// its surrogates paired.
pub(crate) fn unescape(inner: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', inner.as_bytes()) else { return Cow::Borrowed(inner) };
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    let mut next = Some(first);
    while let Some(at) = next {
        out.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        let mut used = 2;
        match escape {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let high = unit(rest, at + 2);
                used = 6;
                let mut code = high;
                if (0xd800..0xdc00).contains(&high) {
                    code = 0x1_0000
                        + ((high - 0xd800) << 10)
                        + unit(rest, at + 8).wrapping_sub(0xdc00);
                    used = 12;
                }
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => out.push(char::from(other)),
        }
        rest = rest.get(at + used..).unwrap_or_default();
        next = memchr::memchr(b'\\', rest.as_bytes());
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn unit(text: &str, at: usize) -> u32 {
    text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
}

/// `text` without control and bidirectional-override characters, cut to `max` bytes at a character's border.
pub(crate) fn clean(text: Cow<'_, str>, max: usize) -> Cow<'_, str> {
    if text.len() <= max && text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text;
    }
    let unwanted = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let text = if text.chars().take(max + 1).any(unwanted) {
        Cow::Owned(text.chars().filter(|&c| !unwanted(c)).take(max).collect::<String>())
    } else {
        text
    };
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// A few characters of hostile text, quoted, for an error message.
pub(crate) fn shown(text: &str) -> String {
    let cut: String = text.chars().take(64).collect();
    if cut.len() < text.len() { format!("{cut:?}…") } else { format!("{cut:?}") }
}

#[cfg(test)]
mod tests {
    use super::{clean, plain_prefix, push_string, shown, unescape};
    use proptest::prelude::*;

    #[test]
    fn finds_the_first_special_byte_at_every_offset() {
        for special in [b'"', b'\\', 0, 0x1f] {
            for at in 0..40 {
                let mut bytes = vec![b'a'; 40];
                bytes[at] = special;
                bytes[39] = b'"';
                assert_eq!(plain_prefix(&bytes), at, "{special:#x}");
            }
        }
        assert_eq!(plain_prefix(&[0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xff, 0xa2, 0xdc]), 10);
    }

    #[test]
    fn cuts_for_people() {
        assert_eq!(clean("a\u{1b}[31m\u{202e}b".into(), 256), "a[31mb");
        assert_eq!(clean("ééé".into(), 3), "é");
        assert_eq!(clean("x".repeat(1 << 20).into(), 256).len(), 256);
        assert_eq!(shown("a\u{0}\"b"), r#""a\0\"b""#);
        assert!(shown(&"x".repeat(1 << 20)).len() < 80);
    }

    proptest! {
        #[test]
        fn escaping_is_what_serde_reads_back(text in ".*", extra in proptest::collection::vec(any::<char>(), 0..40)) {
            let text = text + &extra.into_iter().collect::<String>();
            let mut out = Vec::new();
            push_string(&mut out, &text);
            prop_assert_eq!(&serde_json::from_slice::<String>(&out).unwrap(), &text);
            let inner = std::str::from_utf8(&out[1..out.len() - 1]).unwrap();
            prop_assert_eq!(unescape(inner), text);
        }

        #[test]
        fn unescaping_agrees_with_serde(text in r#"([a-c/]|\\["\\/bfnrt]|\\u00[0-9a-fA-F]{2}|\\ud83d\\ude00|\\u[1-9a-c][0-9a-f]{3}|é|😀)*"#) {
            let quoted = format!("\"{text}\"");
            prop_assert_eq!(unescape(&text), serde_json::from_str::<String>(&quoted).unwrap());
        }

        #[test]
        fn plain_prefix_agrees_with_a_loop(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let slow = bytes.iter().position(|&b| b < 0x20 || b == b'"' || b == b'\\').unwrap_or(bytes.len());
            prop_assert_eq!(plain_prefix(&bytes), slow);
        }
    }
}
