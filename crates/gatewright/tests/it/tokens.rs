//! `gatewright token` beside a server that runs.

use crate::{
    binary::{Home, until},
    http::Connection,
    mcp::Endpoint,
    secrets::holding,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// JSON that a command has printed.
pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

/// Makes a token, and gives its id and its text.
pub(crate) fn create(home: &Home, options: &[&str]) -> (String, String) {
    let mut all = vec!["token", "create", "--json", "--name", "test"];
    all.extend(options);
    let made: Value = serde_json::from_str(&home.done(&all)).unwrap();
    (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
}

fn list(home: &Home) -> Vec<Value> {
    let text = home.done(&["token", "list", "--json"]);
    serde_json::from_str::<Value>(&text).unwrap().as_array().unwrap().clone()
}

#[test]
fn a_new_token_works_at_once() {
    let home = Home::new();
    let gateway = home.up(&[]);
    for _ in 0..5 {
        let (_, token) = create(&home, &[]);
        assert_eq!(gateway.endpoint_for(&token).status(), 200);
    }
}

#[test]
fn a_token_does_through_the_control_api_what_its_role_may() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let users = |token: &str| {
        let authorization = format!("Bearer {token}");
        let mut connection = Connection::open(gateway.address).unwrap();
        connection.send("GET", "/api/v1/users", &[("authorization", &authorization)], b"").unwrap();
        connection.reply().unwrap().status
    };
    for (options, status) in
        [(&[][..], 403), (&["--role", "member"], 403), (&["--role", "auditor"], 200)]
    {
        let (_, token) = create(&home, options);
        assert_eq!(
            until("the token is known", || Some(users(&token)).filter(|s| *s != 401)),
            status
        );
    }
}

#[test]
fn a_revoked_token_ends_within_a_second_on_open_streams_too() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let (id, token) = create(&home, &[]);
    let endpoint = gateway.endpoint_for(&token);
    let mut stream = endpoint.listen();
    let mut kept = gateway.endpoint().listen();
    assert_eq!(home.done(&["token", "revoke", &id]), format!("revoked {id}\n"));
    let revoked = Instant::now();
    let last = stream.next().unwrap();
    assert_eq!(last["result"]["resultType"], "complete", "{last}");
    assert!(stream.next().is_none());
    assert!(revoked.elapsed() < Duration::from_secs(1), "{:?}", revoked.elapsed());
    assert_eq!(endpoint.status(), 401);
    // The others go on.
    assert_eq!(gateway.endpoint().status(), 200);
    gateway.signal("TERM");
    assert_eq!(kept.next().unwrap()["result"]["resultType"], "complete");
}

#[test]
fn a_revoked_token_is_refused_within_a_second() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let (id, token) = create(&home, &[]);
    let endpoint = gateway.endpoint_for(&token);
    assert_eq!(endpoint.status(), 200);
    home.done(&["token", "revoke", &id]);
    let revoked = Instant::now();
    while endpoint.status() == 200 {
        assert!(revoked.elapsed() < Duration::from_secs(1));
    }
    assert_eq!(endpoint.status(), 401);
    let ended = home.run(&["token", "revoke", &id]);
    ended.refused(&["no live token", &id]);
    home.run(&["token", "revoke", "tok_nothing"]).refused(&["tok_"]);
}

#[test]
fn a_token_is_shown_once_and_kept_nowhere() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let first = gateway.ready["token"].as_str().unwrap().to_owned();
    let (id, json) = create(&home, &[]);
    let text = home.done(&["token", "create", "--name", "by hand"]);
    let by_hand = text.lines().find(|line| line.starts_with("gwt_")).unwrap().to_owned();
    assert!(text.contains("only time"), "{text}");
    for token in [&first, &json, &by_hand] {
        assert_eq!(gateway.endpoint_for(token).status(), 200);
    }
    home.done(&["token", "revoke", &id]);
    let listed = home.done(&["token", "list"]) + &home.done(&["token", "list", "--json"]);
    assert!(listed.contains("by hand") && listed.contains(&id), "{listed}");
    let log = gateway.log();
    for token in [&first, &json, &by_hand] {
        assert!(!listed.contains(token.as_str()) && !log.contains(token.as_str()));
        assert_eq!(holding(&home.data(), token), [""; 0]);
    }
    let (read, written) = (gateway.stop(), home.done(&["logs", "--json"]));
    for token in [&first, &json, &by_hand] {
        assert!(!read.contains(token.as_str()) && !written.contains(token.as_str()));
        assert_eq!(holding(&home.data(), token), [""; 0]);
    }
}

#[test]
fn scopes_hold() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let with = |options: &[&str]| gateway.endpoint_for(&create(&home, options).1);
    assert_eq!(with(&["--server", "demo-bookshop"]).names().len(), 6);
    assert_eq!(
        with(&["--tool", "get_book", "--tool", "place_order"]).names(),
        ["get_book", "place_order"]
    );
    assert_eq!(with(&["--read-only"]).names(), ["list_books", "get_book", "list_orders"]);
    let reader = with(&["--read-only"]);
    let answer = reader.call("place_order", json!({ "book_id": 1, "copies": 1 }));
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    let orders = gateway.endpoint().result("list_orders", json!({}));
    assert_eq!(orders, json!({ "orders": [] }));
}

#[test]
fn what_a_token_cannot_be_is_refused_in_one_line() {
    let home = Home::new();
    home.run(&["token", "create", "--name", "early"]).refused(&["gatewright up", "--data-dir"]);
    assert!(!home.data().exists());
    home.up(&[]).stop();
    let long = "n".repeat(101);
    for (options, words) in [
        (vec!["--name", "x", "--server", "nope"], vec!["nope", "there are demo-bookshop"]),
        (vec!["--name", ""], vec!["name"]),
        (vec!["--name", &long], vec!["name", "100"]),
        (vec!["--name", "x", "--expires-in", "soon"], vec!["--expires-in", "30d"]),
        (vec!["--name", "x", "--expires-in", "0h"], vec!["--expires-in"]),
        (vec!["--name", "x", "--expires-in", "99999999999999999999w"], vec!["--expires-in"]),
        (vec!["--name", "x", "--role", "king"], vec!["--role", "king", "owner, admin"]),
        (vec!["--name", "x", "--alias", "A B"], vec!["A B"]),
    ] {
        let mut all = vec!["token", "create"];
        all.extend(options);
        home.run(&all).refused(&words);
    }
    assert_eq!(list(&home).len(), 1, "only the first token");
}

#[test]
fn an_expiry_is_kept_and_listed() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let (id, token) = create(&home, &["--expires-in", "90m"]);
    assert_eq!(gateway.endpoint_for(&token).status(), 200);
    let row = list(&home).into_iter().find(|row| row["id"] == id.as_str()).unwrap();
    let time = |name: &str| row[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let life = time("expires_at").duration_since(time("created_at"));
    assert_eq!(life.as_mins(), 90, "{row}");
    assert!(row["revoked_at"].is_null() && row["scope"]["read_only"] == false, "{row}");
}

#[test]
fn what_is_no_token_is_refused() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let good = gateway.ready["token"].as_str().unwrap();
    let (cut, longer) = (&good[..good.len() - 1], format!("{good}a"));
    for bad in ["", "x", cut, &longer, &good.to_uppercase(), &good.replace("gwt_", "gwx_")] {
        let Endpoint { address, path, .. } = gateway.endpoint();
        let reply = Endpoint::new(address, &path, bad).request("tools/list", json!({}));
        assert_eq!(reply.status, 401, "{bad}: {reply:?}");
        assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer "), "{reply:?}");
    }
}
