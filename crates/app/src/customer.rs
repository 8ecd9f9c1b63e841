use crate::{App, Caller, Error, Expected, Outbound, Page, PageQuery, Patch, clock::entropy};
use model::{AccountId, CustomerId, CustomerKey, Permission, RawJson, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

/// The longest name of a customer.
const NAME_CHARS_MAX: usize = 100;
/// The longest metadata of a customer, as JSON.
pub(crate) const METADATA_BYTES_MAX: usize = 16 << 10;
/// The longest text that customers are searched for.
const SEARCH_CHARS_MAX: usize = 200;

/// An end user of the account's own product, for whom connections are kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Customer {
    /// Names it.
    pub id: CustomerId,
    /// What the account calls it, and the `sub` of its tokens.
    pub key: CustomerKey,
    /// Its name, its metadata, and whether it is shut out.
    #[serde(flatten)]
    pub settings: CustomerSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of a customer can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerSettings {
    /// For people.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// Whatever the account keeps with it: a JSON object of 16 KiB at most.
    #[schema(value_type = Object)]
    pub metadata: RawJson,
    /// Whether it is shut out: its tokens open nothing.
    pub disabled: bool,
}

/// A customer to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// What the account calls it; unique in the account, and no id of a customer.
    pub key: CustomerKey,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// Whatever the account keeps with it: a JSON object of 16 KiB at most.
    #[serde(default = "no_metadata")]
    #[schema(value_type = Object)]
    pub metadata: RawJson,
}

/// Which customers, and which page of their list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CustomerQuery {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
    /// Only those whose key or name holds that text, in whatever case.
    #[param(max_length = 200, nullable = false)]
    pub search: Option<String>,
    /// Only those that are shut out, or that are not.
    #[param(nullable = false)]
    pub disabled: Option<bool>,
}

/// What names a customer: its id, its key, or that it is the caller's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerName(Named);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Stored(store::CustomerName),
    Own,
}

impl CustomerName {
    /// What keeps the caller's own connections. No text names it.
    pub const OWN: Self = Self(Named::Own);
}

impl FromStr for CustomerName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let name = match text.parse() {
            Ok(id) => store::CustomerName::Id(id),
            Err(_) => store::CustomerName::Key(text.parse().map_err(|_| absent())?),
        };
        Ok(Self(Named::Stored(name)))
    }
}

impl From<CustomerId> for CustomerName {
    fn from(id: CustomerId) -> Self {
        Self(Named::Stored(store::CustomerName::Id(id)))
    }
}

impl<'de> Deserialize<'de> for CustomerName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl App {
    /// The account's customers, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`].
    pub async fn list_customers(
        &self,
        caller: &Caller,
        query: CustomerQuery,
    ) -> Result<Page<Customer>, Error> {
        let account = caller.may(Permission::ReadCustomers)?;
        let page = PageQuery { limit: query.limit, cursor: query.cursor };
        let size = page.size()?;
        let search = query.search.unwrap_or_default();
        if search.chars().count() > SEARCH_CHARS_MAX {
            let message = format!("a search has at most {SEARCH_CHARS_MAX} characters");
            return Err(Error::invalid(message).field("search"));
        }
        let filter = store::CustomerFilter {
            search,
            disabled: query.disabled,
            after: page.after()?,
            limit: size + 1,
        };
        let rows = self.store.customers(account, &filter).await?;
        Ok(Page::new(rows, size, |row| row.id, Customer::from))
    }

    /// One customer.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`]; [`crate::Kind::NotFound`].
    pub async fn get_customer(
        &self,
        caller: &Caller,
        name: &CustomerName,
    ) -> Result<Customer, Error> {
        let account = caller.may(Permission::ReadCustomers)?;
        Ok(self.known_customer(account, name).await?.into())
    }

    /// Adds a customer.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::Invalid`];
    /// [`crate::Kind::Conflict`] when the account has a customer with that key.
    pub async fn create_customer(
        &self,
        caller: &Caller,
        new: NewCustomer,
    ) -> Result<Customer, Error> {
        let account = caller.may(Permission::WriteCustomers)?;
        let now = self.clock.now();
        let row = new_row(account, new, now)?;
        let customer = Customer::from(row.clone());
        let mut change = self
            .begin(caller, now, "customer.create", &row.id, None::<&()>, Some(&customer))
            .await?;
        change.insert_customer(&row).await.map_err(|error| match error {
            store::Error::Duplicate => Error::conflict("the account has a customer with that key")
                .code("key_taken")
                .field("key"),
            other => other.into(),
        })?;
        self.commit_created(change, caller, &customer, now).await?;
        Ok(customer)
    }

