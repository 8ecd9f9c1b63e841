use crate::{
    Credential, Egress, Limits, Phase, Request, Resolve, Response, SendError, SystemResolver,
    connect::Connector,
    decode::{coding, decode},
    response,
};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Uri};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::CertificateDer};
use std::{
    fmt,
    future::{Future, poll_fn},
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a connection without a request is kept.
const POOL_IDLE: Duration = Duration::from_secs(90);
/// Connections without a request that are kept for one host.
const POOL_IDLE_PER_HOST: usize = 256;

const HEAD_TOO_LARGE: &str = "its headers are larger than is allowed, or more than 100";

/// The certificate authorities that are trusted.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// The operating system's and Mozilla's: an image without a certificate store works too.
    #[default]
    System,
    /// Those, and more of one's own, each as DER.
    SystemAnd(Vec<Vec<u8>>),
    /// These alone, each as DER.
    Only(Vec<Vec<u8>>),
}

/// Certificates that TLS cannot be set up with.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}; check the certificate authorities in the configuration")]
pub struct ClientError(#[from] rustls::Error);

/// The only way out of the process: an HTTP client that checks where it connects.
#[derive(Clone)]
pub struct Client {
    http: legacy::Client<Connector, Full<Bytes>>,
    connector: Connector,
    limits: Arc<Limits>,
}

impl Client {
    /// A client with the operating system's resolver. Its clones share its connections, which live on the runtime
    /// that opened them: a runtime of its own wants [`Client::with_own_connections`].
    ///
    /// # Errors
    ///
    /// When a certificate of `roots` is none.
    pub fn new(egress: Egress, limits: Limits, roots: &Roots) -> Result<Self, ClientError> {
        Self::with_resolver(egress, limits, roots, Arc::new(SystemResolver))
    }

    /// The same with another resolver. What it answers is checked like everything else.
    ///
    /// # Errors
    ///
    /// When a certificate of `roots` is none.
    pub fn with_resolver(
        egress: Egress,
        limits: Limits,
        roots: &Roots,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, ClientError> {
        let connector = Connector::new(egress, resolver, Arc::new(tls(roots)?), &limits);
        Ok(Self { http: pool(connector.clone(), &limits), connector, limits: Arc::new(limits) })
    }

    /// A client of the same policy, limits and certificates that shares no connection with this one.
    #[must_use]
    pub fn with_own_connections(&self) -> Self {
        Self { http: pool(self.connector.clone(), &self.limits), ..self.clone() }
    }

    /// The limits that it was made with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sends `request` and reads the answer to its end. `credential` is attached if it names the request's origin.
    /// Dropping the future closes the connection or resets the stream, so the API sees that nobody waits.
    ///
    /// A `GET` or `HEAD` whose connection broke before any of the answer came is sent once more.
    ///
    /// # Errors
    ///
    /// [`SendError`]; a redirect is one, whatever its target. An answer of 4xx or 5xx is an answer.
    pub async fn send(
        &self,
        mut request: Request,
        credential: &Credential,
        limits: &Limits,
    ) -> Result<Response, SendError> {
        let started = Instant::now();
        let credential_sent = credential.attach(&mut request)?;
        let bytes_out = request.body.len() as u64;
        let head = request.method == Method::HEAD;
        let answer = self.exchange(request, limits, started, limits.decoded_bytes).await?;
        let (parts, body) = (answer.parts, answer.body);
        let status = parts.status.as_u16();
        if (300..400).contains(&status) && status != 304 {
            return Err(SendError::Redirect {
                status,
                to: response::redirect_target(&parts.headers),
            });
        }
        let body = if head { Bytes::new() } else { body };
        let duration = started.elapsed();
        tracing::debug!(status, bytes = body.len(), ?duration, "upstream answered");
        Ok(Response {
            status,
            content_type: response::text(&parts.headers, &http::header::CONTENT_TYPE),
            retry_after: response::retry_after(&parts.headers),
            location: response::text(&parts.headers, &http::header::LOCATION),
            link: response::text(&parts.headers, &http::header::LINK),
            body,
            duration,
            bytes_out,
            credential_sent,
        })
    }

    /// One request and its answer, redirects included. The body of a redirect is not read.
    pub(crate) async fn exchange(
        &self,
        request: Request,
        limits: &Limits,
        started: Instant,
        max_bytes: usize,
    ) -> Result<Answer, SendError> {
        // One timer for the whole call; each phase moves it.
        let mut timer = Timer { sleep: pin!(sleep_until(started + limits.total)), limits, started };
        let again = matches!(request.method, Method::GET | Method::HEAD).then(|| {
            (
                request.method.clone(),
                request.uri.clone(),
                request.headers.clone(),
                request.body.clone(),
            )
        });
        let first = message(request.method, request.uri, request.headers, request.body);
        let mut answer = timer.first_byte(self.http.request(first)).await?;
        if let (Err(error), Some((method, uri, headers, body))) = (&answer, again)
            && broke_before_answering(error)
        {
            answer =
                timer.first_byte(self.http.request(message(method, uri, headers, body))).await?;
        }
        let (parts, incoming) = answer.map_err(|error| send_error(&error))?.into_parts();
        // hyper's own limit is one of its buffer, which may hold up to twice as much.
        let head: usize =
            parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        if head > self.limits.header_bytes {
            return Err(SendError::Protocol(HEAD_TOO_LARGE));
        }
        if parts.status.is_informational() {
            return Err(SendError::Protocol("it switched to another protocol"));
        }
        if parts.status.is_redirection() && parts.status != 304 {
            return Ok(Answer { parts, body: Bytes::new() });
        }
        let coding = coding(&parts.headers)?;
        let body = timer.body(incoming, max_bytes).await?;
        let body = match coding {
            Some(coding) if !body.is_empty() => decode(coding, &body, max_bytes)?,
            Some(_) | None => body,
        };
        Ok(Answer { parts, body })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// An answer that was read and decoded.
pub(crate) struct Answer {
    pub(crate) parts: http::response::Parts,
    pub(crate) body: Bytes,
}

fn tls(roots: &Roots) -> Result<ClientConfig, ClientError> {
    let mut store = RootCertStore::empty();
    let own = match roots {
        Roots::System => &Vec::new(),
        Roots::SystemAnd(own) | Roots::Only(own) => own,
    };
    if !matches!(roots, Roots::Only(_)) {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        // Single certificates that do not parse are no reason to trust none.
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    for certificate in own {
        store.add(CertificateDer::from(certificate.clone()))?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn pool(connector: Connector, limits: &Limits) -> legacy::Client<Connector, Full<Bytes>> {
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_IDLE_PER_HOST)
        .http1_max_buf_size(limits.header_bytes.max(8 << 10))
        .http2_max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .build(connector)
}

fn message(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> http::Request<Full<Bytes>> {
    let mut message = http::Request::new(Full::new(body));
    *message.method_mut() = method;
    *message.uri_mut() = uri;
    *message.headers_mut() = headers;
    message
}

/// The deadlines of one call on one timer, which is armed only when there is something to wait for.
struct Timer<'t> {
    sleep: Pin<&'t mut Sleep>,
    limits: &'t Limits,
    started: Instant,
}

impl Timer<'_> {
    async fn first_byte<F: Future>(&mut self, future: F) -> Result<F::Output, SendError> {
        let (at, phase, after) =
            self.sooner(self.started, Phase::FirstByte, self.limits.first_byte);
        self.until(at, phase, after, future).await
    }

    /// The end of a phase, or of the whole call if that comes first.
    fn sooner(&self, from: Instant, phase: Phase, after: Duration) -> (Instant, Phase, Duration) {
        let (at, total) = (from + after, self.started + self.limits.total);
        if at < total { (at, phase, after) } else { (total, Phase::Total, self.limits.total) }
    }

    async fn until<F: Future>(
        &mut self,
        at: Instant,
        phase: Phase,
        after: Duration,
        future: F,
    ) -> Result<F::Output, SendError> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            if self.sleep.deadline() != at {
                self.sleep.as_mut().reset(at);
            }
            self.sleep.as_mut().poll(cx).map(|()| Err(SendError::Timeout { phase, after }))
        })
        .await
    }

    async fn body(&mut self, mut incoming: Incoming, limit: usize) -> Result<Bytes, SendError> {
        let too_large = SendError::TooLarge { limit };
        let announced = usize::try_from(incoming.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > limit {
            return Err(too_large);
        }
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        loop {
            if incoming.is_end_stream() {
                break;
            }
            let (at, phase, after) = self.sooner(Instant::now(), Phase::Idle, self.limits.idle);
            let Some(frame) = self.until(at, phase, after, incoming.frame()).await? else { break };
            let Ok(data) = frame.map_err(|error| hyper_error(&error))?.into_data() else {
                continue;
            };
            if data.len() > limit - first.len() - rest.len() {
                return Err(too_large);
            }
            // Most answers are one piece, which is passed on without a copy.
            if first.is_empty() && rest.is_empty() {
                first = data;
                continue;
            }
            if rest.is_empty() {
                rest.reserve(announced.max(first.len() + data.len()));
                rest.extend_from_slice(&std::mem::take(&mut first));
            }
            rest.extend_from_slice(&data);
        }
        Ok(if rest.is_empty() { first } else { rest.freeze() })
    }
}

fn broke_before_answering(error: &legacy::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<hyper::Error>()
            && (error.is_incomplete_message() || error.is_canceled() || error.is_closed())
        {
            return true;
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::ConnectionAborted
            );
        }
        source = error.source();
    }
    false
}

fn send_error(error: &legacy::Error) -> SendError {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<SendError>() {
            return error.clone();
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return hyper_error(error);
        }
        source = error.source();
    }
    SendError::Broken
}

fn hyper_error(error: &hyper::Error) -> SendError {
    if error.is_parse_too_large() {
        SendError::Protocol(HEAD_TOO_LARGE)
    } else if error.is_parse() || error.is_parse_status() {
        SendError::Protocol("what it sent is no HTTP answer")
    } else {
        SendError::Broken
    }
}
