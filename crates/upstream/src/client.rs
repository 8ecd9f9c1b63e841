use crate::{
    Credential, Egress, HostState, Limits, Origin, Request, Resolve, Response, Roots, Route,
    SendError, SystemResolver,
    breaker::Verdict,
    connect::Connector,
    decode::{coding, decode},
    gate::HostGate,
    hosts::Hosts,
    pool::{ClientError, pool, tls},
    response,
    timer::Timer,
    token_source::Token,
};
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use http_body_util::Full;
use hyper_util::client::legacy;
use model::AccountId;
use std::{fmt, io, pin::pin, sync::Arc};
use tokio::time::{Instant, sleep_until};

const HEAD_TOO_LARGE: &str = "its headers are larger than is allowed, or more than 100";

/// The only way out of the process: an HTTP client that checks where it connects.
#[derive(Clone)]
pub struct Client {
    http: legacy::Client<Connector, Full<Bytes>>,
    connector: Connector,
    limits: Arc<Limits>,
    pub(crate) hosts: Arc<Hosts>,
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
        let hosts = Arc::new(Hosts::new(limits.host.clone()));
        let http = pool(connector.clone(), &limits);
        Ok(Self { http, connector, limits: Arc::new(limits), hosts })
    }

    /// A client of the same policy, limits and certificates that shares no connection with this one. Calls of both count
    /// together.
    #[must_use]
    pub fn with_own_connections(&self) -> Self {
        Self { http: pool(self.connector.clone(), &self.limits), ..self.clone() }
    }

    /// The limits that it was made with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The way of an account's calls to `origin`, signed with `credential`. Good for every client of the process.
    #[must_use]
    pub fn route(&self, origin: Origin, account: AccountId, credential: Credential) -> Route {
        Route::new(self.hosts.gate(origin, account, Instant::now()), credential)
    }

    /// The hosts that the process has called, sorted, with what is under way to each.
    #[must_use]
    pub fn hosts(&self) -> Vec<HostState> {
        self.hosts.states(Instant::now())
    }

    /// Whether private networks may be called.
    pub(crate) fn allows_private(&self) -> bool {
        self.connector.allows_private()
    }

    /// Sends `request` and reads the answer to its end. The route's credential is attached if it names the request's
    /// origin. Dropping the future closes the connection or resets the stream, so the API sees that nobody waits.
    ///
    /// A `GET` or `HEAD` whose connection broke before any of the answer came is sent once more, unless the host has
    /// failed of late. A safe request whose token the API refused is sent once more with a new one.
    ///
    /// # Errors
    ///
    /// [`SendError`]; a redirect is one, whatever its target. An answer of 4xx or 5xx is an answer.
    pub async fn send(
        &self,
        request: Request,
        route: &Route,
        limits: &Limits,
    ) -> Result<Response, SendError> {
        let started = Instant::now();
        let gate = route.gate(self, &request.uri, started)?;
        gate.check(started)?;
        let credential = route.credential();
        if credential.token_source(&request.uri).is_none() {
            return self.send_once(request, &gate, (credential, None), limits, started).await;
        }
        // Boxed: few calls need it, and all would carry its size.
        Box::pin(self.send_with_token(request, &gate, credential, limits, started)).await
    }

    async fn send_with_token(
        &self,
        request: Request,
        gate: &HostGate,
        credential: &Credential,
        limits: &Limits,
        started: Instant,
    ) -> Result<Response, SendError> {
        let source =
            credential.token_source(&request.uri).expect("the caller found that it has one");
        let (account, deadline) = (gate.visitor.account, started + limits.total);
        let token = source.token(self, account, deadline).await?;
        let again = request.method.is_safe().then(|| request.clone());
        let with = (credential, Some(&*token));
        let response = self.send_once(request, gate, with, limits, started).await?;
        if response.status != 401 {
            return Ok(response);
        }
        let Some(again) = again else {
            // A writing request is not sent twice, but the next one shall fare better.
            source.refuse(&token);
            return Ok(response);
        };
        match source.renewed(&token, self, account, deadline).await? {
            Some(fresh) => {
                self.send_once(again, gate, (credential, Some(&fresh)), limits, started).await
            }
            None => Ok(response),
        }
    }

    async fn send_once(
        &self,
        mut request: Request,
        gate: &HostGate,
        (credential, token): (&Credential, Option<&Token>),
        limits: &Limits,
        started: Instant,
    ) -> Result<Response, SendError> {
        let credential_sent = credential.attach(&mut request, token)?;
        let bytes_out = request.body.len() as u64;
        let head = request.method == Method::HEAD;
        let Passed { answer, sent } =
            self.pass(gate, request, limits, started, limits.decoded_bytes).await?;
        let (parts, body) = (answer.parts, answer.body);
        let status = parts.status.as_u16();
        if (300..400).contains(&status) && status != 304 {
            return Err(SendError::Redirect {
                status,
                to: response::redirect_target(&parts.headers),
            });
        }
        let body = if head { Bytes::new() } else { body };
        let duration = sent.elapsed();
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

    /// One request and its answer through the host's gate, which learns how it went.
    pub(crate) async fn pass(
        &self,
        gate: &HostGate,
        request: Request,
        limits: &Limits,
        started: Instant,
        max_bytes: usize,
    ) -> Result<Passed, SendError> {
        let place = gate.enter(started, started + limits.total).await?;
        let when = When { started, sent: place.since, resend: gate.is_quiet() };
        let answer = self.exchange(request, limits, when, max_bytes).await;
        place.settle(match &answer {
            Ok(answer) if matches!(answer.parts.status.as_u16(), 502..=504) => {
                Some(Verdict::Failed)
            }
            Ok(_) => Some(Verdict::Healthy),
            Err(error) => error.verdict(self.limits.host.breaker_slow),
        });
        Ok(Passed { answer: answer?, sent: when.sent })
    }

    /// One request and its answer, redirects included. The body of a redirect is not read.
    pub(crate) async fn exchange(
        &self,
        request: Request,
        limits: &Limits,
        when: When,
        max_bytes: usize,
    ) -> Result<Answer, SendError> {
        let When { started, sent, resend } = when;
        // One timer for the whole call; each phase moves it.
        let mut timer = Timer { sleep: pin!(sleep_until(started + limits.total)), limits, started };
        let again = (resend && matches!(request.method, Method::GET | Method::HEAD)).then(|| {
            (
                request.method.clone(),
                request.uri.clone(),
                request.headers.clone(),
                request.body.clone(),
            )
        });
        let first = message(request.method, request.uri, request.headers, request.body);
        let mut answer = timer.first_byte(sent, self.http.request(first)).await?;
        if let (Err(error), Some((method, uri, headers, body))) = (&answer, again)
            && broke_before_answering(error)
        {
            answer = timer
                .first_byte(sent, self.http.request(message(method, uri, headers, body)))
                .await?;
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

/// When a request is sent, and whether it may be sent twice.
#[derive(Clone, Copy)]
pub(crate) struct When {
    /// The start of the call.
    pub(crate) started: Instant,
    /// The sending of this request.
    pub(crate) sent: Instant,
    /// Whether a `GET` or `HEAD` is sent once more after its connection broke.
    pub(crate) resend: bool,
}

/// An answer, and when its request was sent.
pub(crate) struct Passed {
    pub(crate) answer: Answer,
    pub(crate) sent: Instant,
}

/// An answer that was read and decoded.
pub(crate) struct Answer {
    pub(crate) parts: http::response::Parts,
    pub(crate) body: Bytes,
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

/// What hyper says, without its source.
pub(crate) fn hyper_error(error: &hyper::Error) -> SendError {
    if error.is_parse_too_large() {
        SendError::Protocol(HEAD_TOO_LARGE)
    } else if error.is_parse() || error.is_parse_status() {
        SendError::Protocol("what it sent is no HTTP answer")
    } else {
        SendError::Broken
    }
}
