use crate::jwt::Refusal;
use aws_lc_rs::{
    hmac,
    signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

/// Every algorithm that is taken (RFC 7518 §3.1, RFC 8037). `none` is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Hs256,
    Hs512,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "HS256" => Self::Hs256,
            "HS512" => Self::Hs512,
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }

    fn rsa(self) -> Option<&'static RsaParameters> {
        Some(match self {
            Self::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Self::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            Self::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
            Self::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
            Self::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
            Self::Hs256 | Self::Hs512 | Self::Es256 | Self::Es384 | Self::EdDsa => return None,
        })
    }
}

/// How a secret signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-512.
    Hs512,
}

impl SecretAlgorithm {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs512 => "HS512",
        }
    }

    /// The algorithm of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Hs256, Self::Hs512].into_iter().find(|one| one.as_str() == text)
    }

    fn key(self, secret: &[u8]) -> hmac::Key {
        match self {
            Self::Hs256 => hmac::Key::new(hmac::HMAC_SHA256, secret),
            Self::Hs512 => hmac::Key::new(hmac::HMAC_SHA512, secret),
        }
    }
}

/// What a signature is checked with. It says by itself which algorithms it takes: the token has no say.
#[derive(Debug)]
pub struct Key(pub(crate) Kind);

#[derive(Debug)]
pub(crate) enum Kind {
    Secret(SecretAlgorithm, Box<hmac::Key>),
    Rsa { n: Vec<u8>, e: Vec<u8>, only: Option<Algorithm> },
    Point(Algorithm, ParsedPublicKey),
}

impl Key {
    /// A secret.
    #[must_use]
    pub fn secret(algorithm: SecretAlgorithm, secret: &[u8]) -> Self {
        Self(Kind::Secret(algorithm, Box::new(algorithm.key(secret))))
    }

    pub(crate) fn check(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Refusal> {
        let wrong = |_| Refusal::Signature;
        match &self.0 {
            Kind::Secret(own, key) if Algorithm::parse(own.as_str()) == Some(algorithm) => {
                hmac::verify(key, message, signature).map_err(wrong)
            }
            Kind::Rsa { n, e, only } if only.is_none_or(|only| only == algorithm) => {
                let parameters = algorithm.rsa().ok_or(Refusal::Algorithm)?;
                let key = RsaPublicKeyComponents { n, e };
                key.verify(parameters, message, signature).map_err(wrong)
            }
            Kind::Point(own, key) if *own == algorithm => {
                key.verify_sig(message, signature).map_err(wrong)
            }
            Kind::Secret(..) | Kind::Rsa { .. } | Kind::Point(..) => Err(Refusal::Algorithm),
        }
    }
}

/// A token with those claims, signed with a secret that is named by `kid`.
///
/// # Errors
///
/// When the claims cannot be written.
pub fn sign(
    algorithm: SecretAlgorithm,
    secret: &[u8],
    kid: &str,
    claims: &impl Serialize,
) -> Result<String, serde_json::Error> {
    let header = serde_json::json!({ "alg": algorithm.as_str(), "typ": "JWT", "kid": kid });
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let header = part(header.to_string().as_bytes());
    let message = format!("{header}.{}", part(&serde_json::to_vec(claims)?));
    let tag = hmac::sign(&algorithm.key(secret), message.as_bytes());
    Ok(format!("{message}.{}", part(tag.as_ref())))
}
