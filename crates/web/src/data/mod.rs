//! `/mcp/{alias}/{server}`: the MCP endpoint of a managed server, all revisions on one URL.

mod answer;
mod call;
mod cancel;
mod entry;
mod get;
mod list;
mod listen;
mod parts;
mod post;
mod record;
mod shown;
mod stream;
mod streams;

pub(crate) use call::{Call, ending, perform};
pub(crate) use cancel::Cancels;
pub(crate) use entry::{Asked, endpoint};
pub use list::list_bytes;
pub(crate) use record::{Arrival, Client, Ending, Pending};
pub(crate) use shown::Shown;
pub(crate) use streams::Streams;
