use super::Server;
use crate::{App, Caller, Error, Expected, open::system_row};
use jiff::SignedDuration;
use model::{Permission, ServerId, Timestamp};
use store::ServerRow;

/// How long a deleted server can be restored.
const RESTORABLE_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

impl App {
    /// Deletes a server. It answers no more, keeps its names, and can be restored for 30 days.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn delete_server(
        &self,
        caller: &Caller,
        id: ServerId,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteServers)?;
        let known = self.known_server(account, id).await?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let before = self.server_view(account, known.clone()).await?;
        let row = ServerRow {
            server: store::Server { enabled: false, ..known.server.clone() },
            deleted_at: Some(now),
            revision: known.revision + 1,
            ..known
        };
        let mut change =
            self.begin(caller, now, "server.delete", &id, Some(&before), None::<&()>).await?;
        if !change.update_server(account, &row, now).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await
    }

    /// Brings a deleted server back, disabled.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Conflict`] for
    /// one that is not deleted.
    pub async fn restore_server(&self, caller: &Caller, id: ServerId) -> Result<Server, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let known = self.any_server(account, id).await?;
        if known.deleted_at.is_none() {
            return Err(Error::conflict("this MCP server is not deleted").code("not_deleted"));
        }
        let now = self.clock.now();
        let row =
            ServerRow { deleted_at: None, revision: known.revision + 1, updated_at: now, ..known };
        let after = self.server_view(account, row.clone()).await?;
        let mut change =
            self.begin(caller, now, "server.restore", &id, None::<&()>, Some(&after)).await?;
        if !change.update_server(account, &row, now).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Removes a deleted server for good, with its draft, its versions and what was granted on it. The logs stay.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Conflict`] for
    /// one that is not deleted.
    pub async fn purge_server(&self, caller: &Caller, id: ServerId) -> Result<(), Error> {
        let account = caller.may(Permission::WriteServers)?;
        let known = self.any_server(account, id).await?;
        if known.deleted_at.is_none() {
            return Err(Error::conflict("delete this MCP server first").code("not_deleted"));
        }
        let now = self.clock.now();
        let before = self.server_view(account, known).await?;
        let mut change =
            self.begin(caller, now, "server.purge", &id, Some(&before), None::<&()>).await?;
        if !change.purge_server(account, id).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await
    }

    /// Removes servers for good whose time to be restored is over.
    pub(crate) async fn purge_deleted_servers(&self, now: Timestamp) -> Result<(), Error> {
        let before = now.checked_sub(RESTORABLE_FOR).unwrap_or(Timestamp::UNIX_EPOCH);
        for (account, id) in self.store.servers_deleted_before(before).await? {
            let audit = system_row(account, now, "server.purge", &id);
            let mut change = self.store.begin(&audit).await?;
            if change.purge_server(account, id).await? {
                change.commit().await?;
            }
        }
        Ok(())
    }
}
