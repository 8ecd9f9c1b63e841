use super::{
    ConnectionSettings, ConnectionStatus, ConnectionView, NewCredential, credential,
    name as checked_name,
};
use crate::{App, Caller, Error, Expected, Patch, clock::entropy};
use model::{AccountId, AppId, ConnectionId, ConnectionSecret, Permission};
use serde::Deserialize;
use store::{Connection, ConnectionHealth};
use utoipa::ToSchema;

/// Credentials to be kept for an app.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// The app that they are for.
    pub app: AppId,
    /// For people; unique within the app.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Whether the app's tools use it that name no other; an app's first connection is its default unless this says no.
    pub default: Option<bool>,
    /// What it signs its calls with.
    #[serde(deserialize_with = "credential::read")]
    pub credential: NewCredential,
}

/// A new secret in place of the one before.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionRotation {
    /// What calls are signed with from now on.
    #[serde(deserialize_with = "credential::read")]
    pub credential: NewCredential,
}

impl App {
    /// Keeps credentials for an app, sealed.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteConnections`]; [`crate::Kind::NotFound`] for the app;
    /// [`crate::Kind::Invalid`] for what cannot be sent; [`crate::Kind::Conflict`] when the app has a connection of that
    /// name.
    pub async fn create_connection(
        &self,
        caller: &Caller,
        new: NewConnection,
    ) -> Result<ConnectionView, Error> {
        let account = caller.may(Permission::WriteConnections)?;
        let secret = new.credential.into_secret(&self.client)?;
        let name = checked_name(new.name)?;
        if self.store.app(account, new.app).await?.is_none() {
            return Err(Error::not_found("there is no such app").field("app"));
        }
        let first = self.store.connections(account, Some(new.app), None, 1).await?.is_empty();
        let now = self.clock.now();
        let id = ConnectionId::new(now, entropy());
        let row = Connection {
            id,
            app_id: new.app,
            name,
            is_default: new.default.unwrap_or(first),
            sealed: self.seal_secret(account, id, &secret)?,
            health: untested(),
            rotated_at: None,
            revision: 1,
            created_at: now,
        };
        let view = self.connection_view(account, &row)?;
        let mut change =
            self.begin(caller, now, "connection.create", &id, None::<&()>, Some(&view)).await?;
        change.insert_connection(account, &row).await.map_err(name_taken)?;
        self.commit_created(change, caller, &view, now).await?;
        self.refresh().await?;
        Ok(view)
    }

    /// Changes a connection's name, and whether it is the app's default.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteConnections`]; [`crate::Kind::NotFound`];
    /// [`crate::Kind::Changed`]; [`crate::Kind::Conflict`] when the app has another of that name, and for a default that
    /// is in use and would have no other in its place.
    pub async fn update_connection(
        &self,
        caller: &Caller,
        id: ConnectionId,
        expected: Expected,
        patch: &Patch,
    ) -> Result<ConnectionView, Error> {
        let account = caller.may(Permission::WriteConnections)?;
        let known = self.known_connection(account, id).await?;
        let before = self.connection_view(account, &known)?;
        let ConnectionSettings { name, default } = patch.apply(&before.settings)?;
        expected.check(known.revision)?;
        let row = Connection {
            name: checked_name(name)?,
            is_default: default,
            revision: known.revision + 1,
            ..known.clone()
        };
        let after = self.connection_view(account, &row)?;
        let now = self.clock.now();
        let mut change =
            self.begin(caller, now, "connection.update", &id, Some(&before), Some(&after)).await?;
        if known.is_default && !default {
            // Its tools would go on without any credential.
            let what = "this default connection";
            self.uses_of_default(account, &known).await?.refuse(what)?;
        }
        if !change.update_connection(account, &row, now).await.map_err(name_taken)? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Gives a connection a new secret. Calls under way end with the one before; those that come within a second later have
    /// the new one.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteConnections`]; [`crate::Kind::NotFound`];
    /// [`crate::Kind::Invalid`] for what cannot be sent; [`crate::Kind::Changed`] when it was changed at the same moment.
    pub async fn rotate_connection(
        &self,
        caller: &Caller,
        id: ConnectionId,
        rotation: ConnectionRotation,
    ) -> Result<ConnectionView, Error> {
        let account = caller.may(Permission::WriteConnections)?;
        let known = self.known_connection(account, id).await?;
        let secret = rotation.credential.into_secret(&self.client)?;
        let before = self.connection_view(account, &known)?;
        let now = self.clock.now();
        let row = Connection {
            sealed: self.seal_secret(account, id, &secret)?,
            health: untested(),
            rotated_at: Some(now),
            revision: known.revision + 1,
            ..known
        };
        let after = self.connection_view(account, &row)?;
        let mut change =
            self.begin(caller, now, "connection.rotate", &id, Some(&before), Some(&after)).await?;
        if !change.update_connection(account, &row, now).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Removes a connection with its secret.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteConnections`]; [`crate::Kind::NotFound`];
    /// [`crate::Kind::Changed`]; [`crate::Kind::Conflict`] while a server uses it.
    pub async fn delete_connection(
        &self,
        caller: &Caller,
        id: ConnectionId,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteConnections)?;
        let known = self.known_connection(account, id).await?;
        expected.check(known.revision)?;
        let before = self.connection_view(account, &known)?;
        let now = self.clock.now();
        let mut change =
            self.begin(caller, now, "connection.delete", &id, Some(&before), None::<&()>).await?;
        // Asked while the change holds the lock: no server can come to use it meanwhile.
        self.uses_of_connection(account, &known).await?.refuse("this connection")?;
        if !change.delete_connection(account, id, known.revision).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await
    }

    fn seal_secret(
        &self,
        account: AccountId,
        id: ConnectionId,
        secret: &ConnectionSecret,
    ) -> Result<Vec<u8>, Error> {
        let plain = secret.to_sealable().map_err(|error| Error::invalid(error.to_string()))?;
        Ok(self.sealer.seal(&Connection::place(account, id), entropy(), plain.expose()))
    }
}

fn untested() -> ConnectionHealth {
    ConnectionHealth {
        status: ConnectionStatus::Untested.as_str().to_owned(),
        reason: None,
        tested_at: None,
    }
}

fn name_taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate => {
            Error::conflict("the app has a connection of that name: choose another one")
                .code("name_taken")
                .field("name")
        }
        other => other.into(),
    }
}
