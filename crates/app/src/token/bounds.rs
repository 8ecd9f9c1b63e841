//! What keeps a token within its maker's rights.

use super::view::{LIFE_SECONDS_MAX, TokenSettings};
use crate::{App, Caller, Error, Kind, principal::Network};
use jiff::SignedDuration;
use model::{AccountId, MAX_SCOPE_NAMES, Names, Permission, Scope, Timestamp, UserId};

/// The longest name of a token.
const NAME_CHARS_MAX: usize = 100;
/// The longest description.
const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// Networks of one token.
const NETWORKS_MAX: usize = 64;
/// The longest name in a scope: that of a server.
const SCOPE_NAME_BYTES_MAX: usize = 128;

/// Which tokens a caller may reach: all of the account, or its user's own.
pub(crate) struct Reach {
    pub(crate) account: AccountId,
    pub(crate) own: Option<UserId>,
}

impl Reach {
    /// All of the account with the permission `wide`; one's own with [`Permission::OwnTokens`].
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] with neither, or when there is no user whose own they could be.
    pub(crate) fn new(caller: &Caller, wide: Permission) -> Result<Self, Error> {
        let refused = match caller.may(wide) {
            Ok(account) => return Ok(Self { account, own: None }),
            Err(refused) => refused,
        };
        match (caller.may(Permission::OwnTokens), caller.user_id()) {
            (Ok(account), Some(user)) => Ok(Self { account, own: Some(user) }),
            (Ok(_), None) | (Err(_), _) => Err(refused),
        }
    }

    pub(crate) fn includes(&self, row: &store::Token) -> bool {
        self.own.is_none_or(|user| row.user_id == Some(user))
    }
}

impl App {
    /// Servers named by id or slug, as ids: a slug may come to name another server. What the caller may not name reads as absent;
    /// names that the token had `before` may stay, though the server is gone.
    pub(crate) async fn named_servers(
        &self,
        caller: &Caller,
        names: Names,
        before: Option<&Names>,
    ) -> Result<Names, Error> {
        let Names::Only(names) = names else { return Ok(Names::All) };
        if names.len() > MAX_SCOPE_NAMES {
            let message = format!("a token names at most {MAX_SCOPE_NAMES} servers");
            return Err(Error::invalid(message).field("scope.servers"));
        }
        let mut known = self.store.server_rows(caller.account_id()).await?;
        known.retain(|row| row.deleted_at.is_none());
        let known: Vec<store::Server> = known.into_iter().map(|row| row.server).collect();
        let mut ids = Vec::with_capacity(names.len());
        for name in names {
            if matches!(before, Some(Names::Only(before)) if before.contains(&name)) {
                ids.push(name);
                continue;
            }
            let found = known.iter().find(|one| {
                (one.id.to_string() == name || *one.slug == *name) && caller.covers_server(one.id)
            });
            let server = found.ok_or_else(|| {
                Error::invalid(format!("there is no MCP server {name}: {}", those(caller, &known)))
                    .code("unknown_server")
                    .field("scope.servers")
            })?;
            ids.push(server.id.to_string());
        }
        ids.dedup();
        Ok(Names::Only(ids))
    }

