use crate::{Error, clock::entropy};
use model::{AccountId, Alias, Timestamp};
use serde::Deserialize;
use std::{collections::BTreeSet, fmt};
use store::{Checkpoint, DataDir, Database, KeySource, Store, Verdict};

/// The installation as a whole, for whoever holds its data directory and key: what concerns all accounts, and serves none.
///
/// Opening it makes no account and no registry, so that it can be looked at when something is wrong with it.
pub struct Installation {
    store: Store,
}

/// What the look at one chain of the audit log has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// The account, by its alias, or by its id when it is gone; absent for the installation's own chain.
    pub account: Option<String>,
    /// What was found.
    pub verdict: Verdict,
}

/// A checkpoint as the process's log has it.
#[derive(Deserialize)]
struct Line {
    chain: String,
    seq: i64,
    hash: String,
    at_ms: i64,
    public_key: String,
    signature: String,
}

impl Installation {
    /// Opens the database, which must know the key.
    ///
    /// # Errors
    ///
    /// As [`crate::App::open`].
    pub async fn open(dir: &DataDir, database: &Database, key: &KeySource) -> Result<Self, Error> {
        let (store, _) = Store::open(dir, database, key, entropy()).await?;
        Ok(Self { store })
    }

    /// Looks at every row of the audit log. `checkpoints` is text in which each line that is a checkpoint of the process's log counts:
    /// without one, the removal of the newest rows with all their traces cannot be seen.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] when there is text without a checkpoint in it, or one that was not signed here.
    pub async fn verify_audit(&self, checkpoints: Option<&str>) -> Result<Vec<AuditReport>, Error> {
        let anchors = checkpoints.map(parse).transpose()?.unwrap_or_default();
        let accounts = self.store.accounts().await?;
        let alias = |id: AccountId| -> Option<&Alias> {
            accounts.iter().find(|account| account.id == id).map(|account| &account.alias)
        };
        // An account that is gone with its log is still in the checkpoints.
        let known = accounts.iter().map(|account| Some(account.id));
        let ids: BTreeSet<Option<AccountId>> =
            known.chain(anchors.iter().map(|anchor| anchor.account_id)).chain([None]).collect();
        let mut reports = Vec::with_capacity(ids.len());
        for id in ids {
            let verdict = self.store.verify_audit(id, &anchors).await?;
            let name = |id| alias(id).map_or_else(|| id.to_string(), ToString::to_string);
            reports.push(AuditReport { account: id.map(name), verdict });
        }
        Ok(reports)
    }

    /// Closes the database.
    pub async fn close(self) {
        self.store.close().await;
    }
}

fn parse(text: &str) -> Result<Vec<Checkpoint>, Error> {
    let found: Vec<Checkpoint> = text.lines().filter_map(checkpoint).collect();
    if found.is_empty() {
        return Err(Error::invalid(
            "there is no checkpoint: give lines of a server's log, in JSON, that say \"audit checkpoint\"",
        ));
    }
    Ok(found)
}

fn checkpoint(line: &str) -> Option<Checkpoint> {
    let line: Line = serde_json::from_str(line).ok()?;
    Some(Checkpoint {
        account_id: Checkpoint::account_of(&line.chain)?,
        seq: line.seq,
        hash: line.hash,
        at: Timestamp::from_millisecond(line.at_ms).ok()?,
        public_key: line.public_key,
        signature: line.signature,
    })
}

impl fmt::Debug for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installation").finish_non_exhaustive()
    }
}
