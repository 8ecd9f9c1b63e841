//! OpenTelemetry: a call is a span of the trace that the client named.

use crate::{
    api::{Api, DESCRIPTION},
    binary::{Gateway, Home, until},
};
use serde_json::json;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};

const TRACE: [u8; 16] = [
    0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36,
];
const PARENT: &str = "00f067aa0ba902b7";

fn traceparent() -> String {
    let trace: String = TRACE.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("00-{trace}-{PARENT}-01")
}

/// Heads and bodies of what a collector was sent.
type Exports = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

fn collector() -> (SocketAddr, Exports) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let exports = Exports::default();
    let received = Arc::clone(&exports);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok_and(|n| n > 0) {}
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |text| text.parse().unwrap())];
            if stream.read_exact(&mut body).is_ok() {
                received.lock().unwrap().push((head, body));
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = stream.get_mut().write_all(answer);
            }
        }
    });
    (address, exports)
}

fn start(home: &Home, api: &Api, environment: &[(&str, &str)]) -> Gateway {
    let file = home.write("ledger.yaml", DESCRIPTION);
    let base = api.base();
    let mut command =
        home.command(&["up", "--json", &file, "--base-url", &base, "--listen", "127.0.0.1:0"]);
    command.arg("--allow-private-networks").envs(environment.iter().copied());
    let mut gateway = Gateway::begin(home, &mut command);
    assert!(gateway.wait_ready(), "{}", gateway.log());
    gateway
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_call_is_exported_with_the_clients_trace() {
    let (home, api, (collector, exports)) = (Home::new(), Api::start(), collector());
    let endpoint = format!("http://{collector}");
    let environment =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "50")];
    let gateway = start(&home, &api, &environment);
    gateway
        .endpoint()
        .with_meta("traceparent", &traceparent())
        .result("echo", json!({ "text": "a" }));
    // The API is told of the same trace, with our span between.
    let carried = api.last().header("traceparent").unwrap().to_owned();
    assert!(carried.starts_with(&traceparent()[..36]) && !carried.contains(PARENT), "{carried}");
    let (head, body) = until("the span is exported", || {
        exports.lock().unwrap().iter().find(|(_, body)| contains(body, &TRACE)).cloned()
    });
    assert!(head.starts_with("post /v1/traces "), "{head}");
    assert!(head.contains("content-type: application/x-protobuf"), "{head}");
    for part in ["tools/call", "gatewright", "echo", "ledger"] {
        assert!(contains(&body, part.as_bytes()), "{part}");
    }
    assert!(!contains(&body, gateway.ready["token"].as_str().unwrap().as_bytes()));
    gateway.stop();
}

#[test]
fn the_last_span_is_exported_before_the_process_ends() {
    let (home, api, (collector, exports)) = (Home::new(), Api::start(), collector());
    let endpoint = format!("http://{collector}/v1/traces");
    let environment = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
        ("OTEL_SERVICE_NAME", "the-ledger"),
    ];
    let gateway = start(&home, &api, &environment);
    gateway
        .endpoint()
        .with_meta("traceparent", &traceparent())
        .result("echo", json!({ "text": "a" }));
    gateway.stop();
    let exports = exports.lock().unwrap();
    let (_, body) =
        exports.iter().find(|(_, body)| contains(body, &TRACE)).expect("it was exported");
    assert!(contains(body, b"the-ledger"));
}

#[test]
fn a_collector_that_is_gone_stops_nobody() {
    let (home, api) = (Home::new(), Api::start());
    let endpoint = format!("http://{}", crate::binary::free_address());
    let environment =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "50")];
    let gateway = start(&home, &api, &environment);
    for _ in 0..20 {
        gateway.endpoint().result("echo", json!({ "text": "a" }));
    }
    gateway.stop();
}

#[test]
fn without_a_collector_the_clients_trace_is_passed_on() {
    let (home, api, (collector, exports)) = (Home::new(), Api::start(), collector());
    let endpoint = format!("http://{collector}");
    for environment in [
        vec![],
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_SDK_DISABLED", "true")],
    ] {
        let home = if environment.is_empty() { &home } else { &Home::new() };
        let gateway = start(home, &api, &environment);
        gateway
            .endpoint()
            .with_meta("traceparent", &traceparent())
            .result("echo", json!({ "text": "a" }));
        assert_eq!(api.last().header("traceparent"), Some(traceparent().as_str()));
        gateway.stop();
    }
    assert!(exports.lock().unwrap().is_empty());
}
