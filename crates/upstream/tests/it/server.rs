//! Scripted servers on loopback that count what reaches them.

use model::{AccountId, Timestamp};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use upstream::{BaseUrl, Client, Credential, Egress, Limits, Request, Response, Roots, SendError};

/// What happens to a connection after an answer.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Then {
    Keep,
    Close,
    /// Stays open without another byte until the client closes it, which is counted.
    Hang,
}

/// A server that runs one script for each request.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
    hung_up: Arc<AtomicUsize>,
}

impl Server {
    /// Runs `script` with the number of the request, from 0, and the socket to answer on.
    pub(crate) fn start(
        script: impl Fn(usize, &mut TcpStream) -> Then + Send + Sync + 'static,
    ) -> Self {
        Self::reading(move |number, _, stream| script(number, stream))
    }

    /// The same for a script that looks at the request.
    pub(crate) fn reading(
        script: impl Fn(usize, &str, &mut TcpStream) -> Then + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
            hung_up: Arc::default(),
        };
        let (shared, script) = (server.clone(), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (shared, script) = (shared.clone(), Arc::clone(&script));
                thread::spawn(move || shared.converse(stream, script.as_ref()));
            }
        });
        server
    }

    /// Sends the same bytes for every request.
    pub(crate) fn answering(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        let bytes = bytes.into();
        Self::start(move |_, stream| {
            // The client may have hung up in the middle of it, which is often what is tested.
            let _ = stream.write_all(&bytes);
            then
        })
    }

    fn converse(
        &self,
        mut stream: TcpStream,
        script: &(dyn Fn(usize, &str, &mut TcpStream) -> Then + Send + Sync),
    ) {
        while let Some(request) = read_request(&mut stream) {
            let number = {
                let mut requests = self.requests.lock().unwrap();
                requests.push(request.clone());
                requests.len() - 1
            };
            match script(number, &request, &mut stream) {
                Then::Keep => {}
                Then::Close => return,
                Then::Hang => {
                    let mut byte = [0];
                    while matches!(stream.read(&mut byte), Ok(1)) {}
                    self.hung_up.fetch_add(1, Ordering::SeqCst);
                    return;
                }
            }
        }
    }

    pub(crate) fn hits(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn request(&self, number: usize) -> String {
        self.requests.lock().unwrap()[number].clone()
    }

    /// Waits until that many clients have hung up on an answer that hangs.
    pub(crate) async fn was_hung_up_on(&self, count: usize) -> bool {
        for _ in 0..500 {
            if self.hung_up.load(Ordering::SeqCst) >= count {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn base(&self) -> BaseUrl {
        BaseUrl::parse(&self.url()).unwrap()
    }

    /// `GET /things` to this server.
    pub(crate) fn get(&self) -> Request {
        request(&self.url(), "GET")
    }
}

/// One request with its body, or `None` at the end of the connection.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head
        .split_once("content-length: ")
        .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    request.extend(body);
    Some(String::from_utf8_lossy(&request).into_owned())
}

/// An answer with a body of known length.
pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len())
        .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn request(base: &str, method: &str) -> Request {
    let call = model::HttpCall { method: method.to_owned(), ..crate::calls::get("/things") };
    let base = BaseUrl::parse(base).unwrap();
    upstream::plan(&call, &base, &upstream::Arguments::default(), crate::calls::BOUNDARY).unwrap()
}

/// Limits short enough for a test to wait for.
pub(crate) fn short() -> Limits {
    Limits {
        dns: Duration::from_millis(500),
        connect: Duration::from_millis(900),
        first_byte: Duration::from_millis(1_200),
        idle: Duration::from_millis(700),
        total: Duration::from_millis(2_500),
        ..Limits::default()
    }
}

/// Sends through a route of its own, as one account.
pub(crate) async fn send_with(
    client: &Client,
    request: Request,
    credential: &Credential,
    limits: &Limits,
) -> Result<Response, SendError> {
    let origin = upstream::Request::origin(&request);
    let route = client.route(origin, account(1), credential.clone());
    client.send(request, &route, limits).await
}

pub(crate) fn account(number: u8) -> AccountId {
    AccountId::new(Timestamp::UNIX_EPOCH, [number; 10])
}

/// A client that may reach loopback.
pub(crate) fn client() -> Client {
    client_with(short())
}

pub(crate) fn client_with(limits: Limits) -> Client {
    let egress = Egress { allow_private: true, ..Egress::default() };
    Client::new(egress, limits, &Roots::Only(Vec::new())).unwrap()
}

/// What a server waits for.
#[derive(Clone, Default)]
pub(crate) struct Valve(Arc<(Mutex<bool>, Condvar)>);

impl Valve {
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    pub(crate) fn wait(&self) {
        let open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(open, |open| !*open).unwrap());
    }
}

/// A server that answers when it may.
pub(crate) fn held(bytes: Vec<u8>) -> (Server, Valve) {
    let valve = Valve::default();
    let wait = valve.clone();
    let server = Server::start(move |_, stream| {
        wait.wait();
        let _ = stream.write_all(&bytes);
        Then::Keep
    });
    (server, valve)
}
