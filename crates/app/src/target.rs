use crate::{App, Error, Kind, document::PublishedApp};
use model::{AccountId, ConnectionChoice, ConnectionId};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::Connection;
use upstream::{BaseUrl, Credential, Route};

/// Where the calls of some of a server's tools go.
pub(crate) enum Destination {
    /// To an app, with a connection of the account, or with none.
    Account(Box<Target>),
    /// To an app, with the connection of whoever calls.
    Caller(Arc<store::App>),
    /// Nowhere.
    None(NotConnected),
}

/// Where an app's actions are sent, and with what.
pub(crate) struct Target {
    pub(crate) base: BaseUrl,
    pub(crate) route: Route,
    /// Absent for an app that has no connection: its calls are not signed.
    connection: Option<Signer>,
}

/// The connection that calls are signed with.
struct Signer {
    account: AccountId,
    id: ConnectionId,
    /// Tells its secret from a later one.
    revision: i64,
    /// Whether the API's refusal was written down already.
    refused: AtomicBool,
}

/// Why calls cannot be signed as they should be. None of them is sent, least of all with another credential.
#[derive(Clone, Debug)]
pub(crate) struct NotConnected(pub(crate) &'static str);

/// The targets of a published version, one for each app and connection that its tools have together.
pub(crate) struct Targets {
    account: AccountId,
    all: Vec<Destination>,
    known: HashMap<(usize, Option<ConnectionChoice>), usize>,
}

impl Targets {
    pub(crate) fn of(account: AccountId) -> Self {
        Self { account, all: Vec::new(), known: HashMap::new() }
    }

    /// The index of the app's target with the tool's own connection, the server's for the app, or else the app's default.
    pub(crate) async fn index(
        &mut self,
        app: &App,
        number: usize,
        published: &PublishedApp,
        own: Option<ConnectionId>,
    ) -> Result<usize, Error> {
        let bound = own.map(ConnectionChoice::Account).or(published.connection);
        if let Some(index) = self.known.get(&(number, bound)) {
            return Ok(*index);
        }
        let index = self.all.len();
        self.all.push(app.destination(self.account, published, bound).await?);
        self.known.insert((number, bound), index);
        Ok(index)
    }

    pub(crate) fn into_vec(self) -> Vec<Destination> {
        self.all
    }
}

impl App {
    async fn destination(
        &self,
        account: AccountId,
        app: &PublishedApp,
        bound: Option<ConnectionChoice>,
    ) -> Result<Destination, Error> {
        if bound == Some(ConnectionChoice::Caller) {
            return Ok(match self.store.app(account, app.id).await? {
                Some(entry) => Destination::Caller(Arc::new(entry.app)),
                None => Destination::None(NotConnected("its app was removed")),
            });
        }
        let bound = bound.and_then(ConnectionChoice::id);
        Ok(match self.target(account, app, bound).await? {
            Ok(target) => Destination::Account(Box::new(target)),
            Err(reason) => Destination::None(reason),
        })
    }

    async fn target(
        &self,
        account: AccountId,
        app: &PublishedApp,
        bound: Option<ConnectionId>,
    ) -> Result<Result<Target, NotConnected>, Error> {
        let unusable =
            |error: upstream::BaseUrlError| Error::new(Kind::Internal, error.to_string());
        // That of a definition may hold fields, which connections fill.
        if app.base_url.contains('{') {
            return Ok(Err(NotConnected("its base URL has fields: give the app one without")));
        }
        let base = BaseUrl::parse(&app.base_url).map_err(unusable)?;
        let connection = match bound {
            Some(id) => {
                let found = self.store.connection(account, id).await?;
                let Some(found) = found.filter(|found| found.app_id == app.id) else {
                    return Ok(Err(NotConnected("its connection was removed")));
                };
                found
            }
            None => match self.store.default_connection(account, app.id).await? {
                Some(found) => found,
                None => {
                    let route = self.client.route(base.origin(), account, Credential::none());
                    return Ok(Ok(Target { base, route, connection: None }));
                }
            },
        };
        let mut origins = vec![base.origin()];
        for host in &app.trusted_hosts {
            origins.push(BaseUrl::parse(host).map_err(unusable)?.origin());
        }
        Ok(self.signed(account, &connection, origins).map(|credential| {
            let route = self.client.route(base.origin(), account, credential);
            let signer = Signer {
                account,
                id: connection.id,
                revision: connection.revision,
                refused: AtomicBool::new(false),
            };
            Target { base, route, connection: Some(signer) }
        }))
    }

    fn signed(
        &self,
        account: AccountId,
        connection: &Connection,
        origins: Vec<upstream::Origin>,
    ) -> Result<Credential, NotConnected> {
        let secret = self.open_secret(account, connection).map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                connection = %connection.id,
                "the secret of a connection does not open"
            );
            NotConnected("the secret of its connection cannot be opened")
        })?;
        self.client.credential(&connection.name, &secret, origins).map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                connection = %connection.id,
                "the secret of a connection cannot be sent"
            );
            NotConnected("the secret of its connection cannot be sent")
        })
    }

    /// Writes down, once for each secret, that the API refused it.
    pub(crate) fn credential_refused(&self, target: &Target) {
        let Some(signer) = &target.connection else { return };
        if signer.refused.swap(true, Ordering::Relaxed) {
            return;
        }
        let (store, account) = (self.store.clone(), signer.account);
        let (id, revision) = (signer.id, signer.revision);
        self.tracker.spawn(async move {
            let reason = "the API refused the credential in a call (HTTP 401)";
            if let Err(error) = store.connection_refused(account, id, revision, reason).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "that a credential was refused was not written down"
                );
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        App, Caller, Clock, Companions, Config, Context, DataDir, Database, Description, KeySource,
        Prepared, Publish, document::PublishedApp,
    };
    use model::{ConnectionId, Outcome, Secret, Slug};
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        sync::Arc,
    };
    use store::Connection;

    const PETS: &[u8] = br#"{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},
        "paths":{"/pets":{"get":{"operationId":"list_pets","responses":{}}}}}"#;

    struct World {
        app: Arc<App>,
        operator: Caller,
        api: TcpListener,
        _dir: tempfile::TempDir,
    }

    impl World {
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let data = DataDir::create(dir.path()).unwrap();
            let config = Config { allow_private_networks: true, ..Config::default() };
            let database = Database::Sqlite(data.clone());
            let app = App::open(&data, &database, &KeySource::File, config, Clock::system())
                .await
                .unwrap();
            let operator =
                app.operator(&"local".parse().unwrap(), Context::default()).await.unwrap();
            let api = TcpListener::bind("127.0.0.1:0").unwrap();
            api.set_nonblocking(true).unwrap();
            let world = Self { app: Arc::new(app), operator, api, _dir: dir };
            for server in ["one", "two"] {
                world.publish(server, &format!("canary of {server}")).await;
            }
            world
        }

        async fn publish(&self, server: &str, token: &str) {
            let order = Publish {
                server: Some(server.parse().unwrap()),
                base_url: Some(format!("http://{}", self.api.local_addr().unwrap())),
                credentials: vec![("X-Key".into(), Secret::from(token.to_owned()))],
                ..Publish::default()
            };
            let description = Description::built_in(server, PETS);
            let prepared = Prepared::new(description, &order).await.unwrap();
            self.app.publish(&self.operator, prepared, order).await.unwrap();
        }

        async fn connection(&self, at: usize) -> Connection {
            let all = self.app.store.connections(self.operator.account_id(), None, None, 9).await;
            all.unwrap().swap_remove(at)
        }

        async fn call(&self, server: &str) -> Outcome {
            let slug: Slug = server.parse().unwrap();
            let published = self.app.published(&self.operator, &slug).await.unwrap();
            let (outbound, with) = (self.app.outbound(), Companions::default());
            let called =
                self.app.call_tool(&self.operator, &published, "list_pets", "{}", &outbound, with);
            called.await.unwrap()
        }

        /// Whether somebody has connected to the API.
        fn was_asked(&self) -> bool {
            self.api.accept().is_ok()
        }
    }

    fn refused(outcome: &Outcome, why: &str) {
        let text = format!("{:?}", outcome.content);
        assert!(outcome.is_error && text.contains("Not connected") && text.contains(why), "{text}");
        assert!(!text.contains("canary"));
    }

    #[tokio::test]
    async fn t04_t41_a_secret_of_another_row_opens_nothing_and_nothing_is_sent() {
        let world = World::new().await;
        let (one, two) = (world.connection(0).await, world.connection(1).await);
        // Somebody with write access to the database swaps rows.
        let swapped = Connection { sealed: two.sealed, revision: one.revision + 1, ..one };
        let (account, now) = (world.operator.account_id(), world.app.now());
        let begun = world.app.begin(&world.operator, now, "test", "x", None::<&()>, None::<&()>);
        let mut change = begun.await.unwrap();
        assert!(change.update_connection(account, &swapped, now).await.unwrap());
        change.commit().await.unwrap();
        world.app.refresh().await.unwrap();
        refused(&world.call("one").await, "cannot be opened");
        assert!(!world.was_asked());
        let view = world.app.get_connection(&world.operator, swapped.id).await.unwrap();
        assert_eq!(view.status, crate::ConnectionStatus::Unreadable);
    }

    #[tokio::test]
    async fn that_an_api_refuses_a_credential_is_seen_at_the_connection() {
        let world = World::new().await;
        let api = world.api.try_clone().unwrap();
        api.set_nonblocking(false).unwrap();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = api.accept().unwrap();
            let mut asked = [0; 4_096];
            let read = stream.read(&mut asked).unwrap();
            stream.write_all(b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&asked[..read]).into_owned()
        });
        assert!(world.call("one").await.is_error);
        assert!(answering.join().unwrap().contains("canary of one"));
        world.app.tracker.close();
        world.app.tracker.wait().await;
        let id = world.connection(0).await.id;
        let view = world.app.get_connection(&world.operator, id).await.unwrap();
        assert_eq!(view.status, crate::ConnectionStatus::Failing);
        assert!(view.reason.unwrap().contains("401"));
    }

    #[tokio::test]
    async fn t04_a_bound_connection_that_is_gone_is_not_made_up_for_by_the_default() {
        let world = World::new().await;
        let account = world.operator.account_id();
        let (one, two) = (world.connection(0).await, world.connection(1).await);
        let app = |connection| PublishedApp {
            id: one.app_id,
            base_url: "https://api.example.com".into(),
            trusted_hosts: vec![],
            connection,
        };
        let target = async |bound| world.app.target(account, &app(None), bound).await.unwrap();
        let absent = ConnectionId::new(world.app.now(), [9; 10]);
        for bound in [absent, two.id] {
            let reason = target(Some(bound)).await.err().unwrap().0;
            assert_eq!(reason, "its connection was removed", "{bound} is gone, or another app's");
        }
        assert!(!target(Some(one.id)).await.ok().unwrap().route.credential().is_empty());
        assert!(!target(None).await.ok().unwrap().route.credential().is_empty());
    }
}
