use super::chain_of;
use crate::{Error, Store, engine::on, seal::hex};
use model::{AccountId, AuditId, Timestamp};
use sqlx::{AssertSqlSafe, ColumnIndex, Decode, FromRow, Row, Type};

/// A row of the audit log as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place in the account's chain, from 1.
    pub seq: i64,
    /// The row.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// `operator`, `user`, `token` or `system`.
    pub actor_kind: String,
    /// Such as `usr_…`.
    pub actor_id: String,
    /// What people called it then.
    pub actor_name: String,
    /// From which address.
    pub source: Option<String>,
    /// By which way in.
    pub via: String,
    /// What.
    pub event: String,
    /// To which object.
    pub object: String,
    /// The object before, as JSON.
    pub before: Option<String>,
    /// The object after, as JSON.
    pub after: Option<String>,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// The row's hash, in hexadecimal.
    pub hash: String,
}

/// Which rows of the audit log to read.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Only what this actor did, by kind, id or name.
    pub actor: Option<String>,
    /// Only what was done to this object, or to a part of it: a tool of a server is `srv_…/name`.
    pub object: Option<String>,
    /// Only this event.
    pub event: Option<String>,
}

/// Where a page of the audit log begins, and in which order it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditFrom {
    /// The newest row, then older ones.
    Newest,
    /// The row before this one, then older ones.
    Before(i64),
    /// The row after this one, then newer ones: for an export, from 0.
    After(i64),
}

const COLUMNS: &str = "seq, id, at, actor_kind, actor_id, actor_name, source, via, event, object, before, after, \
     request_id, hash";

impl Store {
    /// A page of the audit log of the account, or of the installation: at most `limit` rows.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn audit_entries(
        &self,
        account: Option<AccountId>,
        filter: &AuditFilter,
        from: AuditFrom,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, Error> {
        let (order, above, below) = match from {
            AuditFrom::Newest => ("desc", 0, i64::MAX),
            AuditFrom::Before(seq) => ("desc", 0, seq),
            AuditFrom::After(seq) => ("asc", seq, i64::MAX),
        };
        let sql = format!(
            "select {COLUMNS} from audit_row where chain = $1 and seq > $2 and seq < $3 \
             and at >= $4 and at < $5 and ($6 is null or actor_kind = $6 or actor_id = $6 or actor_name = $6) \
             and ($7 is null or object = $7 or substr(object, 1, length($7) + 1) = $7 || '/') and ($8 is null or event = $8) order by seq {order} limit $9"
        );
        Ok(on!(self.reader, |db| sqlx::query_as(AssertSqlSafe(sql))
            .bind(chain_of(account))
            .bind(above)
            .bind(below)
            .bind(filter.since.map_or(i64::MIN, Timestamp::as_millisecond))
            .bind(filter.until.map_or(i64::MAX, Timestamp::as_millisecond))
            .bind(&filter.actor)
            .bind(&filter.object)
            .bind(&filter.event)
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?))
    }

    /// One row of the audit log of the account.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when it cannot be read.
    pub async fn audit_entry(
        &self,
        account: AccountId,
        id: AuditId,
    ) -> Result<Option<AuditEntry>, Error> {
        let sql = format!("select {COLUMNS} from audit_row where chain = $1 and id = $2");
        Ok(on!(self.reader, |db| sqlx::query_as(AssertSqlSafe(sql))
            .bind(chain_of(Some(account)))
            .bind(id.to_string())
            .fetch_optional(db)
            .await?))
    }
}

impl<'r, R: Row> FromRow<'r, R> for AuditEntry
where
    &'static str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        let unreadable =
            |column: &str| sqlx::Error::ColumnNotFound(format!("audit_row.{column}: unreadable"));
        Ok(Self {
            seq: row.try_get("seq")?,
            id: row.try_get::<String, _>("id")?.parse().map_err(|_| unreadable("id"))?,
            at: Timestamp::from_millisecond(row.try_get("at")?).map_err(|_| unreadable("at"))?,
            actor_kind: row.try_get("actor_kind")?,
            actor_id: row.try_get("actor_id")?,
            actor_name: row.try_get("actor_name")?,
            source: row.try_get("source")?,
            via: row.try_get("via")?,
            event: row.try_get("event")?,
            object: row.try_get("object")?,
            before: row.try_get("before")?,
            after: row.try_get("after")?,
            request_id: row.try_get("request_id")?,
            hash: hex(&row.try_get::<Vec<u8>, _>("hash")?),
        })
    }
}
