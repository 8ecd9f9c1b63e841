use crate::{App, Caller, Error, Operator, error::Kind, token};
use model::{AccountId, Alias};
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

impl App {
    /// The caller that a bearer token stands for. Every way to fail is a refusal, and all refusals read alike.
    ///
    /// # Errors
    ///
    /// [`Kind::SignIn`] for a token that is malformed, unknown, expired or revoked; [`Kind::Wait`] when too many unknown
    /// ones have come.
    pub async fn authenticate(&self, bearer: &str) -> Result<Caller, Error> {
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
            self.refresh().await?;
            live = self.registry.load().tokens.get(&hash).map(Arc::clone);
        }
        let token = live.filter(|live| live.is_live(now)).ok_or_else(Error::sign_in)?;
        token.last_used.store(now.as_millisecond(), Ordering::Relaxed);
        Ok(Caller { token })
    }

    /// The operator, on the account with that alias, which is made if it is missing. For commands that open the data
    /// directory itself: whoever can read it and its key needs no token.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when the database does not answer.
    pub async fn operator(&self, alias: &Alias) -> Result<Operator, Error> {
        if let Some(account) = self.store.account_by_alias(alias).await? {
            return Ok(Operator { account_id: account.id });
        }
        let now = self.clock.now();
        let account = store::Account {
            id: AccountId::new(now, crate::clock::entropy()),
            alias: alias.clone(),
        };
        let operator = Operator { account_id: account.id };
        let mut change = self.begin(&operator, now, "account.create", &account.id, &alias).await?;
        change.insert_account(&account, now).await?;
        change.commit().await?;
        Ok(operator)
    }
}
