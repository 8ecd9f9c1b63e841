//! How a customer connects an app in a browser: by a link that serves once, on a page of the account's looks, at the app's own
//! provider if need be.

mod automatic;
mod link;

pub(crate) use automatic::AutomaticLinks;
pub use link::{ConnectLink, ConnectLinkStatus, CreatedConnectLink, NewConnectLink};
