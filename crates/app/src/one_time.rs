use crate::clock::entropy;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Secret;
use sha2::{Digest as _, Sha256};

/// Characters of 256 random bits in base64.
const CHARS: usize = 43;

/// A secret of 256 random bits: the secret part of a link, or a cookie. Kept as its hash alone.
pub(crate) fn mint() -> (Secret, [u8; 32]) {
    let text = URL_SAFE_NO_PAD.encode(entropy::<32>());
    let hash = Sha256::digest(text.as_bytes()).into();
    (Secret::from(text), hash)
}

/// A text of 256 random bits, for what this process shares with itself alone.
#[must_use]
pub fn random_secret() -> Secret {
    mint().0
}

/// The hash of what came in, if it is written as such a secret is: what is not costs no look at the database.
pub(crate) fn digest(text: &str) -> Option<[u8; 32]> {
    let fits = text.len() == CHARS
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    fits.then(|| Sha256::digest(text.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::{digest, mint};

    #[test]
    fn a_secret_is_known_again_and_nothing_else_is_looked_for() {
        let (secret, hash) = mint();
        let text = std::str::from_utf8(secret.expose()).unwrap();
        assert_eq!(digest(text), Some(hash));
        for bad in [
            "",
            &text[1..],
            &format!("{text}0"),
            &format!("{}\0", &text[1..]),
            &format!("{}+", &text[1..]),
        ] {
            assert_eq!(digest(bad), None, "{bad:?}");
        }
    }
}
