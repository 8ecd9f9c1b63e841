//! TLS against servers with certificates of our own making.

use crate::server::{Server, Then, client as plain_client, request, send_with, short};
use http_body_util::Full;
use hyper::{body::Bytes, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio_rustls::TlsAcceptor;
use upstream::{Client, Credential, Egress, Phase, Response, Roots, SendError};

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), der }
    }

    fn leaf(
        &self,
        name: &str,
        last_year: i32,
    ) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }
}

/// Says when it is dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

type Leaf = (CertificateDer<'static>, PrivateKeyDer<'static>);

/// Answers each request with the HTTP version it came by.
async fn serve(leaf: Leaf, protocols: &[&str]) -> SocketAddr {
    serve_and_tell(leaf, protocols, Arc::default()).await
}

/// The same; `?hang` is never answered, and `dropped` says when such a request was cancelled.
async fn serve_and_tell(leaf: Leaf, protocols: &[&str], dropped: Arc<AtomicBool>) -> SocketAddr {
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![leaf.0], leaf.1)
    .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accept = async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let dropped = Arc::clone(&dropped);
            let version = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let guard =
                    (request.uri().query() == Some("hang")).then(|| Dropped(Arc::clone(&dropped)));
                async move {
                    if guard.is_some() {
                        std::future::pending::<()>().await;
                    }
                    let text = format!("{:?} {}", request.version(), request.uri().path());
                    Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from(text))))
                }
            });
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), version).await;
        }
    };
    tokio::task::spawn_local(accept);
    address
}

async fn get(roots: &Roots, url: &str) -> Result<Response, SendError> {
    let egress = Egress { allow_private: true, ..Egress::default() };
    let client = Client::new(egress, short(), roots).unwrap();
    send_with(&client, request(url, "GET"), &Credential::none(), &short()).await
}

/// On one thread, so that the servers may be spawned beside the test.
async fn local(test: impl Future<Output = ()>) {
    tokio::task::LocalSet::new().run_until(test).await;
}

#[tokio::test]
async fn both_versions_of_http() {
    local(async {
        let authority = Authority::new("ours");
        for (protocols, expected) in [
            (&["h2", "http/1.1"][..], "HTTP/2.0 /things"),
            (&["http/1.1"], "HTTP/1.1 /things"),
            (&[], "HTTP/1.1 /things"),
        ] {
            let address = serve(authority.leaf("localhost", 2100), protocols).await;
            let roots = Roots::SystemAnd(vec![authority.der.clone()]);
            let response =
                get(&roots, &format!("https://localhost:{}", address.port())).await.unwrap();
            assert_eq!(response.body, expected);
        }
        let address = serve(authority.leaf("127.0.0.1", 2100), &["h2"]).await;
        let response =
            get(&Roots::Only(vec![authority.der.clone()]), &format!("https://{address}"))
                .await
                .unwrap();
        assert_eq!(response.body, "HTTP/2.0 /things");
    })
    .await;
}

#[tokio::test]
async fn f21_certificates_that_are_refused() {
    local(async {
        let (authority, other) = (Authority::new("ours"), Authority::new("theirs"));
        let roots = Roots::Only(vec![authority.der.clone()]);
        for (leaf, expected) in [
            (authority.leaf("localhost", 2021), "xpired"),
            (authority.leaf("other.example", 2100), "not valid for"),
            (other.leaf("localhost", 2100), "UnknownIssuer"),
        ] {
            let address = serve(leaf, &["h2"]).await;
            let error =
                get(&roots, &format!("https://localhost:{}", address.port())).await.unwrap_err();
            assert!(
                matches!(&error, SendError::Tls { reason, .. } if reason.contains(expected)),
                "{expected} {error}"
            );
        }
        let address = serve(authority.leaf("localhost", 2100), &["h2"]).await;
        let error = get(&Roots::System, &format!("https://localhost:{}", address.port()))
            .await
            .unwrap_err();
        assert!(matches!(error, SendError::Tls { .. }), "{error}");
    })
    .await;
    assert!(
        Client::new(Egress::default(), short(), &Roots::Only(vec![b"no certificate".to_vec()]))
            .is_err()
    );
}

#[tokio::test]
async fn a_handshake_that_hangs_ends_with_the_connect_deadline() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let error = get(&Roots::System, &url).await.unwrap_err();
    assert_eq!(error, SendError::Timeout { phase: Phase::Connect, after: short().connect });
}

#[tokio::test]
async fn a_plain_server_is_no_tls_server() {
    let server = Server::answering("HTTP/1.1 400 Bad Request\r\n\r\n", Then::Close);
    let url = format!("https://{}", server.address);
    let result =
        send_with(&plain_client(), request(&url, "GET"), &Credential::none(), &short()).await;
    assert!(
        matches!(
            result,
            Err(SendError::Tls { .. } | SendError::Timeout { phase: Phase::Connect, .. })
        ),
        "{result:?}"
    );
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn a_dropped_call_resets_its_stream() {
    local(async {
        let authority = Authority::new("ours");
        let dropped = Arc::new(AtomicBool::new(false));
        let leaf = authority.leaf("localhost", 2100);
        let address = serve_and_tell(leaf, &["h2"], Arc::clone(&dropped)).await;
        let egress = Egress { allow_private: true, ..Egress::default() };
        let client =
            Client::new(egress, short(), &Roots::Only(vec![authority.der.clone()])).unwrap();
        let url = format!("https://localhost:{}", address.port());
        let ask = |query: &str| {
            let mut request = request(&url, "POST");
            request.uri = format!("{url}/things{query}").parse().unwrap();
            let client = client.clone();
            async move { send_with(&client, request, &Credential::none(), &short()).await }
        };
        assert!(ask("").await.is_ok());
        assert!(tokio::time::timeout(Duration::from_millis(100), ask("?hang")).await.is_err());
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            if dropped.load(Ordering::SeqCst) {
                break;
            }
        }
        assert!(dropped.load(Ordering::SeqCst), "the stream stays open");
        // The connection goes on.
        assert!(ask("").await.is_ok());
    })
    .await;
}
