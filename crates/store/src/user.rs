use crate::{Change, Error, Store, engine::on};
use model::{AccountId, GrantId, GrantScope, Role, ServerId, Timestamp, UserId};

/// A person of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Names it.
    pub id: UserId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// What it signs in with, in lower case; unique in the account.
    pub email: String,
    /// For people.
    pub name: String,
    /// What it is in the account.
    pub role: Role,
    /// Argon2id in the PHC string format; absent until a password was set.
    pub password: Option<String>,
    /// When it was shut out.
    pub disabled_at: Option<Timestamp>,
    /// When it last signed in or was seen, to within minutes.
    pub last_seen_at: Option<Timestamp>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

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
}

type Row =
    (String, String, String, String, String, Option<String>, Option<i64>, Option<i64>, i64, i64);
type GrantRow = (String, String, String, Option<String>, String);

fn user(row: Row) -> Result<User, Error> {
    let (
        id,
        account_id,
        email,
        name,
        role,
        password,
        disabled_at,
        last_seen_at,
        revision,
        created_at,
    ) = row;
    let corrupt = |column| Error::Corrupt { column };
    let time = |millis: i64| {
        Timestamp::from_millisecond(millis).map_err(|_| corrupt("account_user times"))
    };
    Ok(User {
        id: id.parse().map_err(|_| corrupt("account_user.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("account_user.account_id"))?,
        email,
        name,
        role: Role::parse(&role).ok_or_else(|| corrupt("account_user.role"))?,
        password,
        disabled_at: disabled_at.map(time).transpose()?,
        last_seen_at: last_seen_at.map(time).transpose()?,
        revision,
        created_at: time(created_at)?,
    })
}

fn grant((id, account_id, user_id, server_id, scopes): GrantRow) -> Result<Grant, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(Grant {
        id: id.parse().map_err(|_| corrupt("user_grant.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("user_grant.account_id"))?,
        user_id: user_id.parse().map_err(|_| corrupt("user_grant.user_id"))?,
        server_id: server_id
            .map(|id| id.parse().map_err(|_| corrupt("user_grant.server_id")))
            .transpose()?,
        scopes: serde_json::from_str(&scopes).map_err(|_| corrupt("user_grant.scopes"))?,
    })
}

impl Store {
    /// The account's users after that one, in the order of their making, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn users(
        &self,
        account: AccountId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<User>, Error> {
        const SQL: &str = "select id, account_id, email, name, role, password, disabled_at, last_seen_at, revision, \
             created_at from account_user where account_id = $1 and id > $2 order by id limit $3";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(user).collect()
    }

    /// The account's user of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn user(&self, account: AccountId, id: UserId) -> Result<Option<User>, Error> {
        const SQL: &str = "select id, account_id, email, name, role, password, disabled_at, last_seen_at, revision, \
             created_at from account_user where account_id = $1 and id = $2";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(user).transpose()
    }

    /// Every user that is not shut out, of all accounts: for the registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn live_users(&self) -> Result<Vec<User>, Error> {
        const SQL: &str = "select id, account_id, email, name, role, password, disabled_at, last_seen_at, revision, \
             created_at from account_user where disabled_at is null order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(user).collect()
    }

    /// Every grant of every account: for the registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn all_grants(&self) -> Result<Vec<Grant>, Error> {
        const SQL: &str =
            "select id, account_id, user_id, server_id, scopes from user_grant order by id";
        let rows: Vec<GrantRow> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(grant).collect()
    }
}

impl Change {
    /// Adds a user.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the account has one with that address.
    pub async fn insert_user(&mut self, user: &User) -> Result<(), Error> {
        const SQL: &str = "insert into account_user \
             (id, account_id, email, name, role, revision, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $7)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(user.id.to_string())
            .bind(user.account_id.to_string())
            .bind(&user.email)
            .bind(&user.name)
            .bind(user.role.as_str())
            .bind(user.revision)
            .bind(user.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives a user its new name, role and state, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_user(&mut self, user: &User, now: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "update account_user set name = $1, role = $2, disabled_at = $3, revision = $4, updated_at = $5 \
             where account_id = $6 and id = $7 and revision = $4 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&user.name)
            .bind(user.role.as_str())
            .bind(user.disabled_at.map(Timestamp::as_millisecond))
            .bind(user.revision)
            .bind(now.as_millisecond())
            .bind(user.account_id.to_string())
            .bind(user.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a user, if it has that revision, with its grants, links, sign-ins and tokens. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_user(
        &mut self,
        account: AccountId,
        id: UserId,
        revision: i64,
    ) -> Result<bool, Error> {
        const OWNED: [&str; 5] = [
            "update token set replaced_by = null where account_id = $1 and user_id = $2",
            "delete from token where account_id = $1 and user_id = $2",
            "delete from user_grant where account_id = $1 and user_id = $2",
            "delete from one_time_link where account_id = $1 and user_id = $2",
            "delete from sign_in where account_id = $1 and user_id = $2",
        ];
        const SQL: &str =
            "delete from account_user where account_id = $1 and id = $2 and revision = $3";
        for sql in OWNED {
            on!(self.tx, |db| sqlx::query(sql)
                .bind(account.to_string())
                .bind(id.to_string())
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// How many owners of the account are not shut out, as of this change.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn owners(&mut self, account: AccountId) -> Result<i64, Error> {
        const SQL: &str = "select count(*) from account_user \
             where account_id = $1 and role = 'owner' and disabled_at is null";
        let (count,): (i64,) = on!(self.tx, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_one(&mut **db)
            .await?);
        Ok(count)
    }
}
