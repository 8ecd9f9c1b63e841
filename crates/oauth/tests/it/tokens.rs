use crate::world::{NOW, SECRET, Signing, claims, hmac_token, part};
use oauth::{JWT_BYTES_MAX, Jwt, Key, KeySet, Refusal, SecretAlgorithm, sign};
use serde_json::{Value, json};

const PLAIN: &str = r#"{"alg":"HS256","typ":"JWT","kid":"one"}"#;

fn verify(token: &str, key: &Key) -> Result<String, Refusal> {
    Jwt::read(token)?.verify(key, NOW).map(|claims| claims.sub.clone())
}

fn secret() -> Key {
    Key::secret(SecretAlgorithm::Hs256, SECRET)
}

#[test]
fn what_each_kind_of_key_signs_is_taken_and_nothing_else() {
    for (signing, own) in [
        (Signing::rsa(), &["RS256", "PS256"][..]),
        (Signing::p256(), &["ES256"]),
        (Signing::p384(), &["ES384"]),
        (Signing::ed25519(), &["EdDSA"]),
    ] {
        let set = json!({"keys": [signing.jwk()]}).to_string();
        let keys = KeySet::read(set.as_bytes()).unwrap();
        for alg in ["RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA", "HS256"] {
            let token = signing.token(alg, &claims(&json!({})));
            let taken = verify(&token, keys.find(Some("one")).unwrap());
            assert_eq!(taken.is_ok(), own.contains(&alg), "{alg}: {taken:?}");
        }
    }
}

#[test]
fn a_key_for_one_algorithm_is_for_no_other() {
    let signing = Signing::rsa();
    let mut jwk = signing.jwk();
    jwk["alg"] = json!("RS256");
    let keys = KeySet::read(json!({"keys": [jwk]}).to_string().as_bytes()).unwrap();
    let key = keys.find(Some("one")).unwrap();
    assert!(verify(&signing.token("RS256", &claims(&json!({}))), key).is_ok());
    let other = verify(&signing.token("PS256", &claims(&json!({}))), key);
    assert_eq!(other, Err(Refusal::Algorithm));
}

#[test]
fn headers_of_attackers() {
    let public = Signing::rsa().jwk();
    let check = |header: Value, expected: Refusal| {
        let token = hmac_token(&header.to_string(), &claims(&json!({})), SECRET);
        assert_eq!(verify(&token, &secret()), Err(expected), "{header}");
    };
    for alg in ["none", "None", "NONE", "", "hs256", "HS384", "RS256 "] {
        check(json!({"alg": alg}), Refusal::Algorithm);
    }
    for alg in ["HS512", "RS256", "ES256", "EdDSA"] {
        check(json!({"alg": alg}), Refusal::Algorithm);
    }
    for (name, value) in [
        ("jwk", public),
        ("jku", json!("https://127.0.0.1/keys")),
        ("x5u", json!("https://127.0.0.1/cert")),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("typ", json!("dpop+jwt")),
        ("typ", json!(1)),
        ("kid", json!(1)),
    ] {
        let mut header = json!({"alg": "HS256"});
        header[name] = value;
        check(header, Refusal::Header);
    }
    check(json!({"typ": "JWT"}), Refusal::Header);
    check(json!(["HS256", null, null]), Refusal::Header);
    let twice = hmac_token(r#"{"alg":"none","alg":"HS256"}"#, &claims(&json!({})), SECRET);
    assert_eq!(verify(&twice, &secret()), Err(Refusal::Header));
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        let header = json!({"alg": "HS256", "typ": typ}).to_string();
        assert!(verify(&hmac_token(&header, &claims(&json!({})), SECRET), &secret()).is_ok());
    }
}

