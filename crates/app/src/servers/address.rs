use crate::{App, Caller, Error};
use model::{Alias, Permission, ServerId, Slug};

/// Where clients find a server.
#[derive(Clone, Debug)]
pub struct ServerAddress {
    /// The URL by which clients reach the installation.
    pub public_url: String,
    /// The account's part of the path.
    pub alias: Alias,
    /// The server's part of the path.
    pub slug: Slug,
    /// Host names of its own.
    pub host_names: Vec<String>,
    /// Whether it answers: it is on, and something is published.
    pub answers: bool,
}

impl App {
    /// Where clients find the server.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Conflict`] when it
    /// is deleted, and when this process was not told by which URL clients reach the installation.
    pub async fn server_address(
        &self,
        caller: &Caller,
        id: ServerId,
    ) -> Result<ServerAddress, Error> {
        let account = caller.may(Permission::ReadServers)?;
        let row = self.known_server(account, id).await?;
        let public_url = self.public_url()?;
        let server = self.server_view(account, row).await?;
        Ok(ServerAddress {
            public_url,
            alias: self.known_account(account).await?.alias,
            answers: server.settings.enabled && server.published.is_some(),
            slug: server.settings.slug,
            host_names: server.settings.host_names,
        })
    }
}
