use crate::{Clock, Error, clock::entropy};
use model::{AccountId, Alias, AuditId, Timestamp};
use serde::Deserialize;
use std::{collections::BTreeSet, fmt, path::Path, time::Duration};
use store::{AuditActor, AuditRow, Checkpoint, DataDir, Database, KeySource, Store, Verdict};

/// How long other processes have to learn of a new key before values are sealed with it. They look four times a second.
const LEARNED_WITHIN: Duration = Duration::from_secs(1);

/// The installation as a whole, for whoever holds its data directory and key: what concerns all accounts, and serves none.
///
/// Opening it makes no account and no registry, so that it can be looked at when something is wrong with it.
pub struct Installation {
    store: Store,
    clock: Clock,
}

/// What a rotation of the key has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Whether a new key was put into use; otherwise an earlier rotation was gone on with.
    pub new_key: bool,
    /// Values that were sealed anew.
    pub sealed: usize,
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
    pub async fn open(
        dir: &DataDir,
        database: &Database,
        key: &KeySource,
        clock: Clock,
    ) -> Result<Self, Error> {
        let (store, _) = Store::open(dir, database, key, entropy()).await?;
        Ok(Self { store, clock })
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

    /// Copies the SQLite databases into a new folder while others write to them. The key is not in it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] when the folder exists or cannot be written, and with PostgreSQL.
    pub async fn backup(&self, folder: &Path) -> Result<(), Error> {
        // Before the copy: the backup says of itself when it was taken.
        self.note("backup.create", &folder.display()).await?;
        Ok(self.store.backup(folder).await?)
    }

    /// Makes the data directory that a backup was taken of: its databases are whole, its key is there and opens it, and its audit log is as
    /// it was written, or else nothing is restored.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] when the data directory is not empty, or the backup is not all that.
    pub async fn restore(
        dir: &DataDir,
        key: &KeySource,
        backup: &Path,
        clock: Clock,
    ) -> Result<Vec<AuditReport>, Error> {
        let _lock = dir.lock()?;
        let checked = async {
            let place = dir.begin_restore(backup).await?;
            let database = Database::Sqlite(place);
            let restored = Self::open(dir, &database, key, clock).await?;
            let reports = restored.verify_audit(None).await?;
            let broken = |report: &&AuditReport| matches!(report.verdict, Verdict::Broken { .. });
            let result = match reports.iter().find(broken) {
                Some(_) => Err(Error::invalid(
                    "the audit log of this backup was altered: restore an older backup",
                )),
                None => restored.note("backup.restore", &backup.display()).await,
            };
            restored.close().await;
            result.map(|()| reports)
        };
        match checked.await {
            Ok(reports) => {
                dir.finish_restore()?;
                Ok(reports)
            }
            Err(error) => {
                dir.abandon_restore()?;
                Err(error)
            }
        }
    }

    /// Puts a new sealing key into use and seals every value anew, while others serve. Killed at any point, it is gone on with by
    /// another run. `progress` is told of every hundred values.
    ///
    /// The old key stays in the key file, since it opens what is not stored: the ids of MCP sessions, which live for a day.
    /// [`Self::retire_keys`] removes it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] when the key file cannot be written.
    pub async fn rotate_key(&self, mut progress: impl FnMut(usize)) -> Result<Rotation, Error> {
        if self.store.first_key_is_in_use()? && self.store.count_old_seals().await? == 0 {
            self.store.add_key(entropy())?;
        }
        let new_key = !self.store.first_key_is_in_use()?;
        if new_key {
            let row = self.row("key.rotate", &"sealing key");
            self.store.use_first_key(&row, entropy()).await?;
        }
        tokio::time::sleep(LEARNED_WITHIN).await;
        let mut sealed = 0;
        loop {
            let count = self.store.seal_anew(entropy).await?;
            if count == 0 {
                return Ok(Rotation { new_key, sealed });
            }
            sealed += count;
            progress(sealed);
        }
    }

    /// Removes old keys from the key file. MCP sessions that they sealed end: clients begin anew.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] while a stored value still needs one.
    pub async fn retire_keys(&self) -> Result<(), Error> {
        Ok(self.store.retire_keys(&self.row("key.retire", &"sealing key")).await?)
    }

    /// Writes down what concerns the installation and changes no row.
    async fn note(&self, event: &'static str, object: &impl fmt::Display) -> Result<(), Error> {
        Ok(self.store.begin(&self.row(event, object)).await?.commit().await?)
    }

    fn row(&self, event: &'static str, object: &impl fmt::Display) -> AuditRow {
        let now = self.clock.now();
        AuditRow {
            id: AuditId::new(now, entropy()),
            account_id: None,
            at: now,
            actor: AuditActor { kind: "operator", id: String::new(), name: "operator".to_owned() },
            source: None,
            via: "cli",
            event,
            object: object.to_string(),
            before: None,
            after: None,
            request_id: None,
        }
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
