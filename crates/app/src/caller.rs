use crate::{
    Error, Kind,
    principal::{Context, Principal, PrincipalId},
};
use model::{
    AccountId, AppKey, CustomerId, Permission, PermissionSet, ServerId, Timestamp, UserId,
};
use std::sync::Arc;
use store::AuditActor;

/// Who asks. Made by the authenticator alone, and by [`crate::App::operator`] for commands that work on the data directory
/// itself; there is no default.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) principal: Arc<Principal>,
    pub(crate) context: Context,
}

impl Caller {
    /// The account that the caller acts for.
    #[must_use]
    pub fn account_id(&self) -> AccountId {
        self.principal.rights.account_id
    }

    /// The caller's id as text: what the request log calls it.
    #[must_use]
    pub fn principal(&self) -> &Arc<str> {
        &self.principal.name
    }

    /// What kind of caller it is.
    #[must_use]
    pub fn id(&self) -> PrincipalId {
        self.principal.rights.id
    }

    /// The user that signed in, or that owns the token.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.principal.rights.user_id
    }

    /// The customer that the token stands for.
    #[must_use]
    pub fn customer_id(&self) -> Option<CustomerId> {
        self.principal.rights.customer_id
    }

    /// The apps that the customer's token is for; all when absent.
    #[must_use]
    pub fn apps(&self) -> Option<&[AppKey]> {
        self.principal.rights.apps.as_deref()
    }

    /// Whether the caller calls actions alone that change nothing.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.principal.rights.access.scope.read_only
    }

    /// Who it is in the audit log.
    pub(crate) fn actor(&self) -> AuditActor {
        let (kind, id) = match self.id() {
            PrincipalId::Token(id) => ("token", id.to_string()),
            PrincipalId::Customer(id) => ("customer", id.to_string()),
            PrincipalId::User(id) => ("user", id.to_string()),
            // There is one, whoever holds the key.
            PrincipalId::Operator => ("operator", String::new()),
            PrincipalId::System => ("system", String::new()),
        };
        AuditActor { kind, id, name: self.principal.rights.label.clone() }
    }

    /// What is known of the request.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The same caller with another context.
    #[must_use]
    pub fn with_context(self, context: Context) -> Self {
        Self { context, ..self }
    }

    /// Everything that it may do through the control API.
    #[must_use]
    pub fn permissions(&self) -> PermissionSet {
        self.principal.rights.permissions
    }

    /// The account, for a caller that has the permission: the only way to an account's things.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without it.
    pub fn may(&self, permission: Permission) -> Result<AccountId, Error> {
        if self.permissions().contains(permission) {
            return Ok(self.account_id());
        }
        Err(Error::new(
            Kind::Forbidden,
            format!(
                "this needs the permission {}: ask an admin of the account",
                permission.as_str()
            ),
        ))
    }

    pub(crate) fn covers_server(&self, server: ServerId) -> bool {
        self.principal.rights.access.covers_server(server)
    }

    pub(crate) fn covers_tool(&self, server: ServerId, tool: &str, safe: bool) -> bool {
        self.principal.rights.access.covers_tool(server, tool, safe)
    }

    pub(crate) fn reads_resources(&self, server: ServerId) -> bool {
        let access = &self.principal.rights.access;
        access.covers_server(server) && access.covers_resources(server)
    }

    /// Whether the token has neither expired at `now` nor been revoked since the caller was made.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.principal.is_live(now)
    }

    /// When the token ends by itself.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.principal.rights.expires_at
    }
}
