use crate::{
    App, Caller, Context, CreatedSession, Error, Password,
    clock::entropy,
    error::Kind,
    one_time,
    user::{email, name},
};
use jiff::SignedDuration;
use model::{AccountId, LinkId, Permission, Role, Secret, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use store::LinkPurpose;
use utoipa::ToSchema;

/// How long the link that a start prints can be used: whoever reads the terminal is there.
const SETUP_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// How long an invitation can be used.
const INVITATION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a link that resets a password can be used.
const RESET_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// A link that lets one person choose a password, once. This is the only time that it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OneTimeLink {
    /// What it is for.
    pub purpose: Purpose,
    /// What `accept_link` takes.
    pub link: String,
    /// A page of the console that takes it. The secret stands behind the `#`, so that no server and no log sees it. Absent where
    /// the public URL is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The first owner of an account.
    Setup,
    /// The first password of a user.
    Invitation,
    /// Another password of a user, which ends every sign-in of before.
    Reset,
}

/// What comes with a link.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptLink {
    /// The link, or its URL.
    #[schema(min_length = 1, max_length = 2048)]
    pub link: String,
    /// The password to sign in with from now on.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    pub password: Password,
    /// The user's name, to be changed with it.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: Option<String>,
    /// At set-up, what the first owner will sign in with. Every other link knows its user.
    #[serde(default)]
    #[schema(
        min_length = 3,
        max_length = 254,
        pattern = r"^\s*[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+\s*$"
    )]
    pub email: Option<String>,
}

impl App {
    /// A link for the first owner of the operator's account, in the place of all before; none when the account has users.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::WriteOwners`].
    pub async fn create_setup_link(&self, caller: &Caller) -> Result<Option<OneTimeLink>, Error> {
        let account = caller.may(Permission::WriteOwners)?;
        if self.store.has_users(account).await? {
            return Ok(None);
        }
        let now = self.clock.now();
        let (secret, link) = make(account, None, LinkPurpose::Setup, now)?;
        let about = about(&link);
        let mut change =
            self.begin(caller, now, "link.create", &link.id, None::<&()>, Some(&about)).await?;
        change.replace_links(&link).await?;
        change.commit().await?;
        Ok(Some(self.shown(&secret, &link)))
    }

