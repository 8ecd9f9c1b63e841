//! The audit log: who changed what, in chains that show every later edit.

pub(crate) mod carry;
mod chain;
mod checkpoint;
mod events;
pub(crate) mod keys;
mod list;
mod row;
mod verify;

pub use checkpoint::Checkpoint;
pub use list::{AuditEntry, AuditFilter, AuditFrom};
pub use row::{AuditActor, AuditRow};
pub use verify::{Fault, Verdict};

/// The chain of what concerns no account or all.
const INSTALLATION: &str = "installation";

/// The chain of an account, or of the installation.
fn chain_of(account: Option<model::AccountId>) -> String {
    account.map_or_else(|| INSTALLATION.to_owned(), |id| id.to_string())
}
