use crate::world::{Signing, part};
use oauth::{KEY_SET_BYTES_MAX, KEYS_MAX, KeySet, KeySetError};
use serde_json::{Value, json};

fn check(keys: Value, expected: Result<(), KeySetError>) {
    let text = json!({"keys": keys}).to_string();
    assert_eq!(KeySet::read(text.as_bytes()).map(drop), expected, "{text}");
}

fn rsa(bytes: usize, e: &str) -> Value {
    json!([{"kty": "RSA", "n": part(vec![0xff; bytes]), "e": e}])
}

#[test]
fn weak_and_foreign_keys_are_left_out() {
    use KeySetError::NoneUsable;
    check(rsa(256, "AQAB"), Ok(()));
    check(rsa(512, "Aw"), Ok(()));
    check(rsa(128, "AQAB"), Err(NoneUsable));
    check(rsa(255, "AQAB"), Err(NoneUsable));
    check(rsa(2_048, "AQAB"), Err(NoneUsable));
    for e in ["AQ", "AA", "", "BA", "AQAAAAE"] {
        check(rsa(256, e), Err(NoneUsable));
    }
    let with = |name: &str, value: Value| {
        let mut jwk = Signing::p256().jwk();
        jwk[name] = value;
        json!([jwk])
    };
    check(json!([Signing::p256().jwk()]), Ok(()));
    check(with("use", json!("enc")), Err(NoneUsable));
    check(with("key_ops", json!(["encrypt"])), Err(NoneUsable));
    check(with("alg", json!("ES384")), Err(NoneUsable));
    check(with("alg", json!("none")), Err(NoneUsable));
    check(with("crv", json!("secp256k1")), Err(NoneUsable));
    check(with("y", json!(part([1; 32]))), Err(NoneUsable));
    check(json!([{"kty": "PQ"}, 1, null]), Err(NoneUsable));
    check(json!([]), Err(NoneUsable));
}

#[test]
fn private_keys_are_refused_and_sets_have_bounds() {
    let mut jwk = Signing::ed25519().jwk();
    jwk["d"] = json!("AA");
    check(json!([jwk]), Err(KeySetError::Private));
    check(json!([{"kty": "oct", "k": "AA"}]), Err(KeySetError::Private));
    let one = Signing::p256().jwk();
    check(json!(vec![one.clone(); KEYS_MAX]), Ok(()));
    check(json!(vec![one; KEYS_MAX + 1]), Err(KeySetError::TooMany));
    for text in ["", "[]", "{}", "null", "{\"keys\":{}}", "<html>"] {
        assert_eq!(KeySet::read(text.as_bytes()).map(drop), Err(KeySetError::NotAKeySet), "{text}");
    }
    let large = " ".repeat(KEY_SET_BYTES_MAX + 1);
    assert_eq!(KeySet::read(large.as_bytes()).map(drop), Err(KeySetError::TooLarge));
}

#[test]
fn a_token_that_names_no_key_means_the_only_one() {
    let (one, mut two) = (Signing::p256().jwk(), Signing::p384().jwk());
    two["kid"] = json!("two");
    let read = |keys: Value| KeySet::read(json!({"keys": keys}).to_string().as_bytes()).unwrap();
    let single = read(json!([one]));
    assert!(single.find(None).is_some() && single.find(Some("two")).is_none());
    let both = read(json!([one, two]));
    assert!(both.find(None).is_none() && both.find(Some("two")).is_some());
}
