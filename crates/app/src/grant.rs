use crate::{App, Caller, Error, Expected, Page, PageQuery, clock::entropy};
use model::{AccountId, GrantId, GrantScope, Permission, Role, ServerId, Timestamp, UserId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// Parts of one grant at most.
const SCOPES_MAX: usize = 200;
/// Every server, where a server is named.
const ALL: &str = "all";

/// What a user may call on one server, or on all. Owners, admins and managers have every server without one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Grant {
    /// Names it.
    pub id: GrantId,
    /// On which server, or `all` of today and of later.
    pub server: GrantServer,
    /// What it opens.
    #[serde(flatten)]
    pub settings: GrantSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What a grant opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantSettings {
    /// `mcp:read` for tools that only read, `mcp:write` for those that write, and `tool:NAME` for one tool, whatever it does.
    #[schema(min_items = 1, max_items = 200)]
    pub scopes: Vec<GrantScope>,
}

/// The server that a grant is for: one by its id, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantServer {
    /// All, of today and of later.
    All,
    /// One.
    One(ServerId),
}

impl GrantServer {
    fn id(self) -> Option<ServerId> {
        match self {
            Self::All => None,
            Self::One(id) => Some(id),
        }
    }
}

impl fmt::Display for GrantServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str(ALL),
            Self::One(id) => id.fmt(f),
        }
    }
}

impl FromStr for GrantServer {
    type Err = model::IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == ALL { Ok(Self::All) } else { text.parse().map(Self::One) }
    }
}

impl Serialize for GrantServer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GrantServer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for GrantServer {
    fn schema() -> RefOr<Schema> {
        let pattern = Some("^(all|srv_[0-9a-f]{32})$");
        ObjectBuilder::new().schema_type(Type::String).pattern(pattern).into()
    }
}

impl ToSchema for GrantServer {}

impl App {
    /// What a user was granted, in the order in which it was.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadUsers`]; [`crate::Kind::NotFound`].
    pub async fn list_grants(
        &self,
        caller: &Caller,
        user: UserId,
        page: &PageQuery,
    ) -> Result<Page<Grant>, Error> {
        let account = caller.may(Permission::ReadUsers)?;
        let (size, after) = (page.size()?, page.after::<GrantId>()?);
        self.known_user(account, user).await?;
        let rows = self.store.grants(account, user, after, size + 1).await?;
        Ok(Page::new(rows, size, |row| row.id, Grant::from))
    }

    /// Grants a user a server, or all, in the place of what it had there. Takes effect at once, on open streams too.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteUsers`], or for an owner without [`Permission::WriteOwners`];
    /// [`crate::Kind::NotFound`] when there is no such user or server; [`crate::Kind::Changed`].
    pub async fn put_grant(
        &self,
        caller: &Caller,
        user: UserId,
        server: GrantServer,
        expected: Expected,
        settings: GrantSettings,
    ) -> Result<Grant, Error> {
        let account = self.granted_by(caller, user).await?;
        if !(1..=SCOPES_MAX).contains(&settings.scopes.len()) {
            let message =
                format!("a grant has 1 to {SCOPES_MAX} scopes: delete it to take it away");
            return Err(Error::invalid(message).field("scopes"));
        }
        if let GrantServer::One(id) = server
            && !self.store.servers(account).await?.iter().any(|one| one.id == id)
        {
            return Err(Error::not_found("there is no such user or MCP server"));
        }
        let now = self.clock.now();
        let known = self.store.grant_on(account, user, server.id()).await?;
        let before = known.clone().map(Grant::from);
        let row = match known {
            Some(known) => {
                expected.check(known.revision)?;
                store::Grant { scopes: settings.scopes, revision: known.revision + 1, ..known }
            }
            None if matches!(expected, Expected::Revision(_)) => return Err(Error::changed()),
            None => store::Grant {
                id: GrantId::new(now, entropy()),
                account_id: account,
                user_id: user,
                server_id: server.id(),
                scopes: settings.scopes,
                revision: 1,
                created_at: now,
            },
        };
        let after = Grant::from(row.clone());
        let mut change =
            self.begin(caller, now, "grant.put", &user, before.as_ref(), Some(&after)).await?;
        let done = match (&before, change.has_user(account, user).await?) {
            (_, false) => false,
            (Some(_), true) => change.update_grant(&row).await?,
            (None, true) => match change.insert_grant(&row).await {
                Ok(()) => true,
                Err(store::Error::Duplicate) => false,
                Err(error) => return Err(error.into()),
            },
        };
        if !done {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Takes a grant away. Takes effect at once, on open streams too.
    ///
    /// # Errors
    ///
    /// As for [`Self::put_grant`], and [`crate::Kind::NotFound`] when there is no such grant.
    pub async fn delete_grant(
        &self,
        caller: &Caller,
        user: UserId,
        server: GrantServer,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = self.granted_by(caller, user).await?;
        let known = self.store.grant_on(account, user, server.id()).await?;
        let known = known.ok_or_else(|| Error::not_found("there is no such grant"))?;
        expected.check(known.revision)?;
        let before = Grant::from(known.clone());
        let now = self.clock.now();
        let mut change =
            self.begin(caller, now, "grant.delete", &user, Some(&before), None::<&()>).await?;
        if !change.delete_grant(&known).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await
    }

    /// The account of a caller that may change what that user was granted.
    async fn granted_by(&self, caller: &Caller, user: UserId) -> Result<AccountId, Error> {
        let account = caller.may(Permission::WriteUsers)?;
        if self.known_user(account, user).await?.role == Role::Owner {
            caller.may(Permission::WriteOwners)?;
        }
        Ok(account)
    }
}

impl From<store::Grant> for Grant {
    fn from(row: store::Grant) -> Self {
        Self {
            id: row.id,
            server: row.server_id.map_or(GrantServer::All, GrantServer::One),
            settings: GrantSettings { scopes: row.scopes },
            created_at: row.created_at,
            revision: row.revision,
        }
    }
}
