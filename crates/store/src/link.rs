use crate::{Change, Error, Store, engine::on};
use model::{AccountId, LinkId, Timestamp, UserId};

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// The first owner of an account, who is made when it is used.
    Setup,
    /// The first password of a user.
    Invitation,
    /// Another password of a user.
    Reset,
}

impl LinkPurpose {
    const ALL: [Self; 3] = [Self::Setup, Self::Invitation, Self::Reset];

    /// Its name in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }
}

/// A link that sets a password once, as stored: its hash, never itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Names it.
    pub id: LinkId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// Whose password it sets; nobody's yet at set-up.
    pub user_id: Option<UserId>,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// SHA-256 of its secret part.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

type Row = (String, String, Option<String>, String, Vec<u8>, i64, i64);

fn link(
    (id, account_id, user_id, purpose, hash, created_at, expires_at): Row,
) -> Result<Link, Error> {
    let corrupt = |column| Error::Corrupt { column };
    let time = |millis: i64| {
        Timestamp::from_millisecond(millis).map_err(|_| corrupt("one_time_link times"))
    };
    let known = LinkPurpose::ALL.into_iter().find(|known| known.as_str() == purpose);
    Ok(Link {
        id: id.parse().map_err(|_| corrupt("one_time_link.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("one_time_link.account_id"))?,
        user_id: user_id
            .map(|id| id.parse().map_err(|_| corrupt("one_time_link.user_id")))
            .transpose()?,
        purpose: known.ok_or_else(|| corrupt("one_time_link.purpose"))?,
        hash: hash.try_into().map_err(|_| corrupt("one_time_link.hash"))?,
        created_at: time(created_at)?,
        expires_at: time(expires_at)?,
    })
}

impl Store {
    /// The link with that hash, if it can still be used at `now`. The secret behind the hash is the credential here, as it is
    /// with tokens: it names the account.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn live_link(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Link>, Error> {
        const SQL: &str = "select id, account_id, user_id, purpose, hash, created_at, expires_at from one_time_link \
             where hash = $1 and used_at is null and expires_at > $2";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(hash.as_slice())
            .bind(now.as_millisecond())
            .fetch_optional(db)
            .await?);
        row.map(link).transpose()
    }

    /// Removes links whose time is over.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_expired_links(&self, now: Timestamp) -> Result<u64, Error> {
        const SQL: &str = "delete from one_time_link where expires_at <= $1";
        Ok(on!(self.writer, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .execute(db)
            .await?
            .rows_affected()))
    }
}

impl Change {
    /// Adds a link in the place of all that the same user had, or of the account's links for set-up.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when its hash is there already.
    pub async fn replace_links(&mut self, link: &Link) -> Result<(), Error> {
        const SQL: &str = "insert into one_time_link (id, account_id, user_id, purpose, hash, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7)";
        self.delete_links(link.account_id, link.user_id).await?;
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(link.id.to_string())
            .bind(link.account_id.to_string())
            .bind(link.user_id.map(|id| id.to_string()))
            .bind(link.purpose.as_str())
            .bind(link.hash.as_slice())
            .bind(link.created_at.as_millisecond())
            .bind(link.expires_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Uses a link up. Says whether it could be used at `now`: of several that try at once, one is told so.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn use_link(&mut self, link: &Link, now: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "update one_time_link set used_at = $1 \
             where account_id = $2 and id = $3 and used_at is null and expires_at > $1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .bind(link.account_id.to_string())
            .bind(link.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes the links of a user that were not used, or those of the account for set-up.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_links(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
    ) -> Result<(), Error> {
        const SQL: &str = "delete from one_time_link \
             where account_id = $1 and coalesce(user_id, '') = $2 and used_at is null";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(user.map(|id| id.to_string()).unwrap_or_default())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
