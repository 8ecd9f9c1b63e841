use crate::world::{NOW, SECRET, hmac_token, part};
use oauth::{Jwt, Key, KeySet, SecretAlgorithm};
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_text_makes_it_panic(
        text in ".*",
        header in r#"\{("(alg|kid|crit|typ)":("HS256"|1|null|\[\]),?){0,3}\}"#,
        claims in r#"\{("(iss|sub|aud|exp|nbf)":("a"|1e400|-1|null|\[\]),?){0,6}\}"#,
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let _ = KeySet::read(text.as_bytes());
        let made = format!("{}.{}.{}", part(header), part(claims), part(signature));
        for text in [&text, &made] {
            if let Ok(jwt) = Jwt::read(text) {
                prop_assert!(jwt.verify(&Key::secret(SecretAlgorithm::Hs256, SECRET), NOW).is_err());
            }
        }
    }

    #[test]
    fn no_change_of_a_token_is_taken(at in 0_usize..150, by in 1_u8..64) {
        let claims = format!(r#"{{"iss":"a","sub":"b","aud":"c","exp":{NOW}}}"#);
        let good = hmac_token(r#"{"alg":"HS256"}"#, &claims, SECRET);
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut bytes = good.clone().into_bytes();
        let at = at % bytes.len();
        let Some(place) = ALPHABET.iter().position(|byte| *byte == bytes[at]) else { return Ok(()) };
        bytes[at] = ALPHABET[(place + usize::from(by)) % 64];
        let changed = String::from_utf8(bytes).unwrap();
        let key = Key::secret(SecretAlgorithm::Hs256, SECRET);
        let taken = Jwt::read(&changed).is_ok_and(|jwt| jwt.verify(&key, NOW).is_ok());
        prop_assert!(!taken, "{changed}");
    }
}
