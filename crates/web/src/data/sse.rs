//! `GET /sse` and `POST /sse/messages`: the transport of 2024-11-05, for clients that know no other. A stream takes the messages of its
//! client, wherever they arrive in this process, and answers them; it does nothing that `/mcp` does not.

use super::{
    answer, apps,
    entry::{self, At, Endpoint, asked},
    get,
    post::{self, Lasting, Received},
    query,
    record::Arrival,
    streams::OpenStream,
};
use crate::{Shared, body::Body};
use app::{Caller, Outbound, SessionHandle, Signal, Subscription};
use bytes::Bytes;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream, FuturesUnordered, SelectAll},
};
use http::{HeaderMap, Response, StatusCode, header};
use hyper::body::Incoming;
use mcp::{Accept, Code, List, RpcError};
use model::CustomerId;
use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// The streams that are open in this process, by the names that their clients send messages to.
#[derive(Default)]
pub(crate) struct OpenSse {
    open: Mutex<HashMap<String, Arc<Open>>>,
}

/// One stream, as its messages find it.
struct Open {
    customer: CustomerId,
    /// Who has sent the last message: the stream lives as long as that token.
    caller: Mutex<Caller>,
    /// Whether the token came in the URL. Its client cannot send it with a message; the stream's name stands for it.
    token_in_url: bool,
    query: Option<Box<str>>,
    session: Mutex<Option<SessionHandle>>,
    outbound: Outbound,
    queue: mpsc::Sender<Work>,
}

type Work = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// What a stream is made of, as its client reads it.
struct Served {
    shared: Arc<Shared>,
    name: String,
    open: Arc<Open>,
    queue: mpsc::Receiver<Work>,
    running: FuturesUnordered<Work>,
    answers: SelectAll<BoxStream<'static, Bytes>>,
    ready: VecDeque<Bytes>,
    subscription: Subscription,
    /// Held for as long as the stream is open.
    _place: OpenStream,
}

