use crate::{Limits, Phase, SendError, client::hyper_error};
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};
use tokio::time::{Instant, Sleep};

/// The deadlines of one call on one timer, which is armed only when there is something to wait for.
pub(crate) struct Timer<'t> {
    pub(crate) sleep: Pin<&'t mut Sleep>,
    pub(crate) limits: &'t Limits,
    /// When the call began.
    pub(crate) started: Instant,
}

impl Timer<'_> {
    /// Waits for the head of the answer to a request that is sent at `sent`.
    pub(crate) async fn first_byte<F: Future>(
        &mut self,
        sent: Instant,
        future: F,
    ) -> Result<F::Output, SendError> {
        let (at, phase, after) = self.sooner(sent, Phase::FirstByte, self.limits.first_byte);
        self.until(at, phase, after, future).await
    }

    /// The end of a phase, or of the whole call if that comes first.
    fn sooner(&self, from: Instant, phase: Phase, after: Duration) -> (Instant, Phase, Duration) {
        let (at, total) = (from + after, self.started + self.limits.total);
        if at <= total { (at, phase, after) } else { (total, Phase::Total, self.limits.total) }
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

    /// Reads a body of at most `limit` bytes.
    pub(crate) async fn body(
        &mut self,
        mut incoming: Incoming,
        limit: usize,
    ) -> Result<Bytes, SendError> {
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
