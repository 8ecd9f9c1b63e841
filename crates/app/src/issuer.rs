use crate::{App, Caller, Error, Expected, Page, PageQuery, Patch, clock::entropy};
use model::{AccountId, IssuerId, Permission, RawJson, Timestamp};
use oauth::KeySet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Issuers of one account.
const ISSUERS_MAX: usize = 20;
/// The longest issuer, audience, and URL of a key set.
const TEXT_CHARS_MAX: usize = 500;

/// Whoever else signs tokens of the account's customers: an identity provider, or the account's own product with a private key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Issuer {
    /// Names it.
    pub id: IssuerId,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// What their `aud` must name.
    pub audience: String,
    /// Its keys, and how its tokens may be sent.
    #[serde(flatten)]
    pub settings: IssuerSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of an issuer can be changed. Its keys are given, or found at a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// Its public keys: a JSON Web Key Set (RFC 7517 §5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<RawJson>,
    /// Where its public keys are, in place of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub jwks_url: Option<String>,
    /// Whether its tokens may be sent in the URL, as `/mcp?token=`, by clients that cannot send a header.
    #[serde(default)]
    pub allow_in_url: bool,
}

/// An issuer to be taken.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIssuer {
    /// The `iss` of its tokens: a URL.
    #[schema(min_length = 1, max_length = 500)]
    pub issuer: String,
    /// What their `aud` must name. With the issuer it names one of all accounts.
    #[schema(min_length = 1, max_length = 500)]
    pub audience: String,
    /// Its public keys: a JSON Web Key Set (RFC 7517 §5).
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<RawJson>,
    /// Where its public keys are, in place of them.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub jwks_url: Option<String>,
    /// Whether its tokens may be sent in the URL.
    #[serde(default)]
    pub allow_in_url: bool,
}

impl App {
    /// The account's issuers, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadSigners`].
    pub async fn list_issuers(
        &self,
        caller: &Caller,
        page: &PageQuery,
    ) -> Result<Page<Issuer>, Error> {
        let account = caller.may(Permission::ReadSigners)?;
        let (size, after) = (page.size()?, page.after::<IssuerId>()?);
        let mut rows = self.store.issuers(account).await?;
        rows.retain(|row| after.is_none_or(|after| after < row.id));
        rows.truncate(size as usize + 1);
        Page::new(rows, size, |row| row.id, Issuer::try_from).transpose()
    }

    /// One issuer.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadSigners`]; [`crate::Kind::NotFound`].
    pub async fn get_issuer(&self, caller: &Caller, id: IssuerId) -> Result<Issuer, Error> {
        let account = caller.may(Permission::ReadSigners)?;
        self.known_issuer(account, id).await?.try_into()
    }

    /// Takes an issuer's tokens from now on.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteSigners`]; [`crate::Kind::Invalid`]; [`crate::Kind::Conflict`] when one
    /// of that issuer and audience is there, or the account has as many as it may.
    pub async fn create_issuer(&self, caller: &Caller, new: NewIssuer) -> Result<Issuer, Error> {
        let account_id = caller.may(Permission::WriteSigners)?;
        let settings = IssuerSettings {
            jwks: new.jwks,
            jwks_url: new.jwks_url,
            allow_in_url: new.allow_in_url,
        };
        // An alias of an account is no URL, so nobody can come before its own tokens.
        url("issuer", &new.issuer)?;
        if new.audience.is_empty() || new.audience.chars().count() > TEXT_CHARS_MAX {
            let message = format!("an audience has 1 to {TEXT_CHARS_MAX} characters");
            return Err(Error::invalid(message).field("audience"));
        }
        check(&settings)?;
        if self.store.issuers(account_id).await?.len() >= ISSUERS_MAX {
            let message = format!("an account has at most {ISSUERS_MAX} issuers: delete one first");
            return Err(Error::conflict(message).code("too_many_issuers"));
        }
        let now = self.clock.now();
        let row = store::Issuer {
            id: IssuerId::new(now, entropy()),
            account_id,
            issuer: new.issuer,
            audience: new.audience,
            jwks: settings.jwks.map(|jwks| jwks.get().to_owned()),
            jwks_url: settings.jwks_url,
            allow_in_url: settings.allow_in_url,
            revision: 1,
            created_at: now,
        };
        let issuer = Issuer::try_from(row.clone())?;
        let mut change =
            self.begin(caller, now, "issuer.create", &row.id, None::<&()>, Some(&issuer)).await?;
        change.insert_issuer(&row).await.map_err(|error| match error {
            store::Error::Duplicate => {
                Error::conflict("this issuer is taken with that audience: choose another audience")
                    .code("issuer_taken")
                    .field("audience")
            }
            other => other.into(),
        })?;
        self.commit_created(change, caller, &issuer, now).await?;
        self.refresh().await?;
        Ok(issuer)
    }

