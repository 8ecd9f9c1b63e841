use super::{entry::Asked, streams::OpenStream};
use crate::Shared;
use app::{Signal, Subscription};
use bytes::Bytes;
use futures_util::{Stream, stream};
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::mpsc, time::Interval};

/// The events of one call, and then its answer. Dropped, the call is dropped with it, and the request to the API.
pub(crate) struct CallStream {
    events: mpsc::Receiver<Bytes>,
    work: Option<Pin<Box<dyn Future<Output = Option<Bytes>> + Send>>>,
    answer: Option<Bytes>,
    keep_alive: Interval,
}

impl CallStream {
    pub(crate) fn new(
        events: mpsc::Receiver<Bytes>,
        work: impl Future<Output = Option<Bytes>> + Send + 'static,
        keep_alive: Duration,
    ) -> Self {
        let mut keep_alive =
            tokio::time::interval_at(tokio::time::Instant::now() + keep_alive, keep_alive);
        keep_alive.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        Self { events, work: Some(Box::pin(work)), answer: None, keep_alive }
    }
}

impl Stream for CallStream {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(work) = &mut self.work
            && let Poll::Ready(answer) = work.as_mut().poll(cx)
        {
            self.answer = answer;
            self.work = None;
        }
        // The work may have sent events before it ended: they come before its answer.
        if let Ok(event) = self.events.try_recv() {
            cx.waker().wake_by_ref();
            return Poll::Ready(Some(event));
        }
        if self.work.is_none() {
            return Poll::Ready(self.answer.take());
        }
        if let Poll::Ready(Some(event)) = self.events.poll_recv(cx) {
            return Poll::Ready(Some(event));
        }
        match self.keep_alive.poll_tick(cx) {
            Poll::Ready(_) => Poll::Ready(Some(Bytes::from_static(mcp::SSE_KEEP_ALIVE))),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// What a stream of changes says, and when.
pub(crate) struct Script {
    /// Said at once.
    pub(crate) first: Option<Bytes>,
    /// Said when the tool list is another; absent when nobody asked.
    pub(crate) changed: Option<Bytes>,
    /// Said when the stream ends from our side.
    pub(crate) last: Option<Bytes>,
}

struct Watching {
    shared: Arc<Shared>,
    asked: Arc<Asked>,
    subscription: Subscription,
    script: Script,
    done: bool,
    /// Held for as long as the stream is open.
    _open: OpenStream,
}

/// A stream that tells of changes until the server, the token or the process ends.
pub(crate) fn changes(
    shared: &Arc<Shared>,
    asked: &Arc<Asked>,
    script: Script,
    open: OpenStream,
) -> impl Stream<Item = Bytes> + Send + 'static {
    let subscription = asked.watch.subscribe();
    let start = Watching {
        shared: Arc::clone(shared),
        asked: Arc::clone(asked),
        subscription,
        script,
        done: false,
        _open: open,
    };
    stream::unfold(start, |mut watching| async move {
        let next = watching.next().await?;
        Some((next, watching))
    })
}

impl Watching {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.script.first.take() {
            return Some(first);
        }
        if self.done {
            return None;
        }
        loop {
            let wait = self.time_left();
            match tokio::time::timeout(wait, self.subscription.next()).await {
                Ok(Signal::ListChanged) => {
                    if let Some(changed) = &self.script.changed {
                        return Some(changed.clone());
                    }
                }
                Ok(Signal::Check) if self.is_live() => {}
                Err(_) if self.is_live() => return Some(Bytes::from_static(mcp::SSE_KEEP_ALIVE)),
                Ok(Signal::Check | Signal::Ended) | Err(_) => {
                    self.done = true;
                    return self.script.last.take();
                }
            }
        }
    }

    fn is_live(&self) -> bool {
        self.asked.caller.is_live(self.shared.app.now())
    }

    /// Until the next sign of life, or the end of the token if that comes sooner.
    fn time_left(&self) -> Duration {
        let keep_alive = self.shared.config.keep_alive;
        let Some(end) = self.asked.caller.expires_at() else { return keep_alive };
        let left = end.duration_since(self.shared.app.now());
        Duration::try_from(left).unwrap_or(Duration::ZERO).min(keep_alive)
    }
}
