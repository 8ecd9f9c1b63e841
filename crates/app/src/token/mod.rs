//! API tokens: made, changed, rotated and ended. Their text is shown once and kept as a hash.

mod bounds;
mod customer;
mod end;
mod leaked;
mod rotate;
mod text;
mod view;

pub(crate) use text::{digest, is_well_formed};
pub use view::{
    CreatedToken, LeakedToken, NewCustomerToken, NewToken, Token, TokenQuery, TokenRotation,
    TokenSettings, TokenState,
};

use crate::{App, Caller, Error, Expected, Kind, Page, PageQuery, Patch, clock::entropy};
use bounds::{Reach, check, for_customer, wanted_end, within_maker};
use model::{AccountId, Permission, Scope, Secret, Timestamp, TokenId, UserId};
use store::{TokenFilter, TokenOwner};

impl App {
    /// The account's tokens, in the order of their making; with [`Permission::OwnTokens`] alone, the caller's own.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::ReadTokens`] or [`Permission::OwnTokens`].
    pub async fn list_tokens(
        &self,
        caller: &Caller,
        query: &TokenQuery,
    ) -> Result<Page<Token>, Error> {
        let reach = Reach::new(caller, Permission::ReadTokens)?;
        let now = self.clock.now();
        let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
        let size = page.size()?;
        let wanted = query.owner.as_deref().map(owner).transpose()?;
        let own = reach.own.map(TokenOwner::User);
        if own.is_some() && wanted.is_some() && wanted != own {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let state = query.state.map(|state| match state {
            TokenState::Live => store::TokenState::Live,
            TokenState::Expired => store::TokenState::Expired,
            TokenState::Revoked => store::TokenState::Revoked,
        });
        let filter = TokenFilter {
            owner: own.or(wanted),
            state: state.map(|state| (state, now)),
            unused_since: query.unused_since,
            expires_before: query.expires_before,
            never_used: query.never_used,
            owner_disabled: query.owner_disabled,
            after: page.after()?,
            limit: size + 1,
        };
        let rows = self.store.tokens(reach.account, &filter).await?;
        Ok(Page::new(rows, size, |row| row.id, |row| Token::of(row, now)))
    }

    /// One token.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::ReadTokens`] or [`Permission::OwnTokens`]; [`Kind::NotFound`].
    pub async fn get_token(&self, caller: &Caller, id: TokenId) -> Result<Token, Error> {
        let reach = Reach::new(caller, Permission::ReadTokens)?;
        let row = self.known_token(caller, &reach, id).await?;
        Ok(Token::of(row, self.clock.now()))
    }

    /// Makes a token. It can be used at once, in every process that serves this database.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::WriteTokens`], or [`Permission::OwnTokens`] for a token of one's own, and for one that
    /// may more than its maker; [`Kind::Invalid`].
    pub async fn create_token(
        &self,
        caller: &Caller,
        new: NewToken,
    ) -> Result<CreatedToken, Error> {
        let reach = Reach::new(caller, Permission::WriteTokens)?;
        let now = self.clock.now();
        let user_id = self.new_owner(&reach, new.user_id).await?;
        let wanted = wanted_end(now, new.expires_at, new.expires_in_seconds)?;
        if wanted.is_some_and(|at| at <= now) {
            return Err(past());
        }
        let servers = self.named_servers(caller, new.scope.servers, None).await?;
        let settings = TokenSettings {
            name: new.name,
            description: new.description,
            scope: Scope { servers, ..new.scope },
            permissions: new.permissions,
            networks: new.networks,
            allow_in_url: new.allow_in_url,
            purge: new.purge,
            expires_at: self.token_end(now, wanted)?,
        };
        check(&settings)?;
        within_maker(caller, user_id, &settings, None)?;
        let owner = user_id.map_or(TokenOwner::Account, TokenOwner::User);
        let (token, row) = mint(caller, owner, settings, now);
        let created = CreatedToken { token, details: Token::of(row.clone(), now) };
        let mut change = self
            .begin(caller, now, "token.create", &row.id, None::<&()>, Some(&created.details))
            .await?;
        change.insert_token(&row).await?;
        self.commit_created(change, caller, &created, now).await?;
        self.refresh().await?;
        Ok(created)
    }

    /// Changes a live token: narrower, or wider within the rights of who changes it.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_token`]; [`Kind::NotFound`]; [`Kind::Changed`]; [`Kind::Conflict`] for a token that has ended.
    pub async fn update_token(
        &self,
        caller: &Caller,
        id: TokenId,
        expected: Expected,
        patch: &Patch,
    ) -> Result<Token, Error> {
        let reach = Reach::new(caller, Permission::WriteTokens)?;
        let known = self.known_token(caller, &reach, id).await?;
        let now = self.clock.now();
        let before = Token::of(known.clone(), now);
        let mut settings = patch.apply(&before.settings)?;
        expected.check(known.revision)?;
        live(&before)?;
        if settings.expires_at != before.settings.expires_at {
            settings.expires_at = self.token_end(known.created_at, settings.expires_at)?;
            if settings.expires_at.is_some_and(|at| at <= now) {
                return Err(past());
            }
        }
        let kept = Some(&before.settings.scope.servers);
        settings.scope.servers = self.named_servers(caller, settings.scope.servers, kept).await?;
        check(&settings)?;
        if known.customer_id.is_some() {
            for_customer(&settings)?;
        }
        within_maker(caller, known.user_id, &settings, Some(&before.settings))?;
        let row = store::Token {
            name: settings.name,
            description: settings.description,
            scope: settings.scope,
            permissions: settings.permissions,
            networks: settings.networks,
            allow_in_url: settings.allow_in_url,
            purge: settings.purge,
            expires_at: settings.expires_at,
            revision: known.revision + 1,
            ..known
        };
        let after = Token::of(row.clone(), now);
        let mut change =
            self.begin(caller, now, "token.update", &id, Some(&before), Some(&after)).await?;
        if !change.update_token(&row).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Who owns a new token: whoever is named, or the account, or the maker who may make tokens for itself alone.
    async fn new_owner(
        &self,
        reach: &Reach,
        named: Option<UserId>,
    ) -> Result<Option<UserId>, Error> {
        match (reach.own, named) {
            (Some(own), Some(other)) if other != own => Err(Error::new(
                Kind::Forbidden,
                "a token for somebody else needs the permission tokens:write: ask an admin of the account",
            )
            .field("user_id")),
            (Some(own), Some(_) | None) => Ok(Some(own)),
            (None, None) => Ok(None),
            (None, Some(user)) => match self.store.user(reach.account, user).await? {
                Some(_) => Ok(Some(user)),
                None => Err(Error::invalid("there is no such user").field("user_id")),
            },
        }
    }

    /// The token of that id, if the caller may reach it. One that it may see but not change is forbidden, any other absent.
    pub(crate) async fn known_token(
        &self,
        caller: &Caller,
        reach: &Reach,
        id: TokenId,
    ) -> Result<store::Token, Error> {
        let absent = || Error::not_found("there is no such token");
        let row = self.store.token(reach.account, id).await?.ok_or_else(absent)?;
        if reach.includes(&row) {
            return Ok(row);
        }
        caller.may(Permission::ReadTokens).map_err(|_| absent())?;
        Err(Error::new(
            Kind::Forbidden,
            "changing tokens of others needs the permission tokens:write: ask an admin of the account",
        ))
    }
}

/// Whose tokens a list is asked for.
fn owner(text: &str) -> Result<TokenOwner, Error> {
    if text == "account" {
        return Ok(TokenOwner::Account);
    }
    let user = text.parse().map(TokenOwner::User);
    user.or_else(|_| text.parse().map(TokenOwner::Customer)).map_err(|_| {
        Error::invalid("an owner is `account`, or the id of a user or a customer").field("owner")
    })
}

fn past() -> Error {
    Error::invalid("a token's expiry is in the future").code("expiry_past").field("expires_at")
}

/// Refuses what is meant for a token that still opens something.
pub(crate) fn live(token: &Token) -> Result<(), Error> {
    let ended = match token.state {
        TokenState::Live => return Ok(()),
        TokenState::Expired => "it has expired",
        TokenState::Revoked => "it was revoked",
    };
    let message = format!("there is no live token {}: {ended}; make another one", token.id);
    Err(Error::conflict(message).code("token_ended"))
}

/// A new token with those bounds: its text, and what is kept of it.
pub(crate) fn mint(
    caller: &Caller,
    owner: TokenOwner,
    settings: TokenSettings,
    now: Timestamp,
) -> (Secret, store::Token) {
    let account_id: AccountId = caller.account_id();
    let text = text::format_token(&entropy());
    let (user_id, customer_id) = match owner {
        TokenOwner::Account => (None, None),
        TokenOwner::User(id) => (Some(id), None),
        TokenOwner::Customer(id) => (None, Some(id)),
    };
    let row = store::Token {
        id: TokenId::new(now, entropy()),
        account_id,
        user_id,
        customer_id,
        name: settings.name,
        description: settings.description,
        hint: text[..text::HINT_BYTES].to_owned(),
        hash: digest(&text),
        scope: settings.scope,
        permissions: settings.permissions,
        networks: settings.networks,
        allow_in_url: settings.allow_in_url,
        purge: settings.purge,
        replaced_by: None,
        revision: 1,
        created_at: now,
        expires_at: settings.expires_at,
        revoked_at: None,
        last_used_at: None,
        created_by: caller.principal().to_string(),
    };
    (Secret::from(text), row)
}
