use anyhow::Context as _;
use opentelemetry::{global, trace::TracerProvider as _};
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracerProvider};
use std::io::IsTerminal as _;
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// Logs on stderr, and traces when the standard `OTEL_*` variables ask for them.
pub(crate) struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Starts both. Traces go to where `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` says, over HTTP.
pub(crate) fn start() -> anyhow::Result<Telemetry> {
    let filter =
        EnvFilter::try_from_env("GATEWRIGHT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let traces = provider()?;
    let exported = traces.as_ref().map(|provider| {
        // Only calls are traced; spans of the libraries below would cost more than they tell.
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("gatewright"))
            .with_filter(Targets::new().with_target("gatewright::call", tracing::Level::INFO))
    });
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(exported);
    // A person reads a terminal, a machine anything else.
    if std::io::stderr().is_terminal() {
        registry.with(lines.with_target(false).with_filter(filter)).init();
    } else {
        registry.with(lines.json().flatten_event(true).with_filter(filter)).init();
    }
    Ok(Telemetry { traces })
}

fn provider() -> anyhow::Result<Option<SdkTracerProvider>> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let disabled = std::env::var_os("OTEL_SDK_DISABLED")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if disabled
        || !(set("OTEL_EXPORTER_OTLP_ENDPOINT") || set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
    {
        return Ok(None);
    }
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .build()
        .context("the OTEL_* variables do not make a trace exporter")?;
    let mut resource = opentelemetry_sdk::Resource::builder();
    if !set("OTEL_SERVICE_NAME") {
        resource = resource.with_service_name("gatewright");
    }
    global::set_text_map_propagator(TraceContextPropagator::new());
    Ok(Some(
        SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build(),
    ))
}

impl Telemetry {
    /// Whether calls are traced.
    pub(crate) fn traces(&self) -> bool {
        self.traces.is_some()
    }

    /// Sends what is still to be sent.
    pub(crate) fn stop(self) {
        if let Some(provider) = self.traces
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}
