use crate::{Error, Store, engine::on, seal::Key};
use aws_lc_rs::{
    constant_time,
    hmac::{self, HMAC_SHA256},
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use std::{
    fmt,
    sync::{Arc, PoisonError},
};

/// What one sealing key gives to the audit log: a key for the marks of rows and one for the signatures of checkpoints. Both are
/// made from the sealing key, so whoever holds the database alone can make neither mark nor signature.
pub(crate) struct AuditKey {
    pub(super) id: String,
    mac: hmac::Key,
    pair: Ed25519KeyPair,
}

/// The keys of all rows, in the order of their use; the last marks new rows.
#[derive(Default)]
pub(crate) struct AuditKeys(Vec<Arc<AuditKey>>);

impl AuditKey {
    /// The key with that seed, which is as secret as a sealing key.
    pub(crate) fn new(id: String, seed: &[u8; 32]) -> Self {
        let pair = crate::seal::derive(seed, b"gatewright audit checkpoint");
        Self {
            id,
            mac: hmac::Key::new(HMAC_SHA256, &crate::seal::derive(seed, b"gatewright audit mark")),
            pair: Ed25519KeyPair::from_seed_unchecked(&pair)
                .expect("any 32 bytes are a seed of Ed25519"),
        }
    }

    /// The mark of `message`, for `purpose`.
    pub(super) fn mark(&self, purpose: &[u8], message: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.mac);
        context.update(purpose);
        context.update(message);
        context.sign().as_ref().try_into().expect("HMAC-SHA256 gives 32 bytes")
    }

    pub(super) fn is_mark(&self, purpose: &[u8], message: &[u8], mark: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.mark(purpose, message), mark).is_ok()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public()).verify(message, signature).is_ok()
    }
}

impl AuditKeys {
    /// Of a database that knew one sealing key only.
    pub(crate) fn first(key: &Key) -> Self {
        Self(vec![Arc::clone(&key.audit)])
    }

    /// The key of that id and its place in the order.
    pub(super) fn find(&self, id: &str) -> Option<(usize, &AuditKey)> {
        let position = self.0.iter().position(|key| key.id == id)?;
        Some((position, &self.0[position]))
    }

    pub(super) fn current(&self) -> &AuditKey {
        self.0.last().expect("the sealing key always gives one")
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &AuditKey> {
        self.0.iter().map(Arc::as_ref)
    }
}

/// The place that an earlier key's seed is sealed for.
pub(crate) fn place(key_id: &str) -> String {
    format!("installation|audit_key|{key_id}|sealed")
}

impl Store {
    /// The keys of the audit log, as far as this process has read them.
    pub(crate) fn keys(&self) -> Arc<AuditKeys> {
        Arc::clone(&self.audit_keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys of earlier rows; the sealing key gives today's.
    pub(crate) async fn load_audit_keys(&self) -> Result<(), Error> {
        const SQL: &str = "select key_id, sealed from audit_key order by position";
        let rows: Vec<(String, Vec<u8>)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        let mut keys = Vec::with_capacity(rows.len() + 1);
        for (id, sealed) in rows {
            let seed = self.ring().sealer.open(&place(&id), &sealed)?;
            let seed = seed.expose().try_into();
            let seed = seed.map_err(|_| Error::Corrupt { column: "audit_key.sealed" })?;
            keys.push(Arc::new(AuditKey::new(id, seed)));
        }
        keys.push(Arc::clone(&self.ring().sealer.in_use().audit));
        *self.audit_keys.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(AuditKeys(keys));
        Ok(())
    }
}

impl fmt::Debug for AuditKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKeys(***)")
    }
}