    /// Changes a customer. Shut out, its tokens open nothing within a second.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteCustomers`]; [`crate::Kind::NotFound`];
    /// [`crate::Kind::Invalid`]; [`crate::Kind::Changed`].
    pub async fn update_customer(
        &self,
        caller: &Caller,
        name: &CustomerName,
        expected: Expected,
        patch: &Patch,
    ) -> Result<Customer, Error> {
        let account = caller.may(Permission::WriteCustomers)?;
        let known = self.known_customer(account, name).await?;
        let before = Customer::from(known.clone());
        let settings = patch.apply(&before.settings)?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let row = store::Customer {
            name: checked_name(settings.name)?,
            metadata: checked_metadata(settings.metadata)?,
            disabled_at: settings.disabled.then(|| known.disabled_at.unwrap_or(now)),
            revision: known.revision + 1,
            updated_at: now,
            ..known.clone()
        };
        let after = Customer::from(row.clone());
        let mut change = self
            .begin(caller, now, "customer.update", &row.id, Some(&before), Some(&after))
            .await?;
        if !change.update_customer(&row).await? {
            return Err(Error::changed());
        }
        if row.disabled_at != known.disabled_at {
            change.customers_changed(account).await?;
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Removes a customer for good, with its tokens and its connections, whose tokens are given back to the apps that take them.
    ///
    /// # Errors
    ///
    /// As for [`Self::update_customer`].
    pub async fn delete_customer(
        &self,
        caller: &Caller,
        name: &CustomerName,
        expected: Expected,
        outbound: &Outbound,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteCustomers)?;
        let known = self.known_customer(account, name).await?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let (id, revision) = (known.id, known.revision);
        let connections = self.store.customer_connections(account, id).await?;
        let before = Customer::from(known);
        let mut change =
            self.begin(caller, now, "customer.delete", &id, Some(&before), None::<&()>).await?;
        if !change.delete_customer(account, id, revision).await? {
            return Err(Error::changed());
        }
        change.customers_changed(account).await?;
        change.commit().await?;
        self.revoke_all_tokens(account, connections, outbound);
        self.refresh().await
    }

    /// The customer, which is no user's own.
    pub(crate) async fn known_customer(
        &self,
        account: AccountId,
        name: &CustomerName,
    ) -> Result<store::Customer, Error> {
        let Named::Stored(name) = &name.0 else { return Err(absent()) };
        let found = self.store.customer(account, name).await?;
        found.filter(|customer| customer.user_id.is_none()).ok_or_else(absent)
    }

    /// The customer whose connections the caller means: any with the permission, its own with [`Permission::OwnConnections`].
    pub(crate) async fn customer_for(
        &self,
        caller: &Caller,
        name: &CustomerName,
        permission: Permission,
    ) -> Result<store::Customer, Error> {
        match name.0 {
            Named::Stored(_) => self.known_customer(caller.may(permission)?, name).await,
            Named::Own => {
                caller.may(Permission::OwnConnections)?;
                Ok(self.own_customer(caller).await?.0)
            }
        }
    }
}

impl From<store::Customer> for Customer {
    fn from(row: store::Customer) -> Self {
        Self {
            id: row.id,
            key: row.key,
            settings: CustomerSettings {
                name: row.name,
                metadata: row.metadata,
                disabled: row.disabled_at.is_some(),
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
            revision: row.revision,
        }
    }
}

/// The row of a customer that is made at `now`.
///
/// # Errors
///
/// [`crate::Kind::Invalid`], with the member that is wrong.
pub(crate) fn new_row(
    account_id: AccountId,
    new: NewCustomer,
    now: Timestamp,
) -> Result<store::Customer, Error> {
    if new.key.parse::<CustomerId>().is_ok() || new.key.parse::<UserId>().is_ok() {
        let message = "a key is not written as an id: it would name two customers";
        return Err(Error::invalid(message).field("key"));
    }
    Ok(store::Customer {
        id: CustomerId::new(now, entropy()),
        account_id,
        key: new.key,
        name: checked_name(new.name)?,
        metadata: checked_metadata(new.metadata)?,
        user_id: None,
        disabled_at: None,
        revision: 1,
        created_at: now,
        updated_at: now,
    })
}

/// The metadata of a customer of whom nothing is kept.
pub(crate) fn no_metadata() -> RawJson {
    RawJson::parse("{}".to_owned()).expect("an object is JSON")
}

fn absent() -> Error {
    Error::not_found("there is no such customer")
}

fn checked_name(text: String) -> Result<String, Error> {
    if text.chars().count() <= NAME_CHARS_MAX && !text.contains(char::is_control) {
        return Ok(text);
    }
    let message = format!("a name has at most {NAME_CHARS_MAX} characters, all of them visible");
    Err(Error::invalid(message).field("name"))
}

fn checked_metadata(metadata: RawJson) -> Result<RawJson, Error> {
    if !metadata.get().starts_with('{') {
        return Err(Error::invalid("metadata is a JSON object").field("metadata"));
    }
    if metadata.get().len() > METADATA_BYTES_MAX {
        let message = format!("metadata has at most {METADATA_BYTES_MAX} bytes as JSON");
        return Err(Error::invalid(message).code("metadata_too_large").field("metadata"));
    }
    Ok(metadata)
}
