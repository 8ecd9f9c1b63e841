use super::{Server, ServerSettings};
use crate::{App, Caller, Error, Expected, Patch, Wire};
use jiff::SignedDuration;
use model::{AccountId, ConnectionChoice, Permission, ServerId};
use store::{Change, ServerRow};

impl App {
    /// Changes a server. State, slug, host names and how it is logged hold at once.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`];
    /// [`crate::Kind::Conflict`] for a slug or host name that is taken, and for turning on what has no tool to offer.
    pub async fn update_server(
        &self,
        caller: &Caller,
        id: ServerId,
        expected: Expected,
        patch: &Patch,
        wire: Wire<'_>,
    ) -> Result<Server, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let known = self.known_server(account, id).await?;
        let now = self.clock.now();
        let facts = self.server_facts(account, now).await?;
        let before = facts.settings(&known);
        let after = patch.apply(&before)?.check()?;
        expected.check(known.revision)?;
        self.check_connections(account, &after).await?;
        if let Some(at) = after.host_names.iter().position(|host| wire.is_own_host(host)) {
            let message = "this is a host name of the installation itself: choose another";
            return Err(Error::conflict(message)
                .code("host_name_taken")
                .field(format!("host_names[{at}]")));
        }
        if after.enabled && !before.enabled {
            self.check_can_answer(account, &known).await?;
        }
        let row = ServerRow {
            revision: known.revision + 1,
            updated_at: now,
            ..after.onto(known.clone())
        };
        let mut change =
            self.begin(caller, now, "server.update", &id, Some(&before), Some(&after)).await?;
        if after.slug != before.slug {
            let days = SignedDuration::from_hours(24 * after.former_slug_days);
            let until = now.checked_add(days).unwrap_or(now);
            change.retire_slug(account, &before.slug, until).await?;
            change.insert_slug(account, id, &after.slug, now).await.map_err(slug_taken)?;
        }
        if !change.update_server(account, &row, now).await.map_err(slug_taken)? {
            return Err(Error::changed());
        }
        put_lists(&mut change, account, id, &before, &after).await?;
        change.commit().await?;
        self.refresh().await?;
        self.server_view(account, row).await
    }

    /// Refuses a connection that is not the account's, or is for another app.
    pub(super) async fn check_connections(
        &self,
        account: AccountId,
        settings: &ServerSettings,
    ) -> Result<(), Error> {
        for (app, connection) in &settings.connections {
            let is_known = match connection {
                ConnectionChoice::Account(id) => {
                    self.store.app_of_connection(account, *id).await? == Some(*app)
                }
                ConnectionChoice::Caller => self.store.app(account, *app).await?.is_some(),
            };
            if !is_known {
                return Err(Error::invalid("the app has no such connection: list its connections")
                    .code("no_such_connection")
                    .field(format!("connections.{app}")));
            }
        }
        Ok(())
    }

    /// Refuses to turn on what has no tool to offer.
    pub(super) async fn check_can_answer(
        &self,
        account: AccountId,
        row: &ServerRow,
    ) -> Result<(), Error> {
        let version = self.store.version(account, row.server.id, row.server.version).await?;
        if version.is_some_and(|version| version.tool_count > 0) {
            return Ok(());
        }
        let message = "publish at least one tool first: a server without any cannot be enabled";
        Err(Error::conflict(message).code("not_published").field("enabled"))
    }
}

async fn put_lists(
    change: &mut Change,
    account: AccountId,
    id: ServerId,
    before: &ServerSettings,
    after: &ServerSettings,
) -> Result<(), Error> {
    if after.host_names != before.host_names {
        change.put_server_hosts(account, id, &after.host_names).await.map_err(
            |error| match error {
                store::Error::Duplicate => {
                    Error::conflict("one of these host names stands for another server")
                        .code("host_name_taken")
                        .field("host_names")
                }
                other => other.into(),
            },
        )?;
    }
    if after.connections != before.connections {
        change.put_bindings(account, id, &after.connections).await?;
    }
    Ok(())
}

pub(super) fn slug_taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate => {
            let message = "another server of the account has this slug, or had it until lately; a deleted one keeps its own until it is purged";
            Error::conflict(message).code("slug_taken").field("slug")
        }
        other => other.into(),
    }
}
