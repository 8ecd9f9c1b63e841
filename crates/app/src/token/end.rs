use super::{Token, TokenState, bounds::Reach};
use crate::{App, Caller, Context, Error, Expected, Via, authenticate};
use jiff::SignedDuration;
use model::{Permission, Timestamp, TokenId};

/// Tokens that one round of a task ends at most: the next round takes the rest.
const ROUND: u32 = 500;

impl App {
    /// Revokes a token: within a second no process takes it any more, and its open streams end.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteTokens`] or [`Permission::OwnTokens`]; [`crate::Kind::NotFound`];
    /// [`crate::Kind::Conflict`] when it is revoked already.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<Token, Error> {
        let reach = Reach::new(caller, Permission::WriteTokens)?;
        let known = self.known_token(caller, &reach, id).await?;
        self.end_token(caller, "token.revoke", known).await
    }

    /// Removes a token that has ended, for good. What it did stays in the logs.
    ///
    /// # Errors
    ///
    /// As for [`Self::revoke_token`]; [`crate::Kind::Conflict`] for one that is live.
    pub async fn delete_token(
        &self,
        caller: &Caller,
        id: TokenId,
        expected: Expected,
    ) -> Result<(), Error> {
        let reach = Reach::new(caller, Permission::WriteTokens)?;
        let known = self.known_token(caller, &reach, id).await?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let before = Token::of(known.clone(), now);
        if before.state == TokenState::Live {
            let message = "this token is live: revoke it first";
            return Err(Error::conflict(message).code("token_live"));
        }
        if !self.remove_token(caller, "token.delete", &known, now).await? {
            return Err(Error::changed());
        }
        Ok(())
    }

    pub(super) async fn end_token(
        &self,
        caller: &Caller,
        event: &'static str,
        known: store::Token,
    ) -> Result<Token, Error> {
        let now = self.clock.now();
        let before = Token::of(known.clone(), now);
        if before.state == TokenState::Revoked {
            super::live(&before)?;
        }
        let row = store::Token { revoked_at: Some(now), revision: known.revision + 1, ..known };
        let after = Token::of(row.clone(), now);
        let mut change =
            self.begin(caller, now, event, &row.id, Some(&before), Some(&after)).await?;
        if !change.update_token(&row).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    async fn remove_token(
        &self,
        caller: &Caller,
        event: &'static str,
        known: &store::Token,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let before = Token::of(known.clone(), now);
        let mut change =
            self.begin(caller, now, event, &known.id, Some(&before), None::<&()>).await?;
        if !change.delete_token(known.account_id, known.id, known.revision).await? {
            return Ok(false);
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(true)
    }

    /// Removes tokens that shall be removed once they have expired, and revokes those that nobody has used for too long.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when the database does not answer; what was done until then stays.
    pub(crate) async fn tend_tokens(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let by_itself = Context { via: Via::System, ..Context::default() };
        for known in self.store.tokens_to_purge(now, ROUND).await? {
            let caller = authenticate::system(known.account_id, by_itself.clone());
            // Another process may have removed it.
            self.remove_token(&caller, "token.purge", &known, now).await?;
        }
        let Some(days) = self.config.token_unused_days else { return Ok(()) };
        let since = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days)));
        let Ok(since) = since else { return Ok(()) };
        for known in self.store.tokens_unused_since(since, now, ROUND).await? {
            let caller = authenticate::system(known.account_id, by_itself.clone());
            match self.end_token(&caller, "token.revoke_unused", known).await {
                // Another process was quicker.
                Ok(_) | Err(Error { kind: crate::Kind::Changed, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, Clock, Config, Context, NewToken, TokenState};
    use model::{Scope, Timestamp};
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };
    use store::{DataDir, Database, KeySource};

    const DAY_MS: i64 = 86_400_000;

    #[tokio::test]
    async fn expired_tokens_are_removed_where_asked_and_forgotten_ones_end() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::create(dir.path()).unwrap();
        let database = Database::Sqlite(data.clone());
        let now = Arc::new(AtomicI64::new(1_763_000_000_000));
        let hand = Arc::clone(&now);
        let clock = Clock::from_fn(move || {
            Timestamp::from_millisecond(hand.load(Ordering::SeqCst)).unwrap()
        });
        let config = Config { token_unused_days: Some(30), ..Config::default() };
        let app = App::open(&data, &database, &KeySource::File, config, clock).await.unwrap();
        let operator = app.operator(&"acme".parse().unwrap(), Context::default()).await.unwrap();
        let make = async |life: Option<u32>, purge: bool| {
            let new =
                NewToken { expires_in_seconds: life, purge, ..NewToken::new("test", Scope::ALL) };
            app.create_token(&operator, new).await.unwrap().details.id
        };
        let (kept, purged) = (make(Some(60), false).await, make(Some(60), true).await);
        let forgotten = make(None, true).await;
        app.tend_tokens().await.unwrap();
        for id in [kept, purged, forgotten] {
            assert_eq!(app.get_token(&operator, id).await.unwrap().state, TokenState::Live);
        }
        now.fetch_add(60_000, Ordering::SeqCst);
        app.tend_tokens().await.unwrap();
        assert_eq!(app.get_token(&operator, kept).await.unwrap().state, TokenState::Expired);
        assert!(app.get_token(&operator, purged).await.is_err());
        now.fetch_add(30 * DAY_MS, Ordering::SeqCst);
        let fresh = make(None, false).await;
        app.tend_tokens().await.unwrap();
        assert_eq!(app.get_token(&operator, forgotten).await.unwrap().state, TokenState::Revoked);
        assert_eq!(app.get_token(&operator, fresh).await.unwrap().state, TokenState::Live);
        app.close().await;
    }
}
