use crate::{Error, Store, app::json, engine::on};
use model::{AccountId, CustomerId, Names, Permission, Scope, Timestamp, TokenId, UserId};
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
    /// The customer that it stands for, and then no user.
    pub customer_id: Option<CustomerId>,
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
    /// Whether it may be sent in the URL.
    pub allow_in_url: bool,
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
    /// The principal that made it, such as `operator` or `usr_…`.
    pub created_by: String,
}

/// Which state a token is in at a given moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// It opens what its bounds name.
    Live,
    /// It has ended by itself.
    Expired,
    /// It was ended.
    Revoked,
}

/// Whose a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenOwner {
    /// The account's own, which belongs to nobody else.
    Account,
    /// One user's.
    User(UserId),
    /// One customer's.
    Customer(CustomerId),
}

/// Which tokens of an account to read.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// Only those of that owner.
    pub owner: Option<TokenOwner>,
    /// Only those that are in that state at that moment.
    pub state: Option<(TokenState, Timestamp)>,
    /// Only those that were neither used nor made after that.
    pub unused_since: Option<Timestamp>,
    /// Only those that end at that moment or before it.
    pub expires_before: Option<Timestamp>,
    /// Only those that were never used.
    pub never_used: bool,
    /// Only those whose owner is shut out.
    pub owner_disabled: bool,
    /// Only those after that one.
    pub after: Option<TokenId>,
    /// At most so many.
    pub limit: u32,
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
    #[serde(default)]
    allow_in_url: bool,
}

impl Token {
    /// Whose it is.
    #[must_use]
    pub fn owner(&self) -> TokenOwner {
        match (self.user_id, self.customer_id) {
            (Some(user), _) => TokenOwner::User(user),
            (None, Some(customer)) => TokenOwner::Customer(customer),
            (None, None) => TokenOwner::Account,
        }
    }

    /// The column `scope`.
    pub(crate) fn bounds(&self) -> String {
        json(&Bounds::of(self))
    }
}

impl Bounds {
    fn of(token: &Token) -> Self {
        let Scope { servers, tools, read_only } = token.scope.clone();
        let (permissions, networks) = (token.permissions.clone(), token.networks.clone());
        let allow_in_url = token.allow_in_url;
        Self { servers, tools, read_only, permissions, networks, allow_in_url }
    }
}

pub(crate) type Row = (
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
    String,
);

/// The columns of a [`Row`], and which rows.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, account_id, coalesce(user_id, customer_id), name, description, hint, hash, scope, purge, replaced_by, \
             revision, created_at, expires_at, revoked_at, last_used_at, created_by from token ",
            $rest
        )
    };
}
pub(crate) use select;

