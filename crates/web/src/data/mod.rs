//! The MCP endpoints, all revisions on one URL: `/mcp/{alias}/{server}` of managed servers, and `/mcp` of connected apps, with its
//! older form at `/sse`.

mod answer;
mod apps;
mod call;
mod cancel;
mod entry;
mod get;
mod list;
mod listen;
mod parts;
mod post;
mod query;
mod record;
mod sessions;
mod shown;
mod sse;
mod stream;
mod streams;

pub(crate) use call::{Call, ending, perform};
pub(crate) use cancel::Cancels;
pub(crate) use entry::{Asked, endpoint, is_mcp};
pub use list::list_bytes;
pub(crate) use record::{Arrival, Client, Ending, Pending};
pub(crate) use shown::Shown;
pub(crate) use sse::OpenSse;
pub(crate) use streams::{OpenStream, Streams};
