use crate::{
    Change, Error, Token,
    engine::on,
    token::{Row, select, token},
};
use model::{AccountId, Names, ServerId, Timestamp, TokenId};

impl Change {
    /// Adds a token.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when its hash is there already.
    pub async fn insert_token(&mut self, token: &Token) -> Result<(), Error> {
        const SQL: &str = "insert into token (id, account_id, user_id, customer_id, name, description, hint, hash, scope, purge, \
             revision, created_at, expires_at, created_by) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(token.id.to_string())
            .bind(token.account_id.to_string())
            .bind(token.user_id.map(|id| id.to_string()))
            .bind(token.customer_id.map(|id| id.to_string()))
            .bind(&token.name)
            .bind(&token.description)
            .bind(&token.hint)
            .bind(token.hash.as_slice())
            .bind(token.bounds())
            .bind(i64::from(token.purge))
            .bind(token.revision)
            .bind(token.created_at.as_millisecond())
            .bind(token.expires_at.map(Timestamp::as_millisecond))
            .bind(&token.created_by)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Revokes a token of the account. Says whether there was one to revoke.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn revoke_token(
        &mut self,
        account: AccountId,
        id: TokenId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "update token set revoked_at = $1, revision = revision + 1 \
             where account_id = $2 and id = $3 and revoked_at is null";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Gives a token its new name, bounds, end and successor, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_token(&mut self, token: &Token) -> Result<bool, Error> {
        const SQL: &str = "update token set name = $1, description = $2, scope = $3, purge = $4, expires_at = $5, \
             revoked_at = $6, replaced_by = $7, revision = $8 \
             where account_id = $9 and id = $10 and revision = $8 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&token.name)
            .bind(&token.description)
            .bind(token.bounds())
            .bind(i64::from(token.purge))
            .bind(token.expires_at.map(Timestamp::as_millisecond))
            .bind(token.revoked_at.map(Timestamp::as_millisecond))
            .bind(token.replaced_by.map(|id| id.to_string()))
            .bind(token.revision)
            .bind(token.account_id.to_string())
            .bind(token.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a token, if it has that revision. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_token(
        &mut self,
        account: AccountId,
        id: TokenId,
        revision: i64,
    ) -> Result<bool, Error> {
        const UNLINK: &str = "update token set replaced_by = null where account_id = $1 and replaced_by = $2 \
             and exists (select 1 from token as gone \
             where gone.account_id = $1 and gone.id = $2 and gone.revision = $3)";
        const SQL: &str = "delete from token where account_id = $1 and id = $2 and revision = $3";
        on!(self.tx, |db| sqlx::query(UNLINK)
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Takes a server that is gone for good out of the account's tokens. One that named it alone opens nothing then, and not all.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub(crate) async fn drop_server_from_tokens(
        &mut self,
        account: AccountId,
        server: ServerId,
    ) -> Result<(), Error> {
        const SQL: &str =
            select!("where account_id = $1 and scope like '%' || $2 || '%' order by id");
        let rows: Vec<Row> = on!(self.tx, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .fetch_all(&mut **db)
            .await?);
        for row in rows {
            let mut known = token(row)?;
            if let Names::Only(names) = &mut known.scope.servers {
                names.retain(|name| *name != server.to_string());
            }
            known.revision += 1;
            self.update_token(&known).await?;
        }
        Ok(())
    }
}
