use crate::{
    Admitted, App, Caller, Error, Kind,
    clock::entropy,
    events::Listened,
    publication::{Place, Published},
    tool::{Tool, Work},
    usage, usage_hours,
};
use jiff::SignedDuration;
use model::{AccountId, Outcome, RequestId, Secret, ServerId, Timestamp, UpstreamFacts, UserId};
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use store::{RequestRow, Store, Used};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// Rows written in one transaction at most.
const BATCH_ROWS: usize = 1_024;
/// How long a row may wait for others before it is written.
const BATCH_WAIT: Duration = Duration::from_millis(200);
/// How long the writer waits after a failure before it tries the same rows again.
const RETRY_WAIT: Duration = Duration::from_secs(1);

/// How a request ended, in the request log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordOutcome {
    /// It was answered.
    Ok,
    /// A tool's result is an error.
    ToolError,
    /// It was refused, it failed, or the client went away.
    Error,
}

impl RecordOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool_error",
            Self::Error => "error",
        }
    }

    /// The outcome of a row, which the database gives as one of these three.
    pub(crate) fn parse(text: &str) -> Self {
        [Self::Ok, Self::ToolError]
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .unwrap_or(Self::Error)
    }
}

/// What the request log keeps of one MCP request.
#[derive(Clone, Debug)]
pub struct Record {
    /// Whose.
    pub account_id: AccountId,
    /// When it came.
    pub at: Timestamp,
    /// The server.
    pub server_id: ServerId,
    /// The server's slug.
    pub server: Arc<str>,
    /// The MCP method.
    pub method: &'static str,
    /// The tool that was called.
    pub tool: Option<String>,
    /// Who called.
    pub principal: Arc<str>,
    /// The user that called or that owns the token.
    pub user_id: Option<UserId>,
    /// Whether it was a call that was let in.
    pub admission: Admitted,
    /// Whether somebody tried a tool.
    pub test: bool,
    /// What the client calls itself.
    pub client_name: Option<String>,
    /// The version that it names.
    pub client_version: Option<String>,
    /// The protocol revision; empty where none was spoken.
    pub revision: &'static str,
    /// How it ended.
    pub outcome: RecordOutcome,
    /// What went wrong, in short.
    pub error: Option<String>,
    /// How long it took.
    pub duration: Duration,
    /// The API's part.
    pub upstream: Option<UpstreamFacts>,
    /// Bytes of the request's body.
    pub bytes_in: usize,
    /// Bytes of the answer's body.
    pub bytes_out: usize,
    /// The arguments, where the server keeps them: redacted.
    pub arguments: Option<String>,
    /// The result, where the server keeps it: redacted.
    pub result: Option<String>,
    /// `{alias}/{server}` as it was asked for, when one of the two is a former name.
    pub asked_as: Option<Arc<str>>,
}

pub(crate) struct Queued {
    record: Record,
    written: Option<oneshot::Sender<()>>,
}

/// The bounded way to the request log.
#[derive(Clone, Debug)]
pub(crate) struct LogQueue {
    sender: mpsc::Sender<Queued>,
    urgent: Arc<Notify>,
}

/// Writes what comes through the queue, in batches.
pub(crate) struct LogWriter {
    receiver: mpsc::Receiver<Queued>,
    urgent: Arc<Notify>,
    order: Order,
    /// What this process's usage is kept under.
    node: Arc<str>,
}

/// Ids that rise in the order in which rows are written, so that whoever reads on from a row misses none: a slow request
/// comes before a quick one and is written after it.
struct Order {
    at: Timestamp,
    /// Twelve bits of it stand next to the milliseconds.
    count: u16,
    /// Tells this process's rows from another's: drawn once, since a row's id need not be unguessable.
    bits: [u8; 10],
}

