use crate::{Change, Error, Store, engine::on};
use model::{AccountId, Alias, Timestamp};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Names it.
    pub id: AccountId,
    /// Its part of every URL.
    pub alias: Alias,
}

type Row = (String, String);

fn account((id, alias): Row) -> Result<Account, Error> {
    Ok(Account {
        id: id.parse().map_err(|_| Error::Corrupt { column: "account.id" })?,
        alias: alias.parse().map_err(|_| Error::Corrupt { column: "account.alias" })?,
    })
}

impl Store {
    /// The account with that alias.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn account_by_alias(&self, alias: &Alias) -> Result<Option<Account>, Error> {
        const SQL: &str = "select id, alias from account where alias = $1";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(alias.as_str())
            .fetch_optional(db)
            .await?);
        row.map(account).transpose()
    }

    /// Every account: for the registry that serves all of them, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn accounts(&self) -> Result<Vec<Account>, Error> {
        const SQL: &str = "select id, alias from account order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(account).collect()
    }
}

impl Change {
    /// Adds an account.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the alias is taken.
    pub async fn insert_account(&mut self, account: &Account, now: Timestamp) -> Result<(), Error> {
        const SQL: &str = "insert into account (id, alias, created_at) values ($1, $2, $3)";
        const ALIAS: &str = "insert into account_alias (alias, account_id) values ($1, $2)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.id.to_string())
            .bind(account.alias.as_str())
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        on!(self.tx, |db| sqlx::query(ALIAS)
            .bind(account.alias.as_str())
            .bind(account.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
