use crate::{
    Error, Sealer, Store,
    audit::{carry::carry_over, keys::AuditKeys},
    engine::on,
};
use model::{AccountId, ConnectionId};

/// What the database knows about the keys that its values were sealed with.
pub(crate) struct KeyCheck {
    /// Ids of keys, and the tag that each makes.
    known: Vec<(String, Vec<u8>)>,
    /// Whether nothing was ever written.
    pub(crate) fresh: bool,
}

impl Store {
    pub(crate) async fn key_check(&self) -> Result<KeyCheck, Error> {
        const SQL: &str = "select key_id, tag from key_check order by key_id";
        let known: Vec<(String, Vec<u8>)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        let fresh = known.is_empty() && self.epoch().await? == 0;
        Ok(KeyCheck { known, fresh })
    }

    /// Checks that the key is the one that sealed what is here; notes it when it is the first.
    pub(crate) async fn admit(&self, check: &KeyCheck, sealer: &Sealer) -> Result<(), Error> {
        // The row's lock makes nodes that start at once wait for one another, so that one of them is the first.
        const LOCK: &str = "update change_epoch set value = value where name = 'all'";
        const FIRST: &str = "insert into key_check (key_id, tag) \
             select $1, $2 where not exists (select 1 from key_check)";
        if check.known.is_empty() {
            self.open_one(sealer).await?;
            let mut tx = self.writer.begin().await?;
            on!(tx, |db| sqlx::query(LOCK).execute(&mut **db).await.map(drop)?);
            let first = (sealer.key_id(), sealer.tag());
            let is_first = on!(tx, |db| sqlx::query(FIRST)
                .bind(first.0)
                .bind(first.1.as_slice())
                .execute(&mut **db)
                .await?
                .rows_affected());
            if is_first == 1 {
                carry_over(&mut tx, &AuditKeys::first(sealer)).await?;
            }
            tx.commit().await?;
        }
        match self.key_check().await?.known.as_slice() {
            [(id, tag)] if *id == sealer.key_id() && tag == sealer.tag() => Ok(()),
            _ => Err(Error::WrongKey),
        }
    }

    /// A database from before there were checks: one sealed value tells.
    async fn open_one(&self, sealer: &Sealer) -> Result<(), Error> {
        const SQL: &str = "select account_id, id, sealed from connection limit 1";
        let row: Option<(String, String, Vec<u8>)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_optional(db).await?);
        let Some((account, id, sealed)) = row else { return Ok(()) };
        let corrupt = |column| Error::Corrupt { column };
        let account: AccountId = account.parse().map_err(|_| corrupt("connection.account_id"))?;
        let id: ConnectionId = id.parse().map_err(|_| corrupt("connection.id"))?;
        let place = crate::Connection::place(account, id);
        sealer.open(&place, &sealed).map(drop).map_err(|_| Error::WrongKey)
    }
}
