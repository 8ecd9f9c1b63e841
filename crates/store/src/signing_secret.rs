use crate::{Change, Error, Store, engine::on};
use model::{AccountId, SigningSecretId, Timestamp};

/// A secret that an account signs its customers' tokens with, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningSecret {
    /// Names it, in the header of each token too.
    pub id: SigningSecretId,
    /// The account whose customers it signs for.
    pub account_id: AccountId,
    /// For people.
    pub name: String,
    /// In the words of `oauth`.
    pub algorithm: String,
    /// What [`crate::Sealer::seal`] made for [`SigningSecret::place`].
    pub sealed: Vec<u8>,
    /// Whether its tokens may be sent in the URL.
    pub allow_in_url: bool,
    /// When its tokens are no longer taken.
    pub retires_at: Option<Timestamp>,
    /// The principal that made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl SigningSecret {
    /// The place that a secret is sealed for.
    #[must_use]
    pub fn place(account: AccountId, id: SigningSecretId) -> String {
        format!("{account}|signing_secret|{id}|sealed")
    }
}

type Row = (String, String, String, String, Vec<u8>, i64, Option<i64>, String, i64);

fn signing_secret(row: Row) -> Result<SigningSecret, Error> {
    let (id, account_id, name, algorithm, sealed, in_url, retires_at, created_by, created_at) = row;
    let corrupt = |column| Error::Corrupt { column };
    let time = |millis: i64| {
        Timestamp::from_millisecond(millis).map_err(|_| corrupt("signing_secret times"))
    };
    Ok(SigningSecret {
        id: id.parse().map_err(|_| corrupt("signing_secret.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("signing_secret.account_id"))?,
        name,
        algorithm,
        sealed,
        allow_in_url: in_url != 0,
        retires_at: retires_at.map(time).transpose()?,
        created_by,
        created_at: time(created_at)?,
    })
}

impl Store {
    /// The account's signing secrets, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn signing_secrets(&self, account: AccountId) -> Result<Vec<SigningSecret>, Error> {
        const SQL: &str = "select id, account_id, name, algorithm, sealed, allow_in_url, retires_at, created_by, created_at \
             from signing_secret where account_id = $1 order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(signing_secret).collect()
    }

    /// Every signing secret, of all accounts: for the registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn all_signing_secrets(&self) -> Result<Vec<SigningSecret>, Error> {
        const SQL: &str = "select id, account_id, name, algorithm, sealed, allow_in_url, retires_at, created_by, created_at \
             from signing_secret order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(signing_secret).collect()
    }
}

impl Change {
    /// Adds a signing secret.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn insert_signing_secret(&mut self, secret: &SigningSecret) -> Result<(), Error> {
        const SQL: &str = "insert into signing_secret (id, account_id, name, algorithm, sealed, allow_in_url, \
             retires_at, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(secret.id.to_string())
            .bind(secret.account_id.to_string())
            .bind(&secret.name)
            .bind(&secret.algorithm)
            .bind(&secret.sealed)
            .bind(i64::from(secret.allow_in_url))
            .bind(secret.retires_at.map(Timestamp::as_millisecond))
            .bind(&secret.created_by)
            .bind(secret.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Ends a signing secret at a moment, unless it ends before. Says whether it was there and had no such end.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn retire_signing_secret(
        &mut self,
        account: AccountId,
        id: SigningSecretId,
        at: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "update signing_secret set retires_at = $1 \
             where account_id = $2 and id = $3 and retires_at is null";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(at.as_millisecond())
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a signing secret. Says whether it was there.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_signing_secret(
        &mut self,
        account: AccountId,
        id: SigningSecretId,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from signing_secret where account_id = $1 and id = $2";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }
}