impl Order {
    fn next(&mut self, record: &Record) -> RequestId {
        let done =
            record.at.checked_add(SignedDuration::try_from(record.duration).unwrap_or_default());
        self.at = self.at.max(done.unwrap_or(record.at));
        self.count = self.count.wrapping_add(1);
        if self.count & 0x0fff == 0 {
            // The twelve bits begin anew: so does the millisecond, lest an id sort before the one before it.
            self.at = self.at.checked_add(SignedDuration::from_millis(1)).unwrap_or(self.at);
            self.bits = entropy();
        }
        [self.bits[0], self.bits[1]] = self.count.to_be_bytes();
        RequestId::new(self.at, self.bits)
    }
}

pub(crate) fn queue(rows: usize, node: Arc<str>) -> (LogQueue, LogWriter) {
    let (sender, receiver) = mpsc::channel(rows.max(1));
    let urgent = Arc::new(Notify::new());
    (
        LogQueue { sender, urgent: Arc::clone(&urgent) },
        LogWriter {
            receiver,
            urgent,
            order: Order { at: Timestamp::UNIX_EPOCH, count: 0, bits: entropy() },
            node,
        },
    )
}

impl App {
    /// Puts a row on its way to the request log. Waits while the queue is full: a slow disk slows callers rather than
    /// losing rows. For a server with a strict log, waits until the row is on disk.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when a strict row could not be written.
    pub async fn record(
        &self,
        caller: &Caller,
        server: &Published,
        record: Record,
    ) -> Result<(), Error> {
        debug_assert_eq!(record.account_id, caller.account_id());
        let lost =
            || Error::new(Kind::Unavailable, "the request log cannot be written: try again later");
        if !server.strict_log {
            return self
                .log
                .sender
                .send(Queued { record, written: None })
                .await
                .map_err(|_| lost());
        }
        let (written, done) = oneshot::channel();
        self.log
            .sender
            .send(Queued { record, written: Some(written) })
            .await
            .map_err(|_| lost())?;
        self.log.urgent.notify_one();
        done.await.map_err(|_| lost())
    }

    /// Puts a row on its way without waiting, for a request whose client has gone. With a full queue the row is counted as
    /// dropped instead. Says whether it was taken.
    pub fn record_abandoned(&self, caller: &Caller, record: Record) -> bool {
        debug_assert_eq!(record.account_id, caller.account_id());
        self.log.sender.try_send(Queued { record, written: None }).is_ok()
    }

    /// What a server with payloads in its log keeps of a call: arguments and result, less what is secret.
    #[must_use]
    pub fn redacted(
        &self,
        caller: &Caller,
        server: &Published,
        tool: &str,
        arguments: &str,
        outcome: &Outcome,
    ) -> (String, String) {
        let tool = server.find(tool);
        let secrets = tool.map(|tool| self.secrets(caller, server, tool)).unwrap_or_default();
        crate::redact::payloads(tool, &secrets, arguments, outcome)
    }

    /// What must not be shown of the tool's answers: the values of its credential.
    fn secrets(&self, caller: &Caller, server: &Published, tool: &Tool) -> Arc<[Secret]> {
        let Work::Http(work) = &tool.work else { return Arc::default() };
        match server.place(work) {
            Place::Account(target) => target.route.credential().secrets(),
            Place::Customer(app) => app.secrets(),
            Place::Caller(app) => {
                let own = caller
                    .user_id()
                    .and_then(|user| self.own_app_at_hand(caller.account_id(), user, app.id));
                own.map(|own| own.secrets()).unwrap_or_default()
            }
            Place::None(_) => Arc::default(),
        }
    }
}

