use crate::{Change, Error, Store, engine::on};
use model::{AccountId, Alias, Timestamp};

/// A name under which an account answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAlias {
    /// The name.
    pub alias: Alias,
    /// Whose it is.
    pub account_id: AccountId,
    /// Until when it answers, for one that was given up; absent for the account's own.
    pub former_until: Option<Timestamp>,
}

type Row = (String, String, Option<i64>);

fn account_alias((alias, account_id, former_until): Row) -> Result<AccountAlias, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(AccountAlias {
        alias: alias.parse().map_err(|_| corrupt("account_alias.alias"))?,
        account_id: account_id.parse().map_err(|_| corrupt("account_alias.account_id"))?,
        former_until: former_until
            .map(Timestamp::from_millisecond)
            .transpose()
            .map_err(|_| corrupt("account_alias.former_until"))?,
    })
}

impl Store {
    /// Every alias of every account: for the registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn account_aliases(&self) -> Result<Vec<AccountAlias>, Error> {
        const SQL: &str =
            "select alias, account_id, former_until from account_alias order by alias";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(account_alias).collect()
    }

    /// Aliases that the account has given up and that still answer at `now`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn former_aliases(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<AccountAlias>, Error> {
        const SQL: &str = "select alias, account_id, former_until from account_alias \
             where account_id = $1 and former_until > $2 order by former_until, alias";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(now.as_millisecond())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(account_alias).collect()
    }
}

impl Change {
    /// Gives the account an alias of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when it answers for an account already, as a former one too.
    pub async fn insert_alias(&mut self, account: AccountId, alias: &Alias) -> Result<(), Error> {
        const SQL: &str = "insert into account_alias (alias, account_id) values ($1, $2)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(alias.as_str())
            .bind(account.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Has the account's own alias answer as a former one until then.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn retire_alias(
        &mut self,
        account: AccountId,
        alias: &Alias,
        until: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str =
            "update account_alias set former_until = $1 where account_id = $2 and alias = $3";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(until.as_millisecond())
            .bind(account.to_string())
            .bind(alias.as_str())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Removes a former alias of the account. Says whether it had it.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_former_alias(
        &mut self,
        account: AccountId,
        alias: &Alias,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from account_alias \
             where account_id = $1 and alias = $2 and former_until is not null";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(alias.as_str())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Frees an alias that somebody gave up and whose time is over at `now`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn forget_former_alias(
        &mut self,
        alias: &Alias,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "delete from account_alias where alias = $1 and former_until <= $2";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(alias.as_str())
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
