use crate::Shared;
use axum::{Router, extract::State, http::StatusCode, routing::get};
use std::sync::Arc;

/// `/healthz`: the process lives. `/readyz`: it can serve, which needs its database and that it is not about to end.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(shared)
}

async fn ready(State(shared): State<Arc<Shared>>) -> (StatusCode, &'static str) {
    if shared.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n");
    }
    match shared.app.health().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            crate::rpc_error::log(&error);
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
