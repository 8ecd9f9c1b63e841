//! From the draft of a server to what it serves: what would change, publishing, earlier versions, and going back to one.

mod compose;
mod diff;
mod publish;
mod read;
mod up;
mod upgrade;

pub use diff::{DraftProblem, ListBudget, NameChanges, ServerDiff, SettingChange, ToolChange};
pub use publish::{PublishServer, PublishedVersion};
pub use read::{VersionDetail, VersionTool};

pub(crate) use read::read;
pub(crate) use up::{Upped, Upping};

use compose::{Composed, Draft};
