//! The README's first command: `up` without a description, and a shop whose tools do something.

use crate::binary::Home;
use serde_json::{Value, json};

/// The members of an object, sorted.
fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn one_line_says_that_it_is_ready_and_where() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let ready = &gateway.ready;
    let expected =
        ["console_url", "mcp_url", "report", "setup_url", "token", "tokens_estimate", "tools"];
    assert_eq!(members(ready), expected);
    assert_eq!(members(&ready["report"]), ["degraded", "excluded", "exposed", "refused"]);
    let count = |name: &str| ready["report"][name].as_u64().unwrap();
    assert_eq!(count("exposed") + count("degraded"), ready["tools"].as_u64().unwrap());
    let all: u64 = ["exposed", "degraded", "excluded", "refused"].map(count).iter().sum();
    assert_eq!(all, 6, "every operation of the demo is counted once: {ready}");
    assert!(ready["tokens_estimate"].as_u64().unwrap() > 50, "{ready}");
    let url = format!("http://{}/mcp/local/demo-bookshop", gateway.address);
    assert_eq!(ready["mcp_url"], url);
    let token = ready["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("gwt_"), "{token}");

    let tools = gateway.endpoint().tools();
    assert_eq!(tools.len() as u64, ready["tools"].as_u64().unwrap());
    assert!(tools.iter().all(|tool| tool["inputSchema"]["type"] == "object"), "{tools:?}");
    assert_eq!(gateway.stop(), "", "there is nothing on stdout but the one line");
}

#[test]
fn a_book_is_ordered_and_the_order_canceled() {
    let home = Home::new();
    let shop = home.up(&[]);
    let endpoint = shop.endpoint();
    let stock = |id: u64| endpoint.result("get_book", json!({ "id": id }))["stock"].clone();
    assert_eq!(stock(2), 2);
    let order = json!({ "book_id": 2, "copies": 2, "note": "for the weekend" });
    let placed = endpoint.result("place_order", order.clone());
    assert_eq!((&placed["title"], &placed["total"]), (&json!("A Pattern Language"), &json!(117.0)));
    assert_eq!(stock(2), 0);

    // The shop's own refusal reaches the model as a result that it can act on.
    let sold_out = endpoint.call("place_order", order);
    assert_eq!(sold_out["result"]["isError"], true, "{sold_out}");
    assert!(sold_out.to_string().contains("only 0 copies are in stock"), "{sold_out}");
    // A wrong argument does not reach the shop.
    let wrong = endpoint.call("place_order", json!({ "book_id": 2, "copies": "two" }));
    assert_eq!(wrong["result"]["isError"], true, "{wrong}");
    assert!(wrong.to_string().contains("copies"), "{wrong}");

    let orders = endpoint.result("list_orders", json!({}));
    assert_eq!(orders["orders"].as_array().unwrap().len(), 1, "{orders}");
    endpoint.call("cancel_order", json!({ "id": placed["id"] }));
    assert_eq!(stock(2), 2);
    let orders = endpoint.result("list_orders", json!({}));
    assert_eq!(orders, json!({ "orders": [] }));
}

#[test]
fn prices_change_and_books_are_found() {
    let home = Home::new();
    let shop = home.up(&[]);
    let endpoint = shop.endpoint();
    let found = |filter: Value| {
        let books = endpoint.result("list_books", filter)["books"].clone();
        books
            .as_array()
            .unwrap()
            .iter()
            .map(|book| book["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(found(json!({})).len(), 6);
    assert_eq!(found(json!({ "query": "norman" })), [3]);
    assert_eq!(found(json!({ "max_price": 20 })), [6, 3]);
    assert_eq!(found(json!({ "max_price": 25, "in_stock": true })), [6, 3]);
    endpoint.result("set_price", json!({ "id": 3, "price": 5 }));
    assert_eq!(found(json!({ "max_price": 6 })), [3]);
}

#[test]
fn the_text_form_shows_how_to_connect() {
    let home = Home::new();
    let listen = crate::binary::free_address().to_string();
    let mut command = home.command(&["up", "--listen", &listen]);
    let mut gateway = home.serving(&mut command);
    let mut text = String::new();
    while !text.contains("Ctrl-C") {
        let line = gateway.line();
        assert!(!line.is_empty(), "{text}");
        text.push_str(&line);
    }
    let url = format!("http://{listen}/mcp/local/demo-bookshop");
    for part in [
        url.as_str(),
        "6 operations: 6 exposed",
        "Claude Code",
        "Claude Desktop",
        "Cursor",
        "VS Code",
        "Gemini CLI",
        "Codex",
        "Windsurf",
        "MCP Inspector",
        "cursor://",
        "curl",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let token = text.lines().find_map(|line| line.strip_prefix("Token    ")).unwrap().to_owned();
    assert_eq!(gateway.endpoint_at("/mcp/local/demo-bookshop", &token).names().len(), 6);
    gateway.stop();
}
