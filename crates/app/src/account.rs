use crate::{
    App, BrandSettings, Caller, EmbeddingsSettings, EmbeddingsStatus, Error, Expected, Page,
    PageQuery, Patch, clock::entropy, number,
};
use model::{AccountId, Alias, Permission, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest name of an account.
const NAME_CHARS_MAX: usize = 100;
/// The longest time that a former alias goes on answering.
const FORMER_ALIAS_DAYS_MAX: i64 = 3_650;
/// Clients of one former alias that a view names at most.
const CLIENTS_MAX: u32 = 20;

/// A tenant of the installation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Account {
    /// Names it.
    pub id: AccountId,
    /// Its alias and its name.
    #[serde(flatten)]
    pub settings: AccountSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of an account can be changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountSettings {
    /// Its part of the URL of each of its MCP servers.
    pub alias: Alias,
    /// For people.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// For how many days an alias goes on answering after it was changed. With 0, clients that use it fail at once.
    #[serde(deserialize_with = "number::required")]
    #[schema(minimum = 0, maximum = 3650)]
    pub former_alias_days: i64,
    /// Whether a customer's token that was verified makes the customer that it names.
    pub customers_on_first_use: bool,
    /// How the pages look that the account's customers see.
    #[serde(default, deserialize_with = "model::object")]
    pub brand: BrandSettings,
    /// Where the meaning of texts is found out, for searches of tools; by words alone when absent. It is shown to the account itself only.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::embeddings::read"
    )]
    pub embeddings: Option<EmbeddingsSettings>,
}

/// The caller's account, with the names that it has given up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnAccount {
    /// The account.
    #[serde(flatten)]
    pub account: Account,
    /// How its embeddings endpoint fares, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub embeddings_status: Option<EmbeddingsStatus>,
    /// Former aliases that still answer, those that end first in front.
    pub former_aliases: Vec<FormerAlias>,
}

/// An alias that was given up and still answers. No other account can take it until then.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormerAlias {
    /// The alias.
    pub alias: Alias,
    /// Until when it answers.
    pub until: Timestamp,
    /// When a client last used it, as far back as the request log goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_used_at: Option<Timestamp>,
    /// Clients that use it, those of late first.
    pub clients: Vec<FormerAliasClient>,
}

/// A client that uses a former alias.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormerAliasClient {
    /// What it calls itself; absent for those that say nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// When it last did.
    pub last_used_at: Timestamp,
}

/// A tenant to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Its part of the URL of each of its MCP servers.
    pub alias: Alias,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
}

impl App {
    /// The installation's accounts, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteAccounts`].
    pub async fn list_accounts(
        &self,
        caller: &Caller,
        page: &PageQuery,
    ) -> Result<Page<Account>, Error> {
        caller.may(Permission::WriteAccounts)?;
        let (size, after) = (page.size()?, page.after::<AccountId>()?);
        let rows = self.store.accounts_after(after, i64::from(size) + 1).await?;
        Ok(Page::new(rows, size, |row| row.id, Account::from))
    }

    /// Adds an account.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteAccounts`]; [`crate::Kind::Conflict`] when an account answers to the
    /// alias, as a former one too.
    pub async fn create_account(&self, caller: &Caller, new: NewAccount) -> Result<Account, Error> {
        caller.may(Permission::WriteAccounts)?;
        let now = self.clock.now();
        let row = store::Account {
            name: name(new.name)?,
            ..store::Account::new(AccountId::new(now, entropy()), new.alias, now)
        };
        let account = Account::from(row.clone());
        let mut change =
            self.begin(caller, now, "account.create", &row.id, None::<&()>, Some(&account)).await?;
        change.insert_account(&row, now).await.map_err(taken)?;
        self.commit_created(change, caller, &account, now).await?;
        self.refresh().await?;
        Ok(account)
    }

    /// The caller's account, and which of its former aliases are still used.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadAccount`].
    pub async fn get_account(&self, caller: &Caller) -> Result<OwnAccount, Error> {
        let id = caller.may(Permission::ReadAccount)?;
        let account = self.known_account(id).await?;
        self.with_former_aliases(account, self.clock.now()).await
    }

