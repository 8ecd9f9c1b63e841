//! Customer tokens: who a signed token stands for. Each request is judged by itself; what was verified once is remembered by the
//! token's digest until it ends, or until anything that it rests on has changed.

mod keys;
mod passes;
mod sign;
mod signer;

pub(crate) use keys::KeySets;
pub(crate) use passes::Passes;
pub use sign::{SignToken, SignedToken};
pub(crate) use signer::{Gate, Signer, Signers};

use crate::{
    App, Caller, Context, Error, Kind, NewCustomer, customer,
    principal::{Access, Principal, PrincipalId, Rights},
    token,
};
use jiff::SignedDuration;
use model::{AccountId, AppKey, CustomerKey, Names, PermissionSet, RawJson, Scope, Timestamp};
use oauth::{Claims, Jwt, LEEWAY_SECONDS};
use passes::Pass;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What the `aud` of a token names that the account itself has signed.
pub const CUSTOMER_TOKEN_AUDIENCE: &str = "gatewright";
/// Apps that one token names.
const APPS_MAX: usize = 100;
/// How often a token is looked at again because what it rests on has changed meanwhile.
const TRIES: usize = 3;

/// Where a request has its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    /// In `Authorization`.
    Header,
    /// In the URL, where it is written down in many places.
    Url,
}

impl App {
    /// The caller that a customer's token stands for: an API token that is bound to one, or a JWT. Every way to fail is a refusal, and
    /// all refusals read alike.
    ///
    /// # Errors
    ///
    /// [`Kind::SignIn`] for a token that is not valid, or may not be sent in the URL; [`Kind::Forbidden`] for an API token that stands
    /// for no customer; [`Kind::Wait`] when too many unknown ones have come.
    pub async fn authenticate_customer(
        &self,
        bearer: &str,
        place: TokenPlace,
        context: Context,
    ) -> Result<Caller, Error> {
        let caller = if token::is_well_formed(bearer) {
            self.authenticate(bearer, context).await?
        } else {
            let (now, digest) = (self.clock.now(), token::digest(bearer));
            let principal = match self.passes.get(&digest).filter(|known| known.is_live(now)) {
                Some(known) => known,
                // Boxed: few requests bring a token that is not known, and all would carry its size.
                None => Box::pin(self.verified(bearer, digest, now)).await?,
            };
            Caller { principal, context }
        };
        if place == TokenPlace::Url && !caller.principal.rights.allow_in_url {
            return Err(Error::sign_in());
        }
        if caller.customer_id().is_none() {
            let message = "this token stands for no customer: send a customer's token";
            return Err(Error::new(Kind::Forbidden, message).code("no_customer"));
        }
        Ok(caller)
    }

    /// Who a token stands for that is not remembered.
    async fn verified(
        &self,
        text: &str,
        digest: [u8; 32],
        now: Timestamp,
    ) -> Result<Arc<Principal>, Error> {
        let jwt = Jwt::read(text).map_err(refused)?;
        for _ in 0..TRIES {
            let (signer, claims) = self.signed_by(&jwt, now).await?;
            let account = signer.account_id();
            let gate = self.registry.load().signers.gate(account).ok_or_else(Error::sign_in)?;
            let pass = self.pass(signer, claims, gate, now).await?;
            let principal = Arc::clone(&pass.principal);
            self.passes.put(digest, pass.clone(), now);
            // Whoever was shut out meanwhile may not have been seen by the look at all that were let in.
            if self.registry.load().signers.stand_by(&pass) {
                return Ok(principal);
            }
            self.passes.forget(&digest);
        }
        Err(Error::sign_in())
    }

