use crate::{App, Caller, Error};
use model::{Permission, ServerId};
use serde::{Deserialize, Serialize};
use store::ServerRow;
use utoipa::ToSchema;

/// Servers that one request turns on or off.
const SERVERS_MAX: usize = 200;

/// Servers to be turned on or off.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkServers {
    /// Which.
    #[schema(min_items = 1, max_items = 200)]
    pub servers: Vec<ServerId>,
    /// Whether they shall answer.
    pub enabled: bool,
}

/// What became of one of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServerEnabled {
    /// The server.
    pub server: ServerId,
    /// Whether it is as it was asked for.
    pub done: bool,
    /// Why it is not: the code of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<&'static str>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<String>,
}

impl App {
    /// Turns servers on or off. Each for itself: one that cannot be leaves the others alone.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::Invalid`] for too many.
    pub async fn enable_servers(
        &self,
        caller: &Caller,
        order: &BulkServers,
    ) -> Result<Vec<ServerEnabled>, Error> {
        caller.may(Permission::WriteServers)?;
        if !(1..=SERVERS_MAX).contains(&order.servers.len()) {
            let message = format!("name 1 to {SERVERS_MAX} servers");
            return Err(Error::invalid(message).field("servers"));
        }
        let mut done = Vec::with_capacity(order.servers.len());
        for server in &order.servers {
            let refused = self.enable_server(caller, *server, order.enabled).await.err();
            if let Some(error) = &refused
                && matches!(error.kind, crate::Kind::Unavailable | crate::Kind::Internal)
            {
                return Err(refused.expect("it was just looked at"));
            }
            done.push(ServerEnabled {
                server: *server,
                done: refused.is_none(),
                code: refused.as_ref().map(|error| error.code),
                message: refused.map(|error| error.message.into_owned()),
            });
        }
        self.refresh().await?;
        Ok(done)
    }

    async fn enable_server(
        &self,
        caller: &Caller,
        id: ServerId,
        enabled: bool,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteServers)?;
        let known = self.known_server(account, id).await?;
        if known.server.enabled == enabled {
            return Ok(());
        }
        if enabled {
            self.check_can_answer(account, &known).await?;
        }
        let now = self.clock.now();
        let row = ServerRow {
            server: store::Server { enabled, ..known.server.clone() },
            revision: known.revision + 1,
            ..known
        };
        let state = |enabled: bool| serde_json::json!({ "enabled": enabled });
        let (before, after) = (state(!enabled), state(enabled));
        let mut change =
            self.begin(caller, now, "server.update", &id, Some(&before), Some(&after)).await?;
        if !change.update_server(account, &row, now).await? {
            return Err(Error::changed());
        }
        Ok(change.commit().await?)
    }
}
