use super::entry::Asked;
use crate::Shared;
use app::{Admission, Admitted, Error, Record, RecordOutcome};
use model::{Timestamp, UpstreamFacts};
use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};

/// A request under way: its row of the request log, which is written when it is answered, or dropped unanswered.
pub(crate) struct Pending {
    shared: Arc<Shared>,
    asked: Arc<Asked>,
    started: Instant,
    record: Option<Record>,
    /// Whether the call was let in, if it is one.
    pub(crate) admission: Admission,
}

/// When a request came, and how large it was.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) at: Timestamp,
    pub(crate) started: Instant,
    pub(crate) bytes_in: usize,
}

/// What a client says of itself.
#[derive(Clone, Default)]
pub(crate) struct Client {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
}

/// How a request ended.
pub(crate) struct Ending<'a> {
    pub(crate) outcome: RecordOutcome,
    pub(crate) error: Option<Cow<'a, str>>,
    pub(crate) upstream: Option<UpstreamFacts>,
    pub(crate) bytes_out: usize,
    pub(crate) payloads: Option<(String, String)>,
}

impl Ending<'_> {
    pub(crate) const fn ok(bytes_out: usize) -> Self {
        Self { outcome: RecordOutcome::Ok, error: None, upstream: None, bytes_out, payloads: None }
    }

    pub(crate) const fn refused(error: Cow<'_, str>, bytes_out: usize) -> Ending<'_> {
        Ending {
            outcome: RecordOutcome::Error,
            error: Some(error),
            upstream: None,
            bytes_out,
            payloads: None,
        }
    }
}

impl Pending {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        asked: &Arc<Asked>,
        arrival: Arrival,
        method: &'static str,
        tool: Option<&str>,
        revision: &'static str,
        client: Client,
    ) -> Self {
        let record = Record {
            account_id: asked.caller.account_id(),
            at: arrival.at,
            server_id: asked.published.id,
            server: Arc::clone(&asked.published.name),
            method,
            tool: tool.map(|name| name.chars().take(128).collect()),
            principal: Arc::clone(asked.caller.principal()),
            user_id: asked.caller.user_id(),
            admission: Admitted::No,
            test: false,
            client_name: client.name,
            client_version: client.version,
            revision,
            outcome: RecordOutcome::Error,
            error: None,
            duration: Duration::ZERO,
            upstream: None,
            bytes_in: arrival.bytes_in,
            bytes_out: 0,
            arguments: None,
            result: None,
            asked_as: asked.asked_as.clone(),
        };
        Self {
            shared: Arc::clone(shared),
            asked: Arc::clone(asked),
            started: arrival.started,
            record: Some(record),
            admission: Admission::default(),
        }
    }

    /// The same, as that of somebody who tries a tool.
    pub(crate) fn test(mut self) -> Self {
        self.record.iter_mut().for_each(|record| record.test = true);
        self
    }

    /// Writes the row. For a server with a strict log, the answer may leave only when this is done.
    pub(crate) async fn finish(mut self, ending: Ending<'_>) -> Result<(), Error> {
        let Some(mut record) = self.record.take() else { return Ok(()) };
        record.duration = self.started.elapsed();
        record.admission = self.admission.get();
        record.outcome = ending.outcome;
        record.error = ending.error.map(|text| text.chars().take(256).collect());
        record.upstream = ending.upstream;
        record.bytes_out = ending.bytes_out;
        if let Some((arguments, result)) = ending.payloads {
            record.arguments = Some(arguments);
            record.result = Some(result);
        }
        self.shared.metrics.request(&record);
        self.shared.app.record(&self.asked.caller, &self.asked.published, record).await
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Some(mut record) = self.record.take() else { return };
        record.duration = self.started.elapsed();
        record.admission = self.admission.get();
        record.error = Some("the client went away".to_owned());
        self.shared.metrics.request(&record);
        if !self.shared.app.record_abandoned(&self.asked.caller, record) {
            self.shared.metrics.row_dropped();
        }
    }
}
