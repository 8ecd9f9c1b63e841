use crate::{
    App, Caller, Error, Expected, OneTimeLink, Outbound, Page, PageQuery, Patch, clock::entropy,
    own::customer_of,
};
use model::{AccountId, Permission, Role, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest e-mail address (RFC 5321 §4.5.3.1.3).
const EMAIL_CHARS_MAX: usize = 254;
/// The longest name of a person.
const NAME_CHARS_MAX: usize = 100;

/// A person of an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct User {
    /// Names it.
    pub id: UserId,
    /// What it signs in with.
    pub email: String,
    /// Its name, its role, and whether it is shut out.
    #[serde(flatten)]
    pub settings: UserSettings,
    /// Whether a password was set, so that it can sign in.
    pub has_password: bool,
    /// When it was last seen, to within minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_seen_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of a user can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSettings {
    /// For people.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// What it is in the account.
    pub role: Role,
    /// Whether it is shut out: it cannot sign in, and its tokens open nothing.
    pub disabled: bool,
}

/// A person to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// What it will sign in with.
    #[schema(
        min_length = 3,
        max_length = 254,
        pattern = r"^\s*[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+\s*$"
    )]
    pub email: String,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// What it is in the account.
    pub role: Role,
}

/// A person that was just added, with the link that lets it choose a password.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CreatedUser {
    /// The person.
    #[serde(flatten)]
    pub user: User,
    /// What the person needs to sign in for the first time; shown this once.
    pub invitation: OneTimeLink,
}

impl App {
    /// The account's users, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadUsers`].
    pub async fn list_users(&self, caller: &Caller, page: &PageQuery) -> Result<Page<User>, Error> {
        let account = caller.may(Permission::ReadUsers)?;
        let (size, after) = (page.size()?, page.after::<UserId>()?);
        let rows = self.store.users(account, after, size + 1).await?;
        Ok(Page::new(rows, size, |row| row.id, User::from))
    }

    /// One user.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadUsers`]; [`crate::Kind::NotFound`].
    pub async fn get_user(&self, caller: &Caller, id: UserId) -> Result<User, Error> {
        let account = caller.may(Permission::ReadUsers)?;
        Ok(self.known_user(account, id).await?.into())
    }

    /// Adds a user, who can sign in once a link has let it choose a password.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteUsers`], or for an owner without [`Permission::WriteOwners`];
    /// [`crate::Kind::Conflict`] when the account has a user with that address.
    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<CreatedUser, Error> {
        let account_id = caller.may(Permission::WriteUsers)?;
        if new.role == Role::Owner {
            caller.may(Permission::WriteOwners)?;
        }
        let now = self.clock.now();
        let row = store::User {
            id: UserId::new(now, entropy()),
            account_id,
            email: email(&new.email)?,
            name: name(new.name)?,
            role: new.role,
            password: None,
            disabled_at: None,
            last_seen_at: None,
            revision: 1,
            created_at: now,
        };
        let user = User::from(row.clone());
        let mut change =
            self.begin(caller, now, "user.create", &row.id, None::<&()>, Some(&user)).await?;
        change.insert_user(&row).await.map_err(|error| match error {
            store::Error::Duplicate => Error::conflict("the account has a user with that address")
                .code("email_taken")
                .field("email"),
            other => other.into(),
        })?;
        let invitation = self.invite(&mut change, &row, now).await?;
        let created = CreatedUser { user, invitation };
        self.commit_created(change, caller, &created, now).await?;
        self.refresh().await?;
        Ok(created)
    }

