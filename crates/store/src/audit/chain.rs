use super::{AuditRow, chain_of, keys::AuditKeys};
use crate::{
    Error,
    engine::{Tx, on},
};
use sha2::{Digest, Sha256};

/// The hash before the first row.
pub(super) const START: [u8; 32] = [0; 32];
/// What the mark of a row is made for, and that of the head: one is never taken for the other, so an earlier row's mark does not
/// make it the end of its chain.
pub(super) const ROW: &[u8] = b"row";
const HEAD: &[u8] = b"head";

/// What a row says.
pub(super) struct Content<'a> {
    pub(super) id: &'a str,
    pub(super) at: i64,
    pub(super) actor_kind: &'a str,
    pub(super) actor_id: &'a str,
    pub(super) actor_name: &'a str,
    pub(super) source: Option<&'a str>,
    pub(super) via: &'a str,
    pub(super) event: &'a str,
    pub(super) object: &'a str,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    pub(super) request_id: Option<&'a str>,
}

/// The end of a chain.
pub(super) struct Head {
    pub(super) seq: i64,
    pub(super) hash: Vec<u8>,
    pub(super) mac: Vec<u8>,
    pub(super) key_id: String,
}

/// The SHA-256 of a row: of each field its length and its bytes, so that no two rows are written alike.
pub(super) fn hash(chain: &str, seq: i64, prev: &[u8], row: &Content<'_>) -> [u8; 32] {
    let mut digest = Sha256::new_with_prefix(b"gatewright audit row 1");
    let mut put = |field: Option<&[u8]>| match field {
        None => digest.update([0]),
        Some(bytes) => {
            digest.update([1]);
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        }
    };
    put(Some(chain.as_bytes()));
    put(Some(&seq.to_be_bytes()));
    put(Some(prev));
    put(Some(row.id.as_bytes()));
    put(Some(&row.at.to_be_bytes()));
    for text in [row.actor_kind, row.actor_id, row.actor_name] {
        put(Some(text.as_bytes()));
    }
    put(row.source.map(str::as_bytes));
    for text in [row.via, row.event, row.object] {
        put(Some(text.as_bytes()));
    }
    for text in [row.before, row.after, row.request_id] {
        put(text.map(str::as_bytes));
    }
    digest.finalize().into()
}

/// What the mark of a head is made of.
fn head_message(chain: &str, seq: i64, hash: &[u8]) -> Vec<u8> {
    [chain.as_bytes(), &[0], &seq.to_be_bytes(), hash].concat()
}

impl Head {
    /// Whether we have written it: nobody without the key can.
    pub(super) fn is_ours(&self, chain: &str, keys: &AuditKeys) -> bool {
        let message = head_message(chain, self.seq, &self.hash);
        keys.find(&self.key_id).is_some_and(|(_, key)| key.is_mark(HEAD, &message, &self.mac))
    }
}

/// Adds a row to the end of its chain, which stays locked until the transaction ends.
pub(super) async fn append(
    tx: &mut Tx,
    keys: &AuditKeys,
    chain: &str,
    row: &Content<'_>,
) -> Result<(), Error> {
    const NEXT: &str = "insert into audit_head (chain, seq, hash, mac, key_id, checkpoint_seq, checkpoint_at) \
         values ($1, 1, $2, $2, '', 0, 0) on conflict (chain) do update set seq = audit_head.seq + 1 \
         returning seq, hash, mac, key_id";
    const ROW_SQL: &str = "insert into audit_row (chain, seq, prev_hash, hash, mac, key_id, id, at, actor_kind, actor_id, \
         actor_name, source, via, event, object, before, after, request_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    const HEAD_SQL: &str =
        "update audit_head set hash = $1, mac = $2, key_id = $3 where chain = $4";
    let (seq, prev, mac, key_id): (i64, Vec<u8>, Vec<u8>, String) =
        on!(tx, |db| sqlx::query_as(NEXT)
            .bind(chain)
            .bind(START.as_slice())
            .fetch_one(&mut **db)
            .await?);
    let before = Head { seq: seq - 1, hash: prev, mac, key_id };
    // To go on from an end that somebody else wrote would give them our mark.
    if before.seq > 0 && !before.is_ours(chain, keys) {
        return Err(Error::AuditAltered);
    }
    let key = keys.current();
    let hash = hash(chain, seq, &before.hash, row);
    let mark = key.mark(ROW, &hash);
    on!(tx, |db| sqlx::query(ROW_SQL)
        .bind(chain)
        .bind(seq)
        .bind(before.hash.as_slice())
        .bind(hash.as_slice())
        .bind(mark.as_slice())
        .bind(&key.id)
        .bind(row.id)
        .bind(row.at)
        .bind(row.actor_kind)
        .bind(row.actor_id)
        .bind(row.actor_name)
        .bind(row.source)
        .bind(row.via)
        .bind(row.event)
        .bind(row.object)
        .bind(row.before)
        .bind(row.after)
        .bind(row.request_id)
        .execute(&mut **db)
        .await
        .map(drop)
        .map_err(taken)?);
    let end = key.mark(HEAD, &head_message(chain, seq, &hash));
    on!(tx, |db| sqlx::query(HEAD_SQL)
        .bind(hash.as_slice())
        .bind(end.as_slice())
        .bind(&key.id)
        .bind(chain)
        .execute(&mut **db)
        .await
        .map(drop)?);
    Ok(())
}

/// A row that stands where the chain ends is nobody's of ours.
fn taken(error: sqlx::Error) -> Error {
    match error.into() {
        Error::Duplicate => Error::AuditAltered,
        other => other,
    }
}

impl AuditRow {
    /// Adds the row to its account's chain.
    pub(crate) async fn append(&self, tx: &mut Tx, keys: &AuditKeys) -> Result<(), Error> {
        let texts = self.texts();
        append(tx, keys, &chain_of(self.account_id), &self.content(&texts)).await
    }
}
