use crate::{Change, Error, Store, engine::on};
use model::{AccountId, Alias, Timestamp};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Names it.
    pub id: AccountId,
    /// Its part of every URL.
    pub alias: Alias,
    /// For people.
    pub name: String,
    /// For how many days an alias goes on answering after it was given up.
    pub former_alias_days: i64,
    /// Whether a token that was verified makes the customer that it names.
    pub customers_on_first_use: bool,
    /// What the pages call the product that its customers see.
    pub brand_name: Option<String>,
    /// Their color.
    pub brand_color: Option<String>,
    /// Their picture.
    pub brand_logo_url: Option<String>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Account {
    /// For how many days a former alias answers when nobody has said.
    pub const FORMER_ALIAS_DAYS: i64 = 90;

    /// A new one.
    #[must_use]
    pub fn new(id: AccountId, alias: Alias, now: Timestamp) -> Self {
        let (name, former_alias_days) = (String::new(), Self::FORMER_ALIAS_DAYS);
        let customers_on_first_use = true;
        Self {
            id,
            alias,
            name,
            former_alias_days,
            customers_on_first_use,
            brand_name: None,
            brand_color: None,
            brand_logo_url: None,
            revision: 1,
            created_at: now,
        }
    }
}

type Text = Option<String>;
type Row = (String, String, String, i64, i64, Text, Text, Text, i64, i64);

fn account(row: Row) -> Result<Account, Error> {
    let (id, alias, name, former_alias_days, first_use, brand, color, logo, revision, created_at) =
        row;
    let corrupt = |column| Error::Corrupt { column };
    Ok(Account {
        id: id.parse().map_err(|_| corrupt("account.id"))?,
        alias: alias.parse().map_err(|_| corrupt("account.alias"))?,
        name,
        former_alias_days,
        customers_on_first_use: first_use != 0,
        brand_name: brand,
        brand_color: color,
        brand_logo_url: logo,
        revision,
        created_at: Timestamp::from_millisecond(created_at)
            .map_err(|_| corrupt("account.created_at"))?,
    })
}

impl Store {
    /// The account of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, Error> {
        const SQL: &str = "select id, alias, name, former_alias_days, customers_on_first_use, brand_name, brand_color, brand_logo_url, revision, \
             created_at from account where id = $1";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(account).transpose()
    }

    /// The account that answers to that alias at `now`, be it its own or a former one.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn account_by_alias(
        &self,
        alias: &Alias,
        now: Timestamp,
    ) -> Result<Option<Account>, Error> {
        const SQL: &str = "select id, account.alias, name, former_alias_days, customers_on_first_use, brand_name, brand_color, brand_logo_url, \
             revision, created_at from account_alias join account on account.id = account_alias.account_id \
             where account_alias.alias = $1 and (former_until is null or former_until > $2)";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(alias.as_str())
            .bind(now.as_millisecond())
            .fetch_optional(db)
            .await?);
        row.map(account).transpose()
    }

    /// Every account: for the registry that serves all of them, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.accounts_after(None, i64::MAX).await
    }

    /// The installation's accounts after that one, in the order of their making, at most `limit`: for its operator.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn accounts_after(
        &self,
        after: Option<AccountId>,
        limit: i64,
    ) -> Result<Vec<Account>, Error> {
        const SQL: &str = "select id, alias, name, former_alias_days, customers_on_first_use, brand_name, brand_color, brand_logo_url, revision, \
             created_at from account \
             where id > $1 order by id limit $2";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(limit)
            .fetch_all(db)
            .await?);
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
        const SQL: &str = "insert into account (id, alias, name, former_alias_days, revision, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $6)";
        self.forget_former_alias(&account.alias, now).await?;
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.id.to_string())
            .bind(account.alias.as_str())
            .bind(&account.name)
            .bind(account.former_alias_days)
            .bind(account.revision)
            .bind(now.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.insert_alias(account.id, &account.alias).await
    }

    /// Gives an account its new name, alias and days, if it has the revision before. Says whether it had. Which aliases answer is
    /// for [`Change::insert_alias`] and its like.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the alias is taken.
    pub async fn update_account(
        &mut self,
        account: &Account,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "update account set alias = $1, name = $2, former_alias_days = $3, revision = $4, updated_at = $5, \
             customers_on_first_use = $7, brand_name = $8, brand_color = $9, brand_logo_url = $10 \
             where id = $6 and revision = $4 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.alias.as_str())
            .bind(&account.name)
            .bind(account.former_alias_days)
            .bind(account.revision)
            .bind(now.as_millisecond())
            .bind(account.id.to_string())
            .bind(i64::from(account.customers_on_first_use))
            .bind(account.brand_name.as_ref())
            .bind(account.brand_color.as_ref())
            .bind(account.brand_logo_url.as_ref())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }
}
