use crate::{Error, clock::entropy, error::Kind};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use model::Secret;
use serde::{Deserialize, Deserializer};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;

/// The fewest characters of a new password (NIST SP 800-63B).
const CHARS_MIN: usize = 12;
/// The most characters of any password, so that none costs more than others.
const CHARS_MAX: usize = 128;
/// Passwords that are hashed at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Passwords that may wait for their turn.
const WAITING_MAX: usize = 64;
/// Random bytes of a hash's own.
const SALT_BYTES: usize = 16;
/// What is checked where there is no password: as much work as any, and no password has it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password that came in: never shown, and gone from memory with the request.
#[derive(Clone, Debug)]
pub struct Password(Secret);

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Secret::from(text))
    }
}

impl Password {
    /// The bytes that are hashed: those of the text in the normal form NFKC, since one keyboard writes ﬁ, é or ½ otherwise than
    /// another does.
    fn normal(&self, field: &'static str, least: usize) -> Result<Secret, Error> {
        let text = std::str::from_utf8(self.0.expose()).unwrap_or_default();
        if text.chars().count() > CHARS_MAX {
            let message = format!("a password has at most {CHARS_MAX} characters");
            return Err(Error::invalid(message).field(field));
        }
        if text.contains('\0') {
            return Err(Error::invalid("a password holds no NUL character").field(field));
        }
        let normal: String = text.nfkc().collect();
        if normal.chars().count() < least {
            let message = format!("a password has at least {least} characters");
            return Err(Error::invalid(message).code("password_too_short").field(field));
        }
        Ok(Secret::from(normal))
    }
}

/// Hashes and checks passwords with Argon2id, few at a time and apart from the threads that serve.
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    places: Semaphore,
    /// How often a password was checked.
    #[cfg(test)]
    pub(crate) checked: std::sync::atomic::AtomicUsize,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            places: Semaphore::new(WAITING_MAX),
            #[cfg(test)]
            checked: std::sync::atomic::AtomicUsize::new(0),
        }
    }

    /// What is stored of a new password, in the PHC string format. `field` is its place in the input.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when it is too short or too long; [`Kind::Wait`] when too many wait.
    pub(crate) async fn hash(
        &self,
        password: &Password,
        field: &'static str,
    ) -> Result<String, Error> {
        let password = password.normal(field, CHARS_MIN)?;
        let salt: [u8; SALT_BYTES] = entropy();
        self.apart(move || {
            argon2().hash_password_with_salt(password.expose(), &salt).map(|hash| hash.to_string())
        })
        .await?
        .map_err(|error| {
            Error::new(Kind::Internal, "the password cannot be hashed").with_source(error)
        })
    }

    /// Whether that is the password. Does the same work when there is none to compare with.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when it is longer than a password can be; [`Kind::Wait`] when too many wait.
    pub(crate) async fn verify(
        &self,
        password: &Password,
        field: &'static str,
        stored: Option<&str>,
    ) -> Result<bool, Error> {
        let password = password.normal(field, 0)?;
        let stored = stored.unwrap_or(NOBODY).to_owned();
        #[cfg(test)]
        self.checked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.apart(move || {
            let hash = PasswordHash::new(&stored);
            hash.is_ok_and(|hash| argon2().verify_password(password.expose(), &hash).is_ok())
        })
        .await
    }

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _place = self.places.try_acquire().map_err(|_| {
            let retry_after = Duration::from_secs(1);
            Error::new(
                Kind::Wait { retry_after },
                "too many sign in at once: try again in a moment",
            )
        })?;
        let stopped = || Error::new(Kind::Unavailable, "Gatewright is stopping");
        let turn: OwnedSemaphorePermit =
            Arc::clone(&self.turns).acquire_owned().await.map_err(|_| stopped())?;
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work and not by its caller, who may go away.
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| stopped().with_source(error))
    }
}

/// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("they are within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::{NOBODY, Password, Passwords, argon2};
    use argon2::{Params, password_hash::phc::PasswordHash};

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    fn password(text: &str) -> Password {
        Password::from(text.to_owned())
    }

    #[test]
    fn a_password_is_known_again_in_every_normal_form() {
        run(async {
            let passwords = Passwords::new();
            let stored =
                passwords.hash(&password("caf\u{e9} \u{fb01}ve st\u{bd}rs"), "p").await.unwrap();
            assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
            let check = async |text: &str, stored: Option<&str>| {
                passwords.verify(&password(text), "p", stored).await.unwrap()
            };
            assert!(check("cafe\u{301} five st1\u{2044}2rs", Some(&stored)).await);
            assert!(!check("cafe five st1\u{2044}2rs", Some(&stored)).await);
            assert!(!check("", Some(&stored)).await);
            assert!(!check("caf\u{e9} five", None).await);
            assert!(!check("caf\u{e9} five", Some("no hash")).await);
            let again =
                passwords.hash(&password("caf\u{e9} \u{fb01}ve st\u{bd}rs"), "p").await.unwrap();
            assert_ne!(stored, again, "each has a salt of its own");
        });
    }

    #[test]
    fn a_password_has_bounds() {
        run(async {
            let passwords = Passwords::new();
            let new = async |text: String| passwords.hash(&Password::from(text), "p").await.is_ok();
            for (text, expected) in [
                ("x".repeat(11), false),
                ("x".repeat(12), true),
                ("\u{1f512}".repeat(12), true),
                ("x".repeat(128), true),
                ("x".repeat(129), false),
                ("x".repeat(1 << 20), false),
                ("twelve\0twelve".to_owned(), false),
                (String::new(), false),
            ] {
                assert_eq!(new(text.clone()).await, expected, "{} characters", text.len());
            }
            assert!(passwords.verify(&password(&"x".repeat(129)), "p", None).await.is_err());
            assert_eq!(format!("{:?}", password("hunter2")), "Password(***)");
        });
    }

    #[test]
    fn nobody_s_password_costs_as_much_as_any() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (argon2().params().m_cost(), argon2().params().t_cost(), argon2().params().p_cost())
        );
        assert_eq!(hash.hash.unwrap().len(), 32);
        assert_eq!(hash.salt.unwrap().len(), super::SALT_BYTES);
    }
}