    /// Changes an issuer's keys, and how its tokens may be sent.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteSigners`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`];
    /// [`crate::Kind::Changed`].
    pub async fn update_issuer(
        &self,
        caller: &Caller,
        id: IssuerId,
        expected: Expected,
        patch: &Patch,
    ) -> Result<Issuer, Error> {
        let account = caller.may(Permission::WriteSigners)?;
        let known = self.known_issuer(account, id).await?;
        let before = Issuer::try_from(known.clone())?;
        let settings = patch.apply(&before.settings)?;
        expected.check(known.revision)?;
        check(&settings)?;
        let now = self.clock.now();
        let row = store::Issuer {
            jwks: settings.jwks.map(|jwks| jwks.get().to_owned()),
            jwks_url: settings.jwks_url,
            allow_in_url: settings.allow_in_url,
            revision: known.revision + 1,
            ..known
        };
        let after = Issuer::try_from(row.clone())?;
        let mut change =
            self.begin(caller, now, "issuer.update", &id, Some(&before), Some(&after)).await?;
        if !change.update_issuer(&row, now).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Takes an issuer's tokens no longer, within a second.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteSigners`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn delete_issuer(
        &self,
        caller: &Caller,
        id: IssuerId,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteSigners)?;
        let known = self.known_issuer(account, id).await?;
        expected.check(known.revision)?;
        let revision = known.revision;
        let before = Issuer::try_from(known)?;
        let now = self.clock.now();
        let mut change =
            self.begin(caller, now, "issuer.delete", &id, Some(&before), None::<&()>).await?;
        if !change.delete_issuer(account, id, revision).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await
    }

    async fn known_issuer(&self, account: AccountId, id: IssuerId) -> Result<store::Issuer, Error> {
        let rows = self.store.issuers(account).await?;
        let found = rows.into_iter().find(|row| row.id == id);
        found.ok_or_else(|| Error::not_found("there is no such issuer"))
    }
}

impl TryFrom<store::Issuer> for Issuer {
    type Error = Error;

    fn try_from(row: store::Issuer) -> Result<Self, Error> {
        let corrupt = |_| Error::corrupt("issuer", "its keys are no JSON");
        Ok(Self {
            id: row.id,
            issuer: row.issuer,
            audience: row.audience,
            settings: IssuerSettings {
                jwks: row.jwks.map(RawJson::parse).transpose().map_err(corrupt)?,
                jwks_url: row.jwks_url,
                allow_in_url: row.allow_in_url,
            },
            created_at: row.created_at,
            revision: row.revision,
        })
    }
}

/// Refuses keys that check nothing.
fn check(settings: &IssuerSettings) -> Result<(), Error> {
    match (&settings.jwks, &settings.jwks_url) {
        (Some(keys), None) => match KeySet::read(keys.get().as_bytes()) {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(Error::invalid(error.to_string()).code("invalid_key_set").field("jwks"))
            }
        },
        (None, Some(text)) => url("jwks_url", text),
        (None, None) | (Some(_), Some(_)) => {
            Err(Error::invalid("send the keys as jwks, or their place as jwks_url").field("jwks"))
        }
    }
}

fn url(field: &'static str, text: &str) -> Result<(), Error> {
    let parsed = url::Url::parse(text).ok();
    let fits = text.chars().count() <= TEXT_CHARS_MAX
        && parsed.is_some_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    if fits {
        return Ok(());
    }
    let message = format!(
        "write a URL such as https://id.example.com, of {TEXT_CHARS_MAX} characters at most"
    );
    Err(Error::invalid(message).field(field))
}
