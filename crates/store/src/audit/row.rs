use super::chain::Content;
use model::{AccountId, AuditId, Timestamp};
use std::net::IpAddr;

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditActor {
    /// `operator`, `user`, `token` or `system`.
    pub kind: &'static str,
    /// Such as `usr_…`; empty when there is one of the kind only.
    pub id: String,
    /// What people call it, as it was then.
    pub name: String,
}

/// One row of the audit log: who changed what. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The row.
    pub id: AuditId,
    /// The account it belongs to; absent for the installation as a whole.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: AuditActor,
    /// From which address, where there was a socket.
    pub source: Option<IpAddr>,
    /// By which way in: `api`, `cli`, `console`, `up` or `system`.
    pub via: &'static str,
    /// What, such as `token.create`.
    pub event: &'static str,
    /// To which object, by its id.
    pub object: String,
    /// The object before, as JSON; absent when it was not there.
    pub before: Option<String>,
    /// The object after, as JSON; absent when it is gone.
    pub after: Option<String>,
    /// The request that asked for it, as answers and logs name it.
    pub request_id: Option<String>,
}

/// The parts of a row that are text in the database.
pub(super) struct Texts {
    id: String,
    source: Option<String>,
}

impl AuditRow {
    pub(super) fn texts(&self) -> Texts {
        Texts { id: self.id.to_string(), source: self.source.map(|address| address.to_string()) }
    }

    pub(super) fn content<'a>(&'a self, texts: &'a Texts) -> Content<'a> {
        Content {
            id: &texts.id,
            at: self.at.as_millisecond(),
            actor_kind: self.actor.kind,
            actor_id: &self.actor.id,
            actor_name: &self.actor.name,
            source: texts.source.as_deref(),
            via: self.via,
            event: self.event,
            object: &self.object,
            before: self.before.as_deref(),
            after: self.after.as_deref(),
            request_id: self.request_id.as_deref(),
        }
    }
}
