//! People on the command line: what they may call, and the links by which they sign in.

use crate::{
    binary::{Home, until},
    tokens::{self, parsed},
};

#[test]
fn a_grant_opens_what_it_names_and_is_taken_away() {
    let home = Home::new();
    let gateway = home.up(&[]);
    home.done(&["user", "create", "mia@example.com", "--role", "member"]);
    let (_, token) = tokens::create(&home, &["--user", "mia@example.com"]);
    let endpoint = gateway.endpoint_for(&token);
    assert_eq!(endpoint.status(), 404, "nothing was granted yet");
    let put = |scopes: &[&str]| {
        let mut all = vec!["grant", "put", "mia@example.com", "demo-bookshop"];
        all.extend(scopes);
        home.done(&all);
    };
    // The server that runs hears of each change within a second.
    let opens = |names: &[&str]| {
        until("the grant is heard of", || {
            (endpoint.status() == 200 && endpoint.names() == names).then_some(())
        });
    };
    put(&["mcp:read"]);
    opens(&["list_books", "get_book", "list_orders"]);
    put(&["tool:place_order", "tool:get_book"]);
    opens(&["get_book", "place_order"]);
    let listed = home.done(&["grant", "list", "mia@example.com"]);
    assert!(listed.contains("tool:place_order, tool:get_book"), "{listed}");
    let all = ["grant", "put", "mia@example.com", "all", "mcp:read", "--json"];
    assert_eq!(parsed(&home.done(&all))["server"], "all");
    let listed = parsed(&home.done(&["grant", "list", "mia@example.com", "--json"]));
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    for server in ["demo-bookshop", "all"] {
        home.done(&["grant", "delete", "mia@example.com", server]);
    }
    until("the last grant is gone", || (endpoint.status() == 404).then_some(()));
}

#[test]
fn a_grant_that_cannot_be_says_why() {
    let home = Home::new();
    drop(home.up(&[]));
    home.done(&["user", "create", "mia@example.com", "--role", "member"]);
    let refused = |user: &str, server: &str, scope: &str, words: &[&str]| {
        home.run(&["grant", "put", user, server, scope]).refused(words);
    };
    refused("mia", "demo-bookshop", "mcp:read", &["no user mia", "mia@example.com"]);
    refused("mia@example.com", "shop", "mcp:read", &["no MCP server shop", "demo-bookshop"]);
    refused("mia@example.com", "demo-bookshop", "read", &["scopes", "mcp:read"]);
    let gone = home.run(&["grant", "delete", "mia@example.com", "demo-bookshop"]);
    gone.refused(&["there is no such grant"]);
}

#[test]
fn links_are_printed_once_and_the_last_one_works() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let made = home.done(&["user", "create", "mia@example.com", "--role", "member"]);
    assert!(made.contains("role") && made.contains("only time"), "{made}");
    let reset = parsed(&home.done(&["user", "reset-link", "mia@example.com", "--json"]));
    assert!(reset["link"].is_string() && reset["expires_at"].is_string(), "{reset}");
    let invitation = made.lines().rev().find(|line| line.len() > 40 && !line.contains(' '));
    let accept = |link: &str| {
        let body = serde_json::json!({ "link": link, "password": "correct horse battery" });
        let mut connection = crate::http::Connection::open(gateway.address).unwrap();
        let headers = [("content-type", "application/json")];
        let body = body.to_string();
        connection.send("POST", "/api/v1/links/accept", &headers, body.as_bytes()).unwrap();
        connection.reply().unwrap().status
    };
    assert_ne!(accept(invitation.expect("a link")), 201, "the next link took its place");
    assert_eq!(accept(reset["link"].as_str().unwrap()), 201);
    let shown = parsed(&home.done(&["user", "get", "mia@example.com", "--json"]));
    assert_eq!(shown["has_password"], true, "{shown}");
}
