use crate::registry::LiveToken;
use model::{AccountId, Scope, Timestamp};
use std::sync::Arc;

/// Who calls a server: the holder of a valid API token. Made by the authenticator alone; there is no default.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) token: Arc<LiveToken>,
}

impl Caller {
    /// The account that the caller acts for.
    #[must_use]
    pub fn account_id(&self) -> AccountId {
        self.token.account_id
    }

    /// The token's id: what the request log calls the caller.
    #[must_use]
    pub fn principal(&self) -> &Arc<str> {
        &self.token.principal
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.token.scope
    }

    /// Whether the token has neither expired at `now` nor been revoked since the caller was made.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.token.is_live(now)
    }

    /// When the token ends by itself.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.token.expires_at
    }
}

/// Who runs the process: whoever can read its data directory and key may do all, on one account.
///
/// Made by [`crate::App::operator`] for the commands that work on the data directory itself.
#[derive(Clone, Debug)]
pub struct Operator {
    pub(crate) account_id: AccountId,
}

impl Operator {
    /// The account.
    #[must_use]
    pub fn account_id(&self) -> AccountId {
        self.account_id
    }
}
