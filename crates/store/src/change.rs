use crate::{AuditRow, Error, Store};
use sqlx::{Sqlite, Transaction};

/// A change to our own data: one transaction that begins with its audit row and ends with [`Change::commit`].
///
/// Dropped without a commit, nothing of it stays. After a commit it is on disk.
pub struct Change {
    pub(crate) tx: Transaction<'static, Sqlite>,
}

impl Store {
    /// Begins a change. `audit` says who does what to which object.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] when the write lock is not to be had within five seconds.
    pub async fn begin(&self, audit: &AuditRow) -> Result<Change, Error> {
        const EPOCH: &str = "update change_epoch set value = value + 1 where name = 'all'";
        let mut tx = self.writer.begin_with("begin immediate").await?;
        audit.insert(&mut tx).await?;
        sqlx::query(EPOCH).execute(&mut *tx).await?;
        Ok(Change { tx })
    }
}

impl Change {
    /// Makes the change durable.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`]; then nothing was changed.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.tx.commit().await?)
    }
}
