use crate::{
    AuditRow, Error, Store,
    engine::{Tx, on},
};
use model::AccountId;
use std::fmt::Display;

/// A change to our own data: one transaction that begins with its audit row and ends with [`Change::commit`].
///
/// Changes happen one after another, on both engines: what a change reads in its transaction stays true until its end. Dropped
/// without a commit, or when one of its statements failed, nothing of it stays. After a commit it is on disk.
pub struct Change {
    pub(crate) tx: Tx,
}

impl Store {
    /// Begins a change. `audit` says who does what to which object.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] when the write lock is not to be had within five seconds; [`Error::AuditAltered`] when somebody else has written to
    /// the end of the audit log; [`Error::WrongKey`] when another process has put a key into use that is not in the key file here.
    pub async fn begin(&self, audit: &AuditRow) -> Result<Change, Error> {
        self.begin_counted(audit, 1).await
    }

    /// Begins a change that no process need read anything anew for: [`Store::epoch`] stays. Such as a customer's connections, which have
    /// a number of their own, [`crate::Epochs::connections`].
    ///
    /// # Errors
    ///
    /// As for [`Store::begin`].
    pub async fn begin_uncounted(&self, audit: &AuditRow) -> Result<Change, Error> {
        self.begin_counted(audit, 0).await
    }

    async fn begin_counted(&self, audit: &AuditRow, count: i64) -> Result<Change, Error> {
        let mut tx = match self.begin_with_key(count).await? {
            Some(tx) => tx,
            // Now with the key that another process has put into use.
            None => self.begin_with_key(count).await?.ok_or(Error::WrongKey)?,
        };
        audit.append(&mut tx, &self.keys()).await?;
        Ok(Change { tx })
    }

    /// Counts the change. None when this process did not use the key that is in use; now it does.
    async fn begin_with_key(&self, count: i64) -> Result<Option<Tx>, Error> {
        // First, since the row's lock is what makes changes wait for one another on PostgreSQL.
        const EPOCH: &str =
            "update change_epoch set value = value + $1 where name = 'all' returning key_id";
        let mut tx = self.writer.begin().await?;
        let (id,): (String,) =
            on!(tx, |db| sqlx::query_as(EPOCH).bind(count).fetch_one(&mut **db).await?);
        if id == self.ring().sealer.in_use().id() {
            return Ok(Some(tx));
        }
        drop(tx);
        self.follow_key(&id).await?;
        Ok(None)
    }
}

impl Change {
    /// Makes the change durable.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] or [`Error::HalfDone`]; then nothing was changed, unless PostgreSQL was lost between the commit and its answer.
    pub async fn commit(self) -> Result<(), Error> {
        self.tx.commit().await
    }
}

impl Change {
    /// Removes one of the account's objects, if it still has that revision, and what is its own before it. Each statement takes the
    /// account and the object's id; `sql` the revision, too. Says whether it had.
    pub(crate) async fn remove(
        &mut self,
        owned: &[&'static str],
        sql: &'static str,
        account: AccountId,
        id: &impl Display,
        revision: i64,
    ) -> Result<bool, Error> {
        for &part in owned {
            on!(self.tx, |db| sqlx::query(part)
                .bind(account.to_string())
                .bind(id.to_string())
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        let removed = on!(self.tx, |db| sqlx::query(sql)
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(removed == 1)
    }
}