    /// Changes a user. The account keeps at least one owner that can sign in.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteUsers`], or for an owner without [`Permission::WriteOwners`];
    /// [`crate::Kind::NotFound`]; [`crate::Kind::Changed`]; [`crate::Kind::Conflict`] for the last owner.
    pub async fn update_user(
        &self,
        caller: &Caller,
        id: UserId,
        expected: Expected,
        patch: &Patch,
    ) -> Result<User, Error> {
        let account = caller.may(Permission::WriteUsers)?;
        let known = self.known_user(account, id).await?;
        let before = User::from(known.clone());
        let settings = patch.apply(&before.settings)?;
        if before.settings.role == Role::Owner || settings.role == Role::Owner {
            caller.may(Permission::WriteOwners)?;
        }
        expected.check(known.revision)?;
        let now = self.clock.now();
        let row = store::User {
            name: name(settings.name)?,
            role: settings.role,
            disabled_at: settings.disabled.then(|| known.disabled_at.unwrap_or(now)),
            revision: known.revision + 1,
            ..known
        };
        let after = User::from(row.clone());
        let mut change =
            self.begin(caller, now, "user.update", &id, Some(&before), Some(&after)).await?;
        if !change.update_user(&row, now).await? {
            return Err(Error::changed());
        }
        if before.settings.role == Role::Owner {
            keep_an_owner(&mut change, account).await?;
        }
        if row.disabled_at.is_some() {
            // Let in again, it begins anew.
            change.delete_sign_ins(account, id, None).await?;
            change.delete_links(account, Some(id)).await?;
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Removes a user for good, with its grants, sign-ins and tokens, and with its own connections, whose tokens are given back to the apps
    /// that take them.
    ///
    /// # Errors
    ///
    /// As for [`Self::update_user`].
    pub async fn delete_user(
        &self,
        caller: &Caller,
        id: UserId,
        expected: Expected,
        outbound: &Outbound,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteUsers)?;
        let known = self.known_user(account, id).await?;
        if known.role == Role::Owner {
            caller.may(Permission::WriteOwners)?;
        }
        expected.check(known.revision)?;
        let now = self.clock.now();
        let own = self.store.customer_connections(account, customer_of(id)).await?;
        let before = User::from(known.clone());
        let mut change =
            self.begin(caller, now, "user.delete", &id, Some(&before), None::<&()>).await?;
        if !change.delete_user(account, id, known.revision).await? {
            return Err(Error::changed());
        }
        if known.role == Role::Owner {
            keep_an_owner(&mut change, account).await?;
        }
        change.commit().await?;
        self.revoke_all_tokens(account, own, outbound);
        self.refresh().await
    }

    pub(crate) async fn known_user(
        &self,
        account: AccountId,
        id: UserId,
    ) -> Result<store::User, Error> {
        let found = self.store.user(account, id).await?;
        found.ok_or_else(|| Error::not_found("there is no such user"))
    }
}

impl From<store::User> for User {
    fn from(row: store::User) -> Self {
        Self {
            id: row.id,
            email: row.email,
            settings: UserSettings {
                name: row.name,
                role: row.role,
                disabled: row.disabled_at.is_some(),
            },
            has_password: row.password.is_some(),
            last_seen_at: row.last_seen_at,
            created_at: row.created_at,
            revision: row.revision,
        }
    }
}

/// Refuses a change after which the account has no owner.
async fn keep_an_owner(change: &mut store::Change, account: AccountId) -> Result<(), Error> {
    if change.owners(account).await? > 0 {
        return Ok(());
    }
    Err(Error::conflict("this is the last owner: make another one first").code("last_owner"))
}

/// An address as it is stored: lower case, so that one person is one user.
pub(crate) fn email(text: &str) -> Result<String, Error> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@')
    };
    let short = text.chars().count() <= EMAIL_CHARS_MAX;
    let text = text.trim();
    let fits =
        short && text.split_once('@').is_some_and(|(local, host)| plain(local) && plain(host));
    if fits {
        return Ok(text.to_lowercase());
    }
    Err(Error::invalid("this is no e-mail address: write one such as ada@example.com")
        .field("email"))
}

/// A person's name.
pub(crate) fn name(text: String) -> Result<String, Error> {
    if text.chars().count() <= NAME_CHARS_MAX && !text.contains(char::is_control) {
        return Ok(text);
    }
    let message = format!("a name has at most {NAME_CHARS_MAX} characters, all of them visible");
    Err(Error::invalid(message).field("name"))
}
