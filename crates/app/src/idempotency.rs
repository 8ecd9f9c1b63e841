use crate::{App, Caller, Error, clock::entropy};
use model::{Secret, Timestamp};
use serde::Serialize;
use store::{Change, Remembered};

/// The longest idempotency key, in bytes.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;

/// What makes a creation that is sent twice happen once: the client's key, and what it was sent with.
#[derive(Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's key, of its own choice.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub digest: [u8; 32],
}

// A key may be anything, a secret too.
impl std::fmt::Debug for Idempotency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Idempotency(***)")
    }
}

impl App {
    /// What the caller's creation was answered, if it was sent before: the JSON text of what was made.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Conflict`] when the key came with another request.
    pub async fn remembered(&self, caller: &Caller) -> Result<Option<Secret>, Error> {
        let Some(asked) = &caller.context.idempotency else { return Ok(None) };
        let (account, principal) = (caller.account_id(), &**caller.principal());
        let Some(known) = self.store.remembered(account, principal, &asked.key).await? else {
            return Ok(None);
        };
        if known.digest != asked.digest {
            let message = "this idempotency key came with another request: use a new one";
            return Err(Error::conflict(message).code("idempotency_key_reused"));
        }
        let place = Remembered::place(account, principal, &asked.key);
        Ok(Some(self.sealer.open(&place, &known.sealed)?))
    }

    /// Ends a creation: its answer is remembered for the caller's idempotency key, in the same transaction.
    pub(crate) async fn commit_created(
        &self,
        mut change: Change,
        caller: &Caller,
        answer: &impl Serialize,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(asked) = &caller.context.idempotency {
            let (account, principal) = (caller.account_id(), &**caller.principal());
            let place = Remembered::place(account, principal, &asked.key);
            let plain = serde_json::to_vec(answer).map_err(|error| {
                Error::new(crate::Kind::Internal, "the answer cannot be written").with_source(error)
            })?;
            let sealed = self.sealer.seal(&place, entropy(), &plain);
            let answer = Remembered { digest: asked.digest, sealed };
            change.remember(account, principal, &asked.key, &answer, now).await.map_err(
                |error| match error {
                    store::Error::Duplicate => Error::conflict(
                        "this idempotency key is being used: send the request again",
                    )
                    .code("idempotency_key_in_use"),
                    other => other.into(),
                },
            )?;
        }
        Ok(change.commit().await?)
    }
}