pub(crate) fn token(row: Row) -> Result<Token, Error> {
    let (
        id,
        account_id,
        owner,
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
    let (.., created_at, expires_at, revoked_at, last_used_at, created_by) = row;
    let corrupt = |column| Error::Corrupt { column };
    let time =
        |millis: i64| Timestamp::from_millisecond(millis).map_err(|_| corrupt("token times"));
    let Bounds { servers, tools, read_only, permissions, networks, allow_in_url } =
        serde_json::from_str(&scope).map_err(|_| corrupt("token.scope"))?;
    // A row of two kinds of owners in one column: their ids tell them apart.
    let (user_id, customer_id) = match owner {
        None => (None, None),
        Some(id) if id.starts_with("cus_") => {
            (None, Some(id.parse().map_err(|_| corrupt("token.customer_id"))?))
        }
        Some(id) => (Some(id.parse().map_err(|_| corrupt("token.user_id"))?), None),
    };
    Ok(Token {
        id: id.parse().map_err(|_| corrupt("token.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("token.account_id"))?,
        user_id,
        customer_id,
        name,
        description,
        hint,
        hash: hash.try_into().map_err(|_| corrupt("token.hash"))?,
        scope: Scope { servers, tools, read_only },
        permissions,
        networks,
        allow_in_url,
        purge: purge != 0,
        replaced_by: replaced_by
            .map(|id| id.parse().map_err(|_| corrupt("token.replaced_by")))
            .transpose()?,
        revision,
        created_at: time(created_at)?,
        expires_at: expires_at.map(time).transpose()?,
        revoked_at: revoked_at.map(time).transpose()?,
        last_used_at: last_used_at.map(time).transpose()?,
        created_by,
    })
}

impl Store {
    /// The account's tokens that the filter lets through, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn tokens(
        &self,
        account: AccountId,
        filter: &TokenFilter,
    ) -> Result<Vec<Token>, Error> {
        const SQL: &str = select!(
            "where account_id = $1 and id > $2 \
             and ($3 = '' or $3 = coalesce(user_id, customer_id, 'account')) \
             and ($4 = '' or $4 = case when revoked_at is not null then 'revoked' \
             when expires_at <= $5 then 'expired' else 'live' end) \
             and ($6 is null or coalesce(last_used_at, created_at) <= $6) \
             and ($7 is null or expires_at <= $7) \
             and ($8 = 0 or last_used_at is null) \
             and ($9 = 0 or user_id in (select id from account_user where disabled_at is not null)) \
             order by id limit $10"
        );
        let owner = match filter.owner {
            None => String::new(),
            Some(TokenOwner::Account) => "account".to_owned(),
            Some(TokenOwner::User(id)) => id.to_string(),
            Some(TokenOwner::Customer(id)) => id.to_string(),
        };
        let (state, now) = match filter.state {
            None => ("", 0),
            Some((TokenState::Live, now)) => ("live", now.as_millisecond()),
            Some((TokenState::Expired, now)) => ("expired", now.as_millisecond()),
            Some((TokenState::Revoked, now)) => ("revoked", now.as_millisecond()),
        };
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(filter.after.map(|id| id.to_string()).unwrap_or_default())
            .bind(&owner)
            .bind(state)
            .bind(now)
            .bind(filter.unused_since.map(Timestamp::as_millisecond))
            .bind(filter.expires_before.map(Timestamp::as_millisecond))
            .bind(i64::from(filter.never_used))
            .bind(i64::from(filter.owner_disabled))
            .bind(i64::from(filter.limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(token).collect()
    }

    /// The account's token of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn token(&self, account: AccountId, id: TokenId) -> Result<Option<Token>, Error> {
        const SQL: &str = select!("where account_id = $1 and id = $2");
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(token).transpose()
    }

    /// The token with that hash, of whatever account: to know the hash is to have held the token.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<Token>, Error> {
        const SQL: &str = select!("where hash = $1");
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(hash.as_slice())
            .fetch_optional(db)
            .await?);
        row.map(token).transpose()
    }

    /// Every token that was not revoked, and whose customer is not shut out, of all accounts: for the authenticator.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn live_tokens(&self) -> Result<Vec<Token>, Error> {
        const SQL: &str = select!(
            "where revoked_at is null and (customer_id is null or customer_id in \
             (select customer.id from customer where disabled_at is null)) order by id"
        );
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(token).collect()
    }

    /// Tokens of all accounts that have expired by `now` and shall be removed then: for the task that does it.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn tokens_to_purge(&self, now: Timestamp, limit: u32) -> Result<Vec<Token>, Error> {
        const SQL: &str = select!("where purge = 1 and expires_at <= $1 order by id limit $2");
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(now.as_millisecond())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(token).collect()
    }

    /// Live tokens of all accounts that were neither used nor made after `since`: for the task that ends them.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn tokens_unused_since(
        &self,
        since: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Token>, Error> {
        const SQL: &str = select!(
            "where revoked_at is null and (expires_at is null or expires_at > $3) \
             and coalesce(last_used_at, created_at) <= $1 order by id limit $2"
        );
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(since.as_millisecond())
            .bind(i64::from(limit))
            .bind(now.as_millisecond())
            .fetch_all(db)
            .await?);
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
