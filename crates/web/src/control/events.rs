use super::{asked::Asked, input::Query};
use crate::{Shared, data::OpenStream, problem::Problem, rpc_error};
use app::{Event, Listening};
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const HELLO: &[u8] = b"event: hello\ndata: {}\n\n";
const REQUESTS: &[u8] = b"event: requests\ndata: {}\n\n";
/// The longest time that can be asked for.
const SECONDS_MAX: u32 = 86_400;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(watch_events))
}

/// One event of the stream.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it says in the description what is written by hand")]
struct AccountEvent {
    /// What happened: `hello`, `changed` or `requests`.
    event: String,
    /// An object as JSON, with `kinds` where something has changed.
    data: String,
}

/// How long to listen.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct EventQuery {
    /// After how many seconds the answer ends; when absent, not before the token, the sign-in or the server does.
    #[param(minimum = 1, maximum = 86_400, nullable = false)]
    seconds: Option<u32>,
}

/// Watch the account
///
/// Server-sent events, so that whoever shows something reads it anew when it is another, whoever changed it. The first is `hello`; what changes
/// after it is told within a second. `changed` has as its data `{"kinds": […]}`, the kinds of things that were changed, as events of the audit log
/// name them (`server` for `server.publish`); without `kinds`, anything may be another. `requests` says, at most once a second and to those who may
/// read it, that rows have come to the request log through the server that answers; what came through others is found by asking. A comment is a sign
/// of life. Events hold nothing that would have to be kept: whoever was away reads everything anew.
#[utoipa::path(
    get,
    path = "/events",
    tag = "Account",
    params(EventQuery),
    responses(
        (status = 200, content((AccountEvent = "text/event-stream"))),
        (status = 429, description = "Too many streams are open.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn watch_events(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<EventQuery>,
) -> Result<Response, Problem> {
    let seconds = query.seconds.filter(|seconds| (1..=SECONDS_MAX).contains(seconds));
    if seconds != query.seconds {
        let message = format!("seconds is a number from 1 to {SECONDS_MAX}");
        return Err(Problem::invalid("invalid", message).field("seconds"));
    }
    let listening = shared.app.watch_events(&caller).await?;
    let Some(open) = OpenStream::new(&shared, &caller) else {
        let detail = "too many streams are open: close one, or raise streams_per_token";
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Err(Problem::new(status, "too_many_streams", detail));
    };
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds.into()));
    let telling = Telling { shared, listening, end, _open: open };
    let hello = stream::iter([Ok::<_, Infallible>(Bytes::from_static(HELLO))]);
    let rest = stream::unfold(telling, |mut telling| async move {
        let next = telling.next().await?;
        Some((Ok(next), telling))
    });
    let mut response = Body::from_stream(hello.chain(rest)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies such as nginx gather an answer unless they are told not to.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

struct Telling {
    shared: Arc<Shared>,
    listening: Listening,
    end: Option<Instant>,
    /// Held for as long as the stream is open.
    _open: OpenStream,
}

impl Telling {
    async fn next(&mut self) -> Option<Bytes> {
        let left = self.end.map(|end| end.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return None;
        }
        let keep_alive = self.shared.config.keep_alive;
        let wait = left.map_or(keep_alive, |left| left.min(keep_alive));
        let next = tokio::select! {
            next = self.listening.next(wait) => next,
            () = self.shared.stop.cancelled() => return None,
        };
        // Whoever listens comes again, and is then told what is wrong.
        match next.inspect_err(rpc_error::log).ok()?? {
            Event::Changed(changed) => {
                let data = serde_json::to_string(&changed).ok()?;
                Some(format!("event: changed\ndata: {data}\n\n").into())
            }
            Event::Requests => Some(Bytes::from_static(REQUESTS)),
            Event::Quiet => Some(Bytes::from_static(mcp::SSE_KEEP_ALIVE)),
        }
    }
}