    /// A link that lets a user choose another password, in the place of all before.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::WriteUsers`], or for an owner without [`Permission::WriteOwners`];
    /// [`Kind::NotFound`]; [`Kind::Conflict`] for a user that is shut out.
    pub async fn create_reset_link(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<OneTimeLink, Error> {
        let account = caller.may(Permission::WriteUsers)?;
        let user = self.known_user(account, id).await?;
        if user.role == Role::Owner {
            caller.may(Permission::WriteOwners)?;
        }
        if user.disabled_at.is_some() {
            let message = "the user is shut out: let it in again first";
            return Err(Error::conflict(message).code("user_disabled"));
        }
        let now = self.clock.now();
        let purpose = match user.password {
            Some(_) => LinkPurpose::Reset,
            None => LinkPurpose::Invitation,
        };
        let (secret, link) = make(account, Some(id), purpose, now)?;
        let about = about(&link);
        let mut change =
            self.begin(caller, now, "link.create", &link.id, None::<&()>, Some(&about)).await?;
        change.replace_links(&link).await?;
        change.commit().await?;
        Ok(self.shown(&secret, &link))
    }

    /// The invitation of a user that is being made, as part of that change.
    pub(crate) async fn invite(
        &self,
        change: &mut store::Change,
        user: &store::User,
        now: Timestamp,
    ) -> Result<OneTimeLink, Error> {
        let (secret, link) = make(user.account_id, Some(user.id), LinkPurpose::Invitation, now)?;
        change.replace_links(&link).await?;
        Ok(self.shown(&secret, &link))
    }

    /// Sets the password that comes with a link, and signs in. Of several that use a link at once, one succeeds.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] for a link that is unknown, used or expired, all alike; [`Kind::Invalid`] for a password that is none;
    /// [`Kind::Wait`] when too many unknown ones have come.
    pub async fn accept_link(
        &self,
        accept: AcceptLink,
        context: Context,
    ) -> Result<CreatedSession, Error> {
        let now = self.clock.now();
        let secret = accept.link.rsplit(['#', '/']).next().unwrap_or_default();
        let hash = one_time::digest(secret).ok_or_else(spent)?;
        let Some(link) = self.store.live_link(&hash, now).await? else {
            self.strangers.take(self.config.stranger_rate(), Instant::now()).map_err(|wait| {
                let retry_after = wait.max(Duration::from_secs(1));
                Error::new(Kind::Wait { retry_after }, "too many unknown links: wait a moment")
            })?;
            return Err(spent());
        };
        let known = match link.user_id {
            Some(id) => {
                let user = self.store.user(link.account_id, id).await?;
                Some(user.filter(|user| user.disabled_at.is_none()).ok_or_else(spent)?)
            }
            None => None,
        };
        let user = accepted(&link, known.as_ref(), accept.name, accept.email, now)?;
        let account = self.known_account(link.account_id).await?;
        let password = Some(self.passwords.hash(&accept.password, "password").await?);
        let user = store::User { password, ..user };
        let caller = Caller::user(&user, context);
        let about = about(&link);
        let mut change =
            self.begin(&caller, now, "link.accept", &link.id, Some(&about), None::<&()>).await?;
        if !change.use_link(&link, now).await? {
            return Err(spent());
        }
        match known {
            // Somebody was quicker with another link, or the operator has made a user.
            None if change.has_users(link.account_id).await? => return Err(spent()),
            None => change.insert_user(&user).await?,
            Some(_) => {
                if !change.update_user(&user, now).await? {
                    return Err(Error::changed());
                }
            }
        }
        change.delete_links(link.account_id, link.user_id).await?;
        change.delete_sign_ins(user.account_id, user.id, None).await?;
        let entered = self.enter(change, &caller, &account, &user, now).await?;
        self.refresh().await?;
        Ok(entered)
    }

    fn shown(&self, secret: &Secret, link: &store::Link) -> OneTimeLink {
        let text = String::from_utf8_lossy(secret.expose()).into_owned();
        let purpose = Purpose::from(link.purpose);
        let page = link.purpose.as_str();
        let url = self.config.public_url.as_ref();
        let url = url.map(|base| format!("{}/{page}#{text}", base.trim_end_matches('/')));
        OneTimeLink { purpose, link: text, url, expires_at: link.expires_at }
    }
}

/// What the audit log says of a link.
fn about(link: &store::Link) -> serde_json::Value {
    serde_json::json!({
        "purpose": link.purpose.as_str(), "user_id": link.user_id, "expires_at": link.expires_at,
    })
}

impl From<LinkPurpose> for Purpose {
    fn from(purpose: LinkPurpose) -> Self {
        match purpose {
            LinkPurpose::Setup => Self::Setup,
            LinkPurpose::Invitation => Self::Invitation,
            LinkPurpose::Reset => Self::Reset,
        }
    }
}

/// What a link is refused with, whatever is wrong with it.
fn spent() -> Error {
    Error::not_found("this link is unknown, used or expired: ask for a new one").code("link_spent")
}

fn make(
    account_id: AccountId,
    user_id: Option<UserId>,
    purpose: LinkPurpose,
    now: Timestamp,
) -> Result<(Secret, store::Link), Error> {
    let life = match purpose {
        LinkPurpose::Setup => SETUP_LIFE,
        LinkPurpose::Invitation => INVITATION_LIFE,
        LinkPurpose::Reset => RESET_LIFE,
    };
    let expires_at = now.checked_add(life).map_err(|error| {
        Error::new(Kind::Internal, "the clock is beyond all bounds").with_source(error)
    })?;
    let (secret, hash) = one_time::mint();
    let id = LinkId::new(now, entropy());
    let link = store::Link { id, account_id, user_id, purpose, hash, created_at: now, expires_at };
    Ok((secret, link))
}

/// The user that a link makes or changes, but for its password.
fn accepted(
    link: &store::Link,
    known: Option<&store::User>,
    new_name: Option<String>,
    new_email: Option<String>,
    now: Timestamp,
) -> Result<store::User, Error> {
    let new_name = new_name.map(name).transpose()?;
    let Some(known) = known else {
        let Some(address) = new_email else {
            let message = "say with which e-mail address the first owner will sign in";
            return Err(Error::invalid(message).code("email_missing").field("email"));
        };
        return Ok(store::User {
            id: UserId::new(now, entropy()),
            account_id: link.account_id,
            email: email(&address)?,
            name: new_name.unwrap_or_default(),
            role: Role::Owner,
            password: None,
            disabled_at: None,
            last_seen_at: None,
            revision: 1,
            created_at: now,
        });
    };
    if new_email.is_some() {
        let message = "this link knows its user: leave the e-mail address out";
        return Err(Error::invalid(message).field("email"));
    }
    let name = new_name.unwrap_or_else(|| known.name.clone());
    Ok(store::User { name, revision: known.revision + 1, ..known.clone() })
}
