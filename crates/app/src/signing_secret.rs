use crate::{App, Caller, Error, Page, PageQuery, clock::entropy};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use model::{AccountId, Permission, Secret, SigningSecretId, Timestamp};
use oauth::SecretAlgorithm;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// Secrets of one account: each may be tried for a token that names none.
const SECRETS_MAX: usize = 10;
/// The longest name of a secret.
const NAME_CHARS_MAX: usize = 100;
/// The longest that a rotated secret goes on working: a week.
const OVERLAP_SECONDS_MAX: u32 = 604_800;
/// Random bytes of a secret; as text it is longer than the hash of HS512, as RFC 7518 §3.2 wants it.
const SECRET_BYTES: usize = 64;
/// Begins each secret, so that scanners find it where it should not be.
const PREFIX: &str = "gws_";

/// How a secret signs (RFC 7518 §3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum SigningAlgorithm {
    /// HMAC with SHA-256.
    #[default]
    #[serde(rename = "HS256")]
    Hs256,
    /// HMAC with SHA-512.
    #[serde(rename = "HS512")]
    Hs512,
}

impl From<SigningAlgorithm> for SecretAlgorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Hs256 => Self::Hs256,
            SigningAlgorithm::Hs512 => Self::Hs512,
        }
    }
}

/// A secret that the account's own product signs its customers' tokens with. What it is, is shown once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SigningSecret {
    /// Names it, and is the `kid` of its tokens.
    pub id: SigningSecretId,
    /// For people.
    pub name: String,
    /// How it signs.
    pub algorithm: SigningAlgorithm,
    /// Whether its tokens may be sent in the URL.
    pub allow_in_url: bool,
    /// When its tokens are no longer taken; absent until it is rotated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub retires_at: Option<Timestamp>,
    /// The principal that made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A secret that was just made: the only time that it is seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedSigningSecret {
    /// The secret: the bytes of this text are the key. It cannot be shown again.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String, pattern = "^gws_[0-9A-Za-z_-]{86}$")]
    pub secret: Secret,
    /// All else about it.
    #[serde(flatten)]
    pub details: SigningSecret,
}

/// The one place where it leaves the process: to whoever had it made.
fn shown_once<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(secret.expose()))
}

/// A secret to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSigningSecret {
    /// For people.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: String,
    /// How it signs.
    #[serde(default)]
    pub algorithm: SigningAlgorithm,
    /// Whether its tokens may be sent in the URL, as `/mcp?token=`, by clients that cannot send a header.
    #[serde(default)]
    pub allow_in_url: bool,
}

/// How a secret is rotated.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SigningSecretRotation {
    /// For how many seconds tokens of the old secret are taken still; no longer at all when absent or 0.
    #[serde(default, deserialize_with = "crate::number::optional")]
    #[schema(minimum = 0, maximum = 604_800)]
    pub overlap_seconds: Option<u32>,
}

impl App {
    /// The account's signing secrets, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadSigners`].
    pub async fn list_signing_secrets(
        &self,
        caller: &Caller,
        page: &PageQuery,
    ) -> Result<Page<SigningSecret>, Error> {
        let account = caller.may(Permission::ReadSigners)?;
        let (size, after) = (page.size()?, page.after::<SigningSecretId>()?);
        let mut rows = self.store.signing_secrets(account).await?;
        rows.retain(|row| after.is_none_or(|after| after < row.id));
        rows.truncate(size as usize + 1);
        Page::new(rows, size, |row| row.id, SigningSecret::try_from).transpose()
    }

    /// One signing secret; never the secret itself.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadSigners`]; [`crate::Kind::NotFound`].
    pub async fn get_signing_secret(
        &self,
        caller: &Caller,
        id: SigningSecretId,
    ) -> Result<SigningSecret, Error> {
        let account = caller.may(Permission::ReadSigners)?;
        self.known_signing_secret(account, id).await?.try_into()
    }

    /// Makes a signing secret.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteSigners`]; [`crate::Kind::Invalid`]; [`crate::Kind::Conflict`] when the
    /// account has as many as it may.
    pub async fn create_signing_secret(
        &self,
        caller: &Caller,
        new: NewSigningSecret,
    ) -> Result<CreatedSigningSecret, Error> {
        let account = caller.may(Permission::WriteSigners)?;
        if new.name.chars().count() > NAME_CHARS_MAX || new.name.contains(char::is_control) {
            let message = format!("a name has at most {NAME_CHARS_MAX} visible characters");
            return Err(Error::invalid(message).field("name"));
        }
        self.room_for_secret(account).await?;
        let now = self.clock.now();
        let (row, created) = self.made(caller, account, new, now)?;
        let mut change = self
            .begin(
                caller,
                now,
                "signing_secret.create",
                &row.id,
                None::<&()>,
                Some(&created.details),
            )
            .await?;
        change.insert_signing_secret(&row).await?;
        self.commit_created(change, caller, &created, now).await?;
        self.refresh().await?;
        Ok(created)
    }