#[test]
fn a_public_key_is_no_secret_and_no_signature_is_none() {
    let signing = Signing::rsa();
    let jwk = signing.jwk();
    let keys = KeySet::read(json!({"keys": [jwk]}).to_string().as_bytes()).unwrap();
    let key = keys.find(Some("one")).unwrap();
    let forged = hmac_token(PLAIN, &claims(&json!({})), jwk["n"].as_str().unwrap().as_bytes());
    assert_eq!(verify(&forged, key), Err(Refusal::Algorithm));
    let unsigned = format!("{}.{}.", part(r#"{"alg":"none"}"#), part(claims(&json!({}))));
    assert_eq!(verify(&unsigned, key), Err(Refusal::Algorithm));
    let unsigned = format!("{}.{}.", part(PLAIN), part(claims(&json!({}))));
    assert_eq!(verify(&unsigned, &secret()), Err(Refusal::Signature));
    let other = hmac_token(PLAIN, &claims(&json!({})), b"another");
    assert_eq!(verify(&other, &secret()), Err(Refusal::Signature));
}

#[test]
fn claims_and_times() {
    let check = |changes: Value, expected: Result<(), Refusal>| {
        let token = hmac_token(PLAIN, &claims(&changes), SECRET);
        assert_eq!(verify(&token, &secret()).map(drop), expected, "{changes}");
    };
    for name in ["iss", "sub", "aud", "exp"] {
        check(json!({name: "ABSENT"}), Err(Refusal::Claims));
        check(json!({name: null}), Err(Refusal::Claims));
        check(json!({name: {}}), Err(Refusal::Claims));
    }
    for exp in [json!("1800000600"), json!(1_800_000_600.5), json!(9_223_372_036_854_775_808_u64)] {
        check(json!({"exp": exp}), Err(Refusal::Claims));
    }
    for (exp, expected) in [
        (-1, Err(Refusal::Expired)),
        (i64::MIN, Err(Refusal::Expired)),
        (NOW - 60, Err(Refusal::Expired)),
        (NOW - 59, Ok(())),
        (NOW + 86_460, Ok(())),
        (NOW + 86_461, Err(Refusal::Life)),
        (i64::MAX, Err(Refusal::Life)),
    ] {
        check(json!({"exp": exp}), expected);
    }
    for name in ["nbf", "iat"] {
        check(json!({name: NOW + 60}), Ok(()));
        check(json!({name: NOW + 61}), Err(Refusal::Early));
        check(json!({name: i64::MAX}), Err(Refusal::Early));
        check(json!({name: "soon"}), Err(Refusal::Claims));
    }
    check(json!({"aud": ["other", "gatewright"]}), Ok(()));
    check(json!({"aud": [1]}), Err(Refusal::Claims));
    check(json!({"name": "Ada", "metadata": {"a": 1}, "apps": ["gmail"]}), Ok(()));
    check(json!({"apps": "gmail"}), Err(Refusal::Claims));
    let twice = claims(&json!({})).replacen('{', r#"{"sub":"bob","#, 1);
    assert_eq!(verify(&hmac_token(PLAIN, &twice, SECRET), &secret()), Err(Refusal::Claims));
}

#[test]
fn forms() {
    let good = hmac_token(PLAIN, &claims(&json!({})), SECRET);
    assert_eq!(verify(&good, &secret()), Ok("ada".to_owned()));
    let check = |text: String, expected: Refusal| {
        assert_eq!(verify(&text, &secret()), Err(expected), "{text}");
    };
    for text in ["", ".", "a", "gwt_000000000000000000000000000000_000000"] {
        check(text.to_owned(), Refusal::Form);
    }
    check(format!("{good}="), Refusal::Form);
    check(format!("{good} "), Refusal::Form);
    check(format!("{good}.{good}"), Refusal::Form);
    check(good.replacen('.', "..", 1), Refusal::Form);
    let long = claims(&json!({"name": "x".repeat(JWT_BYTES_MAX)}));
    check(hmac_token(PLAIN, &long, SECRET), Refusal::Form);
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, body) = message.split_once('.').unwrap();
    check(format!("{header}.{body}.{}", &signature[..signature.len() - 3]), Refusal::Signature);
    let other = part(claims(&json!({"sub": "bob"})));
    check(format!("{header}.{other}.{signature}"), Refusal::Signature);
}

#[test]
fn what_is_signed_here_is_taken_here() {
    let claims = json!({"iss": "acme", "sub": "ada", "aud": "gatewright", "exp": NOW + 1});
    for algorithm in [SecretAlgorithm::Hs256, SecretAlgorithm::Hs512] {
        let token = sign(algorithm, SECRET, "one", &claims).unwrap();
        let jwt = Jwt::read(&token).unwrap();
        assert_eq!((jwt.kid(), jwt.issuer()), (Some("one"), "acme"));
        assert!(jwt.is_for("gatewright") && !jwt.is_for("other"));
        assert!(jwt.verify(&Key::secret(algorithm, SECRET), NOW).is_ok());
    }
}
