use crate::{Error, Store, engine::on};
use model::{AccountId, AppId, ConnectLinkId, Timestamp};

/// Attempts of one link that are remembered: who asks for more, gives the oldest up.
const ATTEMPTS_OF_LINK: i64 = 10;

/// A customer who was sent to a provider and is to come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectAttempt {
    /// The hash of `state`, in hexadecimal.
    pub id: String,
    /// The account of the link.
    pub account_id: AccountId,
    /// The link whose page the customer came from.
    pub link_id: ConnectLinkId,
    /// The app that is connected.
    pub app_id: AppId,
    /// By which of its ways.
    pub way: String,
    /// The hash of the cookie of the browser that was sent.
    pub browser: [u8; 32],
    /// What [`crate::Sealer::seal`] made of the code verifier and of what was entered, for [`ConnectAttempt::place`].
    pub sealed: Vec<u8>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl ConnectAttempt {
    /// The place that it is sealed for.
    #[must_use]
    pub fn place(account: AccountId, id: &str) -> String {
        format!("{account}|connect_attempt|{id}|sealed")
    }
}

type Row = (String, String, String, String, String, Vec<u8>, Vec<u8>, i64);

fn connect_attempt(row: Row) -> Result<ConnectAttempt, Error> {
    let (id, account_id, link_id, app_id, way, browser, sealed, expires_at) = row;
    let corrupt = |column| Error::Corrupt { column };
    Ok(ConnectAttempt {
        id,
        account_id: account_id.parse().map_err(|_| corrupt("connect_attempt.account_id"))?,
        link_id: link_id.parse().map_err(|_| corrupt("connect_attempt.link_id"))?,
        app_id: app_id.parse().map_err(|_| corrupt("connect_attempt.app_id"))?,
        way,
        browser: browser.try_into().map_err(|_| corrupt("connect_attempt.browser"))?,
        sealed,
        expires_at: Timestamp::from_millisecond(expires_at)
            .map_err(|_| corrupt("connect_attempt.expires_at"))?,
    })
}

impl Store {
    /// Remembers an attempt, in the place of the oldest of its link when there are many. No change of anybody's yet, so it has no
    /// audit row.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`], for a link that is gone too.
    pub async fn insert_connect_attempt(&self, attempt: &ConnectAttempt) -> Result<(), Error> {
        const SQL: &str = "insert into connect_attempt (id, account_id, link_id, app_id, way, browser, sealed, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)";
        const OLDEST: &str = "delete from connect_attempt where account_id = $1 and link_id = $2 and id not in \
             (select id from connect_attempt where account_id = $1 and link_id = $2 order by expires_at desc, id limit $3)";
        let mut tx = self.writer.begin().await?;
        on!(tx, |db| sqlx::query(SQL)
            .bind(&attempt.id)
            .bind(attempt.account_id.to_string())
            .bind(attempt.link_id.to_string())
            .bind(attempt.app_id.to_string())
            .bind(&attempt.way)
            .bind(attempt.browser.as_slice())
            .bind(&attempt.sealed)
            .bind(attempt.expires_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        on!(tx, |db| sqlx::query(OLDEST)
            .bind(attempt.account_id.to_string())
            .bind(attempt.link_id.to_string())
            .bind(ATTEMPTS_OF_LINK)
            .execute(&mut **db)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Takes an attempt away, and gives it if it could still be used at `now`: of several that come with the same `state`, one gets it.
    /// The `state` behind the id is the credential here: it names the account.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn take_connect_attempt(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<ConnectAttempt>, Error> {
        const SQL: &str = "delete from connect_attempt where id = $1 \
             returning id, account_id, link_id, app_id, way, browser, sealed, expires_at";
        let row: Option<Row> =
            on!(self.writer, |db| sqlx::query_as(SQL).bind(id).fetch_optional(db).await?);
        let attempt = row.map(connect_attempt).transpose()?;
        Ok(attempt.filter(|attempt| attempt.expires_at > now))
    }

    /// Whether a customer is away from that link at a provider.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn has_connect_attempt(
        &self,
        account: AccountId,
        link: ConnectLinkId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "select count(*) from connect_attempt where account_id = $1 and link_id = $2 and expires_at > $3";
        let (count,): (i64,) = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(link.to_string())
            .bind(now.as_millisecond())
            .fetch_one(db)
            .await?);
        Ok(count > 0)
    }

    /// Removes attempts whose time is over.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_expired_connect_attempts(&self, now: Timestamp) -> Result<u64, Error> {
        const SQL: &str = "delete from connect_attempt where expires_at <= $1";
        Ok(on!(self.writer, |db| sqlx::query(SQL)
            .bind(now.as_millisecond())
            .execute(db)
            .await?
            .rows_affected()))
    }
}
