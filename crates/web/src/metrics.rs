use app::{Admitted, Record, RecordOutcome};
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body_util::Full;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Servers that have figures of their own; what comes later is counted under `other`, so that names cannot grow without end.
const SERVERS_MAX: usize = 1_000;
/// Upper bounds of the duration buckets, in seconds.
const BUCKETS: [f64; 13] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// The process's own figures. They cost nothing when nobody serves them.
pub(crate) struct Metrics {
    servers: RwLock<HashMap<Arc<str>, Arc<ServerMetrics>>>,
    refused_authentications: Counter,
    rows_dropped: Counter,
    calls_over_soft_limit: Counter,
    calls_refused: Counter,
}

struct ServerMetrics {
    ok: Counter,
    tool_errors: Counter,
    errors: Counter,
    duration: Histogram,
    upstream_duration: Histogram,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            servers: RwLock::default(),
            refused_authentications: metrics::counter!("gatewright_authentication_refused_total"),
            rows_dropped: metrics::counter!("gatewright_request_log_rows_dropped_total"),
            calls_over_soft_limit: metrics::counter!("gatewright_calls_over_soft_limit_total"),
            calls_refused: metrics::counter!("gatewright_calls_refused_by_limit_total"),
        }
    }

    pub(crate) fn refused_authentication(&self) {
        self.refused_authentications.increment(1);
    }

    pub(crate) fn row_dropped(&self) {
        self.rows_dropped.increment(1);
    }

    /// Counts one MCP request.
    pub(crate) fn request(&self, record: &Record) {
        let server = self.server(&record.server);
        match record.outcome {
            RecordOutcome::Ok => server.ok.increment(1),
            RecordOutcome::ToolError => server.tool_errors.increment(1),
            RecordOutcome::Error => server.errors.increment(1),
        }
        match record.admission {
            Admitted::No | Admitted::Yes => {}
            Admitted::OverSoftLimit => self.calls_over_soft_limit.increment(1),
            Admitted::Refused => self.calls_refused.increment(1),
        }
        server.duration.record(record.duration.as_secs_f64());
        if let Some(upstream) = record.upstream {
            server
                .upstream_duration
                .record(Duration::from_micros(upstream.duration_us).as_secs_f64());
        }
    }

    fn server(&self, name: &Arc<str>) -> Arc<ServerMetrics> {
        if let Some(known) = self.servers.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(known);
        }
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        let name = if servers.len() < SERVERS_MAX { Arc::clone(name) } else { Arc::from("other") };
        Arc::clone(
            servers.entry(Arc::clone(&name)).or_insert_with(|| Arc::new(ServerMetrics::new(&name))),
        )
    }
}

impl ServerMetrics {
    fn new(server: &Arc<str>) -> Self {
        let server = server.to_string();
        let requests = |outcome: &'static str| metrics::counter!("gatewright_mcp_requests_total", "server" => server.clone(), "outcome" => outcome);
        Self {
            ok: requests("ok"),
            tool_errors: requests("tool_error"),
            errors: requests("error"),
            duration: metrics::histogram!("gatewright_mcp_request_duration_seconds", "server" => server.clone()),
            upstream_duration: metrics::histogram!("gatewright_upstream_duration_seconds", "server" => server.clone()),
        }
    }
}

/// Serves the figures in Prometheus' text format on a listener of their own, until `stop`. Installs the recorder, so it comes
/// before [`crate::serve`].
///
/// # Errors
///
/// When the listener cannot be used, or figures are being recorded already.
pub fn serve_metrics(
    listener: std::net::TcpListener,
    tracker: &TaskTracker,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(std::io::Error::other)?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tracker.spawn(async move {
        let mut upkeep = tokio::time::interval(Duration::from_secs(5));
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = upkeep.tick() => handle.run_upkeep(),
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        // A scrape is short, and there is one scraper: answered in turn, within five seconds.
                        let _ = tokio::time::timeout(Duration::from_secs(5), scrape(stream, &handle)).await;
                    }
                }
            }
        }
    });
    Ok(())
}

async fn scrape(
    stream: tokio::net::TcpStream,
    handle: &PrometheusHandle,
) -> Result<(), hyper::Error> {
    let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
        let (found, text) = match request.uri().path() {
            "/metrics" => (http::StatusCode::OK, handle.render()),
            _ => (http::StatusCode::NOT_FOUND, "see /metrics\n".to_owned()),
        };
        async move {
            let mut response = Response::new(Full::new(Bytes::from(text)));
            *response.status_mut() = found;
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            Ok::<_, Infallible>(response)
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await
}
