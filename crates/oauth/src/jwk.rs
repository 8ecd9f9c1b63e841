use crate::key::{Algorithm, Key, Kind};
use aws_lc_rs::signature::{self, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// The largest key set that is read, in bytes.
pub const KEY_SET_BYTES_MAX: usize = 256 << 10;
/// Keys of one set.
pub const KEYS_MAX: usize = 100;
/// Bytes of an RSA modulus: 2,048 to 4,096 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
/// Bytes of an RSA exponent.
const EXPONENT_BYTES_MAX: usize = 4;

/// Public keys of an issuer, by their ids (RFC 7517 §5).
#[derive(Debug)]
pub struct KeySet(Vec<(Option<String>, Key)>);

/// Why a key set is not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeySetError {
    /// Too large.
    #[error("the key set is larger than {KEY_SET_BYTES_MAX} bytes")]
    TooLarge,
    /// No key set.
    #[error("this is no JSON Web Key Set: send an object with a list of keys (RFC 7517 §5)")]
    NotAKeySet,
    /// Too many keys.
    #[error("the key set has more than {KEYS_MAX} keys")]
    TooMany,
    /// A key that nobody else may know.
    #[error(
        "the key set holds a private or symmetric key: send public keys alone, and replace this one"
    )]
    Private,
    /// Nothing to check a signature with.
    #[error(
        "the key set has no key to check signatures with: RSA of 2,048 to 4,096 bits, P-256, P-384 or Ed25519"
    )]
    NoneUsable,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
}

impl KeySet {
    /// Reads a key set. Keys for other uses, and of kinds that are not known, are left out.
    ///
    /// # Errors
    ///
    /// [`KeySetError`].
    pub fn read(text: &[u8]) -> Result<Self, KeySetError> {
        if text.len() > KEY_SET_BYTES_MAX {
            return Err(KeySetError::TooLarge);
        }
        if !text.trim_ascii_start().starts_with(b"{") {
            return Err(KeySetError::NotAKeySet);
        }
        let set: Set = serde_json::from_slice(text).map_err(|_| KeySetError::NotAKeySet)?;
        if set.keys.len() > KEYS_MAX {
            return Err(KeySetError::TooMany);
        }
        let mut keys = Vec::with_capacity(set.keys.len());
        for one in set.keys {
            let Ok(jwk) = serde_json::from_str::<Jwk>(one.get()) else { continue };
            if jwk.d.is_some() || jwk.k.is_some() {
                return Err(KeySetError::Private);
            }
            let kid = jwk.kid.clone();
            keys.extend(jwk.key().map(|key| (kid, key)));
        }
        if keys.is_empty() { Err(KeySetError::NoneUsable) } else { Ok(Self(keys)) }
    }

    /// The key that a token names; for one that names none, the only one that there is.
    #[must_use]
    pub fn find(&self, kid: Option<&str>) -> Option<&Key> {
        match (kid, self.0.as_slice()) {
            (None, [(_, only)]) => Some(only),
            (None, _) => None,
            (Some(kid), keys) => {
                keys.iter().find(|(own, _)| own.as_deref() == Some(kid)).map(|(_, key)| key)
            }
        }
    }
}

impl Jwk {
    fn key(&self) -> Option<Key> {
        let signs = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let verifies = self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let only = match &self.alg {
            Some(alg) => Some(Algorithm::parse(alg)?),
            None => None,
        };
        let kind = match (self.kty.as_str(), self.crv.as_deref()) {
            _ if !signs || !verifies => None,
            ("RSA", _) => self.rsa(only),
            ("EC", Some("P-256")) => self.ec(Algorithm::Es256, 32),
            ("EC", Some("P-384")) => self.ec(Algorithm::Es384, 48),
            ("OKP", Some("Ed25519")) => {
                let point = ParsedPublicKey::new(&signature::ED25519, member(&self.x, 32)?);
                point.ok().map(|key| Kind::Point(Algorithm::EdDsa, key))
            }
            _ => None,
        }?;
        // A key for one algorithm is for no other.
        let fits = match &kind {
            Kind::Point(own, _) => only.is_none_or(|only| only == *own),
            Kind::Rsa { .. } | Kind::Secret(..) => true,
        };
        fits.then_some(Key(kind))
    }

    fn rsa(&self, only: Option<Algorithm>) -> Option<Kind> {
        let (n, e) = (number(self.n.as_ref()?)?, number(self.e.as_ref()?)?);
        let odd = e.last().is_some_and(|last| last % 2 == 1) && e != [1];
        let sound = RSA_BYTES.contains(&n.len()) && n[0] >= 0x80 && e.len() <= EXPONENT_BYTES_MAX;
        (sound && odd).then_some(Kind::Rsa { n, e, only })
    }

    fn ec(&self, algorithm: Algorithm, bytes: usize) -> Option<Kind> {
        // An uncompressed point (SEC 1 §2.3.3).
        let point = [vec![4], member(&self.x, bytes)?, member(&self.y, bytes)?].concat();
        let parsed = match algorithm {
            Algorithm::Es256 => ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point),
            _ => ParsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point),
        };
        parsed.ok().map(|key| Kind::Point(algorithm, key))
    }
}

/// A member of so many bytes.
fn member(text: &Option<String>, bytes: usize) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.as_ref()?).ok().filter(|found| found.len() == bytes)
}

/// A number without zeros in front.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[first..].to_vec())
}
