use crate::key::{Algorithm, Key};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// The longest token that is looked at.
pub const JWT_BYTES_MAX: usize = 8 << 10;
/// How far two clocks may be apart.
pub const LEEWAY_SECONDS: i64 = 60;
/// The longest that a token may have to live.
pub const LIFE_SECONDS_MAX: i64 = 24 * 60 * 60;

/// Why a token is refused. For logs and tests: whoever sent it learns that it was, and no more.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// No signed token in its compact form.
    #[error("it is no signed JWT")]
    Form,
    /// A header that brings its own key, or wants something that is not understood.
    #[error("its header brings a key, or asks for what is not understood")]
    Header,
    /// An algorithm that is unknown, or not its key's.
    #[error("its algorithm is not its key's")]
    Algorithm,
    /// Claims that are missing, or of a wrong kind.
    #[error("a claim is missing, twice there, or of a wrong kind")]
    Claims,
    /// A signature that is not right.
    #[error("its signature is not right")]
    Signature,
    /// Past its end.
    #[error("it has expired")]
    Expired,
    /// Before its time.
    #[error("it is not valid yet")]
    Early,
    /// An end that is too far off.
    #[error("it lives too long")]
    Life,
}

/// A token as it was sent. What it says is known, and not believed until [`Jwt::verify`].
pub struct Jwt<'a> {
    header: Header,
    claims: Claims,
    message: &'a [u8],
    signature: Vec<u8>,
}

/// What a token says that was verified (RFC 7519 §4).
#[derive(Debug, Deserialize)]
pub struct Claims {
    /// Who made it.
    pub iss: String,
    /// Whom it stands for.
    pub sub: String,
    aud: Audience,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    /// What people call the subject.
    pub name: Option<String>,
    /// What else is known of it: any JSON.
    pub metadata: Option<Box<RawValue>>,
    /// The apps that it is for; all when absent.
    pub apps: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// RFC 7515 §4.1. The members that bring a key are there to be refused.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
    b64: Option<IgnoredAny>,
    jwk: Option<IgnoredAny>,
    jku: Option<IgnoredAny>,
    x5u: Option<IgnoredAny>,
    x5c: Option<IgnoredAny>,
}

impl Header {
    fn is_plain(&self) -> bool {
        let foreign = [&self.crit, &self.b64, &self.jwk, &self.jku, &self.x5u, &self.x5c];
        let typ = self.typ.as_deref().unwrap_or("JWT");
        let typ = typ.strip_prefix("application/").unwrap_or(typ);
        foreign.iter().all(|member| member.is_none())
            && ["JWT", "at+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known))
    }
}

impl<'a> Jwt<'a> {
    /// Reads a token in its compact form (RFC 7515 §7.1), believing nothing.
    ///
    /// # Errors
    ///
    /// [`Refusal`] for what no key could make right.
    pub fn read(text: &'a str) -> Result<Self, Refusal> {
        if text.len() > JWT_BYTES_MAX {
            return Err(Refusal::Form);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(Refusal::Form)?;
        let (header, claims) = message.split_once('.').ok_or(Refusal::Form)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Form);
        let (header, claims, signature) = (decoded(header)?, decoded(claims)?, decoded(signature)?);
        let header: Header = object(&header).ok_or(Refusal::Header)?;
        if Algorithm::parse(&header.alg).is_none() {
            return Err(Refusal::Algorithm);
        }
        if !header.is_plain() {
            return Err(Refusal::Header);
        }
        let claims = object(&claims).ok_or(Refusal::Claims)?;
        Ok(Self { header, claims, message: message.as_bytes(), signature })
    }

    /// The key that it names.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// Who made it, as it says.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.claims.iss
    }

    /// Whether it says that it is for that audience.
    #[must_use]
    pub fn is_for(&self, audience: &str) -> bool {
        match &self.claims.aud {
            Audience::One(one) => one == audience,
            Audience::Several(several) => several.iter().any(|one| one == audience),
        }
    }

    /// What it says, once the key has proved it and the time is right. `now` is in seconds since 1970. Who made it, and for whom, was
    /// to be looked at before: by them the key was chosen.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub fn verify(&self, key: &Key, now: i64) -> Result<&Claims, Refusal> {
        let algorithm = Algorithm::parse(&self.header.alg).ok_or(Refusal::Algorithm)?;
        key.check(algorithm, self.message, &self.signature)?;
        let claims = &self.claims;
        let late = |at: i64| at > now.saturating_add(LEEWAY_SECONDS);
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(Refusal::Expired);
        }
        if claims.nbf.is_some_and(late) || claims.iat.is_some_and(late) {
            return Err(Refusal::Early);
        }
        if claims.exp > now.saturating_add(LIFE_SECONDS_MAX + LEEWAY_SECONDS) {
            return Err(Refusal::Life);
        }
        Ok(claims)
    }
}

/// Reads an object strictly: no member that is known may be there twice, and serde would take a list for a struct too.
fn object<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Option<T> {
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(bytes).ok()).flatten()
}
