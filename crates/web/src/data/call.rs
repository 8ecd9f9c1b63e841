use super::{
    entry::Asked,
    record::{Ending, Pending},
};
use crate::{Shared, rpc_error, trace};
use app::{
    Admission, Companions, Dynamic, Error, Kind, Observer, Outbound, RecordOutcome, SessionHandle,
    Step,
};
use bytes::Bytes;
use mcp::{
    Block, Id, LogLevel, OwnedId, Progress, Refusal, ResourceBody, Revision, RpcError, ToolResult,
    UrlElicitation,
};
use model::{Content, Outcome};
use std::{borrow::Cow, time::Duration};
use tokio::sync::mpsc;

/// A tool call, whoever made it.
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a str,
    pub(crate) traceparent: Option<&'a str>,
    pub(crate) tracestate: Option<&'a str>,
    /// The legacy session that it came in.
    pub(crate) session: Option<&'a SessionHandle>,
    /// Whether the client can send its user to a URL.
    pub(crate) opens_urls: bool,
}

/// How a call came over MCP, and so how it is answered.
#[derive(Clone, Copy)]
pub(crate) struct Framing<'a> {
    pub(crate) id: Id<'a>,
    pub(crate) revision: Revision,
}

/// What a call is answered with.
pub(crate) enum Answered {
    Result(Bytes),
    Refused { refusal: Refusal, retry_after: Option<Duration> },
}

impl Answered {
    pub(crate) fn body(&self) -> &[u8] {
        match self {
            Self::Result(body) => body,
            Self::Refused { refusal, .. } => &refusal.body,
        }
    }
}

/// Calls the tool: the one way to it, for MCP and for tests.
pub(crate) async fn perform(
    shared: &Shared,
    asked: &Asked,
    outbound: &Outbound,
    call: &Call<'_>,
    observer: Option<&dyn Observer>,
    admission: &Admission,
) -> Result<Outcome, Error> {
    let run = trace::call(
        shared,
        call.traceparent,
        call.tracestate,
        call.name,
        &asked.published.name,
        async |traceparent| {
            let dynamic =
                asked.shown.is_few().then(|| Dynamic { enabling: asked.enabling(call.session) });
            let with = Companions { observer, traceparent, admission: Some(admission), dynamic };
            let (caller, published) = (&asked.caller, &asked.published);
            shared.app.call_tool(caller, published, call.name, call.arguments, outbound, with).await
        },
    );
    run.await
}

/// What the request log is told of a call that came to an outcome.
pub(crate) fn ending(
    shared: &Shared,
    asked: &Asked,
    call: &Call<'_>,
    outcome: &Outcome,
    bytes_out: usize,
) -> Ending<'static> {
    let redacted =
        || shared.app.redacted(&asked.caller, &asked.published, call.name, call.arguments, outcome);
    Ending {
        outcome: if outcome.is_error { RecordOutcome::ToolError } else { RecordOutcome::Ok },
        error: outcome.is_error.then(|| Cow::Owned(first_line(outcome))),
        upstream: outcome.upstream.status.is_some().then_some(outcome.upstream),
        bytes_out,
        payloads: asked.published.log_payloads.then(redacted),
    }
}

