//! The draft of a server: what its next version would have. Nothing here changes what is served.

mod add;
mod part;
mod prompt;
mod resource;
mod resource_template;
mod test_case;
mod tool;

pub use add::{AddedTools, ToolSelection};
pub use prompt::ServerPrompt;
pub use resource::{ServerResource, StoredResource};
pub use resource_template::{ResourceTemplateSettings, ServerResourceTemplate};
pub use test_case::{NewTestCase, TestCase, TestCaseSettings};
pub use tool::{NewServerTool, OfferedTool, ServerTool, ServerToolSettings};

pub(crate) use add::Names;
pub(crate) use part::{Part, check_count, new_row};
pub(crate) use resource::{check_all_bytes, check_uri};
pub(crate) use tool::{next_position, offer, read_action};

use crate::Error;
use model::{AccountId, ServerId, SettingsError, Timestamp};

/// Notes that the draft of a server has changed.
pub(crate) async fn touch(
    change: &mut store::Change,
    account: AccountId,
    server: ServerId,
    now: Timestamp,
) -> Result<(), Error> {
    if change.touch_server(account, server, now).await? { Ok(()) } else { Err(Error::changed()) }
}

pub(crate) fn invalid(error: SettingsError) -> Error {
    Error::invalid(error.to_string()).field(error.field)
}
