use crate::{Change, Error, Store, action::contains, engine::on};
use model::{AccountId, CustomerId, CustomerKey, RawJson, Timestamp, UserId};

/// An end user of the account's own product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Names it.
    pub id: CustomerId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// What the account calls it; unique in the account.
    pub key: CustomerKey,
    /// For people.
    pub name: String,
    /// What the account keeps with it: a JSON object.
    pub metadata: RawJson,
    /// The user whose own connections are kept with it: nobody else reaches it, and no token stands for it.
    pub user_id: Option<UserId>,
    /// When it was shut out.
    pub disabled_at: Option<Timestamp>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What names one customer of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerName {
    /// Its id.
    Id(CustomerId),
    /// Its key.
    Key(CustomerKey),
}

/// Which customers of an account to read.
#[derive(Clone, Debug, Default)]
pub struct CustomerFilter {
    /// Only those whose key or name holds that text, in whatever case.
    pub search: String,
    /// Only those that are shut out, or that are not.
    pub disabled: Option<bool>,
    /// Only those after that one.
    pub after: Option<CustomerId>,
    /// At most so many.
    pub limit: u32,
}

/// What is known of an account's customers as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerGate {
    /// The account.
    pub account_id: AccountId,
    /// Grows when one is shut out or removed.
    pub customers: i64,
    /// Whether a token that was verified makes the customer that it names.
    pub customers_on_first_use: bool,
}

impl Customer {
    fn search(&self) -> String {
        format!("{}\n{}", self.key, self.name).to_lowercase()
    }
}

type Row = (String, String, String, String, String, Option<String>, Option<i64>, i64, i64, i64);

fn customer(row: Row) -> Result<Customer, Error> {
    let (id, account_id, key, name, metadata, user_id, disabled_at, revision, created, updated) =
        row;
    let corrupt = |column| Error::Corrupt { column };
    let time =
        |millis: i64| Timestamp::from_millisecond(millis).map_err(|_| corrupt("customer times"));
    Ok(Customer {
        id: id.parse().map_err(|_| corrupt("customer.id"))?,
        account_id: account_id.parse().map_err(|_| corrupt("customer.account_id"))?,
        key: key.parse().map_err(|_| corrupt("customer.key"))?,
        name,
        metadata: RawJson::parse(metadata).map_err(|_| corrupt("customer.metadata"))?,
        user_id: user_id
            .map(|id| id.parse().map_err(|_| corrupt("customer.user_id")))
            .transpose()?,
        disabled_at: disabled_at.map(time).transpose()?,
        revision,
        created_at: time(created)?,
        updated_at: time(updated)?,
    })
}

impl Store {
    /// The account's customers that the filter lets through, in the order of their making; not those that are users' own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn customers(
        &self,
        account: AccountId,
        filter: &CustomerFilter,
    ) -> Result<Vec<Customer>, Error> {
        const SQL: &str = "select id, account_id, key, name, metadata, user_id, disabled_at, revision, created_at, updated_at \
             from customer where account_id = $1 and user_id is null and id > $2 and search like $3 escape '!' \
             and ($4 < 0 or $4 = case when disabled_at is null then 0 else 1 end) order by id limit $5";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(filter.after.map(|id| id.to_string()).unwrap_or_default())
            .bind(contains(&filter.search.to_lowercase()))
            .bind(filter.disabled.map_or(-1, i64::from))
            .bind(i64::from(filter.limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(customer).collect()
    }

    /// The account's customer of that id or key.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn customer(
        &self,
        account: AccountId,
        name: &CustomerName,
    ) -> Result<Option<Customer>, Error> {
        const BY_ID: &str = "select id, account_id, key, name, metadata, user_id, disabled_at, revision, created_at, updated_at \
             from customer where account_id = $1 and id = $2";
        const BY_KEY: &str = "select id, account_id, key, name, metadata, user_id, disabled_at, revision, created_at, updated_at \
             from customer where account_id = $1 and key = $2";
        let (sql, named) = match name {
            CustomerName::Id(id) => (BY_ID, id.to_string()),
            CustomerName::Key(key) => (BY_KEY, key.to_string()),
        };
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(sql)
            .bind(account.to_string())
            .bind(&named)
            .fetch_optional(db)
            .await?);
        row.map(customer).transpose()
    }
}

impl Store {
    /// What is known of the customers of every account: for the registry, which answers each by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn customer_gates(&self) -> Result<Vec<CustomerGate>, Error> {
        const SQL: &str = "select id, customers, customers_on_first_use from account order by id";
        let rows: Vec<(String, i64, i64)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        let gate = |(id, customers, first_use): (String, i64, i64)| {
            Ok(CustomerGate {
                account_id: id.parse().map_err(|_| Error::Corrupt { column: "account.id" })?,
                customers,
                customers_on_first_use: first_use != 0,
            })
        };
        rows.into_iter().map(gate).collect()
    }
}

impl Change {
    /// Has every process look again at the account's customers that it has let in.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn customers_changed(&mut self, account: AccountId) -> Result<(), Error> {
        const SQL: &str = "update account set customers = customers + 1 where id = $1";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Adds a customer.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the account has one with that key.
    pub async fn insert_customer(&mut self, customer: &Customer) -> Result<(), Error> {
        const SQL: &str = "insert into customer (id, account_id, key, name, metadata, search, user_id, disabled_at, \
             revision, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(customer.id.to_string())
            .bind(customer.account_id.to_string())
            .bind(customer.key.as_str())
            .bind(&customer.name)
            .bind(customer.metadata.get())
            .bind(customer.search())
            .bind(customer.user_id.map(|id| id.to_string()))
            .bind(customer.disabled_at.map(Timestamp::as_millisecond))
            .bind(customer.revision)
            .bind(customer.created_at.as_millisecond())
            .bind(customer.updated_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives a customer its new name, metadata and state, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_customer(&mut self, customer: &Customer) -> Result<bool, Error> {
        const SQL: &str = "update customer set name = $1, metadata = $2, search = $3, disabled_at = $4, revision = $5, \
             updated_at = $6 where account_id = $7 and id = $8 and revision = $5 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&customer.name)
            .bind(customer.metadata.get())
            .bind(customer.search())
            .bind(customer.disabled_at.map(Timestamp::as_millisecond))
            .bind(customer.revision)
            .bind(customer.updated_at.as_millisecond())
            .bind(customer.account_id.to_string())
            .bind(customer.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a customer, if it has that revision, with its tokens and connections. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_customer(
        &mut self,
        account: AccountId,
        id: CustomerId,
        revision: i64,
    ) -> Result<bool, Error> {
        const OWNED: [&str; 5] = [
            "delete from connect_attempt where account_id = $1 and link_id in \
             (select id from connect_link where account_id = $1 and customer_id = $2)",
            "delete from connect_link where account_id = $1 and customer_id = $2",
            "delete from chat where account_id = $1 and customer_id = $2",
            "update token set replaced_by = null where account_id = $1 and customer_id = $2",
            "delete from token where account_id = $1 and customer_id = $2",
        ];
        const SQL: &str =
            "delete from customer where account_id = $1 and id = $2 and revision = $3";
        self.delete_customer_connections(account, id).await?;
        self.remove(&OWNED, SQL, account, &id, revision).await
    }
}
