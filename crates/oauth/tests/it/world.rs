//! Keys of each kind, and tokens that are signed with them.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The time in all these tests, in seconds since 1970.
pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const SECRET: &[u8] = b"gws_0123456789012345678901234567890123456789";

pub(crate) fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Claims that are right, with changes.
pub(crate) fn claims(changes: &Value) -> String {
    let mut claims = json!({"iss": "acme", "sub": "ada", "aud": "gatewright", "exp": NOW + 600});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| *value != json!("ABSENT"));
    claims.to_string()
}

/// A token whose header and claims are that text, with its signature by HMAC.
pub(crate) fn hmac_token(header: &str, claims: &str, secret: &[u8]) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", part(tag))
}

/// A private key, its public key as a JWK, and what it signs with.
pub(crate) enum Signing {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair, &'static str, usize),
    Ed(Ed25519KeyPair),
}

impl Signing {
    pub(crate) fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    pub(crate) fn p256() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(), "P-256", 32)
    }

    pub(crate) fn p384() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(), "P-384", 48)
    }

    pub(crate) fn ed25519() -> Self {
        Self::Ed(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn jwk(&self) -> Value {
        match self {
            Self::Rsa(pair) => {
                // RFC 8017 §A.1.1, of 2,048 bits: what stands before the modulus has always nine bytes.
                let der = pair.public_key().as_ref();
                json!({"kty": "RSA", "kid": "one", "n": part(&der[9..265]), "e": "AQAB"})
            }
            Self::Ec(pair, crv, bytes) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(*bytes);
                json!({"kty": "EC", "kid": "one", "crv": crv, "x": part(x), "y": part(y)})
            }
            Self::Ed(pair) => {
                json!({"kty": "OKP", "kid": "one", "crv": "Ed25519", "x": part(pair.public_key())})
            }
        }
    }

    /// A token with that header, signed as the algorithm in it says, where the key can.
    pub(crate) fn token(&self, alg: &str, claims: &str) -> String {
        let header = json!({"alg": alg, "kid": "one"}).to_string();
        let message = format!("{}.{}", part(header), part(claims));
        let random = SystemRandom::new();
        let signature = match self {
            Self::Rsa(pair) => {
                let padding: &dyn aws_lc_rs::signature::RsaEncoding =
                    if alg.starts_with("PS") { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message.as_bytes(), &mut signature).unwrap();
                signature
            }
            Self::Ec(pair, ..) => pair.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", part(signature))
    }
}
