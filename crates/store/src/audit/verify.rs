use super::{
    Checkpoint,
    chain::{self, Content, Head},
    chain_of,
    keys::AuditKeys,
};
use crate::{
    Error, Store,
    engine::on,
    seal::{hex, unhex},
};
use model::{AccountId, Timestamp};
use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};
use std::{collections::BTreeMap, fmt};

/// Rows read at a time.
const PAGE: i64 = 2_000;

/// What a look at every row of a chain has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is as it was written, and none is missing.
    Intact {
        /// So many.
        rows: i64,
    },
    /// Somebody else has written to the chain.
    Broken {
        /// The first row that is not as it was written, or not there.
        seq: i64,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not there, though later ones are.
    Missing,
    /// It does not say what its hash, or the row before it, says.
    Altered,
    /// Its hash is right, but its mark was not made with our key.
    Forged,
    /// It and all after it are gone.
    Cut,
    /// It comes after the end of the chain.
    Beyond,
    /// The chain's end was not written by us.
    Head,
    /// A checkpoint in the database does not fit it.
    Checkpoint,
    /// A checkpoint from elsewhere does not fit it.
    Anchor,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Altered => "was altered",
            Self::Forged => "was not written by Gatewright",
            Self::Cut => "and all after it were removed",
            Self::Beyond => "stands behind the end of the log",
            Self::Head => "is where the end of the log was altered",
            Self::Checkpoint => "does not fit its signed checkpoint",
            Self::Anchor => "does not fit the checkpoint from elsewhere",
        })
    }
}

/// A row as it is stored.
struct Stored {
    seq: i64,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
    mac: Vec<u8>,
    key_id: String,
    id: String,
    at: i64,
    actor_kind: String,
    actor_id: String,
    actor_name: String,
    source: Option<String>,
    via: String,
    event: String,
    object: String,
    before: Option<String>,
    after: Option<String>,
    request_id: Option<String>,
}

/// Row, hash, time, key and signature of a checkpoint.
type CheckpointRow = (i64, Vec<u8>, i64, String, Vec<u8>);

/// The look so far.
struct Walk<'a> {
    account: Option<AccountId>,
    chain: String,
    keys: &'a AuditKeys,
    /// By row: hashes that somebody has kept elsewhere.
    anchors: BTreeMap<i64, &'a str>,
    last: i64,
    hash: Vec<u8>,
    /// Keys go forward only: an old one marks nothing after a newer one.
    key: usize,
}

impl Store {
    /// Looks at every row of the audit log of the account, or of the installation. `anchors` are checkpoints that were kept elsewhere:
    /// without one, the removal of the newest rows together with the chain's end as it was then cannot be seen.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] when an anchor was not signed by this installation.
    pub async fn verify_audit(
        &self,
        account: Option<AccountId>,
        anchors: &[Checkpoint],
    ) -> Result<Verdict, Error> {
        let keys = self.keys();
        let own = anchors.iter().filter(|anchor| anchor.account_id == account);
        let mut walk = Walk {
            account,
            chain: chain_of(account),
            keys: &keys,
            anchors: own.clone().map(|anchor| (anchor.seq, anchor.hash.as_str())).collect(),
            last: 0,
            hash: chain::START.to_vec(),
            key: 0,
        };
        for anchor in own {
            let message = anchor.message();
            let key = keys.all().find(|key| hex(key.public()) == anchor.public_key);
            let signature = unhex(&anchor.signature).ok_or(Error::Checkpoint)?;
            if !key.is_some_and(|key| key.has_signed(message.as_bytes(), &signature)) {
                return Err(Error::Checkpoint);
            }
        }
        let found = walk.rows(self).await?;
        Ok(found.unwrap_or(Verdict::Intact { rows: walk.last }))
    }
}

