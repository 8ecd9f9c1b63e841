use super::{INSTALLATION, chain::Head};
use crate::{Error, Store, engine::on, seal::hex};
use model::{AccountId, Timestamp};
use std::time::Duration;

/// Rows after which a chain is signed at once.
const ROWS: i64 = 1_000;

/// A signature over the end of a chain as it was: kept elsewhere, it shows later that rows are missing at the end, which nothing in the
/// database can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The chain's account; absent for the installation's.
    pub account_id: Option<AccountId>,
    /// The last row.
    pub seq: i64,
    /// Its hash, in hexadecimal as all bytes here.
    pub hash: String,
    /// When it was signed.
    pub at: Timestamp,
    /// The Ed25519 key that verifies the signature.
    pub public_key: String,
    /// The signature over [`Checkpoint::message`].
    pub signature: String,
}

type HeadRow = (String, i64, Vec<u8>, Vec<u8>, String);
/// Row, hash, time, public key and signature.
type CheckpointRow = (i64, Vec<u8>, i64, Vec<u8>, Vec<u8>);

impl Checkpoint {
    /// What is signed: `gatewright audit checkpoint 1`, the chain (an account's id, or `installation`), the row's number, its hash in
    /// hexadecimal and the time in milliseconds, a line each.
    #[must_use]
    pub fn message(&self) -> String {
        let (chain, at) = (self.chain(), self.at.as_millisecond());
        format!("gatewright audit checkpoint 1\n{chain}\n{}\n{}\n{at}\n", self.seq, self.hash)
    }

    /// The name of the chain: the account's id, or `installation`.
    #[must_use]
    pub fn chain(&self) -> String {
        super::chain_of(self.account_id)
    }

    /// The account of the chain with that name; none for a name that no chain has.
    #[must_use]
    #[allow(clippy::option_option, reason = "no such chain, and no account, are two answers")]
    pub fn account_of(chain: &str) -> Option<Option<AccountId>> {
        match chain {
            INSTALLATION => Some(None),
            id => id.parse().ok().map(Some),
        }
    }
}

impl Store {
    /// Signs the end of every chain that has grown by 1,000 rows, or was signed `older_than` ago and has grown since. Gives the new
    /// checkpoints, to be written where the database's keeper cannot reach them.
    ///
    /// # Errors
    ///
    /// [`Error::AuditAltered`] for the end of a chain that is not ours: it is not signed.
    pub async fn checkpoint(
        &self,
        now: Timestamp,
        older_than: Duration,
    ) -> Result<Vec<Checkpoint>, Error> {
        const DUE: &str = "select chain, seq, hash, mac, key_id from audit_head where seq > checkpoint_seq \
             and (seq >= checkpoint_seq + $1 or checkpoint_at <= $2) order by chain";
        let older_than = i64::try_from(older_than.as_millis()).unwrap_or(i64::MAX);
        let before = now.as_millisecond().saturating_sub(older_than);
        let due: Vec<HeadRow> = on!(self.reader, |db| sqlx::query_as(DUE)
            .bind(ROWS)
            .bind(before)
            .fetch_all(db)
            .await?);
        let mut made = Vec::new();
        for (chain, seq, hash, mac, key_id) in due {
            let head = Head { seq, hash, mac, key_id };
            if !head.is_ours(&chain, &self.keys()) {
                return Err(Error::AuditAltered);
            }
            made.extend(self.sign(&chain, head, now).await?);
        }
        Ok(made)
    }

    /// Signs the end of the account's chain, unless it is signed, and gives the newest checkpoint; none for a chain without rows.
    ///
    /// # Errors
    ///
    /// [`Error::AuditAltered`] for an end that is not ours: it is not signed.
    pub async fn sign_audit(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<Checkpoint>, Error> {
        const HEAD: &str = "select chain, seq, hash, mac, key_id from audit_head \
             where chain = $1 and seq > checkpoint_seq";
        let name = super::chain_of(Some(account));
        let unsigned: Option<HeadRow> =
            on!(self.reader, |db| sqlx::query_as(HEAD).bind(&name).fetch_optional(db).await?);
        if let Some((chain, seq, hash, mac, key_id)) = unsigned {
            let head = Head { seq, hash, mac, key_id };
            if !head.is_ours(&chain, &self.keys()) {
                return Err(Error::AuditAltered);
            }
            self.sign(&chain, head, now).await?;
        }
        self.newest_checkpoint(account).await
    }

    async fn newest_checkpoint(&self, account: AccountId) -> Result<Option<Checkpoint>, Error> {
        const SQL: &str = "select seq, hash, at, public_key, signature from audit_checkpoint \
             where chain = $1 order by seq desc limit 1";
        let row: Option<CheckpointRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(super::chain_of(Some(account)))
            .fetch_optional(db)
            .await?);
        let checkpoint = |(seq, hash, at, public_key, signature): CheckpointRow| {
            Ok(Checkpoint {
                account_id: Some(account),
                seq,
                hash: hex(&hash),
                at: Timestamp::from_millisecond(at)
                    .map_err(|_| Error::Corrupt { column: "audit_checkpoint.at" })?,
                public_key: hex(&public_key),
                signature: hex(&signature),
            })
        };
        row.map(checkpoint).transpose()
    }

    /// Writes the checkpoint, unless another node has.
    async fn sign(
        &self,
        chain: &str,
        head: Head,
        now: Timestamp,
    ) -> Result<Option<Checkpoint>, Error> {
        const CLAIM: &str = "update audit_head set checkpoint_seq = $1, checkpoint_at = $2 \
             where chain = $3 and checkpoint_seq < $1";
        const INSERT: &str = "insert into audit_checkpoint (chain, seq, hash, at, key_id, public_key, signature) \
             values ($1, $2, $3, $4, $5, $6, $7)";
        let keys = self.keys();
        let key = keys.current();
        let account_id =
            Checkpoint::account_of(chain).ok_or(Error::Corrupt { column: "audit_head.chain" })?;
        let mut checkpoint = Checkpoint {
            account_id,
            seq: head.seq,
            hash: hex(&head.hash),
            at: now,
            public_key: hex(key.public()),
            signature: String::new(),
        };
        let signature = key.sign(checkpoint.message().as_bytes());
        checkpoint.signature = hex(&signature);
        let mut tx = self.writer.begin().await?;
        let claimed = on!(tx, |db| sqlx::query(CLAIM)
            .bind(checkpoint.seq)
            .bind(now.as_millisecond())
            .bind(chain)
            .execute(&mut **db)
            .await?
            .rows_affected());
        if claimed == 0 {
            return Ok(None);
        }
        on!(tx, |db| sqlx::query(INSERT)
            .bind(chain)
            .bind(checkpoint.seq)
            .bind(head.hash.as_slice())
            .bind(now.as_millisecond())
            .bind(&key.id)
            .bind(key.public())
            .bind(signature.as_slice())
            .execute(&mut **db)
            .await
            .map(drop)?);
        tx.commit().await?;
        Ok(Some(checkpoint))
    }
}