impl LogWriter {
    /// Runs until `stop`, and then until every row that was taken is written.
    pub(crate) async fn run(
        mut self,
        store: Store,
        listened: Arc<Listened>,
        stop: CancellationToken,
    ) {
        let mut batch = Vec::with_capacity(BATCH_ROWS);
        loop {
            let first = match stop.run_until_cancelled(self.receiver.recv()).await {
                Some(first) => first,
                None => {
                    self.receiver.close();
                    self.receiver.recv().await
                }
            };
            let Some(first) = first else { return };
            let waited_for = first.written.is_some();
            batch.push(first);
            if !waited_for {
                // Rows gather company here, and nobody is woken for each: a thread that is woken for every call
                // would cost more than writing its row does.
                tokio::select! {
                    () = tokio::time::sleep(BATCH_WAIT) => {}
                    () = self.urgent.notified() => {}
                    () = stop.cancelled() => {}
                }
            }
            while !batch.is_empty() {
                while batch.len() < BATCH_ROWS {
                    let Ok(next) = self.receiver.try_recv() else { break };
                    batch.push(next);
                }
                let full = batch.len() == BATCH_ROWS;
                write(&store, &listened, &mut batch, &mut self.order, &self.node).await;
                if full && let Ok(next) = self.receiver.try_recv() {
                    batch.push(next);
                }
            }
        }
    }
}

/// Writes the batch, and tries again until it is written: the queue fills behind it and callers slow down.
async fn write(
    store: &Store,
    listened: &Listened,
    batch: &mut Vec<Queued>,
    order: &mut Order,
    node: &str,
) {
    let records = || batch.iter().map(|queued| &queued.record);
    let used = Used { days: usage::count(records()), hours: usage_hours::count(records()) };
    let (rows, waiting): (Vec<RequestRow>, Vec<_>) =
        batch.drain(..).map(|queued| (row(queued.record, order), queued.written)).unzip();
    let mut failures = 0u32;
    while let Err(error) = store.insert_requests(&rows, node, &used).await {
        failures += 1;
        tracing::error!(
            error = &error as &dyn std::error::Error,
            rows = rows.len(),
            failures,
            "request log not written"
        );
        if failures >= 5 && waiting.iter().any(Option::is_some) {
            // A strict caller gets its refusal now; the rows go on being tried.
            return retry_without_waiters(store, listened, rows, waiting, node, used).await;
        }
        tokio::time::sleep(RETRY_WAIT).await;
    }
    listened.wrote_requests(rows.iter().map(|row| row.account_id));
    for written in waiting.into_iter().flatten() {
        let _ = written.send(());
    }
}

async fn retry_without_waiters(
    store: &Store,
    listened: &Listened,
    rows: Vec<RequestRow>,
    waiting: Vec<Option<oneshot::Sender<()>>>,
    node: &str,
    used: Used,
) {
    drop(waiting);
    while let Err(error) = store.insert_requests(&rows, node, &used).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            rows = rows.len(),
            "request log not written"
        );
        tokio::time::sleep(RETRY_WAIT).await;
    }
    listened.wrote_requests(rows.iter().map(|row| row.account_id));
}

fn row(record: Record, order: &mut Order) -> RequestRow {
    let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    let bytes = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let wide = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    RequestRow {
        id: order.next(&record),
        account_id: record.account_id,
        at: record.at,
        server_id: Some(record.server_id),
        server: record.server,
        method: record.method.into(),
        tool: record.tool,
        principal: record.principal,
        user_id: record.user_id,
        client_name: record.client_name,
        client_version: record.client_version,
        revision: record.revision.into(),
        outcome: record.outcome.as_str(),
        error: record.error,
        duration_us: micros(record.duration),
        upstream_status: record.upstream.and_then(|facts| facts.status),
        upstream_duration_us: record.upstream.map(|facts| wide(facts.duration_us)),
        upstream_bytes_out: record.upstream.map(|facts| wide(facts.bytes_out)),
        upstream_bytes_in: record.upstream.map(|facts| wide(facts.bytes_in)),
        bytes_in: bytes(record.bytes_in),
        bytes_out: bytes(record.bytes_out),
        test: record.test,
        arguments: record.arguments,
        result: record.result,
        asked_as: record.asked_as,
    }
}
