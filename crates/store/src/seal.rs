use crate::{Error, audit::keys::AuditKey};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use model::Secret;
use sha2::{Digest, Sha256};
use std::{fmt, sync::Arc};

/// Layout of a sealed value: this byte, four bytes of the key's id, the nonce, ciphertext and tag.
const VERSION: u8 = 1;
const HEAD: usize = 5;

/// A key that is too short or no key at all.
#[derive(Debug, thiserror::Error)]
#[error(
    "the sealing key must be 32 random bytes in base64: make one with `openssl rand -base64 32`"
)]
pub struct WeakKey;

/// Seals values with AES-256-GCM, each bound to its place: a value moved to another row, column or account does not open.
///
/// Nonces are random 96-bit values, so one key may seal at most 2³² values.
pub struct Sealer {
    key: LessSafeKey,
    key_id: [u8; 4],
    tag: [u8; 32],
    audit: Arc<AuditKey>,
}

impl Sealer {
    /// A sealer with that key.
    ///
    /// # Errors
    ///
    /// [`WeakKey`] when it is not 32 bytes, or so regular that nobody drew it at random.
    pub fn new(key: &[u8]) -> Result<Self, WeakKey> {
        let distinct = key.iter().collect::<std::collections::BTreeSet<_>>().len();
        if key.len() != 32 || distinct < 16 {
            return Err(WeakKey);
        }
        let unbound = UnboundKey::new(&AES_256_GCM, key).map_err(|_| WeakKey)?;
        let digest = Sha256::digest([b"gatewright key id", key].concat());
        let key_id = [digest[0], digest[1], digest[2], digest[3]];
        Ok(Self {
            key: LessSafeKey::new(unbound),
            key_id,
            tag: tag(key),
            audit: Arc::new(AuditKey::new(hex(&key_id), &derive(key, b"gatewright audit"))),
        })
    }

    /// The key's id in hexadecimal: tells keys apart and says nothing about them.
    #[must_use]
    pub fn key_id(&self) -> String {
        hex(&self.key_id)
    }

    /// What marks and signs the audit log.
    pub(crate) fn audit_key(&self) -> &Arc<AuditKey> {
        &self.audit
    }

    /// What this key alone can make: kept in the database to know the key again by.
    pub(crate) fn tag(&self) -> &[u8; 32] {
        &self.tag
    }

    /// Seals `plain` for `place`, such as `acc_…|connection|con_…|sealed`. `nonce` is random and used once.
    #[must_use]
    pub fn seal(&self, place: &str, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Vec<u8> {
        let mut body = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place),
                &mut body,
            )
            .expect("AES-GCM seals anything below 64 GiB");
        let mut sealed = Vec::with_capacity(HEAD + NONCE_LEN + body.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.key_id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        sealed
    }

    /// Opens what [`Self::seal`] made for the same place.
    ///
    /// # Errors
    ///
    /// [`Error::Sealed`] for another key, another place, or altered bytes.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Secret, Error> {
        let (head, rest) = sealed.split_at_checked(HEAD).ok_or(Error::Sealed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Error::Sealed)?;
        if head[0] != VERSION || head[1..] != self.key_id {
            return Err(Error::Sealed);
        }
        let mut body = body.to_vec();
        let plain = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut body)
            .map_err(|_| Error::Sealed)?;
        Ok(Secret::new(plain.to_vec()))
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn tag(key: &[u8]) -> [u8; 32] {
    let derived = derive(key, b"gatewright key check");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &derived), b"gatewright");
    tag.as_ref().try_into().expect("HMAC-SHA256 gives 32 bytes")
}

/// A key for one purpose, made from the sealing key by HKDF (RFC 5869).
pub(crate) fn derive(key: &[u8], purpose: &[u8]) -> [u8; 32] {
    let mut derived = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(key)
        .expand(&[purpose], hkdf::HKDF_SHA256)
        .and_then(|derivation| derivation.fill(&mut derived))
        .expect("32 bytes are one block of HKDF-SHA256");
    derived
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::Sealer;

    fn key(first: u8) -> Vec<u8> {
        (0..32).map(|i| first.wrapping_add(i * 7)).collect()
    }

    #[test]
    fn opens_only_in_its_place_with_its_key() {
        let sealer = Sealer::new(&key(1)).unwrap();
        let sealed = sealer.seal("acc_1|connection|con_1|sealed", [9; 12], b"hunter2");
        assert_eq!(
            sealer.open("acc_1|connection|con_1|sealed", &sealed).unwrap().expose(),
            b"hunter2"
        );
        assert!(sealer.open("acc_2|connection|con_1|sealed", &sealed).is_err());
        assert!(
            Sealer::new(&key(2)).unwrap().open("acc_1|connection|con_1|sealed", &sealed).is_err()
        );
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(sealer.open("acc_1|connection|con_1|sealed", &altered).is_err(), "bit {bit}");
        }
        for end in 0..sealed.len() {
            assert!(sealer.open("acc_1|connection|con_1|sealed", &sealed[..end]).is_err());
        }
    }

    #[test]
    fn refuses_weak_keys() {
        for weak in [
            vec![],
            vec![0; 32],
            b"changeme".to_vec(),
            b"secretsecretsecretsecretsecretse".to_vec(),
            key(1)[..31].to_vec(),
        ] {
            assert!(Sealer::new(&weak).is_err());
        }
    }
}
