//! A customer of an account, an app whose token endpoint is a socket, and a clock that tests turn.

use super::super::{KeptConnection, NewCustomerCredential, Unusable};
use crate::{
    App, Caller, Clock, Config, Context, CustomerConnectionView, DataDir, Database, Expected,
    KeySource, Outbound, customer_connections::CustomerTarget,
};
use jiff::SignedDuration;
use model::{AccountId, AppId, ConnectionId, CustomerId, Secret, Timestamp};
use serde_json::json;
use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::Duration,
};
use store::CustomerConnection;
use tokio::time::Instant;
use upstream::{Limits, Route, TokenGrant};

/// What a socket answers.
pub(super) enum Reply {
    /// A status line's end, and a body.
    Bytes(&'static str, String),
    /// Closes the connection when the request has come: what was granted is lost.
    Lost,
    /// Says nothing until the client goes away.
    Silence,
}

/// An HTTP server whose answers a test gives, and that keeps what it was asked.
#[derive(Clone)]
pub(super) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn start(answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let server = Self { address: listener.local_addr().unwrap(), asked: Arc::default() };
        let (shared, answer) = (server.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shared, answer) = (shared.clone(), Arc::clone(&answer));
                thread::spawn(move || shared.converse(stream, answer.as_ref()));
            }
        });
        server
    }

    fn converse(
        &self,
        mut stream: TcpStream,
        answer: &(dyn Fn(usize, &str) -> Reply + Send + Sync),
    ) {
        while let Some(request) = read(&mut stream) {
            let number = {
                let mut asked = self.asked.lock().unwrap();
                asked.push(request.clone());
                asked.len() - 1
            };
            match answer(number, &request) {
                Reply::Bytes(status, body) => {
                    let head =
                        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
                    let _ = stream.write_all(format!("{head}{body}").as_bytes());
                }
                Reply::Lost => return,
                Reply::Silence => {
                    while matches!(stream.read(&mut [0]), Ok(1)) {}
                    return;
                }
            }
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn hits(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub(super) fn asked(&self, number: usize) -> String {
        self.asked.lock().unwrap()[number].clone()
    }

    pub(super) async fn was_asked(&self, times: usize) {
        let asked = async {
            while self.hits() < times {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let asked = tokio::time::timeout(Duration::from_secs(30), asked).await;
        assert!(asked.is_ok(), "{} of {times} requests came", self.hits());
    }
}

fn read(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head.split_once("content-length: ");
    let length = length.map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    request.extend(body);
    Some(String::from_utf8_lossy(&request).into_owned())
}

/// What a server waits for.
#[derive(Clone, Default)]
pub(super) struct Valve(Arc<(Mutex<bool>, Condvar)>);

impl Valve {
    pub(super) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    pub(super) fn wait(&self) {
        let open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(open, |open| !*open).unwrap());
    }
}

/// Access token and refresh token `canary-a{number}` and `canary-r{number}`, for an hour.
pub(super) fn granted(number: usize) -> Reply {
    let body = json!({"access_token": format!("canary-a{number}"), "refresh_token": format!("canary-r{number}"),
        "token_type": "Bearer", "expires_in": 3_600});
    Reply::Bytes("200 OK", body.to_string())
}

/// Grants 1, 2 and so on.
pub(super) fn granting() -> Server {
    Server::start(|number, _| granted(number + 1))
}

pub(super) fn refusing(code: &'static str) -> Reply {
    let body = json!({"error": code, "error_description": "canary"});
    Reply::Bytes("400 Bad Request", body.to_string())
}

/// One process, and what it serves.
pub(super) struct World {
    pub(super) app: Arc<App>,
    pub(super) outbound: Outbound,
    pub(super) operator: Caller,
    pub(super) account: AccountId,
    pub(super) customer: CustomerId,
    pub(super) id: AppId,
    pub(super) clock: Arc<AtomicI64>,
    pub(super) dir: Arc<tempfile::TempDir>,
}

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

async fn open(dir: &DataDir, database: &Database, clock: &Arc<AtomicI64>) -> Arc<App> {
    let upstream = Limits { token: Duration::from_millis(500), ..Limits::default() };
    let config = Config { allow_private_networks: true, upstream, ..Config::default() };
    let now = Arc::clone(clock);
    let turned =
        Clock::from_fn(move || Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap());
    Arc::new(App::open(dir, database, &KeySource::File, config, turned).await.unwrap())
}

impl World {
    /// An account whose app has those ways, with a customer, and a client for the way `oauth`.
    pub(super) async fn new(auth: &str, base_url: &str) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let database = Database::Sqlite(DataDir::create(dir.path()).unwrap());
        Self::on(&database, dir, auth, base_url).await
    }

    /// The same with a way `oauth` that refreshes at `tokens`.
    pub(super) async fn oauth(tokens: &Server) -> Self {
        Self::new(&oauth(tokens, ""), "https://crm.example.com").await
    }

    pub(super) async fn on(
        database: &Database,
        dir: Arc<tempfile::TempDir>,
        auth: &str,
        base_url: &str,
    ) -> Self {
        let data = DataDir::create(dir.path()).unwrap();
        let clock = Arc::new(AtomicI64::new(1_763_000_000_000));
        let app = open(&data, database, &clock).await;
        let outbound = app.outbound();
        let operator = app.operator(&"local".parse().unwrap(), Context::default()).await.unwrap();
        let definition = format!(
            "key: crm\nname: CRM\ndescription: Keeps customers.\nhomepage: https://crm.example.com\ncategories: [crm]\n\
             base_url: '{base_url}'\nauth: {auth}\nactions:\n  - {{key: list, title: List, description: Lists., request: GET /list}}\n"
        );
        let new = serde_json::from_value(json!({"definition": definition})).unwrap();
        let id = app.create_app(&operator, new, &outbound).await.unwrap().id;
        let customer = serde_json::from_value(json!({"key": "ada"})).unwrap();
        let customer = app.create_customer(&operator, customer).await.unwrap().id;
        if auth.contains("oauth2") {
            let client = json!({"client_id": "me", "client_secret": "canary-client"});
            let client = serde_json::from_value(client).unwrap();
            app.put_oauth_client(&operator, id, "oauth", Expected::Any, client).await.unwrap();
        }
        let account = operator.account_id();
        Self { app, outbound, operator, account, customer, id, clock, dir }
    }

    /// Another process on the same database, with the same clock.
    pub(super) async fn another(&self, database: &Database) -> Self {
        let data = DataDir::create(self.dir.path()).unwrap();
        let app = open(&data, database, &self.clock).await;
        let outbound = app.outbound();
        let operator = app.operator(&"local".parse().unwrap(), Context::default()).await.unwrap();
        let (clock, dir) = (Arc::clone(&self.clock), Arc::clone(&self.dir));
        Self { app, outbound, operator, clock, dir, ..*self }
    }

    /// The same process, for another customer.
    pub(super) fn of(&self, customer: CustomerId) -> Self {
        let (app, outbound, operator) =
            (Arc::clone(&self.app), self.app.outbound(), self.operator.clone());
        let (clock, dir) = (Arc::clone(&self.clock), Arc::clone(&self.dir));
        Self { app, outbound, operator, customer, clock, dir, ..*self }
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    pub(super) async fn keep(
        &self,
        credential: NewCustomerCredential,
    ) -> Result<CustomerConnectionView, crate::Error> {
        let entry = self.app.store.app(self.account, self.id).await.unwrap().unwrap();
        let kept = KeptConnection {
            customer: self.customer,
            app: &entry.app,
            renews: None,
            name: None,
            default: None,
            label: None,
            credential,
            link: None,
        };
        self.app.keep_customer_connection(&self.operator, self.account, kept, &self.outbound).await
    }

    /// Connects with `canary-a0`, which lives an hour, and `canary-r0`.
    pub(super) async fn connect(&self) -> CustomerTarget {
        self.connect_with(Some("canary-r0"), Some(3_600)).await
    }

    pub(super) async fn connect_with(
        &self,
        refresh: Option<&str>,
        seconds: Option<u64>,
    ) -> CustomerTarget {
        let grant = TokenGrant {
            access: secret("canary-a0"),
            refresh: refresh.map(secret),
            expires_in: seconds.map(Duration::from_secs),
            scope: Some("read write".to_owned()),
            members: json!({}),
        };
        let way = "oauth".to_owned();
        let credential = NewCustomerCredential::Granted {
            way,
            fields: std::collections::BTreeMap::new(),
            grant,
            scopes: Vec::new(),
        };
        self.keep(credential).await.unwrap();
        self.target().await.unwrap()
    }

    /// Connects once more in the same place, with `canary-b` and nothing that refreshes it.
    pub(super) async fn connect_again(&self) {
        let entry = self.app.store.app(self.account, self.id).await.unwrap().unwrap();
        let grant = TokenGrant {
            access: secret("canary-b"),
            refresh: None,
            expires_in: None,
            scope: None,
            members: json!({}),
        };
        let way = "oauth".to_owned();
        let fields = std::collections::BTreeMap::new();
        let kept = KeptConnection {
            customer: self.customer,
            app: &entry.app,
            renews: Some(self.row().await.id),
            name: None,
            default: None,
            label: None,
            credential: NewCustomerCredential::Granted { way, fields, grant, scopes: Vec::new() },
            link: None,
        };
        let (app, operator) = (&self.app, &self.operator);
        let again = app.keep_customer_connection(operator, self.account, kept, &self.outbound);
        again.await.unwrap();
    }

    pub(super) async fn row(&self) -> CustomerConnection {
        let rows = self.app.store.customer_connections(self.account, self.customer).await;
        rows.unwrap().swap_remove(0)
    }

    /// The first connection, made ready.
    pub(super) async fn target(&self) -> Result<CustomerTarget, Unusable> {
        let entry = self.app.store.app(self.account, self.id).await.unwrap().unwrap();
        self.app.customer_target(self.account, &Arc::new(entry.app), &self.row().await)
    }

    pub(super) async fn route(&self, target: &CustomerTarget) -> Result<Arc<Route>, Unusable> {
        self.app.customer_route(target, &self.outbound, soon()).await
    }

    /// What a call would have in its `Authorization` header.
    pub(super) async fn signed(&self, target: &CustomerTarget) -> Result<String, Unusable> {
        Ok(token(&*self.route(target).await?))
    }

    pub(super) async fn refused(
        &self,
        target: &CustomerTarget,
        used: &Arc<Route>,
    ) -> Result<Option<Arc<Route>>, Unusable> {
        self.app.customer_refused(target, used, &self.outbound, soon()).await
    }

    /// The refresh token that is kept.
    pub(super) async fn kept(&self) -> String {
        let row = self.row().await;
        let place = CustomerConnection::place(self.account, self.customer, row.id);
        let plain = self.app.sealer.open(&place, &row.sealed).unwrap();
        let plain: serde_json::Value = serde_json::from_slice(plain.expose()).unwrap();
        plain["credential"]["oauth2"]["refresh"].as_str().unwrap_or_default().to_owned()
    }

    /// Takes the lease, as a process that then dies.
    pub(super) async fn lease_and_die(&self, id: ConnectionId) {
        let now = self.app.now();
        let until = now + SignedDuration::from_secs(30);
        let lease = store::RefreshLease { holder: "dead".into(), now, until };
        let generation = self.row().await.generation;
        let taken = self.app.store.lease_customer_connection(self.account, id, generation, &lease);
        assert!(taken.await.unwrap());
    }
}

pub(super) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

/// The way `oauth` at that token endpoint, with more members.
pub(super) fn oauth(tokens: &Server, more: &str) -> String {
    format!(
        "[{{name: oauth, title: Sign in, method: {{oauth2: {{authorization_url: '{0}/a', token_url: '{0}/token', \
         revocation_url: '{0}/revoke', client_auth: post, refresh: rotates{more}}}}}}}]",
        tokens.url()
    )
}

/// The token that a route sends: the first of what it hides.
pub(super) fn token(route: &Route) -> String {
    let secrets = route.credential().secrets();
    let bearer = String::from_utf8(secrets[0].expose().to_vec()).unwrap();
    bearer.strip_prefix("Bearer ").unwrap().to_owned()
}
