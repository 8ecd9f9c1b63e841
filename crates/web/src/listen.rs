use crate::{
    Config, Shared, body::Body, connect, console, control, data, demo, health, metrics::Metrics,
    problem::problem,
};
use app::{App, Outbound};
use axum::Router;
use http::{Request, Response, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::{IpAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// Bytes of a request's head, and with it of its target. Hyper takes no smaller buffer than 8 KiB.
const HEAD_BYTES: usize = 64 << 10;
/// How long accepting pauses when the process has no file descriptor left, so that it does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Threads that serve a listener.
pub struct Listening {
    threads: Vec<JoinHandle<()>>,
    stop: CancellationToken,
}

/// Serves `listener` until [`Listening::stop`].
///
/// One thread a worker, each with a runtime and a pool of connections to APIs of its own: a call stays on one core from its
/// first byte to its last. Measured beside one work-stealing runtime, this costs a quarter less CPU per call.
///
/// # Errors
///
/// When the listener cannot be used, or a thread cannot be started.
pub fn serve(listener: TcpListener, app: Arc<App>, config: Config) -> io::Result<Listening> {
    listener.set_nonblocking(true)?;
    let stop = CancellationToken::new();
    let shared = Arc::new(Shared {
        app,
        info: mcp::ServerInfo::new("gatewright", Some("Gatewright"), env!("CARGO_PKG_VERSION")),
        metrics: Metrics::new(),
        cancels: data::Cancels::default(),
        streams: data::Streams::default(),
        sse: data::OpenSse::default(),
        stop: stop.clone(),
        config,
    });
    let router = health::router(Arc::clone(&shared))
        .merge(control::router(Arc::clone(&shared)))
        .merge(connect::router(Arc::clone(&shared)))
        .merge(demo::router(&shared.config.demo, &shared.app))
        .merge(console::router(Arc::clone(&shared)));
    let connections = Arc::new(Connections::default());
    let mut threads = Vec::new();
    for worker in 0..shared.config.workers.max(1) {
        let listener = listener.try_clone()?;
        let (shared, router, connections) =
            (Arc::clone(&shared), router.clone(), Arc::clone(&connections));
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(accept(listener, shared, router, connections)),
                Err(error) => tracing::error!(%error, "a worker could not start"),
            }
        };
        threads.push(std::thread::Builder::new().name(format!("serve-{worker}")).spawn(run)?);
    }
    Ok(Listening { threads, stop })
}

impl Listening {
    /// Takes no more connections, and waits for the requests under way. Blocks.
    pub fn stop(self) {
        self.stop.cancel();
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a worker panicked");
            }
        }
    }
}

/// Connections that are open, in all and by address.
#[derive(Default)]
struct Connections {
    open: Mutex<(usize, HashMap<IpAddr, usize>)>,
}

struct OpenConnection {
    connections: Arc<Connections>,
    address: IpAddr,
}

impl OpenConnection {
    fn new(connections: &Arc<Connections>, address: IpAddr, config: &Config) -> Option<Self> {
        let mut open = connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, by_address) = &mut *open;
        let of_address = by_address.entry(address).or_default();
        // What comes from this machine is often a proxy that stands for many.
        let crowded = !address.is_loopback() && *of_address >= config.connections_per_address;
        if *all >= config.connections || crowded {
            return None;
        }
        *all += 1;
        *of_address += 1;
        drop(open);
        Some(Self { connections: Arc::clone(connections), address })
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, by_address) = &mut *open;
        *all -= 1;
        if let Some(count) = by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    router: Router,
    connections: Arc<Connections>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "a worker could not start"),
    };
    let outbound = shared.app.outbound();
    let graceful = GracefulShutdown::new();
    let tasks = tokio_util::task::TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.stop.cancelled() => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(open) = OpenConnection::new(&connections, address.ip(), &shared.config) else {
            continue;
        };
        // Events that follow one another would otherwise wait for the acknowledgement of the first, 40 ms.
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let (shared, router, outbound) = (Arc::clone(&shared), router.clone(), outbound.clone());
        let header_timeout = shared.config.header_timeout;
        let service = service_fn(move |request| {
            let (shared, router, outbound) =
                (Arc::clone(&shared), router.clone(), outbound.clone());
            let source = address.ip();
            async move {
                Ok::<_, Infallible>(respond(&shared, &outbound, router, request, source).await)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header_timeout)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tasks.spawn(async move {
            // A broken connection is the client's business; its request was logged as such.
            let _ = connection.await;
            drop(open);
        });
    }
    drop(listener);
    shared.app.end_streams();
    tasks.close();
    let drained = tokio::time::timeout(shared.config.drain, async {
        graceful.shutdown().await;
        tasks.wait().await;
    });
    if drained.await.is_err() {
        tracing::warn!("requests were cut off after {:?}", shared.config.drain);
    }
}

async fn respond(
    shared: &Arc<Shared>,
    outbound: &Outbound,
    router: Router,
    mut request: Request<Incoming>,
    source: IpAddr,
) -> Response<Body> {
    let own = |host: &str| shared.app.server_of_host(host);
    let (origin, server) = match shared.config.hosts.check(request.uri(), request.headers(), own) {
        Ok(admitted) => (admitted.origin.cloned(), admitted.server),
        Err(foreign) => return problem(foreign.status(), foreign.code(), foreign.message()),
    };
    if let Some((alias, slug)) = server {
        // A server's own host name stands for its endpoint, and for nothing else.
        if request.uri().path() != "/mcp" {
            return nothing_here();
        }
        return data::endpoint(shared, outbound, request, Some((&alias, &slug)), origin, source)
            .await;
    }
    if data::is_mcp(request.uri().path()) {
        return data::endpoint(shared, outbound, request, None, origin, source).await;
    }
    request.extensions_mut().insert(control::Peer(source));
    request.extensions_mut().insert(outbound.clone());
    let answered = router.oneshot(request.map(axum::body::Body::new)).await;
    let response = answered.unwrap_or_else(|never| match never {}).map(Body::Router);
    if response.status() == StatusCode::NOT_FOUND
        && !response.headers().contains_key(http::header::CONTENT_TYPE)
    {
        return nothing_here();
    }
    response
}

fn nothing_here() -> Response<Body> {
    problem(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
}
