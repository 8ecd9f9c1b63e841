//! Group X of the security reference: refused before a connection is made.

use crate::server::{Server, Then, answer, request, send_with, short};
use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};
use upstream::{
    BaseUrl, Client, Credential, Egress, Phase, Resolve, Resolving, Response, Roots, SendError,
};

/// A DNS whose answers are written down: one list of addresses for each question, the last one for all that follow.
struct Script(Mutex<VecDeque<Vec<IpAddr>>>);

impl Script {
    fn new(answers: &[&str]) -> Arc<Self> {
        let list =
            |answer: &&str| answer.split_whitespace().map(|at| at.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(list).collect())))
    }
}

impl Resolve for Script {
    fn resolve(&self, _: String) -> Resolving {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such name")) })
    }
}

/// A DNS that never answers.
struct Silence;

impl Resolve for Silence {
    fn resolve(&self, _: String) -> Resolving {
        Box::pin(std::future::pending())
    }
}

fn client(egress: Egress, resolver: Arc<dyn Resolve>) -> Client {
    Client::with_resolver(egress, short(), &Roots::Only(Vec::new()), resolver).unwrap()
}

async fn send(client: &Client, url: &str) -> Result<Response, SendError> {
    send_with(client, request(url, "GET"), &Credential::none(), &short()).await
}

fn refused(result: &Result<Response, SendError>) -> bool {
    matches!(result, Err(SendError::RefusedAddress { .. } | SendError::RefusedPort { .. }))
}

#[tokio::test]
async fn x01_to_x04_literals_in_every_spelling() {
    let client = Client::new(Egress::default(), short(), &Roots::Only(Vec::new())).unwrap();
    let server = Server::answering(answer("200 OK", "", b"{}"), Then::Keep);
    let port = server.address.port();
    for host in [
        "169.254.169.254",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "168.63.129.16",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "①②⑦.⓪.⓪.①",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[2001:0:53aa:64c:0:7fff:5601:2]",
        "[2a00::5efe:7f00:1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.0.1",
        "192.88.99.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "127.0.0.1.",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "127。0。0。1",
    ] {
        let result = send(&client, &format!("http://{host}:{port}")).await;
        if matches!(result, Err(SendError::Dns { .. })) && host.ends_with("localhost.") {
            continue; // some resolvers do not know it
        }
        assert!(refused(&result), "{host} {result:?}");
        let message = result.unwrap_err().to_string();
        assert!(message.contains("Gatewright does not connect there"), "{message}");
    }
    assert_eq!(server.connections(), 0);
    assert!(BaseUrl::parse("http://[fe80::1%25eth0]/").is_err());
}

#[tokio::test]
async fn x05_to_x08_what_names_resolve_to() {
    let server = Server::answering(answer("200 OK", "", b"{}"), Then::Keep);
    let url = format!("http://api.example:{}", server.address.port());
    for answers in [
        &["127.0.0.1"][..],
        &["8.8.8.8 127.0.0.1"],
        &["127.0.0.1 8.8.8.8"],
        &["8.8.8.8 ::1"],
        &["::ffff:127.0.0.1"],
        &["2606:4700::1111 10.0.0.1"],
        &[
            "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 169.254.169.254",
        ],
    ] {
        let result = send(&client(Egress::default(), Script::new(answers)), &url).await;
        assert!(refused(&result), "{answers:?} {result:?}");
    }
    assert_eq!(server.connections(), 0);
    let nothing = send(&client(Egress::default(), Script::new(&[""])), &url).await;
    assert_eq!(nothing.unwrap_err(), SendError::Dns { host: "api.example".into() });
    let nothing = send(&client(Egress::default(), Script::new(&[])), &url).await;
    assert_eq!(nothing.unwrap_err(), SendError::Dns { host: "api.example".into() });
    let silent = send(&client(Egress::default(), Arc::new(Silence)), &url).await;
    assert_eq!(silent.unwrap_err(), SendError::Timeout { phase: Phase::Dns, after: short().dns });
}

