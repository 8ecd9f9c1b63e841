//! What an orchestrator and a scraper see.

use crate::binary::{Home, free_address};
use serde_json::json;

#[test]
fn health_and_readiness() {
    let home = Home::new();
    let gateway = home.up(&[]);
    assert_eq!(
        (gateway.get("/healthz").status, gateway.get("/healthz").body.as_str()),
        (200, "ok\n")
    );
    assert_eq!(
        (gateway.get("/readyz").status, gateway.get("/readyz").body.as_str()),
        (200, "ready\n")
    );
    assert_eq!(gateway.get("/metrics").status, 404, "figures have a listener of their own");
    assert_eq!(gateway.get("/nothing").status, 404);

    let at = |path: &str| format!("http://{}{path}", gateway.address);
    assert_eq!(home.done(&["health", "--url", &at("/readyz")]), "");
    home.run(&["health", "--url", &at("/nothing")]).refused(&["404"]);
    home.run(&["health", "--url", "nonsense"]).refused(&[]);
    let url = at("/readyz");
    gateway.stop();
    home.run(&["health", "--url", &url]).refused(&[]);
    assert!(home.run(&["health"]).took.as_secs() < 10);
}

#[test]
fn figures_for_a_scraper() {
    let home = Home::new();
    let address = free_address();
    let gateway = home.up(&["--metrics-listen", &address.to_string()]);
    let endpoint = gateway.endpoint();
    for _ in 0..3 {
        endpoint.result("list_orders", json!({}));
    }
    endpoint.call("get_book", json!({ "id": 99 }));
    endpoint.call("nothing", json!({}));
    gateway.endpoint_for("gwt_x").status();
    let reply = crate::http::get(address, "/metrics");
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-type").unwrap().starts_with("text/plain"), "{reply:?}");
    let figure = |name: &str| {
        let line = reply.body.lines().find_map(|line| line.strip_prefix(name));
        let value = line.unwrap_or_else(|| panic!("{name} is not in {}", reply.body));
        value.trim().parse::<f64>().unwrap()
    };
    let requests = |outcome: &str| {
        figure(&format!(
            "gatewright_mcp_requests_total{{server=\"demo-bookshop\",outcome=\"{outcome}\"}}"
        ))
    };
    assert_eq!((requests("ok"), requests("tool_error"), requests("error")), (3.0, 1.0, 1.0));
    let bucket =
        "gatewright_mcp_request_duration_seconds_bucket{server=\"demo-bookshop\",le=\"+Inf\"}";
    assert_eq!(figure(bucket), 5.0);
    assert_eq!(figure("gatewright_upstream_duration_seconds_count{server=\"demo-bookshop\"}"), 4.0);
    assert_eq!(figure("gatewright_authentication_refused_total"), 1.0);
    assert_eq!(crate::http::get(address, "/").status, 404);
    gateway.stop();
}
