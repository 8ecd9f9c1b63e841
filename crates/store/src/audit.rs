use crate::{
    Error, Store,
    engine::{Tx, on},
};
use model::{AccountId, AuditId, Timestamp};

/// One row of the audit log: who changed what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The row.
    pub id: AuditId,
    /// The account it belongs to; absent for the installation as a whole.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// Who, such as `operator` or `tok_…`.
    pub actor: String,
    /// What, such as `token.create`.
    pub event: &'static str,
    /// To which object, by id or name.
    pub object: String,
    /// The change as JSON. Never a secret.
    pub detail: String,
}

impl AuditRow {
    pub(crate) async fn insert(&self, tx: &mut Tx) -> Result<(), Error> {
        const SQL: &str = "insert into audit_log (id, account_id, at, actor, event, object, detail) \
             values ($1, $2, $3, $4, $5, $6, $7)";
        on!(tx, |db| sqlx::query(SQL)
            .bind(self.id.to_string())
            .bind(self.account_id.map(|id| id.to_string()))
            .bind(self.at.as_millisecond())
            .bind(&self.actor)
            .bind(self.event)
            .bind(&self.object)
            .bind(&self.detail)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}

impl Store {
    /// Events and objects of the account's audit log, oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn audit_events(
        &self,
        account: AccountId,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Error> {
        const SQL: &str =
            "select event, object from audit_log where account_id = $1 order by id limit $2";
        Ok(on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?))
    }
}
