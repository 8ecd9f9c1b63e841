use crate::{Change, Error, Store, engine::on};
use model::{AccountId, SignInId, Timestamp, UserId};

/// A sign-in of a user, as stored: the hash of its cookie, never itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Names it.
    pub id: SignInId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// Who signed in.
    pub user_id: UserId,
    /// SHA-256 of the cookie.
    pub hash: [u8; 32],
    /// The address that it came from.
    pub source: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_seen_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

type Row = (String, String, String, Vec<u8>, Option<String>, i64, i64, i64);

fn sign_in(row: Row) -> Result<SignIn, Error> {
    let (id, account_id, user_id, hash, source, created_at, last_seen_at, expires_at) = row;
    let corrupt = |column| Error::Corrupt { column };
    let time =
        |millis: i64| Timestamp::from_millisecond(millis).map_err(|_| corrupt("sign_in times"));
    Ok(SignIn {
        id: id.parse().map_err(|_| corrupt("sign_in.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("sign_in.account_id"))?,
        user_id: user_id.parse().map_err(|_| corrupt("sign_in.user_id"))?,
        hash: hash.try_into().map_err(|_| corrupt("sign_in.hash"))?,
        source,
        created_at: time(created_at)?,
        last_seen_at: time(last_seen_at)?,
        expires_at: time(expires_at)?,
    })
}

impl Store {
    /// The sign-in whose cookie has that hash. The cookie is the credential here, as a token is: it names the account.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn sign_in(&self, hash: &[u8; 32]) -> Result<Option<SignIn>, Error> {
        const SQL: &str = "select id, account_id, user_id, hash, source, created_at, last_seen_at, expires_at \
             from sign_in where hash = $1";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(hash.as_slice())
            .fetch_optional(db)
            .await?);
        row.map(sign_in).transpose()
    }

    /// When a sign-in of the account was last used, and when it ends; nothing when it has been ended.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn sign_in_times(
        &self,
        account: AccountId,
        id: SignInId,
    ) -> Result<Option<(Timestamp, Timestamp)>, Error> {
        const SQL: &str =
            "select last_seen_at, expires_at from sign_in where account_id = $1 and id = $2";
        let row: Option<(i64, i64)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        let time = |millis: i64| {
            Timestamp::from_millisecond(millis)
                .map_err(|_| Error::Corrupt { column: "sign_in times" })
        };
        row.map(|(seen, end)| Ok((time(seen)?, time(end)?))).transpose()
    }

    /// Notes that a sign-in, and with it its user, was seen. No change to what it may do, so no audit row.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn touch_sign_in(&self, sign_in: &SignIn, now: Timestamp) -> Result<(), Error> {
        const SQL: &str = "update sign_in set last_seen_at = $1 where account_id = $2 and id = $3";
        const USER: &str =
            "update account_user set last_seen_at = $1 where account_id = $2 and id = $3";
        let ids = [(SQL, sign_in.id.to_string()), (USER, sign_in.user_id.to_string())];
        for (sql, id) in ids {
            on!(self.writer, |db| sqlx::query(sql)
                .bind(now.as_millisecond())
                .bind(sign_in.account_id.to_string())
                .bind(id)
                .execute(db)
                .await?
                .rows_affected());
        }
        Ok(())
    }

    /// Removes sign-ins that have ended, or that nobody has used since `idle_since`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_ended_sign_ins(
        &self,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<u64, Error> {
        const SQL: &str = "delete from sign_in where expires_at <= $1 or last_seen_at <= $2";
        Ok(on!(self.writer, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .bind(idle_since.as_millisecond())
            .execute(db)
            .await?
            .rows_affected()))
    }
}

impl Change {
    /// Adds a sign-in, and ends the user's oldest ones beyond `most`.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when its hash is there already.
    pub async fn insert_sign_in(&mut self, sign_in: &SignIn, most: u32) -> Result<(), Error> {
        const SQL: &str = "insert into sign_in \
             (id, account_id, user_id, hash, source, created_at, last_seen_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)";
        const OLDEST: &str = "delete from sign_in where account_id = $1 and user_id = $2 and id not in \
             (select id from sign_in where account_id = $1 and user_id = $2 order by id desc limit $3)";
        const SEEN: &str =
            "update account_user set last_seen_at = $1 where account_id = $2 and id = $3";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(sign_in.id.to_string())
            .bind(sign_in.account_id.to_string())
            .bind(sign_in.user_id.to_string())
            .bind(sign_in.hash.as_slice())
            .bind(&sign_in.source)
            .bind(sign_in.created_at.as_millisecond())
            .bind(sign_in.last_seen_at.as_millisecond())
            .bind(sign_in.expires_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        on!(self.tx, |db| sqlx::query(OLDEST)
            .bind(sign_in.account_id.to_string())
            .bind(sign_in.user_id.to_string())
            .bind(i64::from(most))
            .execute(&mut **db)
            .await?
            .rows_affected());
        on!(self.tx, |db| sqlx::query(SEEN)
            .bind(sign_in.created_at.as_millisecond())
            .bind(sign_in.account_id.to_string())
            .bind(sign_in.user_id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Ends one sign-in. Says whether there was one to end.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_sign_in(
        &mut self,
        account: AccountId,
        id: SignInId,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from sign_in where account_id = $1 and id = $2";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Ends every sign-in of a user but `kept`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_sign_ins(
        &mut self,
        account: AccountId,
        user: UserId,
        kept: Option<SignInId>,
    ) -> Result<(), Error> {
        const SQL: &str = "delete from sign_in where account_id = $1 and user_id = $2 and id <> $3";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(user.to_string())
            .bind(kept.map(|id| id.to_string()).unwrap_or_default())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
