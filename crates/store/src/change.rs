use crate::{
    AuditRow, Error, Store,
    engine::{Tx, on},
};

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
    /// the end of the audit log.
    pub async fn begin(&self, audit: &AuditRow) -> Result<Change, Error> {
        // First, since the row's lock is what makes changes wait for one another on PostgreSQL.
        const EPOCH: &str = "update change_epoch set value = value + 1 where name = 'all'";
        let mut tx = self.writer.begin().await?;
        on!(tx, |db| sqlx::query(EPOCH).execute(&mut **db).await.map(drop)?);
        audit.append(&mut tx, &self.keys()).await?;
        Ok(Change { tx })
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
