use super::{LeakedToken, digest, is_well_formed};
use crate::{App, Context, Error, Kind, authenticate};
use std::time::{Duration, Instant};

impl App {
    /// Revokes a token for whoever found it: to hold it is right enough to end it. Whether it was one of ours is not told.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] for text that is no token; [`Kind::Wait`] when too many have come.
    pub async fn revoke_leaked(&self, leaked: &LeakedToken, context: Context) -> Result<(), Error> {
        if !is_well_formed(&leaked.token) {
            return Err(Error::invalid("this is no token: send all of its 41 characters")
                .code("not_a_token")
                .field("token"));
        }
        self.leaks.take(self.config.stranger_rate(), Instant::now()).map_err(|wait| {
            let retry_after = wait.max(Duration::from_secs(1));
            Error::new(Kind::Wait { retry_after }, "too many tokens at once: wait a moment")
        })?;
        let Some(known) = self.store.token_by_hash(&digest(&leaked.token)).await? else {
            return Ok(());
        };
        if known.revoked_at.is_some() {
            return Ok(());
        }
        let holder = authenticate::holder(&known, context);
        self.end_token(&holder, "token.revoke_leaked", known).await?;
        Ok(())
    }
}
