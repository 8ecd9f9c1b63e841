use crate::{Change, Error, Store, engine::on};
use model::{AccountId, Role, Timestamp, UserId};

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

type Row =
    (String, String, String, String, String, Option<String>, Option<i64>, Option<i64>, i64, i64);

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

    /// The account's user with that address, which is in lower case.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn user_by_email(
        &self,
        account: AccountId,
        email: &str,
    ) -> Result<Option<User>, Error> {
        const SQL: &str = "select id, account_id, email, name, role, password, disabled_at, last_seen_at, revision, \
             created_at from account_user where account_id = $1 and email = $2";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(email)
            .fetch_optional(db)
            .await?);
        row.map(user).transpose()
    }

    /// Whether the account has users, shut out ones too.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn has_users(&self, account: AccountId) -> Result<bool, Error> {
        const SQL: &str = "select count(*) from account_user where account_id = $1";
        let (count,): (i64,) = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_one(db)
            .await?);
        Ok(count > 0)
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
}

impl Change {
    /// Adds a user.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the account has one with that address.
    pub async fn insert_user(&mut self, user: &User) -> Result<(), Error> {
        const SQL: &str = "insert into account_user \
             (id, account_id, email, name, role, password, revision, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(user.id.to_string())
            .bind(user.account_id.to_string())
            .bind(&user.email)
            .bind(&user.name)
            .bind(user.role.as_str())
            .bind(&user.password)
            .bind(user.revision)
            .bind(user.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives a user its new name, role, state and password, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_user(&mut self, user: &User, now: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "update account_user set name = $1, role = $2, disabled_at = $3, revision = $4, updated_at = $5, \
             password = $6 where account_id = $7 and id = $8 and revision = $4 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&user.name)
            .bind(user.role.as_str())
            .bind(user.disabled_at.map(Timestamp::as_millisecond))
            .bind(user.revision)
            .bind(now.as_millisecond())
            .bind(&user.password)
            .bind(user.account_id.to_string())
            .bind(user.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a user, if it has that revision, with its grants, links, sign-ins, tokens and own connections. Says whether it had.
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
        const OWNED: [&str; 9] = [
            "delete from customer_connection where account_id = $1 and customer_id in \
             (select id from customer where account_id = $1 and user_id = $2)",
            "delete from connect_attempt where account_id = $1 and link_id in \
             (select connect_link.id from connect_link join customer on customer.id = connect_link.customer_id \
             where connect_link.account_id = $1 and customer.user_id = $2)",
            "delete from connect_link where account_id = $1 and customer_id in \
             (select id from customer where account_id = $1 and user_id = $2)",
            "delete from customer where account_id = $1 and user_id = $2",
            "update token set replaced_by = null where account_id = $1 and user_id = $2",
            "delete from token where account_id = $1 and user_id = $2",
            "delete from user_grant where account_id = $1 and user_id = $2",
            "delete from one_time_link where account_id = $1 and user_id = $2",
            "delete from sign_in where account_id = $1 and user_id = $2",
        ];
        const SQL: &str =
            "delete from account_user where account_id = $1 and id = $2 and revision = $3";
        self.remove(&OWNED, SQL, account, &id, revision).await
    }

    /// Whether the account has that user as of this change.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn has_user(&mut self, account: AccountId, id: UserId) -> Result<bool, Error> {
        const SQL: &str = "select count(*) from account_user where account_id = $1 and id = $2";
        let (count,): (i64,) = on!(self.tx, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_one(&mut **db)
            .await?);
        Ok(count > 0)
    }

    /// Whether the account has users as of this change, shut out ones too.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn has_users(&mut self, account: AccountId) -> Result<bool, Error> {
        const SQL: &str = "select count(*) from account_user where account_id = $1";
        let (count,): (i64,) = on!(self.tx, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_one(&mut **db)
            .await?);
        Ok(count > 0)
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
