use super::{
    answer::{self, accepted},
    apps,
    call::{Answered, Call, Framing, STEP_EVENTS, Steps, call},
    cancel::Cancellable,
    entry::{Asked, At, asked, failed},
    get,
    list::{caching, length, tools_list},
    listen::{event, listen},
    parts::Parts,
    record::{Arrival, Client, Ending, Pending},
    shown::{self, Shown},
    stream::CallStream,
};
use crate::{Shared, body::Body};
use app::{Admission, ENABLE_TOOLS, NewMcpSession, Outbound, Published, SessionHandle};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use mcp::{
    About, Accept, Capabilities, Code, Lane, List, LogLevel, Message, Notification,
    PromptsCapability, Refusal, Request, ResourcesCapability, Revision, RpcError, ToolsCapability,
};
use std::{borrow::Cow, sync::Arc, time::Instant};
use tokio::sync::mpsc;

/// One POST, with all that its messages need.
struct Post<'a> {
    shared: &'a Arc<Shared>,
    outbound: &'a Outbound,
    headers: &'a HeaderMap,
    asked: Arc<Asked>,
    arrival: Arrival,
    accept: Accept,
    lane: Lane,
    session: Option<SessionHandle>,
    revision: Revision,
}

/// A message that has arrived whole.
pub(crate) struct Received<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) accept: Accept,
    pub(crate) asked: Arc<Asked>,
    pub(crate) arrival: Arrival,
    pub(crate) bytes: &'a [u8],
    pub(crate) lasting: Lasting,
}

/// How a legacy message says which session it belongs to.
pub(crate) enum Lasting {
    /// By its `Mcp-Session-Id`.
    Header,
    /// By the stream that it came for, whose session that is once there is one.
    Stream(Option<Box<SessionHandle>>),
}

/// Takes a message.
pub(crate) async fn post(
    shared: &Arc<Shared>,
    outbound: &Outbound,
    headers: &HeaderMap,
    body: Incoming,
    at: At<'_>,
) -> Response<Body> {
    let (now, started) = (shared.app.now(), Instant::now());
    let accept = match mcp::content_type(headers).and_then(|()| mcp::accepts(headers)) {
        Ok(accept) => accept,
        Err(refusal) => return answer::refused(refusal),
    };
    let asked = match asked(shared, headers, at).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let asked = match as_shown(shared, asked, at.query, headers) {
        Ok(asked) => Arc::new(asked),
        Err(response) => return response,
    };
    let token_in_url = asked.token_in_url;
    let bytes = match read_body(shared, headers, body).await {
        Ok(bytes) => bytes,
        Err(refusal) => return answer::refused(refusal),
    };
    let arrival = Arrival { at: now, started, bytes_in: bytes.len() };
    let lasting = Lasting::Header;
    let received = Received { headers, accept, asked, arrival, bytes: &bytes, lasting };
    let mut response = take(shared, outbound, received).await;
    if token_in_url {
        apps::deprecate(&mut response);
    }
    response
}

