//! What a user connects for itself: its own connections, with which servers call that are told to use the caller's.

use crate::{App, Caller, Customer, Error, Kind, customer::no_metadata};
use model::{AppId, AppKey, CustomerId, Permission, ServerId, Slug, UserId};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// An app that servers of the caller's call with the caller's own connection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnApp {
    /// Names it.
    pub id: AppId,
    /// The same, for people.
    pub key: AppKey,
    /// What people call it.
    pub title: String,
    /// Whether it can be connected on a page: whether the app says how.
    pub can_connect: bool,
    /// The servers that the caller may call and that do, in the order of their making.
    pub servers: Vec<OwnAppServer>,
}

/// A server that calls an app with the caller's own connection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnAppServer {
    /// Names it.
    pub id: ServerId,
    /// Its part of the URL.
    pub slug: Slug,
    /// What people call it.
    pub name: String,
}

/// All apps that servers of the caller's call with the caller's own connection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnApps {
    /// The apps, in the order of their making.
    pub items: Vec<OwnApp>,
}

/// What keeps a user's own connections. It has the user's id, as a customer's.
pub(crate) fn customer_of(user: UserId) -> CustomerId {
    CustomerId::from_bytes(*user.as_bytes())
}

impl App {
    /// The apps that servers of the caller's call with the caller's own connection, whether or not it has one.
    ///
    /// # Errors
    ///
    /// [`Kind::Forbidden`] without [`Permission::OwnConnections`], and for a token that belongs to no user.
    pub async fn list_own_apps(&self, caller: &Caller) -> Result<OwnApps, Error> {
        let account = caller.may(Permission::OwnConnections)?;
        own_user(caller)?;
        let rows = self.store.server_rows(account).await?;
        let servers: HashMap<ServerId, OwnAppServer> = rows
            .into_iter()
            .filter(|row| row.deleted_at.is_none() && row.server.enabled)
            .filter(|row| caller.covers_server(row.server.id))
            .map(|row| {
                let (id, slug) = (row.server.id, row.server.slug);
                (id, OwnAppServer { id, slug, name: row.name })
            })
            .collect();
        let mut by_app: BTreeMap<AppId, Vec<OwnAppServer>> = BTreeMap::new();
        for (server, app) in self.store.apps_of_callers(account).await? {
            if let Some(server) = servers.get(&server) {
                by_app.entry(app).or_default().push(server.clone());
            }
        }
        let mut items = Vec::with_capacity(by_app.len());
        for (id, servers) in by_app {
            let Some(entry) = self.store.app(account, id).await? else { continue };
            items.push(OwnApp {
                id,
                can_connect: has_ways(&entry.app),
                key: entry.app.key,
                title: entry.app.title,
                servers,
            });
        }
        Ok(OwnApps { items })
    }

    /// Refuses to keep a connection of a user's own that no server calls with.
    pub(crate) async fn check_own_app(
        &self,
        caller: &Caller,
        customer: &store::Customer,
        app: Option<AppId>,
    ) -> Result<(), Error> {
        if customer.user_id.is_none() {
            return Ok(());
        }
        let Some(app) = app else {
            return Err(Error::invalid("say which app is connected").field("app"));
        };
        if self.list_own_apps(caller).await?.items.iter().any(|own| own.id == app) {
            return Ok(());
        }
        let message = "no server that you may call uses your own connection of this app";
        Err(Error::invalid(message).code("not_your_app").field("app"))
    }

    /// What keeps the caller's own connections, as it is or would be; and whether it is there.
    pub(crate) async fn own_customer(
        &self,
        caller: &Caller,
    ) -> Result<(store::Customer, bool), Error> {
        let user = own_user(caller)?;
        let account = caller.account_id();
        let name = store::CustomerName::Id(customer_of(user));
        if let Some(known) = self.store.customer(account, &name).await? {
            return Ok((known, true));
        }
        let known = self.store.user(account, user).await?.ok_or_else(no_user)?;
        let now = self.clock.now();
        let row = store::Customer {
            id: customer_of(user),
            account_id: account,
            // No token names it: a key that is written as an id is nobody's.
            key: user.to_string().parse().map_err(|error| Error::corrupt("user id", error))?,
            name: if known.name.is_empty() { known.email } else { known.name },
            metadata: no_metadata(),
            user_id: Some(user),
            disabled_at: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        Ok((row, false))
    }

    /// Makes what keeps the caller's own connections, if it is not there. For what has been checked: a refused request leaves nothing.
    pub(crate) async fn keep_own_customer(&self, caller: &Caller) -> Result<CustomerId, Error> {
        let (row, is_kept) = self.own_customer(caller).await?;
        if is_kept {
            return Ok(row.id);
        }
        let (now, about) = (self.clock.now(), Customer::from(row.clone()));
        let mut change =
            self.begin(caller, now, "customer.create", &row.id, None::<&()>, Some(&about)).await?;
        match change.insert_customer(&row).await {
            Ok(()) => change.commit().await?,
            // Another request of the same user was quicker.
            Err(store::Error::Duplicate) => {}
            Err(other) => return Err(other.into()),
        }
        Ok(row.id)
    }
}

/// Whether the app says how it is connected.
pub(crate) fn has_ways(app: &store::App) -> bool {
    app.definition.as_ref().is_some_and(|definition| !definition.auth.is_empty())
}

/// Why a call was not sent that is to be made with the connection of a caller that has none to make.
pub(crate) const NOBODY: &str = "this tool acts with the connection of whoever calls it, and this token belongs to no user: call it with a token of a user's own";

fn own_user(caller: &Caller) -> Result<UserId, Error> {
    caller.user_id().ok_or_else(no_user)
}

fn no_user() -> Error {
    let message =
        "connections of one's own are a user's: sign in, or send a token that belongs to a user";
    Error::new(Kind::Forbidden, message).code("no_user")
}