    /// When a token ends that was made at `made` and shall end at `wanted`: no later than the installation allows.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] for a later end than that.
    pub(crate) fn token_end(
        &self,
        made: Timestamp,
        wanted: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, Error> {
        let Some(days) = self.config.token_days_max else { return Ok(wanted) };
        let latest = made.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok();
        match (wanted, latest) {
            (Some(wanted), Some(latest)) if wanted > latest => {
                let message = format!("tokens live {days} days at most here");
                Err(Error::invalid(message).code("token_life_too_long").field("expires_at"))
            }
            (Some(wanted), _) => Ok(Some(wanted)),
            (None, latest) => Ok(latest),
        }
    }
}

/// What the caller may name instead.
fn those(caller: &Caller, known: &[store::Server]) -> String {
    let mine = known.iter().filter(|one| caller.covers_server(one.id));
    let names: Vec<&str> = mine.map(|one| one.slug.as_str()).take(20).collect();
    if names.is_empty() {
        "there is none".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    }
}

/// When a new token ends: at one of two ways to say it.
///
/// # Errors
///
/// [`Kind::Invalid`] when both are there, or the life is none.
pub(crate) fn wanted_end(
    now: Timestamp,
    at: Option<Timestamp>,
    in_seconds: Option<u32>,
) -> Result<Option<Timestamp>, Error> {
    let Some(seconds) = in_seconds else { return Ok(at) };
    let invalid = |message| Err(Error::invalid(message).field("expires_in_seconds"));
    if at.is_some() {
        return invalid("send expires_at or expires_in_seconds, not both".to_owned());
    }
    if !(1..=LIFE_SECONDS_MAX).contains(&seconds) {
        return invalid(format!("a life is 1 to {LIFE_SECONDS_MAX} seconds"));
    }
    Ok(now.checked_add(SignedDuration::from_secs(i64::from(seconds))).ok())
}

/// Refuses what a token that stands for a customer has no use for.
///
/// # Errors
///
/// [`Kind::Invalid`], with the member that is wrong.
pub(crate) fn for_customer(settings: &TokenSettings) -> Result<(), Error> {
    let invalid = |message, field| Err(Error::invalid(message).field(field));
    if !settings.permissions.is_empty() {
        return invalid("a customer's token has no permissions: leave them out", "permissions");
    }
    if settings.scope.servers != Names::Only(Vec::new()) {
        let message = "a customer's token opens no managed server: name none";
        return invalid(message, "scope.servers");
    }
    Ok(())
}

/// Checks what does not depend on who asks.
///
/// # Errors
///
/// [`Kind::Invalid`], with the member that is wrong.
pub(crate) fn check(settings: &TokenSettings) -> Result<(), Error> {
    let name = &settings.name;
    if name.trim().is_empty()
        || name.chars().count() > NAME_CHARS_MAX
        || name.contains(char::is_control)
    {
        let message =
            format!("a token's name has 1 to {NAME_CHARS_MAX} characters, all of them visible");
        return Err(Error::invalid(message).field("name"));
    }
    if settings.description.chars().count() > DESCRIPTION_CHARS_MAX {
        let message = format!("a description has at most {DESCRIPTION_CHARS_MAX} characters");
        return Err(Error::invalid(message).field("description"));
    }
    if settings.permissions.len() > 64 {
        return Err(Error::invalid("name each permission once").field("permissions"));
    }
    if settings.allow_in_url && !settings.permissions.is_empty() {
        let message =
            "URLs are written down in many places: a token with permissions may not be sent in one";
        return Err(Error::invalid(message).field("allow_in_url"));
    }
    if let Names::Only(tools) = &settings.scope.tools {
        let plain = |name: &String| (1..=SCOPE_NAME_BYTES_MAX).contains(&name.len());
        if tools.len() > MAX_SCOPE_NAMES || !tools.iter().all(plain) {
            let message = format!(
                "a token names at most {MAX_SCOPE_NAMES} tools, of {SCOPE_NAME_BYTES_MAX} characters at most"
            );
            return Err(Error::invalid(message).field("scope.tools"));
        }
    }
    if settings.networks.len() > NETWORKS_MAX {
        let message = format!("a token has at most {NETWORKS_MAX} networks");
        return Err(Error::invalid(message).field("networks"));
    }
    if let Some(text) = settings.networks.iter().find(|text| Network::parse(text).is_none()) {
        let shown: String = text.chars().take(80).collect();
        let message = format!("{shown:?} is no network: write one such as 10.0.0.0/8");
        return Err(Error::invalid(message).field("networks"));
    }
    Ok(())
}

/// Refuses a token that may more than its maker, in whatever it did not have `before`.
///
/// # Errors
///
/// [`Kind::Forbidden`], with the member that is too wide.
pub(crate) fn within_maker(
    caller: &Caller,
    owner: Option<UserId>,
    new: &TokenSettings,
    before: Option<&TokenSettings>,
) -> Result<(), Error> {
    let rights = &caller.principal.rights;
    let refuse = |message: String, field| {
        Err(Error::new(Kind::Forbidden, message).code("wider_than_maker").field(field))
    };
    // Grants bound their owner's tokens at every call: no other owner's may be made by who has them.
    if rights.access.grants.is_some() && owner != rights.user_id {
        return refuse(
            "your own rights are grants: make tokens for yourself".to_owned(),
            "user_id",
        );
    }
    let had = |one: &Permission| before.is_some_and(|before| before.permissions.contains(one));
    let excess = |one: &&Permission| !rights.permissions.contains(**one) && !had(one);
    if let Some(more) = new.permissions.iter().find(excess) {
        let message = format!("you cannot give {}, which you do not have", more.as_str());
        return refuse(message, "permissions");
    }
    let own: &Scope = &rights.access.scope;
    let within = |outer: &Scope| new.scope.is_within(outer);
    if !within(own) && !before.is_some_and(|before| within(&before.scope)) {
        let message = "your own token does not cover all of this scope: name servers and tools that it covers, \
             and read_only where it is";
        return refuse(message.to_owned(), "scope");
    }
    let unchanged = before.is_some_and(|before| before.networks == new.networks);
    if !unchanged && !networks_within(&new.networks, &rights.networks) {
        let message = "your own token comes from certain networks only: name networks within those";
        return refuse(message.to_owned(), "networks");
    }
    Ok(())
}

fn networks_within(new: &[String], outer: &[Network]) -> bool {
    let inside = |network: Network| outer.iter().any(|outer| network.is_within(outer));
    outer.is_empty()
        || (!new.is_empty() && new.iter().all(|text| Network::parse(text).is_some_and(inside)))
}