/// The same with what the URL says of how much is shown.
pub(crate) fn as_shown(
    shared: &Shared,
    asked: Asked,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Asked, Response<Body>> {
    let shown = Shown::of(shared, &asked, query)?;
    // Where nothing is remembered by it, a managed server does not look at it.
    let chat = match asked.chat {
        None if shown.is_few() => shown::chat(headers)?,
        known => known,
    };
    Ok(Asked { shown, chat, ..asked })
}

/// Answers a message.
pub(crate) async fn take(
    shared: &Arc<Shared>,
    outbound: &Outbound,
    received: Received<'_>,
) -> Response<Body> {
    let Received { headers, accept, asked, arrival, bytes, lasting } = received;
    let incoming =
        match mcp::read(headers, bytes, &shared.config.json, &capabilities(&asked.published)) {
            Ok(incoming) => incoming,
            Err(refusal) => return unread(shared, &asked, arrival, refusal).await,
        };
    let session = match session(shared, &asked, headers, &incoming, lasting) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let settled = session.as_ref().and_then(|handle| Revision::parse(&handle.session.revision));
    let revision = match incoming.settle(settled) {
        Ok(revision) => revision,
        Err(refusal) => return unread(shared, &asked, arrival, refusal).await,
    };
    let post = Post {
        shared,
        outbound,
        headers,
        asked,
        arrival,
        accept,
        lane: incoming.lane,
        session,
        revision,
    };
    match incoming.message {
        Message::Request(request) => post.request(request).await,
        Message::Notification(notification) => {
            post.notification(&notification);
            accepted()
        }
        Message::Response => accepted(),
        Message::Batch(entries) => post.batch(entries).await,
    }
}

/// The session of a legacy message. Only `initialize` needs none.
fn session(
    shared: &Shared,
    asked: &Asked,
    headers: &HeaderMap,
    incoming: &mcp::Incoming<'_>,
    lasting: Lasting,
) -> Result<Option<SessionHandle>, Response<Body>> {
    if incoming.lane.is_modern() {
        return Ok(None);
    }
    if let Message::Request(Request { call: mcp::Call::Initialize(_), .. }) = incoming.message {
        return Ok(None);
    }
    match lasting {
        Lasting::Header => get::session(shared, asked, headers).map(Some),
        Lasting::Stream(Some(handle)) => Ok(Some(*handle)),
        Lasting::Stream(None) => Err(answer::refused(get::no_session())),
    }
}

pub(crate) async fn read_body(
    shared: &Shared,
    headers: &HeaderMap,
    body: Incoming,
) -> Result<Bytes, Refusal> {
    let refuse = |code, message: String| Err(RpcError::new(code, message).refuse(None, true));
    let limit = shared.config.body_bytes;
    let too_large = || refuse(Code::TooLarge, format!("the body is larger than {limit} bytes"));
    if headers.contains_key(header::CONTENT_ENCODING) {
        let mut refusal =
            RpcError::new(Code::InvalidRequest, "send the body without Content-Encoding")
                .refuse(None, true);
        refusal.status = 415;
        return Err(refusal);
    }
    if http_body::Body::size_hint(&body).lower() > limit as u64 {
        return too_large();
    }
    match tokio::time::timeout(shared.config.body_timeout, Limited::new(body, limit).collect())
        .await
    {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => too_large(),
        Ok(Err(_)) => refuse(Code::InvalidRequest, "the body did not arrive whole".to_owned()),
        Err(_) => {
            let mut refusal =
                RpcError::new(Code::InvalidRequest, "the body did not arrive in time")
                    .refuse(None, true);
            refusal.status = 408;
            Err(refusal)
        }
    }
}

/// Answers what could not be taken, and writes it down.
pub(crate) async fn unread(
    shared: &Arc<Shared>,
    asked: &Arc<Asked>,
    arrival: Arrival,
    refusal: Refusal,
) -> Response<Body> {
    // The method's name is kept where it is one of the protocol's own: the log is no place for whatever was sent.
    let method = refusal.method.as_deref().map_or("", known_method);
    let pending = Pending::new(shared, asked, arrival, method, None, "", Client::default());
    let ending = Ending::refused(refusal.message.clone(), refusal.body.len());
    if let Err(error) = pending.finish(ending).await {
        return failed(&error, true);
    }
    answer::refused(refusal)
}

fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 17] = [
        "initialize",
        "ping",
        "server/discover",
        "tools/list",
        "tools/call",
        "prompts/list",
        "prompts/get",
        "resources/list",
        "resources/read",
        "resources/templates/list",
        "resources/subscribe",
        "resources/unsubscribe",
        "completion/complete",
        "logging/setLevel",
        "subscriptions/listen",
        "tasks/get",
        "roots/list",
    ];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("unknown")
}

