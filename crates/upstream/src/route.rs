use crate::{Client, Credential, Origin, SendError, gate::HostGate};
use http::Uri;
use model::AccountId;
use std::borrow::Cow;
use tokio::time::Instant;

/// Where an account's calls go and what they are signed with. Made once for what is published, by [`Client::route`].
#[derive(Clone, Debug)]
pub struct Route {
    gate: HostGate,
    credential: Credential,
}

impl Route {
    pub(crate) fn new(gate: HostGate, credential: Credential) -> Self {
        Self { gate, credential }
    }

    /// What its calls are signed with.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Whose calls they are.
    pub(crate) fn account(&self) -> AccountId {
        self.gate.visitor.account
    }

    /// The gate of the host that is called, which a call that brings its own server has to look up.
    pub(crate) fn gate(
        &self,
        client: &Client,
        uri: &Uri,
        now: Instant,
    ) -> Result<Cow<'_, HostGate>, SendError> {
        if self.gate.host.origin.is_of(uri) {
            return Ok(Cow::Borrowed(&self.gate));
        }
        let origin = Origin::of(uri).ok_or(SendError::Url("it is not absolute"))?;
        Ok(Cow::Owned(client.hosts.gate(origin, self.account(), now)))
    }
}
