use crate::Shared;
use opentelemetry::{
    global,
    propagation::{Extractor, Injector},
};
use std::collections::HashMap;
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Runs a call in a span of its own when traces are on, a child of the one that the client named (MCP `_meta`,
/// W3C Trace Context). `run` gets the `traceparent` that the API is to see: ours, or the client's passed on.
pub(crate) async fn call<'a, T>(
    shared: &Shared,
    traceparent: Option<&'a str>,
    tracestate: Option<&'a str>,
    tool: &str,
    server: &str,
    run: impl AsyncFnOnce(Option<&str>) -> T,
) -> T {
    if !shared.config.traces {
        return run(traceparent).await;
    }
    let span = tracing::info_span!(
        target: "gatewright::call",
        "tools/call",
        otel.kind = "server",
        "rpc.system" = "mcp",
        "mcp.server" = server,
        "mcp.tool" = tool,
    );
    let carried = Carried { traceparent, tracestate };
    let parent = global::get_text_map_propagator(|propagator| propagator.extract(&carried));
    // Without a subscriber that exports, there is no parent to set, and nothing is lost.
    let _ = span.set_parent(parent);
    let mut headers = Headers(HashMap::new());
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&span.context(), &mut headers)
    });
    let own = headers.0.remove("traceparent");
    run(own.as_deref().or(traceparent)).instrument(span).await
}

struct Carried<'a> {
    traceparent: Option<&'a str>,
    tracestate: Option<&'a str>,
}

impl Extractor for Carried<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => self.traceparent,
            "tracestate" => self.tracestate,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}

struct Headers(HashMap<String, String>);

impl Injector for Headers {
    fn set(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }
}