impl Post<'_> {
    fn client(&self, request: &Request<'_>) -> Client {
        let stated = request.meta.client.as_ref().map(|client| Client {
            name: Some(client.name.to_string()),
            version: Some(client.version.to_string()),
        });
        let remembered = || {
            let session = &self.session.as_ref()?.session;
            Some(Client {
                name: session.client_name.clone(),
                version: session.client_version.clone(),
            })
        };
        stated.or_else(remembered).unwrap_or_default()
    }

    fn pending(&self, request: &Request<'_>, tool: Option<&str>) -> Pending {
        let (method, client) = (request.call.method(), self.client(request));
        Pending::new(
            self.shared,
            &self.asked,
            self.arrival,
            method,
            tool,
            self.revision.as_str(),
            client,
        )
    }

    /// The least severe log message that the client wants beside its answer.
    fn log_level(&self, request: &Request<'_>) -> Option<LogLevel> {
        if self.lane.is_modern() {
            return request.meta.log_level;
        }
        self.session.as_ref()?.log_level.as_deref().and_then(LogLevel::parse)
    }

    async fn request(&self, request: Request<'_>) -> Response<Body> {
        let (request, by_call_tool) = self.asked.shown.taken_apart(request);
        let pending = self.pending(&request, called(&request));
        match &request.call {
            mcp::Call::ToolsCall(_) => self.tools_call(&request, by_call_tool, pending).await,
            mcp::Call::SubscriptionsListen(honored) => {
                listen(self.shared, &self.asked, request.id, honored, pending).await
            }
            mcp::Call::Initialize(_) => self.initialize(&request, pending).await,
            _ => {
                let answered = self.simple(&request, &pending.admission).await;
                let size = answered
                    .as_ref()
                    .map_or_else(|refusal| refusal.body.len(), |pieces| length(pieces));
                let ending = match &answered {
                    Ok(_) => Ending::ok(size),
                    Err(refusal) => Ending::refused(refusal.message.clone(), size),
                };
                if let Err(error) = pending.finish(ending).await {
                    return failed(&error, self.lane.is_modern());
                }
                answered.map_or_else(answer::refused, |pieces| self.single(pieces))
            }
        }
    }

    /// One answer: as JSON, or as the only event for a client that takes events alone.
    fn single(&self, pieces: Vec<Bytes>) -> Response<Body> {
        if self.accept.json {
            return answer::json(pieces);
        }
        answer::events(event(&pieces.concat()).into())
    }

    fn parts(&self) -> Parts<'_> {
        Parts { shared: self.shared, asked: &self.asked, revision: self.revision }
    }

    /// Requests whose answer is at hand, or one read away.
    async fn simple(
        &self,
        request: &Request<'_>,
        admission: &Admission,
    ) -> Result<Vec<Bytes>, Refusal> {
        let (shared, id, modern) = (self.shared, request.id, self.lane.is_modern());
        let one = |body: Vec<u8>| vec![Bytes::from(body)];
        let refused = |error: RpcError| error.refuse(Some(id), modern);
        let made = |made: Result<Vec<u8>, RpcError>| {
            made.map(|result| one(mcp::response(id, &result))).map_err(refused)
        };
        match &request.call {
            mcp::Call::ToolsList { cursor } => {
                let (shape, session) = (self.revision.list_shape(), self.session.as_ref());
                tools_list(shared, &self.asked, id, cursor.as_deref(), shape, session)
                    .await
                    .map_err(refused)
            }
            mcp::Call::Discover => {
                let instructions = self.instructions();
                let about = about(shared, &self.asked.published, instructions.as_deref());
                Ok(one(mcp::response(id, &mcp::discover_result(&about, caching(shared)))))
            }
            mcp::Call::LoggingSetLevel { level } => {
                if let Some(handle) = &self.session {
                    shared
                        .app
                        .set_log_level(&self.asked.caller, handle, level.as_str())
                        .await
                        .map_err(|error| {
                            crate::rpc_error::log(&error);
                            crate::rpc_error::rpc_error(&error).refuse(Some(id), modern)
                        })?;
                }
                Ok(one(mcp::empty_response(id, self.revision, &shared.info)))
            }
            mcp::Call::Ping => Ok(one(mcp::empty_response(id, self.revision, &shared.info))),
            // These have ways of their own, and no place in a batch.
            mcp::Call::Initialize(_)
            | mcp::Call::SubscriptionsListen(_)
            | mcp::Call::ToolsCall(_) => {
                Err(RpcError::new(Code::InvalidRequest, "send this request on its own")
                    .refuse(Some(id), modern))
            }
            mcp::Call::ResourcesRead { uri } => {
                let read = self.parts().resources_read(uri, self.outbound, admission).await;
                read.map(|result| one(mcp::response(id, &result))).map_err(refused)
            }
            mcp::Call::PromptsList { cursor } => made(self.parts().prompts_list(cursor.as_deref())),
            mcp::Call::PromptsGet(get) => made(self.parts().prompts_get(get)),
            mcp::Call::ResourcesList { cursor } => {
                made(self.parts().resources_list(cursor.as_deref()))
            }
            mcp::Call::ResourceTemplatesList { cursor } => {
                made(self.parts().templates_list(cursor.as_deref()))
            }
            mcp::Call::CompletionComplete(complete) => made(self.parts().complete(complete)),
            // Not declared, so that neither is read: what is stored changes with the version alone, which the lists tell.
            mcp::Call::ResourcesSubscribe { .. } | mcp::Call::ResourcesUnsubscribe { .. } => {
                Err(refused(RpcError::method_not_found(request.call.method(), modern)))
            }
        }
    }

    async fn initialize(&self, request: &Request<'_>, pending: Pending) -> Response<Body> {
        let mcp::Call::Initialize(initialize) = &request.call else { return accepted() };
        let (shared, revision) = (self.shared, initialize.revision);
        let client = self.client(request);
        let new = NewMcpSession {
            server: &self.asked.published.name,
            revision: revision.as_str(),
            client_name: client.name,
            client_version: client.version,
            url_elicitation: request.meta.opens_urls(),
            chat: self.asked.chat.as_deref(),
        };
        let caller = &self.asked.caller;
        let created = match &self.asked.chat {
            Some(chat) if self.asked.published.is_connected_apps() => {
                shared.app.resume_chat(caller, chat, new).await
            }
            Some(_) | None => shared.app.create_mcp_session(caller, new),
        };
        let session = match created {
            Ok(session) => session,
            Err(error) => {
                // A row that could not be written either was logged where it failed.
                let _ = pending.finish(Ending::refused(error.message.clone(), 0)).await;
                return failed(&error, false);
            }
        };
        let instructions = self.instructions();
        let body = Bytes::from(mcp::response(
            request.id,
            &mcp::initialize_result(
                &about(shared, &self.asked.published, instructions.as_deref()),
                revision,
            ),
        ));
        if let Err(error) = pending.finish(Ending::ok(body.len())).await {
            return failed(&error, false);
        }
        let mut response = self.single(vec![body]);
        if let Ok(value) = HeaderValue::from_str(&session) {
            response.headers_mut().insert("mcp-session-id", value);
        }
        response
    }

    /// What a model is told of the server.
    fn instructions(&self) -> Option<Cow<'_, str>> {
        let (caller, published) = (&self.asked.caller, &self.asked.published);
        if self.asked.shown.is_few() {
            return Some(self.shared.app.dynamic_instructions(caller, published).into());
        }
        published.instructions().map(Cow::Borrowed)
    }

    /// `by_call_tool`: what it calls came in the arguments of another, which no header repeats.
    async fn tools_call(
        &self,
        request: &Request<'_>,
        by_call_tool: bool,
        pending: Pending,
    ) -> Response<Body> {
        let mcp::Call::ToolsCall(tool) = &request.call else { return accepted() };
        let arguments = tool.arguments.map_or("{}", mcp::Json::as_str);
        if !by_call_tool && let Err(error) = self.check_headers(tool) {
            let refusal = error.refuse(Some(request.id), true);
            let ending = Ending::refused(refusal.message.clone(), refusal.body.len());
            return match pending.finish(ending).await {
                Ok(()) => answer::refused(refusal),
                Err(error) => failed(&error, true),
            };
        }
        let cancellable = self
            .session
            .as_ref()
            .map(|handle| Cancellable::new(self.shared, handle.key, request.id.to_owned()));
        let level = self.log_level(request);
        let enables = self.changes_list(tool);
        let tells = level.is_some() || request.meta.progress_token.is_some() || enables;
        if self.accept.event_stream && (tells || !self.accept.json) {
            return self.streamed_call(request, tool, arguments, level, cancellable, pending);
        }
        let one = Call {
            name: &tool.name,
            arguments,
            traceparent: request.meta.traceparent.as_deref(),
            tracestate: request.meta.tracestate.as_deref(),
            session: self.session.as_ref(),
            opens_urls: self.opens_urls(request, tool),
        };
        let framing = Framing { id: request.id, revision: self.revision };
        let run = call(self.shared, &self.asked, self.outbound, one, framing, None, pending);
        let answered = match &cancellable {
            None => Some(run.await),
            Some(cancellable) => cancellable.token.run_until_cancelled(run).await,
        };
        match answered {
            // Cancelled by the client, who wants no answer any more.
            None => accepted(),
            Some(Answered::Result(body)) => answer::json([body]),
            Some(Answered::Refused { refusal, retry_after }) => {
                let mut response = answer::refused(refusal);
                answer::retry_after(&mut response, retry_after);
                response
            }
        }
    }

    /// Whether the client can send its user to a URL, and the user has not declined that.
    fn opens_urls(&self, request: &Request<'_>, call: &mcp::ToolsCall<'_>) -> bool {
        let can = match self.revision {
            Revision::V2026_07_28 => request.meta.opens_urls(),
            Revision::V2025_11_25 => {
                self.session.as_ref().is_some_and(|handle| handle.session.url_elicitation)
            }
            Revision::V2025_06_18 | Revision::V2025_03_26 => false,
        };
        can && !call.declined
    }

    /// Whether a legacy client's list is another after this call. In the modern protocol no list changes by a call: there it is the
    /// chat that has another.
    fn changes_list(&self, call: &mcp::ToolsCall<'_>) -> bool {
        self.asked.shown.is_few() && !self.lane.is_modern() && call.name == ENABLE_TOOLS
    }

    /// Arguments that the modern protocol repeats in headers say the same there.
    fn check_headers(&self, call: &mcp::ToolsCall<'_>) -> Result<(), RpcError> {
        let known = self.asked.published.tool(&self.asked.caller, &call.name);
        let Some(tool) = known.filter(|tool| self.lane.is_modern() && !tool.headers.is_empty())
        else {
            return Ok(());
        };
        let parameters: Vec<mcp::HeaderParam> = tool
            .headers
            .iter()
            .filter_map(|(name, header)| mcp::HeaderParam::new(header, vec![name.clone()]))
            .collect();
        mcp::check_param_headers(self.headers, &parameters, call.arguments)
    }

    /// A call whose client wants to be told how far it has come. The stream owns the work.
    fn streamed_call(
        &self,
        request: &Request<'_>,
        tool: &mcp::ToolsCall<'_>,
        arguments: &str,
        level: Option<LogLevel>,
        cancellable: Option<Cancellable>,
        pending: Pending,
    ) -> Response<Body> {
        let (sender, events) = mpsc::channel(STEP_EVENTS);
        let steps = Steps {
            events: sender,
            progress: request.meta.progress_token.map(mcp::Id::to_owned),
            level,
        };
        let (shared, asked, outbound) =
            (Arc::clone(self.shared), Arc::clone(&self.asked), self.outbound.clone());
        let (id, name, arguments) =
            (request.id.to_owned(), tool.name.to_string(), arguments.to_owned());
        let traceparent = request.meta.traceparent.as_deref().map(str::to_owned);
        let tracestate = request.meta.tracestate.as_deref().map(str::to_owned);
        let (revision, session) = (self.revision, self.session.clone());
        let opens_urls = self.opens_urls(request, tool);
        let enables = self.changes_list(tool);
        let work = async move {
            let one = Call {
                name: &name,
                arguments: &arguments,
                traceparent: traceparent.as_deref(),
                tracestate: tracestate.as_deref(),
                session: session.as_ref(),
                opens_urls,
            };
            let framing = Framing { id: id.get(), revision };
            let run = call(&shared, &asked, &outbound, one, framing, Some(&steps), pending);
            let answered = match &cancellable {
                None => Some(run.await),
                Some(cancellable) => cancellable.token.run_until_cancelled(run).await,
            };
            let answer = event(answered?.body());
            let changed = enables.then(|| event(mcp::list_changed(List::Tools)));
            Some([changed.unwrap_or_default(), answer].concat().into())
        };
        answer::events(Body::stream(CallStream::new(events, work, self.shared.config.keep_alive)))
    }

    fn notification(&self, notification: &Notification<'_>) {
        if let (Notification::Cancelled { request_id, .. }, Some(handle)) =
            (notification, &self.session)
        {
            self.shared.cancels.cancel(handle.key, mcp::Id::to_owned(*request_id));
        }
    }

    /// 2025-03-26: each message for itself, in order; the answers in one array.
    async fn batch(&self, entries: Vec<Result<Message<'_>, Refusal>>) -> Response<Body> {
        let mut answers = Vec::new();
        for entry in entries {
            match entry {
                Err(refusal) => answers.push(refusal.body),
                Ok(Message::Request(request)) => answers.push(self.batched(request).await),
                Ok(Message::Notification(notification)) => self.notification(&notification),
                Ok(Message::Response | Message::Batch(_)) => {}
            }
        }
        match mcp::batch_response(&answers) {
            Some(body) => self.single(vec![body.into()]),
            None => accepted(),
        }
    }

    async fn batched(&self, request: Request<'_>) -> Vec<u8> {
        let (request, _) = self.asked.shown.taken_apart(request);
        let mcp::Call::ToolsCall(tool) = &request.call else {
            let pending = self.pending(&request, None);
            let body = self
                .simple(&request, &pending.admission)
                .await
                .map_or_else(|refusal| refusal.body, |pieces| pieces.concat());
            return match pending.finish(Ending::ok(body.len())).await {
                Ok(()) => body,
                Err(error) => {
                    crate::rpc_error::rpc_error(&error).refuse(Some(request.id), false).body
                }
            };
        };
        let one = Call {
            name: &tool.name,
            arguments: tool.arguments.map_or("{}", mcp::Json::as_str),
            traceparent: request.meta.traceparent.as_deref(),
            tracestate: request.meta.tracestate.as_deref(),
            session: self.session.as_ref(),
            opens_urls: self.opens_urls(&request, tool),
        };
        let framing = Framing { id: request.id, revision: self.revision };
        let pending = self.pending(&request, Some(&tool.name));
        call(self.shared, &self.asked, self.outbound, one, framing, None, pending)
            .await
            .body()
            .to_vec()
    }
}

fn about<'a>(
    shared: &'a Shared,
    published: &Published,
    instructions: Option<&'a str>,
) -> About<'a> {
    About { info: &shared.info, capabilities: capabilities(published), instructions }
}

/// The tool that is called.
fn called<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    match &request.call {
        mcp::Call::ToolsCall(call) => Some(&call.name),
        _ => None,
    }
}

/// What a managed server declares: tools always, the rest when its version has some.
pub(crate) fn capabilities(published: &Published) -> Capabilities {
    let prompts = !published.prompts().is_empty();
    Capabilities {
        tools: Some(ToolsCapability { list_changed: true }),
        prompts: prompts.then_some(PromptsCapability { list_changed: true }),
        resources: published
            .has_resources()
            .then_some(ResourcesCapability { subscribe: false, list_changed: true }),
        completions: published.has_completions(),
        logging: true,
    }
}
