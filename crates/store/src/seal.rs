use crate::{Error, audit::keys::AuditKey};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use model::Secret;
use sha2::{Digest, Sha256};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

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
/// Several keys may open, of which one seals: the one that the database says is in use. Nonces are random 96-bit values, so one key may
/// seal at most 2³² values. All copies of a sealer share their keys.
#[derive(Clone)]
pub struct Sealer {
    keys: Arc<RwLock<Keys>>,
}

struct Keys {
    all: Vec<Arc<Key>>,
    in_use: usize,
}

/// One sealing key, and what is made of it.
pub(crate) struct Key {
    aead: LessSafeKey,
    id: [u8; 4],
    tag: [u8; 32],
    /// What the keys of the audit log are made of: sealed with the next key when this one is replaced.
    pub(crate) audit_seed: Secret,
    pub(crate) audit: Arc<AuditKey>,
}

impl Key {
    fn new(key: &[u8]) -> Result<Self, WeakKey> {
        let distinct = key.iter().collect::<std::collections::BTreeSet<_>>().len();
        if key.len() != 32 || distinct < 16 {
            return Err(WeakKey);
        }
        let unbound = UnboundKey::new(&AES_256_GCM, key).map_err(|_| WeakKey)?;
        let digest = Sha256::digest([b"gatewright key id", key].concat());
        let id = [digest[0], digest[1], digest[2], digest[3]];
        let seed = derive(key, b"gatewright audit");
        Ok(Self {
            aead: LessSafeKey::new(unbound),
            id,
            tag: tag(key),
            audit_seed: Secret::new(seed.to_vec()),
            audit: Arc::new(AuditKey::new(hex(&id), &seed)),
        })
    }

    /// Its id in hexadecimal: tells keys apart and says nothing about them.
    pub(crate) fn id(&self) -> String {
        hex(&self.id)
    }

    /// The same, as sealed values name it.
    pub(crate) fn id_bytes(&self) -> [u8; 4] {
        self.id
    }

    /// What this key alone can make: kept in the database to know the key again by.
    pub(crate) fn tag(&self) -> &[u8; 32] {
        &self.tag
    }

    pub(crate) fn seal(&self, place: &str, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Vec<u8> {
        let mut body = plain.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.aead
            .seal_in_place_append_tag(unique, Aad::from(place), &mut body)
            .expect("AES-GCM seals anything below 64 GiB");
        let mut sealed = Vec::with_capacity(HEAD + NONCE_LEN + body.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        sealed
    }
}

impl Sealer {
    /// A sealer with that key alone.
    ///
    /// # Errors
    ///
    /// [`WeakKey`] when it is not 32 bytes, or so regular that nobody drew it at random.
    pub fn new(key: &[u8]) -> Result<Self, WeakKey> {
        Self::of(&[key])
    }

    /// A sealer with those keys, of which the first seals until the database says otherwise.
    pub(crate) fn of(keys: &[impl AsRef<[u8]>]) -> Result<Self, WeakKey> {
        let all: Vec<Arc<Key>> = keys
            .iter()
            .map(|key| Key::new(key.as_ref()).map(Arc::new))
            .collect::<Result<_, _>>()?;
        if all.is_empty() {
            return Err(WeakKey);
        }
        Ok(Self { keys: Arc::new(RwLock::new(Keys { all, in_use: 0 })) })
    }

    /// Seals `plain` for `place`, such as `acc_…|connection|con_…|sealed`. `nonce` is random and used once.
    #[must_use]
    pub fn seal(&self, place: &str, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Vec<u8> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.all[keys.in_use].seal(place, nonce, plain)
    }

    /// Opens what [`Self::seal`] made for the same place.
    ///
    /// # Errors
    ///
    /// [`Error::Sealed`] for another key, another place, or altered bytes.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Secret, Error> {
        let (head, rest) = sealed.split_at_checked(HEAD).ok_or(Error::Sealed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Error::Sealed)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.all.iter().find(|key| head[0] == VERSION && head[1..] == key.id);
        let key = key.ok_or(Error::Sealed)?;
        let mut body = body.to_vec();
        let plain = key
            .aead
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut body)
            .map_err(|_| Error::Sealed)?;
        Ok(Secret::new(plain.to_vec()))
    }

    /// The key that seals.
    pub(crate) fn in_use(&self) -> Arc<Key> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys.all[keys.in_use])
    }

    /// The key of that id.
    pub(crate) fn key(&self, id: &str) -> Option<Arc<Key>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.all.iter().find(|key| key.id() == id).map(Arc::clone)
    }

    /// The key that the operator has put first.
    pub(crate) fn first(&self) -> Arc<Key> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys.all[0])
    }

    /// Has the key of that id seal from now on. Says whether there is one.
    pub(crate) fn use_key(&self, id: &str) -> bool {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let found = keys.all.iter().position(|key| key.id() == id);
        keys.in_use = found.unwrap_or(keys.in_use);
        found.is_some()
    }

    /// Takes over the keys of another sealer that are new here. Nothing is forgotten: what a process could open it can open still.
    pub(crate) fn learn(&self, other: &Self) {
        let theirs = other.keys.read().unwrap_or_else(PoisonError::into_inner).all.clone();
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        for key in theirs {
            if !keys.all.iter().any(|known| known.id == key.id) {
                keys.all.push(key);
            }
        }
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
    fn every_key_opens_and_one_seals() {
        let (old, new) = (Sealer::new(&key(1)).unwrap(), Sealer::new(&key(2)).unwrap());
        let (before, after) = (old.seal("x", [1; 12], b"a"), new.seal("x", [1; 12], b"a"));
        let both = old.clone();
        both.learn(&new);
        assert_eq!(both.seal("x", [1; 12], b"a"), before, "until the database says otherwise");
        assert!(both.use_key(&new.in_use().id()) && !both.use_key("00000000"));
        assert_eq!(both.seal("x", [1; 12], b"a"), after);
        for sealed in [&before, &after] {
            assert_eq!(old.open("x", sealed).unwrap().expose(), b"a", "copies share their keys");
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
            assert!(Sealer::of(&[key(1), weak]).is_err());
        }
    }
}