/// Opens a stream. Its first event says where messages go.
pub(crate) async fn open(
    shared: &Arc<Shared>,
    outbound: &Outbound,
    headers: &HeaderMap,
    query: Option<&str>,
    source: IpAddr,
) -> Response<Body> {
    let at = At { endpoint: Endpoint::Apps, query, source };
    let asked = match asked(shared, headers, at).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let asked = match post::as_shown(shared, asked, query, headers) {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let Some(customer) = asked.caller.customer_id() else { return entry::without_token() };
    let Some(place) = OpenStream::new(shared, &asked.caller) else {
        return get::too_many_streams();
    };
    let name = shared.app.new_stream_name();
    let (sender, queue) = mpsc::channel(shared.config.sse_messages.max(1));
    let subscription = asked.watch.subscribe();
    let token_in_url = asked.token_in_url;
    let open = Arc::new(Open {
        customer,
        caller: Mutex::new(asked.caller),
        token_in_url,
        query: query.map(Into::into),
        session: Mutex::default(),
        outbound: outbound.clone(),
        queue: sender,
    });
    lock(&shared.sse.open).insert(name.clone(), Arc::clone(&open));
    let endpoint = format!("event: endpoint\ndata: /sse/messages?sessionId={name}\n\n");
    let served = Served {
        shared: Arc::clone(shared),
        name,
        open,
        queue,
        running: FuturesUnordered::new(),
        answers: SelectAll::new(),
        ready: VecDeque::from([endpoint.into()]),
        subscription,
        _place: place,
    };
    let events = stream::unfold(served, |mut served| async move {
        let next = served.next().await?;
        Some((next, served))
    });
    let mut response = answer::events(Body::stream(events));
    if token_in_url {
        apps::deprecate(&mut response);
    }
    response
}

/// Takes a message for a stream, which answers it.
pub(crate) async fn message(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    body: Incoming,
    query: Option<&str>,
    source: IpAddr,
) -> Response<Body> {
    let (now, started) = (shared.app.now(), Instant::now());
    if let Err(refusal) = mcp::content_type(headers) {
        return answer::refused(refusal);
    }
    let name = query::values(query, "sessionId");
    let known = name.first().and_then(|name| lock(&shared.sse.open).get(&**name).cloned());
    // Whoever is no customer is told that first, and whose stream it is not, that there is none.
    let caller = match (entry::signed_bearer(headers), &known) {
        (Err(response), _) => return response,
        (Ok(Some(_)), _) => match apps::customer(shared, headers, None, source).await {
            Ok((caller, _)) => caller,
            Err(response) => return response,
        },
        (Ok(None), Some(open)) if open.token_in_url => lock(&open.caller).clone(),
        (Ok(None), _) => return entry::without_token(),
    };
    let own = known.filter(|open| Some(open.customer) == caller.customer_id());
    let Some(open) = own.filter(|_| caller.is_live(now)) else {
        let message = "there is no such stream: open one with GET /sse";
        return answer::refused(RpcError::new(Code::NotFound, message).refuse(None, false));
    };
    let bytes = match post::read_body(shared, headers, body).await {
        Ok(bytes) => bytes,
        Err(refusal) => return answer::refused(refusal),
    };
    lock(&open.caller).clone_from(&caller);
    let asked = match apps::of_caller(shared, headers, caller, open.query.as_deref()).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let asked = match post::as_shown(shared, asked, open.query.as_deref(), headers) {
        Ok(asked) => Arc::new(asked),
        Err(response) => return response,
    };
    let arrival = Arrival { at: now, started, bytes_in: bytes.len() };
    let declared = post::capabilities(&asked.published);
    if let Err(refusal) = mcp::read(headers, &bytes, &shared.config.json, &declared) {
        return post::unread(shared, &asked, arrival, refusal).await;
    }
    let (shared, headers, queue) = (Arc::clone(shared), headers.clone(), open.queue.clone());
    let work = async move {
        let session = lock(&open.session).clone();
        let received = Received {
            headers: &headers,
            accept: Accept { json: true, event_stream: true },
            asked: Arc::clone(&asked),
            arrival,
            bytes: &bytes,
            lasting: Lasting::Stream(session.map(Box::new)),
        };
        let response = post::take(&shared, &open.outbound, received).await;
        let begun = response.headers().get("mcp-session-id").and_then(|id| id.to_str().ok());
        if let Some(id) = begun {
            let (app, name) = (&shared.app, &asked.published.name);
            *lock(&open.session) = app.session(&asked.caller, name, id).ok();
        }
        response
    };
    match queue.try_send(Box::pin(work)) {
        Ok(()) => answer::accepted(),
        Err(mpsc::error::TrySendError::Full(_)) => {
            let message = "too many messages of this stream are under way: wait for answers";
            let error = RpcError::new(Code::TooManyRequests, message);
            answer::refused(error.refuse(None, false))
        }
        Err(mpsc::error::TrySendError::Closed(_)) => {
            let message = "the stream has ended: open one with GET /sse";
            answer::refused(RpcError::new(Code::NotFound, message).refuse(None, false))
        }
    }
}

impl Served {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let (idle, silent) = (self.running.is_empty(), self.answers.is_empty());
            let (room, left) =
                (self.running.len() < self.shared.config.sse_messages.max(1), self.time_left());
            tokio::select! {
                work = self.queue.recv(), if room => self.running.push(work?),
                Some(response) = self.running.next(), if !idle => self.take(response),
                Some(event) = self.answers.next(), if !silent => return Some(event),
                signal = self.subscription.next() => match signal {
                    Signal::ListChanged => self.tell_of_lists(),
                    Signal::Check => if !self.is_live() { return None },
                    Signal::Ended => return None,
                },
                () = tokio::time::sleep(left) => {
                    if !self.is_live() {
                        return None;
                    }
                    return Some(Bytes::from_static(mcp::SSE_KEEP_ALIVE));
                }
            }
        }
    }

    /// An answer becomes events. What has no body was no request.
    fn take(&mut self, response: Response<Body>) {
        let is_stream = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let status = response.status();
        match response.into_body() {
            Body::Pieces(pieces) if is_stream => self.ready.extend(pieces),
            Body::Pieces(pieces) if status != StatusCode::ACCEPTED && !pieces.is_empty() => {
                let json: Vec<u8> = Vec::from(pieces).concat();
                let mut event = Vec::new();
                mcp::sse_event(&mut event, &json);
                self.ready.push_back(event.into());
            }
            Body::Pieces(_) | Body::Router(_) => {}
            Body::Stream(events) => self.answers.push(events),
        }
    }

    fn tell_of_lists(&mut self) {
        if lock(&self.open.session).is_some() {
            let mut event = Vec::new();
            mcp::sse_event(&mut event, mcp::list_changed(List::Tools));
            self.ready.push_back(event.into());
        }
    }

    fn is_live(&self) -> bool {
        lock(&self.open.caller).is_live(self.shared.app.now())
    }

    /// Until the next sign of life, or the end of the token if that comes sooner.
    fn time_left(&self) -> Duration {
        let keep_alive = self.shared.config.keep_alive;
        let Some(end) = lock(&self.open.caller).expires_at() else { return keep_alive };
        let left = end.duration_since(self.shared.app.now());
        Duration::try_from(left).unwrap_or(Duration::ZERO).min(keep_alive)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        lock(&self.shared.sse.open).remove(&self.name);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
