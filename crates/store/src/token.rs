use crate::{Change, Error, Store, app::json, engine::on};
use model::{AccountId, Scope, Timestamp, TokenId};

/// An API token as stored: its hash, never itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Names it.
    pub id: TokenId,
    /// The account that it acts for.
    pub account_id: AccountId,
    /// What people call it.
    pub name: String,
    /// Its first characters, to tell it by in a list.
    pub hint: String,
    /// SHA-256 of the whole token.
    pub hash: [u8; 32],
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within seconds.
    pub last_used_at: Option<Timestamp>,
}

type Row =
    (String, String, String, String, Vec<u8>, String, i64, Option<i64>, Option<i64>, Option<i64>);

fn token(row: Row) -> Result<Token, Error> {
    let (id, account_id, name, hint, hash, scope, created_at, expires_at, revoked_at, last_used_at) =
        row;
    let corrupt = |column| Error::Corrupt { column };
    let time =
        |millis: i64| Timestamp::from_millisecond(millis).map_err(|_| corrupt("token times"));
    Ok(Token {
        id: id.parse().map_err(|_| corrupt("token.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("token.account_id"))?,
        name,
        hint,
        hash: hash.try_into().map_err(|_| corrupt("token.hash"))?,
        scope: serde_json::from_str(&scope).map_err(|_| corrupt("token.scope"))?,
        created_at: time(created_at)?,
        expires_at: expires_at.map(time).transpose()?,
        revoked_at: revoked_at.map(time).transpose()?,
        last_used_at: last_used_at.map(time).transpose()?,
    })
}

impl Store {
    /// The account's tokens, in the order of their making, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn tokens(&self, account: AccountId, limit: u32) -> Result<Vec<Token>, Error> {
        const SQL: &str = "select id, account_id, name, hint, hash, scope, created_at, expires_at, revoked_at, last_used_at \
             from token where account_id = $1 order by id limit $2";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(token).collect()
    }

    /// Every token that was not revoked, of all accounts: for the authenticator.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn live_tokens(&self) -> Result<Vec<Token>, Error> {
        const SQL: &str = "select id, account_id, name, hint, hash, scope, created_at, expires_at, revoked_at, last_used_at \
             from token where revoked_at is null order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(token).collect()
    }

    /// Notes when tokens were last used. No change to what they may do, so no audit row.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`]; then none was noted.
    pub async fn touch_tokens(
        &self,
        uses: &[(AccountId, TokenId, Timestamp)],
    ) -> Result<(), Error> {
        const SQL: &str = "update token set last_used_at = $1 where account_id = $2 and id = $3";
        let mut tx = self.writer.begin().await?;
        // In one order everywhere: two nodes that touch the same tokens must not wait for each other.
        let mut uses = uses.to_vec();
        uses.sort_by_key(|(_, id, _)| *id);
        for (account, id, at) in &uses {
            on!(tx, |db| sqlx::query(SQL)
                .bind(at.as_millisecond())
                .bind(account.to_string())
                .bind(id.to_string())
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        tx.commit().await
    }
}

impl Change {
    /// Adds a token.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when its hash is there already.
    pub async fn insert_token(&mut self, token: &Token) -> Result<(), Error> {
        const SQL: &str = "insert into token (id, account_id, name, hint, hash, scope, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(token.id.to_string())
            .bind(token.account_id.to_string())
            .bind(&token.name)
            .bind(&token.hint)
            .bind(token.hash.as_slice())
            .bind(json(&token.scope))
            .bind(token.created_at.as_millisecond())
            .bind(token.expires_at.map(Timestamp::as_millisecond))
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
        const SQL: &str = "update token set revoked_at = $1 where account_id = $2 and id = $3 and revoked_at is null";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }
}
