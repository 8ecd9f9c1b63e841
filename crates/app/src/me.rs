use crate::{
    App, Caller, Error, Expected, Password, Patch, PrincipalId, User, error::Kind, user::name,
};
use model::{Timestamp, UserId};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// What a person can change of itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnSettings {
    /// For people.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// The new password.
    #[serde(default, serialize_with = "unwritten")]
    #[schema(value_type = Option<String>, format = Password, min_length = 12, max_length = 128)]
    pub password: Option<Password>,
    /// The password of until now, which a new one needs.
    #[serde(default, serialize_with = "unwritten")]
    #[schema(value_type = Option<String>, format = Password, max_length = 128)]
    pub old_password: Option<Password>,
}

/// A password is read and never written; left out by serde itself, it would be left out of the document too.
fn unwritten<S: Serializer>(_: &Option<Password>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_none()
}

impl App {
    /// Changes the caller's own name, or its password with the one of before: then its other sign-ins end.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] for a caller that is no person in a browser; [`Kind::Changed`]; [`Kind::Invalid`] for a wrong old password
    /// and a new one that is none; [`Kind::Wait`] after too many wrong ones.
    pub async fn update_me(
        &self,
        caller: &Caller,
        expected: Expected,
        patch: &Patch,
    ) -> Result<User, Error> {
        let id = myself(caller)?;
        let account = caller.account_id();
        let known = self.known_user(account, id).await?;
        let current = OwnSettings { name: known.name.clone(), password: None, old_password: None };
        let settings = patch.apply(&current)?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let new_name = name(settings.name)?;
        let password = match (&settings.password, &settings.old_password) {
            (None, None) => None,
            (Some(new), Some(old)) => {
                Some(self.changed_password(caller, &known, new, old, now).await?)
            }
            (Some(_), None) => {
                let message = "send the password of until now with the new one";
                return Err(Error::invalid(message).field("old_password"));
            }
            (None, Some(_)) => {
                return Err(Error::invalid("there is no new password").field("password"));
            }
        };
        let before = User::from(known.clone());
        let event = if password.is_some() { "user.password" } else { "user.update" };
        let row = store::User {
            name: new_name,
            password: password.or_else(|| known.password.clone()),
            revision: known.revision + 1,
            ..known
        };
        let after = User::from(row.clone());
        let mut change = self.begin(caller, now, event, &id, Some(&before), Some(&after)).await?;
        if !change.update_user(&row, now).await? {
            return Err(Error::changed());
        }
        if settings.password.is_some() {
            change.delete_sign_ins(account, id, caller.context.sign_in).await?;
            change.delete_links(account, Some(id)).await?;
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    async fn changed_password(
        &self,
        caller: &Caller,
        known: &store::User,
        new: &Password,
        old: &Password,
        now: Timestamp,
    ) -> Result<String, Error> {
        let account = known.account_id.to_string();
        let attempt = self.attempt(&account, &known.email, &caller.context, now)?;
        if !self.passwords.verify(old, "old_password", known.password.as_deref()).await? {
            let refused = Error::invalid("the password of until now is another");
            return Err(refused.code("wrong_password").field("old_password"));
        }
        self.throttle.succeeded(&attempt);
        self.passwords.hash(new, "password").await
    }
}

/// The caller as a person: a token may do much, but it is not its owner.
fn myself(caller: &Caller) -> Result<UserId, Error> {
    match caller.id() {
        PrincipalId::User(id) => Ok(id),
        PrincipalId::Token(_)
        | PrincipalId::Customer(_)
        | PrincipalId::Operator
        | PrincipalId::System => {
            Err(Error::new(Kind::Forbidden, "sign in: this is for people, not for tokens"))
        }
    }
}