    /// Changes the caller's account. The alias that it had goes on answering for as many days as the account then says.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteAccount`]; [`crate::Kind::Changed`]; [`crate::Kind::Conflict`] when
    /// another account answers to the alias, as a former one too.
    pub async fn update_account(
        &self,
        caller: &Caller,
        expected: Expected,
        patch: &Patch,
    ) -> Result<OwnAccount, Error> {
        let id = caller.may(Permission::WriteAccount)?;
        let known = self.known_account(id).await?;
        let endpoint = self.store.embeddings_endpoint(id).await?;
        let before = own(known.clone(), endpoint.as_ref());
        let settings = patch.apply(&before.settings)?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let brand = settings.brand.checked()?;
        let row = store::Account {
            alias: settings.alias,
            name: name(settings.name)?,
            former_alias_days: days(settings.former_alias_days)?,
            customers_on_first_use: settings.customers_on_first_use,
            brand_name: brand.name,
            brand_color: brand.color,
            brand_logo_url: brand.logo_url,
            revision: known.revision + 1,
            ..known.clone()
        };
        let endpoint =
            self.next_endpoint(id, endpoint, settings.embeddings, patch, row.revision).await?;
        let after = own(row.clone(), endpoint.row.as_ref());
        let mut change =
            self.begin(caller, now, "account.update", &id, Some(&before), Some(&after)).await?;
        if row.alias != known.alias {
            let until = now
                .checked_add(jiff::SignedDuration::from_hours(24 * row.former_alias_days))
                .map_err(|_| days_refused())?;
            change.retire_alias(id, &known.alias, until).await?;
            // What it gave up itself, or nobody answers to any more, can be taken again.
            change.delete_former_alias(id, &row.alias).await?;
            change.forget_former_alias(&known.alias, now).await?;
            change.forget_former_alias(&row.alias, now).await?;
            change.insert_alias(id, &row.alias).await.map_err(taken)?;
        }
        if !change.update_account(&row, now).await.map_err(taken)? {
            return Err(Error::changed());
        }
        endpoint.write(id, &mut change).await?;
        change.commit().await?;
        self.refresh().await?;
        self.with_former_aliases(row, now).await
    }

    /// Ends a former alias before its time: clients that use it fail at once, and another account can take it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteAccount`]; [`crate::Kind::NotFound`] when the account has no such
    /// former alias.
    pub async fn delete_former_alias(&self, caller: &Caller, alias: &Alias) -> Result<(), Error> {
        let id = caller.may(Permission::WriteAccount)?;
        let now = self.clock.now();
        let mut change =
            self.begin(caller, now, "account.alias.delete", &id, Some(alias), None::<&()>).await?;
        if !change.delete_former_alias(id, alias).await? {
            return Err(Error::not_found("the account has no such former alias"));
        }
        change.commit().await?;
        self.refresh().await
    }

    pub(crate) async fn known_account(&self, id: AccountId) -> Result<store::Account, Error> {
        let found = self.store.account(id).await?;
        found.ok_or_else(|| Error::not_found("there is no such account"))
    }

    async fn with_former_aliases(
        &self,
        row: store::Account,
        now: Timestamp,
    ) -> Result<OwnAccount, Error> {
        let mut former_aliases = Vec::new();
        for former in self.store.former_aliases(row.id, now).await? {
            let Some(until) = former.former_until else { continue };
            let uses =
                self.store.former_uses(row.id, &format!("{}/", former.alias), CLIENTS_MAX).await?;
            let clients: Vec<FormerAliasClient> = uses
                .into_iter()
                .map(|one| FormerAliasClient { name: one.client_name, last_used_at: one.last_at })
                .collect();
            let last_used_at = clients.first().map(|client| client.last_used_at);
            former_aliases.push(FormerAlias { alias: former.alias, until, last_used_at, clients });
        }
        let endpoint = self.store.embeddings_endpoint(row.id).await?;
        let embeddings_status = endpoint.as_ref().map(EmbeddingsStatus::from);
        Ok(OwnAccount { account: own(row, endpoint.as_ref()), embeddings_status, former_aliases })
    }
}

/// The account as it sees itself.
fn own(row: store::Account, endpoint: Option<&store::EmbeddingsEndpoint>) -> Account {
    let mut account = Account::from(row);
    account.settings.embeddings = endpoint.map(EmbeddingsSettings::from);
    account
}

impl From<store::Account> for Account {
    fn from(row: store::Account) -> Self {
        Self {
            id: row.id,
            settings: AccountSettings {
                alias: row.alias,
                name: row.name,
                former_alias_days: row.former_alias_days,
                customers_on_first_use: row.customers_on_first_use,
                brand: BrandSettings {
                    name: row.brand_name,
                    color: row.brand_color,
                    logo_url: row.brand_logo_url,
                },
                embeddings: None,
            },
            created_at: row.created_at,
            revision: row.revision,
        }
    }
}

fn taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate => {
            Error::conflict("an account answers to that alias: choose another")
                .code("alias_taken")
                .field("alias")
        }
        other => other.into(),
    }
}

fn name(text: String) -> Result<String, Error> {
    if text.chars().count() <= NAME_CHARS_MAX && !text.contains(char::is_control) {
        return Ok(text);
    }
    let message = format!("a name has at most {NAME_CHARS_MAX} characters, all of them visible");
    Err(Error::invalid(message).field("name"))
}

fn days(days: i64) -> Result<i64, Error> {
    if (0..=FORMER_ALIAS_DAYS_MAX).contains(&days) { Ok(days) } else { Err(days_refused()) }
}

fn days_refused() -> Error {
    Error::invalid(format!("former_alias_days is 0 to {FORMER_ALIAS_DAYS_MAX}"))
        .field("former_alias_days")
}