    /// Makes a secret in the place of another, whose tokens are taken for a while still.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_signing_secret`]; [`crate::Kind::NotFound`]; [`crate::Kind::Conflict`] for one that was rotated.
    pub async fn rotate_signing_secret(
        &self,
        caller: &Caller,
        id: SigningSecretId,
        rotation: SigningSecretRotation,
    ) -> Result<CreatedSigningSecret, Error> {
        let account = caller.may(Permission::WriteSigners)?;
        let known = self.known_signing_secret(account, id).await?;
        let rotated = || {
            Error::conflict("this secret was rotated already: rotate the one in its place")
                .code("secret_rotated")
        };
        if known.retires_at.is_some() {
            return Err(rotated());
        }
        let overlap = rotation.overlap_seconds.unwrap_or(0);
        if overlap > OVERLAP_SECONDS_MAX {
            let message = format!("an overlap is at most {OVERLAP_SECONDS_MAX} seconds");
            return Err(Error::invalid(message).field("overlap_seconds"));
        }
        self.room_for_secret(account).await?;
        let now = self.clock.now();
        let end = now.checked_add(SignedDuration::from_secs(i64::from(overlap))).unwrap_or(now);
        let before = SigningSecret::try_from(known)?;
        let new = NewSigningSecret {
            name: before.name.clone(),
            algorithm: before.algorithm,
            allow_in_url: before.allow_in_url,
        };
        let (row, created) = self.made(caller, account, new, now)?;
        let mut change = self
            .begin(caller, now, "signing_secret.rotate", &id, Some(&before), Some(&created.details))
            .await?;
        change.insert_signing_secret(&row).await?;
        if !change.retire_signing_secret(account, id, end).await? {
            return Err(rotated());
        }
        self.commit_created(change, caller, &created, now).await?;
        self.refresh().await?;
        Ok(created)
    }

    /// Removes a signing secret: within a second its tokens open nothing.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteSigners`]; [`crate::Kind::NotFound`].
    pub async fn delete_signing_secret(
        &self,
        caller: &Caller,
        id: SigningSecretId,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteSigners)?;
        let before = SigningSecret::try_from(self.known_signing_secret(account, id).await?)?;
        let now = self.clock.now();
        let mut change = self
            .begin(caller, now, "signing_secret.delete", &id, Some(&before), None::<&()>)
            .await?;
        if !change.delete_signing_secret(account, id).await? {
            return Err(absent());
        }
        change.commit().await?;
        self.refresh().await
    }

    fn made(
        &self,
        caller: &Caller,
        account_id: AccountId,
        new: NewSigningSecret,
        now: Timestamp,
    ) -> Result<(store::SigningSecret, CreatedSigningSecret), Error> {
        let id = SigningSecretId::new(now, entropy());
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(entropy::<SECRET_BYTES>()));
        let place = store::SigningSecret::place(account_id, id);
        let row = store::SigningSecret {
            id,
            account_id,
            name: new.name,
            algorithm: SecretAlgorithm::from(new.algorithm).as_str().to_owned(),
            sealed: self.sealer.seal(&place, entropy(), text.as_bytes()),
            allow_in_url: new.allow_in_url,
            retires_at: None,
            created_by: caller.principal().to_string(),
            created_at: now,
        };
        let details = SigningSecret::try_from(row.clone())?;
        Ok((row, CreatedSigningSecret { secret: Secret::from(text), details }))
    }

    async fn room_for_secret(&self, account: AccountId) -> Result<(), Error> {
        if self.store.signing_secrets(account).await?.len() < SECRETS_MAX {
            return Ok(());
        }
        let message =
            format!("an account has at most {SECRETS_MAX} signing secrets: delete one first");
        Err(Error::conflict(message).code("too_many_secrets"))
    }

    async fn known_signing_secret(
        &self,
        account: AccountId,
        id: SigningSecretId,
    ) -> Result<store::SigningSecret, Error> {
        let rows = self.store.signing_secrets(account).await?;
        rows.into_iter().find(|row| row.id == id).ok_or_else(absent)
    }
}

impl TryFrom<store::SigningSecret> for SigningSecret {
    type Error = Error;

    fn try_from(row: store::SigningSecret) -> Result<Self, Error> {
        let algorithm = match SecretAlgorithm::parse(&row.algorithm) {
            Some(SecretAlgorithm::Hs256) => SigningAlgorithm::Hs256,
            Some(SecretAlgorithm::Hs512) => SigningAlgorithm::Hs512,
            None => return Err(Error::corrupt("signing secret", "its algorithm is unknown")),
        };
        Ok(Self {
            id: row.id,
            name: row.name,
            algorithm,
            allow_in_url: row.allow_in_url,
            retires_at: row.retires_at,
            created_by: row.created_by,
            created_at: row.created_at,
        })
    }
}

fn absent() -> Error {
    Error::not_found("there is no such signing secret")
}
