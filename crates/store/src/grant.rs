use crate::{Change, Error, Store, app::json, engine::on};
use model::{AccountId, GrantId, GrantScope, ServerId, Timestamp, UserId};

/// What a user was granted on one server, or on all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Names it.
    pub id: GrantId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// Who has it.
    pub user_id: UserId,
    /// On which server; on all when absent.
    pub server_id: Option<ServerId>,
    /// What it opens.
    pub scopes: Vec<GrantScope>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

type Row = (String, String, String, Option<String>, String, i64, i64);

fn grant(
    (id, account_id, user_id, server_id, scopes, revision, created_at): Row,
) -> Result<Grant, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(Grant {
        id: id.parse().map_err(|_| corrupt("user_grant.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("user_grant.account_id"))?,
        user_id: user_id.parse().map_err(|_| corrupt("user_grant.user_id"))?,
        server_id: server_id
            .map(|id| id.parse().map_err(|_| corrupt("user_grant.server_id")))
            .transpose()?,
        scopes: serde_json::from_str(&scopes).map_err(|_| corrupt("user_grant.scopes"))?,
        revision,
        created_at: Timestamp::from_millisecond(created_at)
            .map_err(|_| corrupt("user_grant.created_at"))?,
    })
}

impl Store {
    /// The user's grants after that one, in the order of their making, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn grants(
        &self,
        account: AccountId,
        user: UserId,
        after: Option<GrantId>,
        limit: u32,
    ) -> Result<Vec<Grant>, Error> {
        const SQL: &str = "select id, account_id, user_id, server_id, scopes, revision, created_at from user_grant \
             where account_id = $1 and user_id = $2 and id > $3 order by id limit $4";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(user.to_string())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(grant).collect()
    }

    /// What the user was granted on that server, or on all.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn grant_on(
        &self,
        account: AccountId,
        user: UserId,
        server: Option<ServerId>,
    ) -> Result<Option<Grant>, Error> {
        const SQL: &str = "select id, account_id, user_id, server_id, scopes, revision, created_at from user_grant \
             where account_id = $1 and user_id = $2 and coalesce(server_id, '') = $3";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(user.to_string())
            .bind(server.map(|id| id.to_string()).unwrap_or_default())
            .fetch_optional(db)
            .await?);
        row.map(grant).transpose()
    }

    /// Every grant of every account: for the registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn all_grants(&self) -> Result<Vec<Grant>, Error> {
        const SQL: &str = "select id, account_id, user_id, server_id, scopes, revision, created_at from user_grant \
             order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(grant).collect()
    }
}

impl Change {
    /// Adds a grant.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the user has one on that server.
    pub async fn insert_grant(&mut self, grant: &Grant) -> Result<(), Error> {
        const SQL: &str = "insert into user_grant (id, account_id, user_id, server_id, scopes, revision, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(grant.id.to_string())
            .bind(grant.account_id.to_string())
            .bind(grant.user_id.to_string())
            .bind(grant.server_id.map(|id| id.to_string()))
            .bind(json(&grant.scopes))
            .bind(grant.revision)
            .bind(grant.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives a grant its new scopes, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_grant(&mut self, grant: &Grant) -> Result<bool, Error> {
        const SQL: &str = "update user_grant set scopes = $1, revision = $2 \
             where account_id = $3 and id = $4 and revision = $2 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(json(&grant.scopes))
            .bind(grant.revision)
            .bind(grant.account_id.to_string())
            .bind(grant.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Takes a grant away, if it has that revision. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_grant(&mut self, grant: &Grant) -> Result<bool, Error> {
        const SQL: &str =
            "delete from user_grant where account_id = $1 and id = $2 and revision = $3";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(grant.account_id.to_string())
            .bind(grant.id.to_string())
            .bind(grant.revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }
}
