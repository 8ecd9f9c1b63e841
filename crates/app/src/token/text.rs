use sha2::{Digest as _, Sha256};

/// Base62 digits of randomness: 178 bits.
const RANDOM_DIGITS: usize = 30;
/// Base62 digits of the CRC-32 over all before.
const CHECK_DIGITS: usize = 6;
const PREFIX: &str = "gwt_";
/// The length of every token.
pub(crate) const TOKEN_BYTES: usize = PREFIX.len() + RANDOM_DIGITS + 1 + CHECK_DIGITS;
/// Characters of a token that lists show: the prefix, and four of its digits.
pub(crate) const HINT_BYTES: usize = PREFIX.len() + 4;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What is stored of a token. It has 178 random bits, so a slow hash would protect nothing more.
pub(crate) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// `gwt_`, 30 random digits, `_`, and the checksum of all before.
pub(crate) fn format_token(random: &[u8; 32]) -> String {
    // Digits of a 256-bit number in base 62, the lowest 30 of 43: uniform to within 2⁻⁷⁷.
    let mut number = *random;
    let mut text = String::with_capacity(TOKEN_BYTES);
    text.push_str(PREFIX);
    for _ in 0..RANDOM_DIGITS {
        let mut rest = 0u32;
        for byte in &mut number {
            let part = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(part / 62)
                .expect("the remainder is below 62, so the quotient is below 256");
            rest = part % 62;
        }
        text.push(char::from(ALPHABET[rest as usize]));
    }
    let check = checksum(&text);
    text.push('_');
    text.extend(check.map(char::from));
    text
}

fn checksum(text: &str) -> [u8; CHECK_DIGITS] {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECK_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits
}

/// Whether `text` is written as a token is, checksum included: what is not costs no lookup.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.len() == TOKEN_BYTES
        && text.starts_with(PREFIX)
        && text[PREFIX.len()..]
            .bytes()
            .enumerate()
            .all(|(at, b)| if at == RANDOM_DIGITS { b == b'_' } else { b.is_ascii_alphanumeric() })
        && checksum(&text[..PREFIX.len() + RANDOM_DIGITS])
            == text.as_bytes()[TOKEN_BYTES - CHECK_DIGITS..]
}

#[cfg(test)]
mod tests {
    use super::{TOKEN_BYTES, format_token, is_well_formed};
    use crate::clock::entropy;

    #[test]
    fn every_token_is_well_formed_and_no_altered_one_is() {
        // T15: the checksum lets one in four thousand million through.
        let text = |random: [u8; 41]| -> String {
            let digit = |byte: u8| char::from(super::ALPHABET[usize::from(byte) % 62]);
            let mut text: String = random.into_iter().map(digit).collect();
            text.replace_range(..4, "gwt_");
            text.replace_range(34..35, "_");
            text
        };
        assert!((0..100_000).all(|_| !is_well_formed(&text(entropy()))));
        for _ in 0..100 {
            let token = format_token(&entropy());
            assert_eq!(token.len(), TOKEN_BYTES);
            assert!(is_well_formed(&token), "{token}");
            for at in 0..token.len() {
                let mut bytes = token.clone().into_bytes();
                bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
                let altered = String::from_utf8(bytes).unwrap();
                assert!(!is_well_formed(&altered), "{altered}");
            }
            assert!(!is_well_formed(&token[1..]));
            assert!(!is_well_formed(&format!("{token}a")));
            assert!(!is_well_formed(&token.replace('g', "\u{0261}")));
        }
    }
}
