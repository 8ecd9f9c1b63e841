use crate::{
    App, Caller, Context, Error, Password, SessionView, Via,
    authenticate::system,
    clock::entropy,
    error::Kind,
    one_time,
    principal::Principal,
    quota::Rate,
    registry::user_rights,
    throttle::{Attempt, Pace},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use model::{AccountId, Alias, Secret, SignInId, Timestamp};
use serde::Deserialize;
use sha2::Sha256;
use std::{sync::Arc, time::Instant};
use utoipa::ToSchema;

/// Sign-ins that one user has at most: of more, the oldest end.
const SIGN_INS_MAX: u32 = 50;
/// How often the last use of a sign-in is written down.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Refused sign-ins that the audit log takes a second and at once, of all together: it is no place for a flood.
const AUDITED_REFUSALS: (u32, u32) = (1, 20);

/// Who wants to sign in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// The account's alias. May be left out where the installation has one account.
    #[serde(default)]
    pub account: Option<Alias>,
    /// The user's e-mail address.
    #[schema(min_length = 1, max_length = 254)]
    pub email: String,
    /// The user's password.
    #[schema(value_type = String, format = Password, max_length = 128)]
    pub password: Password,
}

/// A sign-in that was just made.
#[derive(Debug)]
pub struct CreatedSession {
    /// The cookie: the only time that it is seen.
    pub cookie: Secret,
    /// Who has signed in.
    pub session: SessionView,
}

impl App {
    /// Signs a user in.
    ///
    /// # Errors
    ///
    /// [`Kind::SignIn`] when account, user or password is wrong, or the user is shut out: all read alike, and all cost the same work;
    /// [`Kind::Invalid`] when the account must be named; [`Kind::Wait`] after too many tries.
    pub async fn create_session(
        &self,
        new: NewSession,
        context: Context,
    ) -> Result<CreatedSession, Error> {
        let now = self.clock.now();
        let email = new.email.trim().to_lowercase();
        let account = self.account_to_enter(new.account.as_ref(), now).await?;
        let named = || new.account.as_ref().map_or_else(String::new, |alias| alias.to_string());
        let name = account.as_ref().map_or_else(named, |account| account.id.to_string());
        let attempt = self.attempt(&name, &email, &context, now)?;
        let user = match &account {
            Some(account) => self.store.user_by_email(account.id, &email).await?,
            None => None,
        };
        let known = user.as_ref().filter(|user| user.disabled_at.is_none());
        let stored = known.and_then(|user| user.password.as_deref());
        let right = self.passwords.verify(&new.password, "password", stored).await?;
        let (Some(user), Some(account)) = (known.filter(|_| right), &account) else {
            let account = account.map(|account| account.id);
            self.note_refusal(account, user.as_ref(), context, now).await?;
            let message = "account, e-mail address or password is wrong";
            return Err(Error::new(Kind::SignIn, message).code("wrong_password"));
        };
        self.throttle.succeeded(&attempt);
        let caller = Caller::user(user, context);
        let change =
            self.begin(&caller, now, "session.create", &user.id, None::<&()>, None::<&()>).await?;
        self.enter(change, &caller, account, user, now).await
    }

    /// The caller that a cookie stands for.
    ///
    /// # Errors
    ///
    /// [`Kind::SignIn`] for a cookie that is malformed or unknown, for a sign-in that has ended or was idle for too long, and for a
    /// user that is shut out.
    pub async fn authenticate_cookie(
        &self,
        cookie: &str,
        context: Context,
    ) -> Result<Caller, Error> {
        let ended = || Error::new(Kind::SignIn, "sign in: you are not, or not any more");
        let now = self.clock.now();
        let hash = one_time::digest(cookie).ok_or_else(ended)?;
        let row = self.store.sign_in(&hash).await?.ok_or_else(ended)?;
        let idle =
            SignedDuration::try_from(self.config.sign_in_idle).unwrap_or(SignedDuration::MAX);
        if now >= row.expires_at || now.duration_since(row.last_seen_at) >= idle {
            return Err(ended());
        }
        // What became of the user counts from the next request on, by whichever process it was done.
        self.refresh().await?;
        let principal = self.registry.load().users.get(&row.user_id).map(Arc::clone);
        let principal = principal
            .filter(|user| user.rights.account_id == row.account_id && user.is_live(now))
            .ok_or_else(ended)?;
        if now.duration_since(row.last_seen_at) >= SEEN_EVERY {
            self.store.touch_sign_in(&row, now).await?;
        }
        let (sign_in, csrf_token) = (Some(row.id), Some(csrf_token(cookie)));
        Ok(Caller {
            principal,
            context: Context { via: Via::Console, sign_in, csrf_token, ..context },
        })
    }

