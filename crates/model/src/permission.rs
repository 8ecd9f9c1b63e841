use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// One thing that may be done through the control API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        // By hand: the derive does not see a name that a macro hands on.
        impl utoipa::PartialSchema for Permission {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some("One thing that may be done through the control API."))
                    .enum_values(Some(Self::ALL.iter().map(|one| one.as_str())))
                    .into()
            }
        }

        impl ToSchema for Permission {}

        impl Permission {
            /// Every permission, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name on the wire, `noun:verb`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

permissions! {
    /// See the account, its alias and its former aliases.
    ReadAccount "account:read";
    /// Change the account's name and alias.
    WriteAccount "account:write";
    /// See people and their grants.
    ReadUsers "users:read";
    /// Invite people, change their roles and grants, reset their passwords. Owners excepted.
    WriteUsers "users:write";
    /// Make owners and unmake them.
    WriteOwners "owners:write";
    /// See servers, their drafts and their versions.
    ReadServers "servers:read";
    /// Make servers, change drafts and settings, turn them on and off, delete and restore them.
    WriteServers "servers:write";
    /// Publish a draft, and go back to an earlier version.
    PublishServers "servers:publish";
    /// Call the tools of drafts and of published servers to try them.
    TestServers "servers:test";
    /// See apps and their actions.
    ReadApps "apps:read";
    /// Import, change and remove apps and actions.
    WriteApps "apps:write";
    /// See connections, never their secrets.
    ReadConnections "connections:read";
    /// Make, rotate, test and remove connections.
    WriteConnections "connections:write";
    /// See customers.
    ReadCustomers "customers:read";
    /// Make, change and remove customers.
    WriteCustomers "customers:write";
    /// See who may sign customers' tokens, never a secret.
    ReadSigners "signers:read";
    /// Say who may sign customers' tokens: whoever may, can let in any customer.
    WriteSigners "signers:write";
    /// See every token of the account.
    ReadTokens "tokens:read";
    /// Make tokens for others and for the account itself, and revoke any.
    WriteTokens "tokens:write";
    /// Make, see and revoke tokens of one's own, within one's own grants.
    OwnTokens "tokens:own";
    /// Connect apps for oneself, and see and remove what one has connected.
    OwnConnections "connections:own";
    /// See rate limits and quotas.
    ReadLimits "limits:read";
    /// Set rate limits and quotas.
    WriteLimits "limits:write";
    /// Read the request log.
    ReadRequests "requests:read";
    /// Read how much was used.
    ReadUsage "usage:read";
    /// Read, verify and export the audit log.
    ReadAudit "audit:read";
    /// Make and list accounts: the operator of the installation alone.
    WriteAccounts "accounts:write";
}

/// Permissions that one caller has.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every one: the operator's.
    pub const ALL: Self = Self::of(Permission::ALL);

    /// Those listed.
    #[must_use]
    pub const fn of(list: &[Permission]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < list.len() {
            bits |= 1 << list[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    /// Whether it has that one.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// What both have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::as_str)).finish()
    }
}

/// What a person is in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Does everything, and alone makes other owners. An account always has one.
    Owner,
    /// Does everything but make owners.
    Admin,
    /// Builds and publishes servers.
    Manager,
    /// Reads everything that is not secret, logs above all, and changes nothing.
    Auditor,
    /// Calls the servers that were granted, with tokens of its own.
    Member,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::Owner, Self::Admin, Self::Manager, Self::Auditor, Self::Member];

    /// The one table of who may do what.
    #[must_use]
    pub const fn permissions(self) -> PermissionSet {
        use Permission as P;
        const OWNER: PermissionSet =
            PermissionSet::ALL.without(PermissionSet::of(&[P::WriteAccounts]));
        match self {
            Self::Owner => OWNER,
            Self::Admin => OWNER.without(PermissionSet::of(&[P::WriteOwners])),
            Self::Manager => PermissionSet::of(&[
                P::ReadAccount,
                P::ReadServers,
                P::WriteServers,
                P::PublishServers,
                P::TestServers,
                P::ReadApps,
                P::WriteApps,
                P::ReadConnections,
                P::WriteConnections,
                P::ReadCustomers,
                P::WriteCustomers,
                P::ReadSigners,
                P::OwnTokens,
                P::OwnConnections,
                P::ReadLimits,
                P::WriteLimits,
                P::ReadRequests,
                P::ReadUsage,
            ]),
            Self::Auditor => PermissionSet::of(&[
                P::ReadAccount,
                P::ReadUsers,
                P::ReadServers,
                P::ReadApps,
                P::ReadConnections,
                P::ReadCustomers,
                P::ReadSigners,
                P::ReadTokens,
                P::OwnTokens,
                P::OwnConnections,
                P::ReadLimits,
                P::ReadRequests,
                P::ReadUsage,
                P::ReadAudit,
            ]),
            Self::Member => PermissionSet::of(&[P::ReadAccount, P::OwnTokens, P::OwnConnections]),
        }
    }

    /// Whether every server is open to the role; the others need grants.
    #[must_use]
    pub const fn has_all_servers(self) -> bool {
        match self {
            Self::Owner | Self::Admin | Self::Manager => true,
            Self::Auditor | Self::Member => false,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Auditor => "auditor",
            Self::Member => "member",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Permission, PermissionSet, Role};

    #[test]
    fn roles_are_what_their_names_say() {
        let check = |role: Role, permission: Permission, expected: bool| {
            assert_eq!(
                role.permissions().contains(permission),
                expected,
                "{role:?} {permission:?}"
            );
        };
        for role in Role::ALL {
            check(role, Permission::WriteAccounts, false);
            check(role, Permission::OwnTokens, true);
            check(role, Permission::OwnConnections, true);
            check(role, Permission::WriteOwners, role == Role::Owner);
            check(role, Permission::WriteUsers, matches!(role, Role::Owner | Role::Admin));
            check(role, Permission::ReadAudit, !matches!(role, Role::Manager | Role::Member));
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        let writes = |permission: &Permission| !permission.as_str().ends_with(":read");
        let auditor: Vec<_> = Role::Auditor.permissions().iter().filter(writes).collect();
        assert_eq!(auditor, [Permission::OwnTokens, Permission::OwnConnections]);
    }

    #[test]
    fn names_are_the_wire_names() {
        for permission in Permission::ALL {
            let text = serde_json::to_string(permission).unwrap();
            assert_eq!(text, format!("\"{}\"", permission.as_str()));
        }
        assert_eq!(PermissionSet::ALL.iter().count(), Permission::ALL.len());
        assert_eq!(PermissionSet::NONE.iter().count(), 0);
    }
}