#[tokio::test]
async fn x07_and_x15_what_was_checked_is_what_is_connected_to() {
    // The name is asked for once for a connection, and each new connection asks and checks again: there is no time
    // between a check and a use in which an answer can change.
    let server = Server::answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        Then::Close,
    );
    let url = format!("http://api.example:{}", server.address.port());
    let allowed = Egress { allow: vec!["127.0.0.1/32".parse().unwrap()], ..Egress::default() };
    let rebinding =
        client(allowed.clone(), Script::new(&["127.0.0.1", "127.0.0.1", "127.0.0.2", "10.0.0.1"]));
    assert!(send(&rebinding, &url).await.is_ok());
    assert!(send(&rebinding, &url).await.is_ok());
    assert!(refused(&send(&rebinding, &url).await));
    assert!(refused(&send(&rebinding, &url).await));
    assert_eq!(server.hits(), 2);
    // A kept connection goes on to the address that was checked when it was made.
    let server = Server::answering(answer("200 OK", "", b"{}"), Then::Keep);
    let url = format!("http://api.example:{}", server.address.port());
    let kept = client(allowed, Script::new(&["127.0.0.1", "169.254.169.254"]));
    for _ in 0..3 {
        assert!(send(&kept, &url).await.is_ok());
    }
    assert_eq!(server.connections(), 1);
    assert!(
        server.request(0).contains(&format!("host: api.example:{}\r\n", server.address.port()))
    );
}

#[tokio::test]
async fn the_next_address_is_tried() {
    let server = Server::answering(answer("200 OK", "", b"{}"), Then::Keep);
    let open = Egress { allow_private: true, ..Egress::default() };
    // Nobody listens on the first.
    let url = format!("http://api.example:{}", server.address.port());
    let result = send(&client(open.clone(), Script::new(&["127.0.0.9 127.0.0.1"])), &url).await;
    assert_eq!(result.unwrap().body, "{}");
    let none = send(&client(open, Script::new(&["127.0.0.9 127.0.0.8"])), &url).await;
    assert!(matches!(none, Err(SendError::Connect { host, .. }) if host == "api.example"));
}

#[tokio::test]
async fn x12_ports() {
    let client = client(Egress::default(), Script::new(&["8.8.8.8"]));
    for port in ["22", "25", "6379", "5432", "11211", "0"] {
        let result = send(&client, &format!("http://api.example:{port}")).await;
        assert!(matches!(&result, Err(SendError::RefusedPort { .. })), "{port} {result:?}");
    }
    assert!(BaseUrl::parse("http://api.example:65536").is_err());
}

#[tokio::test]
async fn x05_own_listeners() {
    let server = Server::answering(answer("200 OK", "", b"{}"), Then::Keep);
    let own = |address: SocketAddr| Egress {
        allow_private: true,
        deny: vec![address],
        ..Egress::default()
    };
    let wildcard = SocketAddr::new("0.0.0.0".parse().unwrap(), server.address.port());
    for egress in [own(server.address), own(wildcard)] {
        assert!(refused(&send(&client(egress, Script::new(&["127.0.0.1"])), &server.url()).await));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn x16_one_address_and_port_allowed() {
    let server = Server::answering(answer("200 OK", "", b"{}"), Then::Keep);
    let other = Server::answering(answer("200 OK", "", b"{}"), Then::Keep);
    let rule = format!("127.0.0.1/32:{}", server.address.port()).parse().unwrap();
    let egress = Egress { allow: vec![rule], ..Egress::default() };
    let client = Client::new(egress, short(), &Roots::Only(Vec::new())).unwrap();
    assert!(send(&client, &server.url()).await.is_ok());
    assert!(refused(&send(&client, &other.url()).await));
    assert!(refused(&send(&client, &format!("http://127.0.0.2:{}", server.address.port())).await));
    assert_eq!(other.connections(), 0);
}
