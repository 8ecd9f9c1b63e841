use crate::{
    App, Caller, Error,
    error::Kind,
    principal::{Access, Context, Principal, PrincipalId, Rights},
    token,
};
use model::{AccountId, Alias, Names, PermissionSet, Scope};
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

/// Accounts that are named to whoever names none of them.
const ACCOUNTS_NAMED: i64 = 20;

impl App {
    /// The caller that a bearer token stands for. Every way to fail is a refusal, and all refusals read alike.
    ///
    /// # Errors
    ///
    /// [`Kind::SignIn`] for a token that is malformed, unknown, expired, revoked, of a user that is shut out, or sent from a
    /// network that is not its own; [`Kind::Wait`] when too many unknown ones have come.
    pub async fn authenticate(&self, bearer: &str, context: Context) -> Result<Caller, Error> {
        if !token::is_well_formed(bearer) {
            return Err(Error::sign_in());
        }
        let now = self.clock.now();
        let hash = token::digest(bearer);
        let mut live = self.registry.load().tokens.get(&hash).map(Arc::clone);
        if live.is_none() {
            // It may have been made by another process a moment ago: one look at the database, of which strangers get few.
            self.strangers.take(self.config.stranger_rate(), Instant::now()).map_err(|wait| {
                Error::new(
                    Kind::Wait { retry_after: wait.max(Duration::from_secs(1)) },
                    "too many unknown tokens: wait a moment",
                )
            })?;
            // Boxed: every request would carry its size.
            Box::pin(self.refresh()).await?;
            live = self.registry.load().tokens.get(&hash).map(Arc::clone);
        }
        let principal = live
            .filter(|live| live.is_live(now) && live.may_come_from(context.source))
            .ok_or_else(Error::sign_in)?;
        principal.last_used.store(now.as_millisecond(), Ordering::Relaxed);
        Ok(Caller { principal, context })
    }

    /// The operator, on the account that answers to that alias. For commands that open the data directory itself: whoever can read it
    /// and its key needs no token.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] when no account answers to it, with those that there are: a slip must not make another account.
    pub async fn operator_of(&self, alias: &Alias, context: Context) -> Result<Caller, Error> {
        if let Some(account) = self.store.account_by_alias(alias, self.clock.now()).await? {
            return Ok(operator(account.id, context));
        }
        let known = self.store.accounts_after(None, ACCOUNTS_NAMED).await?;
        let known: Vec<&str> = known.iter().map(|account| account.alias.as_str()).collect();
        Err(Error::not_found(if known.is_empty() {
            "there is no account yet: `gatewright serve` makes the first".to_owned()
        } else {
            let known = known.join(", ");
            format!("no account answers to {alias}: there are {known}; name one by --alias")
        }))
    }

    /// The operator, as for [`Self::operator_of`], on an account that is made if it is missing.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when the database does not answer.
    pub async fn operator(&self, alias: &Alias, context: Context) -> Result<Caller, Error> {
        let now = self.clock.now();
        if let Some(account) = self.store.account_by_alias(alias, now).await? {
            return Ok(operator(account.id, context));
        }
        let id = AccountId::new(now, crate::clock::entropy());
        let account = store::Account::new(id, alias.clone(), now);
        let caller = operator(account.id, context);
        let mut change = self
            .begin(&caller, now, "account.create", &account.id, None::<&()>, Some(&alias))
            .await?;
        change.insert_account(&account, now).await?;
        change.commit().await?;
        self.refresh().await?;
        Ok(caller)
    }
}

/// Who has found a token and may do nothing with it but have it ended: the actor of that in the audit log.
pub(crate) fn holder(token: &store::Token, context: Context) -> Caller {
    let nothing = || Names::Only(Vec::new());
    let rights = Rights {
        id: PrincipalId::Token(token.id),
        account_id: token.account_id,
        label: token.name.clone(),
        user_id: token.user_id,
        customer_id: token.customer_id,
        permissions: PermissionSet::NONE,
        access: Access {
            scope: Scope { servers: nothing(), tools: nothing(), read_only: true },
            grants: None,
        },
        apps: None,
        networks: Vec::new(),
        allow_in_url: false,
        expires_at: token.expires_at,
    };
    Caller { principal: Arc::new(Principal::new(rights, Arc::default())), context }
}

/// The operator, on an account. The account's limits are for its own callers.
fn operator(account_id: AccountId, context: Context) -> Caller {
    let rights = rights(PrincipalId::Operator, account_id, "operator", PermissionSet::ALL);
    Caller { principal: Arc::new(Principal::new(rights, Arc::default())), context }
}

/// Gatewright itself, for what it writes down of an account on nobody's behalf. It may do nothing.
pub(crate) fn system(account_id: AccountId, context: Context) -> Caller {
    let rights = rights(PrincipalId::System, account_id, "system", PermissionSet::NONE);
    Caller { principal: Arc::new(Principal::new(rights, Arc::default())), context }
}

fn rights(
    id: PrincipalId,
    account_id: AccountId,
    label: &str,
    permissions: PermissionSet,
) -> Rights {
    Rights {
        id,
        account_id,
        label: label.to_owned(),
        user_id: None,
        customer_id: None,
        permissions,
        access: Access::ALL,
        apps: None,
        networks: Vec::new(),
        allow_in_url: false,
        expires_at: None,
    }
}
