use crate::{Change, Error, Store, engine::on};
use model::{AccountId, IssuerId, Timestamp};

/// Whoever else signs tokens of an account's customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Names it.
    pub id: IssuerId,
    /// The account whose customers it signs for.
    pub account_id: AccountId,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// What their `aud` names; with `issuer` one of all accounts.
    pub audience: String,
    /// Its public keys as JSON.
    pub jwks: Option<String>,
    /// Where they are, in place of them.
    pub jwks_url: Option<String>,
    /// Whether its tokens may be sent in the URL.
    pub allow_in_url: bool,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

type Row = (String, String, String, String, Option<String>, Option<String>, i64, i64, i64);

fn issuer(row: Row) -> Result<Issuer, Error> {
    let (id, account_id, issuer, audience, jwks, jwks_url, in_url, revision, created_at) = row;
    let corrupt = |column| Error::Corrupt { column };
    Ok(Issuer {
        id: id.parse().map_err(|_| corrupt("issuer.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("issuer.account_id"))?,
        issuer,
        audience,
        jwks,
        jwks_url,
        allow_in_url: in_url != 0,
        revision,
        created_at: Timestamp::from_millisecond(created_at)
            .map_err(|_| corrupt("issuer.created_at"))?,
    })
}

impl Store {
    /// The account's issuers, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn issuers(&self, account: AccountId) -> Result<Vec<Issuer>, Error> {
        const SQL: &str = "select id, account_id, issuer, audience, jwks, jwks_url, allow_in_url, revision, created_at \
             from issuer where account_id = $1 order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(issuer).collect()
    }

    /// Every issuer, of all accounts: for the registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn all_issuers(&self) -> Result<Vec<Issuer>, Error> {
        const SQL: &str = "select id, account_id, issuer, audience, jwks, jwks_url, allow_in_url, revision, created_at \
             from issuer order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(issuer).collect()
    }
}

impl Change {
    /// Adds an issuer.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when there is one of that issuer and audience, in whatever account.
    pub async fn insert_issuer(&mut self, issuer: &Issuer) -> Result<(), Error> {
        const SQL: &str = "insert into issuer (id, account_id, issuer, audience, jwks, jwks_url, allow_in_url, revision, \
             created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(issuer.id.to_string())
            .bind(issuer.account_id.to_string())
            .bind(&issuer.issuer)
            .bind(&issuer.audience)
            .bind(&issuer.jwks)
            .bind(&issuer.jwks_url)
            .bind(i64::from(issuer.allow_in_url))
            .bind(issuer.revision)
            .bind(issuer.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives an issuer its new keys, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_issuer(&mut self, issuer: &Issuer, now: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "update issuer set jwks = $1, jwks_url = $2, allow_in_url = $3, revision = $4, updated_at = $5 \
             where account_id = $6 and id = $7 and revision = $4 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&issuer.jwks)
            .bind(&issuer.jwks_url)
            .bind(i64::from(issuer.allow_in_url))
            .bind(issuer.revision)
            .bind(now.as_millisecond())
            .bind(issuer.account_id.to_string())
            .bind(issuer.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes an issuer, if it has that revision. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_issuer(
        &mut self,
        account: AccountId,
        id: IssuerId,
        revision: i64,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from issuer where account_id = $1 and id = $2 and revision = $3";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(id.to_string())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }
}