    /// What a token says, and whose signature proves it.
    async fn signed_by<'a>(
        &self,
        jwt: &'a Jwt<'_>,
        now: Timestamp,
    ) -> Result<(Signer, &'a Claims), Error> {
        let mut signers = self.registry.load().signers.of(jwt, now);
        if signers.is_empty() {
            // Another process may have made it a moment ago: one look at the database, of which strangers get few.
            self.strangers.take(self.config.stranger_rate(), Instant::now()).map_err(|wait| {
                let retry_after = wait.max(Duration::from_secs(1));
                Error::new(Kind::Wait { retry_after }, "too many unknown tokens: wait a moment")
            })?;
            self.refresh().await?;
            signers = self.registry.load().signers.of(jwt, now);
        }
        let mut last = Error::sign_in();
        for signer in signers {
            match self.proved(jwt, &signer, now).await {
                Ok(claims) => return Ok((signer, claims)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn proved<'a>(
        &self,
        jwt: &'a Jwt<'_>,
        signer: &Signer,
        now: Timestamp,
    ) -> Result<&'a Claims, Error> {
        let seconds = now.as_second();
        match signer {
            Signer::Secret(row) => {
                let key = self.signing_key(row)?;
                jwt.verify(&key, seconds).map_err(refused)
            }
            Signer::Issuer(row) => {
                let keys = self.key_sets.of(row, jwt.kid(), &self.client).await?;
                let key = keys.find(jwt.kid()).ok_or_else(Error::sign_in)?;
                jwt.verify(key, seconds).map_err(refused)
            }
        }
    }

    /// What a token opens that was verified.
    async fn pass(
        &self,
        signer: Signer,
        claims: &Claims,
        gate: Gate,
        now: Timestamp,
    ) -> Result<Pass, Error> {
        let account = signer.account_id();
        // What is wrong with a token makes no customer.
        let apps = apps(claims)?;
        let key: CustomerKey = claims.sub.parse().map_err(|_| Error::sign_in())?;
        let name = store::CustomerName::Key(key.clone());
        let mut known = self.store.customer(account, &name).await?;
        if known.is_none() && gate.customers_on_first_use {
            self.first_use(account, key, claims, now).await?;
            known = self.store.customer(account, &name).await?;
        }
        let known = known
            .filter(|row| row.disabled_at.is_none() && row.user_id.is_none())
            .ok_or_else(Error::sign_in)?;
        let end = Timestamp::from_second(claims.exp.saturating_add(LEEWAY_SECONDS));
        let end = end.map_err(|_| Error::sign_in())?;
        let rights = Rights {
            apps,
            allow_in_url: signer.allow_in_url(),
            expires_at: Some(signer.retires_at().map_or(end, |at| at.min(end))),
            ..customer_rights(&known)
        };
        let state = self.registry.load().accounts.get(&account).map(Arc::clone);
        let principal = Arc::new(Principal::new(rights, state.unwrap_or_default()));
        Ok(Pass { principal, signer, customers: gate.customers })
    }

    /// Makes the customer that a token names. Another request may be quicker.
    async fn first_use(
        &self,
        account: AccountId,
        key: CustomerKey,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<(), Error> {
        let metadata = claims.metadata.clone().map_or_else(customer::no_metadata, RawJson::from);
        let new = NewCustomer { key, name: claims.name.clone().unwrap_or_default(), metadata };
        let row = customer::new_row(account, new, now).map_err(|_| Error::sign_in())?;
        let rights = customer_rights(&row);
        let caller = Caller {
            principal: Arc::new(Principal::new(rights, Arc::default())),
            context: Context::default(),
        };
        let made = crate::Customer::from(row.clone());
        let mut change =
            self.begin(&caller, now, "customer.create", &row.id, None::<&()>, Some(&made)).await?;
        match change.insert_customer(&row).await {
            Ok(()) => Ok(change.commit().await?),
            Err(store::Error::Duplicate) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a customer is by itself: it may do nothing but what is a customer's own.
pub(crate) fn customer_rights(customer: &store::Customer) -> Rights {
    Rights {
        id: PrincipalId::Customer(customer.id),
        account_id: customer.account_id,
        label: customer.key.to_string(),
        user_id: None,
        customer_id: Some(customer.id),
        permissions: PermissionSet::NONE,
        access: Access {
            scope: Scope { servers: Names::Only(Vec::new()), tools: Names::All, read_only: false },
            grants: None,
        },
        apps: None,
        networks: Vec::new(),
        allow_in_url: false,
        expires_at: None,
    }
}

fn apps(claims: &Claims) -> Result<Option<Arc<[AppKey]>>, Error> {
    let Some(names) = &claims.apps else { return Ok(None) };
    if names.len() > APPS_MAX {
        return Err(Error::sign_in());
    }
    let keys: Result<Vec<AppKey>, _> = names.iter().map(|name| name.parse()).collect();
    Ok(Some(keys.map_err(|_| Error::sign_in())?.into()))
}

/// Whoever sent a token learns that it was refused; the operator, why.
fn refused(refusal: oauth::Refusal) -> Error {
    tracing::debug!(reason = %refusal, "a customer's token was refused");
    Error::sign_in()
}

/// The end of a token that is made now and lives so long.
fn end(now: Timestamp, seconds: u32) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(now)
}
