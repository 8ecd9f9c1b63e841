use crate::{Config, Shared, control, data, metrics::Metrics};
use app::{App, Caller};
use axum::{Router, body::Body};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use tower::ServiceExt as _;

/// The control API without a network: the same routes, for one caller that was made by other means than a credential.
///
/// What lets the command line work on a data directory itself be a client of the API like any other.
#[derive(Clone)]
pub struct LocalApi {
    router: Router,
    caller: Caller,
    outbound: app::Outbound,
}

/// An answer, whose body comes in pieces.
pub struct LocalReply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Body,
}

impl LocalApi {
    /// The API as `caller` sees it.
    #[must_use]
    pub fn new(app: Arc<App>, caller: Caller, config: Config) -> Self {
        let outbound = app.outbound();
        let shared = Arc::new(Shared {
            app,
            info: mcp::ServerInfo::new("gatewright", Some("Gatewright"), env!("CARGO_PKG_VERSION")),
            metrics: Metrics::new(),
            cancels: data::Cancels::default(),
            sse: data::OpenSse::default(),
            streams: data::Streams::default(),
            stop: tokio_util::sync::CancellationToken::new(),
            config,
        });
        Self { router: control::router(shared), caller, outbound }
    }

    /// The answer to one request, whose target is a path such as `/api/v1/users`.
    pub async fn send(&self, request: Request<Bytes>) -> LocalReply {
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(self.caller.clone());
        request.extensions_mut().insert(self.outbound.clone());
        let answered = self.router.clone().oneshot(request).await;
        let (parts, body) = answered.unwrap_or_else(|never| match never {}).into_parts();
        LocalReply { status: parts.status, headers: parts.headers, body }
    }
}

impl LocalReply {
    /// The next piece of the body; nothing at its end.
    ///
    /// # Errors
    ///
    /// When what makes the body has failed.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, axum::Error> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}
