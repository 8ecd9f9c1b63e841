//! What reading and writing one message costs, in nanoseconds.
//!
//! `cargo run --release -p mcp --example wire_cost [ROUNDS]`. Under `valgrind`, twice with different rounds, the difference
//! of its counts is the cost of the rounds between them: instructions with `--tool=callgrind`, allocations with the
//! default tool.
#![allow(clippy::print_stdout, reason = "a measurement is for reading")]

use http::{HeaderMap, HeaderValue};
use mcp::{
    Block, Call, Capabilities, Limits, Message, Revision, ServerInfo, ToolResult, ToolsCapability,
};
use std::{hint::black_box, time::Instant};

fn headers(method: &'static str, name: &'static str, modern: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |key, value| headers.insert(key, HeaderValue::from_static(value));
    put("host", "127.0.0.1:3000");
    put("content-type", "application/json");
    put("accept", "application/json, text/event-stream");
    put("authorization", "Bearer gwt_0123456789abcdef0123456789abcdef");
    put("content-length", "500");
    put("user-agent", "cost");
    put("mcp-protocol-version", if modern { "2026-07-28" } else { "2025-11-25" });
    if modern {
        put("mcp-method", method);
        put("mcp-name", name);
    } else {
        put("mcp-session-id", "0123456789abcdef0123456789abcdef0123456789abcdef");
    }
    headers
}

fn body(method: &str, params: &str, modern: bool) -> Vec<u8> {
    let meta = r#","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"cost","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}"#;
    let meta = if modern { meta } else { "" };
    format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{{params}{meta}}}}}"#)
        .into_bytes()
}

fn arguments(bytes: usize) -> String {
    let mut out = String::from("{\"items\":[");
    while out.len() < bytes - 60 {
        let comma = if out.ends_with('[') { "" } else { "," };
        out += &format!(
            "{comma}{{\"id\":{},\"name\":\"a name of some length\",\"on\":true}}",
            out.len()
        );
    }
    out + "],\"limit\":10}"
}

fn main() {
    let rounds: u32 = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |rounds| rounds.parse())
        .expect("ROUNDS is a number");
    let limits = Limits::default();
    let capabilities = Capabilities {
        tools: Some(ToolsCapability { list_changed: true }),
        logging: true,
        ..Capabilities::NONE
    };
    let info = ServerInfo::new("petstore", Some("Pet Store"), "1.0.0");
    let upstream = arguments(1000);

    for modern in [true, false] {
        for bytes in [200, 8192] {
            let headers = headers("tools/call", "list_pets", modern);
            let arguments = arguments(bytes);
            let body = body(
                "tools/call",
                &format!(r#""name":"list_pets","arguments":{arguments}"#),
                modern,
            );
            let (mut reading, mut writing) = (0, 0);
            // In turns of a thousand, so that the clock costs nothing.
            for _ in 0..rounds.div_ceil(1000) {
                let start = Instant::now();
                for _ in 0..1000 {
                    let incoming =
                        mcp::read(black_box(&headers), black_box(&body), &limits, &capabilities);
                    black_box(incoming.expect("the request is right"));
                }
                reading += start.elapsed().as_nanos();
                let incoming = mcp::read(&headers, &body, &limits, &capabilities)
                    .expect("the request is right");
                let Message::Request(request) = incoming.message else {
                    unreachable!("it is a request")
                };
                assert!(matches!(request.call, Call::ToolsCall(_)));
                let revision = incoming.lane.settle(Some(Revision::V2025_11_25));
                let start = Instant::now();
                for _ in 0..1000 {
                    let content = [Block::Text(black_box(&upstream))];
                    let result = ToolResult {
                        content: &content,
                        structured: Some(&upstream),
                        is_error: false,
                    };
                    black_box(mcp::tool_response(request.id, &result, revision, &info));
                }
                writing += start.elapsed().as_nanos();
            }
            let per = |nanos: u128| nanos / u128::from(rounds.div_ceil(1000) * 1000);
            println!(
                "{} tools/call, arguments of {} B: read {} ns, write {} B of result {} ns",
                if modern { "modern" } else { "legacy" },
                arguments.len(),
                per(reading),
                upstream.len(),
                per(writing)
            );
            // The yardstick: what serde takes to make a tree of the same body, without any check of ours.
            let start = Instant::now();
            for _ in 0..rounds.div_ceil(10) {
                let tree: serde_json::Value =
                    serde_json::from_slice(black_box(&body)).expect("the body is JSON");
                black_box(tree);
            }
            println!(
                "    serde_json::Value of the same body {} ns",
                start.elapsed().as_nanos() / u128::from(rounds.div_ceil(10))
            );
        }
    }
}
