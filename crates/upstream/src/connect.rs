use crate::{Egress, Limits, Phase, Resolve, SendError};
use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use std::{
    future::{Future, Ready, ready},
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tower::Service;

/// Addresses of one name that are tried. All of them are checked.
const MAX_ADDRESSES: usize = 8;

/// A TCP or TLS connection.
pub(crate) type Connection = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Opens connections, and only to addresses that were checked: the name is resolved here, every address of it is
/// judged, and the socket is given one of those addresses, so no second look-up can change it. TLS and `Host` still
/// use the name.
#[derive(Clone)]
pub(crate) struct Connector {
    egress: Arc<Egress>,
    resolver: Arc<dyn Resolve>,
    tls: Arc<rustls::ClientConfig>,
    dns: Duration,
    connect: Duration,
}

impl Connector {
    pub(crate) fn new(
        egress: Egress,
        resolver: Arc<dyn Resolve>,
        tls: Arc<rustls::ClientConfig>,
        limits: &Limits,
    ) -> Self {
        Self { egress: Arc::new(egress), resolver, tls, dns: limits.dns, connect: limits.connect }
    }

    /// Whether private networks may be reached.
    pub(crate) fn allows_private(&self) -> bool {
        self.egress.allow_private
    }

    async fn connect(self, uri: Uri) -> Result<Connection, SendError> {
        let host = uri.host().ok_or(SendError::Url("it has no host"))?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let secure = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        self.egress.check_port(host, port)?;
        let addresses = self.checked_addresses(host, port).await?;

        let deadline = Instant::now() + self.connect;
        let late = || SendError::Timeout { phase: Phase::Connect, after: self.connect };
        let tcp = connect_any(host, &addresses, deadline).await?.ok_or_else(late)?;
        // Without it an answer in pieces waits for delayed acknowledgements, about 40 ms each.
        let _ = tcp.set_nodelay(true);
        let tcp = TokioIo::new(tcp);
        if !secure {
            return Ok(MaybeHttpsStream::Http(tcp));
        }
        let name = host.to_owned();
        let mut tls = HttpsConnector::from((Connected(Some(tcp)), Arc::clone(&self.tls)));
        match timeout_at(deadline, tls.call(uri)).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => {
                Err(SendError::Tls { host: name, reason: tls_reason(error.as_ref()) })
            }
            Err(_) => Err(late()),
        }
    }

    async fn checked_addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, SendError> {
        let addresses = match host.parse::<IpAddr>() {
            Ok(literal) => vec![literal],
            Err(_) => match timeout(self.dns, self.resolver.resolve(host.to_owned())).await {
                Ok(Ok(addresses)) => addresses,
                Ok(Err(_)) => Vec::new(),
                Err(_) => return Err(SendError::Timeout { phase: Phase::Dns, after: self.dns }),
            },
        };
        if addresses.is_empty() {
            return Err(SendError::Dns { host: host.to_owned() });
        }
        let mut checked = addresses
            .into_iter()
            .map(|at| self.egress.check(host, at, port))
            .collect::<Result<Vec<_>, _>>()?;
        checked.truncate(MAX_ADDRESSES);
        Ok(checked)
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = SendError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, SendError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// Tries each address in turn, each with its share of the time that is left. `None` when time ran out.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the guarded connector that the rule sends everyone to"
)]
async fn connect_any(
    host: &str,
    addresses: &[SocketAddr],
    deadline: Instant,
) -> Result<Option<TcpStream>, SendError> {
    let mut last = None;
    for (index, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(Some(stream)),
            Ok(Err(error)) => last = Some(error),
            Err(_) => {}
        }
    }
    match last {
        Some(error) => {
            Err(SendError::Connect { host: host.to_owned(), reason: error.kind().to_string() })
        }
        None => Ok(None),
    }
}

/// A socket that is connected already, in the form that the TLS connector takes.
struct Connected(Option<TokioIo<TcpStream>>);

impl Service<Uri> for Connected {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Ready<io::Result<TokioIo<TcpStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().ok_or_else(|| io::Error::other("the socket is taken")))
    }
}

/// What rustls says, without the wrapping; its texts hold names and dates of certificates, nothing of ours.
fn tls_reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return error.to_string();
        }
        // `io::Error::source` skips what it wraps.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        current = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.kind().to_string(),
        None => "the handshake failed".to_owned(),
    }
}