/// Calls the tool, and writes the row of the request log.
pub(crate) async fn call(
    shared: &Shared,
    asked: &Asked,
    outbound: &Outbound,
    call: Call<'_>,
    framing: Framing<'_>,
    observer: Option<&dyn Observer>,
    pending: Pending,
) -> Answered {
    let modern = framing.revision.is_modern();
    let run = perform(shared, asked, outbound, &call, observer, &pending.admission);
    let (answered, ending) = match run.await {
        Ok(Outcome { connect: Some(connect), .. }) if call.opens_urls => {
            let asking =
                UrlElicitation { id: &connect.id, url: &connect.url, message: &connect.message };
            let answered = if modern {
                Answered::Result(mcp::input_required(framing.id, &asking, &shared.info).into())
            } else {
                let refusal = RpcError::url_elicitation_required(&asking);
                let refusal = refusal.refuse(Some(framing.id), false);
                Answered::Refused { refusal, retry_after: None }
            };
            let ending = Ending {
                outcome: RecordOutcome::ToolError,
                error: Some(Cow::Owned(connect.message.clone())),
                ..Ending::ok(answered.body().len())
            };
            (answered, ending)
        }
        Ok(outcome) => {
            let blocks: Vec<Block<'_>> = outcome.content.iter().map(block).collect();
            let result = ToolResult {
                content: &blocks,
                structured: outcome.structured.as_ref().map(model::RawJson::get),
                is_error: outcome.is_error,
            };
            let body = Bytes::from(mcp::tool_response(
                framing.id,
                &result,
                framing.revision,
                &shared.info,
            ));
            let ending = ending(shared, asked, &call, &outcome, body.len());
            (Answered::Result(body), ending)
        }
        Err(error) => {
            rpc_error::log(&error);
            let known = match error.kind {
                Kind::NotFound => RpcError::unknown_tool(call.name),
                _ => rpc_error::rpc_error(&error),
            };
            let refusal = known.refuse(Some(framing.id), modern);
            let ending = Ending::refused(error.message.clone(), refusal.body.len());
            (Answered::Refused { refusal, retry_after: rpc_error::retry_after(&error) }, ending)
        }
    };
    match pending.finish(ending).await {
        Ok(()) => answered,
        Err(error) => {
            rpc_error::log(&error);
            let refusal = rpc_error::rpc_error(&error).refuse(Some(framing.id), modern);
            Answered::Refused { refusal, retry_after: rpc_error::retry_after(&error) }
        }
    }
}

fn first_line(outcome: &Outcome) -> String {
    // The text has a link that opens something.
    if let Some(connect) = &outcome.connect {
        return connect.message.clone();
    }
    let text = outcome.content.iter().find_map(|content| match content {
        Content::Text(text) => text.lines().next(),
        Content::Image { .. } | Content::Audio { .. } | Content::Resource { .. } => None,
    });
    text.unwrap_or("error").to_owned()
}

fn block(content: &Content) -> Block<'_> {
    match content {
        Content::Text(text) => Block::Text(text),
        Content::Image { data, mime_type } => Block::Image { data, mime_type },
        Content::Audio { data, mime_type } => Block::Audio { data, mime_type },
        Content::Resource { uri, mime_type, body } => Block::Resource {
            uri,
            mime_type,
            body: match body {
                model::ResourceBody::Text(text) => ResourceBody::Text(text),
                model::ResourceBody::Blob(data) => ResourceBody::Blob(data),
            },
        },
    }
}

/// Turns the steps of a call into events of its stream.
pub(crate) struct Steps {
    pub(crate) events: mpsc::Sender<Bytes>,
    pub(crate) progress: Option<OwnedId>,
    pub(crate) level: Option<LogLevel>,
}

/// Events that one call sends at most, beside its answer.
pub(crate) const STEP_EVENTS: usize = 2 * Step::COUNT as usize;

impl Steps {
    fn send(&self, json: &[u8]) {
        let mut event = Vec::new();
        mcp::sse_event(&mut event, json);
        // The channel has room for every event of a call; once its reader is gone, nobody wants them.
        let _ = self.events.try_send(event.into());
    }
}

impl Observer for Steps {
    fn step(&self, step: Step<'_>) {
        let (level, text) = match step {
            Step::Sending { method, path } => (LogLevel::Info, format!("sending {method} {path}")),
            Step::Answered { status, bytes, duration } => {
                let level = if status < 400 { LogLevel::Info } else { LogLevel::Warning };
                (level, format!("HTTP {status}, {bytes} bytes in {} ms", duration.as_millis()))
            }
            Step::Failed => (LogLevel::Error, "the API gave no usable answer".to_owned()),
            Step::Shaped { truncated: true } => {
                (LogLevel::Notice, "the result was cut to fit its budget".to_owned())
            }
            Step::Shaped { truncated: false } => {
                (LogLevel::Info, "the result is complete".to_owned())
            }
        };
        if let Some(token) = &self.progress {
            let (progress, total) = (f64::from(step.number()), Some(f64::from(Step::COUNT)));
            self.send(&mcp::progress(&Progress {
                token: token.get(),
                progress,
                total,
                message: Some(&text),
            }));
        }
        if self.level.is_some_and(|least| level >= least) {
            self.send(&mcp::log(&mcp::Log { level, logger: Some("gatewright"), text: &text }));
        }
    }
}