impl Walk<'_> {
    fn broken(seq: i64, fault: Fault) -> Option<Verdict> {
        Some(Verdict::Broken { seq, fault })
    }

    /// What is wrong, if anything is.
    async fn rows(&mut self, store: &Store) -> Result<Option<Verdict>, Error> {
        loop {
            let rows = self.page(store).await?;
            if rows.is_empty() {
                match self.end(store).await? {
                    End::Fits => return Ok(None),
                    End::Grown => continue,
                    End::Broken(verdict) => return Ok(Some(verdict)),
                }
            }
            let until = rows.last().map_or(0, |row| row.seq);
            let mut checkpoints = self.checkpoints(store, until).await?.into_iter().peekable();
            for row in rows {
                if let Some(fault) = self.row(&row) {
                    let seq = if fault == Fault::Missing { self.last + 1 } else { row.seq };
                    return Ok(Self::broken(seq, fault));
                }
                while let Some(checkpoint) = checkpoints.next_if(|point| point.0 <= row.seq) {
                    if !self.fits(&checkpoint) {
                        return Ok(Self::broken(row.seq, Fault::Checkpoint));
                    }
                }
            }
        }
    }

    fn row(&mut self, row: &Stored) -> Option<Fault> {
        if row.seq > self.last + 1 {
            return Some(Fault::Missing);
        }
        let hash = chain::hash(&self.chain, row.seq, &self.hash, &row.content());
        if row.seq < 1 || row.prev_hash != self.hash || row.hash != hash {
            return Some(Fault::Altered);
        }
        let key = self.keys.find(&row.key_id).filter(|(position, key)| {
            *position >= self.key && key.is_mark(chain::ROW, &hash, &row.mac)
        });
        let Some((position, _)) = key else { return Some(Fault::Forged) };
        if self.anchors.get(&row.seq).is_some_and(|anchor| *anchor != hex(&hash)) {
            return Some(Fault::Anchor);
        }
        (self.key, self.last) = (position, row.seq);
        self.hash.copy_from_slice(&hash);
        None
    }

    fn fits(&self, (seq, hash, at, key_id, signature): &CheckpointRow) -> bool {
        let Ok(at) = Timestamp::from_millisecond(*at) else { return false };
        let checkpoint = Checkpoint {
            account_id: self.account,
            seq: *seq,
            hash: hex(hash),
            at,
            public_key: String::new(),
            signature: String::new(),
        };
        let message = checkpoint.message();
        let signed = self
            .keys
            .find(key_id)
            .is_some_and(|(_, key)| key.has_signed(message.as_bytes(), signature));
        signed && *seq == self.last && *hash == self.hash
    }

    async fn page(&self, store: &Store) -> Result<Vec<Stored>, Error> {
        const SQL: &str = "select seq, prev_hash, hash, mac, key_id, id, at, actor_kind, actor_id, actor_name, source, \
             via, event, object, before, after, request_id from audit_row \
             where chain = $1 and seq > $2 order by seq limit $3";
        // A row before the first is one too many as well.
        let after = if self.last == 0 { i64::MIN } else { self.last };
        Ok(on!(store.reader, |db| sqlx::query_as(SQL)
            .bind(&self.chain)
            .bind(after)
            .bind(PAGE)
            .fetch_all(db)
            .await?))
    }

    async fn checkpoints(&self, store: &Store, until: i64) -> Result<Vec<CheckpointRow>, Error> {
        const SQL: &str = "select seq, hash, at, key_id, signature from audit_checkpoint \
             where chain = $1 and seq > $2 and seq <= $3 order by seq";
        Ok(on!(store.reader, |db| sqlx::query_as(SQL)
            .bind(&self.chain)
            .bind(self.last)
            .bind(until)
            .fetch_all(db)
            .await?))
    }

    /// Whether the chain ends where its last row is.
    async fn end(&self, store: &Store) -> Result<End, Error> {
        const SIGNED: &str = "select coalesce(max(seq), 0) from audit_checkpoint where chain = $1";
        const HEAD: &str = "select seq, hash, mac, key_id from audit_head where chain = $1";
        let broken = |seq, fault| End::Broken(Verdict::Broken { seq, fault });
        // In this order: a head that is read later is never behind the checkpoint.
        let (signed,): (i64,) =
            on!(store.reader, |db| sqlx::query_as(SIGNED).bind(&self.chain).fetch_one(db).await?);
        let head: Option<(i64, Vec<u8>, Vec<u8>, String)> =
            on!(store.reader, |db| sqlx::query_as(HEAD)
                .bind(&self.chain)
                .fetch_optional(db)
                .await?);
        let anchored = self.anchors.keys().next_back().copied().unwrap_or(0);
        let Some((seq, hash, mac, key_id)) = head else {
            // An account begins with the row of its making.
            let empty = self.account.is_none() && self.last == 0 && signed == 0 && anchored == 0;
            return Ok(if empty { End::Fits } else { broken(self.last + 1, Fault::Cut) });
        };
        let head = Head { seq, hash, mac, key_id };
        if !head.is_ours(&self.chain, self.keys) {
            return Ok(broken(self.last + 1, Fault::Head));
        }
        if head.seq < self.last {
            return Ok(broken(head.seq + 1, Fault::Beyond));
        }
        if head.seq > self.last {
            // Rows that came since the last page, or rows that are gone.
            let more = self.page(store).await?;
            return Ok(if more.is_empty() {
                broken(self.last + 1, Fault::Cut)
            } else {
                End::Grown
            });
        }
        Ok(match signed.max(anchored) {
            end if end > self.last => broken(self.last + 1, Fault::Cut),
            _ if head.hash != self.hash => broken(self.last, Fault::Head),
            _ => End::Fits,
        })
    }
}

enum End {
    Fits,
    Grown,
    Broken(Verdict),
}

impl Stored {
    fn content(&self) -> Content<'_> {
        Content {
            id: &self.id,
            at: self.at,
            actor_kind: &self.actor_kind,
            actor_id: &self.actor_id,
            actor_name: &self.actor_name,
            source: self.source.as_deref(),
            via: &self.via,
            event: &self.event,
            object: &self.object,
            before: self.before.as_deref(),
            after: self.after.as_deref(),
            request_id: self.request_id.as_deref(),
        }
    }
}

// More columns than a tuple can have. By number, since there may be millions.
impl<'r, R: Row> FromRow<'r, R> for Stored
where
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get(0)?,
            prev_hash: row.try_get(1)?,
            hash: row.try_get(2)?,
            mac: row.try_get(3)?,
            key_id: row.try_get(4)?,
            id: row.try_get(5)?,
            at: row.try_get(6)?,
            actor_kind: row.try_get(7)?,
            actor_id: row.try_get(8)?,
            actor_name: row.try_get(9)?,
            source: row.try_get(10)?,
            via: row.try_get(11)?,
            event: row.try_get(12)?,
            object: row.try_get(13)?,
            before: row.try_get(14)?,
            after: row.try_get(15)?,
            request_id: row.try_get(16)?,
        })
    }
}
