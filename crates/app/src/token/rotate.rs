use super::{
    CreatedToken, Token, TokenRotation,
    bounds::{Reach, within_maker},
    live, mint,
    view::OVERLAP_SECONDS_MAX,
};
use crate::{App, Caller, Error};
use jiff::SignedDuration;
use model::{Permission, Timestamp, TokenId};

impl App {
    /// Puts a new token in the place of a live one: the same owner, name and bounds, and a life as long, from now on. The old
    /// one goes on working for the overlap, and then ends by itself.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_token`], also when the caller may less than the token: it would get hold of more than it has;
    /// [`crate::Kind::NotFound`]; [`crate::Kind::Conflict`] for a token that has ended or was rotated before.
    pub async fn rotate_token(
        &self,
        caller: &Caller,
        id: TokenId,
        rotation: TokenRotation,
    ) -> Result<CreatedToken, Error> {
        let reach = Reach::new(caller, Permission::WriteTokens)?;
        let known = self.known_token(caller, &reach, id).await?;
        let now = self.clock.now();
        let before = Token::of(known.clone(), now);
        live(&before)?;
        if let Some(next) = known.replaced_by {
            let message = format!("this token was rotated already: rotate {next}");
            return Err(Error::conflict(message).code("token_rotated"));
        }
        let overlap = rotation.overlap_seconds.unwrap_or(0);
        if overlap > OVERLAP_SECONDS_MAX {
            let message = format!("an overlap is at most {OVERLAP_SECONDS_MAX} seconds");
            return Err(Error::invalid(message).field("overlap_seconds"));
        }
        let mut settings = before.settings.clone();
        let life = known.expires_at.map(|end| end.duration_since(known.created_at));
        let wanted = life.and_then(|life| now.checked_add(life).ok());
        settings.expires_at = self.token_end(now, wanted)?;
        within_maker(caller, known.user_id, &settings, None)?;
        let (token, next) = mint(caller, known.owner(), settings, now);
        let created = CreatedToken { token, details: Token::of(next.clone(), now) };
        let old = ended(known, &next, overlap, now);
        let mut change = self
            .begin(caller, now, "token.rotate", &id, Some(&before), Some(&created.details))
            .await?;
        change.insert_token(&next).await?;
        if !change.update_token(&old).await? {
            return Err(Error::changed());
        }
        self.commit_created(change, caller, &created, now).await?;
        self.refresh().await?;
        Ok(created)
    }
}

/// The old token, with its successor and its end.
fn ended(old: store::Token, next: &store::Token, overlap: u32, now: Timestamp) -> store::Token {
    let end = now.checked_add(SignedDuration::from_secs(i64::from(overlap))).unwrap_or(now);
    store::Token {
        replaced_by: Some(next.id),
        revision: old.revision + 1,
        revoked_at: (overlap == 0).then_some(now),
        expires_at: if overlap == 0 {
            old.expires_at
        } else {
            Some(old.expires_at.map_or(end, |at| at.min(end)))
        },
        ..old
    }
}
