use crate::{Change, Error, Store, app::json, engine::on};
use model::{AccountId, Names, Permission, Scope, Timestamp, TokenId, UserId};
use serde::{Deserialize, Serialize};

/// An API token as stored: its hash, never itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Names it.
    pub id: TokenId,
    /// The account that it acts for.
    pub account_id: AccountId,
    /// The user that owns it and whose rights bound it; a token of the account itself when absent.
    pub user_id: Option<UserId>,
    /// What people call it.
    pub name: String,
    /// For people.
    pub description: String,
    /// Its first characters, to tell it by in a list.
    pub hint: String,
    /// SHA-256 of the whole token.
    pub hash: [u8; 32],
    /// What it may call.
    pub scope: Scope,
    /// What it may do through the control API.
    pub permissions: Vec<Permission>,
    /// Networks that it may come from; any when empty.
    pub networks: Vec<String>,
    /// Whether it is removed once it has expired.
    pub purge: bool,
    /// The token that takes its place.
    pub replaced_by: Option<TokenId>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within seconds.
    pub last_used_at: Option<Timestamp>,
}

/// The column `scope`: all that bounds a token.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    servers: Names,
    tools: Names,
    read_only: bool,
    #[serde(default)]
    permissions: Vec<Permission>,
    #[serde(default)]
    networks: Vec<String>,
}

impl Bounds {
    fn of(token: &Token) -> Self {
        let Scope { servers, tools, read_only } = token.scope.clone();
        let (permissions, networks) = (token.permissions.clone(), token.networks.clone());
        Self { servers, tools, read_only, permissions, networks }
    }
}

type Row = (
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    Vec<u8>,
    String,
    i64,
    Option<String>,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

fn token(row: Row) -> Result<Token, Error> {
    let (
        id,
        account_id,
        user_id,
        name,
        description,
        hint,
        hash,
        scope,
        purge,
        replaced_by,
        revision,
        ..,
    ) = row;
    let (.., created_at, expires_at, revoked_at, last_used_at) = row;
    let corrupt = |column| Error::Corrupt { column };
    let time =
        |millis: i64| Timestamp::from_millisecond(millis).map_err(|_| corrupt("token times"));
    let Bounds { servers, tools, read_only, permissions, networks } =
        serde_json::from_str(&scope).map_err(|_| corrupt("token.scope"))?;
    Ok(Token {
        id: id.parse().map_err(|_| corrupt("token.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("token.account_id"))?,
        user_id: user_id.map(|id| id.parse().map_err(|_| corrupt("token.user_id"))).transpose()?,
        name,
        description,
        hint,
        hash: hash.try_into().map_err(|_| corrupt("token.hash"))?,
        scope: Scope { servers, tools, read_only },
        permissions,
        networks,
        purge: purge != 0,
        replaced_by: replaced_by
            .map(|id| id.parse().map_err(|_| corrupt("token.replaced_by")))
            .transpose()?,
        revision,
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
        const SQL: &str = "select id, account_id, user_id, name, description, hint, hash, scope, purge, replaced_by, \
             revision, created_at, expires_at, revoked_at, last_used_at \
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
        const SQL: &str = "select id, account_id, user_id, name, description, hint, hash, scope, purge, replaced_by, \
             revision, created_at, expires_at, revoked_at, last_used_at \
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
        const SQL: &str = "insert into token (id, account_id, user_id, name, description, hint, hash, scope, purge, \
             revision, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(token.id.to_string())
            .bind(token.account_id.to_string())
            .bind(token.user_id.map(|id| id.to_string()))
            .bind(&token.name)
            .bind(&token.description)
            .bind(&token.hint)
            .bind(token.hash.as_slice())
            .bind(json(&Bounds::of(token)))
            .bind(i64::from(token.purge))
            .bind(token.revision)
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
