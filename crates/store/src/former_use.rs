use crate::{Error, Store, engine::on};
use model::{AccountId, Timestamp};

/// Use of a former name by one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerUse {
    /// What the client calls itself; absent for those that say nothing.
    pub client_name: Option<String>,
    /// When it last did.
    pub last_at: Timestamp,
}

impl Store {
    /// Clients whose requests of the account came by a path that begins with `prefix`, such as `acme/` or `acme/crm`, with a former
    /// name in it: those of late first, at most `limit`, as far back as the request log goes.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn former_uses(
        &self,
        account: AccountId,
        prefix: &str,
        limit: u32,
    ) -> Result<Vec<FormerUse>, Error> {
        // A range, for the index; names hold ASCII alone, so that nothing sorts behind the last character.
        const SQL: &str = "select o.client_name, max(r.at) from request_log as r \
             join request_origin as o on o.account_id = r.account_id and o.id = r.origin \
             where r.account_id = $1 and r.asked_as is not null and r.asked_as >= $2 and r.asked_as < $3 \
             group by o.client_name order by 2 desc limit $4";
        let rows: Vec<(Option<String>, i64)> = on!(self.log_reader, |db| sqlx::query_as(SQL)
            .bind(&account.as_bytes()[..])
            .bind(prefix)
            .bind(format!("{prefix}\u{7f}"))
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter()
            .map(|(client_name, at)| {
                let last_at = Timestamp::from_millisecond(at)
                    .map_err(|_| Error::Corrupt { column: "request_log.at" })?;
                Ok(FormerUse { client_name, last_at })
            })
            .collect()
    }
}