    /// Signs the caller out.
    ///
    /// # Errors
    ///
    /// [`Kind::Conflict`] for a caller that has not signed in: a token is revoked instead.
    pub async fn delete_session(&self, caller: &Caller) -> Result<(), Error> {
        let Some(sign_in) = caller.context.sign_in else {
            let message = "only who has signed in can sign out: a token is revoked";
            return Err(Error::conflict(message).code("not_signed_in"));
        };
        let now = self.clock.now();
        let mut change = self
            .begin(caller, now, "session.delete", &caller.principal(), None::<&()>, None::<&()>)
            .await?;
        change.delete_sign_in(caller.account_id(), sign_in).await?;
        Ok(change.commit().await?)
    }

    /// Ends a change by which a user signs in.
    pub(crate) async fn enter(
        &self,
        mut change: store::Change,
        caller: &Caller,
        account: &store::Account,
        user: &store::User,
        now: Timestamp,
    ) -> Result<CreatedSession, Error> {
        let (cookie, hash) = one_time::mint();
        let life =
            SignedDuration::try_from(self.config.sign_in_life).unwrap_or(SignedDuration::MAX);
        let row = store::SignIn {
            id: SignInId::new(now, entropy()),
            account_id: user.account_id,
            user_id: user.id,
            hash,
            source: caller.context.source.map(|source| source.to_string()),
            created_at: now,
            last_seen_at: now,
            expires_at: now.saturating_add(life).unwrap_or(Timestamp::MAX),
        };
        change.insert_sign_in(&row, SIGN_INS_MAX).await?;
        let text = String::from_utf8_lossy(cookie.expose());
        let context = Context { csrf_token: Some(csrf_token(&text)), ..caller.context.clone() };
        let user = store::User { last_seen_at: Some(now), ..user.clone() };
        let entered = caller.clone().with_context(context);
        let session = SessionView::new(&entered, account.clone(), Some(user));
        change.commit().await?;
        Ok(CreatedSession { cookie, session })
    }

    /// Lets a password be tried, or not yet.
    pub(crate) fn attempt(
        &self,
        account: &str,
        email: &str,
        context: &Context,
        now: Timestamp,
    ) -> Result<Attempt, Error> {
        let pace = Pace { free: self.config.sign_in_tries, longest: self.config.sign_in_delay };
        self.throttle.attempt(account, email, context.source, pace, now)
    }

    /// The account that somebody wants to enter; none when there is none of that name.
    async fn account_to_enter(
        &self,
        alias: Option<&Alias>,
        now: Timestamp,
    ) -> Result<Option<store::Account>, Error> {
        if let Some(alias) = alias {
            return Ok(self.store.account_by_alias(alias, now).await?);
        }
        let mut accounts = self.store.accounts_after(None, 2).await?;
        if accounts.len() > 1 {
            let message = "there are several accounts here: name yours by its alias";
            return Err(Error::invalid(message).code("account_missing").field("account"));
        }
        Ok(accounts.pop())
    }

    /// Writes a refusal down, unless too many were of late. What was typed is not kept: it may be a password in the wrong field.
    async fn note_refusal(
        &self,
        account: Option<AccountId>,
        user: Option<&store::User>,
        context: Context,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(account) = account else { return Ok(()) };
        let (per_second, burst) = AUDITED_REFUSALS;
        if self.refusals.take(Rate::per_second(per_second, burst), Instant::now()).is_err() {
            tracing::warn!("refused sign-ins are too many to be written down one by one");
            return Ok(());
        }
        let object = user.map_or_else(|| "unknown".to_owned(), |user| user.id.to_string());
        let caller = system(account, Context { via: Via::Console, ..context });
        let change =
            self.begin(&caller, now, "session.refuse", &object, None::<&()>, None::<&()>).await?;
        Ok(change.commit().await?)
    }
}

impl Caller {
    /// A user that has just proved who it is.
    pub(crate) fn user(user: &store::User, context: Context) -> Self {
        let principal = Arc::new(Principal::new(user_rights(user, None), Arc::default()));
        Self { principal, context: Context { via: Via::Console, ..context } }
    }
}

/// What only pages that were given it can send: made of the cookie, which no page can read, so that it needs no place of its own.
fn csrf_token(cookie: &str) -> Secret {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(cookie.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"gatewright csrf");
    Secret::from(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests;
